//! `issue.consent`: what an end user last allowed a client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::consent as c};
use narthex_vocab::{Approval, ClientId, Environment, Id, Member, ScopeSet, Timestamp};
use serde_json::Value;

use crate::authorize::asked_claims::AskedClaims;
use crate::store::grant::{self, OpenGrant};

/// A consent that is not over.
pub(crate) struct Given {
    /// The approval of the client that it was given under, where that is known.
    pub(crate) approval: Option<Id<Approval>>,
    pub(crate) scope: ScopeSet,
    pub(crate) claims: AskedClaims,
    pub(crate) at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Remembers the consent that a grant came from; the latest counts.
pub(crate) async fn remember(
    tx: &mut TenantTx,
    environment: Environment,
    (grant, approval): (&OpenGrant, Id<Approval>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let allowed = (
        c::scope.eq(grant.scope.to_string()),
        c::at.eq(now),
        c::expires_at.eq(grant.expires_at),
        c::ended_at.eq(None::<Timestamp>),
        c::approval_id.eq(approval.as_uuid()),
        c::claims.eq(grant::claims_column(&grant.claims)?),
    );
    diesel::insert_into(c::table)
        .values((
            c::tenant_id.eq(tenant_id),
            c::environment.eq(environment.as_str()),
            c::member_id.eq(grant.member.as_uuid()),
            c::client_id.eq(grant.client.as_str()),
            allowed.clone(),
        ))
        .on_conflict((c::tenant_id, c::environment, c::member_id, c::client_id))
        .do_update()
        .set(allowed)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Ends what this person allowed this client. Ending it twice is no error.
pub(crate) async fn end(
    tx: &mut TenantTx,
    environment: Environment,
    (member, client): (Id<Member>, &ClientId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = c::table.find((
        tx.tenant_uuid(),
        environment.as_str(),
        member.as_uuid(),
        client.as_str(),
    ));
    diesel::update(row)
        .set(c::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

type Row = (
    Option<uuid::Uuid>,
    String,
    Option<Value>,
    Timestamp,
    Timestamp,
);

/// What this person last allowed this client, while it counts.
pub(crate) async fn find(
    tx: &mut TenantTx,
    environment: Environment,
    (member, client): (Id<Member>, &ClientId),
    now: Timestamp,
) -> Result<Option<Given>, StoreError> {
    let row: Option<Row> = c::table
        .find((
            tx.tenant_uuid(),
            environment.as_str(),
            member.as_uuid(),
            client.as_str(),
        ))
        .filter(c::ended_at.is_null().and(c::expires_at.gt(now)))
        .select((c::approval_id, c::scope, c::claims, c::at, c::expires_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((approval, scope, claims, at, expires_at)) = row else {
        return Ok(None);
    };
    Ok(Some(Given {
        approval: approval.map(Id::from_uuid),
        scope: ScopeSet::parse(&scope).map_err(StoreError::corrupt("issue.consent", "scope"))?,
        claims: grant::claims_of(claims)?,
        at,
        expires_at,
    }))
}
