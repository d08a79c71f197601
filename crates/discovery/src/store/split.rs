//! `intake.family_split`: families that staff split by network. Read only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::family_split as s};
use narthex_vocab::{Fingerprint, Timestamp};

use crate::splits::Set;

const TABLE: &str = "intake.family_split";

/// Those of the tenant that have not ended.
pub(crate) async fn in_force(tx: &mut TenantTx, now: Timestamp) -> Result<Set, StoreError> {
    let rows: Vec<(String, Vec<u8>, IpNet)> = s::table
        .filter(s::tenant_id.eq(tx.tenant_uuid()))
        .filter(s::expires_at.gt(now))
        .select((s::environment, s::fingerprint, s::network))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(environment, fingerprint, network)| {
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?;
            let fingerprint = <[u8; 32]>::try_from(fingerprint.as_slice())
                .map(Fingerprint::from_bytes)
                .map_err(StoreError::corrupt(TABLE, "fingerprint"))?;
            Ok((environment, fingerprint, network))
        })
        .collect()
}
