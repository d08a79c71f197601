//! A software statement as it is written (RFC 7591 section 2.3): a compact JWS of claims about a client. Nothing here
//! says that anybody signed it: whoever reads one checks the signature with a key of their own choice. A key that its
//! header names (`jku`, `jwk`, `x5u`) is never looked at.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use serde_json::{Map, Value};

use crate::issuer::Issuer;
use crate::json_object::json_object;
use crate::time::Timestamp;

/// The clocks of issuers differ from ours by so much.
const TOLERANCE: Duration = Duration::seconds(60);
/// The types that issuers write; anything else is another kind of token.
const TYPES: [&str; 2] = ["jwt", "software-statement+jwt"];
/// What a statement says about itself (RFC 7519 section 4.1), and not about the client.
const ABOUT_ITSELF: [&str; 8] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    SoftwareStatement::MEMBER,
];

/// How a statement may be signed: never by nobody, never by a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementAlgorithm {
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA, PKCS #1 v1.5.
    Rs256,
    /// RSA, PSS.
    Ps256,
}

impl StatementAlgorithm {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// The value of `alg` (RFC 7518 section 3.1, RFC 8037 section 3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

crate::word::closed_word!(StatementAlgorithm, "algorithm of statements");

/// A statement that can be read. Whether it is signed is for others to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareStatement {
    algorithm: StatementAlgorithm,
    key_id: Option<String>,
    claims: Map<String, Value>,
}

/// Why a statement is of no use, whoever signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SoftwareStatementError {
    /// No compact JWS with one JSON object, a member twice, or far too long.
    #[error("the software statement is malformed")]
    Malformed,
    /// Another kind of token.
    #[error("the software statement has the type of another token")]
    Type,
    /// Unsigned, symmetric or unknown.
    #[error("the software statement has an algorithm that is not taken")]
    Algorithm,
    /// It says that it is for somebody else.
    #[error("the software statement is for another audience")]
    Audience,
    /// Over, or not yet in force.
    #[error("the software statement is over or not yet in force")]
    Time,
}

use SoftwareStatementError as E;

impl SoftwareStatement {
    /// The member of a registration that carries one.
    pub const MEMBER: &'static str = "software_statement";
    /// The longest, in bytes.
    pub const LONGEST: usize = 16 * 1024;

    /// Reads a statement.
    pub fn parse(text: &str) -> Result<Self, E> {
        let mut segments = text.split('.');
        let parts = (segments.next(), segments.next(), segments.next());
        let (Some(header), Some(payload), Some(_), None) =
            (parts.0, parts.1, parts.2, segments.next())
        else {
            return Err(E::Malformed);
        };
        if text.len() > Self::LONGEST {
            return Err(E::Malformed);
        }
        let claims = object(payload)?;
        let header = object(header)?;
        let named = header.get("alg").and_then(Value::as_str);
        let algorithm = named.ok_or(E::Malformed)?.parse();
        let algorithm = algorithm.map_err(|_| E::Algorithm)?;
        if let Some(typ) = text_of(&header, "typ")?
            && !TYPES.contains(&typ.to_ascii_lowercase().as_str())
        {
            return Err(E::Type);
        }
        // Whoever does not understand an extension that must be understood refuses (RFC 7515 section 4.1.11).
        if header.contains_key("crit") {
            return Err(E::Malformed);
        }
        Ok(Self {
            algorithm,
            key_id: text_of(&header, "kid")?.map(str::to_owned),
            claims,
        })
    }

    /// How it says that it is signed.
    pub const fn algorithm(&self) -> StatementAlgorithm {
        self.algorithm
    }

    /// With which of its issuer's keys, if it says so.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Who says that they signed it.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// `exp`, `nbf` and `iat` count when they are there; a value that is no time refuses.
    pub fn in_force(&self, now: Timestamp) -> Result<(), E> {
        let at = |name: &str| match self.claims.get(name) {
            None => Ok(None),
            Some(value) => {
                let seconds = value.as_i64().ok_or(E::Malformed)?;
                let time = Timestamp::from_timestamp(seconds, 0);
                time.map(Some).ok_or(E::Malformed)
            }
        };
        let since = |time: Timestamp| now.signed_duration_since(time);
        let over = at("exp")?.is_some_and(|end| since(end) >= TOLERANCE);
        let later = |begin: Option<Timestamp>| begin.is_some_and(|begin| since(begin) < -TOLERANCE);
        if over || later(at("nbf")?) || later(at("iat")?) {
            return Err(E::Time);
        }
        Ok(())
    }

    /// `aud` counts when it is there (RFC 7519 section 4.1.3): then it names this issuer.
    pub fn is_for(&self, issuer: &Issuer) -> Result<(), E> {
        let named = |value: &Value| value.as_str() == Some(issuer.as_str());
        match self.claims.get("aud") {
            None => Ok(()),
            Some(Value::Array(list)) if list.iter().any(named) => Ok(()),
            Some(one) if named(one) => Ok(()),
            Some(_) => Err(E::Audience),
        }
    }

