//! A set of scopes, sorted; a space-separated list in text (RFC 6749 section 3.3). It never keeps
//! the order or the repetitions of what was sent: neither means anything.

use std::collections::{BTreeSet, btree_set};
use std::fmt;
use std::str::FromStr;

use crate::scope::{Scope, ScopeError};

/// Scopes without order or repetition; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeSet(BTreeSet<Scope>);

/// Why a text is not a list of scopes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeSetError {
    /// A space at the start or end, or two in a row.
    #[error("scopes are separated by one space, with none before or after")]
    Spacing,
    /// More than 200 scopes.
    #[error("more than {} scopes", ScopeSet::MAX)]
    TooMany,
    /// One of them is not a scope.
    #[error("scope {position}: {error}")]
    Scope {
        /// Its place in the list, from 1.
        position: usize,
        /// What is wrong with it.
        error: ScopeError,
    },
}

impl ScopeSet {
    /// The most scopes a list may name.
    pub const MAX: usize = 200;

    /// Reads a space-separated list; the empty text is the empty set.
    pub fn parse(text: &str) -> Result<Self, ScopeSetError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut set = BTreeSet::new();
        for (index, part) in text.split(' ').enumerate() {
            if index >= Self::MAX {
                return Err(ScopeSetError::TooMany);
            }
            let scope = Scope::parse(part).map_err(|error| match error {
                ScopeError::Empty => ScopeSetError::Spacing,
                error => ScopeSetError::Scope {
                    position: index + 1,
                    error,
                },
            })?;
            set.insert(scope);
        }
        Ok(Self(set))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The scopes in order of their text.
    pub fn iter(&self) -> btree_set::Iter<'_, Scope> {
        self.0.iter()
    }

    /// Whether this scope is in it.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Whether a scope of this text is in it.
    pub fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own.as_str() == scope)
    }

    /// Whether all of it is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// What is in this one only.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for ScopeSet {
    type Err = ScopeSetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl IntoIterator for ScopeSet {
    type Item = Scope;
    type IntoIter = btree_set::IntoIter<Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ScopeSet {
    type Item = &'a Scope;
    type IntoIter = btree_set::Iter<'a, Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

crate::word::serde_as_text!(ScopeSet);
