//! Quarantine is bounded: where more wait than it keeps, those that nobody asked for leave, the longest waiting first.
//! What a person wants, what is linked and what became a client stays.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::Environment;
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    store,
};

/// Where to make room.
#[derive(Debug, Clone, Copy)]
pub struct MakeRoom {
    /// The environment.
    pub environment: Environment,
    /// How many may wait in it.
    pub most: i64,
}

/// Why nothing left.
#[derive(Debug, thiserror::Error)]
pub enum MakeRoomError {
    /// A person does not do this.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends what is too much; how many it were. One entry in the ledger for all of them.
pub async fn make_room(
    tx: &mut TenantTx,
    command: MakeRoom,
    acting: &mut Acting<'_>,
) -> Result<usize, MakeRoomError> {
    acting.itself()?;
    let MakeRoom { environment, most } = command;
    let ended = store::quarantine::make_room(tx, environment, most).await?;
    if ended > 0 {
        let deed = Deed {
            action: "quarantine.make_room",
            object: "quarantine".to_owned(),
            environment: Some(environment),
            reason: "",
            detail: json!({ "ended": ended, "most": most }),
        };
        acting.record(tx, deed).await?;
    }
    Ok(ended)
}
