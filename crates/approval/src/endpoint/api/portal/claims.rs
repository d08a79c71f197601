//! What staff ask a tenant about: registrations in quarantine that may be its own.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Label, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::{Opened, opened, said};
use super::super::moment::Moment;
use super::super::reason::Standing;
use crate::Acting;
use crate::claim::{Showing, TakeClaim, TakeClaimError, take_claim};
use crate::disown::{Disown, DisownError, disown};
use crate::prose::Reason;
use crate::store::portal_claim::{self, Asked};

/// What the tenant was asked about.
#[derive(Serialize, ToSchema)]
pub(crate) struct Claims {
    claims: Vec<ClaimEntry>,
}

/// One registration that may be the tenant's.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimEntry {
    /// `clm_…`.
    claim: String,
    environment: &'static str,
    client_id: String,
    /// `open`, `claimed`, `disowned` or `lapsed`.
    state: &'static str,
    /// Why staff think that it is yours.
    reason: String,
    expires_at: Moment,
    /// What it says about itself (RFC 7591 section 2).
    #[schema(value_type = Object)]
    metadata: Value,
    /// By what it can be claimed now: `hosts`, `statement`, or `nothing`.
    shown_by: &'static str,
    /// Hosts of it that you have not proved.
    unproved_hosts: Vec<String>,
    /// The case that came of it, `req_…`.
    request: Option<String>,
}

/// What a registration becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ours {
    /// The name of the new integration.
    #[schema(value_type = String)]
    name: Label,
    /// Who runs it: `us`, `partner` or `agent`.
    operator: String,
}

/// How somebody knows that it is not theirs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotOurs {
    /// Staff read it.
    #[schema(value_type = String)]
    reason: Reason,
}

/// List what the tenant was asked about.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/claims",
    operation_id = "claims",
    responses((status = 200, body = Claims))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let all = holder.look(portal_claim::all).await?;
    Ok(HttpResponse::Ok().json(Claims {
        claims: all.iter().map(|one| entry(one, holder.now)).collect(),
    }))
}

/// Read one.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/claims/{claim}",
    operation_id = "claim",
    responses((status = 200, body = ClaimEntry))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let (environment, id, now) = (holder.environment()?, holder.named("claim")?, holder.now);
    let work = async |tx: &mut TenantTx| portal_claim::load(tx, environment, id, now).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(entry(&found, now)))
}

/// Claim a registration: it becomes an integration of the tenant, and a case.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/claims/{claim}",
    operation_id = "take_claim",
    request_body = Ours,
    responses((status = 200, body = Opened))
)]
pub(crate) async fn take(holder: Holder, body: Body<Ours>) -> Result<HttpResponse, Fault> {
    let command = TakeClaim {
        environment: holder.environment()?,
        claim: holder.named("claim")?,
        operator: said("operator", &body.says.operator)?,
        name: body.says.name,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(opened(&take_claim(tx, command, acting).await?))
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

/// Answer that it is not the tenant's.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/claims/{claim}/disown",
    operation_id = "disown",
    request_body = NotOurs,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn not_ours(holder: Holder, body: Body<NotOurs>) -> Result<HttpResponse, Fault> {
    let command = Disown {
        environment: holder.environment()?,
        claim: holder.named("claim")?,
        reason: body.says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        disown(tx, command, acting).await?;
        Ok(Standing { state: "disowned" })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

fn entry(asked: &Asked, now: Timestamp) -> ClaimEntry {
    let claim = &asked.claim;
    let (shown_by, unproved) = match &asked.showing {
        Showing::Hosts(_) => ("hosts", Vec::new()),
        Showing::Signed(_) => ("statement", Vec::new()),
        Showing::Missing(hosts) => ("nothing", hosts.iter().map(ToString::to_string).collect()),
        Showing::Nothing => ("nothing", Vec::new()),
    };
    let over = claim.state == narthex_vocab::ClaimState::Open && !claim.is_open(now);
    ClaimEntry {
        claim: claim.id.to_string(),
        environment: claim.environment.as_str(),
        client_id: claim.client_id.to_string(),
        state: if over { "lapsed" } else { claim.state.as_str() },
        reason: claim.reason.clone(),
        expires_at: claim.expires_at.into(),
        metadata: Value::Object(asked.waiting.metadata.to_json()),
        shown_by,
        unproved_hosts: unproved,
        request: claim.request.map(|id| id.to_string()),
    }
}

faults! {
    TakeClaimError {
        NotOpen | NotWaiting | AlreadyOpen | UnknownReach => fault::state,
        Unproved | NothingToProve => fault::refused,
    }
    DisownError { NotOpen => fault::state }
}
