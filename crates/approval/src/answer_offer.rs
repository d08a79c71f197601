//! A tenant answers the reviewer's offer: accepted it becomes a client, declined it goes back to the reviewer. It never
//! changes what is offered.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Id, RequestState, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    activate::Activated,
    approved::{DecidedBy, NotApprovable},
    offer::{Acceptance, Answer, Offer},
    prose::ScopeReason,
    request::{AccessRequest, RequestRef},
    settle::{Agreement, Settled, Unsettled, settle},
    store,
};

/// The answer to the open offer of a version.
#[derive(Debug, Clone)]
pub struct AnswerOffer {
    /// The version.
    pub request: RequestRef,
    /// The offer that the person saw.
    pub offer: Id<kind::Offer>,
    /// Yes or no.
    pub accept: bool,
    /// Why, for the reviewer; may be empty.
    pub reason: ScopeReason,
}

/// What came of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Accepted: here is the client.
    Activated(Activated),
    /// Accepted; a second person of the platform has to confirm it.
    AwaitsSecond {
        /// Until when.
        until: Timestamp,
    },
    /// Declined: the reviewer goes on.
    BackInReview,
}

/// Why the answer does not count. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum AnswerOfferError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There is no such open offer: answered, lapsed, or replaced by another.
    #[error("there is no such offer to answer")]
    Gone,
    /// Nobody answered in time.
    #[error("the offer lapsed at {0}")]
    Lapsed(Timestamp),
    /// It cannot be given any more; production without proof is `Unproved`.
    #[error(transparent)]
    NotApprovable(#[from] NotApprovable),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Unsettled> for AnswerOfferError {
    fn from(error: Unsettled) -> Self {
        match error {
            Unsettled::Moved(_) => Self::Gone,
            Unsettled::NotApprovable(why) => Self::NotApprovable(why),
            Unsettled::Store(error) => Self::Store(error),
        }
    }
}

/// Answers the open offer.
pub async fn answer_offer(
    tx: &mut TenantTx,
    command: AnswerOffer,
    acting: &mut Acting<'_>,
) -> Result<Answered, AnswerOfferError> {
    let person = acting.member(tx, Action::AnswerOffer)?.member;
    store::request::hold(tx, command.request).await?;
    let request = store::request::load(tx, tx.tenant(), command.request).await?;
    let offer = open_offer(tx, &command, acting.now).await?;
    let answer = if command.accept {
        Answer::Accepted(Acceptance::Tenant(person))
    } else {
        Answer::Declined(person)
    };
    if !store::offer::answer(tx, &offer, answer, acting.now).await? {
        return Err(AnswerOfferError::Gone);
    }
    let deed = Deed {
        action: if command.accept {
            "offer.accept"
        } else {
            "offer.decline"
        },
        object: offer.id.to_string(),
        environment: Some(request.at.environment),
        reason: command.reason.as_str(),
        detail: json!({ "request": request.at.id, "version": request.at.version }),
    };
    acting.record(tx, deed).await?;
    if command.accept {
        accept(tx, &request, &offer, acting).await
    } else {
        send_back(tx, &request).await
    }
}

async fn open_offer(
    tx: &mut TenantTx,
    command: &AnswerOffer,
    now: Timestamp,
) -> Result<Offer, AnswerOfferError> {
    let offer = match store::offer::load_open(tx, tx.tenant(), command.request).await {
        Ok(offer) if offer.id == command.offer => offer,
        Ok(_) | Err(StoreError::NotFound) => return Err(AnswerOfferError::Gone),
        Err(error) => return Err(error.into()),
    };
    if offer.expires_at <= now {
        return Err(AnswerOfferError::Lapsed(offer.expires_at));
    }
    Ok(offer)
}

async fn accept(
    tx: &mut TenantTx,
    request: &AccessRequest,
    offer: &Offer,
    acting: &mut Acting<'_>,
) -> Result<Answered, AnswerOfferError> {
    let decided_by = store::decision::person(tx, request.at.environment, offer.decision).await?;
    let agreement = Agreement {
        request,
        decision: offer.decision,
        decided_by: decided_by.map_or(DecidedBy::Rule, DecidedBy::Person),
        offer: Some(offer.id),
        reach: &offer.proposal.reach,
    };
    match settle(tx, agreement, RequestState::Offered, acting).await? {
        Settled::Activated(client) => Ok(Answered::Activated(client)),
        Settled::AwaitsSecond { until } => Ok(Answered::AwaitsSecond { until }),
    }
}

async fn send_back(
    tx: &mut TenantTx,
    request: &AccessRequest,
) -> Result<Answered, AnswerOfferError> {
    let (from, to) = (RequestState::Offered, RequestState::InReview);
    if store::request::advance(tx, request.at, from, to).await? {
        Ok(Answered::BackInReview)
    } else {
        Err(AnswerOfferError::Gone)
    }
}
