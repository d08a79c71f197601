//! A proof that the caller holds a key (RFC 9449 section 4): one JWT in the header `DPoP`, signed by the key that it shows,
//! for this method and address, now. Pure: the nonce and the single use are looked at by the plane that is called.

use actix_web::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use narthex_vocab::{PublicKey, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::json::StrictJson;

/// The type of a proof (section 4.2).
const TYPE: &str = "dpop+jwt";
/// The longest proof, in bytes.
const LONGEST: usize = 8 * 1_024;
/// How far the clocks of clients may be from ours, in each direction.
const WINDOW: Duration = Duration::seconds(60);
/// The algorithms that a proof may be signed with; each is asymmetric.
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::ES256,
    Algorithm::EdDSA,
    Algorithm::RS256,
    Algorithm::PS256,
];

/// The thumbprint of a key (RFC 7638, SHA-256): 43 characters of base64url. It becomes `cnf.jkt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint(String);

/// Not a thumbprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the base64url text of a SHA-256 thumbprint")]
pub struct NotAThumbprint;

impl Thumbprint {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, NotAThumbprint> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAThumbprint)?;
        if bytes.len() == 32 {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAThumbprint)
        }
    }

    fn of(key: &PublicKey) -> Self {
        Self(URL_SAFE_NO_PAD.encode(key.thumbprint()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = NotAThumbprint;

    fn try_from(text: String) -> Result<Self, NotAThumbprint> {
        Self::parse(&text)
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> Self {
        thumbprint.0
    }
}

/// Why a proof is of no use; for the log, since the wire has one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    /// None at all.
    #[error("no proof, where tokens are bound to a key")]
    Missing,
    /// More than one header, or one that is no text.
    #[error("more than one proof, or one that is no text")]
    Several,
    /// No compact JWS.
    #[error("the proof is no compact JWS with one JSON object in each part")]
    Malformed,
    /// Another kind of token.
    #[error("the proof has another type")]
    Type,
    /// Not one of the algorithms, or a critical header.
    #[error("the proof has another algorithm, or needs what is not understood")]
    Algorithm,
    /// No public key in the header.
    #[error("the proof shows no public key of its own")]
    Key,
    /// Not signed by that key.
    #[error("the proof is not signed by the key that it shows")]
    Signature,
    /// A claim is missing or of another type.
    #[error("the proof lacks a claim")]
    Claims,
    /// For another method.
    #[error("the proof is for another method")]
    Method,
    /// For another address.
    #[error("the proof is for another address")]
    Address,
    /// Out of its time.
    #[error("the proof is too old, or from tomorrow")]
    Time,
    /// For another access token.
    #[error("the proof is for another access token")]
    Token,
    /// Seen before.
    #[error("the proof was used before")]
    Replayed,
}

/// What a proof is held against.
pub struct Expected<'a> {
    /// The method of the call.
    pub method: &'a str,
    /// The address as the world knows it.
    pub address: &'a str,
    /// The access token that comes with it, where one does.
    pub token: Option<&'a str>,
}

/// A proof that holds, but for its nonce and its single use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Of its key.
    pub jkt: Thumbprint,
    /// The nonce that it carries, which nobody has looked at yet.
    pub nonce: Option<String>,
    /// Of its `jti` and its key.
    pub once: String,
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: Algorithm,
    jwk: Value,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    nonce: Option<String>,
    ath: Option<String>,
}

/// The proof that a request brought; `None` when it brought none.
pub fn read(request: &HttpRequest) -> Result<Option<&str>, DpopError> {
    let mut lines = request.headers().get_all("dpop");
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(line), None) => line.to_str().map(Some).map_err(|_| DpopError::Several),
        (Some(_), Some(_)) => Err(DpopError::Several),
    }
}

/// The checks of section 4.3 that need no memory.
pub fn verify(text: &str, expected: &Expected<'_>, now: Timestamp) -> Result<Proof, DpopError> {
    let (header, key) = header(text)?;
    let claims = signed(text, &header, &key)?;
    if claims.jti.is_empty() || claims.jti.len() > 255 {
        return Err(DpopError::Claims);
    }
    if claims.htm != expected.method {
        return Err(DpopError::Method);
    }
    if !same_address(&claims.htu, expected.address) {
        return Err(DpopError::Address);
    }
    let issued = Timestamp::from_timestamp(claims.iat, 0).ok_or(DpopError::Time)?;
    if issued < now - WINDOW || issued > now + WINDOW {
        return Err(DpopError::Time);
    }
    if let Some(token) = expected.token {
        let own = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
        let sent = claims.ath.unwrap_or_default();
        if !bool::from(own.as_bytes().ct_eq(sent.as_bytes())) {
            return Err(DpopError::Token);
        }
    }
    let jkt = Thumbprint::of(&key);
    let once = format!("{} {}", jkt.as_str(), claims.jti);
    Ok(Proof {
        once: URL_SAFE_NO_PAD.encode(Sha256::digest(once)),
        nonce: claims.nonce,
        jkt,
    })
}

/// The header, and the key in it: a public one, of which nothing else is looked at (`jku`, `x5c` and the like).
fn header(text: &str) -> Result<(Header, PublicKey), DpopError> {
    if text.len() > LONGEST {
        return Err(DpopError::Malformed);
    }
    let parts: Vec<&str> = text.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(DpopError::Malformed);
    };
    let strict = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        StrictJson::parse(&bytes).ok()
    };
    if strict(claims).is_none() || signature.is_empty() {
        return Err(DpopError::Malformed);
    }
    let header: Value = strict(header)
        .and_then(|json| json.read().ok())
        .ok_or(DpopError::Malformed)?;
    if header.get("typ").and_then(Value::as_str) != Some(TYPE) {
        return Err(DpopError::Type);
    }
    // `none` and names that are not known do not parse.
    let alg: Option<Algorithm> = header
        .get("alg")
        .and_then(|alg| serde_json::from_value(alg.clone()).ok());
    if !alg.is_some_and(|alg| ALGORITHMS.contains(&alg)) {
        return Err(DpopError::Algorithm);
    }
    let header: Header = serde_json::from_value(header).map_err(|_| DpopError::Key)?;
    if header.typ != TYPE || header.crit.is_some() {
        return Err(DpopError::Algorithm);
    }
    let key = PublicKey::parse(&header.jwk).map_err(|_| DpopError::Key)?;
    Ok((header, key))
}

fn signed(text: &str, header: &Header, key: &PublicKey) -> Result<Claims, DpopError> {
    let jwk = Value::Object(key.members().clone());
    let key = serde_json::from_value(jwk)
        .ok()
        .and_then(|jwk| DecodingKey::from_jwk(&jwk).ok())
        .ok_or(DpopError::Key)?;
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims: Value = decode(text, &key, &validation)
        .map_err(|_| DpopError::Signature)?
        .claims;
    serde_json::from_value(claims).map_err(|_| DpopError::Claims)
}

/// Compared as addresses, without query and fragment (section 4.3, items 9 and after).
fn same_address(sent: &str, own: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    matches!((bare(sent), bare(own)), (Some(sent), Some(own)) if sent == own)
}

#[cfg(test)]
#[path = "dpop_tests.rs"]
mod tests;
