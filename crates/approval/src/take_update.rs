//! A client wants its registration to say something else (RFC 7592 section 2.2): the next version of its case, screened
//! and decided as any other. The client stays what was approved, however that ends.

use narthex_tenancy::{StoreError, TenantTx, catalogue};
use narthex_vocab::{ClientId, ClientMetadata, ClientState, Drift, Environment, RequestState};
use serde_json::{Map, Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    onboard,
    prose::ScopeReason,
    reach::{Ask, Asked},
    request::{AccessRequest, ComesFrom, RequestRef},
    store::{self, client::Standing},
};

/// Which client.
#[derive(Debug, Clone)]
pub struct TakeUpdate {
    /// The environment.
    pub environment: Environment,
    /// The client.
    pub client_id: ClientId,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// There is no wish that nobody looked at, its client has ended, or it is in force already.
    Nothing,
    /// It is in force already, and the version that an earlier wish opened is withdrawn.
    Withdrawn,
    /// This version waits for a decision; the open one before it is withdrawn.
    Opened(RequestRef),
}

/// Why no version was opened. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum TakeUpdateError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes up the newest wish of a client.
pub async fn take_update(
    tx: &mut TenantTx,
    command: TakeUpdate,
    acting: &mut Acting<'_>,
) -> Result<Taken, TakeUpdateError> {
    acting.itself()?;
    let at = (command.environment, &command.client_id);
    let unseen = store::registration_update::lock_unseen(tx, at.0, at.1).await?;
    let Some(wish) = unseen else {
        return Ok(Taken::Nothing);
    };
    let standing = store::client::load(tx, at.0, at.1).await?;
    if has_ended(standing.state) {
        store::registration_update::seen(tx, at, None).await?;
        return Ok(Taken::Nothing);
    }
    let case = store::client::case_of(tx, at.0, at.1).await?;
    let last = store::request::newest_version(tx, case).await?;
    let withdrawn = withdraw_open(tx, &last).await?;
    let changes = Drift::of_replacement(&standing.metadata, &wish);
    if changes.is_empty() {
        store::registration_update::seen(tx, at, None).await?;
        return Ok(if withdrawn {
            record(tx, at, ("client.keep_registration", &changes), acting).await?;
            Taken::Withdrawn
        } else {
            Taken::Nothing
        });
    }
    let next = RequestRef {
        version: last.at.version + 1,
        ..last.at
    };
    store::registration_update::seen(tx, at, Some(next)).await?;
    record(tx, at, ("client.wish_registration", &changes), acting).await?;
    let request = next_version(tx, (next, &last), (&standing, wish)).await?;
    onboard::send(tx, &request, acting).await?;
    Ok(Taken::Opened(next))
}

const fn has_ended(state: ClientState) -> bool {
    match state {
        ClientState::Revoked | ClientState::Expired => true,
        ClientState::AwaitingCredentials
        | ClientState::Active
        | ClientState::Restricted
        | ClientState::Suspended => false,
    }
}

/// Whether somebody still worked on the newest version; nobody does any more.
async fn withdraw_open(tx: &mut TenantTx, last: &AccessRequest) -> Result<bool, StoreError> {
    if !store::request::OPEN.contains(&last.state) {
        return Ok(false);
    }
    let to = RequestState::Withdrawn;
    if store::request::advance(tx, last.at, last.state, to).await? {
        Ok(true)
    } else {
        // Somebody decided meanwhile: another round takes the wish up.
        Err(StoreError::NotFound)
    }
}

/// With what the client says now. It asks for the scopes that it names, or for those that it has.
async fn next_version(
    tx: &mut TenantTx,
    (at, last): (RequestRef, &AccessRequest),
    (standing, wish): (&Standing, ClientMetadata),
) -> Result<AccessRequest, StoreError> {
    let scopes = wish.scope().or(standing.metadata.scope());
    let wanted = scopes
        .into_iter()
        .flat_map(|scopes| scopes.iter())
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect();
    let catalogue = catalogue::load(tx, at.environment).await?;
    let asked = Asked::look_up(Ask::covering(&wanted, &catalogue), &catalogue).unwrap_or_default();
    let comes = ComesFrom {
        origin: last.origin,
        client_id: last.client_id.clone(),
        requested_by: last.requested_by,
    };
    let metadata = without_scope(&wish)?;
    Ok(AccessRequest::submitted(
        at,
        last.integration,
        comes,
        metadata,
        asked,
    ))
}

/// A wish for scopes is asked for, and not part of what is registered.
pub(crate) fn without_scope(wish: &ClientMetadata) -> Result<ClientMetadata, StoreError> {
    let mut sent: Map<String, Value> = wish.to_json();
    sent.remove("scope");
    let corrupt = StoreError::corrupt("registry.client", "metadata");
    ClientMetadata::parse(&sent).map_err(corrupt)
}

async fn record(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    (action, changes): (&'static str, &[Drift]),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let member = |drift: &Drift| json!({ "member": drift.member, "approved": drift.approved, "now": drift.now });
    let deed = Deed {
        action,
        object: client_id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "registration": changes.iter().map(member).collect::<Vec<_>>() }),
    };
    acting.record(tx, deed).await
}
