//! Several requests approved in one call: each a decision of its own, and an answer for each. Only requests of low risk for
//! the sandbox pass.

use actix_web::HttpResponse;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, TenantSlug, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::decide::hash;
use super::fault::Fault;
use super::reason;
use crate::decide::{DecideError, Decided};
use crate::decide_together::{
    ApproveAmongOthers, DecideTogetherError, MOST, NotTogether, RULE, approve_among_others,
};
use crate::endpoint::staff::Look;
use crate::request::RequestRef;
use crate::store::dashboard_tenants;

/// What is approved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approvals {
    /// 100 at most.
    requests: Vec<AmongOthers>,
    /// Why: the same for all.
    reason: String,
}

/// One request, as it was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AmongOthers {
    /// The tenant's slug.
    tenant: String,
    /// `req_…`, for the sandbox.
    request: String,
    version: i32,
    payload_hash: String,
}

/// What came of each, in the order of the call.
#[derive(Serialize, ToSchema)]
pub(crate) struct Approved {
    approvals: Vec<CameOfOne>,
}

/// What came of one.
#[derive(Serialize, ToSchema)]
struct CameOfOne {
    request: String,
    approved: bool,
    /// The client that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The rule that has it decided on its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Approve several requests of low risk for the sandbox. A request is decided once: asking again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/approvals",
    operation_id = "approve_together",
    request_body = Approvals,
    responses((status = 200, body = Approved))
)]
pub(crate) async fn post(caller: Caller, body: Body<Approvals>) -> Result<HttpResponse, Fault> {
    let permit = caller.permit(Action::Decide)?;
    let says = &body.says;
    if says.requests.is_empty() || says.requests.len() > MOST {
        return Err(Fault::member("requests", format!("1 to {MOST} of them")));
    }
    let reason = reason::parse(&says.reason)?;
    let mut commands = Vec::new();
    for one in &says.requests {
        let slug = TenantSlug::parse(&one.tenant);
        let slug = slug.map_err(|error| Fault::member("tenant", error.to_string()))?;
        let id: Id<kind::Request> = one
            .request
            .parse()
            .map_err(|_| Fault::member("request", "an identifier as req_…"))?;
        let command = ApproveAmongOthers {
            request: RequestRef {
                environment: Environment::Sandbox,
                id,
                version: one.version,
            },
            seen: hash(&one.payload_hash)?,
            reason: reason.clone(),
        };
        commands.push((slug, command));
    }
    let mut approvals = Vec::new();
    for (slug, command) in commands {
        let request = command.request.id.to_string();
        let found = caller
            .look(Look::over("api/approvals"), async |tx| {
                dashboard_tenants::find(tx, &slug).await
            })
            .await;
        let done = match found {
            Err(error) => Err(DecideTogetherError::Store(error)),
            Ok(seen) => {
                caller
                    .within(seen.found.id, async |tx| {
                        let mut rng = ambient::rng();
                        let acting = &mut caller.acting(&permit, &mut rng);
                        approve_among_others(tx, command, acting).await
                    })
                    .await
            }
        };
        approvals.push(came(request, done)?);
    }
    Ok(HttpResponse::Ok().json(Approved { approvals }))
}

fn came(request: String, done: Result<Decided, DecideTogetherError>) -> Result<CameOfOne, Fault> {
    let of = |approved, client_id, rule, detail| CameOfOne {
        request,
        approved,
        client_id,
        rule,
        detail,
    };
    Ok(match done {
        Ok(Decided::Activated(client)) => of(true, Some(client.client_id.to_string()), None, None),
        Ok(_) => of(
            false,
            None,
            None,
            Some("it waits for somebody else".to_owned()),
        ),
        Err(DecideTogetherError::NotTogether(why @ NotTogether::NotInReview(_))) => {
            of(false, None, None, Some(why.to_string()))
        }
        Err(DecideTogetherError::NotTogether(why)) => {
            of(false, None, Some(RULE), Some(why.to_string()))
        }
        Err(DecideTogetherError::Store(narthex_tenancy::StoreError::NotFound)) => of(
            false,
            None,
            None,
            Some("there is no such request".to_owned()),
        ),
        Err(DecideTogetherError::NotPermitted(error)) => return Err(error.into()),
        Err(
            error @ (DecideTogetherError::Store(_)
            | DecideTogetherError::Decide(DecideError::Store(_))),
        ) => {
            tracing::warn!(%error, "a request among others was not decided");
            of(false, None, None, Some("it failed on our side".to_owned()))
        }
        Err(DecideTogetherError::Decide(error)) => of(false, None, None, Some(error.to_string())),
    })
}
