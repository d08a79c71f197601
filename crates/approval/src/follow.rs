//! Everything below a client goes where the client goes, in the same transaction: suspended, ended or revoked with it.
//! It never lets anything go on: whoever resumes a client resumes those below it one by one.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, ClientState, Environment};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    lineage::follows,
    store::{self, client::Arrow},
};

/// A client that has just moved.
pub(crate) struct Moved<'a> {
    pub(crate) environment: Environment,
    pub(crate) client_id: &'a ClientId,
    pub(crate) to: ClientState,
    pub(crate) reason: &'a str,
    pub(crate) held_by_staff: bool,
}

/// Moves what is below, the nearest first; says which.
pub(crate) async fn follow(
    tx: &mut TenantTx,
    moved: &Moved<'_>,
    acting: &Acting<'_>,
) -> Result<Vec<ClientId>, StoreError> {
    let mut followed = Vec::new();
    let place = (tx.tenant(), moved.environment);
    for kin in store::lineage::below(tx, place, moved.client_id).await? {
        let (child, from) = (kin.client_id, kin.state);
        let Some(to) = follows(from, moved.to) else {
            continue;
        };
        let arrow = Arrow {
            from,
            to,
            reason: Some(moved.reason),
            held_by_staff: moved.held_by_staff,
        };
        if !store::client::advance(tx, moved.environment, &child, arrow, acting.now).await? {
            return Err(StoreError::NotFound);
        }
        let deed = Deed {
            action: "client.follow",
            object: child.to_string(),
            environment: Some(moved.environment),
            reason: moved.reason,
            detail: json!({ "from": from, "to": to, "after": moved.client_id }),
        };
        acting.record(tx, deed).await?;
        followed.push(child);
    }
    Ok(followed)
}
