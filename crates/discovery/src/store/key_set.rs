//! `issue.published_key`: the public halves, as the issuer shows them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::published_key as k};
use narthex_vocab::{Environment, Timestamp};
use serde_json::Value;

/// Every public key in force, oldest first.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    now: Timestamp,
) -> Result<Vec<Value>, StoreError> {
    Ok(k::table
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.eq(environment.as_str())),
        )
        .filter(k::withdraw_at.is_null().or(k::withdraw_at.gt(now)))
        .order((k::published_at, k::kid))
        .select(k::jwk)
        .load(tx.connection()?)
        .await?)
}
