//! The integrations of a tenant: the list, and one of them with its cases and clients in both environments.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_vocab::{Environment, Id, kind};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::moment::Moment;
use crate::store::portal_integration::{self, Client, Whole};
use crate::store::portal_integrations::{self, Listed};
use crate::store::portal_standing::Standing;

/// The integrations.
#[derive(Serialize, ToSchema)]
pub(crate) struct Integrations {
    integrations: Vec<IntegrationLine>,
}

/// One integration.
#[derive(Serialize, ToSchema)]
struct IntegrationLine {
    /// `int_…`.
    integration: String,
    name: String,
    /// `us`, `partner` or `agent`.
    run_by: &'static str,
    created_at: Moment,
    /// How it stands in `sandbox` and in `production`.
    stands: BTreeMap<&'static str, StandsIn>,
}

/// How an integration stands in an environment.
#[derive(Serialize, ToSchema)]
struct StandsIn {
    /// The newest request, `req_…`.
    request: Option<String>,
    request_state: Option<&'static str>,
    /// Until when its offer can be answered.
    answer_by: Option<Moment>,
    client_state: Option<&'static str>,
}

/// An integration, whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntegrationDetail {
    #[serde(flatten)]
    line: IntegrationLine,
    purpose: String,
    sponsor: Option<String>,
    /// Whether that person is still there.
    answered: bool,
    /// Who is asked to answer for it from now on.
    handover: Option<HandoverAsked>,
    clients: Vec<OwnClient>,
}

/// Somebody is asked to answer for an integration.
#[derive(Serialize, ToSchema)]
struct HandoverAsked {
    /// `hnd_…`: the answer names it.
    handover: String,
    to: String,
    reason: String,
    expires_at: Moment,
}

/// A client of the tenant.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnClient {
    client_id: String,
    environment: &'static str,
    state: &'static str,
    state_reason: Option<String>,
    expires_at: Moment,
    /// As approved (RFC 7591 section 2).
    #[schema(value_type = Object)]
    metadata: Value,
    scopes: Vec<String>,
    tools: Vec<String>,
    credentials: Vec<OwnCredential>,
}

/// A credential, without what it proves.
#[derive(Serialize, ToSchema)]
struct OwnCredential {
    /// `crd_…`.
    credential: String,
    last4: String,
    state: &'static str,
    created_at: Moment,
    expires_at: Moment,
    /// When it was last accepted, to the minute.
    last_used: Option<Moment>,
}

/// List integrations.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/integrations",
    operation_id = "integrations",
    responses((status = 200, body = Integrations))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let all = holder.look(portal_integrations::load).await?;
    Ok(HttpResponse::Ok().json(Integrations {
        integrations: all.iter().map(line).collect(),
    }))
}

/// Read an integration with its cases and clients.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/integrations/{integration}",
    operation_id = "integration",
    responses((status = 200, body = IntegrationDetail))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Integration> = holder.named("integration")?;
    let now = holder.now;
    let work = async |tx: &mut TenantTx| portal_integration::load(tx, id, now).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(whole(&found)))
}

fn line(listed: &Listed) -> IntegrationLine {
    IntegrationLine {
        integration: listed.id.to_string(),
        name: listed.name.clone(),
        run_by: listed.operator.as_str(),
        created_at: listed.created_at.into(),
        stands: listed.standings.iter().map(stands).collect(),
    }
}

fn stands((environment, standing): (&Environment, &Standing)) -> (&'static str, StandsIn) {
    let request = standing.request.as_ref();
    let client = standing.client.as_ref();
    let stands = StandsIn {
        request: request.map(|asking| asking.id.to_string()),
        request_state: request.map(|asking| asking.state.as_str()),
        answer_by: request.and_then(|asking| asking.answer_by).map(Into::into),
        client_state: client.map(|living| living.state.as_str()),
    };
    (environment.as_str(), stands)
}

fn whole(whole: &Whole) -> IntegrationDetail {
    let integration = &whole.integration;
    let asked = whole.asked.as_ref().map(|asked| HandoverAsked {
        handover: asked.id.to_string(),
        to: asked.to_name.clone(),
        reason: asked.reason.clone(),
        expires_at: asked.expires_at.into(),
    });
    let sponsor = whole.sponsor.as_ref();
    IntegrationDetail {
        line: IntegrationLine {
            integration: integration.id.to_string(),
            name: integration.name.to_string(),
            run_by: integration.operator.as_str(),
            created_at: whole.created_at.into(),
            stands: whole.standings.iter().map(stands).collect(),
        },
        purpose: integration.purpose.to_string(),
        sponsor: sponsor.map(|person| person.name.clone()),
        answered: sponsor.is_some_and(|person| person.is_there),
        handover: asked,
        clients: whole.clients.iter().map(own).collect(),
    }
}

pub(super) fn own(client: &Client) -> OwnClient {
    let credential = |one: &portal_integration::Credential| OwnCredential {
        credential: one.id.to_string(),
        last4: one.last4.clone(),
        state: one.state.as_str(),
        created_at: one.created_at.into(),
        expires_at: one.expires_at.into(),
        last_used: one.last_used.map(Into::into),
    };
    let first = |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect();
    OwnClient {
        client_id: client.id.to_string(),
        environment: client.environment.as_str(),
        state: client.state.as_str(),
        state_reason: client.reason.clone(),
        expires_at: client.expires_at.into(),
        metadata: Value::Object(client.metadata.to_json()),
        scopes: first(&client.scopes),
        tools: first(&client.tools),
        credentials: client.credentials.iter().map(credential).collect(),
    }
}
