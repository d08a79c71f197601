//! A tenant takes a case back that somebody still works on. It never ends a client: that is revoking.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::RequestState;
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::ScopeReason,
    request::RequestRef,
    store,
};

/// Which case to take back.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// The version that is open.
    pub request: RequestRef,
    /// Why; may be empty.
    pub reason: ScopeReason,
}

/// Why the case is as before.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Nobody works on it any more.
    #[error("the request is {0}")]
    NotOpen(RequestState),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a case back.
pub async fn withdraw(
    tx: &mut TenantTx,
    command: Withdraw,
    acting: &mut Acting<'_>,
) -> Result<(), WithdrawError> {
    acting.member(tx, Action::EditIntegration)?;
    let at = command.request;
    if take_back(tx, at, command.reason.as_str(), acting).await? {
        return Ok(());
    }
    let now = store::request::load(tx, tx.tenant(), at).await?;
    Err(WithdrawError::NotOpen(now.state))
}

/// Takes a case back, in whoever's name; false when nobody works on it.
pub(crate) async fn take_back(
    tx: &mut TenantTx,
    at: RequestRef,
    reason: &str,
    acting: &Acting<'_>,
) -> Result<bool, StoreError> {
    let Some(from) = close(tx, at).await? else {
        return Ok(false);
    };
    record(tx, (at, from), reason, acting).await?;
    Ok(true)
}

/// Takes a case back and says nothing of it yet; from which state, when somebody still worked on it.
pub(crate) async fn close(
    tx: &mut TenantTx,
    at: RequestRef,
) -> Result<Option<RequestState>, StoreError> {
    store::request::hold(tx, at).await?;
    let from = store::request::load(tx, tx.tenant(), at).await?.state;
    let to = RequestState::Withdrawn;
    let open = store::request::OPEN.contains(&from);
    let closed = open && store::request::advance(tx, at, from, to).await?;
    Ok(closed.then_some(from))
}

/// Says that a case was taken back.
pub(crate) async fn record(
    tx: &mut TenantTx,
    (at, from): (RequestRef, RequestState),
    reason: &str,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action: "request.withdraw",
        object: at.id.to_string(),
        environment: Some(at.environment),
        reason,
        detail: json!({ "version": at.version, "from": from }),
    };
    acting.record(tx, deed).await
}
