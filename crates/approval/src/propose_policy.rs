//! A draft that was tried is proposed: from then on it stays as it is and waits for a second person. Nothing is in force
//! by it before.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};

use crate::{
    acting::{Acting, NotPermitted},
    draft_policy::{may_write, open},
    policy_version::VersionState,
    propose::propose,
    prose::Reason,
    publish_policy, store,
};

/// Which draft to propose.
#[derive(Debug, Clone)]
pub struct ProposePolicy {
    /// Its number.
    pub number: i32,
    /// The hash of the text that was read.
    pub seen: [u8; 32],
    /// Why.
    pub reason: Reason,
}

/// Why it is not proposed.
#[derive(Debug, thiserror::Error)]
pub enum ProposePolicyError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is no draft.
    #[error("the version is no draft")]
    NotADraft,
    /// It was written anew since it was read.
    #[error("the draft was written anew meanwhile")]
    Stale,
    /// Nobody has tried exactly this text.
    #[error("try this text first")]
    NotTried,
    /// It is the text that is in force.
    #[error("it is the text that is in force")]
    Same,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Proposes a draft.
pub async fn propose_policy(
    tx: &mut TenantTx,
    command: ProposePolicy,
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Proposal>, ProposePolicyError> {
    let person = may_write(tx, acting)?;
    open(tx, acting).await?;
    let version = store::policy::lock(tx, command.number).await?;
    if version.state != VersionState::Draft {
        return Err(ProposePolicyError::NotADraft);
    }
    if version.hash != command.seen {
        return Err(ProposePolicyError::Stale);
    }
    let tenant = tx.tenant();
    let (_, published) = store::policy::current(tx, tenant).await?;
    if published.as_ref().is_some_and(|it| it.hash == version.hash) {
        return Err(ProposePolicyError::Same);
    }
    let simulation = store::simulation::load(tx, (tenant, command.number)).await?;
    if simulation.is_none_or(|run| run.hash != version.hash) {
        return Err(ProposePolicyError::NotTried);
    }
    let wish = publish_policy::wish(&version, published.as_ref());
    let id = propose(tx, &wish, (person, &command.reason), acting).await?;
    store::policy::propose(tx, command.number, id).await?;
    Ok(id)
}
