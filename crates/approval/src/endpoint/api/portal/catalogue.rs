//! The resources of an environment with their scopes and tools, and the secrets of resource servers.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Catalogue, Resource, ResourceKind, ScopeEntry, ToolEntry};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, Label, ResourceUri, Risk, SchemaHash, Scope, ToolName, kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::moment::Moment;
use crate::Acting;
use crate::catalogue::{
    AddResource, AddScope, AddTool, CatalogueError, CreateResourceCredential, add_resource,
    add_scope, add_tool, create_resource_credential,
};
use crate::change_tool::{ChangeTool, ChangeToolError, change_tool};
use crate::offer_registration::{OfferRegistration, offer_registration};
use crate::prose::Prose;

/// What an environment has to give.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resources {
    resources: Vec<ResourceEntry>,
}

/// A resource (RFC 8707).
#[derive(Serialize, ToSchema)]
pub(crate) struct ResourceEntry {
    /// `res_…`.
    resource: String,
    /// Its indicator, which tokens have as audience.
    identifier: String,
    name: String,
    /// `mcp` or `api`.
    kind: &'static str,
    scopes: Vec<ScopeOfResource>,
    tools: Vec<ToolOfResource>,
}

/// A scope.
#[derive(Serialize, ToSchema)]
struct ScopeOfResource {
    scope: String,
    description: String,
    /// `read`, `change`, `delete` or `admin`.
    risk: &'static str,
    /// Whether an open sandbox gives it to everyone who registers.
    open: bool,
}

/// A tool of an MCP server.
#[derive(Serialize, ToSchema)]
struct ToolOfResource {
    tool: String,
    /// The scope that calling it needs.
    scope: String,
    description: String,
    /// The hash of its definition: an approval pins it.
    schema_hash: String,
}

/// A resource to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewResource {
    /// Its indicator (RFC 8707).
    #[schema(value_type = String)]
    identifier: ResourceUri,
    #[schema(value_type = String)]
    name: Label,
    /// `mcp` or `api`.
    kind: String,
}

/// A scope to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScope {
    #[schema(value_type = String)]
    scope: Scope,
    /// What it lets a client do, as `Read your notes`.
    #[schema(value_type = String)]
    description: Prose<1, 200>,
    /// The worst that it can do: `read`, `change`, `delete` or `admin`.
    #[schema(value_type = String)]
    risk: Risk,
    /// Whether an open sandbox gives it to everyone who registers.
    #[serde(default)]
    open: bool,
}

/// A tool to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTool {
    #[schema(value_type = String)]
    tool: ToolName,
    /// The scope that calling it needs.
    #[schema(value_type = String)]
    scope: Scope,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    description: Prose<0, 500>,
    /// Its definition as the server lists it, or its input schema.
    #[schema(value_type = Object)]
    schema: Value,
}

/// Another schema of a tool.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSchema {
    #[schema(value_type = String)]
    tool: ToolName,
    /// Its definition as the server lists it now, or its input schema.
    #[schema(value_type = Object)]
    schema: Value,
}

/// The secret of a resource server, by which it asks about tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResourceSecret {
    expires_at: Moment,
    /// Shown once: absent when asked again with the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// List resources with their scopes and tools.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/resources",
    operation_id = "resources",
    responses((status = 200, body = Resources))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let catalogue = load(&holder, holder.environment()?).await?;
    let all = catalogue.resources.iter();
    Ok(HttpResponse::Ok().json(Resources {
        resources: all.map(|one| entry(&catalogue, one)).collect(),
    }))
}

/// Read a resource with its scopes and tools.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}",
    operation_id = "resource",
    responses((status = 200, body = ResourceEntry))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Resource> = holder.named("resource")?;
    let catalogue = load(&holder, holder.environment()?).await?;
    let found = catalogue.resources.iter().find(|one| one.id == id);
    let found = found.ok_or_else(Fault::not_there)?;
    Ok(HttpResponse::Ok().json(entry(&catalogue, found)))
}

/// Add a resource.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources",
    operation_id = "add_resource",
    request_body = NewResource,
    responses((status = 200, body = ResourceEntry))
)]
pub(crate) async fn add(holder: Holder, body: Body<NewResource>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = AddResource {
        environment: holder.environment()?,
        identifier: says.identifier,
        name: says.name,
        kind: match says.kind.as_str() {
            "mcp" => ResourceKind::Mcp,
            "api" => ResourceKind::Api,
            _ => return Err(Fault::member("kind", "mcp or api")),
        },
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let added = add_resource(tx, command, acting).await?;
        Ok(entry(&Catalogue::default(), &added))
    };
    let asked = (Action::EditCatalogue, &body.object);
    holder.act(asked, act).await
}

/// Offer the environment's own registration endpoint as a resource, so that agents can be given the scope to register.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/registration",
    operation_id = "offer_registration",
    request_body = Nothing,
    responses((status = 200, body = ResourceEntry))
)]
pub(crate) async fn offer(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let base = holder.approval.discovery_base.as_str();
    let slug = &holder.tenant.slug;
    let endpoint = format!(
        "{}/t/{slug}/{environment}/register",
        base.trim_end_matches('/')
    );
    let command = OfferRegistration {
        environment,
        endpoint: ResourceUri::parse(&endpoint).map_err(|_| Fault::not_there())?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let offered = offer_registration(tx, command, acting).await?;
        Ok(entry(&Catalogue::default(), &offered))
    };
    let asked = (Action::EditCatalogue, &body.object);
    holder.act(asked, act).await
}

