//! `issue.issuance` and `issue.revocation`: what left, written before it left, and what ended before its time.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{grant as g, issuance as i, revocation as v},
};
use narthex_vocab::{ClientId, Environment, Grant, GrantType, Id, ScopeSet, Timestamp};
use uuid::Uuid;

/// One access token as the log keeps it; the token itself is not stored.
pub(crate) struct Issuance<'a> {
    pub(crate) jti: Uuid,
    pub(crate) client: &'a ClientId,
    pub(crate) grant_type: GrantType,
    pub(crate) subject: &'a str,
    pub(crate) scope: &'a ScopeSet,
    pub(crate) audience: &'a str,
    pub(crate) grant: Option<Id<Grant>>,
    pub(crate) at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) request_id: &'a str,
}

pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    row: &Issuance<'_>,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(i::table)
        .values((
            i::tenant_id.eq(tenant_id),
            i::environment.eq(environment.as_str()),
            i::at.eq(row.at),
            i::jti.eq(row.jti),
            i::client_id.eq(row.client.as_str()),
            i::grant_type.eq(row.grant_type.as_str()),
            i::subject.eq(row.subject),
            i::scope.eq(row.scope.to_string()),
            i::audience.eq(row.audience),
            i::grant_id.eq(row.grant.map(|grant| grant.as_uuid())),
            i::expires_at.eq(row.expires_at),
            i::request_id.eq(row.request_id),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Whether a token with this identity was issued to this client and neither it nor its grant was ended.
pub(crate) async fn is_live(
    tx: &mut TenantTx,
    environment: Environment,
    jti: Uuid,
    client: &ClientId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (tenant, env) = (tx.tenant_uuid(), environment.as_str());
    let row: Option<Option<Uuid>> = i::table
        .filter(
            i::tenant_id
                .eq(tenant)
                .and(i::environment.eq(env))
                .and(i::jti.eq(jti)),
        )
        .filter(i::client_id.eq(client.as_str()).and(i::expires_at.gt(now)))
        .select(i::grant_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(grant) = row else {
        return Ok(false);
    };
    let revoked: bool = diesel::select(diesel::dsl::exists(
        v::table.filter(
            v::tenant_id
                .eq(tenant)
                .and(v::environment.eq(env))
                .and(v::jti.eq(jti)),
        ),
    ))
    .get_result(tx.connection()?)
    .await?;
    let Some(grant) = grant else {
        return Ok(!revoked);
    };
    let open: bool = diesel::select(diesel::dsl::exists(
        g::table
            .filter(
                g::tenant_id
                    .eq(tenant)
                    .and(g::environment.eq(env))
                    .and(g::grant_id.eq(grant)),
            )
            .filter(g::ended_at.is_null().and(g::expires_at.gt(now))),
    ))
    .get_result(tx.connection()?)
    .await?;
    Ok(open && !revoked)
}

/// Ends one access token. Ending it twice is no error.
pub(crate) async fn revoke(
    tx: &mut TenantTx,
    environment: Environment,
    jti: Uuid,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(v::table)
        .values((
            v::tenant_id.eq(tenant_id),
            v::environment.eq(environment.as_str()),
            v::jti.eq(jti),
            v::at.eq(now),
            v::expires_at.eq(expires_at),
            v::why.eq("revoked by its client"),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
