//! What keeps a client from new grants: its document says something else than was approved, cannot be read or is at a host
//! that is blocked, a host of it is no longer proved, or nobody answers for it any more. A client that is limited for two
//! causes goes on when both are gone. It never gives a client anything, and lets none go on that a person stopped.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, ClientState, Environment, HostName, Timestamp};

use crate::store::{self, client::Arrow};

/// A client's place and name.
pub(crate) type At<'a> = (Environment, &'a ClientId);

/// Why a client is limited.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// Its document says something else than was approved.
    Document,
    /// Its document could not be read for days.
    Silence,
    /// Its document is at a host that people block: nobody looks there.
    Blocked,
    /// The proof of this host has lapsed.
    Proof(&'a HostName),
    /// Nobody answers for this integration any more: its own, or of a client above it.
    Sponsor(&'a str),
}

impl<'a> Cause<'a> {
    /// As stored in `registry.restriction`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Silence => "silence",
            Self::Blocked => "blocked",
            Self::Proof(_) => "proof",
            Self::Sponsor(_) => "sponsor",
        }
    }

    /// The host or the integration that it is about, or nothing.
    pub(crate) fn about(self) -> &'a str {
        match self {
            Self::Document | Self::Silence | Self::Blocked => "",
            Self::Proof(host) => host.as_str(),
            Self::Sponsor(integration) => integration,
        }
    }
}

/// Limits a client, for one cause more; `reason` is what people read. False when it was limited for it before.
pub(crate) async fn limit(
    tx: &mut TenantTx,
    at: At<'_>,
    (cause, reason): (Cause<'_>, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let new = store::restriction::insert(tx, at, (cause, reason), now).await?;
    settle(tx, at, now).await?;
    Ok(new)
}

/// Takes a cause away. False when the client was not limited for it.
pub(crate) async fn lift(
    tx: &mut TenantTx,
    at: At<'_>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let gone = store::restriction::delete(tx, at, cause).await?;
    settle(tx, at, now).await?;
    Ok(gone)
}

/// Puts a client where its causes put it: limited while there is one. What waits for credentials, is suspended or has
/// ended stays as it is.
pub(crate) async fn settle(
    tx: &mut TenantTx,
    at @ (environment, client_id): At<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let from = store::client::load(tx, environment, client_id).await?.state;
    let reasons = store::restriction::reasons(tx, at).await?;
    let to = match (from, reasons.is_empty()) {
        (ClientState::Active | ClientState::Restricted, false) => ClientState::Restricted,
        (ClientState::Restricted, true) => ClientState::Active,
        _ => return Ok(()),
    };
    let reason = (!reasons.is_empty()).then(|| reasons.join(" "));
    let arrow = Arrow {
        from,
        to,
        reason: reason.as_deref(),
        held_by_staff: false,
    };
    if store::client::advance(tx, environment, client_id, arrow, now).await? {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}
