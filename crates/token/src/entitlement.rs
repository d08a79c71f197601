//! The grant of reach of a client, as the approval left it: scopes with their resources, tools with their pinned
//! schemas. Nothing here widens it.

use narthex_vocab::{
    Id, Resource, ResourceUri, Risk, SchemaHash, Scope, Timestamp, TokenLifetime, ToolName,
};

/// One scope in force.
#[derive(Debug, Clone)]
pub(crate) struct EntitledScope {
    pub(crate) scope: Scope,
    pub(crate) resource: Id<Resource>,
    /// Becomes `aud`, in the registered form.
    pub(crate) identifier: ResourceUri,
    /// What an end user reads.
    pub(crate) description: String,
    pub(crate) risk: Risk,
    pub(crate) expires_at: Timestamp,
    /// How long a token with it lives, where less than usual was agreed.
    pub(crate) tokens: Option<TokenLifetime>,
}

/// One tool in force.
#[derive(Debug, Clone)]
pub(crate) struct EntitledTool {
    pub(crate) resource: Id<Resource>,
    pub(crate) tool: ToolName,
    /// The scope that the approval gave it under.
    pub(crate) scope: Scope,
    /// The schema that was approved.
    pub(crate) approved: SchemaHash,
    /// The schema that the resource has now.
    pub(crate) current: SchemaHash,
    /// When it ends: with its scope, or before.
    pub(crate) until: Timestamp,
}

/// Everything a client may reach, until each of it ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entitlement {
    pub(crate) scopes: Vec<EntitledScope>,
}

impl Entitlement {
    /// Its scopes that have not ended at `now`.
    pub(crate) fn in_force(&self, now: Timestamp) -> Self {
        let in_force = |scope: &&EntitledScope| scope.expires_at > now;
        Self {
            scopes: self.scopes.iter().filter(in_force).cloned().collect(),
        }
    }
}
