//! A one-time code lets a token act for a while. A wrong one says nothing of why.

use actix_web::HttpResponse;
use narthex_http::Peer;
use narthex_people::api_token::{self, StepUpError};
use narthex_vocab::{Id, PLATFORM_TENANT, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::Body;
use super::caller::Caller;
use super::fault::Fault;
use super::holder::Holder;
use super::moment::Moment;

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// The six digits that the authenticator shows.
    code: String,
}

/// How long the token acts now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Acts {
    acts_until: Moment,
}

/// Give a one-time code, so that the token may act for fifteen minutes.
#[utoipa::path(
    post,
    path = "/api/v1/step-up",
    operation_id = "step_up",
    request_body = Code,
    responses((status = 200, body = Acts))
)]
pub(crate) async fn post(
    caller: Caller,
    peer: Peer,
    body: Body<Code>,
) -> Result<HttpResponse, Fault> {
    give(&caller.bearer, PLATFORM_TENANT, (&peer, &body.says)).await
}

/// Give a one-time code, so that the token may act for fifteen minutes. For a person with a second factor.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/step-up",
    operation_id = "step_up",
    request_body = Code,
    responses((status = 200, body = Acts))
)]
pub(crate) async fn of_tenant(
    holder: Holder,
    peer: Peer,
    body: Body<Code>,
) -> Result<HttpResponse, Fault> {
    give(&holder, holder.tenant.id, (&peer, &body.says)).await
}

async fn give(
    bearer: &Bearer,
    tenant: Id<kind::Tenant>,
    (peer, code): (&Peer, &Code),
) -> Result<HttpResponse, Fault> {
    let (token, source) = ((tenant, &bearer.token), peer.source());
    let typed = (code.code.as_str(), source.as_str());
    let people = &bearer.approval.people;
    let stepped = api_token::step_up(people, token, typed, bearer.now).await;
    match stepped {
        Ok(()) => Ok(HttpResponse::Ok().json(Acts {
            acts_until: (bearer.now + api_token::FRESH).into(),
        })),
        Err(StepUpError::Wrong) => Err(Fault::member("code", "it is wrong, or was used before")),
        Err(StepUpError::Throttled { retry_after }) => Err(Fault::often(retry_after)),
        Err(StepUpError::Store(error)) => Err(error.into()),
    }
}
