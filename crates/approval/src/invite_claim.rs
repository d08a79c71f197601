//! Staff ask a tenant whether a registration in quarantine is its own. The registration waits until the tenant has had
//! time to answer; the invitation gives nothing, and whoever takes it up has to show that it is theirs.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{ClaimState, ClientId, Environment, Id, QuarantineState, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store::{
        self,
        claim::{Claim, Inviter},
    },
};

/// How long a tenant has to answer.
pub const TIME: Duration = Duration::hours(72);

/// Which registration to ask about.
#[derive(Debug, Clone)]
pub struct InviteClaim {
    /// The environment it registered in.
    pub environment: Environment,
    /// Its identifier.
    pub client_id: ClientId,
    /// Why it may be theirs; people of the tenant read it.
    pub reason: Reason,
}

/// Why nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum InviteClaimError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It does not wait any more.
    #[error("the registration is {0}")]
    NotWaiting(QuarantineState),
    /// The tenant was asked and has not answered yet.
    #[error("the tenant was asked already")]
    Asked,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for InviteClaimError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_open_claim") => Self::Asked,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Asks the tenant.
pub async fn invite_claim(
    tx: &mut TenantTx,
    command: InviteClaim,
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Claim>, InviteClaimError> {
    let person = acting.staff(tx, Action::HandleQuarantine)?;
    let InviteClaim {
        environment,
        client_id,
        reason,
    } = command;
    let waiting = store::quarantine::load(tx, environment, &client_id).await?;
    if waiting.state != QuarantineState::Quarantined {
        return Err(InviteClaimError::NotWaiting(waiting.state));
    }
    if waiting.expires_at <= acting.now {
        return Err(InviteClaimError::NotWaiting(QuarantineState::Expired));
    }
    let claim = Claim {
        id: acting.id(),
        environment,
        client_id,
        reason: reason.as_str().to_owned(),
        invited_by_name: person.name.clone(),
        created_at: acting.now,
        expires_at: acting.now + TIME,
        state: ClaimState::Open,
        answer: None,
        answered_at: None,
        request: None,
    };
    let by = Inviter {
        member: person.member,
        name: &person.name,
    };
    store::claim::insert(tx, &claim, by).await?;
    let registration = (environment, &claim.client_id);
    store::quarantine::wait_until(tx, registration, claim.expires_at).await?;
    let deed = Deed {
        action: "quarantine.invite_claim",
        object: claim.client_id.to_string(),
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({ "claim": claim.id, "expires_at": claim.expires_at }),
    };
    acting.record(tx, deed).await?;
    Ok(claim.id)
}
