//! One public key of a client (RFC 7517, RFC 7518 section 6, RFC 8037). It never holds a private
//! or symmetric one: those are refused before anything is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::canonical_json::canonical_json;

/// A JWK for signatures: the members we know, as they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    members: Map<String, Value>,
}

/// Why a value is not a public key we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Not a JSON object.
    #[error("a key is not a JSON object")]
    NotObject,
    /// `d`, `p`, `k` or the like: the sender has given a secret away.
    #[error("a key has the private or symmetric member {member:?}; treat it as disclosed")]
    Private {
        /// The member that only a private or symmetric key has.
        member: &'static str,
    },
    /// `kty` is missing, symmetric or unknown.
    #[error("a key is neither RSA, EC (P-256, P-384, P-521) nor OKP (Ed25519)")]
    Kind,
    /// A member is missing or malformed.
    #[error("the member {member:?} of a key is missing or malformed")]
    Member {
        /// The member.
        member: &'static str,
    },
    /// RSA below 2048 bits.
    #[error("an RSA key has {bits} bits; at least 2048 are needed")]
    Weak {
        /// The length of the modulus.
        bits: usize,
    },
    /// `alg` is not allowed or does not fit the key.
    #[error("the alg of a key is not allowed, or does not fit its kty")]
    Algorithm,
    /// `use` is not `sig`.
    #[error("the use of a key is not sig")]
    Use,
}

const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const RSA_ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

impl PublicKey {
    /// Reads a key; members it does not know are dropped.
    pub fn parse(value: &Value) -> Result<Self, PublicKeyError> {
        let sent = value.as_object().ok_or(PublicKeyError::NotObject)?;
        if let Some(member) = PRIVATE.iter().find(|member| sent.contains_key(**member)) {
            return Err(PublicKeyError::Private { member });
        }
        let text = |member: &str| sent.get(member).and_then(Value::as_str);
        let (own, algorithms): (&[&'static str], &[&str]) = match (text("kty"), text("crv")) {
            (Some("RSA"), _) => {
                check_rsa(sent)?;
                (&["n", "e"], RSA_ALGORITHMS)
            }
            (Some("EC"), Some("P-256")) => (point(sent, 32)?, &["ES256"]),
            (Some("EC"), Some("P-384")) => (point(sent, 48)?, &["ES384"]),
            (Some("EC"), Some("P-521")) => (point(sent, 66)?, &["ES512"]),
            (Some("OKP"), Some("Ed25519")) => {
                coordinate(sent, "x", 32)?;
                (&["crv", "x"], &["EdDSA", "Ed25519"])
            }
            _ => return Err(PublicKeyError::Kind),
        };
        let mut members = Map::new();
        for name in own.iter().chain(&["kty"]) {
            members.extend(
                sent.get(*name)
                    .map(|value| ((*name).to_owned(), value.clone())),
            );
        }
        keep_optional(sent, algorithms, &mut members)?;
        Ok(Self { members })
    }

    /// Its `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.members.get("kid").and_then(Value::as_str)
    }

    /// Its members.
    pub const fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The JWK thumbprint (RFC 7638), SHA-256: equal for one key wherever it appears.
    pub fn thumbprint(&self) -> [u8; 32] {
        let required = ["crv", "e", "kty", "n", "x", "y"];
        let members = self
            .members
            .iter()
            .filter(|(name, _)| required.contains(&name.as_str()));
        let members = members
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Sha256::digest(canonical_json(&Value::Object(members))).into()
    }
}

fn keep_optional(
    sent: &Map<String, Value>,
    algorithms: &[&str],
    members: &mut Map<String, Value>,
) -> Result<(), PublicKeyError> {
    for name in ["kid", "use", "alg"] {
        let Some(value) = sent.get(name).filter(|value| !value.is_null()) else {
            continue;
        };
        let text = value
            .as_str()
            .filter(|text| (1..=256).contains(&text.len()));
        let text = text.ok_or(PublicKeyError::Member { member: name })?;
        if name == "use" && text != "sig" {
            return Err(PublicKeyError::Use);
        }
        if name == "alg" && !algorithms.contains(&text) {
            return Err(PublicKeyError::Algorithm);
        }
        members.insert(name.to_owned(), value.clone());
    }
    Ok(())
}

fn check_rsa(sent: &Map<String, Value>) -> Result<(), PublicKeyError> {
    let modulus = bytes(sent, "n")?;
    let first = modulus.iter().position(|byte| *byte != 0);
    let first = first.ok_or(PublicKeyError::Member { member: "n" })?;
    let zeros = modulus
        .get(first)
        .map_or(0, |byte| byte.leading_zeros() as usize);
    let bits = (modulus.len() - first) * 8 - zeros;
    if bits < 2048 {
        return Err(PublicKeyError::Weak { bits });
    }
    if bits > 8192 || modulus.last().is_none_or(|byte| byte % 2 == 0) {
        return Err(PublicKeyError::Member { member: "n" });
    }
    let exponent = bytes(sent, "e")?;
    let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !odd || exponent.len() > 8 || exponent == [1] {
        return Err(PublicKeyError::Member { member: "e" });
    }
    Ok(())
}

fn point(
    sent: &Map<String, Value>,
    length: usize,
) -> Result<&'static [&'static str], PublicKeyError> {
    coordinate(sent, "x", length)?;
    coordinate(sent, "y", length)?;
    Ok(&["crv", "x", "y"])
}

fn coordinate(
    sent: &Map<String, Value>,
    member: &'static str,
    length: usize,
) -> Result<(), PublicKeyError> {
    if bytes(sent, member)?.len() == length {
        Ok(())
    } else {
        Err(PublicKeyError::Member { member })
    }
}

fn bytes(sent: &Map<String, Value>, member: &'static str) -> Result<Vec<u8>, PublicKeyError> {
    let text = sent.get(member).and_then(Value::as_str);
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .ok_or(PublicKeyError::Member { member })
}

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
    fn the_thumbprint_of_the_rfc() {
        // RFC 7638 section 3.1
        let key = PublicKey::parse(&json!({
            "kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB", "ext": true,
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        }))
        .unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(key.thumbprint()),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        assert_eq!(key.kid(), Some("2011-04-29"));
        assert!(
            !key.members().contains_key("ext"),
            "unknown members are dropped"
        );
    }

    #[test]
    fn every_private_member_is_refused() {
        for member in PRIVATE.iter().copied() {
            let mut key = json!({"kty": "OKP", "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
            assert!(PublicKey::parse(&key).is_ok());
            key[member] = Value::Null;
            assert_eq!(
                PublicKey::parse(&key),
                Err(PublicKeyError::Private { member })
            );
        }
    }
}
