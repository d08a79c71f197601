//! What a client publishes under the address that is its identifier
//! (draft-ietf-oauth-client-id-metadata-document): it is fetched through the guard, read and kept, and the client waits
//! in quarantine like any other. A failed look takes nothing from what was found before. Nothing here gives reach.

use std::time::Duration;

use narthex_egress::{FetchError, FetchKind, Guard};
use narthex_http::{JsonError, StrictJson};
use narthex_tenancy::{StoreError, TenantTx, metadata_rules};
use narthex_vocab::{
    ClientDocument, ClientDocumentError, DocumentUrl, Environment, Glimpse, HostName, Id, KeySet,
    Saw, Tenant, Timestamp, WebUri,
};
use serde_json::Value;
use url::Url;

use crate::{
    Discovery,
    candidate::Candidate,
    fetch_orders::{OrderRef, said},
    gate,
    register::QUARANTINE,
    store::{client_key_set, document, fetch_order, hint, quarantine},
};

/// An address of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Where somebody came with it.
    pub environment: Environment,
    /// The identifier.
    pub url: DocumentUrl,
}

/// A document, and for how long its host wants it to be kept.
#[derive(Debug)]
pub struct Found {
    pub(crate) document: ClientDocument,
    pub(crate) keep_for: Duration,
    /// What is at its `jwks_uri`, where it names one.
    pub(crate) keys: Option<Keys>,
}

/// The keys at an address that a document names, or why there are none.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) url: WebUri,
    pub(crate) looked: Result<KeySet, Glimpse>,
}

/// Why there is no document at an address.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// Nothing was fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The block list names its host.
    #[error("nothing is fetched from its host")]
    Blocked,
    /// It is no JSON object that has one meaning.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// It is not the document of this address.
    #[error(transparent)]
    Document(#[from] ClientDocumentError),
}

impl NotFound {
    /// For people at the front door.
    pub(crate) fn said(&self) -> Glimpse {
        match self {
            Self::Fetch(error) => said(error),
            Self::Blocked | Self::Json(_) | Self::Document(_) => {
                Glimpse::from(self.to_string().as_str())
            }
        }
    }
}

/// Fetches and reads the document, and the keys that it names, from hosts that no line of the block list names. Ends
/// within the guard's limits.
pub async fn look(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    url: &DocumentUrl,
    now: Timestamp,
) -> Result<Result<Found, NotFound>, StoreError> {
    if gate::blocks_host(discovery, tenant, url.host(), now).await? {
        return Ok(Err(NotFound::Blocked));
    }
    let (document, keep_for) = match fetch(&discovery.guard, url).await {
        Ok(fetched) => fetched,
        Err(why) => return Ok(Err(why)),
    };
    let keys = match document.metadata().jwks_uri() {
        Some(url) => Some(Keys {
            url: url.clone(),
            looked: keys(discovery, tenant, url, now).await?,
        }),
        None => None,
    };
    Ok(Ok(Found {
        document,
        keep_for,
        keys,
    }))
}

async fn fetch(guard: &Guard, url: &DocumentUrl) -> Result<(ClientDocument, Duration), NotFound> {
    let address = url.url().ok_or(FetchError::Internal)?;
    let fetched = guard.fetch(address, FetchKind::Document).await?;
    let StrictJson(body) = StrictJson::parse(&fetched.body)?;
    let document = ClientDocument::parse(url.clone(), body)?;
    Ok((document, fetched.keep_for))
}

/// The keys that a document names.
async fn keys(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    url: &WebUri,
    now: Timestamp,
) -> Result<Result<KeySet, Glimpse>, StoreError> {
    let address = Url::parse(url.as_str()).ok();
    let host = address.and_then(|address| HostName::parse(address.host_str()?).ok());
    if let Some(host) = host
        && gate::blocks_host(discovery, tenant, &host, now).await?
    {
        return Ok(Err(Glimpse::from(NotFound::Blocked.to_string().as_str())));
    }
    Ok(key_set(&discovery.guard, url).await)
}

/// Fetches the key set of an issuer and reads what of it can be used.
pub(crate) async fn published_keys(guard: &Guard, url: &WebUri) -> Result<KeySet, Glimpse> {
    let body = fetched_keys(guard, url).await?;
    KeySet::published(&body).map_err(|error| Glimpse::from(error.to_string()))
}

/// Fetches and reads a key set. One that cannot be used takes nothing from the document that names it.
pub(crate) async fn key_set(guard: &Guard, url: &WebUri) -> Result<KeySet, Glimpse> {
    let body = fetched_keys(guard, url).await?;
    KeySet::parse(&body).map_err(|error| Glimpse::from(error.to_string()))
}

async fn fetched_keys(guard: &Guard, url: &WebUri) -> Result<Value, Glimpse> {
    let address = Url::parse(url.as_str()).map_err(|error| Glimpse::from(error.to_string()))?;
    let fetched = guard.fetch(address, FetchKind::KeySet).await;
    let fetched = fetched.map_err(|error| said(&error))?;
    let read = StrictJson::parse(&fetched.body);
    let StrictJson(body) = read.map_err(|error| Glimpse::from(error.to_string()))?;
    Ok(Value::Object(body))
}

/// Answers the order with what was found, and keeps it; false when another worker was faster.
pub async fn keep(
    discovery: &Discovery,
    order: OrderRef,
    (address, looked): (&Address, &Result<Found, NotFound>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let work = async |tx: &mut TenantTx| {
        let taken = taken(tx, address.environment, looked).await?;
        let seen = match &taken {
            Ok(found) => Saw::found([&*found.document.hash().to_string()]),
            Err(why) => Saw::Failed(why.clone()),
        };
        if !fetch_order::answer(tx, order.id, &seen, now).await? {
            return Ok(false);
        }
        match taken {
            Ok(found) => take_in(tx, address.environment, found, now).await?,
            Err(why) => {
                let blocked = matches!(looked, Err(NotFound::Blocked));
                document::refused(tx, address, (&why, blocked), now).await?;
            }
        }
        Ok(true)
    };
    discovery.database.tenant(order.tenant, work).await
}

/// What was found, if the environment takes such metadata; else why not, for people at the front door.
async fn taken<'a>(
    tx: &mut TenantTx,
    environment: Environment,
    looked: &'a Result<Found, NotFound>,
) -> Result<Result<&'a Found, Glimpse>, StoreError> {
    let found = match looked {
        Ok(found) => found,
        Err(why) => return Ok(Err(why.said())),
    };
    let rules = metadata_rules::in_force(tx, environment).await?;
    let checked = rules.check(found.document.metadata());
    Ok(checked
        .map(|()| found)
        .map_err(|disallowed| Glimpse::from(disallowed.to_string().as_str())))
}

async fn take_in(
    tx: &mut TenantTx,
    environment: Environment,
    found: &Found,
    now: Timestamp,
) -> Result<(), StoreError> {
    document::found(tx, environment, found, now).await?;
    let candidate = Candidate::found(&found.document);
    let client_id = found.document.client_id();
    if let Some(keys) = &found.keys {
        client_key_set::looked_at(tx, (environment, &client_id), keys, now).await?;
    }
    quarantine::wait_at(
        tx,
        (environment, &client_id),
        &candidate,
        (now, now + QUARANTINE),
    )
    .await?;
    hint::waiting(tx, environment).await
}
