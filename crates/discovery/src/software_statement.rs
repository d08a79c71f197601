//! Software statements (RFC 7591 sections 2.3 and 3.1.1): members that somebody whom the environment trusts has signed
//! win over those that the caller wrote. Keys are those that an owner pinned, or that were found before at the address an
//! owner entered: nothing that a statement names is ever fetched, and nothing at all while a registrant waits.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use narthex_tenancy::statement_issuer::StatementIssuer;
use narthex_vocab::{
    Issuer, KeySet, PublicKey, SoftwareStatement, SoftwareStatementError, StatementAlgorithm,
    Timestamp,
};
use serde_json::{Map, Value};

/// The member that carries one.
pub(crate) const MEMBER: &str = SoftwareStatement::MEMBER;

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
    /// It is of no use, whoever signed it.
    #[error(transparent)]
    Unusable(#[from] SoftwareStatementError),
    /// No key of its issuer signed it.
    #[error("the software statement is not signed by a key of its issuer")]
    Signature,
    /// It names a key that was not at its issuer's address when somebody looked, or nothing that counts was.
    #[error("the software statement is signed by a key of its issuer that is not known yet")]
    UnknownKey,
    /// Its issuer is not one that this environment trusts.
    #[error("the issuer of the software statement is not trusted here")]
    Unapproved,
}

impl StatementError {
    /// The code of RFC 7591 section 3.2.2.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Unusable(_) | Self::Signature | Self::UnknownKey => "invalid_software_statement",
            Self::Unapproved => "unapproved_software_statement",
        }
    }
}

/// The body with what its statement says, and who vouches for it. An environment that trusts nobody does not know
/// statements and ignores them (RFC 7591 section 3.1.1).
pub(crate) fn apply(
    mut body: Map<String, Value>,
    (trusted, here): (&[StatementIssuer], &Issuer),
    now: Timestamp,
) -> Result<(Map<String, Value>, Option<Vouched>), StatementError> {
    let presented = body.get(MEMBER).filter(|value| !value.is_null());
    let Some(presented) = presented.filter(|_| !trusted.is_empty()) else {
        return Ok((body, None));
    };
    let text = presented.as_str();
    let text = text.ok_or(SoftwareStatementError::Malformed)?;
    let statement = SoftwareStatement::parse(text)?;
    let issuer = trusted
        .iter()
        .find(|one| Some(one.issuer.as_str()) == statement.issuer())
        .ok_or(StatementError::Unapproved)?;
    signed(&statement, (issuer, issuer.keys(now)), text)?;
    statement.is_for(here)?;
    statement.in_force(now)?;
    let vouched = Vouched {
        issuer: issuer.issuer.to_string(),
        text: text.to_owned(),
    };
    let about_the_client = statement.about_the_client();
    // A language is the same in any case (RFC 7591 section 2.2): the signed member wins over its twin too.
    body.retain(|name, _| {
        let twin = |signed: &String| name.contains('#') && name.eq_ignore_ascii_case(signed);
        !about_the_client.keys().any(twin)
    });
    body.extend(about_the_client);
    Ok((body, Some(vouched)))
}

/// Whether a key of its issuer signed it.
fn signed(
    statement: &SoftwareStatement,
    (issuer, keys): (&StatementIssuer, Option<&KeySet>),
    text: &str,
) -> Result<(), StatementError> {
    let keys = keys.map(KeySet::keys).unwrap_or_default();
    if keys.iter().any(|key| signed_by(key, statement, text)) {
        return Ok(());
    }
    let known = |named: &str| keys.iter().any(|key| key.kid() == Some(named));
    let new_key = keys.is_empty() || statement.key_id().is_some_and(|named| !known(named));
    Err(if issuer.url().is_some() && new_key {
        StatementError::UnknownKey
    } else {
        StatementError::Signature
    })
}

/// Whether this key signed it. A key with a `kid` or `alg` of its own signs under no other.
fn signed_by(key: &PublicKey, statement: &SoftwareStatement, text: &str) -> bool {
    let named = statement.key_id();
    if named.is_some() && key.kid().is_some() && named != key.kid() {
        return false;
    }
    let jwk = Value::Object(key.members().clone());
    if let Some(alg) = jwk.get("alg")
        && alg.as_str() != Some(statement.algorithm().as_str())
    {
        return false;
    }
    let Ok(jwk) = serde_json::from_value(jwk) else {
        return false;
    };
    let Ok(key) = DecodingKey::from_jwk(&jwk) else {
        return false;
    };
    let mut validation = Validation::new(algorithm(statement.algorithm()));
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode::<Map<String, Value>>(text, &key, &validation).is_ok()
}

const fn algorithm(named: StatementAlgorithm) -> Algorithm {
    match named {
        StatementAlgorithm::Es256 => Algorithm::ES256,
        StatementAlgorithm::EdDsa => Algorithm::EdDSA,
        StatementAlgorithm::Rs256 => Algorithm::RS256,
        StatementAlgorithm::Ps256 => Algorithm::PS256,
    }
}
