//! The answer of the second of two people: another one than who decided, on exactly what was decided.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::ProblemKind as Kind;
use narthex_vocab::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::decide::{Came, hash};
use super::fault::Fault;
use super::place::Place;
use super::{reason, requests};
use crate::Acting;
use crate::confirm::{Confirm, ConfirmError, Confirmed, confirm};

/// The answer of the second person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Second {
    /// `confirm` or `refuse`.
    answer: String,
    /// The decision that waits, `dec_…`: the last of the request's decisions.
    decision: String,
    /// The hash of the request as it was read.
    payload_hash: String,
    /// Why.
    reason: String,
}

/// Confirm what another person decided, or refuse it.
#[utoipa::path(
    post,
    path = "/api/v1/requests/{tenant}/{environment}/{request_id}/confirmation",
    operation_id = "confirm",
    request_body = Second,
    responses((status = 200, body = Came))
)]
pub(crate) async fn post(
    caller: Caller,
    place: Place,
    body: Body<Second>,
) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Request> = place.named("request_id")?;
    let (tenant, case) = requests::look(&caller, &place, id).await?;
    let says = &body.says;
    let first = says.decision.parse();
    let command = Confirm {
        request: case.request.at,
        first: first.map_err(|_| Fault::member("decision", "an identifier as dec_…"))?,
        seen: hash(&says.payload_hash)?,
        confirm: match says.answer.as_str() {
            "confirm" => true,
            "refuse" => false,
            _ => return Err(Fault::member("answer", "confirm or refuse")),
        },
        reason: reason::parse(&says.reason)?,
    };
    let asked = (Action::Confirm, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let confirmed = confirm(tx, command, acting).await?;
        Ok(Came::from(confirmed))
    };
    caller.act(tenant.id, asked, act).await
}

impl From<Confirmed> for Came {
    fn from(confirmed: Confirmed) -> Self {
        let (state, client_id) = match confirmed {
            Confirmed::Activated(client) => ("approved", Some(client.client_id.to_string())),
            Confirmed::Refused => ("refused", None),
        };
        Self {
            state,
            client_id,
            until: None,
        }
    }
}

impl From<ConfirmError> for Fault {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::NotPermitted(error) => error.into(),
            ConfirmError::Store(error) => error.into(),
            ConfirmError::Stale => Self::of(Kind::STALE, "something else waits"),
            ConfirmError::NotAwaiting(state) => {
                Self::of(Kind::STATE, format!("the request is {state}"))
            }
            error @ ConfirmError::Lapsed(_) => Self::of(Kind::STATE, error.to_string()),
            error @ ConfirmError::ByWhoDecided => Self::of(Kind::ROLE, error.to_string()),
            ConfirmError::NotApprovable(why) => why.into(),
        }
    }
}
