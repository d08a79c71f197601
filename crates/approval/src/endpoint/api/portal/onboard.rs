//! A new integration: who answers for it, what its client is, and what it asks for in each environment. Each environment
//! is a case of its own.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Catalogue};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientMetadata, Environment, Id, Label, Risk, Scope, ToolName, kind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::{Opened, said, screened};
use crate::Acting;
use crate::onboard::{Onboard, OnboardError, onboard};
use crate::prose::{Purpose, ScopeReason};
use crate::reach::{Ask, ToolRef};

/// An integration to onboard.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIntegration {
    #[schema(value_type = String)]
    name: Label,
    /// What it does and for whom.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// Who runs it: `us`, `partner` or `agent`.
    operator: String,
    /// The metadata of its client (RFC 7591 section 2); `client_name` is the name when not said.
    #[schema(value_type = Object)]
    client: Map<String, Value>,
    /// What it asks for in the sandbox.
    sandbox: Option<AskedFor>,
    /// What it asks for in production.
    production: Option<AskedFor>,
}

/// Scopes and tools of one environment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedFor {
    pub(super) scopes: Vec<ScopeAsked>,
    #[serde(default)]
    pub(super) tools: Vec<ToolAsked>,
}

/// A scope to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeAsked {
    #[schema(value_type = String)]
    scope: Scope,
    /// Why it is wanted: needed for what changes something.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reason: ScopeReason,
}

/// A tool to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToolAsked {
    /// `res_…`.
    #[schema(value_type = String)]
    resource: Id<kind::Resource>,
    #[schema(value_type = String)]
    tool: ToolName,
}

/// The integration, and a case for each environment.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntegrationOpened {
    /// `int_…`.
    integration: String,
    requests: Vec<Opened>,
}

/// Onboard an integration: you answer for it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/integrations",
    operation_id = "onboard",
    request_body = NewIntegration,
    responses((status = 200, body = IntegrationOpened))
)]
pub(crate) async fn post(
    holder: Holder,
    body: Body<NewIntegration>,
) -> Result<HttpResponse, Fault> {
    let says = body.says;
    if says.purpose.is_empty() {
        return Err(Fault::member("purpose", "say what it is for"));
    }
    let asks = [
        (Environment::Sandbox, &says.sandbox),
        (Environment::Production, &says.production),
    ];
    let wanted = asks
        .iter()
        .filter_map(|(at, ask)| Some((*at, ask.as_ref()?)));
    let asks: BTreeMap<_, _> = wanted.map(|(at, asked)| (at, asked.ask())).collect();
    let command = Onboard {
        client: client(&says.name, says.client)?,
        name: says.name,
        purpose: says.purpose,
        operator: said("operator", &says.operator)?,
        sponsor: holder.member.id,
        asks,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        for (environment, ask) in &command.asks {
            let known = catalogue::load(tx, *environment).await?;
            require_reasons(ask, &known, environment.as_str())?;
        }
        let onboarded = onboard(tx, command, acting).await?;
        let integration = onboarded.integration;
        let opened = onboarded.requests.iter().map(|sent| {
            let state = screened(&sent.screened);
            Opened::new(integration, sent.request, state)
        });
        Ok(IntegrationOpened {
            integration: integration.to_string(),
            requests: opened.collect(),
        })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

fn client(name: &Label, mut sent: Map<String, Value>) -> Result<ClientMetadata, Fault> {
    sent.entry("client_name")
        .or_insert_with(|| json!(name.as_str()));
    ClientMetadata::parse(&sent).map_err(|error| Fault::member("client", error.to_string()))
}

impl AskedFor {
    /// What the verbs are asked.
    pub(super) fn ask(&self) -> Ask {
        let scopes = self.scopes.iter();
        let tools = self.tools.iter().map(|asked| ToolRef {
            resource: asked.resource,
            tool: asked.tool.clone(),
        });
        Ask {
            scopes: scopes
                .map(|asked| (asked.scope.clone(), asked.reason.clone()))
                .collect(),
            tools: tools.collect(),
        }
    }
}

/// A scope that changes something needs a reason, as in the form.
pub(super) fn require_reasons(ask: &Ask, known: &Catalogue, member: &str) -> Result<(), Fault> {
    let bare = ask.scopes.iter().find(|(scope, reason)| {
        let entry = known.scope(scope);
        reason.is_empty() && entry.is_some_and(|entry| entry.risk != Risk::Read)
    });
    bare.map_or(Ok(()), |(scope, _)| {
        Err(Fault::member(member, format!("say why it needs {scope}")))
    })
}

faults! {
    OnboardError {
        NothingAsked => |words| Fault::member("sandbox", words),
        UnknownSponsor => fault::not_yours,
        UnknownReach | Disallowed => fault::refused,
    }
}
