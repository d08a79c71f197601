//! How far one token reaches: scopes narrowed by the entitlement, and exactly one audience (RFC 8707). Pure; it
//! never widens what was approved.

use narthex_vocab::ErrorCode;
use narthex_vocab::{Id, Issuer, Resource, ResourceUri, ScopeSet, Timestamp, TokenLifetime};

use crate::entitlement::{EntitledScope, Entitlement};

/// Scopes of a person's own identity (OpenID Connect Core section 5.4): no resource has them; the person allows them.
pub(crate) const IDENTITY: [&str; 3] = ["openid", "profile", "email"];
/// Accepted and without meaning: the house alone decides about refresh tokens.
pub(crate) const OFFLINE: &str = "offline_access";

/// What a client asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// `None` asks for all there is.
    pub(crate) scope: Option<ScopeSet>,
    /// The one resource, if it is named.
    pub(crate) resource: Option<ResourceUri>,
}

/// What becomes of a scope beyond the entitlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// `invalid_scope`: the client acts for itself and must know what it has.
    Refused,
    /// Left out: a person sees what remains, and the answer names it (OAuth 2.1 section 1.4.1). MCP clients ask for
    /// the union of all challenges, so refusing would keep out every client that was approved for less.
    LeftOut,
}

/// The reach of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Never empty.
    pub(crate) scopes: ScopeSet,
    /// `None`: identity scopes alone, for the issuer's own userinfo endpoint.
    pub(crate) resource: Option<Audience>,
}

/// The resource that takes the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Audience {
    pub(crate) id: Id<Resource>,
    pub(crate) identifier: ResourceUri,
    /// When the first of the scopes ends.
    pub(crate) until: Timestamp,
    /// How long a token lives: the shortest that was agreed for one of the scopes.
    pub(crate) tokens: TokenLifetime,
}

impl Reach {
    /// The `aud` claim.
    pub(crate) fn audience<'a>(&'a self, issuer: &'a Issuer) -> &'a str {
        match &self.resource {
            Some(resource) => resource.identifier.as_str(),
            None => issuer.as_str(),
        }
    }
}

/// Why there is no reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReachError {
    /// More was asked than was approved.
    #[error("not approved for this client: {0}")]
    Beyond(ScopeSet),
    /// Nothing of what was asked is approved.
    #[error("none of these scopes is approved for this client")]
    Nothing,
    /// The resource is unknown, or this client has nothing there.
    #[error("this client has no access to this resource")]
    Target,
    /// The scopes belong to several resources.
    #[error(
        "a token is for one resource: name one by the parameter resource, with scopes of it alone"
    )]
    SeveralTargets,
}

impl ReachError {
    /// The registered code.
    pub(crate) const fn code(&self) -> ErrorCode {
        match self {
            Self::Beyond(_) | Self::Nothing => ErrorCode::InvalidScope,
            Self::Target | Self::SeveralTargets => ErrorCode::InvalidTarget,
        }
    }
}

/// Narrows what is wanted to what is in force. `identity`: whether a person is there to speak for themselves.
pub(crate) fn narrow(
    wanted: &Wanted,
    entitlement: &Entitlement,
    excess: Excess,
    identity: bool,
) -> Result<Reach, ReachError> {
    let own: ScopeSet = match &wanted.scope {
        Some(asked) if identity => asked
            .iter()
            .filter(|scope| IDENTITY.contains(&scope.as_str()))
            .cloned()
            .collect(),
        Some(_) | None => ScopeSet::default(),
    };
    let asked = |entry: &&EntitledScope| match &wanted.scope {
        Some(asked) => asked.contains(&entry.scope),
        None => true,
    };
    let known: ScopeSet = entitlement
        .scopes
        .iter()
        .filter(asked)
        .map(|entry| entry.scope.clone())
        .collect();
    if let (Some(asked), Excess::Refused) = (&wanted.scope, excess) {
        let beyond: ScopeSet = asked
            .difference(&known)
            .difference(&own)
            .into_iter()
            .filter(|scope| scope.as_str() != OFFLINE)
            .collect();
        if !beyond.is_empty() {
            return Err(ReachError::Beyond(beyond));
        }
    }
    let resource = audience(wanted, entitlement, &known)?;
    let scopes = match &resource {
        Some(resource) => entitlement
            .scopes
            .iter()
            .filter(asked)
            .filter(|entry| entry.resource == resource.id)
            .map(|entry| entry.scope.clone())
            .chain(own)
            .collect(),
        None => own,
    };
    if scopes.is_empty() {
        return Err(ReachError::Nothing);
    }
    Ok(Reach { scopes, resource })
}

/// The one resource: the named one, else the only one that the scopes belong to.
fn audience(
    wanted: &Wanted,
    entitlement: &Entitlement,
    known: &ScopeSet,
) -> Result<Option<Audience>, ReachError> {
    let named = |entry: &&EntitledScope| match &wanted.resource {
        Some(resource) => entry.identifier.same_as(resource),
        None => true,
    };
    let mut entries = entitlement
        .scopes
        .iter()
        .filter(named)
        .filter(|entry| known.contains(&entry.scope))
        .peekable();
    let Some(first) = entries.peek().copied() else {
        return match &wanted.resource {
            Some(resource) => {
                let reachable = |entry: &EntitledScope| entry.identifier.same_as(resource);
                if entitlement.scopes.iter().any(reachable) {
                    Err(ReachError::Nothing)
                } else {
                    Err(ReachError::Target)
                }
            }
            None => Ok(None),
        };
    };
    let mut until = first.expires_at;
    let mut tokens = TokenLifetime::LONGEST;
    for entry in entries {
        if entry.resource != first.resource {
            return Err(ReachError::SeveralTargets);
        }
        until = until.min(entry.expires_at);
        tokens = entry.tokens.map_or(tokens, |agreed| agreed.min(tokens));
    }
    Ok(Some(Audience {
        id: first.resource,
        identifier: first.identifier.clone(),
        until,
        tokens,
    }))
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
