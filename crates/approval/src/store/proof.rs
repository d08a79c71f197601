//! `review.proof`: which hosts the tenant has proved, how and until when.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::proof as p};
use narthex_vocab::{DomainState, HostName, Id, ProofMethod, Timestamp, kind};

use crate::{domain::Domain, proofs::Proofs};

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

/// A proof that was just found.
#[derive(Debug)]
pub(crate) struct NewProof<'a> {
    pub(crate) id: Id<kind::Proof>,
    pub(crate) domain: &'a Domain,
    pub(crate) order: Id<kind::Order>,
    pub(crate) method: ProofMethod,
    pub(crate) evidence: String,
    pub(crate) verified_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Writes a proof. [`StoreError::Refused`] by `proof_seen` when the order's answer does not show the value.
pub(crate) async fn insert(tx: &mut TenantTx, proof: &NewProof<'_>) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::proof_id.eq(proof.id.as_uuid()),
            p::domain_id.eq(proof.domain.id.as_uuid()),
            p::host.eq(proof.domain.host.as_str()),
            p::method.eq(proof.method.as_str()),
            p::evidence.eq(&proof.evidence),
            p::verified_at.eq(proof.verified_at),
            p::expires_at.eq(proof.expires_at),
            p::order_id.eq(proof.order.as_uuid()),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Until when the domain's last proof that has not lapsed is good; `None` when it has none.
pub(crate) async fn lasts_until(
    tx: &mut TenantTx,
    domain: Id<kind::Domain>,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(p::table
        .filter(
            p::tenant_id
                .eq(tx.tenant_uuid())
                .and(p::domain_id.eq(domain.as_uuid())),
        )
        .filter(p::state.ne("lapsed"))
        .select(diesel::dsl::max(p::expires_at))
        .first(tx.connection()?)
        .await?)
}

/// Whether the domain was ever proved.
pub(crate) async fn any(tx: &mut TenantTx, domain: Id<kind::Domain>) -> Result<bool, StoreError> {
    let proofs: i64 = p::table
        .filter(
            p::tenant_id
                .eq(tx.tenant_uuid())
                .and(p::domain_id.eq(domain.as_uuid())),
        )
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(proofs > 0)
}

/// Has the domain's proofs follow its state: a proof of a failing host carries no new approval.
pub(crate) async fn follow(
    tx: &mut TenantTx,
    domain: Id<kind::Domain>,
    state: DomainState,
) -> Result<(), StoreError> {
    let (from, to) = match state {
        DomainState::Verified => ("failing", "verified"),
        DomainState::Failing => ("verified", "failing"),
        DomainState::Lapsed => ("failing", "lapsed"),
        DomainState::Pending | DomainState::Checking | DomainState::Failed => return Ok(()),
    };
    diesel::update(p::table)
        .filter(
            p::tenant_id
                .eq(tx.tenant_uuid())
                .and(p::domain_id.eq(domain.as_uuid())),
        )
        .filter(p::state.eq(from))
        .set(p::state.eq(to))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
