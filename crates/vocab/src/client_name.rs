//! `client_name` (RFC 7591 section 2), as people read it. It proves nothing about who bears it.

use crate::name::{self, NameError};

/// A displayed name: NFC, trimmed, 1 to 100 characters, nothing invisible or reordering in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientName(String);

impl ClientName {
    /// The longest, in characters.
    pub const MAX: usize = 100;

    /// Reads a name, composes and trims it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        name::clean(text, Self::MAX).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for names that look alike (Unicode TR39, across case, spaces and punctuation).
    pub fn skeleton(&self) -> String {
        name::skeleton_of(&self.0)
    }

    /// Whether it mixes scripts that no orthography mixes: a reason for a finding, not a refusal.
    pub fn mixes_scripts(&self) -> bool {
        name::mixes_scripts(&self.0)
    }
}

crate::word::checked_text!(ClientName, NameError);
