//! Registration goes on before a brake's end. A tenant's brake is lifted by one person; the platform's takes two: the
//! first proposes it, somebody else confirms. A tenant never lifts what staff set.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    brake::{Author, Lifting, MayNotLift},
    prose::Reason,
    store,
};

/// Which brake to lift.
#[derive(Debug, Clone)]
pub struct LiftBrake {
    /// Which.
    pub brake: Id<kind::Brake>,
    /// Why.
    pub reason: Reason,
}

/// Why it stays on.
#[derive(Debug, thiserror::Error)]
pub enum LiftBrakeError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is over, or it is not for this person.
    #[error(transparent)]
    MayNot(#[from] MayNotLift),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lifts a brake, or proposes to.
pub async fn lift_brake(
    tx: &mut TenantTx,
    command: LiftBrake,
    acting: &mut Acting<'_>,
) -> Result<Lifting, LiftBrakeError> {
    let person = may_lift(tx, acting)?;
    let brake = store::brake::lock(tx, command.brake).await?;
    let lifting = brake.lift(person, acting.now)?;
    let author = Author::from(person);
    let by = (&author, acting.now);
    let action = match lifting {
        Lifting::Lifted => {
            store::brake::lift(tx, brake.id, by).await?;
            "brake.lift"
        }
        Lifting::Proposed => {
            store::brake::propose(tx, brake.id, by).await?;
            "brake.propose_lift"
        }
    };
    let deed = Deed {
        action,
        object: brake.id.to_string(),
        environment: None,
        reason: command.reason.as_str(),
        detail: json!({ "ends_at": brake.ends_at }),
    };
    acting.record(tx, deed).await?;
    Ok(lifting)
}

fn may_lift<'a>(tx: &TenantTx, acting: &Acting<'a>) -> Result<&'a Person, NotPermitted> {
    acting
        .member(tx, Action::BrakeOwn)
        .or_else(|_| acting.member(tx, Action::LiftBrake))
        .or_else(|_| acting.staff(tx, Action::LiftBrake))
}
