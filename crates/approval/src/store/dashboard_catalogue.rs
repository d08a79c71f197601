//! What scopes and tools of one environment mean to people, whichever tenant it belongs to. Read in the staff role only.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::registry::{resource as r, scopes as s, tools as t},
};
use narthex_vocab::{Environment, Id, Risk, Scope, ToolName, kind};

use crate::reach::ToolRef;

/// A scope in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScopeWords {
    pub(crate) meaning: String,
    pub(crate) risk: Risk,
}

/// A tool in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolWords {
    pub(crate) meaning: String,
    /// The name of the resource that has it.
    pub(crate) at: String,
}

/// The words of one environment's catalogue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pub(crate) scopes: BTreeMap<Scope, ScopeWords>,
    pub(crate) tools: BTreeMap<ToolRef, ToolWords>,
}

/// Reads the words of one environment of `tenant`.
pub(crate) async fn words(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
) -> Result<Words, StoreError> {
    let (tenant, environment) = (tenant.as_uuid(), environment.as_str());
    let scopes: Vec<(String, String, String)> = s::table
        .filter(s::tenant_id.eq(tenant).and(s::environment.eq(environment)))
        .select((s::scope, s::description, s::risk))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(uuid::Uuid, String, String, String)> = t::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(t::tenant_id)
                .and(r::environment.eq(t::environment))
                .and(r::resource_id.eq(t::resource_id))),
        )
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(environment)))
        .select((t::resource_id, t::tool, t::description, r::name))
        .load(tx.connection()?)
        .await?;
    Ok(Words {
        scopes: scopes.into_iter().map(scope).collect::<Result<_, _>>()?,
        tools: tools.into_iter().map(tool).collect::<Result<_, _>>()?,
    })
}

fn scope(
    (scope, meaning, risk): (String, String, String),
) -> Result<(Scope, ScopeWords), StoreError> {
    let scope = Scope::parse(&scope).map_err(StoreError::corrupt("registry.scope", "scope"))?;
    let risk = risk
        .parse()
        .map_err(StoreError::corrupt("registry.scope", "risk"))?;
    Ok((scope, ScopeWords { meaning, risk }))
}

fn tool(
    (resource, tool, meaning, at): (uuid::Uuid, String, String, String),
) -> Result<(ToolRef, ToolWords), StoreError> {
    let tool = ToolName::parse(&tool).map_err(StoreError::corrupt("registry.tool", "tool"))?;
    let resource = Id::from_uuid(resource);
    Ok((ToolRef { resource, tool }, ToolWords { meaning, at }))
}
