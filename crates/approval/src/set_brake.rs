//! Registration stands still from now on: for the tenant of the transaction, or, in the platform's own, for everybody.
//! One person is enough, since a brake must never wait. It touches no client and no registration that is there.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::Timestamp;
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    brake::{Brake, Span},
    prose::Reason,
    store,
};

/// A brake to set.
#[derive(Debug, Clone)]
pub struct SetBrake {
    /// For how long from now.
    pub span: Span,
    /// Why; people read it.
    pub reason: Reason,
}

/// Why registration goes on.
#[derive(Debug, thiserror::Error)]
pub enum SetBrakeError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// One holds that ends later.
    #[error("a brake that ends later is on")]
    EndsLater {
        /// Its end.
        ends_at: Timestamp,
    },
    /// One brake cannot be kept on for more than seven days: lift it and think again.
    #[error("a brake is on for seven days at most")]
    TooLong,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SetBrakeError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("a_brake_ends") => Self::TooLong,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Sets a brake, or keeps the one that holds for longer.
pub async fn set_brake(
    tx: &mut TenantTx,
    command: SetBrake,
    acting: &mut Acting<'_>,
) -> Result<Brake, SetBrakeError> {
    let person = may_brake(tx, acting)?;
    let ends_at = acting.now + command.span.duration();
    let reason = command.reason.as_str().to_owned();
    let (action, brake) = match store::brake::holding(tx, acting.now).await? {
        Some(held) if held.ends_at >= ends_at => {
            return Err(SetBrakeError::EndsLater {
                ends_at: held.ends_at,
            });
        }
        Some(held) => {
            store::brake::extend(tx, held.id, ends_at).await?;
            let extended = Brake { ends_at, ..held };
            ("brake.extend", extended)
        }
        None => {
            let brake = Brake {
                id: acting.id(),
                tenant: tx.tenant(),
                reason,
                set_by: person.into(),
                set_at: acting.now,
                ends_at,
                proposal: None,
                lifted: None,
            };
            store::brake::insert(tx, &brake).await?;
            ("brake.set", brake)
        }
    };
    let deed = Deed {
        action,
        object: brake.id.to_string(),
        environment: None,
        reason: command.reason.as_str(),
        detail: json!({ "ends_at": ends_at }),
    };
    acting.record(tx, deed).await?;
    Ok(brake)
}

/// The owner for their own tenant; staff for any, and for all.
pub(crate) fn may_brake<'a>(
    tx: &TenantTx,
    acting: &Acting<'a>,
) -> Result<&'a Person, NotPermitted> {
    acting
        .member(tx, Action::BrakeOwn)
        .or_else(|_| acting.member(tx, Action::SetBrake))
        .or_else(|_| acting.staff(tx, Action::SetBrake))
}
