//! `review.scope_remark` and `review.tool_remark`: why the lines of an offer are not what was asked for. Written with
//! the offer, never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{scope_remark as s, tool_remark as t},
};
use narthex_vocab::{Environment, Id, Scope, ToolName, kind};

use crate::{
    offer::Offer,
    prose::ScopeReason,
    reach::ToolRef,
    remark::{Remark, Remarks},
};

/// Writes the remarks of an offer.
pub(crate) async fn insert(tx: &mut TenantTx, offer: &Offer) -> Result<(), StoreError> {
    let (tenant_id, at) = (tx.tenant_uuid(), offer.request);
    let remarks = &offer.proposal.remarks;
    let scope = |(scope, remark): (&Scope, &Remark)| {
        (
            s::tenant_id.eq(tenant_id),
            s::environment.eq(at.environment.as_str()),
            s::offer_id.eq(offer.id.as_uuid()),
            s::request_id.eq(at.id.as_uuid()),
            s::version.eq(at.version),
            s::scope.eq(scope.as_str().to_owned()),
            s::sandbox_only.eq(remark.sandbox_only),
            s::reason.eq(remark.reason.as_str().to_owned()),
        )
    };
    let scopes: Vec<_> = remarks.scopes.iter().map(scope).collect();
    diesel::insert_into(s::table)
        .values(scopes)
        .execute(tx.connection()?)
        .await?;
    let tool = |(tool, remark): (&ToolRef, &Remark)| {
        (
            t::tenant_id.eq(tenant_id),
            t::environment.eq(at.environment.as_str()),
            t::offer_id.eq(offer.id.as_uuid()),
            t::request_id.eq(at.id.as_uuid()),
            t::version.eq(at.version),
            t::resource_id.eq(tool.resource.as_uuid()),
            t::tool.eq(tool.tool.as_str().to_owned()),
            t::sandbox_only.eq(remark.sandbox_only),
            t::reason.eq(remark.reason.as_str().to_owned()),
        )
    };
    let tools: Vec<_> = remarks.tools.iter().map(tool).collect();
    diesel::insert_into(t::table)
        .values(tools)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The remarks of an offer.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    offer: Id<kind::Offer>,
) -> Result<Remarks, StoreError> {
    let (tenant, environment) = (tenant.as_uuid(), environment.as_str());
    let scopes: Vec<(String, bool, String)> = s::table
        .filter(s::tenant_id.eq(tenant).and(s::environment.eq(environment)))
        .filter(s::offer_id.eq(offer.as_uuid()))
        .select((s::scope, s::sandbox_only, s::reason))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(uuid::Uuid, String, bool, String)> = t::table
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(environment)))
        .filter(t::offer_id.eq(offer.as_uuid()))
        .select((t::resource_id, t::tool, t::sandbox_only, t::reason))
        .load(tx.connection()?)
        .await?;
    let scope = |(scope, sandbox_only, reason): (String, bool, String)| {
        let table = "review.scope_remark";
        let scope = Scope::parse(&scope).map_err(StoreError::corrupt(table, "scope"))?;
        Ok::<_, StoreError>((scope, remark(table, sandbox_only, &reason)?))
    };
    let tool = |(resource, tool, sandbox_only, reason): (uuid::Uuid, String, bool, String)| {
        let table = "review.tool_remark";
        let tool = ToolRef {
            resource: Id::from_uuid(resource),
            tool: ToolName::parse(&tool).map_err(StoreError::corrupt(table, "tool"))?,
        };
        Ok::<_, StoreError>((tool, remark(table, sandbox_only, &reason)?))
    };
    Ok(Remarks {
        scopes: scopes.into_iter().map(scope).collect::<Result<_, _>>()?,
        tools: tools.into_iter().map(tool).collect::<Result<_, _>>()?,
    })
}

fn remark(table: &'static str, sandbox_only: bool, reason: &str) -> Result<Remark, StoreError> {
    Ok(Remark {
        sandbox_only,
        reason: ScopeReason::parse(reason).map_err(StoreError::corrupt(table, "reason"))?,
    })
}
