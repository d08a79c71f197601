//! A token of a workload proves the client that was approved as exactly this workload (RFC 7521 section 4.2, RFC 7523 section
//! 3; JWT-SVID, draft-ietf-oauth-spiffe-client-auth). Signed by a key of the issuer that the tenant trusts, for this issuer
//! alone, short-lived, of the subject and with the claims of the approval. Looked at each time: nothing of it is remembered
//! but that it was used.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::Duration;
use jsonwebtoken::{Header, dangerous, decode_header};
use narthex_vocab::{Issuer, IssuerName, Timestamp, WorkloadIdentity};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Token;
use crate::assertion::{AssertionError, TOLERANCE, Verified, check_header, signed_by};
use crate::call::Call;
use crate::client::{ClientCredential, ClientSnapshot};
use crate::store;
use crate::throttle::{self, Counted};

/// The longest life of such a token: what platforms leave in a file lives so long.
const LONGEST: Duration = Duration::hours(1);
/// The types that platforms write; every kind of token with a type of its own is something else.
const TYPES: [&str; 2] = ["jwt", "jose"];

#[derive(Deserialize)]
struct Claims {
    /// A JWT-SVID may leave it out: its subject is in the trust domain.
    iss: Option<String>,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// One audience, which platforms write as a list of one.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    List(Vec<String>),
}

impl Audience {
    pub(crate) fn is_only(&self, issuer: &Issuer) -> bool {
        match self {
            Self::One(one) => one == issuer.as_str(),
            Self::List(list) => matches!(list.as_slice(), [one] if one == issuer.as_str()),
        }
    }
}

/// Whom a token says it is of and by whom: only to find the client that may be this workload.
pub(crate) fn unverified(text: &str) -> Option<(IssuerName, String)> {
    #[derive(Deserialize)]
    struct Named {
        iss: Option<String>,
        sub: String,
    }
    let named: Named = dangerous::insecure_decode_claims(text).ok()?;
    let domain = named.sub.strip_prefix("spiffe://");
    let issuer = match domain.and_then(|path| path.split('/').next()) {
        Some(domain) => format!("spiffe://{domain}"),
        None => named.iss?,
    };
    Some((IssuerName::parse(&issuer).ok()?, named.sub))
}

/// Checks everything but the single use. `now` is ours.
pub(crate) fn verify(
    text: &str,
    client: &ClientSnapshot,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Verified, AssertionError> {
    let workload = client.metadata.workload();
    let workload = workload.ok_or(AssertionError::Party)?;
    let header = decode_header(text).map_err(|_| AssertionError::Malformed)?;
    check_header(&header, &TYPES)?;
    let claims: Claims = client
        .live_credentials(now)
        .find_map(|key| signed_by(key, &header, text))
        .ok_or_else(|| {
            let keys = client.live_credentials(now);
            if names_another(&header, keys) {
                AssertionError::UnknownKey
            } else {
                AssertionError::Signature
            }
        })?;
    let from_its_issuer = match &claims.iss {
        Some(own) if workload.issuer().is_trust_domain() => !own.is_empty(),
        Some(own) => own == workload.issuer().as_str(),
        None => workload.issuer().is_trust_domain(),
    };
    if !from_its_issuer || !workload.subject().takes(&claims.sub) {
        return Err(AssertionError::Party);
    }
    if !says_all(&claims.others, workload) {
        return Err(AssertionError::Claim);
    }
    if !claims.aud.is_only(issuer) {
        return Err(AssertionError::Audience);
    }
    let expires_at = check_time(&claims, workload, now)?;
    let once = once(&claims, text)?;
    Ok(Verified {
        credential: None,
        once: (!workload.is_reusable()).then_some((once, expires_at + TOLERANCE)),
    })
}

/// Whether a header names a key that is none of these.
pub(crate) fn names_another<'a>(
    header: &Header,
    keys: impl IntoIterator<Item = &'a ClientCredential>,
) -> bool {
    let named = header.kid.as_deref();
    named.is_some() && !keys.into_iter().any(|key| key.proof.kid() == named)
}

/// Somebody came with a token by a key that is not known here: discovery is asked to read the keys of its issuer again, once
/// a minute at most. Nobody waits for it.
pub(crate) async fn ask_for_keys(token: &Token, call: Call<'_>, issuer: &IssuerName) {
    let counted = Counted::IssuerKeys(issuer);
    let counted = throttle::spend(token, call.place, counted, call.now);
    if counted.await.is_err() {
        return;
    }
    let at = call.place.environment;
    let ask = async |tx: &mut _| store::workload::ask_for_keys(tx, at, issuer).await;
    if let Err(error) = token.database.tenant(call.place.tenant, ask).await {
        tracing::warn!(%error, "no look at keys of issuers was asked for");
    }
}

/// Whether it says everything that was approved; a text, a number and a truth value are compared as they are written.
fn says_all(said: &Map<String, Value>, workload: &WorkloadIdentity) -> bool {
    workload.claims().iter().all(|(name, wanted)| {
        said.get(name).is_some_and(|value| match value {
            Value::String(text) => text == wanted,
            Value::Number(number) => number.to_string() == *wanted,
            Value::Bool(truth) => truth.to_string() == *wanted,
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        })
    })
}

/// In force, and never meant to be for longer than an hour. A JWT-SVID need not say since when it is.
fn check_time(
    claims: &Claims,
    workload: &WorkloadIdentity,
    now: Timestamp,
) -> Result<Timestamp, AssertionError> {
    let at = |seconds| Timestamp::from_timestamp(seconds, 0).ok_or(AssertionError::Time);
    let expires_at = at(claims.exp)?;
    if expires_at + TOLERANCE <= now || expires_at > now + LONGEST + TOLERANCE {
        return Err(AssertionError::Time);
    }
    for begin in [claims.iat, claims.nbf].into_iter().flatten() {
        if at(begin)? > now + TOLERANCE {
            return Err(AssertionError::Time);
        }
    }
    match claims.iat {
        Some(issued) if expires_at - at(issued)? > LONGEST + TOLERANCE => Err(AssertionError::Time),
        None if !workload.issuer().is_trust_domain() => Err(AssertionError::Time),
        Some(_) | None => Ok(expires_at),
    }
}

/// By what it is known again: its own name, or all of it.
fn once(claims: &Claims, text: &str) -> Result<[u8; 32], AssertionError> {
    let name = match &claims.jti {
        Some(jti) if jti.is_empty() || jti.len() > 255 => return Err(AssertionError::Jti),
        Some(jti) => jti.as_str(),
        // Signatures of one content differ: only what is signed tells.
        None => text.rsplit_once('.').ok_or(AssertionError::Malformed)?.0,
    };
    let hash = digest(&SHA256, name.as_bytes());
    hash.as_ref().try_into().map_err(|_| AssertionError::Jti)
}

#[cfg(test)]
#[path = "workload_tests.rs"]
mod tests;
