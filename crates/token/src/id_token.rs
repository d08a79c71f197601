//! ID tokens (OpenID Connect Core section 2): who signed in, for one client, RS256. Names and addresses are not in it:
//! they are at the userinfo endpoint.

use chrono::Duration;
use narthex_vocab::ClientId;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, Audience, EmptyAdditionalClaims, IssuerUrl, Nonce, StandardClaims,
    SubjectIdentifier,
};

use crate::call::Call;
use crate::error::TokenError;
use crate::issue::Person;

const LIFETIME: Duration = Duration::minutes(10);

/// Who signed in, and for whom.
pub(crate) struct Identity<'a> {
    pub(crate) client: &'a ClientId,
    pub(crate) person: &'a Person,
    /// Echoed as it was sent.
    pub(crate) nonce: Option<&'a str>,
}

/// Signs an ID token that is bound to the access token beside it by `at_hash`.
pub(crate) fn sign(
    call: Call<'_>,
    identity: &Identity<'_>,
    access_token: &str,
) -> Result<String, TokenError> {
    let issuer = IssuerUrl::new(call.place.issuer.to_string()).map_err(|_| TokenError::Signing)?;
    let subject = SubjectIdentifier::new(identity.person.subject.clone());
    let claims = CoreIdTokenClaims::new(
        issuer,
        vec![Audience::new(identity.client.to_string())],
        call.now + LIFETIME,
        call.now,
        StandardClaims::new(subject),
        EmptyAdditionalClaims {},
    )
    .set_auth_time(Some(identity.person.auth_time))
    .set_nonce(identity.nonce.map(|nonce| Nonce::new(nonce.to_owned())));
    let token = CoreIdToken::new(
        claims,
        &call.ring.identity,
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Some(&AccessToken::new(access_token.to_owned())),
        None,
    )
    .map_err(|_| TokenError::Signing)?;
    Ok(token.to_string())
}
