//! `ledger.entry` of the transaction's tenant, page by page: what was done, newest first.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{ledger::entry as l, tenant::member as m},
};
use narthex_vocab::Timestamp;
use std::collections::BTreeSet;
use uuid::Uuid;

use super::dashboard_search::like;

/// Which acts.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Whose name begins so.
    pub(crate) action: Option<String>,
    /// On this object.
    pub(crate) object: Option<String>,
    /// Before this one.
    pub(crate) before: Option<i64>,
}

/// One act, as it is chained.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = l)]
pub(crate) struct Entry {
    pub(crate) seq: i64,
    pub(crate) at: Timestamp,
    pub(crate) actor_kind: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) object: String,
    pub(crate) environment: Option<String>,
    pub(crate) reason: String,
    pub(crate) request_id: String,
    pub(crate) hash: Vec<u8>,
}

/// A page of acts.
pub(crate) async fn list(
    tx: &mut TenantTx,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let mut query = l::table
        .filter(l::tenant_id.eq(tx.tenant_uuid()))
        .order(l::seq.desc())
        .select(Entry::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(action) = &wanted.action {
        let pattern = like(action);
        let begins = pattern.trim_start_matches('%').to_owned();
        query = query.filter(l::action.like(begins));
    }
    if let Some(object) = &wanted.object {
        query = query.filter(l::object.eq(object));
    }
    if let Some(before) = wanted.before {
        query = query.filter(l::seq.lt(before));
    }
    Ok(query.load(tx.connection()?).await?)
}

/// Those of these people who are of the tenant, whether they are still there or not. Staff never are.
pub(crate) async fn own_people(
    tx: &mut TenantTx,
    people: Vec<Uuid>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let own = m::table
        .filter(m::tenant_id.eq(tx.tenant_uuid()))
        .filter(m::member_id.eq_any(people))
        .select(m::member_id)
        .load(tx.connection()?)
        .await?;
    Ok(own.into_iter().collect())
}
