//! The metadata document of an issuer (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2). It says only what
//! is on: where registration is closed there is no `registration_endpoint`.

use narthex_tenancy::{environment::Settings, token_policy::TokenPolicy};
use narthex_vocab::{
    AuthMethod, Environment, GrantType, Issuer, RegistrationMode, SigningAlgorithm,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, AuthenticationContextClass, IntrospectionUrl, IssuerUrl,
    JsonWebKeySetUrl, ProviderMetadata, RegistrationUrl, ResponseTypes, RevocationUrl, Scope,
    TokenUrl, UserInfoUrl,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

/// What OAuth adds to OpenID's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthMetadata {
    /// RFC 7636: the list MCP clients insist on.
    code_challenge_methods_supported: Vec<String>,
    /// RFC 7009.
    revocation_endpoint: RevocationUrl,
    /// RFC 7662.
    introspection_endpoint: IntrospectionUrl,
    /// RFC 8414: how callers of introspection prove themselves.
    introspection_endpoint_auth_methods_supported: Vec<String>,
    #[serde(flatten)]
    logout: Logout,
    /// Initiating User Registration via OpenID Connect 1.0 section 4: what may be asked of the person.
    prompt_values_supported: Vec<String>,
    /// RFC 8628 section 4.
    device_authorization_endpoint: String,
    /// RFC 9126 section 5.
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    /// RFC 9449 section 5.1.
    dpop_signing_alg_values_supported: Vec<String>,
    /// draft-ietf-oauth-client-id-metadata-document section 7: a client may be named by the address of its document.
    client_id_metadata_document_supported: bool,
    /// draft-dellaert-oauth-approval-based-dcr: whether a registration is answered at once or after a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_modes_supported: Option<Vec<String>>,
    /// draft-ietf-oauth-identity-assertion-authz-grant section 7.2; whom a tenant trusts is not said.
    authorization_grant_profiles_supported: Vec<String>,
    /// RFC 9207: `iss` comes with every authorization response.
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for OAuthMetadata {}

/// How people sign out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Logout {
    /// OpenID Connect RP-Initiated Logout 1.0 section 2.1.
    end_session_endpoint: String,
    /// OpenID Connect Back-Channel Logout 1.0 section 2.1: logout tokens come, each with a `sid`.
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
}

/// The whole document, typed by `openidconnect`.
pub type Document = ProviderMetadata<
    OAuthMetadata,
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

/// What an ID token or userinfo may say.
const CLAIMS: [&str; 13] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "nonce",
    "sid",
    "name",
    "email",
    "email_verified",
];

/// The one way in which people sign in (`crates/token/src/assurance.rs`).
const ACR: &str = "https://narthex.dev/acr/password";

/// The document of `issuer`, whose endpoints lie below `token_base`.
///
/// Errors: only when a base URL is not a URL to begin with.
pub fn document(
    issuer: &Issuer,
    (discovery_base, token_base): (&Url, &Url),
    (settings, policy): (&Settings, TokenPolicy),
) -> Result<Document, url::ParseError> {
    let below = |base: &Url, name| below(base, issuer, name);
    let modes = registration_modes(settings.registration_mode);
    let registration = modes
        .is_some()
        .then(|| RegistrationUrl::new(below(discovery_base, "register")))
        .transpose()?;
    Ok(Document::new(
        IssuerUrl::new(issuer.as_str().to_owned())?,
        AuthUrl::new(below(token_base, "authorize"))?,
        JsonWebKeySetUrl::new(below(discovery_base, "jwks"))?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public],
        SigningAlgorithm::ALL
            .iter()
            .copied()
            .map(signed_with)
            .collect(),
        oauth(
            issuer,
            token_base,
            (settings.client_documents, modes, policy),
        )?,
    )
    .set_claims_parameter_supported(Some(true))
    .set_acr_values_supported(Some(vec![AuthenticationContextClass::new(ACR.into())]))
    .set_token_endpoint(Some(TokenUrl::new(below(token_base, "token"))?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(below(token_base, "userinfo"))?))
    .set_registration_endpoint(registration)
    .set_scopes_supported(Some(
        ["openid", "profile", "email"]
            .map(|scope| Scope::new(scope.into()))
            .into(),
    ))
    .set_response_modes_supported(Some(vec![CoreResponseMode::Query]))
    .set_grant_types_supported(Some(
        GrantType::ALL.iter().copied().map(grant_type).collect(),
    ))
    .set_token_endpoint_auth_methods_supported(Some(
        AuthMethod::ALL.iter().copied().map(auth_method).collect(),
    ))
    .set_token_endpoint_auth_signing_alg_values_supported(Some(vec![
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EdDsa,
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    ]))
    .set_request_parameter_supported(Some(false))
    .set_request_uri_parameter_supported(Some(false))
    .set_claims_supported(Some(
        CLAIMS.map(|claim| CoreClaimName::new(claim.into())).into(),
    )))
}

