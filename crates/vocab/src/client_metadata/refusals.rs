//! The table of refused client metadata: each with its code and the member at fault.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "tests, and tables are as long as they are"
)]

use serde_json::{Value, json};

use super::tests::{CB, ec_key, parse, rsa_key, with};
use crate::RegistrationErrorCode;

#[test]
fn refuses_redirect_uris() {
    let many: Vec<_> = (0..51).map(|n| format!("{CB}/{n}")).collect();
    let table = [
        (json!({}), "redirect_uris"),
        (json!({ "redirect_uris": null }), "redirect_uris"),
        (json!({ "redirect_uris": [] }), "redirect_uris"),
        (json!({ "redirect_uris": CB }), "redirect_uris"),
        (json!({ "redirect_uris": {} }), "redirect_uris"),
        (json!({ "redirect_uris": many }), "redirect_uris"),
        (json!({ "redirect_uris": [CB, 7] }), "redirect_uris[1]"),
        (json!({ "redirect_uris": [null] }), "redirect_uris[0]"),
        (
            json!({ "redirect_uris": [CB, "http://evil.example/"] }),
            "redirect_uris[1]",
        ),
        (
            json!({ "redirect_uris": ["javascript:alert(1)"] }),
            "redirect_uris[0]",
        ),
        (
            json!({ "redirect_uris": ["https://a.example/#x"] }),
            "redirect_uris[0]",
        ),
        (json!({ "redirect_uris": [""] }), "redirect_uris[0]"),
        (
            json!({ "redirect_uris": ["http://localhost/cb"], "application_type": "web" }),
            "redirect_uris",
        ),
        (
            json!({ "redirect_uris": ["com.example.app:/cb"], "application_type": "web" }),
            "redirect_uris",
        ),
    ];
    for (sent, member) in table {
        let error = parse(&sent).expect_err(&sent.to_string());
        let got = (error.code.as_str(), error.member.as_str());
        assert_eq!(got, ("invalid_redirect_uri", member), "{sent}");
    }
}

