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

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use proptest::prelude::*;

    use super::*;

    fn set(text: &str) -> ScopeSet {
        ScopeSet::parse(text).unwrap()
    }

    #[test]
    fn parses_precisely() {
        assert_eq!(set("b a b").to_string(), "a b");
        assert!(set("").is_empty());
        for spaced in [" ", " a", "a ", "a  b"] {
            assert_eq!(
                ScopeSet::parse(spaced),
                Err(ScopeSetError::Spacing),
                "{spaced:?}"
            );
        }
        for (bad, character) in [
            ("\"", '"'),
            ("\\", '\\'),
            ("é", 'é'),
            ("\t", '\t'),
            ("\0", '\0'),
        ] {
            let error = ScopeError::Character { character };
            assert_eq!(Scope::parse(bad), Err(error.clone()));
            assert_eq!(
                ScopeSet::parse(&format!("read {bad}")),
                Err(ScopeSetError::Scope { position: 2, error })
            );
        }
        let long = "a".repeat(129);
        let error = ScopeError::TooLong;
        assert_eq!(
            ScopeSet::parse(&long),
            Err(ScopeSetError::Scope { position: 1, error })
        );
        assert!(Scope::parse(&"a".repeat(128)).is_ok());
        let many = vec!["a"; 201].join(" ");
        assert_eq!(ScopeSet::parse(&many), Err(ScopeSetError::TooMany));
    }

    proptest! {
        #[test]
        fn sets_are_sets(a in "([a-f]{1,2}( [a-f]{1,2}){0,5})?", b in "([a-f]{1,2}( [a-f]{1,2}){0,5})?") {
            let (a, b) = (set(&a), set(&b));
            let (both, either, only) = (a.intersection(&b), a.union(&b), a.difference(&b));
            prop_assert!(both.is_subset(&a) && both.is_subset(&b) && a.is_subset(&either));
            prop_assert!(only.iter().all(|scope| a.contains(scope) && !b.contains(scope)));
            prop_assert_eq!(both.union(&only), a.clone());
            prop_assert_eq!(only.len() + both.len(), a.len());
            prop_assert!(a.iter().all(|scope| either.has(scope.as_str())));
            prop_assert_eq!(set(&a.to_string()), a.clone());
            prop_assert_eq!(a.clone().into_iter().collect::<ScopeSet>(), a.clone());
            let json = serde_json::to_value(&a).unwrap();
            let text = a.to_string();
            prop_assert_eq!(json.as_str(), Some(text.as_str()));
            prop_assert_eq!(serde_json::from_value::<ScopeSet>(json).unwrap(), a);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = ScopeSet::parse(&text);
        }
    }
}
