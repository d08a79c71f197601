//! MCP tools: their names, and the hash that pins their schema. It never calls one.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::canonical_json::canonical_json;

/// An MCP tool name: 1 to 128 of `[A-Za-z0-9_.-]`, case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToolName(String);

/// Why a text is not a tool name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ToolNameError {
    /// No character, or more than 128.
    #[error("a tool name has 1 to 128 characters")]
    Length,
    /// A character outside `[A-Za-z0-9_.-]`.
    #[error("a tool name has only letters, digits, underscore, hyphen and dot")]
    Character,
}

impl ToolName {
    /// Reads a tool name.
    pub fn parse(text: &str) -> Result<Self, ToolNameError> {
        if text.is_empty() || text.len() > 128 {
            return Err(ToolNameError::Length);
        }
        if !text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        {
            return Err(ToolNameError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::word::checked_text!(ToolName, ToolNameError);

/// SHA-256 over a tool's canonical definition; a changed tool is another hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaHash([u8; 32]);

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a schema hash is 64 lower-case hex digits")]
pub struct SchemaHashError;

impl SchemaHash {
    /// The hash of a definition: order of members and white space do not matter.
    pub fn of(definition: &Value) -> Self {
        Self(Sha256::digest(canonical_json(definition)).into())
    }

    /// The hash with these bytes, as a store reads it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store writes it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SchemaHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SchemaHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SchemaHash({self})")
    }
}

impl FromStr for SchemaHash {
    type Err = SchemaHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        crate::fingerprint::bytes_of_hex(text)
            .map(Self)
            .ok_or(SchemaHashError)
    }
}

crate::word::serde_as_text!(SchemaHash);

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use serde_json::json;

    use super::*;

    #[test]
    fn names() {
        for good in [
            "getUser",
            "DATA_EXPORT_v2",
            "admin.tools.list",
            "a-b",
            "1",
            &"a".repeat(128),
        ] {
            assert_eq!(ToolName::parse(good).unwrap().as_str(), good);
        }
        for length in ["", &"a".repeat(129)] {
            assert_eq!(ToolName::parse(length), Err(ToolNameError::Length));
        }
        for bad in ["a b", "a/b", "a,b", "é", "a\n", "a@b"] {
            assert_eq!(ToolName::parse(bad), Err(ToolNameError::Character), "{bad}");
        }
    }

    #[test]
    fn a_schema_hash_pins_the_meaning() {
        let hash = SchemaHash::of(&json!({"b": [1, {"y": 2, "x": 1}], "a": "é\n"}));
        let text = r#"{ "a":"\u00e9\n", "b":[1,{"x":1,"y":2}] }"#;
        assert_eq!(hash, SchemaHash::of(&serde_json::from_str(text).unwrap()));
        assert_ne!(
            hash,
            SchemaHash::of(&json!({"b": [{"y": 2, "x": 1}, 1], "a": "é\n"}))
        );
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(SchemaHash::from_bytes(*hash.as_bytes()), hash);
        for bad in ["", "00", &"g".repeat(64), &"A".repeat(64), &"0".repeat(66)] {
            assert_eq!(bad.parse::<SchemaHash>(), Err(SchemaHashError));
        }
        // SHA-256 of "{}"
        let empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(SchemaHash::of(&json!({})).to_string(), empty);
    }
}
