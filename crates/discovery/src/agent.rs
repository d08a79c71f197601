//! An access token that a client shows to register others: one of this issuer's own, for this very endpoint, that the
//! client got for itself (RFC 9068 section 4); where it is bound to a key, with a proof of that key (RFC 9449 section 7).
//! Pure: whether its client still may is asked of the database, whether the proof is new of Redis. Keys that the token's
//! header brings (`jku`, `jwk`, `x5u`) are never looked at.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use narthex_http::StrictJson;
use narthex_http::dpop::{self, DpopError, Expected, Proof, Thumbprint};
use narthex_vocab::ErrorCode;
use narthex_vocab::{ClientId, Issuer, Scope, ScopeSet, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The one type of token that opens this door (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";
/// The longest, in bytes.
pub(crate) const LONGEST: usize = 8 * 1024;

/// The client that the token was issued to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) client_id: ClientId,
    /// By which the token can be ended before its time.
    pub(crate) jti: Uuid,
}

/// Why a token does not open the door. The log has the reason, the caller one of two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// No compact JWS with one JSON object in each part, or a member twice.
    #[error("the access token is malformed")]
    Malformed,
    /// Another kind of token, for example an id token.
    #[error("the token is no access token")]
    Type,
    /// No published key of this issuer signed it, or not with the algorithm of that key.
    #[error("the access token is not signed by a key of this issuer")]
    Signature,
    /// Of another tenant, of the other environment, or for another resource.
    #[error("the access token is for another place")]
    Place,
    /// Over, or not yet in force.
    #[error("the access token is over")]
    Time,
    /// A person is behind it: a client registers others for itself alone.
    #[error("the access token speaks for a person")]
    Person,
    /// It counts with a proof of its key alone (RFC 9449 section 7), and came without one, with one of another key, or is
    /// bound in a way that is not known here; or it is bound to none and came as if it were.
    #[error("the access token and its proof do not belong together")]
    Bound,
    /// The proof of its key does not hold.
    #[error(transparent)]
    Proof(#[from] DpopError),
    /// It does not say that its client may.
    #[error("the access token has not the scope narthex:register")]
    Scope,
    /// Its client was stopped, is not approved for it any more, or nobody answers for it; or the token was revoked.
    #[error("the client of the access token may not register others now")]
    Stopped,
}

impl AgentError {
    /// The code of RFC 6750 section 3.1.
    pub(crate) const fn code(self) -> ErrorCode {
        match self {
            Self::Malformed
            | Self::Type
            | Self::Signature
            | Self::Place
            | Self::Time
            | Self::Person
            | Self::Bound
            | Self::Stopped => ErrorCode::InvalidToken,
            Self::Proof(_) => ErrorCode::InvalidDpopProof,
            Self::Scope => ErrorCode::InsufficientScope,
        }
    }
}

/// What is read of the token. A list of audiences, even of one, does not parse.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: ClientId,
    scope: ScopeSet,
    exp: i64,
    iat: i64,
    jti: Uuid,
    cnf: Option<Confirmation>,
}

/// The key that a token is bound to (RFC 7800). A member beside the thumbprint is another way to bind, of which nothing is
/// known here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    jkt: Thumbprint,
}

/// An access token as it was shown.
#[derive(Debug)]
pub struct AccessToken {
    pub(crate) text: Zeroizing<String>,
    /// What came with it under the scheme `DPoP`; none under `Bearer`.
    pub(crate) proof: Option<Result<String, AgentError>>,
}

/// Whose token it is, if it counts at `endpoint` of `issuer`, whose published keys are `keys`; and the proof that came with
/// it, whose single use nobody has looked at yet.
pub(crate) fn verify(
    shown: &AccessToken,
    keys: &[Value],
    (issuer, endpoint): (&Issuer, &str),
    now: Timestamp,
) -> Result<(Agent, Option<Proof>), AgentError> {
    let text = shown.text.as_str();
    strict(text)?;
    let header = decode_header(text).map_err(|_| AgentError::Signature)?;
    if header.typ.as_deref() != Some(TYPE) {
        return Err(AgentError::Type);
    }
    let claims = signed(text, &header, keys)?;
    if claims.iss != issuer.as_str() || claims.aud != endpoint {
        return Err(AgentError::Place);
    }
    if claims.exp <= now.timestamp() || claims.iat > now.timestamp() {
        return Err(AgentError::Time);
    }
    if claims.sub != claims.client_id.as_str() {
        return Err(AgentError::Person);
    }
    let proof = held(shown, claims.cnf.as_ref(), endpoint, now)?;
    if !claims.scope.iter().any(Scope::registers) {
        return Err(AgentError::Scope);
    }
    let agent = Agent {
        client_id: claims.client_id,
        jti: claims.jti,
    };
    Ok((agent, proof))
}

/// The proof of the key that the token is bound to: for this token, this endpoint, now. A token that is bound to none comes
/// as a bearer token and needs no proof.
fn held(
    shown: &AccessToken,
    bound: Option<&Confirmation>,
    endpoint: &str,
    now: Timestamp,
) -> Result<Option<Proof>, AgentError> {
    let (bound, text) = match (bound, &shown.proof) {
        (None, None) => return Ok(None),
        (Some(bound), Some(text)) => (bound, text.as_ref().map_err(|error| *error)?),
        (Some(_), None) | (None, Some(_)) => return Err(AgentError::Bound),
    };
    let expected = Expected {
        method: "POST",
        address: endpoint,
        token: Some(shown.text.as_str()),
    };
    let proof = dpop::verify(text, &expected, now)?;
    if proof.jkt == bound.jkt {
        Ok(Some(proof))
    } else {
        Err(AgentError::Bound)
    }
}

/// Header and payload are one JSON object each, with no member twice.
fn strict(text: &str) -> Result<(), AgentError> {
    let parts: Vec<_> = text.split('.').collect();
    let [header, payload, _] = parts.as_slice() else {
        return Err(AgentError::Malformed);
    };
    for part in [header, payload] {
        let bytes = URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|_| AgentError::Malformed)?;
        StrictJson::parse(&bytes).map_err(|_| AgentError::Malformed)?;
    }
    Ok(())
}

/// The claims, if the named key of the issuer signed them. The algorithm is that of the key as we publish it, whatever the
/// header says.
fn signed(text: &str, header: &Header, keys: &[Value]) -> Result<Claims, AgentError> {
    let named = |key: &&Value| {
        let kid = key.get("kid").and_then(Value::as_str);
        kid.is_some() && kid == header.kid.as_deref()
    };
    let key = keys.iter().find(named).ok_or(AgentError::Signature)?;
    let algorithm = match key.get("alg").and_then(Value::as_str) {
        Some("ES256") => Algorithm::ES256,
        Some("EdDSA") => Algorithm::EdDSA,
        Some("RS256") => Algorithm::RS256,
        Some(_) | None => return Err(AgentError::Signature),
    };
    if header.alg != algorithm || header.crit.is_some() {
        return Err(AgentError::Signature);
    }
    let key = serde_json::from_value(key.clone()).map_err(|_| AgentError::Signature)?;
    let key = DecodingKey::from_jwk(&key).map_err(|_| AgentError::Signature)?;
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let checked =
        decode::<Map<String, Value>>(text, &key, &validation).map_err(|_| AgentError::Signature)?;
    serde_json::from_value(Value::Object(checked.claims)).map_err(|_| AgentError::Malformed)
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
