//! What people set against floods: brakes (`intake.brake`) and the block and trust lists (`intake.listing`), of the
//! transaction's tenant. The platform's own rows are read in a transaction of the platform. Read only.

use diesel::{
    dsl::{exists, max},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{brake as b, listing as l},
};
use narthex_vocab::{Fingerprint, Timestamp};

use crate::gate::{Lane, Named};

/// When the brake that holds now ends, if one does.
pub(crate) async fn brake(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(b::table
        .filter(b::tenant_id.eq(tx.tenant_uuid()))
        .filter(b::lifted_at.is_null().and(b::ends_at.gt(now)))
        .select(max(b::ends_at))
        .first(tx.connection()?)
        .await?)
}

/// Whether a line of the block list names the call.
pub(crate) async fn blocks(
    tx: &mut TenantTx,
    named: &Named,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let family = named
        .family
        .as_ref()
        .map(|family| family.as_bytes().to_vec());
    let lines = l::table
        .select(l::listing_id)
        .filter(l::tenant_id.eq(tx.tenant_uuid()))
        .filter(l::effect.eq("block"))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .filter(
            l::fingerprint
                .is_not_distinct_from(family)
                .and(l::fingerprint.is_not_null())
                .or(l::host.eq_any(&named.hosts).assume_not_null())
                .or(l::network.contains_or_eq(named.network).assume_not_null()),
        );
    Ok(diesel::select(exists(lines))
        .get_result(tx.connection()?)
        .await?)
}

/// Whether a line of the block list names one of these hosts.
pub(crate) async fn blocks_host(
    tx: &mut TenantTx,
    names: &[String],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let lines = l::table
        .select(l::listing_id)
        .filter(l::tenant_id.eq(tx.tenant_uuid()))
        .filter(l::effect.eq("block"))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .filter(l::host.eq_any(names).assume_not_null());
    Ok(diesel::select(exists(lines))
        .get_result(tx.connection()?)
        .await?)
}

/// The lanes of the trust list.
pub(crate) async fn lanes(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Lane>, StoreError> {
    type Row = (uuid::Uuid, Option<Vec<u8>>, Option<IpNet>, Option<i32>);
    let owner = tx.tenant();
    let rows: Vec<Row> = l::table
        .filter(l::tenant_id.eq(owner.as_uuid()))
        .filter(l::effect.eq("lane"))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .select((l::listing_id, l::fingerprint, l::network, l::per_minute))
        .load(tx.connection()?)
        .await?;
    let lane = |(id, family, network, per_minute): Row| {
        let bytes: Option<[u8; 32]> = family.and_then(|bytes| bytes.try_into().ok());
        Lane {
            owner,
            id,
            family: bytes.map(Fingerprint::from_bytes),
            network,
            per_minute: per_minute
                .and_then(|calls| u32::try_from(calls).ok())
                .unwrap_or_default(),
        }
    };
    Ok(rows.into_iter().map(lane).collect())
}
