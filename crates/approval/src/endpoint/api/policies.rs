//! Policies on top of the baseline: the versions of the platform's or a tenant's, one of them whole, and a look at a text
//! that is not saved. It changes nothing.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::StrictQuery;
use narthex_policy::{Layer, Whose};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, TenantSlug};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::cursor::given;
use super::fault::Fault;
use super::moment::Moment;
use crate::endpoint::dashboard::policies::shown;
use crate::endpoint::policy::version::Shown;
use crate::endpoint::staff::Look;
use crate::policy_version::PolicyVersion;
use crate::simulation::Simulation;
use crate::store::{dashboard_tenants, policy};

/// Whose policies a path means, when they are the platform's.
pub(super) const PLATFORM: &str = "platform";

/// The versions of a policy, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Versions {
    policies: Vec<Version>,
}

/// A version of a policy.
#[derive(Serialize, ToSchema)]
struct Version {
    /// `platform`, or the tenant's slug.
    owner: String,
    number: i32,
    /// `draft`, `proposed`, `published` or `retired`.
    state: &'static str,
    /// SHA-256 of the text: what is proposed and confirmed names it.
    hash: String,
    /// What it is for.
    note: String,
    author: String,
    changed_at: Moment,
    published_at: Option<Moment>,
}

/// A version, whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneVersion {
    #[serde(flatten)]
    version: Version,
    /// The Cedar text.
    source: String,
    /// By which proposal it waits or was published, `prp_…`.
    proposal: Option<String>,
    /// How that proposal stands.
    proposal_state: Option<&'static str>,
    /// What the newest run of the simulator found.
    simulation: Option<SimulationRun>,
}

/// What a run of the simulator found.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulationRun {
    /// Of the text that was tried.
    hash: String,
    at: Moment,
    since: Moment,
    requests: usize,
    clients: usize,
    /// Cases that cannot be judged, since what was known then does not answer what is asked today.
    unjudged: usize,
    changed: usize,
    /// How many of each kind of change.
    #[schema(value_type = Vec<Object>)]
    counts: Value,
    /// The newest changes, each with its verdicts and rules.
    #[schema(value_type = Vec<Object>)]
    changes: Value,
}

/// A text to look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// The Cedar text.
    source: String,
}

/// What was found in a text.
#[derive(Serialize, ToSchema)]
pub(crate) struct Looked {
    /// It can be saved.
    valid: bool,
    /// The names of its rules.
    rules: Vec<String>,
    /// What is wrong, each with `line`, `column` and `message`.
    #[schema(value_type = Vec<Object>)]
    problems: Value,
}

/// List the versions of a policy.
#[utoipa::path(
    get,
    path = "/api/v1/policies",
    operation_id = "policies",
    params(("owner" = Option<String>, Query, description = "A tenant's slug; the platform's policy when not said.")),
    responses((status = 200, body = Versions))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let owner = given(&query, "owner")?.unwrap_or(PLATFORM).to_owned();
    let seen = caller
        .look(Look::over("api/policies"), async |tx: &mut TenantTx| {
            let tenant = whose(tx, &owner).await?;
            policy::of_tenant(tx, tenant).await
        })
        .await?;
    Ok(HttpResponse::Ok().json(versions(&owner, &seen.found)))
}

/// Read a version with its text, its proposal and the newest run of the simulator.
#[utoipa::path(
    get,
    path = "/api/v1/policies/{owner}/{number}",
    operation_id = "policy_version",
    responses((status = 200, body = OneVersion))
)]
pub(crate) async fn one(
    caller: Caller,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let (owner, number) = path.into_inner();
    let (_, shown) = look(&caller, &owner, &number).await?;
    Ok(HttpResponse::Ok().json(whole(&owner, &shown)))
}

/// Look at a text as saving it would: what is wrong, and where. Nothing is saved.
#[utoipa::path(
    post,
    path = "/api/v1/policies/validate",
    operation_id = "validate_policy",
    request_body = Source,
    responses((status = 200, body = Looked))
)]
pub(crate) async fn validate(_caller: Caller, body: Body<Source>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(looked(Whose::Platform, &body.says)))
}

/// What is found in a text.
pub(super) fn looked(whose: Whose, text: &Source) -> Looked {
    match Layer::parse(whose, &text.source) {
        Ok(layer) => Looked {
            valid: true,
            rules: layer.rules().map(|rule| rule.id.to_string()).collect(),
            problems: json!([]),
        },
        Err(problems) => Looked {
            valid: false,
            rules: Vec::new(),
            problems: json!(problems),
        },
    }
}

async fn whose(tx: &mut TenantTx, owner: &str) -> Result<Id<Tenant>, StoreError> {
    if owner == PLATFORM {
        return Ok(PLATFORM_TENANT);
    }
    let slug = TenantSlug::parse(owner).map_err(|_| StoreError::NotFound)?;
    Ok(dashboard_tenants::find(tx, &slug).await?.id)
}

pub(super) async fn look(
    caller: &Caller,
    owner: &str,
    number: &str,
) -> Result<(Id<Tenant>, Shown), Fault> {
    let number = read_number(number)?;
    let seen = caller
        .look(Look::over("api/policies"), async |tx: &mut TenantTx| {
            let tenant = whose(tx, owner).await?;
            Ok((tenant, shown(tx, (tenant, number)).await?))
        })
        .await?;
    Ok(seen.found)
}

pub(super) fn read_number(text: &str) -> Result<i32, Fault> {
    text.parse().map_err(|_| Fault::not_there())
}

pub(super) fn versions(owner: &str, all: &[PolicyVersion]) -> Versions {
    Versions {
        policies: all.iter().map(|one| version(owner, one)).collect(),
    }
}

fn version(owner: &str, version: &PolicyVersion) -> Version {
    Version {
        owner: owner.to_owned(),
        number: version.number,
        state: version.state.as_str(),
        hash: version.hash_text(),
        note: version.note.clone(),
        author: version.author.1.clone(),
        changed_at: version.changed_at.into(),
        published_at: version.published_at.map(Into::into),
    }
}

pub(super) fn whole(owner: &str, shown: &Shown) -> OneVersion {
    let proposal = shown.proposal.as_ref();
    OneVersion {
        version: version(owner, &shown.version),
        source: shown.version.source.clone(),
        proposal: proposal.map(|proposal| proposal.id.to_string()),
        proposal_state: proposal.map(|proposal| proposal.state.as_str()),
        simulation: shown.run.as_ref().map(run),
    }
}

pub(super) fn run(run: &Simulation) -> SimulationRun {
    SimulationRun {
        hash: hex::encode(run.hash),
        at: run.at.into(),
        since: run.since.into(),
        requests: run.report.requests,
        clients: run.report.clients,
        unjudged: run.report.unjudged,
        changed: run.report.changed(),
        counts: json!(run.report.counts),
        changes: json!(run.report.changes),
    }
}
