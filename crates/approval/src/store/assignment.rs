//! `review.assignment`: who is looking at a case. One row at most for a version; it moves only from whom the caller saw.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::assignment as a};
use narthex_vocab::{Id, PLATFORM_TENANT, Timestamp, kind};

use crate::{assignment::Assignment, request::RequestRef};

/// Takes what nobody has; false when somebody has it.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    at: RequestRef,
    taken: Assignment,
) -> Result<bool, StoreError> {
    let inserted = diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tx.tenant_uuid()),
            a::environment.eq(at.environment.as_str()),
            a::request_id.eq(at.id.as_uuid()),
            a::version.eq(at.version),
            a::taker_tenant_id.eq(PLATFORM_TENANT.as_uuid()),
            a::taken_by.eq(taken.by.as_uuid()),
            a::taken_at.eq(taken.since),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(inserted == 1)
}

/// Takes it over from one person; false when that one has it no more.
pub(crate) async fn replace(
    tx: &mut TenantTx,
    at: RequestRef,
    from: Id<kind::Member>,
    taken: Assignment,
) -> Result<bool, StoreError> {
    let key = (
        tx.tenant_uuid(),
        at.environment.as_str(),
        at.id.as_uuid(),
        at.version,
    );
    let replaced = diesel::update(a::table.find(key))
        .filter(a::taken_by.eq(from.as_uuid()))
        .set((
            a::taken_by.eq(taken.by.as_uuid()),
            a::taken_at.eq(taken.since),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(replaced == 1)
}

/// Hands it back; false when this person has it not.
pub(crate) async fn delete(
    tx: &mut TenantTx,
    at: RequestRef,
    by: Id<kind::Member>,
) -> Result<bool, StoreError> {
    let key = (
        tx.tenant_uuid(),
        at.environment.as_str(),
        at.id.as_uuid(),
        at.version,
    );
    let deleted = diesel::delete(a::table.find(key))
        .filter(a::taken_by.eq(by.as_uuid()))
        .execute(tx.connection()?)
        .await?;
    Ok(deleted == 1)
}

/// Who has it, in the tenant of a staff transaction.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Option<Assignment>, StoreError> {
    let key = (
        tenant.as_uuid(),
        at.environment.as_str(),
        at.id.as_uuid(),
        at.version,
    );
    let row: Option<(uuid::Uuid, Timestamp)> = a::table
        .find(key)
        .select((a::taken_by, a::taken_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(|(by, since)| Assignment {
        by: Id::from_uuid(by),
        since,
    }))
}
