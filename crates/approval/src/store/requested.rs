//! `review.requested_scope` and `review.requested_tool`: what a version asks for, written once and never changed.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::scopes as c,
        review::{requested_scope as s, requested_tool as t},
    },
};
use narthex_vocab::{Id, SchemaHash, Scope, ToolName, kind};

use crate::{
    prose::ScopeReason,
    reach::{Asked, AskedScope, AskedTool, ToolRef},
    request::RequestRef,
};

/// Writes what a version asks for.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    at: RequestRef,
    asked: &Asked,
) -> Result<(), StoreError> {
    let (tenant, environment, request) =
        (tx.tenant_uuid(), at.environment.as_str(), at.id.as_uuid());
    let scopes: Vec<_> = asked
        .scopes
        .iter()
        .map(|(scope, asked)| {
            (
                s::tenant_id.eq(tenant),
                s::environment.eq(environment),
                s::request_id.eq(request),
                s::version.eq(at.version),
                s::scope.eq(scope.as_str()),
                s::reason.eq(asked.reason.as_str()),
            )
        })
        .collect();
    diesel::insert_into(s::table)
        .values(scopes)
        .execute(tx.connection()?)
        .await?;
    let tools: Vec<_> = asked
        .tools
        .iter()
        .map(|(tool, asked)| {
            (
                t::tenant_id.eq(tenant),
                t::environment.eq(environment),
                t::request_id.eq(request),
                t::version.eq(at.version),
                t::resource_id.eq(tool.resource.as_uuid()),
                t::tool.eq(tool.tool.as_str()),
                t::scope.eq(asked.scope.as_str()),
                t::schema_hash.eq(asked.schema_hash.as_bytes().to_vec()),
            )
        })
        .collect();
    diesel::insert_into(t::table)
        .values(tools)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What a version asks for; risk and openness as the catalogue has them now.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Asked, StoreError> {
    let (tenant, environment, request) =
        (tenant.as_uuid(), at.environment.as_str(), at.id.as_uuid());
    let scopes: Vec<(String, String, String, bool)> = s::table
        .inner_join(
            c::table.on(c::tenant_id
                .eq(s::tenant_id)
                .and(c::environment.eq(s::environment))
                .and(c::scope.eq(s::scope))),
        )
        .filter(s::tenant_id.eq(tenant).and(s::environment.eq(environment)))
        .filter(s::request_id.eq(request).and(s::version.eq(at.version)))
        .select((s::scope, s::reason, c::risk, c::open))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(uuid::Uuid, String, String, Vec<u8>)> = t::table
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(environment)))
        .filter(t::request_id.eq(request).and(t::version.eq(at.version)))
        .select((t::resource_id, t::tool, t::scope, t::schema_hash))
        .load(tx.connection()?)
        .await?;
    Ok(Asked {
        scopes: scopes
            .into_iter()
            .map(scope)
            .collect::<Result<BTreeMap<_, _>, _>>()?,
        tools: tools
            .into_iter()
            .map(tool)
            .collect::<Result<BTreeMap<_, _>, _>>()?,
    })
}

fn scope(
    (scope, reason, risk, open): (String, String, String, bool),
) -> Result<(Scope, AskedScope), StoreError> {
    const TABLE: &str = "review.requested_scope";
    let scope = Scope::parse(&scope).map_err(StoreError::corrupt(TABLE, "scope"))?;
    let reason = ScopeReason::parse(&reason).map_err(StoreError::corrupt(TABLE, "reason"))?;
    let risk = risk
        .parse()
        .map_err(StoreError::corrupt("registry.scope", "risk"))?;
    Ok((scope, AskedScope { reason, risk, open }))
}

fn tool(
    (resource, tool, scope, hash): (uuid::Uuid, String, String, Vec<u8>),
) -> Result<(ToolRef, AskedTool), StoreError> {
    const TABLE: &str = "review.requested_tool";
    let tool = ToolRef {
        resource: Id::from_uuid(resource),
        tool: ToolName::parse(&tool).map_err(StoreError::corrupt(TABLE, "tool"))?,
    };
    let asked = AskedTool {
        scope: Scope::parse(&scope).map_err(StoreError::corrupt(TABLE, "scope"))?,
        schema_hash: <[u8; 32]>::try_from(hash)
            .map(SchemaHash::from_bytes)
            .map_err(StoreError::corrupt(TABLE, "schema_hash"))?,
    };
    Ok((tool, asked))
}
