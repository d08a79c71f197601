//! Access requests: the list, and one of them with everything that a reviewer reads before deciding.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Environment, Id, RequestState, kind};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::caller::Caller;
use super::clients::word;
use super::cursor::{self, Part, given};
use super::fault::Fault;
use super::moment::Moment;
use super::place::Place;
use crate::endpoint::staff::Look;
use crate::store::dashboard_people::{People, name_of};
use crate::store::dashboard_requests::{self, Queued, Wanted};
use crate::store::dashboard_review::{self, Case};

const LIST: &str = "requests";

/// A page of requests, in the order in which they began.
#[derive(Serialize, ToSchema)]
pub(crate) struct Requests {
    requests: Vec<RequestLine>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One version of a case.
#[derive(Serialize, ToSchema)]
struct RequestLine {
    /// `req_…`.
    request: String,
    version: i32,
    /// The tenant's slug.
    tenant: String,
    /// `sandbox` or `production`.
    environment: &'static str,
    integration: String,
    state: &'static str,
    /// 0 to 100.
    risk_score: Option<u8>,
    /// How many checks failed.
    failed_checks: usize,
    sent_at: Moment,
}

/// A case at its latest version.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestDetail {
    request: String,
    version: i32,
    tenant: String,
    environment: &'static str,
    /// `int_…`.
    integration_id: String,
    integration: String,
    state: &'static str,
    risk_score: Option<u8>,
    sent_at: Moment,
    /// What is decided on: a decision names it.
    payload_hash: String,
    /// The client, or what it shall be in quarantine.
    client_id: Option<String>,
    requested_by: Option<String>,
    sponsor: Option<String>,
    /// What the client says about itself (RFC 7591 section 2).
    #[schema(value_type = Object)]
    metadata: Value,
    scopes: Vec<WantedScope>,
    tools: Vec<WantedTool>,
    /// Hosts of the metadata that nobody proved.
    unproved_hosts: Vec<String>,
    findings: Vec<Finding>,
    runs: Vec<PolicyRun>,
    decisions: Vec<PastDecision>,
    /// The client of the sandbox that it promotes.
    promotion: Option<PromotedFrom>,
}

/// What a promotion began with, as it stood when it was sent.
#[derive(Serialize, ToSchema)]
struct PromotedFrom {
    /// The client of the sandbox.
    client_id: String,
    looked_at: Moment,
    readiness: Vec<Readiness>,
}

/// One thing that was looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `hosts`, `token`, `policy`, `contact` or `redirects`.
    item: &'static str,
    met: bool,
    seen: String,
}

impl From<&crate::readiness::Ready> for Readiness {
    fn from(ready: &crate::readiness::Ready) -> Self {
        Self {
            item: ready.item.as_str(),
            met: ready.met,
            seen: ready.seen.clone(),
        }
    }
}

/// A scope that is asked for.
#[derive(Serialize, ToSchema)]
struct WantedScope {
    #[serde(rename = "scope")]
    name: String,
    risk: &'static str,
    reason: String,
}

/// A tool that is asked for.
#[derive(Serialize, ToSchema)]
struct WantedTool {
    /// `res_…`.
    resource: String,
    #[serde(rename = "tool")]
    name: String,
    scope: String,
}

/// What one check saw.
#[derive(Serialize, ToSchema)]
struct Finding {
    check: String,
    title: String,
    outcome: &'static str,
    observed: String,
    required: String,
    fix: Option<String>,
    weight: i16,
}

/// One run of the policy.
#[derive(Serialize, ToSchema)]
struct PolicyRun {
    at: Moment,
    verdict: &'static str,
    /// The text of the baseline.
    policy_version: String,
    /// The platform's version that was in force on top of it.
    platform_policy: Option<i32>,
    /// The tenant's version that was.
    tenant_policy: Option<i32>,
    /// The rules that determined the verdict.
    rules: Vec<String>,
}

/// One decision.
#[derive(Serialize, ToSchema)]
struct PastDecision {
    /// `dec_…`.
    id: String,
    at: Moment,
    version: i32,
    #[serde(rename = "decision")]
    kind: &'static str,
    /// The person; absent when a rule decided.
    by: Option<String>,
    rule: Option<String>,
    reason: String,
}

/// List requests.
#[utoipa::path(
    get,
    path = "/api/v1/requests",
    operation_id = "requests",
    params(
        ("state" = Option<String>, Query, description = "In this state, as `in_review`; every state but drafts when not said."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("limit" = Option<u16>, Query, description = "Rows of a page, 1 to 200; 50 when not said."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Requests))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let part: Part<(Id<kind::Request>, i32)> = Part::read(&query, (key, LIST))?;
    let state = word(&query, "state", state)?;
    let sent = RequestState::ALL.iter().copied();
    let wanted = Wanted {
        states: match state {
            Some(state) => vec![state],
            None => sent.filter(|state| *state != RequestState::Draft).collect(),
        },
        tenant: given(&query, "tenant")?.map(str::to_owned),
        environment: word(&query, "environment", |text| {
            text.parse::<Environment>().ok()
        })?,
    };
    let limit = part.limit;
    let part = dashboard_requests::Part {
        after: part.after,
        limit,
    };
    let seen = caller
        .look(Look::over("api/requests"), async |tx| {
            dashboard_requests::part(tx, &wanted, part).await
        })
        .await?;
    let queued = seen.found;
    let full = i64::try_from(queued.len()).is_ok_and(|count| count == limit);
    let last = queued.last().filter(|_| full);
    let next = last.and_then(|last| cursor::seal(&(last.id, last.version), (key, LIST)));
    Ok(HttpResponse::Ok().json(Requests {
        requests: queued.iter().map(line).collect(),
        next,
    }))
}

