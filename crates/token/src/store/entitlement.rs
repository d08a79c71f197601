//! `registry.entitlement` and `registry.entitled_tool` with the catalogue they point into. Read only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::registry::{
        entitled_tool as et, entitlement as e, resource as r, scopes as s, tools as t,
    },
};
use narthex_vocab::{
    ClientId, Environment, Id, ResourceUri, SchemaHash, Scope, Timestamp, TokenLifetime, ToolName,
};

use crate::entitlement::{EntitledScope, EntitledTool, Entitlement};

type ToolRow = (
    uuid::Uuid,
    String,
    String,
    Vec<u8>,
    Vec<u8>,
    Timestamp,
    Option<Timestamp>,
);
type ScopeRow = (
    String,
    uuid::Uuid,
    String,
    String,
    String,
    Timestamp,
    Option<i16>,
);

/// The scopes of a client, with their ends.
pub(crate) async fn scopes(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Entitlement, StoreError> {
    let rows: Vec<ScopeRow> = e::table
        .inner_join(
            s::table.on(s::tenant_id
                .eq(e::tenant_id)
                .and(s::environment.eq(e::environment))
                .and(s::scope.eq(e::scope))),
        )
        .inner_join(
            r::table.on(r::tenant_id
                .eq(s::tenant_id)
                .and(r::environment.eq(s::environment))
                .and(r::resource_id.eq(s::resource_id))),
        )
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str()))
                .and(e::client_id.eq(client.as_str())),
        )
        .order(e::scope)
        .select((
            e::scope,
            r::resource_id,
            r::identifier,
            s::description,
            s::risk,
            e::expires_at,
            e::lifetime_minutes,
        ))
        .load(tx.connection()?)
        .await?;
    let scopes = rows.into_iter().map(scope).collect::<Result<_, _>>()?;
    Ok(Entitlement { scopes })
}

/// The tools of a client, each ending with its scope or before.
pub(crate) async fn tools(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Vec<EntitledTool>, StoreError> {
    let rows: Vec<ToolRow> = et::table
        .inner_join(
            e::table.on(e::tenant_id
                .eq(et::tenant_id)
                .and(e::environment.eq(et::environment))
                .and(e::client_id.eq(et::client_id))
                .and(e::scope.eq(et::scope))),
        )
        .inner_join(
            t::table.on(t::tenant_id
                .eq(et::tenant_id)
                .and(t::environment.eq(et::environment))
                .and(t::resource_id.eq(et::resource_id))
                .and(t::tool.eq(et::tool))),
        )
        .filter(
            et::tenant_id
                .eq(tx.tenant_uuid())
                .and(et::environment.eq(environment.as_str()))
                .and(et::client_id.eq(client.as_str())),
        )
        .order((et::resource_id, et::tool))
        .select((
            et::resource_id,
            et::tool,
            et::scope,
            et::schema_hash,
            t::schema_hash,
            e::expires_at,
            et::until,
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(tool).collect()
}

fn scope(row: ScopeRow) -> Result<EntitledScope, StoreError> {
    let (scope, resource, identifier, description, risk, expires_at, minutes) = row;
    Ok(EntitledScope {
        scope: Scope::parse(&scope)
            .map_err(StoreError::corrupt("registry.entitlement", "scope"))?,
        resource: Id::from_uuid(resource),
        identifier: ResourceUri::parse(&identifier)
            .map_err(StoreError::corrupt("registry.resource", "identifier"))?,
        description,
        risk: risk
            .parse()
            .map_err(StoreError::corrupt("registry.scope", "risk"))?,
        expires_at,
        tokens: minutes
            .map(|minutes| TokenLifetime::from_minutes(minutes.into()))
            .transpose()
            .map_err(StoreError::corrupt(
                "registry.entitlement",
                "lifetime_minutes",
            ))?,
    })
}

fn tool(row: ToolRow) -> Result<EntitledTool, StoreError> {
    let (resource, tool, scope, approved, current, scope_until, until) = row;
    let hash = |bytes: Vec<u8>, table| {
        <[u8; 32]>::try_from(bytes)
            .map(SchemaHash::from_bytes)
            .map_err(StoreError::corrupt(table, "schema_hash"))
    };
    Ok(EntitledTool {
        resource: Id::from_uuid(resource),
        tool: ToolName::parse(&tool)
            .map_err(StoreError::corrupt("registry.entitled_tool", "tool"))?,
        scope: Scope::parse(&scope)
            .map_err(StoreError::corrupt("registry.entitled_tool", "scope"))?,
        approved: hash(approved, "registry.entitled_tool")?,
        current: hash(current, "registry.tool")?,
        until: until.map_or(scope_until, |until| until.min(scope_until)),
    })
}