/// The ways in which a registration is answered, none where there is no registration. Quarantine answers at once, with
/// an identifier that waits.
fn registration_modes(mode: RegistrationMode) -> Option<Vec<String>> {
    match mode {
        RegistrationMode::Closed => None,
        RegistrationMode::Approval => Some(vec!["approval".into()]),
        RegistrationMode::Quarantine | RegistrationMode::Open => Some(vec!["immediate".into()]),
    }
}

fn oauth(
    issuer: &Issuer,
    token_base: &Url,
    (client_documents, registration_modes_supported, policy): (
        bool,
        Option<Vec<String>>,
        TokenPolicy,
    ),
) -> Result<OAuthMetadata, url::ParseError> {
    Ok(OAuthMetadata {
        registration_modes_supported,
        code_challenge_methods_supported: vec!["S256".into()],
        revocation_endpoint: RevocationUrl::new(below(token_base, issuer, "revoke"))?,
        introspection_endpoint: IntrospectionUrl::new(below(token_base, issuer, "introspect"))?,
        introspection_endpoint_auth_methods_supported: vec!["client_secret_basic".into()],
        logout: Logout {
            end_session_endpoint: below(token_base, issuer, "logout"),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
        },
        prompt_values_supported: ["none", "login", "consent", "select_account"]
            .map(String::from)
            .into(),
        device_authorization_endpoint: below(token_base, issuer, "device_authorization"),
        pushed_authorization_request_endpoint: below(token_base, issuer, "par"),
        require_pushed_authorization_requests: policy.pushed_requests,
        dpop_signing_alg_values_supported: ["ES256", "EdDSA", "RS256", "PS256"]
            .map(String::from)
            .into(),
        client_id_metadata_document_supported: client_documents,
        authorization_grant_profiles_supported: vec![
            "urn:ietf:params:oauth:grant-profile:id-jag".into(),
        ],
        authorization_response_iss_parameter_supported: true,
    })
}

/// The address of an endpoint of `issuer` below `base`.
pub(crate) fn below(base: &Url, issuer: &Issuer, name: &str) -> String {
    let (origin, tenant, environment) = (
        base.as_str().trim_end_matches('/'),
        issuer.tenant(),
        issuer.environment(),
    );
    format!("{origin}/t/{tenant}/{environment}/{name}")
}

const fn signed_with(algorithm: SigningAlgorithm) -> CoreJwsSigningAlgorithm {
    match algorithm {
        SigningAlgorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        SigningAlgorithm::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
        SigningAlgorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    }
}

fn grant_type(grant: GrantType) -> CoreGrantType {
    match grant {
        GrantType::AuthorizationCode => CoreGrantType::AuthorizationCode,
        GrantType::RefreshToken => CoreGrantType::RefreshToken,
        GrantType::ClientCredentials => CoreGrantType::ClientCredentials,
        GrantType::DeviceCode => CoreGrantType::DeviceCode,
        GrantType::JwtBearer => CoreGrantType::JwtBearer,
        GrantType::TokenExchange => CoreGrantType::Extension(grant.as_str().into()),
    }
}

fn auth_method(method: AuthMethod) -> CoreClientAuthMethod {
    match method {
        AuthMethod::None => CoreClientAuthMethod::Extension("none".into()),
        AuthMethod::ClientSecretBasic => CoreClientAuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost => CoreClientAuthMethod::ClientSecretPost,
        AuthMethod::PrivateKeyJwt => CoreClientAuthMethod::PrivateKeyJwt,
        AuthMethod::WorkloadJwt | AuthMethod::SpiffeJwt => {
            CoreClientAuthMethod::Extension(method.as_str().into())
        }
    }
}

