//! Everything a reviewer reads about one case: what asks, who asks, what the checks saw, what was decided. Read in the
//! staff role only; it judges nothing.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::Verdict;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{client as c, entitled_tool as et, entitlement as en},
        review::{access_request as r, policy_run as p},
    },
};
use narthex_vocab::{
    ClientId, ClientMetadata, ClientState, Environment, HostName, Id, Scope, Timestamp, ToolName,
    kind,
};
use serde_json::Value;

use super::{
    assignment,
    dashboard_acts::{self, Act},
    dashboard_catalogue::{self, Words},
    dashboard_changed::{self, Changed},
    dashboard_decisions::{self, Decided},
    dashboard_findings::{self, Found},
    dashboard_people::{self, People},
    dashboard_quarantine::{self, Asked, Family},
    integration, logo, metadata, offer, promotion, proof, request, second,
};
use crate::{
    assignment::Assignment,
    integration::Integration,
    logo::Logo,
    offer::Offer,
    remark::Proposal,
    request::{AccessRequest, RequestRef},
    second::Wanted,
};

/// A case as the review page shows it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) request: AccessRequest,
    pub(crate) score: Option<u8>,
    pub(crate) created_at: Timestamp,
    /// Who is looking at it.
    pub(crate) taken: Option<Assignment>,
    pub(crate) integration: Integration,
    pub(crate) findings: Vec<Found>,
    /// Its logos, as discovery found them.
    pub(crate) logos: Vec<Logo>,
    pub(crate) runs: Vec<Run>,
    pub(crate) decisions: Vec<Decided>,
    pub(crate) offer: Option<Offer>,
    /// What waits, or waited, for a second person.
    pub(crate) second: Option<Wanted>,
    /// What the tenant has accepted of it, when it is less than was asked for.
    pub(crate) agreed: Option<Proposal>,
    pub(crate) client: Option<(ClientId, ClientState)>,
    /// What this version would change of a client that an earlier one led to.
    pub(crate) changes: Option<Changed>,
    /// The client of the sandbox that it promotes, with what was looked at.
    pub(crate) promotion: Option<Promotion>,
    /// Hosts that nobody proved.
    pub(crate) unproved: Vec<HostName>,
    /// What the integration has in this environment, and in the other.
    pub(crate) here: Given,
    pub(crate) elsewhere: Given,
    pub(crate) words: Words,
    /// Of a case that began in quarantine.
    pub(crate) family: Option<Family>,
    pub(crate) asks: Vec<Asked>,
    /// What was done to its registration, newest first.
    pub(crate) acts: Vec<Act>,
    pub(crate) people: People,
}

/// A client of the sandbox that is to come to production.
#[derive(Debug)]
pub(crate) struct Promotion {
    pub(crate) origin: promotion::Origin,
    pub(crate) metadata: ClientMetadata,
}

/// One run of the policy.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) verdict: Verdict,
    /// The text of the baseline.
    pub(crate) policy_version: String,
    /// The versions in force on top of it: the platform's, and the tenant's.
    pub(crate) layers: (Option<i32>, Option<i32>),
    pub(crate) rules: Vec<String>,
    pub(crate) at: Timestamp,
}

/// Scopes and tools that the integration's clients have in one environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) scopes: Vec<Scope>,
    pub(crate) tools: Vec<ToolName>,
}

