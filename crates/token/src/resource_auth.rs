//! How a resource proves itself at introspection and at the decision API: HTTP Basic with its id and a secret of its
//! own kind. A client's secret is worth nothing here.

use std::sync::Arc;

use narthex_vocab::{
    Id, Resource, ResourceUri, Scope, Secret, SecretHash, SecretKind, Timestamp, ToolName,
};

use crate::Token;
use crate::call::Call;
use crate::error::TokenError;

/// A resource as the catalogue has it. It may be older than the call that looks at it, so secrets carry their ends.
#[derive(Debug)]
pub(crate) struct ResourceSnapshot {
    pub(crate) id: Id<Resource>,
    pub(crate) identifier: ResourceUri,
    /// Those that were not revoked.
    pub(crate) secrets: Vec<(SecretHash, Timestamp)>,
    /// Each with the scope that calling it needs.
    pub(crate) tools: Vec<(ToolName, Scope)>,
}

impl ResourceSnapshot {
    /// Whether this is one of its live secrets: each is compared, in constant time.
    fn has(&self, hash: &SecretHash, now: Timestamp) -> bool {
        let live = self.secrets.iter().filter(|(_, until)| *until > now);
        live.filter(|(own, _)| own.ct_eq(hash)).count() > 0
    }

    /// The scope that calling a tool needs; `None` for a tool that it does not have.
    pub(crate) fn scope_of(&self, tool: &ToolName) -> Option<&Scope> {
        let mut tools = self.tools.iter();
        tools.find_map(|(name, scope)| (name == tool).then_some(scope))
    }
}

/// A resource that proved itself.
pub(crate) type ResourceCaller = Arc<ResourceSnapshot>;

/// Whether the user of a Basic header names a resource (`res_…`) and not a client.
pub(crate) fn names_resource(user: &str) -> Option<Id<Resource>> {
    user.parse().ok()
}

/// Checks the secret of a resource.
pub(crate) async fn authenticate(
    token: &Token,
    call: Call<'_>,
    resource: Id<Resource>,
    secret: &str,
) -> Result<ResourceCaller, TokenError> {
    let refuse = |reason| TokenError::Client {
        reason,
        basic: true,
    };
    let secret = Secret::parse(SecretKind::ResourceSecret, secret)
        .map_err(|_| refuse("not a resource secret"))?;
    let hash = secret.hash(call.hash_key);
    // What is remembered may lack a secret that it has just got, so a refusal is looked at again.
    for _ in 0..2 {
        let known = token.resource(call.place, resource, call.now).await?;
        let known = known.ok_or_else(|| refuse("no such resource"))?;
        if known.has(&hash, call.now) {
            return Ok(known);
        }
        token.forget_resource(call.place, resource);
    }
    Err(refuse("the secret is not one of its live ones"))
}
