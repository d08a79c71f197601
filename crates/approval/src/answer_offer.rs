//! A tenant answers the reviewer's offer: accepted it becomes a client, declined it goes back to the reviewer. It never
//! changes what is offered.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Id, RequestState, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    activate::{self, Activated},
    approved::{Approved, Basis, DecidedBy, NotApprovable},
    offer::{Acceptance, Answer, Offer},
    prose::ScopeReason,
    reach::NotAsked,
    request::{AccessRequest, RequestRef},
    screen, store,
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

impl From<NotAsked> for AnswerOfferError {
    fn from(beyond: NotAsked) -> Self {
        Self::NotApprovable(beyond.into())
    }
}

/// Answers the open offer.
pub async fn answer_offer(
    tx: &mut TenantTx,
    command: AnswerOffer,
    acting: &mut Acting<'_>,
) -> Result<Answered, AnswerOfferError> {
    let person = acting.member(tx, Action::AnswerOffer)?.member;
    let request = store::request::load(tx, tx.tenant(), command.request).await?;
    let offer = open_offer(tx, &command, acting.now).await?;
    let (answer, to) = if command.accept {
        (
            Answer::Accepted(Acceptance::Tenant(person)),
            RequestState::Approved,
        )
    } else {
        (Answer::Declined(person), RequestState::InReview)
    };
    let answered = store::offer::answer(tx, &offer, answer, acting.now).await?
        && store::request::advance(tx, request.at, RequestState::Offered, to).await?;
    if !answered {
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
        let activated = activate_offered(tx, &request, &offer, acting).await?;
        Ok(Answered::Activated(activated))
    } else {
        Ok(Answered::BackInReview)
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

async fn activate_offered(
    tx: &mut TenantTx,
    request: &AccessRequest,
    offer: &Offer,
    acting: &mut Acting<'_>,
) -> Result<Activated, AnswerOfferError> {
    if !screen::someone_answers(tx, request).await? {
        return Err(NotApprovable::NoSponsor.into());
    }
    let agreed = request.asked.narrowed(&offer.reach)?;
    let run = screen::over_what_is_agreed(tx, request, &agreed, acting).await?;
    let decided_by = store::decision::person(tx, request.at.environment, offer.decision).await?;
    let basis = Basis {
        run: run.id,
        verdict: run.verdict,
        decision: offer.decision,
        decided_by: decided_by.map_or(DecidedBy::Rule, DecidedBy::Person),
        offer: Some(offer.id),
    };
    let proofs = store::proof::in_force(tx, tx.tenant(), acting.now).await?;
    let approved = Approved::new(request, basis, &offer.reach, &proofs)?;
    Ok(activate::activate(tx, approved, acting).await?)
}
