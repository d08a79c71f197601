//! The credentials of one resource, for its page. Never a hash, let alone a secret.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::resource_credential as c};
use narthex_vocab::{Environment, Id, Timestamp, kind};

/// How a resource server proves itself, as far as people may see it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// Its identity.
    pub(crate) id: Id<kind::Credential>,
    /// The last four characters of the secret.
    pub(crate) last4: String,
    /// Not revoked.
    pub(crate) active: bool,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
}

/// The credentials of a resource, newest first.
pub(crate) async fn credentials(
    tx: &mut TenantTx,
    environment: Environment,
    resource: Id<kind::Resource>,
) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String, Timestamp, Timestamp)> = c::table
        .filter(c::tenant_id.eq(tx.tenant_uuid()))
        .filter(c::environment.eq(environment.as_str()))
        .filter(c::resource_id.eq(resource.as_uuid()))
        .order((c::created_at.desc(), c::credential_id))
        .select((
            c::credential_id,
            c::last4,
            c::state,
            c::created_at,
            c::expires_at,
        ))
        .load(tx.connection()?)
        .await?;
    let listed = rows
        .into_iter()
        .map(|(id, last4, state, created_at, expires_at)| Listed {
            id: Id::from_uuid(id),
            last4,
            active: state == "active",
            created_at,
            expires_at,
        });
    Ok(listed.collect())
}
