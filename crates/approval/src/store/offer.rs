//! `review.offer` and what it offers; answered once, from the state `offered`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{offer as o, offer_scope as s, offer_tool as t},
};
use narthex_vocab::{Id, Scope, Timestamp, ToolName, kind};

use crate::{
    offer::{Acceptance, Answer, Offer},
    reach::{Reach, ToolRef},
    request::RequestRef,
};

/// Writes an offer with its scopes and tools.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tenant_id, at) = (tx.tenant_uuid(), offer.request);
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
        )
    };
    let scopes: Vec<_> = offer.reach.scopes.iter().map(scope).collect();
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
        )
    };
    let tools: Vec<_> = offer.reach.tools.iter().map(tool).collect();
    diesel::insert_into(t::table)
        .values(tools)
        .execute(tx.connection()?)
        .await?;
    Ok(())
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
        reach: reach(tx, tenant, at, id).await?,
        expires_at,
    })
}

/// What an offer offers.
pub(crate) async fn reach(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
    offer: Id<kind::Offer>,
) -> Result<Reach, StoreError> {
    let (tenant, environment) = (tenant.as_uuid(), at.environment.as_str());
    let scopes: Vec<String> = s::table
        .filter(s::tenant_id.eq(tenant).and(s::environment.eq(environment)))
        .filter(s::offer_id.eq(offer.as_uuid()))
        .select(s::scope)
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(uuid::Uuid, String)> = t::table
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(environment)))
        .filter(t::offer_id.eq(offer.as_uuid()))
        .select((t::resource_id, t::tool))
        .load(tx.connection()?)
        .await?;
    let scope = |text: &String| {
        Scope::parse(text).map_err(StoreError::corrupt("review.offer_scope", "scope"))
    };
    let tool = |(resource, tool): &(uuid::Uuid, String)| {
        Ok::<_, StoreError>(ToolRef {
            resource: Id::from_uuid(*resource),
            tool: ToolName::parse(tool)
                .map_err(StoreError::corrupt("review.offer_tool", "tool"))?,
        })
    };
    Ok(Reach {
        scopes: scopes.iter().map(scope).collect::<Result<_, _>>()?,
        tools: tools.iter().map(tool).collect::<Result<_, _>>()?,
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
