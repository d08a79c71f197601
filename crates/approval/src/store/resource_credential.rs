//! `registry.resource_credential`: how a resource server proves itself; a keyed hash, never a secret.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::resource_credential as c};
use narthex_vocab::{Environment, Id, SecretHash, Timestamp, kind};

/// A secret as it is kept.
pub(crate) struct NewSecret<'a> {
    pub(crate) id: Id<kind::Credential>,
    pub(crate) environment: Environment,
    pub(crate) resource: Id<kind::Resource>,
    pub(crate) hash: SecretHash,
    pub(crate) last4: &'a str,
    pub(crate) expires_at: Timestamp,
}

/// Keeps a secret. Refused by a foreign key when the environment has no such resource.
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
            c::resource_id.eq(secret.resource.as_uuid()),
            c::credential_id.eq(secret.id.as_uuid()),
            c::secret_hash.eq(secret.hash.as_bytes().to_vec()),
            c::last4.eq(secret.last4),
            c::created_at.eq(now),
            c::expires_at.eq(secret.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
