//! `private_key_jwt` (RFC 7523 sections 2.2 and 3, RFC 7523bis): signed by a registered key, for this issuer alone,
//! short-lived, used once. Keys named by the assertion itself (`jku`, `jwk`, `x5u`) are never looked at.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, dangerous, decode, decode_header};
use narthex_vocab::{ClientId, Credential, Id, Issuer, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{ClientCredential, ClientSnapshot, Proof};

/// The clocks of clients differ from ours by so much.
pub(crate) const TOLERANCE: Duration = Duration::seconds(60);
/// The furthest end of an assertion.
const LONGEST: Duration = Duration::minutes(10);
/// The types that clients send; anything else is another kind of token.
const TYPES: [&str; 3] = ["jwt", "client-authentication+jwt", "oauth-client-auth+jwt"];

/// Why an assertion is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssertionError {
    Malformed,
    Type,
    Algorithm,
    Signature,
    /// No key that is known signed it, and it names another one.
    UnknownKey,
    Party,
    Audience,
    Time,
    Claim,
    Jti,
}

impl AssertionError {
    /// For the log.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "the assertion is malformed",
            Self::Type => "the assertion has another type",
            Self::Algorithm => "the assertion has another algorithm",
            Self::Signature => "the assertion is not signed by a live key of the client",
            Self::UnknownKey => "the assertion is signed by a key that is not known yet",
            Self::Party => "iss and sub of the assertion are not the client, or not its workload",
            Self::Audience => "aud of the assertion is not the issuer alone",
            Self::Time => "the assertion is over, not yet in force or too long-lived",
            Self::Claim => "the assertion does not say what was approved of the workload",
            Self::Jti => "the assertion has no usable jti",
        }
    }
}

/// An assertion that holds, but for its single use.
#[derive(Debug)]
pub(crate) struct Verified {
    /// The credential; `None` for a key that was approved with the client.
    pub(crate) credential: Option<Id<Credential>>,
    /// By what it is known again and until when, where it counts once.
    pub(crate) once: Option<([u8; 32], Timestamp)>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// A list, even of one, does not parse.
    aud: String,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: String,
}

/// Whom the assertion says it is from, if it is of a client by its own key: only to know whose keys to check it with.
pub(crate) fn unverified_subject(text: &str) -> Option<ClientId> {
    #[derive(Deserialize)]
    struct Named {
        iss: String,
        sub: String,
    }
    let claims: Named = dangerous::insecure_decode_claims(text).ok()?;
    let of_itself = claims.iss == claims.sub;
    ClientId::parse(&claims.sub).ok().filter(|_| of_itself)
}

/// Checks everything but the single use. `now` is ours.
pub(crate) fn verify(
    text: &str,
    client: &ClientSnapshot,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Verified, AssertionError> {
    let header = decode_header(text).map_err(|_| AssertionError::Malformed)?;
    check_header(&header, &TYPES)?;
    let (credential, claims): (_, Claims) = client
        .live_credentials(now)
        .find_map(|key| Some((key.id, signed_by(key, &header, text)?)))
        .ok_or(AssertionError::Signature)?;
    if claims.iss != client.id.as_str() || claims.sub != client.id.as_str() {
        return Err(AssertionError::Party);
    }
    if claims.aud != issuer.as_str() {
        return Err(AssertionError::Audience);
    }
    let at = |seconds| Timestamp::from_timestamp(seconds, 0).ok_or(AssertionError::Time);
    let expires_at = at(claims.exp)?;
    let begins = [claims.iat, claims.nbf].into_iter().flatten();
    if expires_at + TOLERANCE <= now || expires_at > now + LONGEST + TOLERANCE {
        return Err(AssertionError::Time);
    }
    for begin in begins {
        if at(begin)? > now + TOLERANCE {
            return Err(AssertionError::Time);
        }
    }
    if claims.jti.is_empty() || claims.jti.len() > 255 {
        return Err(AssertionError::Jti);
    }
    let hash = digest(&SHA256, claims.jti.as_bytes());
    let hash = hash.as_ref().try_into().map_err(|_| AssertionError::Jti)?;
    Ok(Verified {
        credential,
        once: Some((hash, expires_at + TOLERANCE)),
    })
}

/// One of these types, or none; no extension that has to be understood; an algorithm of ours.
pub(crate) fn check_header(header: &Header, types: &[&str]) -> Result<(), AssertionError> {
    if let Some(typ) = &header.typ
        && !types.contains(&typ.to_ascii_lowercase().as_str())
    {
        return Err(AssertionError::Type);
    }
    if header.crit.is_some() {
        return Err(AssertionError::Malformed);
    }
    match header.alg {
        Algorithm::ES256 | Algorithm::EdDSA | Algorithm::RS256 | Algorithm::PS256 => Ok(()),
        // The library's enum is open; everything that is not listed is refused.
        _ => Err(AssertionError::Algorithm),
    }
}

/// The claims, if this key signed them. A key with a `kid` or `alg` of its own signs under no other.
pub(crate) fn signed_by<C: DeserializeOwned>(
    key: &ClientCredential,
    header: &Header,
    text: &str,
) -> Option<C> {
    let Proof::Key(key) = &key.proof else {
        return None;
    };
    if header.kid.is_some() && key.kid().is_some() && header.kid.as_deref() != key.kid() {
        return None;
    }
    let jwk = serde_json::Value::Object(key.members().clone());
    if let Some(alg) = jwk.get("alg")
        && serde_json::to_value(header.alg).ok()? != *alg
    {
        return None;
    }
    let key = DecodingKey::from_jwk(&serde_json::from_value(jwk).ok()?).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    Some(decode(text, &key, &validation).ok()?.claims)
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
