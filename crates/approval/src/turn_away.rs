//! A person of the tenant has entered a registration's verification code and refuses it: the registrant hears so at its
//! next poll. No case ever comes of it.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Environment, SecretHash};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    store,
};

/// Which registration to refuse.
#[derive(Debug, Clone, Copy)]
pub struct TurnAway {
    /// The environment it is for.
    pub environment: Environment,
    /// The hash of the code that was entered.
    pub verification: SecretHash,
}

/// Why the registration is as before.
#[derive(Debug, thiserror::Error)]
pub enum TurnAwayError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// No registration waits under this code (any more).
    #[error("no registration waits under this code")]
    NotWaiting,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for TurnAwayError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotWaiting,
            other => Self::Store(other),
        }
    }
}

/// Refuses a registration.
pub async fn turn_away(
    tx: &mut TenantTx,
    command: TurnAway,
    acting: &mut Acting<'_>,
) -> Result<(), TurnAwayError> {
    let approver = acting.member(tx, Action::EditIntegration)?.member;
    let TurnAway {
        environment,
        verification,
    } = command;
    let pending = store::deferral::find(tx, environment, &verification, acting.now).await?;
    if !store::deferral::reject(tx, pending.at, approver).await? {
        return Err(TurnAwayError::NotWaiting);
    }
    let deed = Deed {
        action: "registration.turn_away",
        object: pending.at.id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "approver": approver }),
    };
    Ok(acting.record(tx, deed).await?)
}
