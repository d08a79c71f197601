//! A case of the tenant: how far it came, what the checks saw, what is offered; answering an offer and taking it back.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::decide::Came;
use super::super::fault::{self, Fault};
use super::super::holder::Holder;
use super::super::moment::Moment;
use super::super::reason::Standing;
use crate::Acting;
use crate::answer_offer::{AnswerOffer, AnswerOfferError, Answered, answer_offer};
use crate::prose::ScopeReason;
use crate::request::RequestRef;
use crate::store::portal_request::{self, Case, Offered, Seen};
use crate::withdraw::{Withdraw, WithdrawError, withdraw};

/// A case at its latest version.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnRequest {
    /// `req_…`.
    request: String,
    version: i32,
    environment: &'static str,
    integration: String,
    state: &'static str,
    requested_by: Option<String>,
    sent_at: Option<Moment>,
    /// What the client says about itself (RFC 7591 section 2).
    #[schema(value_type = Object)]
    metadata: Value,
    scopes: Vec<ScopeOfRequest>,
    tools: Vec<ToolOfRequest>,
    findings: Vec<OwnFinding>,
    decisions: Vec<OwnDecision>,
    offer: Option<OpenOffer>,
}

/// A scope that was asked for.
#[derive(Serialize, ToSchema)]
struct ScopeOfRequest {
    scope: String,
    reason: String,
}

/// A tool that was asked for.
#[derive(Serialize, ToSchema)]
struct ToolOfRequest {
    resource: String,
    tool: String,
}

/// What one check saw.
#[derive(Serialize, ToSchema)]
struct OwnFinding {
    check: String,
    title: String,
    outcome: String,
    observed: String,
    required: String,
    fix: Option<String>,
}

/// One decision, without who made it.
#[derive(Serialize, ToSchema)]
struct OwnDecision {
    decision: &'static str,
    rule: Option<String>,
    reason: String,
    at: Moment,
}

/// Less than was asked for.
#[derive(Serialize, ToSchema)]
struct OpenOffer {
    /// `off_…`: the answer names it.
    offer: String,
    open: bool,
    expires_at: Moment,
    scopes: Vec<String>,
    tools: Vec<ToolOfRequest>,
    /// What was said of each scope that is not as it was asked for.
    remarks: Vec<OfferRemark>,
}

/// What was said of a scope.
#[derive(Serialize, ToSchema)]
struct OfferRemark {
    scope: String,
    /// It may be had in the sandbox, and not here.
    sandbox_only: bool,
    reason: String,
}

/// The tenant's answer to an offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferAnswer {
    /// `accept` or `decline`.
    answer: String,
    /// The offer as it was read, `off_…`.
    #[schema(value_type = String)]
    offer: Id<kind::Offer>,
    /// The version of the request as it was read.
    version: i32,
    /// What staff read; wanted where it is declined.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    comment: ScopeReason,
}

/// Why a request is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawal {
    /// The version of the request as it was read.
    version: i32,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reason: ScopeReason,
}

/// Read a case.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/requests/{request}",
    operation_id = "request",
    responses((status = 200, body = OwnRequest))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let (environment, id) = (holder.environment()?, holder.named("request")?);
    let work = async |tx: &mut TenantTx| portal_request::load(tx, environment, id).await;
    let case = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(whole(&case)))
}

/// Accept or decline an offer.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/requests/{request}/answer",
    operation_id = "answer_offer",
    request_body = OfferAnswer,
    responses((status = 200, body = Came))
)]
pub(crate) async fn answer(holder: Holder, body: Body<OfferAnswer>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let accept = match says.answer.as_str() {
        "accept" => true,
        "decline" if says.comment.is_empty() => {
            return Err(Fault::member("comment", "say what would be needed"));
        }
        "decline" => false,
        _ => return Err(Fault::member("answer", "accept or decline")),
    };
    let command = AnswerOffer {
        request: at(&holder, says.version)?,
        offer: says.offer,
        accept,
        reason: says.comment,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(Came::from(answer_offer(tx, command, acting).await?))
    };
    holder.act((Action::AnswerOffer, &body.object), act).await
}

