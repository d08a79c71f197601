//! A person of the platform decides a case: exactly the payload they saw, once, with a reason. It never decides for
//! the decider's own tenant, and a decision that gives something is the only way to [`settle`].

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::{Id, QuarantineState, RequestState, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    activate::Activated,
    approved::{DecidedBy, NotApprovable},
    case_news::{self, News},
    decision::{Decider, Decision, DecisionKind},
    offer::{self, Acceptance, Answer, Offer},
    payload_hash::PayloadHash,
    prose::Reason,
    reach::{NotAsked, Reach},
    remark::{OutOfPlace, Proposal},
    request::{AccessRequest, RequestRef},
    settle::{Agreement, Settled, Unsettled, settle},
    store,
    warning::Warning,
};

/// What is decided about which case, as the reviewer saw it.
#[derive(Debug, Clone)]
pub struct Decide {
    /// The case, in the transaction's tenant.
    pub request: RequestRef,
    /// The hash that the page carried.
    pub seen: PayloadHash,
    /// What is decided.
    pub outcome: Outcome,
    /// Whether people are warned for a while of what is given; only of a client that is an address.
    pub warning: Option<Warning>,
    /// Why, for the people of the tenant and for the record.
    pub reason: Reason,
}

/// What a reviewer can decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Give all that was asked for.
    Approve,
    /// Give this instead.
    Offer(Proposal),
    /// Have something changed first.
    AskForChanges,
    /// Give nothing.
    Reject,
    /// Give nothing, and block the registration that asked.
    RejectAndBlock,
}

impl Outcome {
    /// The kind of decision it is.
    pub const fn kind(&self) -> DecisionKind {
        match self {
            Self::Approve => DecisionKind::Approve,
            Self::Offer(_) => DecisionKind::Offer,
            Self::AskForChanges => DecisionKind::AskForChanges,
            Self::Reject => DecisionKind::Reject,
            Self::RejectAndBlock => DecisionKind::RejectAndBlock,
        }
    }
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// A client came of it.
    Activated(Activated),
    /// A second person has to confirm it.
    AwaitsSecond {
        /// Until when.
        until: Timestamp,
    },
    /// The tenant answers the offer.
    Offered {
        /// The offer.
        offer: Id<kind::Offer>,
        /// Until when it can be answered.
        expires_at: Timestamp,
    },
    /// The case ended, or waits for a new version.
    Closed(RequestState),
}

