//! Where a client is born, and put on a new approval: the only writer of clients and of what they may reach. It takes an
//! [`Approved`] and nothing less, and never makes a credential.

use chrono::Duration;
use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{
    Approval, Change, ClientId, ClientState, Environment, Id, QuarantineState, ScopeSet,
    SoftwareStatement, Timestamp,
};
use serde_json::{Map, Value, json};

use crate::{
    acting::{Acting, Deed},
    approved::Approved,
    compare_document,
    limits::Limits,
    request::AccessRequest,
    restriction,
    store::{
        self,
        approval::{self, Term},
        client::{self, Newborn, Standing},
        deferral, integration, lineage,
        name_mark::{self, Names},
        quarantine, registration_access, registration_update,
    },
};

/// How long an approval is good for.
pub const LIFETIME: Duration = Duration::days(365);

/// The client that came of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    /// Its identifier: the quarantined one, when the case began there.
    pub client_id: ClientId,
    /// `active`, or `awaiting_credentials` when it shall have a secret.
    pub state: ClientState,
    /// The approval it rests on.
    pub approval: Id<Approval>,
    /// When the approval ends.
    pub expires_at: Timestamp,
}

/// Writes the approval, the client, its entitlements and the ledger entry, and tells the registrant.
pub(crate) async fn activate(
    tx: &mut TenantTx,
    approved: Approved<'_>,
    acting: &mut Acting<'_>,
) -> Result<Activated, StoreError> {
    let request = approved.request();
    let environment = request.at.environment;
    let (term, limits) = terms(tx, &approved, acting).await?;
    let client_id = identifier(tx, request, acting).await?;
    let known = standing(tx, environment, &client_id).await?;
    let state = known
        .as_ref()
        .map_or_else(|| first_state(request), state_of);
    let metadata = effective_metadata(&approved);

    approval::insert(tx, &approved, term).await?;
    let newborn = Newborn {
        id: &client_id,
        state,
        metadata: Value::Object(metadata.clone()),
        limits,
    };
    let mut asked = Vec::new();
    if let Some(before) = &known {
        let at = (environment, &client_id);
        store::restriction::clear(tx, at).await?;
        client::renew(tx, &approved, term, newborn).await?;
        asked = restriction::ask_of_renewal(tx, at, before, acting.now).await?;
        tell(tx, request, &client_id, metadata).await?;
    } else {
        client::insert(tx, &approved, term, newborn).await?;
        if request.client_id.is_some() {
            release(tx, request, &client_id, metadata).await?;
        }
    }
    if request.origin == Origin::Approval && known.is_none() {
        deferral::activate(tx, request.at, &client_id).await?;
    }
    acting
        .record(
            tx,
            Deed {
                action: if known.is_some() {
                    "client.renew"
                } else {
                    "client.activate"
                },
                object: client_id.to_string(),
                environment: Some(environment),
                reason: "",
                detail: detail(&approved, term, (state, &asked)),
            },
        )
        .await?;
    restriction::inherit(tx, (environment, &client_id), acting.now).await?;
    verify_names(tx, request, &client_id).await?;
    compare_document::pin(tx, (environment, &client_id), acting).await?;
    Ok(Activated {
        client_id,
        state,
        approval: term.id,
        expires_at: term.expires_at,
    })
}

/// How long the approval is good for, and what of its reach ends early: below another client, no later than that one.
async fn terms(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    acting: &mut Acting<'_>,
) -> Result<(Term, Limits), StoreError> {
    let parent = lineage::parent_of(tx, approved.request()).await?;
    let longest = acting.now + LIFETIME;
    let (expires_at, above) = parent.map_or_else(
        || (longest, Limits::default()),
        |parent| (parent.expires_at.min(longest), parent.limits),
    );
    let term = Term {
        id: acting.id(),
        at: acting.now,
        expires_at,
    };
    Ok((term, approved.limits().clone().within(&above)))
}

/// The identifier from quarantine, or of the client that another version of the case led to: a case leads to one. Else a
/// new one.
async fn identifier(
    tx: &mut TenantTx,
    request: &AccessRequest,
    acting: &mut Acting<'_>,
) -> Result<ClientId, StoreError> {
    if let Some(quarantined) = &request.client_id {
        return Ok(quarantined.clone());
    }
    let known = client::of_case(tx, request.at).await?;
    Ok(known.unwrap_or_else(|| ClientId::generate(request.at.environment, &mut *acting.rng)))
}

