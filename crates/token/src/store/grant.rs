//! `issue.grant`: one end user's authorization of one client. Ending it ends every token of it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{grant as g, issuance as i},
};
use narthex_vocab::{
    ClientId, Environment, Grant, Id, Member, ResourceUri, ScopeSet, Session, Timestamp,
};
use serde_json::Value;

use crate::authorize::asked_claims::AskedClaims;

/// A grant that is open.
#[derive(Debug)]
pub(crate) struct OpenGrant {
    pub(crate) id: Id<Grant>,
    pub(crate) client: ClientId,
    pub(crate) member: Id<Member>,
    /// What the person allowed.
    pub(crate) scope: ScopeSet,
    pub(crate) resource: Option<ResourceUri>,
    pub(crate) expires_at: Timestamp,
    /// The session in which they did so; `None` where there was none.
    pub(crate) session: Option<Id<Session>>,
    /// The claims that they allowed one by one.
    pub(crate) claims: AskedClaims,
}

/// As stored: null for none.
pub(crate) fn claims_column(claims: &AskedClaims) -> Result<Option<Value>, StoreError> {
    if claims.is_empty() {
        return Ok(None);
    }
    let value = serde_json::to_value(claims);
    Ok(Some(
        value.map_err(StoreError::corrupt("issue.grant", "claims"))?,
    ))
}

/// From a row.
pub(crate) fn claims_of(column: Option<Value>) -> Result<AskedClaims, StoreError> {
    let read = column.map(serde_json::from_value).transpose();
    let read = read.map_err(StoreError::corrupt("issue.grant", "claims"))?;
    Ok(read.unwrap_or_default())
}

type Row = (
    String,
    uuid::Uuid,
    String,
    Option<String>,
    Timestamp,
    Option<uuid::Uuid>,
    Option<Value>,
);

/// Whom an identity provider named, and which provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asserted<'a> {
    pub(crate) by: &'a str,
    pub(crate) subject: &'a str,
}

