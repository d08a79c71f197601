//! The table of client metadata: defaults, what is accepted, clamping, hosts and fingerprints.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "tests, and tables are as long as they are"
)]

use serde_json::{Value, json};

use super::ClientMetadata;
use crate::{ApplicationType, AuthMethod, Fingerprint, GrantType, MetadataError, MetadataProblem};

pub(super) const CB: &str = "https://app.example.com/cb";

pub(super) fn parse(value: &Value) -> Result<ClientMetadata, MetadataError> {
    ClientMetadata::parse(value.as_object().unwrap())
}

pub(super) fn ec_key() -> Value {
    json!({"kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "alg": "ES256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
}

pub(super) fn rsa_key(bits: usize) -> Value {
    use base64::Engine as _;
    let mut modulus = vec![0xff_u8; bits / 8];
    modulus[0] = 0x80;
    let n = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(modulus);
    json!({"kty": "RSA", "n": n, "e": "AQAB"})
}

/// `{"redirect_uris": [CB]}` with one member replaced.
pub(super) fn with(member: &str, value: Value) -> Value {
    let mut json = json!({ "redirect_uris": [CB] });
    json[member] = value;
    json
}

#[test]
fn defaults_are_those_of_the_rfc() {
    let metadata = parse(&json!({ "redirect_uris": [CB] })).unwrap();
    assert_eq!(metadata.auth_method(), AuthMethod::ClientSecretBasic);
    assert_eq!(metadata.application_type(), ApplicationType::Web);
    assert_eq!(
        Value::Object(metadata.to_json()),
        json!({
            "application_type": "web", "grant_types": ["authorization_code"],
            "redirect_uris": [CB], "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
        })
    );
}

#[test]
fn accepts() {
    let table = [
        with("client_name", json!("Notes")),
        with("client_name", json!(" Mu\u{308}ller ")),
        with("client_name", json!("")),
        with("client_name", Value::Null),
        with("client_name#de", json!("Notizen")),
        with("contacts#de", json!(7)),
        with("client_uri", json!("https://example.com/")),
        with("client_uri", json!("")),
        with("logo_uri", json!("https://cdn.example.com/logo.png")),
        with("tos_uri", json!("https://example.com/tos#s2")),
        with("policy_uri", json!("https://example.com/privacy")),
        with("jwks_uri", json!("https://example.com/jwks.json")),
        with("jwks", json!({ "keys": [ec_key()] })),
        with("jwks", json!({ "keys": [rsa_key(2048)] })),
        with(
            "jwks",
            json!({ "keys": [rsa_key(4096), ec_key()], "other": 1 }),
        ),
        with(
            "jwks",
            json!({ "keys": [{"kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}] }),
        ),
        with("jwks", Value::Null),
        with("scope", json!("read write")),
        with("scope", json!("")),
        with("contacts", json!([])),
        with("contacts", json!(["ops@example.com", "+49 30 1"])),
        with("software_id", json!("4NRB1-0XZABZI9E6-5SM3R")),
        with("software_version", json!("2.1")),
        with("software_statement", json!("ey.ey.x")),
        with(
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        with(
            "grant_types",
            json!(["refresh_token", "authorization_code", "refresh_token"]),
        ),
        with("grant_types", Value::Null),
        with("response_types", json!(["code"])),
        with("response_types", Value::Null),
        with("token_endpoint_auth_method", json!("none")),
        with("token_endpoint_auth_method", json!("client_secret_post")),
        with("application_type", json!("web")),
        with("application_type", json!("native")),
        with("application_type", Value::Null),
        with("client_id", json!("mine")),
        with("client_secret", json!("mine")),
        with("tenant_id", json!("other")),
        with("state", json!("active")),
        with("registration_mode", json!(["approval"])),
        json!({"grant_types": ["client_credentials"]}),
        json!({"grant_types": ["client_credentials"], "response_types": []}),
        json!({"grant_types": ["client_credentials"], "redirect_uris": []}),
        json!({"redirect_uris": [CB, "http://localhost:1/cb", "com.example.app:/cb"]}),
        json!({"redirect_uris": [CB], "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [ec_key()]}}),
        json!({"redirect_uris": [CB], "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://example.com/jwks.json"}),
    ];
    for sent in table {
        let metadata = parse(&sent).unwrap_or_else(|why| panic!("{sent}: {why}"));
        let json = metadata.to_json();
        assert_eq!(
            ClientMetadata::parse(&json).as_ref(),
            Ok(&metadata),
            "{sent}"
        );
        let unknown = [
            "client_id",
            "client_secret",
            "tenant_id",
            "state",
            "registration_mode",
        ];
        assert!(
            unknown.iter().all(|member| !json.contains_key(*member)),
            "{sent}"
        );
    }
}

#[test]
fn the_application_type_follows_the_redirects() {
    let of = |uris: &[&str]| {
        parse(&json!({ "redirect_uris": uris }))
            .unwrap()
            .application_type()
    };
    assert_eq!(of(&["http://localhost:1/cb"]), ApplicationType::Native);
    assert_eq!(
        of(&["http://localhost:1/cb", "com.example.app:/cb"]),
        ApplicationType::Native
    );
    assert_eq!(of(&["http://localhost:1/cb", CB]), ApplicationType::Web);
    let service = parse(&json!({"grant_types": ["client_credentials"]})).unwrap();
    assert_eq!(service.application_type(), ApplicationType::Web);
    assert!(service.response_types().is_empty());
}

#[test]
fn repeated_redirect_uris_are_one() {
    let metadata = parse(&json!({ "redirect_uris": [CB, "https://b.example/", CB] })).unwrap();
    assert_eq!(metadata.redirect_uris().len(), 2);
    assert!(metadata.redirect_uri("https://b.example/").is_some());
    assert!(metadata.redirect_uri("https://b.example").is_none());
}

#[test]
fn hosts_are_all_that_are_named_but_loopback() {
    let metadata = parse(&json!({
        "redirect_uris": [
            "https://App.Example.com/cb", "http://localhost/cb", "https://localhost:8443/cb",
            "http://[::1]/", "com.example.app:/cb",
        ],
        "client_uri": "https://a.example/", "logo_uri": "https://b.example/",
        "tos_uri": "https://c.example/", "policy_uri": "https://d.example/",
        "jwks_uri": "https://e.example/",
    }))
    .unwrap();
    let hosts = metadata.hosts();
    let names: Vec<_> = hosts.iter().map(crate::HostName::as_str).collect();
    let all = [
        "a.example",
        "app.example.com",
        "b.example",
        "c.example",
        "d.example",
        "e.example",
    ];
    assert_eq!(names, all);
}

#[test]
fn quarantine_clamps_to_a_public_client() {
    let sent = json!({
        "redirect_uris": [CB], "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code"],
    });
    let clamped = parse(&sent).unwrap().clamp_for_quarantine().unwrap();
    assert_eq!(clamped.auth_method(), AuthMethod::None);
    assert!(clamped.allows(GrantType::RefreshToken));
    assert!(!clamped.allows(GrantType::ClientCredentials));
    assert!(!clamped.allows(GrantType::DeviceCode));
    let again = ClientMetadata::parse(&clamped.to_json()).unwrap();
    assert_eq!(again, clamped);
    let plain = parse(&json!({ "redirect_uris": [CB] }))
        .unwrap()
        .clamp_for_quarantine()
        .unwrap();
    assert_eq!(plain.auth_method(), AuthMethod::None);
    assert!(
        !plain.allows(GrantType::RefreshToken),
        "clamping never adds a grant"
    );
    let service = parse(&json!({"grant_types": ["client_credentials"]})).unwrap();
    let error = service.clamp_for_quarantine().unwrap_err();
    assert_eq!(error.member, "grant_types");
    assert!(matches!(error.why, MetadataProblem::Conflict { .. }));
}

#[test]
fn what_an_agent_registers_keeps_its_keys_and_no_secret() {
    let signing = json!({
        "grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt",
        "jwks": { "keys": [ec_key()] },
    });
    let signing = parse(&signing).unwrap();
    assert_eq!(signing.clone().clamp_for_an_agent(), Ok(signing));
    let fetched = json!({
        "redirect_uris": [CB], "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://example.com/jwks.json",
    });
    let secret =
        json!({ "redirect_uris": [CB], "token_endpoint_auth_method": "client_secret_basic" });
    for sent in [fetched, secret] {
        let metadata = parse(&sent).unwrap();
        let clamped = metadata.clone().clamp_for_an_agent();
        assert_eq!(clamped, metadata.clamp_for_quarantine(), "{sent}");
    }
    let service = json!({"grant_types": ["client_credentials"]});
    parse(&service).unwrap().clamp_for_an_agent().unwrap_err();
}

#[test]
fn a_fingerprint_sees_what_matters() {
    let of = |sent: Value| Fingerprint::of(&parse(&sent).unwrap());
    let base = of(json!({ "redirect_uris": ["http://localhost:1/cb", CB] }));
    assert_eq!(
        base,
        of(json!({ "redirect_uris": [CB, "http://localhost:2/cb"], "x": 1 }))
    );
    assert_eq!(
        base,
        of(json!({ "redirect_uris": [CB, "http://localhost:2/cb", "http://localhost/cb"] }))
    );
    let others = [
        json!({ "redirect_uris": [CB, "http://localhost:1/cb2"] }),
        json!({ "redirect_uris": ["https://app.example.com:1/cb", "http://localhost:1/cb"] }),
        json!({ "redirect_uris": [CB, "http://localhost:1/cb"], "client_name": "Notes" }),
        json!({ "redirect_uris": [CB, "http://localhost:1/cb"], "scope": "read" }),
        json!({ "redirect_uris": [CB, "http://localhost:1/cb"], "application_type": "native" }),
    ];
    for other in others {
        assert_ne!(base, of(other.clone()), "{other}");
    }
    assert_eq!(base.to_string().parse(), Ok(base));
    assert!(
        base.to_string()
            .to_uppercase()
            .parse::<Fingerprint>()
            .is_err()
    );
}
