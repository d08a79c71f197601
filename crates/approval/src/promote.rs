//! A tenant promotes a client of the sandbox: a fresh case for production, screened and decided as any other. Nothing of
//! the sandbox goes along but what the integration is: identifier, credentials and keys are new ones.

use std::collections::{BTreeMap, BTreeSet};

use narthex_policy::Origin;
use narthex_tenancy::{
    StoreError, TenantTx,
    catalogue::{self, Catalogue},
    metadata_rules,
    permission::Action,
};
use narthex_vocab::{
    ClientId, ClientMetadata, ClientState, Disallowed, Environment, Id, KeySet, MetadataError,
    RedirectUri, Scope, WorkloadIdentity, kind,
};
use serde_json::{Map, Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    onboard::{self, Sent},
    prose::ScopeReason,
    reach::{Ask, Asked, ToolRef, UnknownReach},
    readiness::{self, Ready},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen,
    store::{self, promotion::Held},
};

/// Where a promotion leads.
pub const TO: Environment = Environment::Production;
/// Where it begins.
pub const FROM: Environment = Environment::Sandbox;

/// What to promote, and what is other in production.
#[derive(Debug, Clone)]
pub struct Promote {
    /// The client of the sandbox.
    pub client_id: ClientId,
    /// Its addresses in production.
    pub redirect_uris: Vec<RedirectUri>,
    /// Its public keys in production, where it proves itself by them.
    pub keys: Option<KeySet>,
    /// Which workload it is in production, where it is one.
    pub workload: Option<WorkloadIdentity>,
    /// What it asks for in production.
    pub ask: Ask,
}

/// What is known before anything is sent.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The integration.
    pub integration: Id<kind::Integration>,
    /// What the client of the sandbox was approved with.
    pub sandbox: ClientMetadata,
    /// The scopes that it has there.
    pub scopes: Vec<String>,
    /// The tools that it has there, by scope and name.
    pub tools: Vec<(String, String)>,
    /// What production has of that.
    pub ask: Ask,
    /// What production has at all.
    pub catalogue: Catalogue,
}

