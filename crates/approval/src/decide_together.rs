//! Several requests are approved in one go: each a decision of its own, on the payload that was seen, judged by the policy
//! as it is now. Only what is of little consequence may be decided so, and nothing ever in production.

use narthex_policy::{FindingOutcome, RiskLevel, Screening};
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Environment, RequestState, Risk};

use crate::{
    acting::{Acting, NotPermitted},
    decide::{Decide, DecideError, Decided, Outcome, decide},
    payload_hash::PayloadHash,
    prose::Reason,
    request::{AccessRequest, RequestRef},
    screen, store,
};

/// The rule that says what may be decided together, as refusals name it.
pub const RULE: &str = "R-61";
/// The most requests of one go.
pub const MOST: usize = 100;

/// Which request, as it was seen among others.
#[derive(Debug, Clone)]
pub struct ApproveAmongOthers {
    /// The version that was on the page.
    pub request: RequestRef,
    /// Its payload's hash, as the page showed it.
    pub seen: PayloadHash,
    /// Why; the same for all.
    pub reason: Reason,
}

/// Why a request is decided on its own page, or by nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTogether {
    /// It is for production.
    #[error("it is for production")]
    Production,
    /// Its risk is not low.
    #[error("its risk is not low")]
    Risky,
    /// A check failed.
    #[error("a check failed")]
    Failed,
    /// It asks to delete or to administer.
    #[error("it asks to delete or to administer")]
    Grave,
    /// Nobody has to decide it.
    #[error("it is {0}")]
    NotInReview(RequestState),
}

/// Why this one was not approved. Nothing of it is changed then; the others are decided all the same.
#[derive(Debug, thiserror::Error)]
pub enum DecideTogetherError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is decided on its own page.
    #[error("rule {RULE}: {0}")]
    NotTogether(#[from] NotTogether),
    /// The decision does not count.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Approves one of several requests, in a transaction of its own.
pub async fn approve_among_others(
    tx: &mut TenantTx,
    command: ApproveAmongOthers,
    acting: &mut Acting<'_>,
) -> Result<Decided, DecideTogetherError> {
    acting.staff(tx, Action::Decide)?;
    store::request::hold(tx, command.request).await?;
    let request = store::request::load(tx, tx.tenant(), command.request).await?;
    if request.state != RequestState::InReview {
        return Err(NotTogether::NotInReview(request.state).into());
    }
    let screening = screen::preview(tx, &request, acting).await?;
    judge(&request, &screening)?;
    let decide_it = Decide {
        request: command.request,
        seen: command.seen,
        outcome: Outcome::Approve,
        warning: None,
        reason: command.reason,
    };
    Ok(decide(tx, decide_it, acting).await?)
}

/// Whether it is of little consequence, by what is known of it now.
fn judge(request: &AccessRequest, screening: &Screening) -> Result<(), NotTogether> {
    let worst = request.asked.scopes.values().map(|asked| asked.risk).max();
    let failed = |finding: &narthex_policy::Finding| finding.outcome == FindingOutcome::Fail;
    match (request.at.environment, worst) {
        (Environment::Production, _) => Err(NotTogether::Production),
        (_, Some(Risk::Delete | Risk::Admin)) => Err(NotTogether::Grave),
        _ if screening.risk.level != RiskLevel::Low => Err(NotTogether::Risky),
        _ if screening.findings.iter().any(failed) => Err(NotTogether::Failed),
        _ => Ok(()),
    }
}

/// Whether a line of the queue is worth choosing: what is known of it there. The verb looks at everything.
pub(crate) fn may_be(
    environment: Environment,
    state: RequestState,
    (score, failed): (Option<u8>, usize),
) -> bool {
    environment == Environment::Sandbox
        && state == RequestState::InReview
        && score.is_some_and(|score| RiskLevel::of(score) == RiskLevel::Low)
        && failed == 0
}
