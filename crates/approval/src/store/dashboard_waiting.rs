//! How much waits for staff over all tenants, for the navigation. Read in the staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{intake::quarantine as q, review::access_request as r},
};
use narthex_vocab::{QuarantineState, RequestState, Timestamp};

/// Numbers of things that wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Cases in review.
    pub(crate) requests: u64,
    /// Registrations that nobody decided about.
    pub(crate) quarantine: u64,
}

/// Counts what waits at `now`.
pub(crate) async fn load(tx: &mut TenantTx, now: Timestamp) -> Result<Waiting, StoreError> {
    let requests: i64 = r::table
        .filter(r::state.eq(RequestState::InReview.as_str()))
        .count()
        .get_result(tx.connection()?)
        .await?;
    let quarantine: i64 = q::table
        .filter(
            q::state
                .eq(QuarantineState::Quarantined.as_str())
                .and(q::expires_at.gt(now)),
        )
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(Waiting {
        requests: u64::try_from(requests).unwrap_or_default(),
        quarantine: u64::try_from(quarantine).unwrap_or_default(),
    })
}
