//! The parsers that strangers reach, by themselves: for the fuzz targets (`tests/fuzz`) and their seeds. Nothing of the product goes
//! through here, and nothing is kept.

use narthex_http::{OAuthError, Params};
use narthex_vocab::{ClientId, ClientMetadata, ClientState, Id, Issuer, PublicKey, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::assertion;
use crate::client::{ClientCredential, ClientSnapshot, Proof};
use crate::endpoint::token::Grant;
use crate::entitlement::Entitlement;

/// Reads a body as the token endpoint does; the registered code that it is refused with.
///
/// # Errors
/// The code of RFC 6749 section 5.2 or RFC 8707 section 2.
pub fn token_request(body: &[u8]) -> Result<(), &'static str> {
    let form = Params::parse(body).map_err(|_| "invalid_request")?;
    form.refuse_repeats(&["resource"])
        .map_err(|_| "invalid_request")?;
    Grant::read(&form)
        .map(drop)
        .map_err(|error| OAuthError::from(error).error.as_str())
}

/// Holds a client assertion against a client with this one key, at this moment.
///
/// # Errors
/// Why it is of no use, as the log has it.
pub fn client_assertion(
    text: &str,
    (client, key): (ClientId, PublicKey),
    issuer: &Issuer,
    now: Timestamp,
) -> Result<(), &'static str> {
    let metadata = Map::from_iter([
        (
            "grant_types".to_owned(),
            Value::from(vec!["client_credentials"]),
        ),
        (
            "token_endpoint_auth_method".to_owned(),
            "client_secret_basic".into(),
        ),
    ]);
    let metadata = ClientMetadata::parse(&metadata).map_err(|_| "no client has such metadata")?;
    let snapshot = ClientSnapshot {
        id: client,
        approval: Id::from_uuid(Uuid::nil()),
        state: ClientState::Active,
        metadata,
        created_at: Timestamp::MIN_UTC,
        expires_at: Timestamp::MAX_UTC,
        credentials: vec![ClientCredential {
            id: None,
            proof: Proof::Key(Box::new(key)),
            until: None,
        }],
        entitlement: Entitlement::default(),
        tools: Vec::new(),
        act: None,
    };
    assertion::verify(text, &snapshot, issuer, now)
        .map(drop)
        .map_err(assertion::AssertionError::reason)
}
