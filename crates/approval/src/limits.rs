//! What of a reach ends early: a scope or a tool before the approval, a token before its usual time. It can only shorten.

use std::collections::{BTreeMap, BTreeSet};

use narthex_vocab::{Scope, ScopeSet, Timestamp, TokenLifetime};

use crate::reach::ToolRef;

/// Ends that come before the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// When a scope ends; one that is not named ends with the approval.
    pub scopes: BTreeMap<Scope, Timestamp>,
    /// When a tool ends; one that is not named ends with its scope.
    pub tools: BTreeMap<ToolRef, Timestamp>,
    /// How long an access token lives; `None` for as long as any.
    pub tokens: Option<TokenLifetime>,
}

impl Limits {
    /// Scopes that it limits and `given` does not have.
    pub(crate) fn scopes_beyond(&self, given: &ScopeSet) -> impl Iterator<Item = Scope> {
        self.scopes
            .keys()
            .filter(|scope| !given.contains(scope))
            .cloned()
    }

    /// Tools that it limits and `given` does not have.
    pub(crate) fn tools_beyond(&self, given: &BTreeSet<ToolRef>) -> impl Iterator<Item = ToolRef> {
        self.tools
            .keys()
            .filter(|tool| !given.contains(tool))
            .cloned()
    }

    /// The earlier of both ends, everywhere.
    #[must_use]
    pub(crate) fn within(mut self, above: &Self) -> Self {
        for (scope, end) in &above.scopes {
            let own = self.scopes.entry(scope.clone()).or_insert(*end);
            *own = (*own).min(*end);
        }
        for (tool, end) in &above.tools {
            let own = self.tools.entry(tool.clone()).or_insert(*end);
            *own = (*own).min(*end);
        }
        self.tokens = self.tokens.into_iter().chain(above.tokens).min();
        self
    }

    /// The first end, if anything ends early.
    pub fn first_end(&self) -> Option<Timestamp> {
        let ends = self.scopes.values().chain(self.tools.values());
        ends.min().copied()
    }
}
