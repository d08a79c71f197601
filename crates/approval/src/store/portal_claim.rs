//! What a tenant was asked about registrations in quarantine, as its people read it: the registration, its family's
//! first day, and how it could be claimed now.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::claim as c};
use narthex_vocab::{ClaimState, Environment, Id, Timestamp, kind};

use super::{
    claim::{self, Claim},
    dashboard_quarantine::{self, Family},
    proof,
    quarantine::{self, Waiting},
};
use crate::claim::{Showing, showing};

/// An invitation, and what it is about.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) claim: Claim,
    pub(crate) waiting: Waiting,
    pub(crate) family: Family,
    pub(crate) showing: Showing,
}

/// One of the transaction's tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    id: Id<kind::Claim>,
    now: Timestamp,
) -> Result<Asked, StoreError> {
    let claim = claim::load(tx, environment, id).await?;
    let tenant = tx.tenant();
    let client = &claim.client_id;
    let waiting = quarantine::load(tx, environment, client).await?;
    let family = dashboard_quarantine::family(tx, tenant, environment, client).await?;
    let proofs = proof::in_force(tx, tenant, now).await?;
    Ok(Asked {
        showing: showing(tx, environment, &waiting, &proofs).await?,
        claim,
        waiting,
        family,
    })
}

/// All of the transaction's tenant, those that wait for an answer first.
pub(crate) async fn all(tx: &mut TenantTx) -> Result<Vec<Asked>, StoreError> {
    let tenant = tx.tenant();
    let mut asked = Vec::new();
    for claim in claim::all(tx).await? {
        let (environment, client) = (claim.environment, &claim.client_id);
        asked.push(Asked {
            waiting: quarantine::load(tx, environment, client).await?,
            family: dashboard_quarantine::family(tx, tenant, environment, client).await?,
            showing: Showing::Nothing,
            claim,
        });
    }
    Ok(asked)
}

/// How many wait for an answer.
pub(crate) async fn open(tx: &mut TenantTx, now: Timestamp) -> Result<u64, StoreError> {
    let open: i64 = c::table
        .filter(c::tenant_id.eq(tx.tenant_uuid()))
        .filter(
            c::state
                .eq(ClaimState::Open.as_str())
                .and(c::expires_at.gt(now)),
        )
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(u64::try_from(open).unwrap_or_default())
}
