//! The OpenID Connect relying party: discovery, the address to send somebody to, the code for an ID token, its verification
//! (OpenID Connect Core section 3.1). Everything goes out by the way that was handed in, and nothing of a provider is believed beyond what
//! its keys signed.

use std::pin::Pin;

use chrono::Duration;
use narthex_vocab::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType,
    CoreClient, CoreClientAuthMethod, CoreGrantType, CoreIdTokenClaims, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::http::header::{AUTHORIZATION, CONTENT_TYPE};
use openidconnect::http::{self, Method};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, AuthType, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, Scope, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::provider::{Provider, Way};
use crate::way_out::{Asked, NotReached};

/// What signs an ID token that counts. Nothing symmetric, and never `none`.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How far a provider's clock may be ahead.
const SKEW: Duration = Duration::seconds(60);

/// What discovery says beyond the core (RFC 9207 section 3).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Extra {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a provider does not do. The words are for the owner and the log; nothing of its answers is in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFault {
    /// An address of it is not reached, or may not be.
    #[error("{0}")]
    Way(#[from] NotReached),
    /// Its discovery document or key set cannot be read, or speaks for another issuer.
    #[error("its discovery document or its keys cannot be read: {0}")]
    Discovery(String),
    /// It has no token endpoint, or does not do what is needed.
    #[error("it cannot be used: {0}")]
    Unfit(&'static str),
    /// It did not take the code.
    #[error("it did not take the code")]
    Code,
    /// Its ID token does not hold.
    #[error("its ID token does not hold: {0}")]
    IdToken(String),
}

/// The way out, as the library sees it.
struct Door<'a>(&'a Way);

impl<'c> AsyncHttpClient<'c> for Door<'_> {
    type Error = NotReached;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NotReached>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let url = request.uri().to_string();
            let url =
                Url::parse(&url).map_err(|_| NotReached("the exchange broke off".to_owned()))?;
            let authorization = request.headers().get(AUTHORIZATION);
            let authorization = authorization.and_then(|value| value.to_str().ok());
            let asked = Asked {
                url,
                authorization: authorization.map(str::to_owned),
                form: (request.method() == Method::POST).then(|| request.body().clone()),
            };
            let answer = (self.0.out)(asked).await?;
            http::Response::builder()
                .status(answer.status)
                .header(CONTENT_TYPE, answer.content_type)
                .body(answer.body)
                .map_err(|_| NotReached("the exchange broke off".to_owned()))
        })
    }
}

/// A provider as it describes itself now.
pub(crate) struct Described {
    metadata: Metadata,
}

/// Reads what the provider says of itself, and its keys.
pub(crate) async fn describe(way: &Way, issuer: &str) -> Result<Described, ProviderFault> {
    let door = Door(way);
    let issuer = IssuerUrl::new(issuer.to_owned())
        .map_err(|error| ProviderFault::Discovery(error.to_string()))?;
    let metadata = Metadata::discover_async(issuer, &door)
        .await
        .map_err(|error| {
            use openidconnect::DiscoveryError as E;
            match error {
                E::Request(error) => ProviderFault::Way(error),
                E::Response(status, _, _) => {
                    ProviderFault::Discovery(format!("status {}", status.as_u16()))
                }
                E::Validation(_) => {
                    ProviderFault::Discovery("it speaks for another issuer".to_owned())
                }
                E::Parse(_) => {
                    ProviderFault::Discovery("it is not what the specification says".to_owned())
                }
                error => ProviderFault::Discovery(error.to_string()),
            }
        })?;
    if metadata.authorization_endpoint().url().scheme() != "https" {
        return Err(ProviderFault::Unfit(
            "its authorization endpoint is not https",
        ));
    }
    if metadata.token_endpoint().is_none() {
        return Err(ProviderFault::Unfit("it has no token endpoint"));
    }
    if metadata.jwks().keys().is_empty() {
        return Err(ProviderFault::Unfit("it has no keys"));
    }
    Ok(Described { metadata })
}

/// What a request is known by, on both sides of it.
pub(crate) struct Bound<'a> {
    pub(crate) redirect_uri: &'a str,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// The person has to sign in there anew.
    pub(crate) fresh: bool,
}

impl Described {
    /// Whether an answer has to name who gives it.
    pub(crate) fn names_itself(&self) -> bool {
        let extra = self.metadata.additional_metadata();
        extra.authorization_response_iss_parameter_supported
    }

    fn client(
        &self,
        provider: &Provider,
        (secret, redirect_uri): (&str, &str),
    ) -> Result<Client, ProviderFault> {
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|_| ProviderFault::Unfit("the redirect address cannot be used"))?;
        let methods = self.metadata.token_endpoint_auth_methods_supported();
        let basic =
            methods.is_none_or(|all| all.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = CoreClient::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(provider.client_id.clone()),
            Some(ClientSecret::new(secret.to_owned())),
        );
        let how = if basic {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        Ok(client.set_redirect_uri(redirect_uri).set_auth_type(how))
    }

    /// Where to send the browser.
    pub(crate) fn address(
        &self,
        provider: &Provider,
        secret: &str,
        bound: &Bound<'_>,
    ) -> Result<Url, ProviderFault> {
        let client = self.client(provider, (secret, bound.redirect_uri))?;
        let verifier = PkceCodeVerifier::new(bound.verifier.clone());
        let (state, nonce) = (bound.state.clone(), bound.nonce.clone());
        let mut asked = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if bound.fresh {
            asked = asked
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(std::time::Duration::ZERO);
        }
        Ok(asked.url().0)
    }

    /// The claims of the ID token that the code is good for.
    pub(crate) async fn redeem(
        &self,
        (way, provider, secret): (&Way, &Provider, &str),
        code: &str,
        bound: &Bound<'_>,
        now: Timestamp,
    ) -> Result<CoreIdTokenClaims, ProviderFault> {
        let client = self.client(provider, (secret, bound.redirect_uri))?;
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| ProviderFault::Unfit("it has no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(bound.verifier.clone()));
        let door = Door(way);
        let answer = request
            .request_async(&door)
            .await
            .map_err(|error| match error {
                openidconnect::RequestTokenError::Request(error) => ProviderFault::Way(error),
                _ => ProviderFault::Code,
            })?;
        let token = answer
            .id_token()
            .ok_or_else(|| ProviderFault::IdToken("there is none".to_owned()))?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now)
            .set_issue_time_verifier_fn(move |at| {
                if at <= now + SKEW {
                    Ok(())
                } else {
                    Err("it was issued in the future".to_owned())
                }
            });
        let claims = token
            .claims(&verifier, &Nonce::new(bound.nonce.clone()))
            .map_err(|error| ProviderFault::IdToken(error.to_string()))?;
        let stranger = |party: &ClientId| party.as_str() != provider.client_id;
        if claims.authorized_party().is_some_and(stranger) {
            return Err(ProviderFault::IdToken(
                "it is for another client".to_owned(),
            ));
        }
        Ok(claims.clone())
    }
}
