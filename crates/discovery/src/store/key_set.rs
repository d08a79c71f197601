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

#[diesel::declare_sql_function]
extern "SQL" {
    /// Postgres: a notice on a channel, delivered when the transaction commits.
    fn pg_notify(
        channel: diesel::sql_types::Text,
        payload: diesel::sql_types::Text,
    ) -> diesel::sql_types::Text;
}

/// Tells the token plane that somebody asks for the keys of this issuer.
pub(crate) async fn ask_for_keys(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<(), StoreError> {
    let payload = format!("{} {environment}", tx.tenant_uuid());
    diesel::select(pg_notify("narthex_environment", payload))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
