//! An integration whose sponsor has left: for its clients, and what they registered, the environment's choice holds until
//! somebody else answers for it; in production they get no new grants. Nothing is ended, and nobody is made to answer.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, ClientState, Environment, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    restriction::{self, Cause, Found},
    store::{self, orphan::Orphan},
};

/// Limits what nobody answers for in the transaction's tenant; says which integrations are new among them.
pub async fn limit_orphans(
    tx: &mut TenantTx,
    acting: &Acting<'_>,
) -> Result<Vec<Id<kind::Integration>>, StoreError> {
    let mut found = Vec::new();
    for orphan in store::orphan::list(tx).await? {
        let limited = limit(tx, &orphan, acting).await?;
        if limited.is_empty() {
            continue;
        }
        let deed = Deed {
            action: "integration.orphan",
            object: orphan.integration.to_string(),
            environment: None,
            reason: "",
            detail: json!({ "sponsor": orphan.sponsor, "limited": limited }),
        };
        acting.record(tx, deed).await?;
        found.push(orphan.integration);
    }
    Ok(found)
}

async fn limit(
    tx: &mut TenantTx,
    orphan: &Orphan,
    acting: &Acting<'_>,
) -> Result<Vec<ClientId>, StoreError> {
    let about = orphan.integration.to_string();
    let reason = format!(
        "Nobody answers for {} any more: {} has left. An owner hands it over.",
        orphan.name, orphan.sponsor_name
    );
    let mut limited = Vec::new();
    for (environment, client) in line(tx, orphan.integration).await? {
        let found = Found::of(Cause::Sponsor(&about), &reason);
        let effect = restriction::limit(tx, (environment, &client), found, acting.now).await?;
        if effect.is_some() {
            limited.push(client);
        }
    }
    Ok(limited)
}

/// Lets everything go on that was limited because nobody answered for this integration; says which.
pub(crate) async fn lift(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
    acting: &Acting<'_>,
) -> Result<Vec<ClientId>, StoreError> {
    let about = integration.to_string();
    let mut lifted = Vec::new();
    for (environment, client) in line(tx, integration).await? {
        let cause = Cause::Sponsor(&about);
        if restriction::lift(tx, (environment, &client), cause, acting.now).await? {
            lifted.push(client);
        }
    }
    Ok(lifted)
}

/// The clients of an integration that have not ended, with everything below them.
async fn line(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<Vec<(Environment, ClientId)>, StoreError> {
    let mut all = store::orphan::clients(tx, integration).await?;
    for (environment, client) in all.clone() {
        let place = (tx.tenant(), environment);
        for kin in store::lineage::below(tx, place, &client).await? {
            if !matches!(kin.state, ClientState::Expired | ClientState::Revoked) {
                all.push((environment, kin.client_id));
            }
        }
    }
    Ok(all)
}
