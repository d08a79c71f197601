//! A one-time code lets a token act for a while. A wrong one says nothing of why.

use actix_web::HttpResponse;
use narthex_http::Peer;
use narthex_people::api_token::{self, StepUpError};
use narthex_vocab::PLATFORM_TENANT;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::Fault;
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
    let (token, source) = ((PLATFORM_TENANT, &caller.token), peer.source());
    let typed = (body.says.code.as_str(), source.as_str());
    let people = &caller.approval().people;
    let stepped = api_token::step_up(people, token, typed, caller.now).await;
    match stepped {
        Ok(()) => Ok(HttpResponse::Ok().json(Acts {
            acts_until: (caller.now + api_token::FRESH).into(),
        })),
        Err(StepUpError::Wrong) => Err(Fault::member("code", "it is wrong, or was used before")),
        Err(StepUpError::Throttled { retry_after }) => Err(Fault::often(retry_after)),
        Err(StepUpError::Store(error)) => Err(error.into()),
    }
}
