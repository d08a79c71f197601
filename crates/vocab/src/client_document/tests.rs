//! What documents say, and what is refused of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use rstest::rstest;
use serde_json::{Value, json};

use super::{ClientDocument, ClientDocumentError as E};
use crate::auth_method::AuthMethod;
use crate::document_url::DocumentUrl;
use crate::fingerprint::Fingerprint;
use crate::grant_type::GrantType;

const URL: &str = "https://app.example.com/client.json";

/// The least that a document says.
fn plain() -> Value {
    json!({
        "client_id": URL,
        "client_name": "App",
        "redirect_uris": ["https://app.example.com/callback"],
    })
}

fn with(changes: &Value) -> Value {
    let mut body = plain();
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn keys() -> Value {
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "1" }] })
}

fn parse(body: &Value) -> Result<ClientDocument, E> {
    let url = DocumentUrl::parse(URL).unwrap();
    ClientDocument::parse(url, body.as_object().unwrap().clone())
}

#[test]
fn the_least_is_a_public_client() {
    let document = parse(&plain()).unwrap();
    let metadata = document.metadata();
    assert_eq!(document.url().as_str(), URL);
    assert_eq!(metadata.auth_method(), AuthMethod::None);
    assert!(metadata.allows(GrantType::AuthorizationCode));
    assert!(!metadata.allows(GrantType::RefreshToken));
}

#[test]
fn what_products_publish_is_taken() {
    let document = parse(&with(&json!({
        "client_uri": "https://app.example.com",
        "grant_types": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "response_types": ["code", "none"],
        "redirect_uris": [
            "http://127.0.0.1:33418/",
            "http://127.0.0.1/",
            "https://app.example.com/redirect",
        ],
        "token_endpoint_auth_method": "none",
        "software_statement": "e30.e30.",
        "anything": { "else": [1, 2] },
    })))
    .unwrap();
    let metadata = document.metadata();
    assert!(metadata.allows(GrantType::RefreshToken));
    assert_eq!(metadata.grant_types().len(), 2);
    assert_eq!(metadata.redirect_uris().len(), 3);
    assert_eq!(document.body()["anything"]["else"][1], 2);
}

#[rstest]
#[case::absent(json!({}), AuthMethod::None)]
#[case::said(json!({ "token_endpoint_auth_method": "none" }), AuthMethod::None)]
#[case::keys_alone(json!({ "jwks": keys() }), AuthMethod::None)]
#[case::key(
    json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": keys() }),
    AuthMethod::PrivateKeyJwt
)]
#[case::strongest(
    json!({ "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"], "jwks": keys() }),
    AuthMethod::PrivateKeyJwt
)]
#[case::no_key_to_use(
    json!({ "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"] }),
    AuthMethod::None
)]
#[case::what_we_do_not_know(
    json!({ "token_endpoint_auth_methods_supported": ["attest_jwt_client_auth", "none"] }),
    AuthMethod::None
)]
#[case::one_of_several(
    json!({
        "token_endpoint_auth_method": "none",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "jwks": keys(),
    }),
    AuthMethod::None
)]
fn methods(#[case] changes: Value, #[case] method: AuthMethod) {
    let document = parse(&with(&changes)).unwrap();
    assert_eq!(document.metadata().auth_method(), method);
}

#[rstest]
#[case(json!({ "client_id": null }), E::Missing { member: "client_id" })]
#[case(json!({ "client_name": null }), E::Missing { member: "client_name" })]
#[case(json!({ "client_name": " " }), E::Missing { member: "client_name" })]
#[case(json!({ "redirect_uris": null }), E::Missing { member: "redirect_uris" })]
#[case(json!({ "client_id": "https://app.example.com/client.json/" }), E::OtherClient)]
#[case(json!({ "client_id": "https://app.example.com:443/client.json" }), E::OtherClient)]
#[case(json!({ "client_id": "https://App.example.com/client.json" }), E::OtherClient)]
#[case(
    json!({ "client_secret": "s3cret" }),
    E::Secret { member: "client_secret".to_owned() }
)]
#[case(
    json!({ "client_secret_expires_at": 0 }),
    E::Secret { member: "client_secret_expires_at".to_owned() }
)]
#[case(
    json!({ "token_endpoint_auth_method": "client_secret_post" }),
    E::SharedSecret { method: "client_secret_post".to_owned() }
)]
#[case(
    json!({ "token_endpoint_auth_methods_supported": ["none", "client_secret_jwt"] }),
    E::SharedSecret { method: "client_secret_jwt".to_owned() }
)]
#[case(
    json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none"],
        "jwks": keys(),
    }),
    E::NotAmongMethods
)]
#[case(json!({ "token_endpoint_auth_method": "tls_client_auth" }), E::NoCommonMethod)]
#[case(json!({ "token_endpoint_auth_methods_supported": [] }), E::NoCommonMethod)]
#[case(
    json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"] }),
    E::NoCommonMethod
)]
fn refused(#[case] changes: Value, #[case] error: E) {
    assert_eq!(parse(&with(&changes)), Err(error));
}

#[rstest]
#[case::no_redirect(json!({ "redirect_uris": [] }))]
#[case::plain_http(json!({ "redirect_uris": ["http://app.example.com/cb"] }))]
#[case::no_sign_in(json!({ "grant_types": ["client_credentials"] }))]
#[case::nothing_we_offer(json!({ "grant_types": ["implicit"] }))]
#[case::no_code(json!({ "response_types": ["token"] }))]
#[case::method_without_keys(json!({ "token_endpoint_auth_method": "private_key_jwt" }))]
#[case::both_kinds_of_keys(json!({ "jwks": keys(), "jwks_uri": "https://app.example.com/keys" }))]
#[case::private_key(json!({ "jwks": { "keys": [{ "kty": "EC", "crv": "P-256", "d": "AA" }] } }))]
#[case::symmetric_key(json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AA" }] } }))]
#[case::name_of_another_type(json!({ "client_name": 7 }))]
fn refused_as_metadata(#[case] changes: Value) {
    let error = parse(&with(&changes)).unwrap_err();
    assert!(matches!(error, E::Metadata(_)), "{error:?}");
}

#[test]
fn a_version_is_its_content() {
    let (one, other) = (plain(), with(&json!({ "client_name": "Other" })));
    let reordered: Value = serde_json::from_str(&format!(
        r#"{{ "redirect_uris": ["https://app.example.com/callback"],
              "client_name" : "App", "client_id": "{URL}" }}"#
    ))
    .unwrap();
    let hash = |body: &Value| parse(body).unwrap().hash();
    assert_eq!(hash(&one), hash(&reordered));
    assert_ne!(hash(&one), hash(&other));
    assert_eq!(hash(&one).to_string().parse(), Ok(hash(&one)));
}

#[test]
fn a_registration_that_says_the_same_is_another_family() {
    let document = parse(&plain()).unwrap();
    assert_ne!(document.fingerprint(), Fingerprint::of(document.metadata()));
}
