//! What a client's document says now is compared with what was approved. On what matters its environment's choice holds
//! until somebody approves it again; what does not is noted. The client itself stays what was approved, whatever its
//! document says.

use narthex_tenancy::{StoreError, TenantTx, catalogue};
use narthex_vocab::{
    ClientDocument, ClientId, ClientState, DocumentHash, Drift, Environment, Meanwhile,
    RequestState,
};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    onboard,
    prose::ScopeReason,
    reach::{Ask, Asked},
    request::{AccessRequest, ComesFrom, RequestRef},
    restriction::{self, At, Cause, Found},
    store::{self, document::Pinned},
};

/// Which client.
#[derive(Debug, Clone)]
pub struct CompareDocument {
    /// The environment.
    pub environment: Environment,
    /// The address that is its identifier.
    pub client_id: ClientId,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// It is no client that could be used, or has no document, or nothing is new.
    Nothing,
    /// It says something else that does not matter.
    Noted,
    /// It says something else that matters: this happens while a new version of its case waits for somebody.
    Found(Meanwhile),
    /// It says again what was approved.
    Resumed,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareDocumentError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Compares by itself.
pub async fn compare_document(
    tx: &mut TenantTx,
    command: CompareDocument,
    acting: &mut Acting<'_>,
) -> Result<Compared, CompareDocumentError> {
    acting.itself()?;
    Ok(compare(tx, (command.environment, &command.client_id), acting).await?)
}

/// Pins what was approved to the document as it is; a document that said something else meanwhile pauses the client at
/// once. For [`crate::activate`] alone.
pub(crate) async fn pin(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let Some((document, hash)) = document(tx, environment, client_id).await? else {
        return Ok(());
    };
    let pinned = Pinned {
        content: hash,
        scope: wish(&document),
        seen: hash,
        drifted: false,
    };
    store::document::pin(tx, environment, client_id, &pinned, acting.now).await?;
    // A rule may approve the next version at once, which pins it: a circle that ends there.
    Box::pin(compare(tx, (environment, client_id), acting)).await?;
    Ok(())
}

/// See [`compare_document`]; whoever acts.
pub(crate) async fn compare(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    acting: &mut Acting<'_>,
) -> Result<Compared, StoreError> {
    let standing = match store::client::load(tx, environment, client_id).await {
        Ok(standing) => standing,
        Err(StoreError::NotFound) => return Ok(Compared::Nothing),
        Err(error) => return Err(error),
    };
    let pinned = store::document::pinned(tx, environment, client_id).await?;
    let found = document(tx, environment, client_id).await?;
    let (Some(pinned), Some((document, hash))) = (pinned, found) else {
        return Ok(Compared::Nothing);
    };
    if !matches!(
        standing.state,
        ClientState::Active | ClientState::Restricted
    ) {
        return Ok(Compared::Nothing);
    }
    let at = (environment, client_id);
    let drifts = Drift::between(&standing.metadata, &pinned.scope, document.metadata());
    let grave = drifts.iter().any(Drift::is_grave);
    let new = pinned.seen != hash;
    let known = store::restriction::effect(tx, at, Cause::Document).await?;
    let outcome = match (grave, known) {
        (true, _) => find(tx, at, (&drifts, new), acting).await?,
        (false, Some(_)) => Compared::Resumed,
        (false, None) if new && !drifts.is_empty() => Compared::Noted,
        (false, None) => Compared::Nothing,
    };
    if new || outcome != Compared::Nothing {
        let seen = Pinned {
            seen: hash,
            drifted: grave,
            ..pinned
        };
        store::document::pin(tx, environment, client_id, &seen, acting.now).await?;
    }
    match outcome {
        Compared::Nothing => {}
        Compared::Noted => record(tx, at, ("client.note_document", &drifts), acting).await?,
        Compared::Found(effect) => {
            record(tx, at, (restriction::action(effect), &drifts), acting).await?;
            // Another choice for a change that is known needs no other version.
            if new || known.is_none() {
                ask_again(tx, at, &document, acting).await?;
            }
        }
        Compared::Resumed => resume(tx, at, &drifts, acting).await?,
    }
    Ok(outcome)
}

/// The document of an address, with its hash; `None` when none was ever found.
async fn document(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
) -> Result<Option<(ClientDocument, DocumentHash)>, StoreError> {
    let Some(url) = client_id.document_url() else {
        return Ok(None);
    };
    let tenant = tx.tenant();
    let Some(found) = store::document::load(tx, tenant, (environment, client_id)).await? else {
        return Ok(None);
    };
    let Some(content) = found.content else {
        return Ok(None);
    };
    let corrupt = StoreError::corrupt("intake.document", "body");
    let document = ClientDocument::parse(url, content.body).map_err(corrupt)?;
    Ok(Some((document, content.hash)))
}

/// What the document asks for, in its own words.
fn wish(document: &ClientDocument) -> String {
    let scope = document.metadata().scope();
    scope.map(ToString::to_string).unwrap_or_default()
}

/// Takes up what matters; nothing where that was done and is as strict as the environment wants it.
async fn find(
    tx: &mut TenantTx,
    at: At<'_>,
    (drifts, new): (&[Drift], bool),
    acting: &Acting<'_>,
) -> Result<Compared, StoreError> {
    let grave = drifts.iter().filter(|drift| drift.is_grave());
    let members: Vec<_> = grave.map(|drift| drift.member.as_str()).collect();
    let reason = format!(
        "Its document says something else than what was approved: {}.",
        members.join(", ")
    );
    let found = Found::document(drifts, &reason, new);
    let effect = restriction::limit(tx, at, found, acting.now).await?;
    Ok(effect.map_or(Compared::Nothing, Compared::Found))
}

/// The next version of the client's case, with what its document says now; the one before it is withdrawn.
async fn ask_again(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    document: &ClientDocument,
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let last = withdraw_open(tx, (environment, client_id)).await?;
    let at = RequestRef {
        version: last.at.version + 1,
        ..last.at
    };
    let comes = ComesFrom {
        origin: last.origin,
        client_id: Some(client_id.clone()),
        requested_by: last.requested_by,
    };
    // What is left of the catalogue of what it asked for: an address cannot correct its case.
    let scopes = last.asked.reach().scopes;
    let wanted = scopes
        .iter()
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect();
    let catalogue = catalogue::load(tx, environment).await?;
    let asked = Asked::look_up(Ask::covering(&wanted, &catalogue), &catalogue).unwrap_or_default();
    let metadata = document.metadata().clone();
    let request = AccessRequest::submitted(at, last.integration, comes, metadata, asked);
    onboard::send(tx, &request, acting).await?;
    Ok(())
}

/// The newest version of the client's case, which nobody works on any more.
async fn withdraw_open(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
) -> Result<AccessRequest, StoreError> {
    let last = store::request::newest_of(tx, environment, client_id).await?;
    if store::request::OPEN.contains(&last.state) {
        let to = RequestState::Withdrawn;
        store::request::advance(tx, last.at, last.state, to).await?;
    }
    Ok(last)
}

async fn resume(
    tx: &mut TenantTx,
    at: At<'_>,
    drifts: &[Drift],
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    withdraw_open(tx, at).await?;
    restriction::lift(tx, at, Cause::Document, acting.now).await?;
    record(tx, at, ("client.unrestrict", drifts), acting).await
}

async fn record(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    (action, drifts): (&'static str, &[Drift]),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let members: Vec<_> = drifts
        .iter()
        .map(
            |drift| json!({ "member": drift.member, "approved": drift.approved, "now": drift.now }),
        )
        .collect();
    let deed = Deed {
        action,
        object: client_id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "document": members }),
    };
    acting.record(tx, deed).await
}
