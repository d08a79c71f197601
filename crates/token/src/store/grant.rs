//! `issue.grant`: one end user's authorization of one client. Ending it ends every token of it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::grant as g};
use narthex_vocab::{ClientId, Environment, Grant, Id, Member, ResourceUri, ScopeSet, Timestamp};

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
}

pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    grant: &OpenGrant,
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
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The grant, locked; `None` when it ended or is over.
pub(crate) async fn lock_open(
    tx: &mut TenantTx,
    environment: Environment,
    grant: Id<Grant>,
    now: Timestamp,
) -> Result<Option<OpenGrant>, StoreError> {
    let row: Option<(String, uuid::Uuid, String, Option<String>, Timestamp)> = g::table
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
        ))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((client, member, scope, resource, expires_at)) = row else {
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
    }))
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
