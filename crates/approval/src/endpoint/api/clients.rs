//! Every client of every tenant and environment: the list, and one of them with what it was given. No secret, and no
//! hash of one.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, ClientState, Environment, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::caller::Caller;
use super::cursor::{self, Part, given};
use super::fault::Fault;
use super::moment::Moment;
use super::place::Place;
use crate::endpoint::staff::Look;
use crate::store::dashboard_clients::{self, Client, Listed, Wanted, Which};
use crate::store::promotion::OtherEnd;
use crate::store::restriction::OpenCause;

const LIST: &str = "clients";

/// A page of clients, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Clients {
    clients: Vec<ClientLine>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One client of the list.
#[derive(Serialize, ToSchema)]
struct ClientLine {
    client_id: String,
    /// The tenant's slug.
    tenant: String,
    /// `sandbox` or `production`.
    environment: &'static str,
    integration: String,
    state: &'static str,
    created_at: Moment,
    expires_at: Moment,
}

/// One client.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientDetail {
    #[serde(flatten)]
    line: ClientLine,
    /// `int_…`.
    integration_id: String,
    /// The case that led to it, `req_…`.
    request: String,
    /// Why it stands as it does, when somebody said so.
    state_reason: Option<String>,
    changed_at: Moment,
    /// As approved (RFC 7591 section 2).
    #[schema(value_type = Object)]
    metadata: Value,
    scopes: Vec<GivenScope>,
    tools: Vec<GivenTool>,
    credentials: Vec<ClientCredential>,
    /// Access tokens that have not ended yet.
    tokens_live: u64,
    /// Access tokens of the last 24 hours.
    tokens_day: u64,
    last_token_at: Option<Moment>,
    /// The client of the sandbox that it was promoted from.
    promoted_from: Option<String>,
    /// The client of production that it was promoted to.
    promoted_to: Option<String>,
    /// The case by which it was last promoted, `req_…` of production.
    promotion: Option<String>,
    /// What changed under it and was not agreed to, the oldest first.
    changed: Vec<Changed>,
    /// What would happen on each change: `goes_on`, `asked_again` or `pauses`, by `redirects`, `keys` and the others.
    #[schema(value_type = Object)]
    on_change: Value,
}

/// A change that was not agreed to.
#[derive(Serialize, ToSchema)]
struct Changed {
    /// `document`, `silence`, `blocked`, `proof`, `sponsor` or `tool`.
    cause: String,
    /// The host, integration or tool; empty for a document.
    about: String,
    reason: String,
    /// What happens meanwhile: `goes_on`, `asked_again` or `pauses`.
    effect: &'static str,
    since: Moment,
}

/// A scope that it was given.
#[derive(Serialize, ToSchema)]
struct GivenScope {
    scope: String,
    expires_at: Moment,
}

/// A tool that it was given.
#[derive(Serialize, ToSchema)]
struct GivenTool {
    /// The resource that has it, by name.
    resource: String,
    tool: String,
}

/// A credential, without what it proves.
#[derive(Serialize, ToSchema)]
struct ClientCredential {
    kind: String,
    last4: String,
    state: &'static str,
    created_at: Moment,
    expires_at: Moment,
    /// When it was last accepted, to the minute.
    last_used: Option<Moment>,
}

/// List clients.
#[utoipa::path(
    get,
    path = "/api/v1/clients",
    operation_id = "clients",
    params(
        ("state" = Option<String>, Query, description = "In this state, as `active`."),
        ("q" = Option<String>, Query, description = "Whose identifier or integration has this text."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("limit" = Option<u16>, Query, description = "Rows of a page, 1 to 200; 50 when not said."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Clients))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let part: Part<(Timestamp, String)> = Part::read(&query, (key, LIST))?;
    let text = |name| Ok::<_, Fault>(given(&query, name)?.map(str::to_owned));
    let wanted = Wanted {
        state: word(&query, "state", |text| text.parse::<ClientState>().ok())?,
        environment: word(&query, "environment", |text| {
            text.parse::<Environment>().ok()
        })?,
        text: text("q")?,
        tenant: text("tenant")?,
        after: part.after,
        limit: Some(part.limit),
    };
    let look = Look::over("api/clients");
    let seen = caller
        .look(look, async |tx| dashboard_clients::list(tx, &wanted).await)
        .await?;
    let listed = seen.found;
    let full = i64::try_from(listed.len()).is_ok_and(|count| count == part.limit);
    let last = listed.last().filter(|_| full);
    let next = last.and_then(|last| {
        let place = (last.created_at, last.client_id.as_str());
        cursor::seal(&place, (key, LIST))
    });
    Ok(HttpResponse::Ok().json(Clients {
        clients: listed.iter().map(line).collect(),
        next,
    }))
}

