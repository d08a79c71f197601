//! Stopping a client, letting it go on, ending it for good.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::ClientId;
use narthex_vocab::ProblemKind as Kind;

use super::body::Body;
use super::caller::Caller;
use super::clients;
use super::fault::Fault;
use super::place::Place;
use super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::suspend::{Stop, Suspend, SuspendError, suspend};

/// Stop a client: no token is issued or honoured until it is resumed.
#[utoipa::path(
    post,
    path = "/api/v1/clients/{tenant}/{environment}/{client_id}/suspend",
    operation_id = "suspend",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn suspend_client(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    stop(&caller, &place, &body, Stop::Suspend).await
}

/// Let a suspended client go on as it was approved.
#[utoipa::path(
    post,
    path = "/api/v1/clients/{tenant}/{environment}/{client_id}/resume",
    operation_id = "resume",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn resume_client(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    stop(&caller, &place, &body, Stop::Resume).await
}

/// End a client for good.
#[utoipa::path(
    post,
    path = "/api/v1/clients/{tenant}/{environment}/{client_id}/revoke",
    operation_id = "revoke",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn revoke_client(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    stop(&caller, &place, &body, Stop::Revoke).await
}

async fn stop(
    caller: &Caller,
    place: &Place,
    body: &Body<WithReason>,
    what: Stop,
) -> Result<HttpResponse, Fault> {
    let client_id: ClientId = place.named("client_id")?;
    let looked = clients::look(caller, place, &client_id).await?;
    let command = Suspend {
        environment: place.environment,
        client_id,
        what,
        reason: reason::parse(&body.says.reason)?,
    };
    let asked = (Action::SuspendAny, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = suspend(tx, command, acting).await?;
        Ok(Standing {
            state: state.as_str(),
        })
    };
    caller.act(looked.0.id, asked, act).await
}

impl From<SuspendError> for Fault {
    fn from(error: SuspendError) -> Self {
        match error {
            SuspendError::NotPermitted(error) => error.into(),
            SuspendError::Store(error) => error.into(),
            SuspendError::HeldByStaff => Self::of(Kind::ROLE, "staff suspended the client"),
            SuspendError::NotPossible(state) => {
                Self::of(Kind::STATE, format!("the client is {state}"))
            }
            SuspendError::ParentStopped => Self::of(
                Kind::STATE,
                "the client that registered it does not work: resume that one first",
            ),
        }
    }
}
