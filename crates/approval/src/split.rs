//! Staff take a registration that somebody's token brought out of its family: what is decided about the family leaves it
//! alone from now on, and whoever brought it goes on. It changes nothing about the registration, and is never undone.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{ClientId, Environment, QuarantineState};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store,
};

/// Which registration to take out.
#[derive(Debug, Clone)]
pub struct Split {
    /// The environment it registered in.
    pub environment: Environment,
    /// Its identifier.
    pub client_id: ClientId,
    /// Why.
    pub reason: Reason,
}

/// Why it is still one of its family.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is over: there is nothing to keep apart.
    #[error("the registration is {0}")]
    Over(QuarantineState),
    /// It was taken out before.
    #[error("it is decided on its own already")]
    Apart,
    /// All strangers with these metadata share it: without it there is no family.
    #[error("it is the registration that all strangers share")]
    Shared,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a registration out of its family.
pub async fn split(
    tx: &mut TenantTx,
    command: Split,
    acting: &mut Acting<'_>,
) -> Result<(), SplitError> {
    acting.staff(tx, Action::HandleQuarantine)?;
    let Split {
        environment,
        client_id,
        reason,
    } = command;
    let waiting = store::quarantine::load(tx, environment, &client_id).await?;
    match waiting.state {
        QuarantineState::Quarantined | QuarantineState::Linked | QuarantineState::Activated => {}
        over @ (QuarantineState::Blocked | QuarantineState::Expired) => {
            return Err(SplitError::Over(over));
        }
    }
    if waiting.initial_access.is_none() {
        return Err(SplitError::Shared);
    }
    if !store::quarantine::set_apart(tx, environment, &client_id).await? {
        return Err(SplitError::Apart);
    }
    let deed = Deed {
        action: "quarantine.split",
        object: client_id.to_string(),
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}