/// A parameter that is one of a few words.
pub(crate) fn word<T>(
    query: &StrictQuery,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let text = given(query, name)?;
    let wrong = |text| Fault::member(name, format!("{text:?} is none of its words"));
    text.map(|text| read(text).ok_or_else(|| wrong(text)))
        .transpose()
}

/// Read a client.
#[utoipa::path(
    get,
    path = "/api/v1/clients/{tenant}/{environment}/{client_id}",
    operation_id = "client",
    responses((status = 200, body = ClientDetail))
)]
pub(crate) async fn one(caller: Caller, place: Place) -> Result<HttpResponse, Fault> {
    let client_id: ClientId = place.named("client_id")?;
    let (tenant, client) = look(&caller, &place, &client_id).await?;
    Ok(HttpResponse::Ok().json(whole(&tenant, client)))
}

/// The client of a path, looked at by this person.
pub(crate) async fn look(
    caller: &Caller,
    place: &Place,
    client_id: &ClientId,
) -> Result<(Tenant, Client), Fault> {
    let seen = caller
        .look_at(place.at(), client_id.to_string(), async |tx, tenant| {
            let which = Which {
                tenant,
                environment: place.environment,
                client_id: client_id.clone(),
            };
            dashboard_clients::load(tx, which, caller.now).await
        })
        .await?;
    Ok(seen.found)
}

fn line(listed: &Listed) -> ClientLine {
    ClientLine {
        client_id: listed.client_id.to_string(),
        tenant: listed.slug.to_string(),
        environment: listed.environment.as_str(),
        integration: listed.integration.to_string(),
        state: listed.state.as_str(),
        created_at: listed.created_at.into(),
        expires_at: listed.expires_at.into(),
    }
}

fn whole(tenant: &Tenant, client: Client) -> ClientDetail {
    let (promoted_from, promoted_to, promotion) = match client.promotion {
        None => (None, None, None),
        Some(OtherEnd::From(from)) => (Some(from.to_string()), None, None),
        Some(OtherEnd::To(to)) => (
            None,
            to.client_id.map(|client| client.to_string()),
            Some(to.request.to_string()),
        ),
    };
    let credential = |one: dashboard_clients::Credential| ClientCredential {
        kind: one.kind,
        last4: one.last4,
        state: one.state.as_str(),
        created_at: one.created_at.into(),
        expires_at: one.expires_at.into(),
        last_used: one.last_used.map(Into::into),
    };
    let scope = |(scope, expires_at): (narthex_vocab::Scope, Timestamp)| GivenScope {
        scope: scope.to_string(),
        expires_at: expires_at.into(),
    };
    ClientDetail {
        line: ClientLine {
            client_id: client.id.to_string(),
            tenant: tenant.slug.to_string(),
            environment: client.environment.as_str(),
            integration: client.integration.name.to_string(),
            state: client.state.as_str(),
            created_at: client.created_at.into(),
            expires_at: client.expires_at.into(),
        },
        integration_id: client.integration.id.to_string(),
        request: client.request.to_string(),
        state_reason: client.state_reason,
        changed_at: client.changed_at.into(),
        metadata: Value::Object(client.metadata.to_json()),
        scopes: client.scopes.into_iter().map(scope).collect(),
        tools: client
            .tools
            .into_iter()
            .map(|(tool, resource)| GivenTool { resource, tool })
            .collect(),
        credentials: client.credentials.into_iter().map(credential).collect(),
        tokens_live: client.issued.live,
        tokens_day: client.issued.day,
        last_token_at: client.issued.last_at.map(Into::into),
        promoted_from,
        promoted_to,
        promotion,
        changed: client.causes.into_iter().map(changed).collect(),
        on_change: client
            .rules
            .iter()
            .map(|(change, meanwhile)| (change.to_string(), meanwhile.as_str()))
            .collect(),
    }
}

fn changed(cause: OpenCause) -> Changed {
    Changed {
        cause: cause.cause,
        about: cause.about,
        reason: cause.reason,
        effect: cause.effect.as_str(),
        since: cause.since.into(),
    }
}
