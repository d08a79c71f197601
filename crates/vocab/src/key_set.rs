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

    /// Reads the key set of an issuer, of which we take what we can use: keys for other uses and of other kinds are left
    /// out, and so are X.509 authorities of a SPIFFE bundle. A private key still refuses the whole.
    pub fn published(value: &Value) -> Result<Self, KeySetError> {
        let sent = value.get("keys").and_then(Value::as_array);
        let mut keys = Vec::new();
        for sent in sent.ok_or(KeySetError::Shape)? {
            let mut key = sent.clone();
            // What signs JWT-SVIDs signs (SPIFFE trust domain and bundle section 4.2.2).
            if key.get("use").is_some_and(|usage| usage == "jwt-svid") {
                key.as_object_mut().map(|members| members.remove("use"));
            }
            match PublicKey::parse(&key) {
                Ok(_) => keys.push(key),
                Err(error @ PublicKeyError::Private { .. }) => return Err(error.into()),
                Err(_) => {}
            }
        }
        Self::parse(&json!({ "keys": keys }))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn key(more: &Value) -> Value {
        let mut key = json!({ "kty": "OKP", "crv": "Ed25519", "x": X });
        let more = more.as_object().unwrap().clone();
        key.as_object_mut().unwrap().extend(more);
        key
    }

    #[test]
    fn of_what_an_issuer_publishes_what_signs_is_taken() {
        let bundle = json!({ "spiffe_sequence": 1, "keys": [
            key(&json!({ "kid": "a", "use": "jwt-svid" })), key(&json!({ "kid": "b", "use": "sig" })),
            key(&json!({ "kid": "c", "use": "x509-svid" })), key(&json!({ "kid": "d", "use": "enc" })),
            { "kty": "EC", "crv": "secp256k1", "kid": "e" }, "nothing" ] });
        let taken = KeySet::published(&bundle).unwrap();
        let kids: Vec<_> = taken.keys().iter().filter_map(PublicKey::kid).collect();
        assert_eq!(kids, ["a", "b"]);
        assert!(
            KeySet::parse(&bundle).is_err(),
            "a client's own set is taken whole or not"
        );
    }

    #[test]
    fn a_secret_among_them_refuses_all() {
        let sets = [
            json!({ "keys": [key(&json!({})), key(&json!({ "d": X }))] }),
            json!({ "keys": [key(&json!({ "use": "enc" }))] }),
            json!({ "keys": [] }),
            json!([]),
        ];
        for set in sets {
            assert!(KeySet::published(&set).is_err(), "{set}");
        }
    }
}
