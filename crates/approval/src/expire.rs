//! Everything expires: registrations that nobody wanted, offers that nobody answered, clients and secrets whose time is
//! over. It never ends anything early, and never anything that a person still works on.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, RequestState, Timestamp, kind};
use serde_json::{Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    offer::Answer,
    request::RequestRef,
    store, withdraw,
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

/// What ended, before anything is said of it.
struct Ended {
    registrations: Vec<String>,
    deferrals: Vec<String>,
    taken_back: Vec<(RequestRef, RequestState)>,
    clients: Vec<String>,
    credentials: Vec<String>,
    offers: Vec<Id<kind::Offer>>,
    unconfirmed: Vec<Id<kind::Request>>,
    claims: Vec<String>,
}

/// Ends what is over in the transaction's tenant. Cases are held first and the ledger is written last, as by everybody
/// who decides: nobody waits for one who waits for them.
pub async fn expire(tx: &mut TenantTx, acting: &mut Acting<'_>) -> Result<Expired, ExpireError> {
    acting.itself()?;
    hold_cases(tx, acting.now).await?;
    let registrations = store::quarantine::expire(tx, acting.now).await?;
    let (deferrals, taken_back) = end_deferrals(tx, acting.now).await?;
    let ended = Ended {
        registrations,
        deferrals,
        taken_back,
        offers: lapse_offers(tx, acting.now).await?,
        unconfirmed: lapse_unconfirmed(tx, acting.now).await?,
        clients: store::client::expire(tx, acting.now).await?,
        credentials: texts(&store::credential::expire(tx, acting.now).await?),
        claims: store::claim::lapse(tx, acting.now).await?,
    };
    write_down(tx, &ended, acting).await?;
    Ok(Expired {
        registrations: ended.registrations.len(),
        deferrals: ended.deferrals.len(),
        offers: ended.offers.len(),
        unconfirmed: ended.unconfirmed.len(),
        clients: ended.clients.len(),
        credentials: ended.credentials.len(),
        claims: ended.claims.len(),
    })
}

fn texts<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// Holds every case that something is over of, always in the same order.
async fn hold_cases(tx: &mut TenantTx, now: Timestamp) -> Result<(), StoreError> {
    let mut cases = store::deferral::over(tx, now).await?;
    cases.extend(store::offer::over(tx, now).await?);
    cases.extend(store::second::over(tx, now).await?);
    cases.sort_by_key(|at| (at.environment, at.id, at.version));
    cases.dedup();
    for at in cases {
        store::request::hold(tx, at).await?;
    }
    Ok(())
}

/// Ends what nobody waits for any more: the registrant was told until when. Its case is taken back.
async fn end_deferrals(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<(Vec<String>, Vec<(RequestRef, RequestState)>), StoreError> {
    let ended = store::deferral::expire(tx, now).await?;
    let mut taken_back = Vec::new();
    for at in ended.iter().filter_map(|one| one.request) {
        if let Some(from) = withdraw::close(tx, at).await? {
            taken_back.push((at, from));
        }
    }
    let ids: Vec<_> = ended.iter().map(|one| one.at.id).collect();
    Ok((texts(&ids), taken_back))
}

async fn lapse_offers(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Offer>>, StoreError> {
    let mut lapsed = Vec::new();
    for at in store::offer::over(tx, now).await? {
        let offer = store::offer::load_open(tx, tx.tenant(), at).await?;
        let (from, to) = (RequestState::Offered, RequestState::Lapsed);
        if store::offer::answer(tx, &offer, Answer::Lapsed, now).await?
            && store::request::advance(tx, at, from, to).await?
        {
            lapsed.push(offer.id);
        }
    }
    Ok(lapsed)
}

async fn lapse_unconfirmed(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Request>>, StoreError> {
    let mut lapsed = Vec::new();
    for at in store::second::over(tx, now).await? {
        let (from, to) = (RequestState::AwaitingSecond, RequestState::Lapsed);
        if store::request::advance(tx, at, from, to).await? {
            lapsed.push(at.id);
        }
    }
    Ok(lapsed)
}

async fn write_down(
    tx: &mut TenantTx,
    ended: &Ended,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    record(tx, "quarantine.expire", json!(ended.registrations), acting).await?;
    record(tx, "registration.expire", json!(ended.deferrals), acting).await?;
    for case in &ended.taken_back {
        let reason = "The registration was not decided in time.";
        withdraw::record(tx, *case, reason, acting).await?;
    }
    record(tx, "client.expire", json!(ended.clients), acting).await?;
    record(tx, "credential.expire", json!(ended.credentials), acting).await?;
    record(tx, "offer.lapse", json!(ended.offers), acting).await?;
    record(tx, "request.lapse", json!(ended.unconfirmed), acting).await?;
    record(tx, "claim.lapse", json!(ended.claims), acting).await
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
