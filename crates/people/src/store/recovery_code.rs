//! `tenant.recovery_code`: found by hash, used up once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::recovery_code as r};
use narthex_vocab::{Id, SecretHash, Timestamp, kind};

/// Writes a person's codes in the place of all before.
pub(crate) async fn replace(
    tx: &mut TenantTx,
    (member, hashes): (Id<kind::Member>, &[SecretHash]),
    now: Timestamp,
) -> Result<(), StoreError> {
    forget(tx, member).await?;
    let tenant_id = tx.tenant_uuid();
    let row = |hash: &SecretHash| {
        (
            r::tenant_id.eq(tenant_id),
            r::member_id.eq(member.as_uuid()),
            r::code_hash.eq(hash.as_bytes().to_vec()),
            r::created_at.eq(now),
        )
    };
    diesel::insert_into(r::table)
        .values(hashes.iter().map(row).collect::<Vec<_>>())
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Removes all of a person.
pub(crate) async fn forget(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<(), StoreError> {
    diesel::delete(r::table)
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::member_id.eq(member.as_uuid())),
        )
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Uses a code up; `false` when the person has none such, or used it.
pub(crate) async fn use_up(
    tx: &mut TenantTx,
    (member, hash): (Id<kind::Member>, &SecretHash),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = diesel::update(r::table)
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::member_id.eq(member.as_uuid()))
                .and(r::code_hash.eq(hash.as_bytes().to_vec())),
        )
        .filter(r::used_at.is_null())
        .set(r::used_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

/// How many are not used.
pub(crate) async fn left(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<i64, StoreError> {
    Ok(r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::member_id.eq(member.as_uuid())),
        )
        .filter(r::used_at.is_null())
        .count()
        .get_result(tx.connection()?)
        .await?)
}
