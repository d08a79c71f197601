//! `intake.document`: what clients publish under their own addresses, one row an address. Content is replaced by
//! content alone.

use chrono::Duration;
use diesel::{
    dsl::case_when,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
    upsert::excluded,
};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::document as d};
use narthex_vocab::{Environment, Glimpse, Timestamp};
use serde_json::Value;

use crate::client_document::{Address, Found};

#[diesel::declare_sql_function]
extern "SQL" {
    /// The first that is there.
    fn coalesce(one: Nullable<Timestamptz>, other: Nullable<Timestamptz>) -> Nullable<Timestamptz>;
}

/// Keeps a document until its time is over.
pub(crate) async fn found(
    tx: &mut TenantTx,
    environment: Environment,
    found: &Found,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let document = &found.document;
    let keep_for = Duration::from_std(found.keep_for).unwrap_or_default();
    diesel::insert_into(d::table)
        .values((
            d::tenant_id.eq(tenant_id),
            d::environment.eq(environment.as_str()),
            d::client_id.eq(document.url().as_str()),
            d::content_hash.eq(document.hash().as_bytes().to_vec()),
            d::body.eq(Value::Object(document.body().clone())),
            d::fetched_at.eq(now),
            d::fresh_until.eq(now + keep_for),
            d::looked_at.eq(now),
        ))
        .on_conflict((d::tenant_id, d::environment, d::client_id))
        .do_update()
        .set((
            d::content_hash.eq(excluded(d::content_hash)),
            d::body.eq(excluded(d::body)),
            d::fetched_at.eq(excluded(d::fetched_at)),
            d::fresh_until.eq(excluded(d::fresh_until)),
            d::looked_at.eq(excluded(d::looked_at)),
            d::refusal.eq(None::<String>),
            d::failing_since.eq(None::<Timestamp>),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Remembers that a look found none; what was found before stays. Where nobody looked, since the host is blocked, nothing
/// failed, and what failed before is forgotten.
pub(crate) async fn refused(
    tx: &mut TenantTx,
    address: &Address,
    (why, blocked): (&Glimpse, bool),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let failing_since = (!blocked).then_some(now);
    diesel::insert_into(d::table)
        .values((
            d::tenant_id.eq(tenant_id),
            d::environment.eq(address.environment.as_str()),
            d::client_id.eq(address.url.as_str()),
            d::looked_at.eq(now),
            d::refusal.eq(why.as_str()),
            d::failing_since.eq(failing_since),
        ))
        .on_conflict((d::tenant_id, d::environment, d::client_id))
        .do_update()
        .set((
            d::looked_at.eq(excluded(d::looked_at)),
            d::refusal.eq(excluded(d::refusal)),
            d::failing_since.eq(case_when(
                excluded(d::failing_since).is_not_null(),
                coalesce(d::failing_since, excluded(d::failing_since)),
            )),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
