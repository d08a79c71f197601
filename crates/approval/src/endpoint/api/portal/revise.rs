//! The next version of a case of the tenant, after the review team asked for changes or the policy refused it. The version
//! before stays as it is.

use actix_web::HttpResponse;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{TenantTx, catalogue};
use narthex_vocab::ClientMetadata;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::screened;
use super::onboard::{AskedFor, require_reasons};
use super::requests::at;
use crate::Acting;
use crate::revise::{Revise, ReviseError, revise};

/// What is sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revision {
    /// The version that was sent back: the newest one.
    version: i32,
    /// The metadata of its client as it is to be, whole (RFC 7591 section 2).
    #[schema(value_type = Object)]
    client: Map<String, Value>,
    /// What it asks for now, whole.
    asks: AskedFor,
}

/// The next version.
#[derive(Serialize, ToSchema)]
pub(crate) struct Revised {
    /// `req_…`, as before.
    request: String,
    version: i32,
    state: &'static str,
}

/// Send the next version of a case that was sent back: it is screened like the first.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/requests/{request}/revise",
    operation_id = "revise",
    request_body = Revision,
    responses((status = 200, body = Revised))
)]
pub(crate) async fn post(holder: Holder, body: Body<Revision>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = Revise {
        request: at(&holder, says.version)?,
        client: ClientMetadata::parse(&says.client)
            .map_err(|error| Fault::member("client", error.to_string()))?,
        ask: says.asks.ask(),
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let known = catalogue::load(tx, command.request.environment).await?;
        require_reasons(&command.ask, &known, "asks")?;
        let sent = revise(tx, command, acting).await?;
        Ok(Revised {
            request: sent.request.id.to_string(),
            version: sent.request.version,
            state: screened(&sent.screened),
        })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

faults! {
    ReviseError {
        NotSentBack | NotOurs | Superseded => fault::state,
        UnknownReach | Disallowed => fault::refused,
    }
}
