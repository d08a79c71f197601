//! The catalogue of an environment: resources, their scopes and their tools, as every plane reads them. What a
//! client may reach is not here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{
    Environment, Id, ResourceUri, Risk, SchemaHash, Scope, Timestamp, ToolName, kind,
};

use crate::{
    StoreError, TenantTx,
    schema::registry::{resource as r, scopes as s, tools as t},
};

/// An API or MCP server that takes tokens of one environment.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its identity.
    pub id: Id<kind::Resource>,
    /// The environment whose tokens it takes.
    pub environment: Environment,
    /// RFC 8707 resource indicator; becomes `aud`.
    pub identifier: ResourceUri,
    /// Its name for people.
    pub name: String,
    /// MCP server or API.
    pub kind: ResourceKind,
}

/// What a resource speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// Model Context Protocol: it has tools.
    Mcp,
    /// Any other API.
    Api,
}

impl ResourceKind {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Api => "api",
        }
    }
}

/// A scope of the catalogue.
#[derive(Debug, Clone)]
pub struct ScopeEntry {
    /// The OAuth scope token.
    pub scope: Scope,
    /// The resource it belongs to.
    pub resource: Id<kind::Resource>,
    /// A verb phrase that an end user understands, as `Read your notes`.
    pub description: String,
    /// What it can do.
    pub risk: Risk,
    /// Given without a person to clients that register themselves in an open sandbox.
    pub open: bool,
}

/// A tool of an MCP resource.
#[derive(Debug, Clone)]
pub struct ToolEntry {
    /// The tool's name at the resource.
    pub tool: ToolName,
    /// The resource that has it.
    pub resource: Id<kind::Resource>,
    /// The scope that calling it needs.
    pub scope: Scope,
    /// What it does, for people.
    pub description: String,
    /// Hash of its input schema as registered.
    pub schema_hash: SchemaHash,
}

/// Everything of one environment, each list in a stable order.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// By name.
    pub resources: Vec<Resource>,
    /// By scope.
    pub scopes: Vec<ScopeEntry>,
    /// By resource and tool.
    pub tools: Vec<ToolEntry>,
}

impl Catalogue {
    /// The entry of one scope.
    #[must_use]
    pub fn scope(&self, scope: &Scope) -> Option<&ScopeEntry> {
        self.scopes.iter().find(|entry| entry.scope == *scope)
    }

    /// The resource that an RFC 8707 `resource` parameter names; `https://host` and `https://host/` are one.
    #[must_use]
    pub fn resource(&self, wanted: &ResourceUri) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.identifier.same_as(wanted))
    }
}

/// Reads the catalogue of one environment.
pub async fn load(tx: &mut TenantTx, environment: Environment) -> Result<Catalogue, StoreError> {
    let (tenant, env) = (tx.tenant_uuid(), environment.as_str());
    let resources: Vec<(uuid::Uuid, String, String, String)> = r::table
        .filter(r::tenant_id.eq(tenant).and(r::environment.eq(env)))
        .order((r::name, r::resource_id))
        .select((r::resource_id, r::identifier, r::name, r::kind))
        .load(tx.connection()?)
        .await?;
    let scopes: Vec<(String, uuid::Uuid, String, String, bool)> = s::table
        .filter(s::tenant_id.eq(tenant).and(s::environment.eq(env)))
        .order(s::scope)
        .select((s::scope, s::resource_id, s::description, s::risk, s::open))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(String, uuid::Uuid, String, String, Vec<u8>)> = t::table
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(env)))
        .order((t::resource_id, t::tool))
        .select((
            t::tool,
            t::resource_id,
            t::scope,
            t::description,
            t::schema_hash,
        ))
        .load(tx.connection()?)
        .await?;
    Ok(Catalogue {
        resources: resources
            .into_iter()
            .map(|row| resource(environment, row))
            .collect::<Result<_, _>>()?,
        scopes: scopes.into_iter().map(scope).collect::<Result<_, _>>()?,
        tools: tools.into_iter().map(tool).collect::<Result<_, _>>()?,
    })
}