/// Why nothing is promoted. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum PromoteError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The client does not work in the sandbox.
    #[error("the client is {0}")]
    NotLive(ClientState),
    /// Its identifier is an address: it comes to production by itself.
    #[error("the client comes to production with its own address")]
    OwnAddress,
    /// Another client registered it: that one registers it in production too.
    #[error("another client registered it")]
    BelowAnother,
    /// Nobody who is with the tenant answers for it.
    #[error("nobody answers for the integration")]
    NobodyAnswers,
    /// There is a case for production already.
    #[error("a request for production is open")]
    AlreadyOpen(Id<kind::Request>),
    /// There is a client in production already.
    #[error("the integration has a client in production")]
    AlreadyThere(ClientId),
    /// The answers are no metadata of a client.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The ask names what production does not have.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// Production does not take such metadata.
    #[error(transparent)]
    Disallowed(#[from] Disallowed),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a promotion of this client would begin with.
pub async fn prepare(tx: &mut TenantTx, client_id: &ClientId) -> Result<Prepared, PromoteError> {
    let held = able(tx, client_id).await?;
    let catalogue = catalogue::load(tx, TO).await?;
    Ok(Prepared {
        integration: held.integration,
        sandbox: metadata_of(&held)?,
        ask: carried(&held, &catalogue),
        scopes: held.scopes,
        tools: held.tools,
        catalogue,
    })
}

/// How ready it is, with these answers.
pub async fn look(
    tx: &mut TenantTx,
    command: &Promote,
    acting: &mut Acting<'_>,
) -> Result<Vec<Ready>, PromoteError> {
    let (_, list) = judged(tx, command, acting).await?;
    Ok(list)
}

/// Promotes a client.
pub async fn promote(
    tx: &mut TenantTx,
    command: Promote,
    acting: &mut Acting<'_>,
) -> Result<Sent, PromoteError> {
    let (request, list) = judged(tx, &command, acting).await?;
    let rules = metadata_rules::in_force(tx, TO).await?;
    rules.check(&request.metadata)?;
    if !store::integration::is_sponsored(tx, request.integration).await? {
        return Err(PromoteError::NobodyAnswers);
    }
    let screened = onboard::send(tx, &request, acting).await?;
    store::promotion::insert(tx, request.at, (&command.client_id, &list), acting.now).await?;
    let missing = list.iter().filter(|ready| !ready.met);
    let deed = Deed {
        action: "client.promote",
        object: command.client_id.to_string(),
        environment: Some(FROM),
        reason: "",
        detail: json!({
            "request": request.at.id,
            "integration": request.integration,
            "not_ready": missing.map(|ready| ready.item.as_str()).collect::<Vec<_>>(),
        }),
    };
    acting.record(tx, deed).await?;
    Ok(Sent {
        request: request.at,
        screened,
    })
}

/// The case as it would be sent, and how ready it is.
async fn judged(
    tx: &mut TenantTx,
    command: &Promote,
    acting: &mut Acting<'_>,
) -> Result<(AccessRequest, Vec<Ready>), PromoteError> {
    let person = acting.member(tx, Action::EditIntegration)?.member;
    let held = able(tx, &command.client_id).await?;
    let metadata = in_production(&metadata_of(&held)?, command)?;
    let catalogue = catalogue::load(tx, TO).await?;
    let asked = Asked::look_up(command.ask.clone(), &catalogue)?;
    let at = RequestRef {
        environment: TO,
        id: acting.id(),
        version: 1,
    };
    let comes = ComesFrom {
        origin: Origin::Portal,
        client_id: None,
        requested_by: Some(person),
    };
    let request = AccessRequest::submitted(at, held.integration, comes, metadata, asked);
    let screening = screen::preview(tx, &request, acting).await?;
    let evidence = store::promotion::evidence(tx, held.integration, &command.client_id).await?;
    let proofs = store::proof::in_force(tx, tx.tenant(), acting.now).await?;
    let unproved = proofs.missing(&request.metadata, None);
    let over = (request.metadata.redirect_uris(), unproved.as_slice());
    let list = readiness::judge(&evidence, over, &screening, acting.now);
    Ok((request, list))
}

/// The client, if it is one that can be promoted now.
async fn able(tx: &mut TenantTx, client_id: &ClientId) -> Result<Held, PromoteError> {
    let held = store::promotion::hold(tx, client_id).await?;
    if client_id.document_url().is_some() {
        return Err(PromoteError::OwnAddress);
    }
    match held.state {
        ClientState::Active | ClientState::AwaitingCredentials | ClientState::Restricted => {}
        ended @ (ClientState::Suspended | ClientState::Expired | ClientState::Revoked) => {
            return Err(PromoteError::NotLive(ended));
        }
    }
    if held.parent.is_some() {
        return Err(PromoteError::BelowAnother);
    }
    match store::promotion::in_production(tx, held.integration).await? {
        (Some(request), _) => Err(PromoteError::AlreadyOpen(request)),
        (None, Some(client)) => Err(PromoteError::AlreadyThere(client)),
        (None, None) => Ok(held),
    }
}

fn metadata_of(held: &Held) -> Result<ClientMetadata, StoreError> {
    store::metadata("registry.client", held.metadata.clone())
}

/// What it says about itself in production: the same, but for its addresses and its keys, which are never carried over.
fn in_production(
    sandbox: &ClientMetadata,
    command: &Promote,
) -> Result<ClientMetadata, MetadataError> {
    let mut sent: Map<String, Value> = sandbox.to_json();
    let own = [
        "backchannel_logout_uri",
        "jwks",
        "jwks_uri",
        "post_logout_redirect_uris",
        "scope",
    ];
    for own in own {
        sent.remove(own);
    }
    let addresses = command.redirect_uris.iter().map(RedirectUri::as_str);
    sent.insert("redirect_uris".to_owned(), addresses.collect());
    if let Some(keys) = &command.keys {
        sent.insert("jwks".to_owned(), keys.to_json());
    }
    if let Some(workload) = &command.workload {
        sent.insert("workload_identity".to_owned(), workload.to_json());
    }
    ClientMetadata::parse(&sent)
}

/// Of the reach in the sandbox what production has too, by the same names.
fn carried(held: &Held, catalogue: &Catalogue) -> Ask {
    let scopes: BTreeMap<Scope, ScopeReason> = held
        .scopes
        .iter()
        .filter_map(|scope| Scope::parse(scope).ok())
        .filter(|scope| catalogue.scope(scope).is_some())
        .map(|scope| (scope, ScopeReason::default()))
        .collect();
    let has = |scope: &str, tool: &str| {
        let same = |(its, name): &(String, String)| its == scope && name == tool;
        held.tools.iter().any(same)
    };
    let tools: BTreeSet<ToolRef> = catalogue
        .tools
        .iter()
        .filter(|entry| has(entry.scope.as_str(), entry.tool.as_str()))
        .map(|entry| ToolRef {
            resource: entry.resource,
            tool: entry.tool.clone(),
        })
        .collect();
    Ask { scopes, tools }
}
