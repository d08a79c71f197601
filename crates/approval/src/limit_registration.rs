//! An owner lowers what strangers may do at an environment's registration endpoint: how often, how much new, how many
//! wait and how long; and how many clients one client may have below it. Never more than the platform gives; whoever waits already is not touched.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::Action,
    registration_limits::{self, CALLS, CHILDREN, HOURS, Limits, NEWCOMERS},
};
use narthex_vocab::{Environment, QuarantineState};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};

/// The limits wanted.
#[derive(Debug, Clone, Copy)]
pub struct LimitRegistration {
    /// Where.
    pub environment: Environment,
    /// What; none is what the platform gives.
    pub limits: Limits,
}

/// Why the limits are as before.
#[derive(Debug, thiserror::Error)]
pub enum LimitRegistrationError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// One is not between 1 and what the platform gives.
    #[error("a limit is between 1 and what the platform gives")]
    Beyond,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the platform gives, in the order of the fields of [`Limits`].
#[must_use]
pub fn given() -> [i32; 5] {
    let waiting = i32::try_from(QuarantineState::MOST_WAITING).unwrap_or(i32::MAX);
    [CALLS, NEWCOMERS, waiting, HOURS, CHILDREN]
}

/// What an owner wants, in the same order.
#[must_use]
pub const fn wanted(limits: &Limits) -> [Option<i32>; 5] {
    [
        limits.calls,
        limits.newcomers,
        limits.waiting,
        limits.hours,
        limits.children,
    ]
}

/// Sets the limits.
pub async fn limit_registration(
    tx: &mut TenantTx,
    command: LimitRegistration,
    acting: &mut Acting<'_>,
) -> Result<(), LimitRegistrationError> {
    acting.member(tx, Action::EditSettings)?;
    let LimitRegistration {
        environment,
        limits,
    } = command;
    let within =
        |(wanted, most): (Option<i32>, i32)| wanted.is_none_or(|n| (1..=most).contains(&n));
    if !wanted(&limits).into_iter().zip(given()).all(within) {
        return Err(LimitRegistrationError::Beyond);
    }
    let before = registration_limits::load(tx, environment).await?;
    registration_limits::save(tx, environment, limits, acting.now).await?;
    let deed = Deed {
        action: "environment.limit_registration",
        object: tx.tenant().to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "before": before, "after": limits }),
    };
    Ok(acting.record(tx, deed).await?)
}