/// Adds a resource. [`StoreError::Refused`] by `resource_tenant_id_environment_identifier_key` when it is there.
pub async fn add_resource(
    tx: &mut TenantTx,
    resource: &Resource,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(resource.environment.as_str()),
            r::resource_id.eq(resource.id.as_uuid()),
            r::identifier.eq(resource.identifier.as_str()),
            r::name.eq(&resource.name),
            r::kind.eq(resource.kind.as_str()),
            r::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Adds a scope to a resource. [`StoreError::Refused`] by `scope_pkey` when the environment has it already.
pub async fn add_scope(
    tx: &mut TenantTx,
    environment: Environment,
    entry: &ScopeEntry,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(s::table)
        .values((
            s::tenant_id.eq(tenant_id),
            s::environment.eq(environment.as_str()),
            s::scope.eq(entry.scope.as_str()),
            s::resource_id.eq(entry.resource.as_uuid()),
            s::description.eq(&entry.description),
            s::risk.eq(entry.risk.as_str()),
            s::open.eq(entry.open),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Adds a tool to a resource. [`StoreError::Refused`] by `tool_pkey` when it is there.
pub async fn add_tool(
    tx: &mut TenantTx,
    environment: Environment,
    entry: &ToolEntry,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(t::table)
        .values((
            t::tenant_id.eq(tenant_id),
            t::environment.eq(environment.as_str()),
            t::resource_id.eq(entry.resource.as_uuid()),
            t::tool.eq(entry.tool.as_str()),
            t::scope.eq(entry.scope.as_str()),
            t::description.eq(&entry.description),
            t::schema_hash.eq(entry.schema_hash.as_bytes().to_vec()),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Says that a tool has another schema.
pub async fn change_tool(
    tx: &mut TenantTx,
    (environment, resource): (Environment, Id<kind::Resource>),
    (tool, schema): (&ToolName, &SchemaHash),
) -> Result<(), StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        resource.as_uuid(),
        tool.as_str(),
    );
    diesel::update(t::table.find(key))
        .set(t::schema_hash.eq(schema.as_bytes().to_vec()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

fn resource(
    environment: Environment,
    (id, identifier, name, kind): (uuid::Uuid, String, String, String),
) -> Result<Resource, StoreError> {
    let kind = match kind.as_str() {
        "mcp" => ResourceKind::Mcp,
        "api" => ResourceKind::Api,
        _ => {
            return Err(StoreError::Corrupt {
                table: "registry.resource",
                column: "kind",
            });
        }
    };
    let identifier = ResourceUri::parse(&identifier)
        .map_err(StoreError::corrupt("registry.resource", "identifier"))?;
    Ok(Resource {
        id: Id::from_uuid(id),
        environment,
        identifier,
        name,
        kind,
    })
}

fn scope(
    (scope, resource, description, risk, open): (String, uuid::Uuid, String, String, bool),
) -> Result<ScopeEntry, StoreError> {
    Ok(ScopeEntry {
        scope: Scope::parse(&scope).map_err(StoreError::corrupt("registry.scope", "scope"))?,
        resource: Id::from_uuid(resource),
        description,
        risk: risk
            .parse()
            .map_err(StoreError::corrupt("registry.scope", "risk"))?,
        open,
    })
}

fn tool(
    (tool, resource, scope, description, hash): (String, uuid::Uuid, String, String, Vec<u8>),
) -> Result<ToolEntry, StoreError> {
    Ok(ToolEntry {
        tool: ToolName::parse(&tool).map_err(StoreError::corrupt("registry.tool", "tool"))?,
        resource: Id::from_uuid(resource),
        scope: Scope::parse(&scope).map_err(StoreError::corrupt("registry.tool", "scope"))?,
        description,
        schema_hash: <[u8; 32]>::try_from(hash)
            .map(SchemaHash::from_bytes)
            .map_err(StoreError::corrupt("registry.tool", "schema_hash"))?,
    })
}
