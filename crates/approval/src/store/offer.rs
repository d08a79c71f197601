//! `review.offer` and what it offers; answered once, from the state `offered`. What it says about the rest is in `remark`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{offer as o, offer_scope as s, offer_tool as t},
};
use narthex_vocab::{Environment, Id, Scope, Timestamp, TokenLifetime, ToolName, kind};

use super::remark;
use crate::{
    limits::Limits,
    offer::{Acceptance, Answer, Offer},
    reach::{Reach, ToolRef},
    remark::Proposal,
    request::RequestRef,
};

/// Writes an offer with its scopes and tools.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tenant_id, at) = (tx.tenant_uuid(), offer.request);
    let reach = &offer.proposal.reach;
    let environment = at.environment.as_str();
    diesel::insert_into(o::table)
        .values((
            o::tenant_id.eq(tenant_id),
            o::environment.eq(environment),
            o::offer_id.eq(offer.id.as_uuid()),
            o::request_id.eq(at.id.as_uuid()),
            o::version.eq(at.version),
            o::decision_id.eq(offer.decision.as_uuid()),
            o::created_at.eq(now),
            o::expires_at.eq(offer.expires_at),
            o::lifetime_minutes.eq(minutes(&offer.proposal.reach.limits)),
        ))
        .execute(tx.connection()?)
        .await?;
    let scope = |scope: &Scope| {
        (
            s::tenant_id.eq(tenant_id),
            s::environment.eq(environment),
            s::offer_id.eq(offer.id.as_uuid()),
            s::request_id.eq(at.id.as_uuid()),
            s::version.eq(at.version),
            s::scope.eq(scope.as_str().to_owned()),
            s::until.eq(reach.limits.scopes.get(scope).copied()),
        )
    };
    let scopes: Vec<_> = reach.scopes.iter().map(scope).collect();
    diesel::insert_into(s::table)
        .values(scopes)
        .execute(tx.connection()?)
        .await?;
    let tool = |tool: &ToolRef| {
        (
            t::tenant_id.eq(tenant_id),
            t::environment.eq(environment),
            t::offer_id.eq(offer.id.as_uuid()),
            t::request_id.eq(at.id.as_uuid()),
            t::version.eq(at.version),
            t::resource_id.eq(tool.resource.as_uuid()),
            t::tool.eq(tool.tool.as_str().to_owned()),
            t::until.eq(reach.limits.tools.get(tool).copied()),
        )
    };
    let tools: Vec<_> = reach.tools.iter().map(tool).collect();
    diesel::insert_into(t::table)
        .values(tools)
        .execute(tx.connection()?)
        .await?;
    remark::insert(tx, offer).await
}

/// How long its tokens live, where it is less than usual.
fn minutes(limits: &Limits) -> Option<i16> {
    limits
        .tokens
        .filter(|tokens| *tokens < TokenLifetime::LONGEST)
        .map(|tokens| i16::from(tokens.minutes()))
}

/// The offer of one version that waits for an answer.
pub(crate) async fn load_open(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Offer, StoreError> {
    let (id, decision, expires_at): (uuid::Uuid, uuid::Uuid, Timestamp) = o::table
        .filter(
            o::tenant_id
                .eq(tenant.as_uuid())
                .and(o::environment.eq(at.environment.as_str())),
        )
        .filter(
            o::request_id
                .eq(at.id.as_uuid())
                .and(o::version.eq(at.version)),
        )
        .filter(o::state.eq("offered"))
        .select((o::offer_id, o::decision_id, o::expires_at))
        .first(tx.connection()?)
        .await?;
    let id = Id::from_uuid(id);
    Ok(Offer {
        id,
        request: at,
        decision: Id::from_uuid(decision),
        proposal: proposal(tx, tenant, at.environment, id).await?,
        expires_at,
    })
}

/// What an offer offers, and what it says about the rest.
pub(crate) async fn proposal(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    offer: Id<kind::Offer>,
) -> Result<Proposal, StoreError> {
    Ok(Proposal {
        reach: reach(tx, tenant, environment, offer).await?,
        remarks: remark::load(tx, tenant, environment, offer).await?,
    })
}

async fn reach(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    offer: Id<kind::Offer>,
) -> Result<Reach, StoreError> {
    let (tenant, environment) = (tenant.as_uuid(), environment.as_str());
    let tokens: Option<i16> = o::table
        .find((tenant, environment, offer.as_uuid()))
        .select(o::lifetime_minutes)
        .first(tx.connection()?)
        .await?;
    let scopes: Vec<(String, Option<Timestamp>)> = s::table
        .filter(s::tenant_id.eq(tenant).and(s::environment.eq(environment)))
        .filter(s::offer_id.eq(offer.as_uuid()))
        .select((s::scope, s::until))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(uuid::Uuid, String, Option<Timestamp>)> = t::table
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(environment)))
        .filter(t::offer_id.eq(offer.as_uuid()))
        .select((t::resource_id, t::tool, t::until))
        .load(tx.connection()?)
        .await?;
    let mut limits = Limits {
        tokens: super::token_lifetime("review.offer", tokens)?,
        ..Limits::default()
    };
    let scope = |(text, until): (String, Option<Timestamp>)| {
        let scope =
            Scope::parse(&text).map_err(StoreError::corrupt("review.offer_scope", "scope"))?;
        limits
            .scopes
            .extend(until.map(|until| (scope.clone(), until)));
        Ok::<_, StoreError>(scope)
    };
    let scopes = scopes.into_iter().map(scope).collect::<Result<_, _>>()?;
    let tool = |(resource, tool, until): (uuid::Uuid, String, Option<Timestamp>)| {
        let tool = ToolRef {
            resource: Id::from_uuid(resource),
            tool: ToolName::parse(&tool)
                .map_err(StoreError::corrupt("review.offer_tool", "tool"))?,
        };
        limits
            .tools
            .extend(until.map(|until| (tool.clone(), until)));
        Ok::<_, StoreError>(tool)
    };
    let tools = tools.into_iter().map(tool).collect::<Result<_, _>>()?;
    Ok(Reach {
        scopes,
        tools,
        limits,
    })
}

/// Ends an offer; false when somebody else has.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    offer: &Offer,
    answer: Answer,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (state, accepted_as, answered_by) = match answer {
        Answer::Accepted(Acceptance::Tenant(member)) => ("accepted", Some("tenant"), Some(member)),
        Answer::Accepted(Acceptance::Registration) => ("accepted", Some("registration"), None),
        Answer::Declined(member) => ("declined", None, Some(member)),
        Answer::Lapsed => ("lapsed", None, None),
    };
    let environment = offer.request.environment;
    let answered = diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::environment.eq(environment.as_str())),
        )
        .filter(
            o::offer_id
                .eq(offer.id.as_uuid())
                .and(o::state.eq("offered")),
        )
        .set((
            o::state.eq(state),
            o::accepted_as.eq(accepted_as),
            o::answered_by.eq(answered_by.map(|member| member.as_uuid())),
            o::answered_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(answered == 1)
}

/// The versions whose offer nobody answered in time.
pub(crate) async fn over(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<RequestRef>, StoreError> {
    let rows: Vec<(String, uuid::Uuid, i32)> = o::table
        .filter(o::tenant_id.eq(tx.tenant_uuid()))
        .filter(o::state.eq("offered").and(o::expires_at.le(now)))
        .select((o::environment, o::request_id, o::version))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(environment, id, version)| {
            Ok(RequestRef {
                environment: environment
                    .parse()
                    .map_err(StoreError::corrupt("review.offer", "environment"))?,
                id: Id::from_uuid(id),
                version,
            })
        })
        .collect()
}
