//! `tenant.linked_identity` and `tenant.provider_answer`: who at a provider is who here, and which answers let somebody in.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::tenant::{linked_identity as l, provider_answer as a},
};
use narthex_vocab::{Id, SecretHash, Timestamp, kind};

use crate::identity::Linked;
use crate::provider::Provider;

pub(crate) async fn find(
    tx: &mut TenantTx,
    (issuer, subject): (&str, &str),
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let found: Option<uuid::Uuid> = l::table
        .find((tx.tenant_uuid(), issuer, subject))
        .select(l::member_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.map(Id::from_uuid))
}

/// [`StoreError::Refused`] by `linked_identity_pkey` when somebody is linked to it meanwhile.
pub(crate) async fn link(
    tx: &mut TenantTx,
    (provider, subject): (&Provider, &str),
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(l::table)
        .values((
            l::tenant_id.eq(tenant_id),
            l::issuer.eq(provider.issuer.as_str()),
            l::subject.eq(subject),
            l::member_id.eq(member.as_uuid()),
            l::provider_id.eq(provider.id.as_uuid()),
            l::linked_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn of(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
) -> Result<Vec<Linked>, StoreError> {
    let rows: Vec<(String, Timestamp)> = l::table
        .filter(
            l::tenant_id
                .eq(tx.tenant_uuid())
                .and(l::member_id.eq(member.as_uuid())),
        )
        .order(l::issuer)
        .select((l::issuer, l::linked_at))
        .load(tx.connection()?)
        .await?;
    let linked = |(issuer, at)| Linked { issuer, at };
    Ok(rows.into_iter().map(linked).collect())
}

/// Uses an answer up; `false` when it was. Answers that cannot come again are forgotten.
pub(crate) async fn use_up(
    tx: &mut TenantTx,
    state: &SecretHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let old = a::table.filter(a::tenant_id.eq(tenant_id));
    diesel::delete(old.filter(a::used_at.lt(now - Duration::hours(1))))
        .execute(tx.connection()?)
        .await?;
    let written = diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::state_hash.eq(state.as_bytes().to_vec()),
            a::used_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(written == 1)
}
