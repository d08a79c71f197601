//! A person of the platform takes a case, takes it over from another, or hands it back. It never decides, and it keeps
//! nobody from deciding.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Id, RequestState, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    assignment::Assignment,
    request::RequestRef,
    store,
};

/// What to do with which case.
#[derive(Debug, Clone, Copy)]
pub struct Take {
    /// The version.
    pub request: RequestRef,
    /// Who had it when the person looked.
    pub seen: Option<Id<kind::Member>>,
}

/// Why nobody else has it now. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The case does not wait for staff (any more).
    #[error("the request is {0}")]
    NotWaiting(RequestState),
    /// Somebody else was faster.
    #[error("somebody else has it")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a case that nobody has, or that the person saw another one have.
pub async fn take(
    tx: &mut TenantTx,
    command: Take,
    acting: &mut Acting<'_>,
) -> Result<(), TakeError> {
    let person = acting.staff(tx, Action::Decide)?;
    let request = store::request::load(tx, tx.tenant(), command.request).await?;
    if !matches!(
        request.state,
        RequestState::InReview | RequestState::AwaitingSecond
    ) {
        return Err(TakeError::NotWaiting(request.state));
    }
    let taken = Assignment {
        by: person.member,
        since: acting.now,
    };
    let done = match command.seen {
        None => store::assignment::insert(tx, request.at, taken).await?,
        Some(seen) => store::assignment::replace(tx, request.at, seen, taken).await?,
    };
    if !done {
        return Err(TakeError::Taken);
    }
    record(tx, command, "request.take", acting).await?;
    Ok(())
}

/// Hands a case back that the person has.
pub async fn hand_back(
    tx: &mut TenantTx,
    command: Take,
    acting: &mut Acting<'_>,
) -> Result<(), TakeError> {
    let person = acting.staff(tx, Action::Decide)?;
    if !store::assignment::delete(tx, command.request, person.member).await? {
        return Err(TakeError::Taken);
    }
    record(tx, command, "request.hand_back", acting).await?;
    Ok(())
}

async fn record(
    tx: &mut TenantTx,
    command: Take,
    action: &'static str,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action,
        object: command.request.id.to_string(),
        environment: Some(command.request.environment),
        reason: "",
        detail: json!({ "version": command.request.version, "from": command.seen }),
    };
    acting.record(tx, deed).await
}