/// The issuer of an environment below `discovery_base`.
#[must_use]
pub fn issuer(
    discovery_base: &Url,
    tenant: &narthex_vocab::TenantSlug,
    environment: Environment,
) -> Issuer {
    Issuer::new(discovery_base, tenant, environment)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use narthex_vocab::TenantSlug;
    use serde_json::Value;

    fn json(environment: Environment, mode: RegistrationMode) -> Value {
        under(TokenPolicy::default(), environment, mode)
    }

    fn under(policy: TokenPolicy, environment: Environment, mode: RegistrationMode) -> Value {
        let (discovery, token) = (
            Url::parse("https://id.example").unwrap(),
            Url::parse("https://token.example").unwrap(),
        );
        let issuer = Issuer::new(&discovery, &TenantSlug::parse("acme").unwrap(), environment);
        let settings = Settings {
            environment,
            registration_mode: mode,
            client_documents: environment == Environment::Production,
            refusal_text: None,
        };
        let terms = (&settings, policy);
        serde_json::to_value(document(&issuer, (&discovery, &token), terms).unwrap()).unwrap()
    }

    #[test]
    fn the_document_says_only_what_is_on() {
        let closed = json(Environment::Production, RegistrationMode::Closed);
        assert_eq!(closed.get("registration_endpoint"), None);
        assert_eq!(closed.get("registration_modes_supported"), None);
        for (mode, said) in [
            (RegistrationMode::Approval, "approval"),
            (RegistrationMode::Quarantine, "immediate"),
            (RegistrationMode::Open, "immediate"),
        ] {
            let document = json(Environment::Sandbox, mode);
            assert_eq!(
                document["registration_endpoint"],
                "https://id.example/t/acme/sandbox/register"
            );
            assert_eq!(
                document["registration_modes_supported"],
                serde_json::json!([said])
            );
        }
    }

    #[test]
    fn what_is_demanded_of_every_client_is_said() {
        for pushed_requests in [false, true] {
            let policy = TokenPolicy {
                pushed_requests,
                ..TokenPolicy::default()
            };
            let said = under(policy, Environment::Production, RegistrationMode::Closed);
            assert_eq!(
                said["require_pushed_authorization_requests"],
                pushed_requests
            );
        }
    }

    #[test]
    fn documents_of_clients_are_named_where_they_are_taken() {
        for environment in Environment::ALL.iter().copied() {
            let said = json(environment, RegistrationMode::Closed);
            let on = environment == Environment::Production;
            assert_eq!(said["client_id_metadata_document_supported"], on);
        }
    }

    #[test]
    fn the_members_that_clients_insist_on() {
        let document = json(Environment::Production, RegistrationMode::Closed);
        assert_eq!(
            document["issuer"], "https://id.example/t/acme",
            "no slash at the end, no normalisation"
        );
        assert_eq!(
            document["code_challenge_methods_supported"],
            serde_json::json!(["S256"])
        );
        assert_eq!(
            document["authorization_response_iss_parameter_supported"],
            true
        );
        assert_eq!(
            document["token_endpoint"],
            "https://token.example/t/acme/production/token"
        );
        assert_eq!(
            document["id_token_signing_alg_values_supported"],
            serde_json::json!(["ES256", "EdDSA", "RS256"])
        );
        assert_eq!(
            document["end_session_endpoint"],
            "https://token.example/t/acme/production/logout"
        );
        assert_eq!(document["request_uri_parameter_supported"], false);
        assert_eq!(
            document["pushed_authorization_request_endpoint"],
            "https://token.example/t/acme/production/par"
        );
        assert_eq!(
            document["device_authorization_endpoint"],
            "https://token.example/t/acme/production/device_authorization"
        );
        assert_eq!(
            document["authorization_grant_profiles_supported"],
            serde_json::json!(["urn:ietf:params:oauth:grant-profile:id-jag"])
        );
        let grants: Vec<_> = GrantType::ALL.iter().map(|grant| grant.as_str()).collect();
        assert_eq!(document["grant_types_supported"], serde_json::json!(grants));
        let methods = document["token_endpoint_auth_methods_supported"]
            .as_array()
            .unwrap();
        assert!(methods.contains(&"none".into()) && methods.contains(&"private_key_jwt".into()));
    }
}
