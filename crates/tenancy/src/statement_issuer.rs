//! `tenant.statement_issuer`: whose software statements an environment believes (RFC 7591 section 2.3), with the keys
//! that are pinned for each. It never fetches a key.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, KeySet, Timestamp, WebUri};
use serde_json::Value;

use crate::{StoreError, TenantTx, schema::tenant::statement_issuer as s};

const TABLE: &str = "tenant.statement_issuer";

/// The most issuers of one environment.
pub const MOST: usize = 20;

/// Somebody whose signature counts.
#[derive(Debug, Clone)]
pub struct StatementIssuer {
    /// `iss` of its statements, compared letter by letter.
    pub issuer: WebUri,
    /// The keys that it signs with.
    pub keys: KeySet,
}

/// Everybody whom an environment of the transaction's tenant trusts, by name.
pub async fn trusted(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Vec<StatementIssuer>, StoreError> {
    let rows: Vec<(String, Value)> = s::table
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .order(s::issuer)
        .select((s::issuer, s::jwks))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(issuer, jwks)| {
            Ok(StatementIssuer {
                issuer: WebUri::parse(&issuer).map_err(StoreError::corrupt(TABLE, "issuer"))?,
                keys: KeySet::parse(&jwks).map_err(StoreError::corrupt(TABLE, "jwks"))?,
            })
        })
        .collect()
}

/// Adds an issuer, or replaces its keys.
pub async fn save(
    tx: &mut TenantTx,
    environment: Environment,
    issuer: &StatementIssuer,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let changed = (s::jwks.eq(issuer.keys.to_json()), s::changed_at.eq(now));
    diesel::insert_into(s::table)
        .values((
            s::tenant_id.eq(tenant_id),
            s::environment.eq(environment.as_str()),
            s::issuer.eq(issuer.issuer.as_str()),
            changed.clone(),
        ))
        .on_conflict((s::tenant_id, s::environment, s::issuer))
        .do_update()
        .set(changed)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Removes an issuer; false when there is none.
pub async fn remove(
    tx: &mut TenantTx,
    environment: Environment,
    issuer: &WebUri,
) -> Result<bool, StoreError> {
    let row = s::table
        .filter(s::tenant_id.eq(tx.tenant_uuid()))
        .filter(s::environment.eq(environment.as_str()))
        .filter(s::issuer.eq(issuer.as_str()));
    Ok(diesel::delete(row).execute(tx.connection()?).await? == 1)
}
