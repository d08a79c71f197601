//! `registry.credential`: how a client proves itself; a keyed hash or a public key, never a secret.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::credential as c};
use narthex_vocab::{ClientId, Environment, Id, SecretHash, Timestamp, kind};

/// The states in which it works.
const LIVE: [&str; 2] = ["active", "retiring"];

/// A client's secret as it is kept.
pub(crate) struct NewSecret<'a> {
    pub(crate) id: Id<kind::Credential>,
    pub(crate) environment: Environment,
    pub(crate) client: &'a ClientId,
    pub(crate) hash: SecretHash,
    pub(crate) last4: &'a str,
    pub(crate) created_by: Id<kind::Member>,
    pub(crate) expires_at: Timestamp,
}

/// Keeps a secret. Refused by `two_live_credentials` when the client has two that work.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    secret: &NewSecret<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(c::table)
        .values((
            c::tenant_id.eq(tenant_id),
            c::environment.eq(secret.environment.as_str()),
            c::client_id.eq(secret.client.as_str()),
            c::credential_id.eq(secret.id.as_uuid()),
            c::kind.eq("secret"),
            c::secret_hash.eq(secret.hash.as_bytes().to_vec()),
            c::last4.eq(secret.last4),
            c::created_by.eq(secret.created_by.as_uuid()),
            c::created_at.eq(now),
            c::expires_at.eq(secret.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Whether a client has a credential that works.
pub(crate) async fn any_live(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<bool, StoreError> {
    let live = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq(client.as_str()).and(c::state.eq_any(LIVE)));
    Ok(diesel::select(diesel::dsl::exists(live))
        .get_result(tx.connection()?)
        .await?)
}

/// Ends a live credential; false when there is no live one of this id.
pub(crate) async fn retire(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    credential: Id<kind::Credential>,
) -> Result<bool, StoreError> {
    let retired = diesel::update(c::table)
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(
            c::client_id
                .eq(client.as_str())
                .and(c::credential_id.eq(credential.as_uuid())),
        )
        .filter(c::state.eq_any(LIVE))
        .set(c::state.eq("retired"))
        .execute(tx.connection()?)
        .await?;
    Ok(retired == 1)
}

/// Ends the credentials whose time is over.
pub(crate) async fn expire(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Credential>>, StoreError> {
    let expired: Vec<uuid::Uuid> = diesel::update(c::table)
        .filter(c::tenant_id.eq(tx.tenant_uuid()).and(c::expires_at.le(now)))
        .filter(c::state.eq_any(LIVE))
        .set(c::state.eq("expired"))
        .returning(c::credential_id)
        .get_results(tx.connection()?)
        .await?;
    Ok(expired.into_iter().map(Id::from_uuid).collect())
}
