//! `issue.replay`: client assertions that were accepted once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::replay as r};
use narthex_vocab::{ClientId, Environment, Timestamp};

/// Remembers an assertion; `false` when it was there already.
pub(crate) async fn first_use(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    jti_hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let added = diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(environment.as_str()),
            r::client_id.eq(client.as_str()),
            r::jti_hash.eq(jti_hash.to_vec()),
            r::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(added == 1)
}
