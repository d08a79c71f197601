//! A client pushes its authorization request and gets a reference to it (RFC 9126): what the person's browser carries names
//! the request and is none of it. Everything is checked here that is checked at the front door, and there again.

use chrono::Duration;
use narthex_http::Params;
use narthex_tenancy::TenantTx;
use narthex_vocab::ErrorCode;
use narthex_vocab::{GrantType, Secret, SecretHash, SecretKind, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::authorize::request::{AuthorizationRequest, Prompt, Refusal};
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::reach::{self, Excess, Wanted};
use crate::store;
use narthex_http::dpop::{DpopError, Thumbprint};

/// How long a person has to begin, in seconds.
const LASTS: u16 = 300;
/// RFC 9126 section 2.2.
pub(crate) const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What stands for a pushed request: a value that nobody guesses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Reference(String);

impl Reference {
    fn new(secret: &Secret) -> Self {
        Self(format!("{PREFIX}{}", secret.reveal()))
    }

    /// `None` for whatever is not one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let own = text.strip_prefix(PREFIX)?;
        Secret::parse(SecretKind::PushedRequest, own).ok()?;
        Some(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that it is kept under; `None` for what was never made by us.
    pub(crate) fn hash(&self, call: Call<'_>) -> Option<SecretHash> {
        let own = self.0.strip_prefix(PREFIX)?;
        let secret = Secret::parse(SecretKind::PushedRequest, own).ok()?;
        Some(secret.hash(call.hash_key))
    }
}

/// What the client is told (RFC 9126 section 2.2).
#[derive(Debug, Serialize)]
pub(crate) struct Pushed {
    request_uri: Reference,
    /// Seconds.
    expires_in: u16,
}

/// What is kept of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) request: AuthorizationRequest,
    pub(crate) prompt: Prompt,
}

/// A request as it waits.
pub(crate) struct NewPushed<'a> {
    pub(crate) hash: &'a SecretHash,
    pub(crate) kept: &'a Kept,
    pub(crate) expires_at: Timestamp,
}

/// Keeps the request of a client that has proved who it is.
pub(crate) async fn push(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, params, key): (&ApprovedClient, &Params, Option<Thumbprint>),
    rng: &mut dyn CryptoRng,
) -> Result<Pushed, TokenError> {
    let kept = read(call, client, params, key)?;
    let secret = Secret::generate(SecretKind::PushedRequest, rng);
    let row = NewPushed {
        hash: &secret.hash(call.hash_key),
        kept: &kept,
        expires_at: call.now + Duration::seconds(LASTS.into()),
    };
    store::pushed::insert(tx, call, &row).await?;
    Ok(Pushed {
        request_uri: Reference::new(&secret),
        expires_in: LASTS,
    })
}

/// Everything that the front door would refuse is refused here, where the client hears why.
fn read(
    call: Call<'_>,
    client: &ApprovedClient,
    params: &Params,
    key: Option<Thumbprint>,
) -> Result<Kept, TokenError> {
    let invalid = |words: &str| TokenError::Request(words.to_owned());
    if params.given("request_uri")?.is_some() {
        return Err(invalid("request_uri has no place in a pushed request"));
    }
    if params.given("client_id")?.is_none() {
        return Err(invalid("client_id is missing"));
    }
    let presented = params
        .given("redirect_uri")?
        .ok_or_else(|| invalid("redirect_uri is missing"))?;
    let redirect_uri = client.metadata().redirect_uri(presented);
    let redirect_uri = redirect_uri.ok_or_else(|| invalid("redirect_uri is not registered"))?;
    let asking = (client.id().clone(), redirect_uri);
    let (mut request, prompt) =
        AuthorizationRequest::with_prompt(call, params, asking).map_err(TokenError::Front)?;
    // The key that was proved here is the one that the code will be bound to (RFC 9449 section 10.1).
    if key.is_some() && request.dpop_jkt.is_some() && key != request.dpop_jkt {
        return Err(DpopError::Key.into());
    }
    request.dpop_jkt = key.or(request.dpop_jkt);
    if !client.may_begin_grants() || !client.allows(GrantType::AuthorizationCode) {
        let words = "this client may not begin new sign-ins";
        return Err(TokenError::Front(Refusal::new(
            ErrorCode::AccessDenied,
            words,
        )));
    }
    let wanted = Wanted::from(&request.wanted);
    reach::narrow(
        &wanted,
        &client.entitlement(call.now),
        Excess::LeftOut,
        true,
    )?;
    Ok(Kept { request, prompt })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_reference_is_ours_or_none() {
        let mut rng = narthex_tenancy::ambient::rng();
        let secret = Secret::generate(SecretKind::PushedRequest, &mut rng);
        let reference = Reference::new(&secret);
        assert_eq!(
            Reference::parse(reference.as_str()),
            Some(reference.clone())
        );
        let code = Secret::generate(SecretKind::AuthorizationCode, &mut rng);
        for other in [
            secret.reveal().to_owned(),
            format!("{PREFIX}{}", code.reveal()),
            format!("{}x", reference.as_str()),
            "https://evil.example/request.jwt".to_owned(),
            PREFIX.to_owned(),
            String::new(),
        ] {
            assert_eq!(Reference::parse(&other), None, "{other}");
        }
    }
}