/// Add a scope to a resource.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/scopes",
    operation_id = "add_scope",
    request_body = NewScope,
    responses((status = 200, body = ResourceEntry))
)]
pub(crate) async fn new_scope(holder: Holder, body: Body<NewScope>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let at = (holder.environment()?, holder.named("resource")?);
    let command = AddScope {
        environment: at.0,
        resource: at.1,
        scope: says.scope,
        description: says.description,
        risk: says.risk,
        open: says.open,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        require(tx, at).await?;
        add_scope(tx, command, acting).await?;
        stands(tx, at).await
    };
    let asked = (Action::EditCatalogue, &body.object);
    holder.act(asked, act).await
}

/// Add a tool to an MCP server.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/tools",
    operation_id = "add_tool",
    request_body = NewTool,
    responses((status = 200, body = ResourceEntry))
)]
pub(crate) async fn new_tool(holder: Holder, body: Body<NewTool>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let at = (holder.environment()?, holder.named("resource")?);
    let command = AddTool {
        environment: at.0,
        resource: at.1,
        tool: says.tool,
        scope: says.scope,
        description: says.description,
        schema_hash: schema_hash(&says.schema)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        require(tx, at).await?;
        add_tool(tx, command, acting).await?;
        stands(tx, at).await
    };
    let asked = (Action::EditCatalogue, &body.object);
    holder.act(asked, act).await
}

/// Tell that a tool has another schema: whoever was given it asks anew, as the environment chose.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/tools/schema",
    operation_id = "change_tool",
    request_body = NewSchema,
    responses((status = 200, body = ResourceEntry))
)]
pub(crate) async fn new_schema(
    holder: Holder,
    body: Body<NewSchema>,
) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let at = (holder.environment()?, holder.named("resource")?);
    let command = ChangeTool {
        environment: at.0,
        resource: at.1,
        tool: says.tool,
        schema_hash: schema_hash(&says.schema)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        require(tx, at).await?;
        change_tool(tx, command, acting).await?;
        stands(tx, at).await
    };
    let asked = (Action::EditCatalogue, &body.object);
    holder.act(asked, act).await
}

fn schema_hash(schema: &Value) -> Result<SchemaHash, Fault> {
    if schema.is_object() {
        Ok(SchemaHash::of(schema))
    } else {
        Err(Fault::member("schema", "a JSON object"))
    }
}

/// Make a secret for a resource server. It is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/credentials",
    operation_id = "create_resource_credential",
    request_body = Nothing,
    responses((status = 200, body = ResourceSecret))
)]
pub(crate) async fn new_secret(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let at = (holder.environment()?, holder.named("resource")?);
    let command = CreateResourceCredential {
        environment: at.0,
        resource: at.1,
        hash_key: holder.hash_key(),
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        require(tx, at).await?;
        let made = create_resource_credential(tx, command, acting).await?;
        let shown = ResourceSecret {
            expires_at: made.expires_at.into(),
            secret: None,
        };
        Ok((shown, Some(made.secret)))
    };
    let asked = (Action::EditCatalogue, &body.object);
    holder.make(asked, act).await
}

type At = (Environment, Id<kind::Resource>);

/// A resource of the path that is not there is 404, as everywhere.
async fn require(tx: &mut TenantTx, at: At) -> Result<(), Fault> {
    stands(tx, at).await.map(drop)
}

async fn stands(tx: &mut TenantTx, (environment, id): At) -> Result<ResourceEntry, Fault> {
    let catalogue = catalogue::load(tx, environment).await?;
    let found = catalogue.resources.iter().find(|one| one.id == id);
    found
        .map(|one| entry(&catalogue, one))
        .ok_or_else(Fault::not_there)
}

async fn load(holder: &Holder, environment: Environment) -> Result<Catalogue, Fault> {
    let work = async |tx: &mut TenantTx| catalogue::load(tx, environment).await;
    holder.look(work).await
}

fn entry(catalogue: &Catalogue, resource: &Resource) -> ResourceEntry {
    let scope = |entry: &ScopeEntry| ScopeOfResource {
        scope: entry.scope.to_string(),
        description: entry.description.clone(),
        risk: entry.risk.as_str(),
        open: entry.open,
    };
    let tool = |entry: &ToolEntry| ToolOfResource {
        tool: entry.tool.to_string(),
        scope: entry.scope.to_string(),
        description: entry.description.clone(),
        schema_hash: entry.schema_hash.to_string(),
    };
    let (scopes, tools) = (catalogue.scopes.iter(), catalogue.tools.iter());
    let scopes = scopes.filter(|entry| entry.resource == resource.id);
    let tools = tools.filter(|entry| entry.resource == resource.id);
    ResourceEntry {
        resource: resource.id.to_string(),
        identifier: resource.identifier.to_string(),
        name: resource.name.clone(),
        kind: resource.kind.as_str(),
        scopes: scopes.map(scope).collect(),
        tools: tools.map(tool).collect(),
    }
}

faults! {
    ChangeToolError {
        Unknown => |words| Fault::member("tool", words),
        Same => fault::state,
    }
    CatalogueError {
        Exists => fault::state,
        Unknown => |words| Fault::member("scope", words),
        NotOpen => |words| Fault::member("open", words),
        Reserved => |words| Fault::member("scope", words),
    }
}