    /// What it says about the client.
    pub fn about_the_client(self) -> Map<String, Value> {
        let mut claims = self.claims;
        claims.retain(|name, _| !ABOUT_ITSELF.contains(&name.as_str()));
        claims
    }
}

/// A segment, read so that no member comes twice.
fn object(segment: &str) -> Result<Map<String, Value>, E> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).map_err(|_| E::Malformed)?;
    json_object(&bytes).map_err(|_| E::Malformed)
}

fn text_of<'a>(header: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, E> {
    let text = |value: &'a Value| value.as_str().ok_or(E::Malformed);
    header.get(name).map(text).transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn written(header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", encode(header), encode(claims))
    }

    #[test]
    fn what_is_about_itself_is_not_about_the_client() {
        let claims = json!({
            "iss": "https://registry.example/", "exp": 1, "client_name": "Notes",
            "software_statement": "x", "client_name#ja": "ノート",
        });
        let text = written(
            &json!({ "alg": "ES256", "kid": "one", "jku": "https://evil.example/" }),
            &claims,
        );
        let statement = SoftwareStatement::parse(&text).unwrap();
        assert_eq!(statement.issuer(), Some("https://registry.example/"));
        assert_eq!(statement.key_id(), Some("one"));
        assert_eq!(statement.algorithm(), StatementAlgorithm::Es256);
        let about = Value::Object(statement.about_the_client());
        assert_eq!(
            about,
            json!({ "client_name": "Notes", "client_name#ja": "ノート" })
        );
    }

    #[rstest]
    #[case(json!({ "alg": "none" }), E::Algorithm)]
    #[case(json!({ "alg": "HS256" }), E::Algorithm)]
    #[case(json!({ "alg": "es256" }), E::Algorithm)]
    #[case(json!({ "alg": 256 }), E::Malformed)]
    #[case(json!({}), E::Malformed)]
    #[case(json!({ "alg": "ES256", "typ": "at+jwt" }), E::Type)]
    #[case(json!({ "alg": "ES256", "typ": 1 }), E::Malformed)]
    #[case(json!({ "alg": "ES256", "kid": 1 }), E::Malformed)]
    #[case(json!({ "alg": "ES256", "crit": ["exp"] }), E::Malformed)]
    fn headers_that_are_not_taken(#[case] header: Value, #[case] why: E) {
        assert_eq!(
            SoftwareStatement::parse(&written(&header, &json!({}))),
            Err(why)
        );
    }

    #[rstest]
    #[case(json!({}), Ok(()))]
    #[case(json!({ "exp": 999 }), Ok(()))]
    #[case(json!({ "exp": 940 }), Err(E::Time))]
    #[case(json!({ "nbf": 1_060, "iat": 1_060 }), Ok(()))]
    #[case(json!({ "nbf": 1_061 }), Err(E::Time))]
    #[case(json!({ "iat": 1_061 }), Err(E::Time))]
    #[case(json!({ "exp": "1061" }), Err(E::Malformed))]
    #[case(json!({ "exp": i64::MAX }), Err(E::Malformed))]
    // The last second that a time can be: nothing is added to it.
    #[case(json!({ "exp": 8_210_266_876_799_i64 }), Ok(()))]
    #[case(json!({ "nbf": -8_334_601_228_800_i64 }), Ok(()))]
    fn times_count_when_they_are_there(#[case] claims: Value, #[case] expected: Result<(), E>) {
        let text = written(&json!({ "alg": "EdDSA" }), &claims);
        let now = Timestamp::from_timestamp(1_000, 0).unwrap();
        assert_eq!(
            SoftwareStatement::parse(&text).unwrap().in_force(now),
            expected
        );
    }

    #[rstest]
    #[case(json!({}), Ok(()))]
    #[case(json!({ "aud": "https://id.example/t/acme" }), Ok(()))]
    #[case(json!({ "aud": ["https://other.example", "https://id.example/t/acme"] }), Ok(()))]
    #[case(json!({ "aud": "https://id.example/t/acme/sandbox" }), Err(E::Audience))]
    #[case(json!({ "aud": "https://other.example" }), Err(E::Audience))]
    #[case(json!({ "aud": ["https://other.example"] }), Err(E::Audience))]
    #[case(json!({ "aud": [] }), Err(E::Audience))]
    #[case(json!({ "aud": null }), Err(E::Audience))]
    fn an_audience_counts_when_it_is_there(#[case] claims: Value, #[case] expected: Result<(), E>) {
        let text = written(&json!({ "alg": "EdDSA" }), &claims);
        let tenant = crate::TenantSlug::parse("acme").unwrap();
        let base = url::Url::parse("https://id.example").unwrap();
        let here = Issuer::new(&base, &tenant, crate::Environment::Production);
        assert_eq!(
            SoftwareStatement::parse(&text).unwrap().is_for(&here),
            expected
        );
    }
}