/// Why nothing was decided. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The reviewer saw something else than what is there.
    #[error("the request is not what was seen")]
    Stale,
    /// The case does not wait for a decision (any more).
    #[error("the request is {0}")]
    NotInReview(RequestState),
    /// The offer takes nothing away: that is an approval.
    #[error("the offer is all that was asked for")]
    NothingNarrowed,
    /// Nothing is given, or not to a client that is an address: there is nothing to warn of.
    #[error("there is nothing to warn of")]
    NothingToWarnOf,
    /// A part of the offer would be over before the tenant's time to answer is.
    #[error("a part of the offer ends at {0}, before it can be answered")]
    TooShort(Timestamp),
    /// A remark is about nothing on the page.
    #[error(transparent)]
    OutOfPlace(#[from] OutOfPlace),
    /// The case did not begin with a registration that could be blocked.
    #[error("there is no registration to block")]
    NothingToBlock,
    /// It cannot be given, whatever the reviewer wants; production without proof is `Unproved`.
    #[error(transparent)]
    NotApprovable(#[from] NotApprovable),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotAsked> for DecideError {
    fn from(beyond: NotAsked) -> Self {
        Self::NotApprovable(beyond.into())
    }
}

impl From<Unsettled> for DecideError {
    fn from(error: Unsettled) -> Self {
        match error {
            Unsettled::Moved(state) => Self::NotInReview(state),
            Unsettled::NotApprovable(why) => Self::NotApprovable(why),
            Unsettled::Store(error) => Self::Store(error),
        }
    }
}

/// Decides a case.
pub async fn decide(
    tx: &mut TenantTx,
    command: Decide,
    acting: &mut Acting<'_>,
) -> Result<Decided, DecideError> {
    let person = acting.staff(tx, Action::Decide)?;
    store::request::hold(tx, command.request).await?;
    let request = store::request::load(tx, tx.tenant(), command.request).await?;
    judge(&request, &command, acting.now)?;
    let decision = Decision {
        id: acting.id(),
        request: request.at,
        kind: command.outcome.kind(),
        by: Decider::Person(person),
        reason: command.reason.as_str(),
        payload: command.seen,
    };
    store::decision::insert(tx, &decision, acting.now).await?;
    if let Some(warning) = command.warning {
        store::warning::insert(tx, &decision, warning).await?;
    }
    record(tx, &decision, (&command.outcome, command.warning), acting).await?;
    let case = Case {
        request: &request,
        decision: decision.id,
        decided_by: person,
    };
    let decided = match command.outcome {
        Outcome::Approve => case.approve(tx, acting).await,
        Outcome::Offer(proposal) => case.offer(tx, proposal, acting).await,
        Outcome::AskForChanges => case.close(tx, RequestState::ChangesRequested).await,
        Outcome::Reject => case.close(tx, RequestState::Rejected).await,
        Outcome::RejectAndBlock => case.block(tx).await,
    }?;
    if let Some(news) = decided.news() {
        case_news::tell(tx, (&request, news), acting).await?;
    }
    Ok(decided)
}

impl Decided {
    /// What who asked hears of it; nothing while a second person has to look.
    const fn news(&self) -> Option<News> {
        match self {
            Self::Activated(_) => Some(News::Approved),
            Self::AwaitsSecond { .. } => None,
            Self::Offered { .. } => Some(News::Offered),
            Self::Closed(state) => News::of(*state),
        }
    }
}

/// Whether this can be decided about this case, at this moment.
fn judge(request: &AccessRequest, command: &Decide, now: Timestamp) -> Result<(), DecideError> {
    if request.state != RequestState::InReview {
        return Err(DecideError::NotInReview(request.state));
    }
    if request.payload != command.seen {
        return Err(DecideError::Stale);
    }
    let gives = matches!(command.outcome, Outcome::Approve | Outcome::Offer(_));
    if command.warning.is_some() && !(gives && request.may_be_warned_of()) {
        return Err(DecideError::NothingToWarnOf);
    }
    match &command.outcome {
        Outcome::Offer(proposal) => judge_offer(request, proposal, now),
        Outcome::RejectAndBlock if request.client_id.is_none() => Err(DecideError::NothingToBlock),
        Outcome::Approve | Outcome::AskForChanges | Outcome::Reject | Outcome::RejectAndBlock => {
            Ok(())
        }
    }
}

/// An offer is less than the ask, and each part of it is still worth something when the tenant has thought about it.
fn judge_offer(
    request: &AccessRequest,
    proposal: &Proposal,
    now: Timestamp,
) -> Result<(), DecideError> {
    let reach = &proposal.reach;
    if *reach == request.asked.reach() {
        return Err(DecideError::NothingNarrowed);
    }
    request.asked.narrowed(reach)?;
    proposal.in_place(&request.asked, request.at.environment)?;
    let answered = if request.narrowing_is_agreed() {
        now
    } else {
        now + offer::LIFETIME
    };
    match reach.limits.first_end() {
        Some(end) if end <= answered => Err(DecideError::TooShort(end)),
        Some(_) | None => Ok(()),
    }
}

/// A case with the decision that was just written.
struct Case<'a> {
    request: &'a AccessRequest,
    decision: Id<kind::Decision>,
    decided_by: &'a Person,
}

