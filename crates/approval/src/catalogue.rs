//! A tenant describes what it protects: resources, their scopes, their tools, and how a resource server proves itself.
//! Nothing here gives reach to a client.

use chrono::Duration;
use narthex_tenancy::{
    StoreError, TenantTx,
    catalogue::{self, Resource, ResourceKind, ScopeEntry, ToolEntry},
    permission::Action,
};
use narthex_vocab::{
    Environment, HashKey, Id, Label, ResourceUri, Risk, SchemaHash, Scope, Secret, SecretKind,
    Timestamp, ToolName, kind,
};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Prose,
    store,
};

/// How long a resource server's secret works.
pub const CREDENTIAL_LIFETIME: Duration = Duration::days(365);

/// A resource to add.
#[derive(Debug, Clone)]
pub struct AddResource {
    /// The environment whose tokens it takes.
    pub environment: Environment,
    /// RFC 8707 resource indicator; becomes `aud`.
    pub identifier: ResourceUri,
    /// Its name for people.
    pub name: Label,
    /// MCP server or API.
    pub kind: ResourceKind,
}

/// A scope to add to a resource.
#[derive(Debug, Clone)]
pub struct AddScope {
    /// The environment.
    pub environment: Environment,
    /// The resource it belongs to.
    pub resource: Id<kind::Resource>,
    /// The scope.
    pub scope: Scope,
    /// A verb phrase that an end user understands, as `Read your notes`.
    pub description: Prose<1, 200>,
    /// The worst it can do.
    pub risk: Risk,
    /// Whether an open sandbox gives it to everyone who registers.
    pub open: bool,
}

/// A tool to add to an MCP resource.
#[derive(Debug, Clone)]
pub struct AddTool {
    /// The environment.
    pub environment: Environment,
    /// The resource that has it.
    pub resource: Id<kind::Resource>,
    /// Its name there.
    pub tool: ToolName,
    /// The scope that calling it needs; of the same resource.
    pub scope: Scope,
    /// What it does.
    pub description: Prose<0, 500>,
    /// The hash of its input schema.
    pub schema_hash: SchemaHash,
}

/// A secret to make for a resource server.
#[derive(Debug)]
pub struct CreateResourceCredential<'a> {
    /// The environment.
    pub environment: Environment,
    /// The resource.
    pub resource: Id<kind::Resource>,
    /// Under which secrets are hashed.
    pub hash_key: &'a HashKey,
}

/// A resource server's new secret.
#[derive(Debug)]
pub struct ResourceCredential {
    /// Shown once.
    pub secret: Secret,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Why the catalogue is as before.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The environment has it already.
    #[error("the environment has it already")]
    Exists,
    /// The resource, or the scope of the tool, is not in this environment.
    #[error("there is no such resource or scope in this environment")]
    Unknown,
    /// Only a sandbox has open scopes, and they only read.
    #[error("an open scope is in the sandbox and only reads")]
    NotOpen,
    /// The name is of a scope that the product itself gives a meaning.
    #[error("scopes that begin with narthex: are not a tenant's to add")]
    Reserved,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CatalogueError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("resource_tenant_id_environment_identifier_key" | "scope_pkey" | "tool_pkey") => {
                Self::Exists
            }
            Some("open_scopes_are_for_the_sandbox" | "open_scopes_only_read") => Self::NotOpen,
            Some(name) if name.ends_with("_fkey") => Self::Unknown,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Adds a resource.
pub async fn add_resource(
    tx: &mut TenantTx,
    command: AddResource,
    acting: &mut Acting<'_>,
) -> Result<Resource, CatalogueError> {
    acting.member(tx, Action::EditCatalogue)?;
    let resource = Resource {
        id: acting.id(),
        environment: command.environment,
        identifier: command.identifier,
        name: command.name.as_str().to_owned(),
        kind: command.kind,
    };
    catalogue::add_resource(tx, &resource, acting.now).await?;
    let deed = Deed {
        action: "resource.add",
        object: resource.id.to_string(),
        environment: Some(resource.environment),
        reason: "",
        detail: json!({ "identifier": resource.identifier, "name": resource.name }),
    };
    acting.record(tx, deed).await?;
    Ok(resource)
}

/// Adds a scope.
pub async fn add_scope(
    tx: &mut TenantTx,
    command: AddScope,
    acting: &mut Acting<'_>,
) -> Result<ScopeEntry, CatalogueError> {
    acting.member(tx, Action::EditCatalogue)?;
    if command.scope.is_reserved() {
        return Err(CatalogueError::Reserved);
    }
    let entry = ScopeEntry {
        scope: command.scope,
        resource: command.resource,
        description: command.description.as_str().to_owned(),
        risk: command.risk,
        open: command.open,
    };
    catalogue::add_scope(tx, command.environment, &entry).await?;
    let deed = Deed {
        action: "scope.add",
        object: entry.scope.to_string(),
        environment: Some(command.environment),
        reason: "",
        detail: json!({ "resource": entry.resource, "risk": entry.risk, "open": entry.open }),
    };
    acting.record(tx, deed).await?;
    Ok(entry)
}

/// Adds a tool. It starts entitled to nobody.
pub async fn add_tool(
    tx: &mut TenantTx,
    command: AddTool,
    acting: &mut Acting<'_>,
) -> Result<ToolEntry, CatalogueError> {
    acting.member(tx, Action::EditCatalogue)?;
    let entry = ToolEntry {
        tool: command.tool,
        resource: command.resource,
        scope: command.scope,
        description: command.description.as_str().to_owned(),
        schema_hash: command.schema_hash,
    };
    catalogue::add_tool(tx, command.environment, &entry).await?;
    let deed = Deed {
        action: "tool.add",
        object: entry.tool.to_string(),
        environment: Some(command.environment),
        reason: "",
        detail: json!({
            "resource": entry.resource,
            "scope": entry.scope,
            "schema_hash": entry.schema_hash,
        }),
    };
    acting.record(tx, deed).await?;
    Ok(entry)
}

/// Makes a secret by which a resource server proves itself at introspection and at the decision API.
pub async fn create_resource_credential(
    tx: &mut TenantTx,
    command: CreateResourceCredential<'_>,
    acting: &mut Acting<'_>,
) -> Result<ResourceCredential, CatalogueError> {
    acting.member(tx, Action::EditCatalogue)?;
    let secret = Secret::generate(SecretKind::ResourceSecret, &mut *acting.rng);
    let expires_at = acting.now + CREDENTIAL_LIFETIME;
    let credential = store::resource_credential::NewSecret {
        id: acting.id(),
        environment: command.environment,
        resource: command.resource,
        hash: secret.hash(command.hash_key),
        last4: secret.last4(),
        expires_at,
    };
    store::resource_credential::insert(tx, &credential, acting.now).await?;
    let deed = Deed {
        action: "resource.create_credential",
        object: command.resource.to_string(),
        environment: Some(command.environment),
        reason: "",
        detail: json!({ "credential": credential.id, "expires_at": expires_at }),
    };
    acting.record(tx, deed).await?;
    Ok(ResourceCredential { secret, expires_at })
}
