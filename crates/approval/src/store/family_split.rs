//! `intake.family_split`: what comes from one network as a family of its own.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{family as f, family_split as s},
};
use narthex_vocab::{Environment, Fingerprint, Id, Timestamp, kind};

use crate::split_network::SplitNetwork;

const TABLE: &str = "intake.family_split";

/// Keeps a split, also in the place of one that ended; false when it is in force already.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (command, own): (&SplitNetwork, &Fingerprint),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ends = (
        s::reason.eq(command.reason.as_str().to_owned()),
        s::created_at.eq(now),
        s::expires_at.eq(command.until),
    );
    let row = (
        s::tenant_id.eq(tx.tenant_uuid()),
        s::environment.eq(command.environment.as_str()),
        s::fingerprint.eq(command.fingerprint.as_bytes().to_vec()),
        s::network.eq(command.network),
        s::split_fingerprint.eq(own.as_bytes().to_vec()),
    );
    let key = (
        tx.tenant_uuid(),
        command.environment.as_str(),
        command.fingerprint.as_bytes().to_vec(),
        command.network,
    );
    let ended = diesel::update(s::table.find(key)).filter(s::expires_at.le(now));
    let again = ended.set(ends.clone()).execute(tx.connection()?).await?;
    let new = diesel::insert_into(s::table)
        .values((row, ends))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(again + new == 1)
}

/// One split, as the pages of both families show it.
#[derive(Debug, Clone)]
pub(crate) struct SplitOff {
    /// The family that it was split from.
    pub(crate) from: Fingerprint,
    /// The family that it is now.
    pub(crate) own: Fingerprint,
    pub(crate) network: IpNet,
    pub(crate) reason: String,
    pub(crate) until: Timestamp,
    /// Somebody has called from there since.
    pub(crate) seen: bool,
}

/// The splits from a family and into it that have not ended.
pub(crate) async fn about(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, family): (Environment, &Fingerprint),
    now: Timestamp,
) -> Result<Vec<SplitOff>, StoreError> {
    type Row = (Vec<u8>, Vec<u8>, IpNet, String, Timestamp, Option<i64>);
    let print = family.as_bytes().to_vec();
    let rows: Vec<Row> = s::table
        .left_join(
            f::table.on(f::tenant_id
                .eq(s::tenant_id)
                .and(f::environment.eq(s::environment))
                .and(f::fingerprint.eq(s::split_fingerprint))),
        )
        .filter(
            s::tenant_id
                .eq(tenant.as_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .filter(
            s::fingerprint
                .eq(print.clone())
                .or(s::split_fingerprint.eq(print)),
        )
        .filter(s::expires_at.gt(now))
        .order(s::network)
        .select((
            s::fingerprint,
            s::split_fingerprint,
            s::network,
            s::reason,
            s::expires_at,
            f::attempts.nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    let fingerprint = |bytes: Vec<u8>| {
        <[u8; 32]>::try_from(bytes.as_slice())
            .map(Fingerprint::from_bytes)
            .map_err(StoreError::corrupt(TABLE, "fingerprint"))
    };
    rows.into_iter()
        .map(|(from, own, network, reason, until, attempts)| {
            Ok(SplitOff {
                from: fingerprint(from)?,
                own: fingerprint(own)?,
                network,
                reason,
                until,
                seen: attempts.is_some(),
            })
        })
        .collect()
}
