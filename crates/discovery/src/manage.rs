//! A client manages its own registration (RFC 7592): it reads it and it deletes it; what it wants changed is
//! `update_registration.rs`. Nothing here changes how the client stands but to end it: what was suspended stays so, what
//! has ended is unknown.

use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    budget::{Answer, Bucket},
};
use narthex_vocab::{ClientId, Secret, SecretKind};
use serde_json::{Map, Value};
use std::time::Duration;

use crate::{
    Discovery,
    place::Place,
    store::registration_access::{self, Held},
};

/// One call at the address of a registration.
#[derive(Debug)]
pub struct Manage<'a> {
    /// The tenant's environment, from the path.
    pub place: &'a Place,
    /// The identifier, from the path.
    pub client_id: &'a str,
    /// The registration access token, as sent.
    pub token: Option<&'a str>,
    /// The caller's /32 or /64.
    pub source: IpNet,
}

/// A registration as its client reads it.
#[derive(Debug)]
pub struct Managed {
    /// The client information response, without the token.
    pub information: Map<String, Value>,
    /// The token that was sent: it stays the same.
    pub token: Secret,
}

/// Why a registration is not managed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// No token came.
    #[error("a registration access token is needed")]
    NoToken,
    /// The token is unknown, of another place or kind, or its client has ended: not told apart.
    #[error("the registration access token is not valid")]
    Unknown,
    /// The token is another client's.
    #[error("the registration access token is for another client")]
    OtherClient,
    /// A budget is used up.
    #[error("too many calls")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Budgets cannot be kept.
    #[error("registration is closed for the moment")]
    Closed {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a registration (RFC 7592 section 2.1).
pub async fn read(discovery: &Discovery, command: Manage<'_>) -> Result<Managed, ManageError> {
    let token = admitted(discovery, &command).await?;
    let work = async |tx: &mut TenantTx| held(discovery, tx, &command, &token).await;
    let held = discovery
        .database
        .tenant(command.place.tenant, work)
        .await?;
    Ok(Managed {
        information: held.information,
        token,
    })
}

/// Deletes a registration (RFC 7592 section 2.3): its token is void at once, its client by the approval plane.
pub async fn delete(discovery: &Discovery, command: Manage<'_>) -> Result<ClientId, ManageError> {
    let token = admitted(discovery, &command).await?;
    let work = async |tx: &mut TenantTx| {
        let held = held(discovery, tx, &command, &token).await?;
        if registration_access::end(tx, command.place, &held.client_id).await? {
            Ok(held.client_id)
        } else {
            Err(ManageError::Unknown)
        }
    };
    discovery.database.tenant(command.place.tenant, work).await
}

/// The token, when the caller's budget allows another one to be tried.
pub(crate) async fn admitted(
    discovery: &Discovery,
    call: &Manage<'_>,
) -> Result<Secret, ManageError> {
    let minute = Duration::from_secs(60);
    let buckets = [
        Bucket::new(
            format!("register/manage/source/{}", call.source),
            300,
            minute,
        ),
        Bucket::new("register/manage/tenant", 6_000, minute),
    ];
    match discovery.budgets.spend(call.place.tenant, &buckets).await {
        Ok(Answer::Allowed) => {}
        Ok(Answer::Limited { retry_after }) => return Err(ManageError::Limited { retry_after }),
        Err(error) => {
            tracing::warn!(%error, "registrations are not managed while budgets cannot be kept");
            return Err(ManageError::Closed { retry_after: 5 });
        }
    }
    let token = call.token.ok_or(ManageError::NoToken)?;
    Secret::parse(SecretKind::RegistrationAccess, token).map_err(|_| ManageError::Unknown)
}

pub(crate) async fn held(
    discovery: &Discovery,
    tx: &mut TenantTx,
    call: &Manage<'_>,
    token: &Secret,
) -> Result<Held, ManageError> {
    let hash = token.hash(&discovery.hash_key);
    let held = registration_access::find(tx, call.place, &hash).await?;
    let held = held.ok_or(ManageError::Unknown)?;
    if held.client_id.as_str() == call.client_id {
        Ok(held)
    } else {
        Err(ManageError::OtherClient)
    }
}
