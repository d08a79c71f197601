//! From the sandbox to production: what would be ready, and the case that asks for it. The client of the sandbox stays.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{AuthMethod, ClientId, KeySet, RedirectUri, WorkloadIdentity};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::{Opened, screened};
use super::super::requests::Readiness;
use super::clients::at;
use super::onboard::{AskedFor, require_reasons};
use crate::Acting;
use crate::promote::{FROM, Prepared, Promote, PromoteError, look, prepare, promote};

/// What a client of the sandbox is to be in production.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promotion {
    /// Its redirect addresses there; those of the sandbox when not said.
    #[schema(value_type = Option<Vec<String>>)]
    redirect_uris: Option<Vec<RedirectUri>>,
    /// A JSON Web Key Set with the public keys of production, where it proves itself by a key.
    #[schema(value_type = Option<Object>)]
    keys: Option<Value>,
    /// Which workload it is there, where it is one (`issuer`, `subject`, `claims`, `reusable`).
    #[schema(value_type = Option<Object>)]
    workload: Option<Value>,
    /// What it asks for there; what it has in the sandbox, as far as production has it, when not said.
    asks: Option<AskedFor>,
    /// Only look: answer how ready it is, and send nothing.
    #[serde(default)]
    look: bool,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Promoted {
    /// How ready it is, item by item; when it was only looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    readiness: Vec<Readiness>,
    /// The case, when one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Opened>,
}

/// Promote a client of the sandbox to production, by a case of its own; or look how ready it is.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/promote",
    operation_id = "promote",
    request_body = Promotion,
    responses((status = 200, body = Promoted))
)]
pub(crate) async fn post(holder: Holder, body: Body<Promotion>) -> Result<HttpResponse, Fault> {
    let (environment, client) = at(&holder)?;
    if environment != FROM {
        return Err(Fault::not_there());
    }
    let says = body.says;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let prepared = prepare(tx, &client).await?;
        let integration = prepared.integration;
        let only_look = says.look;
        let command = command(client, says, prepared)?;
        if only_look {
            let list = look(tx, &command, acting).await?;
            return Ok(Promoted {
                readiness: list.iter().map(Into::into).collect(),
                request: None,
            });
        }
        let sent = promote(tx, command, acting).await?;
        let opened = Opened::new(integration, sent.request, screened(&sent.screened));
        Ok(Promoted {
            readiness: Vec::new(),
            request: Some(opened),
        })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

fn command(client_id: ClientId, says: Promotion, prepared: Prepared) -> Result<Promote, Fault> {
    let wants_keys = prepared.sandbox.auth_method() == AuthMethod::PrivateKeyJwt;
    let keys = match &says.keys {
        None if wants_keys => {
            let words = "the public keys of a key pair that is made for production";
            return Err(Fault::member("keys", words));
        }
        None => None,
        Some(sent) => {
            let keys = KeySet::parse(sent);
            Some(keys.map_err(|error| Fault::member("keys", error.to_string()))?)
        }
    };
    let workload = match (&says.workload, prepared.sandbox.workload()) {
        (Some(sent), Some(_)) => Some(
            WorkloadIdentity::parse(sent)
                .map_err(|error| Fault::member("workload", error.to_string()))?,
        ),
        (Some(_), None) => {
            return Err(Fault::member("workload", "this client is no workload"));
        }
        (None, Some(_)) => {
            return Err(Fault::member(
                "workload",
                "which workload it is in production",
            ));
        }
        (None, None) => None,
    };
    let ask = says.asks.as_ref().map_or(prepared.ask, AskedFor::ask);
    require_reasons(&ask, &prepared.catalogue, "asks")?;
    let own = || prepared.sandbox.redirect_uris().to_vec();
    Ok(Promote {
        client_id,
        redirect_uris: says.redirect_uris.unwrap_or_else(own),
        keys,
        workload,
        ask,
    })
}

faults! {
    PromoteError {
        NotLive | OwnAddress | BelowAnother | NobodyAnswers | AlreadyOpen | AlreadyThere => fault::state,
        Metadata => |words| Fault::member("redirect_uris", words),
        UnknownReach => |words| Fault::member("asks", words),
        Disallowed => fault::refused,
    }
}
