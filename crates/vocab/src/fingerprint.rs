//! The fingerprint by which registrations of one software are a family. It never identifies a
//! person or a source: only what the client says about itself goes in.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::canonical_json::canonical_json;
use crate::client_metadata::ClientMetadata;
use crate::document_url::DocumentUrl;
use crate::redirect_uri::RedirectUri;

/// SHA-256 over the canonical effective metadata, redirect URIs sorted and loopback ports left
/// out (they change with every run). 64 hex digits in text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 lower-case hex digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// The fingerprint of effective metadata.
    pub fn of(metadata: &ClientMetadata) -> Self {
        Self::over(metadata.to_json(), metadata)
    }

    /// The fingerprint of metadata that a client publishes under its own address: what a
    /// registration says is never the same family.
    pub fn of_document(url: &DocumentUrl, metadata: &ClientMetadata) -> Self {
        let mut json = metadata.to_json();
        json.insert("client_id".to_owned(), url.as_str().into());
        Self::over(json, metadata)
    }

    fn over(mut json: Map<String, Value>, metadata: &ClientMetadata) -> Self {
        let mut uris: Vec<_> = metadata
            .redirect_uris()
            .iter()
            .map(RedirectUri::portless)
            .collect();
        uris.sort_unstable();
        uris.dedup();
        json.insert("redirect_uris".to_owned(), uris.into());
        Self(Sha256::digest(canonical_json(&Value::Object(json))).into())
    }

    /// The fingerprint of the same metadata when this issuer has signed them: another family than without.
    #[must_use]
    pub fn vouched_by(&self, issuer: &str) -> Self {
        let both = Sha256::new().chain_update(self.0).chain_update(issuer);
        Self(both.finalize().into())
    }

    /// The fingerprint of the same metadata where they come from a network that was split off, in its text form.
    #[must_use]
    pub fn from_network(&self, network: &str) -> Self {
        let both = Sha256::new()
            .chain_update(self.0)
            .chain_update("network ")
            .chain_update(network);
        Self(both.finalize().into())
    }

    /// The fingerprint with these bytes, as a store reads it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store writes it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bytes_of_hex(text).map(Self).ok_or(FingerprintError)
    }
}

/// 64 lower-case hex digits as bytes.
pub(crate) fn bytes_of_hex(text: &str) -> Option<[u8; 32]> {
    let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
    let mut bytes = [0_u8; 32];
    (!upper && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

crate::word::serde_as_text!(Fingerprint);