/// Keeps a grant that a person gave, or an identity provider for them.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    (grant, asserted): (&OpenGrant, Option<Asserted<'_>>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(g::table)
        .values((
            g::tenant_id.eq(tenant_id),
            g::environment.eq(environment.as_str()),
            g::grant_id.eq(grant.id.as_uuid()),
            g::client_id.eq(grant.client.as_str()),
            g::member_id.eq(grant.member.as_uuid()),
            g::scope.eq(grant.scope.to_string()),
            g::resource.eq(grant.resource.as_ref().map(ResourceUri::as_str)),
            g::created_at.eq(now),
            g::expires_at.eq(grant.expires_at),
            g::session_id.eq(grant.session.map(|session| session.as_uuid())),
            g::claims.eq(claims_column(&grant.claims)?),
            g::asserted_by.eq(asserted.map(|word| word.by)),
            g::asserted_subject.eq(asserted.map(|word| word.subject)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Who was meant before by this name of this provider; `None` when nobody was.
pub(crate) async fn meant_before(
    tx: &mut TenantTx,
    environment: Environment,
    asserted: Asserted<'_>,
) -> Result<Option<Id<Member>>, StoreError> {
    let member: Option<uuid::Uuid> = g::table
        .filter(g::tenant_id.eq(tx.tenant_uuid()))
        .filter(g::environment.eq(environment.as_str()))
        .filter(g::asserted_by.eq(asserted.by))
        .filter(g::asserted_subject.eq(asserted.subject))
        .order(g::created_at)
        .select(g::member_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(member.map(Id::from_uuid))
}

/// The grant, locked; `None` when it ended or is over.
pub(crate) async fn lock_open(
    tx: &mut TenantTx,
    environment: Environment,
    grant: Id<Grant>,
    now: Timestamp,
) -> Result<Option<OpenGrant>, StoreError> {
    let row: Option<Row> = g::table
        .filter(
            g::tenant_id
                .eq(tx.tenant_uuid())
                .and(g::environment.eq(environment.as_str()))
                .and(g::grant_id.eq(grant.as_uuid())),
        )
        .filter(g::ended_at.is_null().and(g::expires_at.gt(now)))
        .select((
            g::client_id,
            g::member_id,
            g::scope,
            g::resource,
            g::expires_at,
            g::session_id,
            g::claims,
        ))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((client, member, scope, resource, expires_at, session, claims)) = row else {
        return Ok(None);
    };
    Ok(Some(OpenGrant {
        id: grant,
        client: ClientId::parse(&client)
            .map_err(StoreError::corrupt("issue.grant", "client_id"))?,
        member: Id::from_uuid(member),
        scope: ScopeSet::parse(&scope).map_err(StoreError::corrupt("issue.grant", "scope"))?,
        resource: resource
            .map(|text| ResourceUri::parse(&text))
            .transpose()
            .map_err(StoreError::corrupt("issue.grant", "resource"))?,
        expires_at,
        session: session.map(Id::from_uuid),
        claims: claims_of(claims)?,
    }))
}

/// The claims that were allowed one by one where this token came from.
pub(crate) async fn claims_of_token(
    tx: &mut TenantTx,
    environment: Environment,
    jti: uuid::Uuid,
    now: Timestamp,
) -> Result<AskedClaims, StoreError> {
    let claims: Option<Option<Value>> = i::table
        .inner_join(
            g::table.on(g::tenant_id
                .eq(i::tenant_id)
                .and(g::environment.eq(i::environment))
                .and(i::grant_id.eq(g::grant_id.nullable()))),
        )
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::environment.eq(environment.as_str()))
                .and(i::jti.eq(jti)),
        )
        // No token lives for a day: older partitions are not looked at.
        .filter(i::at.gt(now - chrono::Duration::days(1)))
        .select(g::claims)
        .first(tx.connection()?)
        .await
        .optional()?;
    claims_of(claims.flatten())
}

/// The clients that a person used in a session.
pub(crate) async fn clients_of(
    tx: &mut TenantTx,
    environment: Environment,
    session: Id<Session>,
) -> Result<BTreeSet<ClientId>, StoreError> {
    let rows: Vec<String> = g::table
        .filter(
            g::tenant_id
                .eq(tx.tenant_uuid())
                .and(g::environment.eq(environment.as_str()))
                .and(g::session_id.eq(session.as_uuid())),
        )
        .select(g::client_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let corrupt = StoreError::corrupt("issue.grant", "client_id");
    let read: Result<_, _> = rows.iter().map(|id| ClientId::parse(id)).collect();
    read.map_err(corrupt)
}

/// A grant as its person sees it.
pub(crate) struct Held {
    pub(crate) client: ClientId,
    pub(crate) scope: ScopeSet,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Every open grant of a person.
pub(crate) async fn open_of(
    tx: &mut TenantTx,
    environment: Environment,
    member: Id<Member>,
    now: Timestamp,
) -> Result<Vec<Held>, StoreError> {
    let rows: Vec<(String, String, Timestamp, Timestamp)> = g::table
        .filter(
            g::tenant_id
                .eq(tx.tenant_uuid())
                .and(g::environment.eq(environment.as_str()))
                .and(g::member_id.eq(member.as_uuid())),
        )
        .filter(g::ended_at.is_null().and(g::expires_at.gt(now)))
        .select((g::client_id, g::scope, g::created_at, g::expires_at))
        .load(tx.connection()?)
        .await?;
    let held = |(client, scope, created_at, expires_at): (String, String, _, _)| {
        Ok(Held {
            client: ClientId::parse(&client)
                .map_err(StoreError::corrupt("issue.grant", "client_id"))?,
            scope: ScopeSet::parse(&scope).map_err(StoreError::corrupt("issue.grant", "scope"))?,
            created_at,
            expires_at,
        })
    };
    rows.into_iter().map(held).collect()
}

/// Ends every open grant that a person gave a client; how many there were.
pub(crate) async fn end_of(
    tx: &mut TenantTx,
    environment: Environment,
    (member, client): (Id<Member>, &ClientId),
    now: Timestamp,
) -> Result<usize, StoreError> {
    let tenant = tx.tenant_uuid();
    let own = g::tenant_id
        .eq(tenant)
        .and(g::environment.eq(environment.as_str()))
        .and(g::member_id.eq(member.as_uuid()))
        .and(g::client_id.eq(client.as_str()));
    Ok(diesel::update(g::table)
        .filter(own.and(g::ended_at.is_null()))
        .set((
            g::ended_at.eq(now),
            g::ended_why.eq("the person took it back"),
        ))
        .execute(tx.connection()?)
        .await?)
}

/// Ends a grant: its refresh tokens and access tokens count no more. Ending it twice is no error.
pub(crate) async fn end(
    tx: &mut TenantTx,
    environment: Environment,
    grant: Id<Grant>,
    why: &'static str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(g::table)
        .filter(
            g::tenant_id
                .eq(tenant)
                .and(g::environment.eq(environment.as_str()))
                .and(g::grant_id.eq(grant.as_uuid())),
        )
        .filter(g::ended_at.is_null())
        .set((g::ended_at.eq(now), g::ended_why.eq(why)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
