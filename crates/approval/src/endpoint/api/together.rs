//! Several requests approved in one call: each a decision of its own, and an answer for each. Only requests of low risk for
//! the sandbox pass.

use actix_web::HttpResponse;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, TenantSlug, kind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::decide::hash;
use super::fault::Fault;
use super::once::{Asked, before, keep};
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
    #[schema(value_type = Vec<CameOfOne>)]
    approvals: Vec<Value>,
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

/// Approve several requests of low risk for the sandbox. With an `Idempotency-Key` each that was approved is answered as
/// it was then, and what failed is tried again.
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
    let asked = Asked::of(&caller.bearer.request, &body.object)?;
    begin(&caller, &asked).await?;
    let mut approvals = Vec::new();
    for (slug, command) in commands {
        let request = command.request.id.to_string();
        let part = asked.part(&request);
        let found = caller
            .look(Look::over("api/approvals"), async |tx| {
                dashboard_tenants::find(tx, &slug).await
            })
            .await;
        let done = match found {
            Err(error) => Err(NotApproved::from(error)),
            Ok(seen) => {
                let once =
                    async |tx: &mut TenantTx| one(tx, (&caller, &permit), &part, command).await;
                caller.within(seen.found.id, once).await
            }
        };
        approvals.push(match done {
            Ok(answer) => answer,
            Err(error) => json!(refused(request, error)?),
        });
    }
    Ok(HttpResponse::Ok().json(Approved { approvals }))
}

/// The key is of this call and no other, whatever comes of its parts.
async fn begin(caller: &Caller, asked: &Asked) -> Result<(), Fault> {
    let by = (caller.member.id, caller.now);
    let work = async |tx: &mut TenantTx| {
        if before(tx, (by, asked)).await?.is_none() {
            keep(tx, (by, asked), &json!({})).await?;
        }
        Ok(())
    };
    caller.within(PLATFORM_TENANT, work).await
}

/// Approves one request, unless this call did so before.
async fn one(
    tx: &mut TenantTx,
    (caller, permit): (&Caller, &Permit),
    part: &Asked,
    command: ApproveAmongOthers,
) -> Result<Value, NotApproved> {
    let by = (caller.member.id, caller.now);
    if let Some(answer) = before(tx, (by, part)).await? {
        return Ok(answer);
    }
    let request = command.request.id.to_string();
    let mut rng = ambient::rng();
    let acting = &mut caller.acting(permit, &mut rng);
    let answer = json!(came(
        request,
        &approve_among_others(tx, command, acting).await?
    ));
    keep(tx, (by, part), &answer).await?;
    Ok(answer)
}

/// Why a request among others is not approved.
enum NotApproved {
    /// The verb refused, or it is not there.
    Verb(DecideTogetherError),
    /// The whole call is refused.
    Call(Fault),
}

impl From<DecideTogetherError> for NotApproved {
    fn from(error: DecideTogetherError) -> Self {
        Self::Verb(error)
    }
}

impl From<StoreError> for NotApproved {
    fn from(error: StoreError) -> Self {
        Self::Verb(DecideTogetherError::Store(error))
    }
}

impl From<Fault> for NotApproved {
    fn from(fault: Fault) -> Self {
        Self::Call(fault)
    }
}

fn came(request: String, decided: &Decided) -> CameOfOne {
    let client = match decided {
        Decided::Activated(client) => Some(client.client_id.to_string()),
        Decided::AwaitsSecond { .. } | Decided::Offered { .. } | Decided::Closed(_) => None,
    };
    let waits = client
        .is_none()
        .then(|| "it waits for somebody else".to_owned());
    CameOfOne {
        request,
        approved: client.is_some(),
        client_id: client,
        rule: None,
        detail: waits,
    }
}

fn refused(request: String, error: NotApproved) -> Result<CameOfOne, Fault> {
    let error = match error {
        NotApproved::Call(fault) => return Err(fault),
        NotApproved::Verb(error) => error,
    };
    let (rule, detail) = match error {
        DecideTogetherError::NotPermitted(error) => return Err(error.into()),
        DecideTogetherError::NotTogether(why @ NotTogether::NotInReview(_)) => {
            (None, why.to_string())
        }
        DecideTogetherError::NotTogether(why) => (Some(RULE), why.to_string()),
        DecideTogetherError::Store(StoreError::NotFound) => {
            (None, "there is no such request".to_owned())
        }
        error @ (DecideTogetherError::Store(_)
        | DecideTogetherError::Decide(DecideError::Store(_))) => {
            tracing::warn!(%error, "a request among others was not decided");
            (None, "it failed on our side".to_owned())
        }
        DecideTogetherError::Decide(error) => (None, error.to_string()),
    };
    Ok(CameOfOne {
        request,
        approved: false,
        client_id: None,
        rule,
        detail: Some(detail),
    })
}
