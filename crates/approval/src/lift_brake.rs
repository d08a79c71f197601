//! Registration goes on before a brake's end. A tenant's brake is lifted by one person; the platform's takes two: the
//! first proposes it, somebody else confirms. A tenant never lifts what staff set.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::{Id, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    answer_proposal::{self, AnswerProposalError},
    brake::{Author, Brake, Lifting, MayNotLift},
    proposal::{MayNotAnswer, Proposal, ProposalKind, ProposalState, Wish},
    propose::propose,
    prose::Reason,
    store,
};

/// Which brake to lift.
#[derive(Debug, Clone)]
pub struct LiftBrake {
    /// Which.
    pub brake: Id<kind::Brake>,
    /// Why.
    pub reason: Reason,
}

/// Why it stays on.
#[derive(Debug, thiserror::Error)]
pub enum LiftBrakeError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is over, or it is not for this person.
    #[error(transparent)]
    MayNot(#[from] MayNotLift),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AnswerProposalError> for LiftBrakeError {
    fn from(error: AnswerProposalError) -> Self {
        match error {
            AnswerProposalError::NotPermitted(error) => Self::NotPermitted(error),
            AnswerProposalError::MayNot(MayNotAnswer::TakesAnother) => {
                Self::MayNot(MayNotLift::TakesAnother)
            }
            AnswerProposalError::MayNot(MayNotAnswer::Over) => Self::MayNot(MayNotLift::Over),
            AnswerProposalError::TenantAnswers => Self::NotPermitted(NotPermitted),
            AnswerProposalError::Store(error) => Self::Store(error),
        }
    }
}

/// Lifts a brake, or proposes to. A proposal about another end of the brake is void, and made anew.
pub async fn lift_brake(
    tx: &mut TenantTx,
    command: LiftBrake,
    acting: &mut Acting<'_>,
) -> Result<Lifting, LiftBrakeError> {
    let person = may_lift(tx, acting)?;
    let mut brake = store::brake::lock(tx, command.brake).await?;
    if brake.is_the_platforms() {
        let object = brake.object();
        let about = (ProposalKind::LiftBrake, object.as_str());
        brake.proposal = store::proposal::lock_waiting(tx, about, acting.now).await?;
    }
    let by = (person, &command.reason);
    match (brake.lift(person, acting.now)?, brake.proposal.take()) {
        (Lifting::Lifted, Some(proposal)) => {
            let state = answer_proposal::confirm(tx, &proposal, by, acting).await?;
            if state == ProposalState::Void {
                propose(tx, &wish(&brake), by, acting).await?;
                return Ok(Lifting::Proposed);
            }
            Ok(Lifting::Lifted)
        }
        (Lifting::Lifted, None) => {
            lift(tx, &brake, (by, None), acting).await?;
            Ok(Lifting::Lifted)
        }
        (Lifting::Proposed, _) => {
            propose(tx, &wish(&brake), by, acting).await?;
            Ok(Lifting::Proposed)
        }
    }
}

/// What was proposed, with the brake as it is now.
pub(crate) async fn as_it_is(tx: &mut TenantTx, proposal: &Proposal) -> Result<Wish, StoreError> {
    Ok(wish(&store::brake::lock(tx, named(proposal)?).await?))
}

/// Lifts the brake that two people want lifted.
pub(crate) async fn carry_out(
    tx: &mut TenantTx,
    proposal: &Proposal,
    by: (&Person, &Reason),
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let brake = store::brake::lock(tx, named(proposal)?).await?;
    lift(tx, &brake, (by, Some(proposal.id)), acting).await
}

async fn lift(
    tx: &mut TenantTx,
    brake: &Brake,
    ((person, reason), proposal): ((&Person, &Reason), Option<Id<kind::Proposal>>),
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let by: (&Author, Timestamp) = (&person.into(), acting.now);
    store::brake::lift(tx, brake.id, by, proposal).await?;
    let deed = Deed {
        action: "brake.lift",
        object: brake.id.to_string(),
        environment: None,
        reason: reason.as_str(),
        detail: json!({ "ends_at": brake.ends_at, "proposal": proposal }),
    };
    acting.record(tx, deed).await
}

fn named(proposal: &Proposal) -> Result<Id<kind::Brake>, StoreError> {
    let brake = proposal.object.parse();
    brake
        .map(Id::from_uuid)
        .map_err(StoreError::corrupt("review.proposal", "object"))
}

/// A brake that is set to end later, or was lifted, is another one.
fn wish(brake: &Brake) -> Wish {
    Wish {
        kind: ProposalKind::LiftBrake,
        object: brake.object(),
        change: json!({}),
        seen: json!({ "ends_at": brake.ends_at, "lifted": brake.lifted.is_some() }),
    }
}

fn may_lift<'a>(tx: &TenantTx, acting: &Acting<'a>) -> Result<&'a Person, NotPermitted> {
    acting
        .member(tx, Action::BrakeOwn)
        .or_else(|_| acting.member(tx, Action::LiftBrake))
        .or_else(|_| acting.staff(tx, Action::LiftBrake))
}
