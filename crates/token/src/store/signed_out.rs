//! `issue.signed_out`: sessions of people that ended at one issuer of their tenant.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::signed_out as o};
use narthex_vocab::{Environment, Id, Session, Timestamp};

/// No session lives longer.
const LONGEST_SESSION: Duration = Duration::days(30);

/// Whether the session ended here.
pub(crate) async fn is(
    tx: &mut TenantTx,
    environment: Environment,
    session: Id<Session>,
) -> Result<bool, StoreError> {
    let row = o::table.find((tx.tenant_uuid(), environment.as_str(), session.as_uuid()));
    let ended = diesel::select(diesel::dsl::exists(row));
    Ok(ended.get_result(tx.connection()?).await?)
}

/// Ends it here. Ending it twice is no error. What is of no use any more goes.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    session: Id<Session>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let over = o::tenant_id
        .eq(tenant_id)
        .and(o::environment.eq(environment.as_str()))
        .and(o::expires_at.lt(now));
    diesel::delete(o::table.filter(over))
        .execute(tx.connection()?)
        .await?;
    diesel::insert_into(o::table)
        .values((
            o::tenant_id.eq(tenant_id),
            o::environment.eq(environment.as_str()),
            o::session_id.eq(session.as_uuid()),
            o::at.eq(now),
            o::expires_at.eq(now + LONGEST_SESSION),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
