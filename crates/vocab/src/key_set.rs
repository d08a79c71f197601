//! A client's key set (`jwks`, RFC 7517 section 5). It never holds a private key.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::public_key::{PublicKey, PublicKeyError};

/// 1 to 20 public keys, in the order they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet(Vec<PublicKey>);

/// Why a value is not a key set we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not an object with an array `keys`.
    #[error("a key set is an object with an array \"keys\"")]
    Shape,
    /// No key, or more than 20.
    #[error("a key set has 1 to 20 keys")]
    Count,
    /// Two keys with one `kid`.
    #[error("two keys have the same kid")]
    Duplicate,
    /// One of the keys.
    #[error("{0}")]
    Key(#[from] PublicKeyError),
}

impl KeySet {
    /// Reads a key set. One bad key refuses the whole.
    pub fn parse(value: &Value) -> Result<Self, KeySetError> {
        let sent = value
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(KeySetError::Shape)?;
        if !(1..=20).contains(&sent.len()) {
            return Err(KeySetError::Count);
        }
        let keys = sent
            .iter()
            .map(PublicKey::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let mut known = BTreeSet::new();
        if !keys
            .iter()
            .filter_map(PublicKey::kid)
            .all(|kid| known.insert(kid))
        {
            return Err(KeySetError::Duplicate);
        }
        Ok(Self(keys))
    }

    /// The keys.
    pub fn keys(&self) -> &[PublicKey] {
        &self.0
    }

    /// The JSON form, which parses to the same set.
    pub fn to_json(&self) -> Value {
        let keys: Vec<_> = self
            .0
            .iter()
            .map(|key| Value::Object(key.members().clone()))
            .collect();
        json!({ "keys": keys })
    }
}
