//! One OAuth scope (RFC 6749 section 3.3). It never says who may have it.

/// A scope token: 1 to 128 of `%x21 / %x23-5B / %x5D-7E`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

/// Why a text is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// No character at all.
    #[error("a scope is empty")]
    Empty,
    /// More than 128 characters.
    #[error("a scope is longer than 128 characters")]
    TooLong,
    /// A character that RFC 6749 section 3.3 excludes: space, quote, backslash, control, non-ASCII.
    #[error("a scope has the character {character:?}")]
    Character {
        /// The first character that is not allowed.
        character: char,
    },
}

impl Scope {
    /// The longest scope, in characters.
    pub const MAX: usize = 128;

    /// Reads one scope; scopes are case-sensitive.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        let allowed = |c: &char| matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
        if let Some(character) = text.chars().find(|c| !allowed(c)) {
            return Err(ScopeError::Character { character });
        }
        if text.len() > Self::MAX {
            return Err(ScopeError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// What lets a client register others; no resource of a tenant has it.
    pub const REGISTER: &str = "narthex:register";

    /// Whether a tenant may not give it a meaning of its own.
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("narthex:")
    }

    /// Whether it lets a client register others.
    pub fn registers(&self) -> bool {
        self.0 == Self::REGISTER
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::word::checked_text!(Scope, ScopeError);
