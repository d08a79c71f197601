//! Software statements (RFC 7591 sections 2.3 and 3.1.1): members that somebody whom the environment trusts has signed
//! win over those that the caller wrote. Keys are pinned: nothing that a statement names is ever fetched, and a key in
//! its header (`jku`, `jwk`, `x5u`) is never looked at.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use narthex_http::StrictJson;
use narthex_tenancy::statement_issuer::StatementIssuer;
use narthex_vocab::{PublicKey, Timestamp};
use serde_json::{Map, Value};

/// The member that carries one.
pub(crate) const MEMBER: &str = "software_statement";
/// The longest, in bytes.
const LONGEST: usize = 16 * 1024;
/// The clocks of issuers differ from ours by so much.
const TOLERANCE: Duration = Duration::seconds(60);
/// The types that issuers write; anything else is another kind of token.
const TYPES: [&str; 2] = ["jwt", "software-statement+jwt"];
/// What a statement says about itself (RFC 7519 section 4.1), and not about the client.
const ABOUT_ITSELF: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", MEMBER];

/// A statement that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vouched {
    /// Who signed it.
    pub(crate) issuer: String,
    /// The statement, as it was presented.
    pub(crate) text: String,
}

/// Why a statement is of no use. The log has the reason, the caller one of two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// No compact JWS with one JSON object, a member twice, or far too long.
    #[error("the software statement is malformed")]
    Malformed,
    /// Another kind of token.
    #[error("the software statement has the type of another token")]
    Type,
    /// Unsigned, symmetric or unknown.
    #[error("the software statement has an algorithm that is not taken")]
    Algorithm,
    /// No pinned key of its issuer signed it.
    #[error("the software statement is not signed by a key of its issuer")]
    Signature,
    /// Over, or not yet in force.
    #[error("the software statement is over or not yet in force")]
    Time,
    /// Its issuer is not one that this environment trusts.
    #[error("the issuer of the software statement is not trusted here")]
    Unapproved,
}

impl StatementError {
    /// The code of RFC 7591 section 3.2.2.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Malformed | Self::Type | Self::Algorithm | Self::Signature | Self::Time => {
                "invalid_software_statement"
            }
            Self::Unapproved => "unapproved_software_statement",
        }
    }
}

/// The body with what its statement says, and who vouches for it. An environment that trusts nobody does not know
/// statements and ignores them (RFC 7591 section 3.1.1).
pub(crate) fn apply(
    mut body: Map<String, Value>,
    trusted: &[StatementIssuer],
    now: Timestamp,
) -> Result<(Map<String, Value>, Option<Vouched>), StatementError> {
    let presented = body.get(MEMBER).filter(|value| !value.is_null());
    let Some(presented) = presented.filter(|_| !trusted.is_empty()) else {
        return Ok((body, None));
    };
    let text = presented.as_str().ok_or(StatementError::Malformed)?;
    let (vouched, claims) = verify(text, trusted, now)?;
    let about_the_client: Map<_, _> = claims
        .into_iter()
        .filter(|(name, _)| !ABOUT_ITSELF.contains(&name.as_str()))
        .collect();
    // A language is the same in any case (RFC 7591 section 2.2): the signed member wins over its twin too.
    body.retain(|name, _| {
        let twin = |signed: &String| name.contains('#') && name.eq_ignore_ascii_case(signed);
        !about_the_client.keys().any(twin)
    });
    body.extend(about_the_client);
    Ok((body, Some(vouched)))
}

/// The claims of a statement that a trusted issuer signed and that is in force.
fn verify(
    text: &str,
    trusted: &[StatementIssuer],
    now: Timestamp,
) -> Result<(Vouched, Map<String, Value>), StatementError> {
    if text.len() > LONGEST {
        return Err(StatementError::Malformed);
    }
    let claims = claims(text)?;
    let algorithm = segment(text, 0)?.remove("alg");
    let header = decode_header(text).map_err(|_| match algorithm {
        Some(Value::String(_)) => StatementError::Algorithm,
        Some(_) | None => StatementError::Malformed,
    })?;
    check_header(&header)?;
    let named = claims.get("iss").and_then(Value::as_str);
    let issuer = trusted
        .iter()
        .find(|one| Some(one.issuer.as_str()) == named)
        .ok_or(StatementError::Unapproved)?;
    if !issuer
        .keys
        .keys()
        .iter()
        .any(|key| signed_by(key, &header, text))
    {
        return Err(StatementError::Signature);
    }
    in_force(&claims, now)?;
    let vouched = Vouched {
        issuer: issuer.issuer.to_string(),
        text: text.to_owned(),
    };
    Ok((vouched, claims))
}

/// The payload, read so that no member comes twice.
fn claims(text: &str) -> Result<Map<String, Value>, StatementError> {
    if text.split('.').count() != 3 {
        return Err(StatementError::Malformed);
    }
    segment(text, 1)
}

fn segment(text: &str, index: usize) -> Result<Map<String, Value>, StatementError> {
    let encoded = text
        .split('.')
        .nth(index)
        .ok_or(StatementError::Malformed)?;
    let bytes = URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| StatementError::Malformed)?;
    let StrictJson(object) = StrictJson::parse(&bytes).map_err(|_| StatementError::Malformed)?;
    Ok(object)
}

fn check_header(header: &Header) -> Result<(), StatementError> {
    if let Some(typ) = &header.typ
        && !TYPES.contains(&typ.to_ascii_lowercase().as_str())
    {
        return Err(StatementError::Type);
    }
    if header.crit.is_some() {
        return Err(StatementError::Malformed);
    }
    match header.alg {
        Algorithm::ES256 | Algorithm::EdDSA | Algorithm::RS256 | Algorithm::PS256 => Ok(()),
        // The library's enum is open; everything that is not listed is refused.
        _ => Err(StatementError::Algorithm),
    }
}

/// Whether this pinned key signed it. A key with a `kid` or `alg` of its own signs under no other.
fn signed_by(key: &PublicKey, header: &Header, text: &str) -> bool {
    if header.kid.is_some() && key.kid().is_some() && header.kid.as_deref() != key.kid() {
        return false;
    }
    let jwk = Value::Object(key.members().clone());
    if let Some(alg) = jwk.get("alg")
        && serde_json::to_value(header.alg).ok().as_ref() != Some(alg)
    {
        return false;
    }
    let Ok(jwk) = serde_json::from_value(jwk) else {
        return false;
    };
    let Ok(key) = DecodingKey::from_jwk(&jwk) else {
        return false;
    };
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode::<Map<String, Value>>(text, &key, &validation).is_ok()
}

/// `exp`, `nbf` and `iat` count when they are there; a value that is no time refuses.
fn in_force(claims: &Map<String, Value>, now: Timestamp) -> Result<(), StatementError> {
    let at = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            let seconds = value.as_i64().ok_or(StatementError::Malformed)?;
            Timestamp::from_timestamp(seconds, 0)
                .map(Some)
                .ok_or(StatementError::Malformed)
        }
    };
    let over = at("exp")?.is_some_and(|end| end + TOLERANCE <= now);
    let later = |begin: Option<Timestamp>| begin.is_some_and(|begin| begin > now + TOLERANCE);
    if over || later(at("nbf")?) || later(at("iat")?) {
        return Err(StatementError::Time);
    }
    Ok(())
}
