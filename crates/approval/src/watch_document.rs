//! For a client whose document cannot be read for days its environment's choice holds until it can be read again: nobody
//! knows any more what it is. One at a host that people block waits at once, for that cause: not being looked at is no silence of its own.
//! What began goes on. It judges no content; that is `compare_document.rs`.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, Environment, Meanwhile};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    restriction::{self, At, Cause, Found},
    store,
};

/// How long an address may be unreadable before new grants wait.
pub const PATIENCE: Duration = Duration::days(7);
/// How often an address that cannot be read is looked at again, whether anybody comes or not.
pub const AGAIN: Duration = Duration::hours(6);

/// Which client.
#[derive(Debug, Clone)]
pub struct WatchDocument {
    /// The environment.
    pub environment: Environment,
    /// The address that is its identifier.
    pub client_id: ClientId,
    /// Whether a line of the block list names its host.
    pub blocked: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// It stays as it is.
    Nothing,
    /// The address is looked at again.
    LookedAt,
    /// It changed in a way that nobody agreed to: this happens meanwhile.
    Found(Meanwhile),
    /// New grants may begin.
    Resumed,
}

/// Why it is as before.
#[derive(Debug, thiserror::Error)]
pub enum WatchDocumentError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at how a client's address has been read.
pub async fn watch_document(
    tx: &mut TenantTx,
    command: WatchDocument,
    acting: &mut Acting<'_>,
) -> Result<Watched, WatchDocumentError> {
    acting.itself()?;
    let at = (command.environment, &command.client_id);
    let tenant = tx.tenant();
    let standing = store::client::load(tx, at.0, at.1).await?;
    if command.blocked {
        return if standing.state.honours_tokens() {
            block(tx, at, acting).await
        } else {
            Ok(Watched::Nothing)
        };
    }
    if restriction::lift(tx, at, Cause::Blocked, acting.now).await? {
        let reason = "Nobody blocks the host of its document any more.";
        record(tx, at, ("client.unrestrict", reason), acting).await?;
        look(tx, at, acting).await?;
        return Ok(Watched::Resumed);
    }
    let Some(document) = store::document::load(tx, tenant, at).await? else {
        return Ok(Watched::Nothing);
    };
    let Some(since) = document.failing_since else {
        if !restriction::lift(tx, at, Cause::Silence, acting.now).await? {
            return Ok(Watched::Nothing);
        }
        let reason = "Its document can be read again.";
        record(tx, at, ("client.unrestrict", reason), acting).await?;
        return Ok(Watched::Resumed);
    };
    if !standing.state.honours_tokens() {
        return Ok(Watched::Nothing);
    }
    if acting.now - since >= PATIENCE {
        let why = document.refusal.as_deref().unwrap_or("it gives no reason");
        let day = since.format("%-d %b %Y");
        let reason = format!("Its document cannot be read since {day}: {why}.");
        let found = Found::of(Cause::Silence, &reason);
        if let Some(effect) = restriction::limit(tx, at, found, acting.now).await? {
            record(tx, at, (restriction::action(effect), &reason), acting).await?;
            return Ok(Watched::Found(effect));
        }
    }
    if acting.now - document.looked_at >= AGAIN {
        return look(tx, at, acting).await;
    }
    Ok(Watched::Nothing)
}

/// New grants wait while its host is blocked; silence before that is forgotten, and counts anew afterwards.
async fn block(
    tx: &mut TenantTx,
    at: At<'_>,
    acting: &mut Acting<'_>,
) -> Result<Watched, WatchDocumentError> {
    let reason = "The host of its document is on the block list: nobody looks there.";
    let found = Found::of(Cause::Blocked, reason);
    let new = restriction::limit(tx, at, found, acting.now).await?;
    restriction::lift(tx, at, Cause::Silence, acting.now).await?;
    let Some(effect) = new else {
        return Ok(Watched::Nothing);
    };
    record(tx, at, (restriction::action(effect), reason), acting).await?;
    Ok(Watched::Found(effect))
}

/// Has the address looked at, unless that is under way.
async fn look(
    tx: &mut TenantTx,
    (environment, client_id): At<'_>,
    acting: &mut Acting<'_>,
) -> Result<Watched, WatchDocumentError> {
    let Some(url) = client_id.document_url() else {
        return Ok(Watched::Nothing);
    };
    if store::fetch_order::is_open(tx, environment, &url).await? {
        return Ok(Watched::Nothing);
    }
    let order = acting.id();
    store::fetch_order::insert_document(tx, order, (environment, &url), acting.now).await?;
    Ok(Watched::LookedAt)
}

async fn record(
    tx: &mut TenantTx,
    (environment, client_id): At<'_>,
    (action, reason): (&'static str, &str),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action,
        object: client_id.to_string(),
        environment: Some(environment),
        reason,
        detail: json!({}),
    };
    acting.record(tx, deed).await
}
