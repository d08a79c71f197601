//! Staff block a registration in quarantine: it is decided that nothing shall come of it. It never touches a client.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{ClientId, Environment, QuarantineState};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store,
};

/// Which registration to block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The environment it registered in.
    pub environment: Environment,
    /// Its identifier.
    pub client_id: ClientId,
    /// Why.
    pub reason: Reason,
}

/// Why nothing was blocked.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It does not wait any more, or a request about it is open: decide that.
    #[error("the registration is {0}")]
    NotWaiting(QuarantineState),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Blocks a registration that waits.
pub async fn block(
    tx: &mut TenantTx,
    command: Block,
    acting: &mut Acting<'_>,
) -> Result<(), BlockError> {
    acting.staff(tx, Action::HandleQuarantine)?;
    let Block {
        environment,
        client_id,
        reason,
    } = command;
    let (from, to) = (QuarantineState::Quarantined, QuarantineState::Blocked);
    if !store::quarantine::advance(tx, environment, &client_id, from, to).await? {
        let waiting = store::quarantine::load(tx, environment, &client_id).await?;
        return Err(BlockError::NotWaiting(waiting.state));
    }
    let deed = Deed {
        action: "quarantine.block",
        object: client_id.to_string(),
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}
