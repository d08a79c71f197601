//! `intake.family_split`: families that staff split by network. Read only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::family_split as s};
use narthex_vocab::{Environment, Fingerprint, Timestamp};

use crate::splits::Splits;

const TABLE: &str = "intake.family_split";

/// Those of an environment that have not ended.
pub(crate) async fn in_force(
    tx: &mut TenantTx,
    environment: Environment,
    now: Timestamp,
) -> Result<Splits, StoreError> {
    let rows: Vec<(Vec<u8>, IpNet)> = s::table
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .filter(s::expires_at.gt(now))
        .select((s::fingerprint, s::network))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(fingerprint, network)| {
            let fingerprint = <[u8; 32]>::try_from(fingerprint.as_slice())
                .map(Fingerprint::from_bytes)
                .map_err(StoreError::corrupt(TABLE, "fingerprint"))?;
            Ok((fingerprint, network))
        })
        .collect()
}
