//! Everything expires: registrations that nobody wanted, offers that nobody answered, clients and secrets whose time is
//! over. It never ends anything early, and never anything that a person still works on.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::RequestState;
use serde_json::{Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    offer::Answer,
    store,
    withdraw::take_back,
};

/// How many of each ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Registrations in quarantine.
    pub registrations: usize,
    /// Registrations that waited for a decision.
    pub deferrals: usize,
    /// Offers.
    pub offers: usize,
    /// Decisions that no second person confirmed.
    pub unconfirmed: usize,
    /// Clients.
    pub clients: usize,
    /// Secrets and keys.
    pub credentials: usize,
    /// Invitations to claim a registration.
    pub claims: usize,
}

/// Why nothing ended.
#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends what is over in the transaction's tenant.
pub async fn expire(tx: &mut TenantTx, acting: &mut Acting<'_>) -> Result<Expired, ExpireError> {
    acting.itself()?;
    let registrations = store::quarantine::expire(tx, acting.now).await?;
    record(tx, "quarantine.expire", json!(registrations), acting).await?;
    let deferrals = end_deferrals(tx, acting).await?;
    let clients = store::client::expire(tx, acting.now).await?;
    record(tx, "client.expire", json!(clients), acting).await?;
    let credentials = store::credential::expire(tx, acting.now).await?;
    record(tx, "credential.expire", json!(credentials), acting).await?;
    let offers = lapse_offers(tx, acting).await?;
    let unconfirmed = lapse_unconfirmed(tx, acting).await?;
    let claims = store::claim::lapse(tx, acting.now).await?;
    record(tx, "claim.lapse", json!(claims), acting).await?;
    Ok(Expired {
        registrations: registrations.len(),
        deferrals,
        offers,
        unconfirmed,
        clients: clients.len(),
        credentials: credentials.len(),
        claims: claims.len(),
    })
}

/// Ends what nobody waits for any more: the registrant was told until when. Its case is taken back.
async fn end_deferrals(tx: &mut TenantTx, acting: &Acting<'_>) -> Result<usize, StoreError> {
    let ended = store::deferral::expire(tx, acting.now).await?;
    let ids: Vec<_> = ended.iter().map(|one| one.at.id).collect();
    record(tx, "registration.expire", json!(ids), acting).await?;
    for request in ended.iter().filter_map(|one| one.request) {
        take_back(
            tx,
            request,
            "The registration was not decided in time.",
            acting,
        )
        .await?;
    }
    Ok(ended.len())
}

async fn lapse_offers(tx: &mut TenantTx, acting: &Acting<'_>) -> Result<usize, StoreError> {
    let mut lapsed = Vec::new();
    for at in store::offer::over(tx, acting.now).await? {
        let offer = store::offer::load_open(tx, tx.tenant(), at).await?;
        let (from, to) = (RequestState::Offered, RequestState::Lapsed);
        if store::offer::answer(tx, &offer, Answer::Lapsed, acting.now).await?
            && store::request::advance(tx, at, from, to).await?
        {
            lapsed.push(offer.id);
        }
    }
    record(tx, "offer.lapse", json!(lapsed), acting).await?;
    Ok(lapsed.len())
}

async fn lapse_unconfirmed(tx: &mut TenantTx, acting: &Acting<'_>) -> Result<usize, StoreError> {
    let mut lapsed = Vec::new();
    for at in store::second::over(tx, acting.now).await? {
        let (from, to) = (RequestState::AwaitingSecond, RequestState::Lapsed);
        if store::request::advance(tx, at, from, to).await? {
            lapsed.push(at.id);
        }
    }
    record(tx, "request.lapse", json!(lapsed), acting).await?;
    Ok(lapsed.len())
}

/// One entry for all that ended together; none when nothing did.
async fn record(
    tx: &mut TenantTx,
    action: &'static str,
    ended: Value,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    if ended.as_array().is_none_or(Vec::is_empty) {
        return Ok(());
    }
    let object = tx.tenant().to_string();
    let deed = Deed {
        action,
        object,
        environment: None,
        reason: "",
        detail: json!({ "ended": ended }),
    };
    acting.record(tx, deed).await
}