fn state(text: &str) -> Option<RequestState> {
    let mut all = RequestState::ALL.iter().copied();
    all.find(|state| state.as_str() == text)
}

/// Read a request, as a reviewer does before deciding.
#[utoipa::path(
    get,
    path = "/api/v1/requests/{tenant}/{environment}/{request_id}",
    operation_id = "request",
    responses((status = 200, body = RequestDetail))
)]
pub(crate) async fn one(caller: Caller, place: Place) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Request> = place.named("request_id")?;
    let (tenant, case) = look(&caller, &place, id).await?;
    Ok(HttpResponse::Ok().json(whole(&tenant, &case)))
}

/// The case of a path, looked at by this person.
pub(crate) async fn look(
    caller: &Caller,
    place: &Place,
    id: Id<kind::Request>,
) -> Result<(Tenant, Case), Fault> {
    let seen = caller
        .look_at(place.at(), id.to_string(), async |tx, tenant| {
            dashboard_review::load(tx, tenant, (place.environment, id), caller.now).await
        })
        .await?;
    Ok(seen.found)
}

fn line(queued: &Queued) -> RequestLine {
    RequestLine {
        request: queued.id.to_string(),
        version: queued.version,
        tenant: queued.slug.to_string(),
        environment: queued.environment.as_str(),
        integration: queued.integration.to_string(),
        state: queued.state.as_str(),
        risk_score: queued.score,
        failed_checks: queued.failed,
        sent_at: queued.sent.into(),
    }
}

fn whole(tenant: &Tenant, case: &Case) -> RequestDetail {
    let request = &case.request;
    let person = |id| name_of(&case.people, id);
    RequestDetail {
        request: request.at.id.to_string(),
        version: request.at.version,
        tenant: tenant.slug.to_string(),
        environment: request.at.environment.as_str(),
        integration_id: case.integration.id.to_string(),
        integration: case.integration.name.to_string(),
        state: request.state.as_str(),
        risk_score: case.score,
        sent_at: case.created_at.into(),
        payload_hash: request.payload.to_string(),
        client_id: request.client_id.as_ref().map(ToString::to_string),
        requested_by: request.requested_by.map(person),
        sponsor: case.integration.sponsor.map(person),
        metadata: Value::Object(request.metadata.to_json()),
        scopes: scopes(case),
        tools: tools(case),
        unproved_hosts: case.unproved.iter().map(ToString::to_string).collect(),
        findings: case.findings.iter().map(finding).collect(),
        runs: case.runs.iter().map(run).collect(),
        decisions: decisions(case, &case.people),
        promotion: case.promotion.as_ref().map(promotion),
    }
}

fn promotion(promoted: &dashboard_review::Promotion) -> PromotedFrom {
    let origin = &promoted.origin;
    PromotedFrom {
        client_id: origin.client_id.to_string(),
        looked_at: origin.at.into(),
        readiness: origin.readiness.iter().map(Into::into).collect(),
    }
}

fn scopes(case: &Case) -> Vec<WantedScope> {
    let scope = |(scope, asked): (&narthex_vocab::Scope, &crate::reach::AskedScope)| WantedScope {
        name: scope.to_string(),
        risk: asked.risk.as_str(),
        reason: asked.reason.as_str().to_owned(),
    };
    case.request.asked.scopes.iter().map(scope).collect()
}

fn tools(case: &Case) -> Vec<WantedTool> {
    let tool = |(tool, asked): (&crate::reach::ToolRef, &crate::reach::AskedTool)| WantedTool {
        resource: tool.resource.to_string(),
        name: tool.tool.to_string(),
        scope: asked.scope.to_string(),
    };
    case.request.asked.tools.iter().map(tool).collect()
}

fn finding(found: &crate::store::dashboard_findings::Found) -> Finding {
    Finding {
        check: found.check.clone(),
        title: found.title.clone(),
        outcome: found.outcome.as_str(),
        observed: found.observed.clone(),
        required: found.required.clone(),
        fix: found.fix.clone(),
        weight: found.weight,
    }
}

fn run(run: &dashboard_review::Run) -> PolicyRun {
    PolicyRun {
        at: run.at.into(),
        verdict: run.verdict.as_str(),
        policy_version: run.policy_version.clone(),
        platform_policy: run.layers.0,
        tenant_policy: run.layers.1,
        rules: run.rules.clone(),
    }
}

fn decisions(case: &Case, people: &People) -> Vec<PastDecision> {
    let decision = |decided: &crate::store::dashboard_decisions::Decided| PastDecision {
        id: decided.id.to_string(),
        at: decided.at.into(),
        version: decided.version,
        kind: decided.kind.as_str(),
        by: decided.by.map(|id| name_of(people, id)),
        rule: decided.rule.clone(),
        reason: decided.reason.clone(),
    };
    case.decisions.iter().map(decision).collect()
}