/// Take a request back while it is open.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/requests/{request}/withdraw",
    operation_id = "withdraw",
    request_body = Withdrawal,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn take_back(
    holder: Holder,
    body: Body<Withdrawal>,
) -> Result<HttpResponse, Fault> {
    let command = Withdraw {
        request: at(&holder, body.says.version)?,
        reason: body.says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        withdraw(tx, command, acting).await?;
        Ok(Standing { state: "withdrawn" })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

pub(super) fn at(holder: &Holder, version: i32) -> Result<RequestRef, Fault> {
    Ok(RequestRef {
        environment: holder.environment()?,
        id: holder.named("request")?,
        version,
    })
}

fn whole(case: &Case) -> OwnRequest {
    let request = &case.request;
    let (scopes, tools) = (request.asked.scopes.iter(), request.asked.tools.keys());
    let decisions = case.decisions.iter().map(|one| OwnDecision {
        decision: one.kind.as_str(),
        rule: one.rule.clone(),
        reason: one.reason.clone(),
        at: one.at.into(),
    });
    OwnRequest {
        request: request.at.id.to_string(),
        version: request.at.version,
        environment: request.at.environment.as_str(),
        integration: case.integration.clone(),
        state: request.state.as_str(),
        requested_by: case.requested_by.clone(),
        sent_at: case.submitted_at.map(Into::into),
        metadata: Value::Object(request.metadata.to_json()),
        scopes: scopes
            .map(|(scope, asked)| ScopeOfRequest {
                scope: scope.to_string(),
                reason: asked.reason.to_string(),
            })
            .collect(),
        tools: tools.map(tool).collect(),
        findings: case.findings.iter().map(finding).collect(),
        decisions: decisions.collect(),
        offer: case.offer.as_ref().map(offer),
    }
}

fn tool(tool: &crate::reach::ToolRef) -> ToolOfRequest {
    ToolOfRequest {
        resource: tool.resource.to_string(),
        tool: tool.tool.to_string(),
    }
}

fn finding(seen: &Seen) -> OwnFinding {
    OwnFinding {
        check: seen.check.clone(),
        title: seen.title.clone(),
        outcome: seen.outcome.clone(),
        observed: seen.observed.clone(),
        required: seen.required.clone(),
        fix: seen.fix.clone(),
    }
}

fn offer(offered: &Offered) -> OpenOffer {
    let given = &offered.proposal.reach;
    let remarks = offered.proposal.remarks.scopes.iter();
    OpenOffer {
        offer: offered.id.to_string(),
        open: offered.open,
        expires_at: offered.expires_at.into(),
        scopes: given.scopes.iter().map(ToString::to_string).collect(),
        tools: given.tools.iter().map(tool).collect(),
        remarks: remarks
            .map(|(scope, remark)| OfferRemark {
                scope: scope.to_string(),
                sandbox_only: remark.sandbox_only,
                reason: remark.reason.to_string(),
            })
            .collect(),
    }
}

impl From<Answered> for Came {
    fn from(answered: Answered) -> Self {
        let (state, client_id, until) = match answered {
            Answered::Activated(client) => ("approved", Some(client.client_id.to_string()), None),
            Answered::AwaitsSecond { until } => ("awaiting_second", None, Some(until)),
            Answered::BackInReview => ("in_review", None, None),
        };
        Self {
            state,
            client_id,
            until: until.map(Moment::from),
        }
    }
}

impl From<AnswerOfferError> for Fault {
    fn from(error: AnswerOfferError) -> Self {
        match error {
            AnswerOfferError::NotPermitted(error) => error.into(),
            AnswerOfferError::Store(error) => error.into(),
            AnswerOfferError::NotApprovable(why) => why.into(),
            error @ (AnswerOfferError::Gone | AnswerOfferError::Lapsed(_)) => {
                fault::state(error.to_string())
            }
        }
    }
}

super::super::fault::faults! {
    WithdrawError { NotOpen => fault::state }
}
