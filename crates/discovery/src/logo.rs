//! The pictures at the addresses of logos: fetched through the guard, drawn anew by [`Picture`], kept. No registration and
//! no page waits for it. A failed look takes nothing from what was found before; it never judges what it saw.

use narthex_egress::FetchKind;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Environment, Glimpse, Id, Picture, Saw, Tenant, Timestamp, WebUri};
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    Discovery,
    client_document::NotFound,
    fetch_orders::{OrderRef, said},
    gate,
    store::{fetch_order, logo},
};

/// Where a logo is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoAt {
    /// In which environment something names it.
    pub environment: Environment,
    /// Its address.
    pub url: WebUri,
}

/// Pictures that are drawn at once: each may take tens of megabytes for a moment.
static DRAWING: Semaphore = Semaphore::const_new(2);

/// Fetches and draws the picture, or says why not, for people. Ends within the guard's limits and the picture's own.
pub async fn look(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    url: &WebUri,
    now: Timestamp,
) -> Result<Result<Picture, Glimpse>, StoreError> {
    let Ok(address) = Url::parse(url.as_str()) else {
        return Ok(Err(Glimpse::from("its address cannot be read")));
    };
    if gate::blocks_host(discovery, tenant, url.host(), now).await? {
        return Ok(Err(Glimpse::from(NotFound::Blocked.to_string().as_str())));
    }
    let fetched = match discovery.guard.fetch(address, FetchKind::Picture).await {
        Ok(fetched) => fetched,
        Err(error) => return Ok(Err(said(&error))),
    };
    Ok(draw(fetched.body.to_vec()).await)
}

/// On a thread of its own: whatever the decoder does with what it was given ends there.
async fn draw(body: Vec<u8>) -> Result<Picture, Glimpse> {
    let _place = DRAWING.acquire().await;
    let drawn = tokio::task::spawn_blocking(move || Picture::read(&body)).await;
    match drawn {
        Ok(Ok(picture)) => Ok(picture),
        Ok(Err(error)) => Err(Glimpse::from(error.to_string().as_str())),
        Err(_) => Err(Glimpse::from("it cannot be decoded")),
    }
}

/// Answers the order with what was found, and keeps it; false when another worker was faster.
pub async fn keep(
    discovery: &Discovery,
    order: OrderRef,
    (at, looked): (&LogoAt, &Result<Picture, Glimpse>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let seen = match looked {
        Ok(picture) => Saw::found([picture.hash().to_string().as_str()]),
        Err(why) => Saw::Failed(why.clone()),
    };
    let work = async |tx: &mut TenantTx| {
        if !fetch_order::answer(tx, order.id, &seen, now).await? {
            return Ok(false);
        }
        logo::looked_at(tx, (at, looked), now).await?;
        Ok(true)
    };
    discovery.database.tenant(order.tenant, work).await
}
