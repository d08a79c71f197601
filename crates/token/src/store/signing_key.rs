//! `issue.signing_key` and `issue.published_key`. Private keys are sealed before they come here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{published_key as p, signing_key as k},
};
use narthex_vocab::{Environment, Timestamp};
use serde_json::Value;

/// A key that signs now.
pub(crate) struct CurrentKey {
    pub(crate) kid: String,
    pub(crate) algorithm: String,
    pub(crate) sealed: Vec<u8>,
}

/// A key as it is made.
pub(crate) struct NewKey {
    pub(crate) kid: String,
    pub(crate) algorithm: &'static str,
    pub(crate) sealed: Vec<u8>,
    pub(crate) jwk: Value,
}

pub(crate) async fn current(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Vec<CurrentKey>, StoreError> {
    let rows: Vec<(String, String, Vec<u8>)> = k::table
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.eq(environment.as_str()))
                .and(k::state.eq("current")),
        )
        .select((k::kid, k::algorithm, k::sealed))
        .load(tx.connection()?)
        .await?;
    let key = |(kid, algorithm, sealed)| CurrentKey {
        kid,
        algorithm,
        sealed,
    };
    Ok(rows.into_iter().map(key).collect())
}

/// The public keys that tokens may still be checked with.
pub(crate) async fn published(
    tx: &mut TenantTx,
    environment: Environment,
    now: Timestamp,
) -> Result<Vec<(String, Value)>, StoreError> {
    let rows = p::table
        .filter(
            p::tenant_id
                .eq(tx.tenant_uuid())
                .and(p::environment.eq(environment.as_str())),
        )
        .filter(p::withdraw_at.is_null().or(p::withdraw_at.gt(now)))
        .select((p::kid, p::jwk))
        .load(tx.connection()?)
        .await?;
    Ok(rows)
}

/// Adds a key as the current one of its algorithm, unless another process was faster.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    key: NewKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let added = diesel::insert_into(k::table)
        .values((
            k::tenant_id.eq(tenant_id),
            k::environment.eq(environment.as_str()),
            k::kid.eq(&key.kid),
            k::algorithm.eq(key.algorithm),
            k::sealed.eq(key.sealed),
            k::state.eq("current"),
            k::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    if added == 0 {
        return Ok(());
    }
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(environment.as_str()),
            p::kid.eq(key.kid),
            p::jwk.eq(key.jwk),
            p::published_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