/// The latest version of a case, with all that belongs to it.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, id): (Environment, Id<kind::Request>),
    now: Timestamp,
) -> Result<Case, StoreError> {
    let (version, score, created_at): (i32, Option<i16>, Timestamp) = r::table
        .filter(
            r::tenant_id
                .eq(tenant.as_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::request_id.eq(id.as_uuid()))
        .order(r::version.desc())
        .select((r::version, r::risk_score, r::created_at))
        .first(tx.connection()?)
        .await?;
    let at = RequestRef {
        environment,
        id,
        version,
    };
    let request = request::load(tx, tenant, at).await?;
    let integration = integration::load(tx, tenant, request.integration).await?;
    let decisions = dashboard_decisions::of(tx, tenant, at).await?;
    let (family, asks) = stranger(tx, tenant, &request).await?;
    let taken = assignment::load(tx, tenant, at).await?;
    let wanted = decisions
        .iter()
        .filter_map(|decided| decided.by)
        .chain(request.requested_by)
        .chain(integration.sponsor)
        .chain(taken.map(|taken| taken.by))
        .chain(asks.iter().map(|ask| ask.member));
    let (second, agreed) = wanted_second(tx, tenant, at).await?;
    let people = dashboard_people::named(tx, wanted).await?;
    let proofs = proof::in_force(tx, tenant, now).await?;
    let logos = logo::load(tx, tenant, (environment, &request.metadata)).await?;
    Ok(Case {
        score: score.and_then(|score| u8::try_from(score).ok()),
        created_at,
        taken,
        findings: dashboard_findings::load(tx, tenant, &request, &logos).await?,
        logos,
        runs: runs(tx, tenant, at).await?,
        offer: open_offer(tx, tenant, at).await?,
        second,
        agreed,
        client: client(tx, tenant, at).await?,
        changes: dashboard_changed::load(tx, tenant, &request).await?,
        promotion: promoted(tx, tenant, at).await?,
        unproved: proofs.missing(&request.metadata, request.client_id.as_ref()),
        here: given(tx, tenant, &request, environment).await?,
        elsewhere: given(tx, tenant, &request, other(environment)).await?,
        words: dashboard_catalogue::words(tx, tenant, environment).await?,
        acts: acts(tx, tenant, &request).await?,
        request,
        integration,
        decisions,
        family,
        asks,
        people,
    })
}

/// What was done to the registration that a case began with, before it was a client.
async fn acts(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
) -> Result<Vec<Act>, StoreError> {
    let Some(client) = &request.client_id else {
        return Ok(Vec::new());
    };
    let mut acts = dashboard_acts::about(tx, tenant, client.as_str()).await?;
    acts.retain(|act| act.action.starts_with("quarantine."));
    Ok(acts)
}

/// The family and the people behind a case that began in quarantine.
async fn stranger(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
) -> Result<(Option<Family>, Vec<Asked>), StoreError> {
    let Some(client) = &request.client_id else {
        return Ok((None, Vec::new()));
    };
    let environment = request.at.environment;
    let family = dashboard_quarantine::family(tx, tenant, environment, client).await?;
    let asks = dashboard_quarantine::asks(tx, tenant, environment, client).await?;
    Ok((Some(family), asks))
}

/// The runs over one version, oldest first.
async fn runs(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Vec<Run>, StoreError> {
    type Row = (
        String,
        String,
        Vec<String>,
        Timestamp,
        (Option<i32>, Option<i32>),
    );
    let rows: Vec<Row> = p::table
        .filter(
            p::tenant_id
                .eq(tenant.as_uuid())
                .and(p::environment.eq(at.environment.as_str())),
        )
        .filter(
            p::request_id
                .eq(at.id.as_uuid())
                .and(p::version.eq(at.version)),
        )
        .order((p::at.asc(), p::run_id.asc()))
        .select((
            p::verdict,
            p::policy_version,
            p::rules,
            p::at,
            (p::platform_policy, p::tenant_policy),
        ))
        .load(tx.connection()?)
        .await?;
    let read = |(verdict, policy_version, rules, at, layers): Row| {
        let verdict = verdict
            .parse()
            .map_err(StoreError::corrupt("review.policy_run", "verdict"))?;
        Ok(Run {
            verdict,
            policy_version,
            layers,
            rules,
            at,
        })
    };
    rows.into_iter().map(read).collect()
}

async fn open_offer(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Option<Offer>, StoreError> {
    match offer::load_open(tx, tenant, at).await {
        Ok(offer) => Ok(Some(offer)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a second person has to confirm, with the offer that it rests on.
async fn wanted_second(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<(Option<Wanted>, Option<Proposal>), StoreError> {
    let wanted = second::load(tx, tenant, at).await?;
    match wanted.as_ref().and_then(|wanted| wanted.offer) {
        Some(offer) => {
            let agreed = offer::proposal(tx, tenant, at.environment, offer).await?;
            Ok((wanted, Some(agreed)))
        }
        None => Ok((wanted, None)),
    }
}

/// The client that came of the case.
async fn client(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Option<(ClientId, ClientState)>, StoreError> {
    let row: Option<(String, String)> = c::table
        .filter(
            c::tenant_id
                .eq(tenant.as_uuid())
                .and(c::environment.eq(at.environment.as_str())),
        )
        .filter(c::request_id.eq(at.id.as_uuid()))
        .select((c::client_id, c::state))
        .first(tx.connection()?)
        .await
        .optional()?;
    let read = |(id, state): (String, String)| {
        let id = ClientId::parse(&id).map_err(StoreError::corrupt("registry.client", "client_id"));
        let state = state
            .parse()
            .map_err(StoreError::corrupt("registry.client", "state"));
        Ok((id?, state?))
    };
    row.map(read).transpose()
}

/// What a promotion began with.
async fn promoted(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Option<Promotion>, StoreError> {
    let from = promotion::of_case(tx, tenant, (at.environment, at.id)).await?;
    let Some(origin) = from else {
        return Ok(None);
    };
    let sandbox = Environment::Sandbox.as_str();
    let stored: Value = c::table
        .find((tenant.as_uuid(), sandbox, origin.client_id.as_str()))
        .select(c::metadata)
        .first(tx.connection()?)
        .await?;
    let metadata = metadata("registry.client", stored)?;
    Ok(Some(Promotion { origin, metadata }))
}

const fn other(environment: Environment) -> Environment {
    match environment {
        Environment::Sandbox => Environment::Production,
        Environment::Production => Environment::Sandbox,
    }
}

/// What the clients of the case's integration have in one environment.
async fn given(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
    environment: Environment,
) -> Result<Given, StoreError> {
    let clients = || {
        c::table
            .filter(c::tenant_id.eq(tenant.as_uuid()))
            .filter(c::environment.eq(environment.as_str()))
            .filter(c::integration_id.eq(request.integration.as_uuid()))
            .filter(c::state.eq_any(["awaiting_credentials", "active", "restricted"]))
            .select(c::client_id)
    };
    let scopes: Vec<String> = en::table
        .filter(
            en::tenant_id
                .eq(tenant.as_uuid())
                .and(en::client_id.eq_any(clients())),
        )
        .select(en::scope)
        .load(tx.connection()?)
        .await?;
    let tools: Vec<String> = et::table
        .filter(
            et::tenant_id
                .eq(tenant.as_uuid())
                .and(et::client_id.eq_any(clients())),
        )
        .select(et::tool)
        .load(tx.connection()?)
        .await?;
    let scope = |text: &String| {
        Scope::parse(text).map_err(StoreError::corrupt("registry.entitlement", "scope"))
    };
    let tool = |text: &String| {
        ToolName::parse(text).map_err(StoreError::corrupt("registry.entitled_tool", "tool"))
    };
    Ok(Given {
        scopes: scopes.iter().map(scope).collect::<Result<_, _>>()?,
        tools: tools.iter().map(tool).collect::<Result<_, _>>()?,
    })
}
