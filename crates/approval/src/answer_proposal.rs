//! A second person, of the platform or of the tenant whose policy it is, confirms a proposal, which carries it out at once, or refuses it; who proposed it may
//! only take it back. A proposal whose object was changed meanwhile is void, and that is remembered.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    lift_brake,
    proposal::{Confirming, MayNotAnswer, Proposal, ProposalKind, ProposalState},
    prose::Reason,
    publish_policy, store, trust_for_tenant,
};

/// The answer to a proposal.
#[derive(Debug, Clone)]
pub struct AnswerProposal {
    /// Which, of the transaction's tenant.
    pub proposal: Id<kind::Proposal>,
    /// To carry it out, or not.
    pub confirm: bool,
    /// Why.
    pub reason: Reason,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerProposalError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is over, or takes somebody else.
    #[error(transparent)]
    MayNot(#[from] MayNotAnswer),
    /// It is a tenant's own policy, and another of the tenant may answer.
    #[error("somebody else of the tenant answers this")]
    TenantAnswers,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ProposalKind {
    /// Who may propose and answer it.
    pub const fn action(self) -> Action {
        match self {
            Self::LiftBrake => Action::LiftBrake,
            Self::TrustDomain => Action::TrustForTenant,
            Self::PublishPolicy => Action::PublishPolicy,
        }
    }
}

/// Answers a proposal; how it stands then.
pub async fn answer_proposal(
    tx: &mut TenantTx,
    command: AnswerProposal,
    acting: &mut Acting<'_>,
) -> Result<ProposalState, AnswerProposalError> {
    let proposal = store::proposal::lock(tx, command.proposal).await?;
    let person = may_answer(tx, &proposal, acting).await?;
    if command.confirm {
        return confirm(tx, &proposal, (person, &command.reason), acting).await;
    }
    let state = proposal.refuse(person, acting.now)?;
    let (by, words) = (person.into(), command.reason.as_str());
    store::proposal::answer(tx, proposal.id, (state, words), (&by, acting.now)).await?;
    given_back(tx, &proposal).await?;
    record(tx, &proposal, (state, words), acting).await?;
    Ok(state)
}

/// The person, when they may answer it: of the platform, or of the tenant whose policy it is.
async fn may_answer<'a>(
    tx: &mut TenantTx,
    proposal: &Proposal,
    acting: &Acting<'a>,
) -> Result<&'a Person, AnswerProposalError> {
    let action = proposal.kind.action();
    let person = acting
        .staff(tx, action)
        .or_else(|_| acting.member(tx, action));
    match proposal.kind {
        ProposalKind::LiftBrake | ProposalKind::TrustDomain => Ok(person?),
        ProposalKind::PublishPolicy => {
            publish_policy::may_answer(tx, proposal, person.ok(), acting).await
        }
    }
}

/// What was proposed and is not done is its author's again, where it has one.
async fn given_back(tx: &mut TenantTx, proposal: &Proposal) -> Result<(), StoreError> {
    match proposal.kind {
        ProposalKind::LiftBrake | ProposalKind::TrustDomain => Ok(()),
        ProposalKind::PublishPolicy => publish_policy::give_back(tx, proposal).await,
    }
}

/// Confirms a proposal and carries it out, or finds it void.
pub(crate) async fn confirm(
    tx: &mut TenantTx,
    proposal: &Proposal,
    (person, reason): (&Person, &Reason),
    acting: &mut Acting<'_>,
) -> Result<ProposalState, AnswerProposalError> {
    let wish = match proposal.kind {
        ProposalKind::LiftBrake => lift_brake::as_it_is(tx, proposal).await?,
        ProposalKind::TrustDomain => trust_for_tenant::as_it_is(tx, proposal, acting.now).await?,
        ProposalKind::PublishPolicy => publish_policy::as_it_is(tx, proposal).await?,
    };
    let words = reason.as_str();
    let state = match proposal.confirm(person, &wish, acting.now)? {
        Confirming::Void => ProposalState::Void,
        Confirming::Stands => {
            let confirmed = (ProposalState::Confirmed, words);
            let by = (&person.into(), acting.now);
            store::proposal::answer(tx, proposal.id, confirmed, by).await?;
            match proposal.kind {
                ProposalKind::LiftBrake => {
                    lift_brake::carry_out(tx, proposal, (person, reason), acting).await?;
                }
                ProposalKind::TrustDomain => {
                    trust_for_tenant::carry_out(tx, proposal, acting).await?;
                }
                ProposalKind::PublishPolicy => {
                    publish_policy::carry_out(tx, proposal, reason, acting).await?;
                }
            }
            ProposalState::Done
        }
    };
    store::proposal::end(tx, proposal.id, state).await?;
    if state == ProposalState::Void {
        given_back(tx, proposal).await?;
    }
    record(tx, proposal, (state, words), acting).await?;
    Ok(state)
}

async fn record(
    tx: &mut TenantTx,
    proposal: &Proposal,
    (state, reason): (ProposalState, &str),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let action = match state {
        ProposalState::Done | ProposalState::Confirmed => "proposal.confirm",
        ProposalState::Refused => "proposal.refuse",
        ProposalState::Withdrawn => "proposal.withdraw",
        ProposalState::Void => "proposal.void",
        ProposalState::Lapsed | ProposalState::Proposed => "proposal.lapse",
    };
    let deed = Deed {
        action,
        object: proposal.id.to_string(),
        environment: None,
        reason,
        detail: json!({
            "kind": proposal.kind.as_str(), "about": proposal.object, "change": proposal.change,
            "proposed_by": proposal.by.member,
        }),
    };
    acting.record(tx, deed).await
}
