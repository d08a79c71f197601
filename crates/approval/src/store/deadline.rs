//! `review.deadline` and `review.reminder`: what ends, and which steps before it were taken care of.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        ends::{deadline as d, reminder as r},
        tenant::tenants as t,
    },
};
use narthex_vocab::{Id, Timestamp, kind};

use crate::deadline::{Deadline, Ending, LONGEST, NEWS, Step};

const TABLE: &str = "review.deadline";

/// The tenants in which something ends soon or ended lately, over all that are not frozen.
pub(crate) async fn tenants(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    let rows: Vec<uuid::Uuid> = d::table
        .inner_join(t::table.on(t::tenant_id.eq(d::tenant_id)))
        .filter(t::state.eq("active"))
        .filter(d::ends_at.gt(now - NEWS).and(d::ends_at.le(now + LONGEST)))
        .select(d::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(Id::from_uuid).collect())
}

/// What ends soon or ended lately in the transaction's tenant, always in the same order.
pub(crate) async fn near(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Deadline>, StoreError> {
    let rows: Vec<Row> = d::table
        .filter(d::tenant_id.eq(tx.tenant_uuid()))
        .filter(d::ends_at.gt(now - NEWS).and(d::ends_at.le(now + LONGEST)))
        .order((d::kind, d::about, d::ends_at))
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Takes the steps of a deadline upon this transaction: says whether the latest was nobody's yet. Another transaction that
/// wants them too waits for this one, and finds them taken.
pub(crate) async fn take(
    tx: &mut TenantTx,
    deadline: &Deadline,
    steps: &[Step],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row = |step: &Step| {
        (
            r::tenant_id.eq(tenant_id),
            r::kind.eq(deadline.ending.as_str()),
            r::about.eq(&deadline.about),
            r::ends_at.eq(deadline.ends_at),
            r::days_before.eq(step.0),
            r::at.eq(now),
        )
    };
    let taken: Vec<i16> = diesel::insert_into(r::table)
        .values(steps.iter().map(row).collect::<Vec<_>>())
        .on_conflict_do_nothing()
        .returning(r::days_before)
        .get_results(tx.connection()?)
        .await?;
    Ok(steps.last().is_some_and(|latest| taken.contains(&latest.0)))
}

/// Forgets the steps of what ended before a moment.
pub(crate) async fn forget(tx: &mut TenantTx, before: Timestamp) -> Result<(), StoreError> {
    diesel::delete(r::table)
        .filter(r::tenant_id.eq(tx.tenant_uuid()).and(r::ends_at.lt(before)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = d)]
struct Row {
    kind: String,
    about: String,
    environment: Option<String>,
    object: uuid::Uuid,
    began_at: Timestamp,
    ends_at: Timestamp,
    over: Option<bool>,
}

impl TryFrom<Row> for Deadline {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            ending: Ending::parse(&row.kind)
                .ok_or(())
                .map_err(StoreError::corrupt(TABLE, "kind"))?,
            about: row.about,
            environment: row
                .environment
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(StoreError::corrupt(TABLE, "environment"))?,
            object: row.object,
            began_at: row.began_at,
            ends_at: row.ends_at,
            over: row.over,
        })
    }
}