impl Case<'_> {
    async fn approve(
        &self,
        tx: &mut TenantTx,
        acting: &mut Acting<'_>,
    ) -> Result<Decided, DecideError> {
        let all = self.request.asked.reach();
        self.give(tx, (None, &all), RequestState::InReview, acting)
            .await
    }

    /// A registrant has agreed to less beforehand, so that the offer is accepted as it is made; a tenant answers.
    async fn offer(
        &self,
        tx: &mut TenantTx,
        proposal: Proposal,
        acting: &mut Acting<'_>,
    ) -> Result<Decided, DecideError> {
        let offer = Offer {
            id: acting.id(),
            request: self.request.at,
            decision: self.decision,
            proposal,
            expires_at: acting.now + offer::LIFETIME,
        };
        store::offer::insert(tx, &offer, acting.now).await?;
        self.advance(tx, RequestState::Offered).await?;
        if !self.request.narrowing_is_agreed() {
            return Ok(Decided::Offered {
                offer: offer.id,
                expires_at: offer.expires_at,
            });
        }
        let accepted = Answer::Accepted(Acceptance::Registration);
        store::offer::answer(tx, &offer, accepted, acting.now).await?;
        let given = (Some(offer.id), &offer.proposal.reach);
        self.give(tx, given, RequestState::Offered, acting).await
    }

    async fn close(&self, tx: &mut TenantTx, to: RequestState) -> Result<Decided, DecideError> {
        self.advance(tx, to).await?;
        Ok(Decided::Closed(to))
    }

    async fn block(&self, tx: &mut TenantTx) -> Result<Decided, DecideError> {
        let client_id = self
            .request
            .client_id
            .as_ref()
            .ok_or(DecideError::NothingToBlock)?;
        let environment = self.request.at.environment;
        let (from, to) = (QuarantineState::Linked, QuarantineState::Blocked);
        if !store::quarantine::advance(tx, environment, client_id, from, to).await? {
            return Err(DecideError::NothingToBlock);
        }
        self.close(tx, RequestState::RejectedAndBlocked).await
    }

    async fn give(
        &self,
        tx: &mut TenantTx,
        (offer, reach): (Option<Id<kind::Offer>>, &Reach),
        from: RequestState,
        acting: &mut Acting<'_>,
    ) -> Result<Decided, DecideError> {
        let agreement = Agreement {
            request: self.request,
            decision: self.decision,
            decided_by: DecidedBy::Person(self.decided_by.member),
            offer,
            reach,
        };
        match settle(tx, agreement, from, acting).await? {
            Settled::Activated(client) => Ok(Decided::Activated(client)),
            Settled::AwaitsSecond { until } => Ok(Decided::AwaitsSecond { until }),
        }
    }

    /// Moves the case; a second reviewer who was faster is told so.
    async fn advance(&self, tx: &mut TenantTx, to: RequestState) -> Result<(), DecideError> {
        let from = RequestState::InReview;
        if store::request::advance(tx, self.request.at, from, to).await? {
            return Ok(());
        }
        let now = store::request::load(tx, tx.tenant(), self.request.at).await?;
        Err(DecideError::NotInReview(now.state))
    }
}

async fn record(
    tx: &mut TenantTx,
    decision: &Decision<'_>,
    (outcome, warning): (&Outcome, Option<Warning>),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let offered = match outcome {
        Outcome::Offer(proposal) => Some(&proposal.reach),
        Outcome::Approve | Outcome::AskForChanges | Outcome::Reject | Outcome::RejectAndBlock => {
            None
        }
    };
    let deed = Deed {
        action: decision.kind.action(),
        object: decision.request.id.to_string(),
        environment: Some(decision.request.environment),
        reason: decision.reason,
        detail: json!({
            "decision": decision.id,
            "version": decision.request.version,
            "payload_hash": decision.payload.to_string(),
            "offered": offered.map(|reach| &reach.scopes),
            "offered_until": offered.map(|reach| &reach.limits.scopes),
            "lifetime_minutes": offered.and_then(|reach| reach.limits.tokens),
            "warning": warning,
        }),
    };
    acting.record(tx, deed).await
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
