//! The second of two people: another one than who decided, and than who asked, confirms exactly what was decided, or
//! refuses it. It never changes what was decided.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::{Id, RequestState, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    activate::Activated,
    approved::{DecidedBy, NotApprovable},
    case_news::{self, News},
    decision::{Decider, Decision, DecisionKind},
    payload_hash::PayloadHash,
    prose::Reason,
    reach::Reach,
    request::{AccessRequest, RequestRef},
    second::Wanted,
    settle::{Agreement, Settled, Unsettled, settle},
    store,
};

/// The answer of the second person, as they saw the case.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// The case, in the transaction's tenant.
    pub request: RequestRef,
    /// The decision that the page showed.
    pub first: Id<kind::Decision>,
    /// The hash that the page carried.
    pub seen: PayloadHash,
    /// Yes or no.
    pub confirm: bool,
    /// Why, for the record and, of a refusal, for the people of the tenant.
    pub reason: Reason,
}

/// What came of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// Confirmed: here is the client.
    Activated(Activated),
    /// Refused: the case is over.
    Refused,
}

/// Why the answer does not count. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The case does not wait for a second person (any more).
    #[error("the request is {0}")]
    NotAwaiting(RequestState),
    /// The person saw something else than what is there.
    #[error("the request is not what was seen")]
    Stale,
    /// Nobody confirmed it in time.
    #[error("it could be confirmed until {0}")]
    Lapsed(Timestamp),
    /// The same person decided first.
    #[error("who decides does not confirm")]
    ByWhoDecided,
    /// It cannot be given any more.
    #[error(transparent)]
    NotApprovable(#[from] NotApprovable),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Unsettled> for ConfirmError {
    fn from(error: Unsettled) -> Self {
        match error {
            Unsettled::Moved(state) => Self::NotAwaiting(state),
            Unsettled::NotApprovable(why) => Self::NotApprovable(why),
            Unsettled::Store(error) => Self::Store(error),
        }
    }
}

/// Confirms what another person decided, or refuses it.
pub async fn confirm(
    tx: &mut TenantTx,
    command: Confirm,
    acting: &mut Acting<'_>,
) -> Result<Confirmed, ConfirmError> {
    let person = acting.staff(tx, Action::Confirm)?;
    store::request::hold(tx, command.request).await?;
    let request = store::request::load(tx, tx.tenant(), command.request).await?;
    let wanted = judge(tx, &request, &command, acting.now).await?;
    let environment = request.at.environment;
    let first = store::decision::person(tx, environment, wanted.decision)
        .await?
        .ok_or(ConfirmError::Stale)?;
    if first == person.member {
        return Err(ConfirmError::ByWhoDecided);
    }
    let decision = second_decision(&command, person, acting);
    store::decision::insert(tx, &decision, acting.now).await?;
    record(tx, &decision, &wanted, acting).await?;
    if !command.confirm {
        let refused = refuse(tx, &request).await?;
        case_news::tell(tx, (&request, News::Refused), acting).await?;
        return Ok(refused);
    }
    let agreement = Agreement {
        request: &request,
        decision: wanted.decision,
        decided_by: DecidedBy::Two {
            first,
            second: person.member,
            confirmation: decision.id,
        },
        offer: wanted.offer,
        reach: &agreed(tx, &request, &wanted).await?,
    };
    match settle(tx, agreement, RequestState::AwaitingSecond, acting).await? {
        Settled::Activated(client) => {
            case_news::tell(tx, (&request, News::Approved), acting).await?;
            Ok(Confirmed::Activated(client))
        }
        // Two people are as many as any policy wants.
        Settled::AwaitsSecond { .. } => Err(NotApprovable::NeedsSecond.into()),
    }
}

/// What waits, if it is what the person saw and its time is not over.
async fn judge(
    tx: &mut TenantTx,
    request: &AccessRequest,
    command: &Confirm,
    now: Timestamp,
) -> Result<Wanted, ConfirmError> {
    if request.state != RequestState::AwaitingSecond {
        return Err(ConfirmError::NotAwaiting(request.state));
    }
    let wanted = store::second::load(tx, tx.tenant(), request.at).await?;
    match wanted {
        Some(wanted) if wanted.expires_at <= now => Err(ConfirmError::Lapsed(wanted.expires_at)),
        Some(wanted) if wanted.decision == command.first && request.payload == command.seen => {
            Ok(wanted)
        }
        Some(_) | None => Err(ConfirmError::Stale),
    }
}

fn second_decision<'a>(
    command: &'a Confirm,
    person: &'a Person,
    acting: &mut Acting<'_>,
) -> Decision<'a> {
    Decision {
        id: acting.id(),
        request: command.request,
        kind: if command.confirm {
            DecisionKind::Confirm
        } else {
            DecisionKind::Refuse
        },
        by: Decider::Person(person),
        reason: command.reason.as_str(),
        payload: command.seen,
    }
}

/// What both people give: the accepted offer, or all that was asked for.
async fn agreed(
    tx: &mut TenantTx,
    request: &AccessRequest,
    wanted: &Wanted,
) -> Result<Reach, StoreError> {
    let environment = request.at.environment;
    match wanted.offer {
        Some(offer) => {
            let proposal = store::offer::proposal(tx, tx.tenant(), environment, offer).await?;
            Ok(proposal.reach)
        }
        None => Ok(request.asked.reach()),
    }
}

async fn refuse(tx: &mut TenantTx, request: &AccessRequest) -> Result<Confirmed, ConfirmError> {
    let (from, to) = (RequestState::AwaitingSecond, RequestState::Refused);
    if store::request::advance(tx, request.at, from, to).await? {
        return Ok(Confirmed::Refused);
    }
    let now = store::request::load(tx, tx.tenant(), request.at).await?;
    Err(ConfirmError::NotAwaiting(now.state))
}

async fn record(
    tx: &mut TenantTx,
    decision: &Decision<'_>,
    wanted: &Wanted,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action: decision.kind.action(),
        object: decision.request.id.to_string(),
        environment: Some(decision.request.environment),
        reason: decision.reason,
        detail: json!({
            "decision": decision.id,
            "first": wanted.decision,
            "version": decision.request.version,
            "payload_hash": decision.payload.to_string(),
            "rules": wanted.rules,
        }),
    };
    acting.record(tx, deed).await
}
