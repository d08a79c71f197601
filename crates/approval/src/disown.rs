//! A person of the tenant says that a registration is not theirs. Staff read it; the registration waits as before, and
//! ends as any other that nobody wants.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{ClaimState, Environment, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store::{self, claim::Answer},
};

/// Which invitation to answer with no.
#[derive(Debug, Clone)]
pub struct Disown {
    /// The environment.
    pub environment: Environment,
    /// The invitation.
    pub claim: Id<kind::Claim>,
    /// How they know; staff read it.
    pub reason: Reason,
}

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub enum DisownError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It was answered, or its time is over.
    #[error("the invitation is {0}")]
    NotOpen(ClaimState),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers that it is not theirs.
pub async fn disown(
    tx: &mut TenantTx,
    command: Disown,
    acting: &mut Acting<'_>,
) -> Result<(), DisownError> {
    let person = acting.member(tx, Action::EditIntegration)?;
    let Disown {
        environment,
        claim,
        reason,
    } = command;
    let claim = store::claim::load(tx, environment, claim).await?;
    let state = if claim.state == ClaimState::Open && !claim.is_open(acting.now) {
        ClaimState::Lapsed
    } else {
        claim.state
    };
    let answer = Answer::Disowned(reason.as_str());
    let by = (person.member, acting.now);
    if state != ClaimState::Open
        || !store::claim::answer(tx, (environment, claim.id), answer, by).await?
    {
        return Err(DisownError::NotOpen(state));
    }
    let deed = Deed {
        action: "quarantine.disown",
        object: claim.client_id.to_string(),
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({ "claim": claim.id }),
    };
    Ok(acting.record(tx, deed).await?)
}
