//! The hash of what a reviewer sees and decides on. A decision names it, so that nobody decides on something else than
//! what they read. It never covers what may change without the case changing (state, findings, names of people).

use std::{fmt, str::FromStr};

use narthex_vocab::{ClientMetadata, Environment, Id, canonical_json, kind};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::reach::Asked;

/// SHA-256 over the canonical JSON (RFC 8785) of environment, integration, metadata, scopes with reasons and tools
/// with schemas; 64 lower-case hex digits in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadHash([u8; 32]);

/// The text is not 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payload hash is 64 lower-case hex digits")]
pub struct NotAPayloadHash;

impl PayloadHash {
    /// The hash of one version of a request.
    pub fn of(
        environment: Environment,
        integration: Id<kind::Integration>,
        metadata: &ClientMetadata,
        asked: &Asked,
    ) -> Self {
        let scopes: Vec<_> = asked
            .scopes
            .iter()
            .map(|(scope, asked)| json!([scope, asked.reason.as_str()]))
            .collect();
        let tools: Vec<_> = asked
            .tools
            .iter()
            .map(|(tool, asked)| json!([tool.resource, tool.tool, asked.scope, asked.schema_hash]))
            .collect();
        let payload = json!({
            "environment": environment,
            "integration": integration,
            "metadata": metadata.to_json(),
            "scopes": scopes,
            "tools": tools,
        });
        Self(Sha256::digest(canonical_json(&payload)).into())
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

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for PayloadHash {
    type Err = NotAPayloadHash;

    fn from_str(text: &str) -> Result<Self, NotAPayloadHash> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if lower => Ok(Self(bytes)),
            _ => Err(NotAPayloadHash),
        }
    }
}

#[cfg(test)]
#[path = "payload_hash_tests.rs"]
mod tests;