/// How a client stands that has an approval already; `None` for one that is born now.
async fn standing(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
) -> Result<Option<Standing>, StoreError> {
    match client::load(tx, environment, client_id).await {
        Ok(standing) => Ok(Some(standing)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The state in which it goes on: what was limited is approved as it is now; who stopped a client lets it go on.
const fn state_of(standing: &Standing) -> ClientState {
    match standing.state {
        ClientState::Restricted => ClientState::Active,
        other => other,
    }
}

/// A client that needs a secret waits for it; a public one, or one that signs with its own key, may begin.
fn first_state(request: &AccessRequest) -> ClientState {
    if request.metadata.auth_method().needs_secret() {
        ClientState::AwaitingCredentials
    } else {
        ClientState::Active
    }
}

/// What was asked for, with the scopes that were agreed.
fn effective_metadata(approved: &Approved<'_>) -> Map<String, Value> {
    let mut metadata = approved.request().metadata.to_json();
    let scopes: ScopeSet = approved.agreed().reach().scopes;
    metadata.insert("scope".to_owned(), scopes.to_string().into());
    metadata
}

/// Nothing is approved in production before its hosts are proved: with a host to its name, the name is the tenant's.
pub(crate) async fn verify_names(
    tx: &mut TenantTx,
    request: &AccessRequest,
    client_id: &ClientId,
) -> Result<(), StoreError> {
    let environment = request.at.environment;
    if environment != Environment::Production || request.metadata.hosts().is_empty() {
        return Ok(());
    }
    let integration = integration::load(tx, tx.tenant(), request.integration).await?;
    let names = Names::of(&integration.name, &request.metadata);
    name_mark::verify(tx, (environment, client_id), &names).await
}

/// Has a client that manages its registration read what is in force, with the statement that it rests on.
async fn tell(
    tx: &mut TenantTx,
    request: &AccessRequest,
    client_id: &ClientId,
    mut in_force: Map<String, Value>,
) -> Result<(), StoreError> {
    if let Some((_, statement)) = registration_update::vouched(tx, request.at).await? {
        in_force.insert(SoftwareStatement::MEMBER.to_owned(), statement.into());
    }
    registration_access::tell(tx, (request.at.environment, client_id), in_force).await
}

/// Lets a registration out of quarantine, with the answer that the discovery plane gives (RFC 7591 section 3.2.1).
async fn release(
    tx: &mut TenantTx,
    request: &AccessRequest,
    client_id: &ClientId,
    mut answer: Map<String, Value>,
) -> Result<(), StoreError> {
    let environment = request.at.environment;
    let waiting = quarantine::load(tx, environment, client_id).await?;
    answer.insert("client_id".to_owned(), client_id.as_str().into());
    answer.insert(
        "client_id_issued_at".to_owned(),
        waiting.created_at.timestamp().into(),
    );
    quarantine::answer(tx, environment, client_id, Value::Object(answer)).await?;
    let (from, to) = (QuarantineState::Linked, QuarantineState::Activated);
    if quarantine::advance(tx, environment, client_id, from, to).await? {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

fn detail(approved: &Approved<'_>, term: Term, (state, asked): (ClientState, &[Change])) -> Value {
    let (request, basis, agreed) = (approved.request(), approved.basis(), approved.agreed());
    let tools: Vec<_> = agreed
        .tools
        .iter()
        .map(|(tool, asked)| json!([tool.resource, tool.tool, asked.schema_hash]))
        .collect();
    json!({
        "approval": term.id,
        "request": request.at.id,
        "version": request.at.version,
        "integration": request.integration,
        "decision": basis.decision,
        "confirmation": basis.decided_by.confirmation(),
        "run": basis.run,
        "verdict": basis.verdict,
        "offer": basis.offer,
        "state": state,
        "scopes": agreed.reach().scopes,
        "scopes_until": approved.limits().scopes,
        "lifetime_minutes": approved.limits().tokens,
        "tools": tools,
        "asked_anew": asked,
        "expires_at": term.expires_at,
    })
}