#[test]
fn refuses_other_members() {
    let mut private = ec_key();
    private["d"] = json!("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
    let mut wrong_alg = ec_key();
    wrong_alg["alg"] = json!("HS256");
    let mut none_alg = rsa_key(2048);
    none_alg["alg"] = json!("none");
    let mut for_encryption = ec_key();
    for_encryption["use"] = json!("enc");
    let mut short_point = ec_key();
    short_point["x"] = json!("AQAB");
    let mut one = rsa_key(2048);
    one["e"] = json!("AQ");
    let both = json!({"redirect_uris": [CB], "jwks": {"keys": [ec_key()]},
        "jwks_uri": "https://example.com/jwks.json"});
    let public_service = json!({"grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "none"});
    let keys = |keys: Value| with("jwks", json!({ "keys": keys }));
    let table = [
        (with("client_name", json!(7)), "client_name"),
        (with("client_name", json!(["Notes"])), "client_name"),
        (with("client_name", json!("a\u{202e}b")), "client_name"),
        (with("client_name", json!("x".repeat(101))), "client_name"),
        (
            with("client_uri", json!("http://example.com/")),
            "client_uri",
        ),
        (with("client_uri", json!({})), "client_uri"),
        (
            with("logo_uri", json!("data:image/png;base64,AA")),
            "logo_uri",
        ),
        (
            with("logo_uri", json!("https://127.0.0.1/logo.png")),
            "logo_uri",
        ),
        (
            with("logo_uri", json!("https://localhost/logo.png")),
            "logo_uri",
        ),
        (with("tos_uri", json!("javascript:alert(1)")), "tos_uri"),
        (
            with("policy_uri", json!("https://user@example.com/")),
            "policy_uri",
        ),
        (with("jwks_uri", json!("https://[::1]/jwks")), "jwks_uri"),
        (with("jwks_uri", json!("file:///etc/passwd")), "jwks_uri"),
        (with("jwks_uri", json!(true)), "jwks_uri"),
        (with("jwks", json!([])), "jwks"),
        (with("jwks", json!({})), "jwks"),
        (with("jwks", json!("{}")), "jwks"),
        (keys(json!([])), "jwks"),
        (keys(json!([7])), "jwks"),
        (keys(json!([private])), "jwks"),
        (
            keys(json!([{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMko"}])),
            "jwks",
        ),
        (keys(json!([{"kty": "oct"}])), "jwks"),
        (keys(json!([rsa_key(1024)])), "jwks"),
        (keys(json!([rsa_key(2040)])), "jwks"),
        (keys(json!([one])), "jwks"),
        (keys(json!([{"kty": "RSA", "e": "AQAB"}])), "jwks"),
        (keys(json!([wrong_alg])), "jwks"),
        (keys(json!([none_alg])), "jwks"),
        (keys(json!([for_encryption])), "jwks"),
        (keys(json!([short_point])), "jwks"),
        (
            keys(json!([{"kty": "EC", "crv": "secp256k1", "x": "", "y": ""}])),
            "jwks",
        ),
        (keys(json!([ec_key(), ec_key()])), "jwks"),
        (keys(json!(vec![rsa_key(2048); 21])), "jwks"),
        (both, "jwks"),
        (with("scope", json!(["read"])), "scope"),
        (with("scope", json!("read  write")), "scope"),
        (with("scope", json!("read \"write\"")), "scope"),
        (with("scope", json!(7)), "scope"),
        (with("contacts", json!("ops@example.com")), "contacts"),
        (with("contacts", json!(["a", 7])), "contacts[1]"),
        (with("contacts", json!(vec!["a"; 11])), "contacts"),
        (with("software_id", json!({})), "software_id"),
        (with("software_version", json!(2)), "software_version"),
        (with("software_version", json!("a\nb")), "software_version"),
        (
            with("dpop_bound_access_tokens", json!("true")),
            "dpop_bound_access_tokens",
        ),
        (
            with("dpop_bound_access_tokens", json!(1)),
            "dpop_bound_access_tokens",
        ),
        (
            with("require_pushed_authorization_requests", json!([true])),
            "require_pushed_authorization_requests",
        ),
        (with("grant_types", json!([])), "grant_types"),
        (
            with("grant_types", json!("authorization_code")),
            "grant_types",
        ),
        (with("grant_types", json!(["implicit"])), "grant_types[0]"),
        (with("grant_types", json!(["password"])), "grant_types[0]"),
        (
            with("grant_types", json!(["authorization_code", "x"])),
            "grant_types[1]",
        ),
        (with("grant_types", json!(["refresh_token"])), "grant_types"),
        (
            with(
                "grant_types",
                json!(["client_credentials", "refresh_token"]),
            ),
            "grant_types",
        ),
        (
            with("response_types", json!(["token"])),
            "response_types[0]",
        ),
        (
            with("response_types", json!(["code id_token"])),
            "response_types[0]",
        ),
        (with("response_types", json!([])), "response_types"),
        (
            json!({"grant_types": ["client_credentials"], "response_types": ["code"]}),
            "response_types",
        ),
        (public_service, "grant_types"),
        (
            with("token_endpoint_auth_method", json!("tls_client_auth")),
            "token_endpoint_auth_method",
        ),
        (
            with("token_endpoint_auth_method", json!("")),
            "token_endpoint_auth_method",
        ),
        (
            with("token_endpoint_auth_method", json!(7)),
            "token_endpoint_auth_method",
        ),
        (
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            "token_endpoint_auth_method",
        ),
        (
            with("application_type", json!("browser")),
            "application_type",
        ),
        (with("application_type", json!(7)), "application_type"),
    ];
    for (sent, member) in table {
        let error = parse(&sent).expect_err(&sent.to_string());
        let got = (error.code.as_str(), error.member.as_str());
        assert_eq!(got, ("invalid_client_metadata", member), "{sent}");
        assert!(error.to_string().starts_with(member), "{error}");
    }
}

#[test]
fn a_private_key_is_named_as_such() {
    let mut key = rsa_key(2048);
    key["d"] = json!("AQAB");
    let error = parse(&with("jwks", json!({ "keys": [key] }))).unwrap_err();
    assert_eq!(error.code, RegistrationErrorCode::InvalidClientMetadata);
    assert!(
        error
            .to_string()
            .contains("private or symmetric member \"d\""),
        "{error}"
    );
    assert!(!error.to_string().contains("AQAB"), "{error}");
}
