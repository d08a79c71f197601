//! The hash by which versions of a client's document are told apart. It never says what changed.

use std::fmt;
use std::str::FromStr;

/// SHA-256 over the canonical JSON of a document. 64 hex digits in text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentHash([u8; 32]);

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a document hash is 64 lower-case hex digits")]
pub struct DocumentHashError;

impl DocumentHash {
    /// The hash with these bytes, as a store reads it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store writes it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentHash({self})")
    }
}

impl FromStr for DocumentHash {
    type Err = DocumentHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        crate::fingerprint::bytes_of_hex(text)
            .map(Self)
            .ok_or(DocumentHashError)
    }
}

crate::word::serde_as_text!(DocumentHash);
