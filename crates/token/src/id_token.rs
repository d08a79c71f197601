//! ID tokens (OpenID Connect Core section 2): who signed in, for one client, by the algorithm that it registered. A name or an
//! address is in it only where the client asked for it there; else they are at the userinfo endpoint.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use jsonwebtoken::{Validation, decode, decode_header};
use narthex_vocab::{ClientId, Id, Member, Session, SigningAlgorithm};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::assurance;
use crate::call::Call;
use crate::error::TokenError;
use crate::issue::Person;

const LIFETIME: Duration = Duration::minutes(10);
/// The media type of the header: never the one of an access token.
const TYPE: &str = "JWT";

/// Who signed in, and for whom.
pub(crate) struct Identity<'a> {
    pub(crate) client: &'a ClientId,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) person: &'a Person,
    /// Echoed as it was sent.
    pub(crate) nonce: Option<&'a str>,
    /// The session that the person signed in with.
    pub(crate) session: Option<Id<Session>>,
    /// What the client asked for here of what is known of the person.
    pub(crate) known: Map<String, Value>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a ClientId,
    exp: i64,
    iat: i64,
    auth_time: i64,
    acr: &'static str,
    amr: [&'static str; 1],
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<Id<Session>>,
    #[serde(flatten)]
    known: &'a Map<String, Value>,
}

/// Signs an ID token that is bound to the access token beside it by `at_hash`.
pub(crate) fn sign(
    call: Call<'_>,
    identity: &Identity<'_>,
    access_token: &str,
) -> Result<String, TokenError> {
    let claims = Claims {
        iss: call.place.issuer.as_str(),
        sub: &identity.person.subject,
        aud: identity.client,
        exp: (call.now + LIFETIME).timestamp(),
        iat: call.now.timestamp(),
        auth_time: identity.person.auth_time.timestamp(),
        acr: assurance::ACR,
        amr: assurance::AMR,
        at_hash: half_hash(identity.algorithm, access_token),
        nonce: identity.nonce,
        sid: identity.session,
        known: &identity.known,
    };
    let key = call.ring.key(identity.algorithm);
    key.sign(TYPE, &claims).map_err(|_| TokenError::Signing)
}

/// The left half of the hash that goes with the signature (section 3.1.3.6); for Ed25519 it is SHA-512, which is what relying
/// parties take.
fn half_hash(algorithm: SigningAlgorithm, text: &str) -> String {
    let with = match algorithm {
        SigningAlgorithm::Es256 | SigningAlgorithm::Rs256 => &SHA256,
        SigningAlgorithm::EdDsa => &SHA512,
    };
    let whole = digest(with, text.as_bytes());
    let whole = whole.as_ref();
    let half = whole.get(..whole.len() / 2).unwrap_or(whole);
    URL_SAFE_NO_PAD.encode(half)
}

/// What an ID token that comes back as a hint names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Hint {
    iss: String,
    #[serde(rename = "sub")]
    pub(crate) person: Id<Member>,
    #[serde(rename = "aud")]
    pub(crate) client: ClientId,
    #[serde(rename = "sid", default)]
    pub(crate) session: Option<Id<Session>>,
}

impl Hint {
    /// Reads an ID token of this very issuer, which may be over; `None` for anything else.
    pub(crate) fn read(call: Call<'_>, text: &str) -> Option<Self> {
        let header = decode_header(text).ok()?;
        if header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return None;
        }
        let (algorithm, key) = call.ring.checking(header.kid.as_deref()?)?;
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let hint: Self = decode(text, key, &validation).ok()?.claims;
        (hint.iss == call.place.issuer.as_str()).then_some(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_hash_that_goes_with_the_algorithm() {
        let hash = |algorithm| half_hash(algorithm, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
        // The example of OpenID Connect Core, appendix A.3, is of RS256.
        assert_eq!(hash(SigningAlgorithm::Rs256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(hash(SigningAlgorithm::Es256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(hash(SigningAlgorithm::EdDsa).len(), 43);
    }
}
