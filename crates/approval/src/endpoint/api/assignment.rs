//! Who has a case: taking it, from nobody or from who had it, and handing it back.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::place::Place;
use super::reason::Standing;
use super::requests;
use crate::Acting;
use crate::request::RequestRef;
use crate::take::{Take, TakeError, hand_back, take};

/// A case as it was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseSeen {
    version: i32,
    /// Who had it, `mem_…`; nobody when not said.
    #[schema(value_type = Option<String>)]
    seen: Option<Id<kind::Member>>,
}

/// Take a case.
#[utoipa::path(
    post,
    path = "/api/v1/requests/{tenant}/{environment}/{request_id}/take",
    operation_id = "take",
    request_body = CaseSeen,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn take_it(
    caller: Caller,
    place: Place,
    body: Body<CaseSeen>,
) -> Result<HttpResponse, Fault> {
    let (tenant, command) = read(&caller, &place, &body.says).await?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        take(tx, command, acting).await?;
        Ok(Standing { state: "taken" })
    };
    caller
        .act(tenant, (Action::Decide, &body.object), act)
        .await
}

/// Hand a case back that you have.
#[utoipa::path(
    post,
    path = "/api/v1/requests/{tenant}/{environment}/{request_id}/hand-back",
    operation_id = "hand_back",
    request_body = CaseSeen,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn give_back(
    caller: Caller,
    place: Place,
    body: Body<CaseSeen>,
) -> Result<HttpResponse, Fault> {
    let (tenant, command) = read(&caller, &place, &body.says).await?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        hand_back(tx, command, acting).await?;
        Ok(Standing {
            state: "handed_back",
        })
    };
    caller
        .act(tenant, (Action::Decide, &body.object), act)
        .await
}

async fn read(
    caller: &Caller,
    place: &Place,
    says: &CaseSeen,
) -> Result<(Id<kind::Tenant>, Take), Fault> {
    let id: Id<kind::Request> = place.named("request_id")?;
    let (tenant, case) = requests::look(caller, place, id).await?;
    let command = Take {
        request: RequestRef {
            version: says.version,
            ..case.request.at
        },
        seen: says.seen,
    };
    Ok((tenant.id, command))
}

faults! {
    TakeError {
        NotWaiting => fault::state,
        Taken => fault::stale,
    }
}
