//! An owner asks a person of the tenant to answer for an integration; the person says yes or no. Nobody answers for
//! anything without having said so, and with a yes goes on what was limited because nobody did.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, member, permission::Action};
use narthex_vocab::{ClientId, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    orphan,
    prose::Reason,
    store,
};

/// How long somebody has to answer.
pub const LIFETIME: Duration = Duration::days(14);

/// Whom to ask about which integration.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// The integration.
    pub integration: Id<kind::Integration>,
    /// Who shall answer for it.
    pub to: Id<kind::Member>,
    /// Why; that person reads it.
    pub reason: Reason,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOver {
    /// The person is asked.
    Asked(Id<kind::Handover>),
    /// Who asked took it over; these clients go on.
    Taken(Vec<ClientId>),
}

/// Why nobody was asked. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// No person with a role in the portal.
    #[error("this is no person of the tenant's portal")]
    UnknownPerson,
    /// The person answers for it already.
    #[error("the person answers for it already")]
    Already,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks somebody to answer for an integration. Who asks themselves has answered.
pub async fn hand_over(
    tx: &mut TenantTx,
    command: HandOver,
    acting: &mut Acting<'_>,
) -> Result<HandedOver, HandOverError> {
    let by = acting.member(tx, Action::ManagePeople)?.member;
    let HandOver {
        integration,
        to,
        reason,
    } = command;
    let before = store::handover::hold(tx, integration).await?;
    match member::load(tx, to).await {
        Ok(person) if person.role.is_some() => {}
        Ok(_) | Err(StoreError::NotFound) => return Err(HandOverError::UnknownPerson),
        Err(error) => return Err(error.into()),
    }
    // Who left and came back answers for it again when they say so.
    if before == Some(to) && !store::orphan::is_limited(tx, integration).await? {
        return Err(HandOverError::Already);
    }
    let id = acting.id();
    let term = (acting.now, acting.now + LIFETIME);
    store::handover::ask(tx, (id, integration), (to, by), reason.as_str(), term).await?;
    let deed = Deed {
        action: "integration.hand_over",
        object: integration.to_string(),
        environment: None,
        reason: reason.as_str(),
        detail: json!({ "handover": id, "from": before, "to": to }),
    };
    acting.record(tx, deed).await?;
    if to == by {
        let taken = accept(tx, (id, integration), to, acting).await?;
        return Ok(taken.map_or(HandedOver::Asked(id), HandedOver::Taken));
    }
    Ok(HandedOver::Asked(id))
}

/// The answer of who was asked.
#[derive(Debug, Clone)]
pub struct AnswerHandover {
    /// The integration.
    pub integration: Id<kind::Integration>,
    /// The question that was read.
    pub handover: Id<kind::Handover>,
    /// Yes or no.
    pub accept: bool,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandoverAnswered {
    /// The person answers for it now; these clients go on.
    Accepted(Vec<ClientId>),
    /// Somebody else has to be asked.
    Declined,
}

/// Why the answer does not count.
#[derive(Debug, thiserror::Error)]
pub enum AnswerHandoverError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// This person is not asked, or not any more.
    #[error("nobody asks this person")]
    NotAsked,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers the question.
pub async fn answer_handover(
    tx: &mut TenantTx,
    command: AnswerHandover,
    acting: &mut Acting<'_>,
) -> Result<HandoverAnswered, AnswerHandoverError> {
    let person = acting.member(tx, Action::ReadTenant)?.member;
    let AnswerHandover {
        integration,
        handover,
        accept: yes,
    } = command;
    store::handover::hold(tx, integration).await?;
    let (about, of) = (Some(integration), Some(person));
    let open = store::handover::open(tx, about, of, acting.now).await?;
    if !open.iter().any(|asked| asked.id == handover) {
        return Err(AnswerHandoverError::NotAsked);
    }
    if yes {
        let lifted = accept(tx, (handover, integration), person, acting).await?;
        let lifted = lifted.ok_or(AnswerHandoverError::NotAsked)?;
        return Ok(HandoverAnswered::Accepted(lifted));
    }
    if !store::handover::answer(tx, handover, false, acting.now).await? {
        return Err(AnswerHandoverError::NotAsked);
    }
    let deed = Deed {
        action: "integration.decline_handover",
        object: integration.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "handover": handover }),
    };
    acting.record(tx, deed).await?;
    Ok(HandoverAnswered::Declined)
}

/// Has the person answer for it, and what was limited go on; nothing when the question is not open any more.
async fn accept(
    tx: &mut TenantTx,
    (handover, integration): (Id<kind::Handover>, Id<kind::Integration>),
    person: Id<kind::Member>,
    acting: &Acting<'_>,
) -> Result<Option<Vec<ClientId>>, StoreError> {
    if !store::handover::answer(tx, handover, true, acting.now).await? {
        return Ok(None);
    }
    store::handover::entrust(tx, integration, person).await?;
    let lifted = orphan::lift(tx, integration, acting).await?;
    let deed = Deed {
        action: "integration.accept_handover",
        object: integration.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "handover": handover, "sponsor": person, "lifted": lifted }),
    };
    acting.record(tx, deed).await?;
    Ok(Some(lifted))
}
