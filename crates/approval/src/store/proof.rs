//! `review.proof`: which hosts the tenant has proved.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::proof as p};
use narthex_vocab::{HostName, Id, Timestamp, kind};

use crate::proofs::Proofs;

/// The proofs of `tenant` in force at `now`; of two for one host the one that lasts longer.
pub(crate) async fn in_force(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    now: Timestamp,
) -> Result<Proofs, StoreError> {
    let rows: Vec<(String, uuid::Uuid)> = p::table
        .filter(p::tenant_id.eq(tenant.as_uuid()))
        .filter(p::state.eq("verified").and(p::expires_at.gt(now)))
        .order(p::expires_at.asc())
        .select((p::host, p::proof_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(host, proof)| {
            let host =
                HostName::parse(&host).map_err(StoreError::corrupt("review.proof", "host"))?;
            Ok((host, Id::from_uuid(proof)))
        })
        .collect()
}
