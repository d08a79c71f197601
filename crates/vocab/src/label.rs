//! The displayed name of a tenant, person, integration or the like. It is never a key.

use crate::name::{self, NameError};

/// A displayed name: NFC, trimmed, 1 to 120 characters, nothing invisible or reordering in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// The longest, in characters.
    pub const MAX: usize = 120;

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

crate::word::checked_text!(Label, NameError);
