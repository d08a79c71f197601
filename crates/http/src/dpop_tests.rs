//! Each of the checks of RFC 9449 section 4.3, by a proof that lacks that one thing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use actix_web::test::TestRequest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rstest::rstest;
use serde_json::json;

const NOW: i64 = 1_800_000_000;
const ADDRESS: &str = "https://token.example/t/acme/production/token";
const TOKEN: &str = "a.b.c";

struct Key(EcdsaKeyPair);

#[expect(clippy::disallowed_methods, reason = "tests")]
fn random() -> SystemRandom {
    SystemRandom::new()
}

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&point[33..65]) })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&random(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn header(key: &Key) -> Value {
    json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() })
}

fn claims() -> Value {
    json!({ "jti": "one", "htm": "POST", "htu": ADDRESS, "iat": NOW,
        "ath": URL_SAFE_NO_PAD.encode(Sha256::digest(TOKEN)) })
}

fn changed(mut value: Value, change: &Value) -> Value {
    for (name, new) in change.as_object().unwrap() {
        if new == &json!("<none>") {
            value.as_object_mut().unwrap().remove(name);
        } else {
            value[name.as_str()] = new.clone();
        }
    }
    value
}

fn check(text: &str) -> Result<Proof, DpopError> {
    let expected = Expected {
        method: "POST",
        address: ADDRESS,
        token: Some(TOKEN),
    };
    verify(text, &expected, Timestamp::from_timestamp(NOW, 0).unwrap())
}

#[test]
fn a_good_one_holds_and_names_its_key() {
    let key = Key::new();
    let proof = check(&key.sign(&header(&key), &claims())).unwrap();
    let public = PublicKey::parse(&key.jwk()).unwrap();
    assert_eq!(proof.jkt, Thumbprint::of(&public));
    assert_eq!(Thumbprint::parse(proof.jkt.as_str()), Ok(proof.jkt.clone()));
    let again = check(&key.sign(&header(&key), &claims())).unwrap();
    assert_eq!(proof.once, again.once, "the same jti of the same key");
    let other = Key::new();
    let other = check(&other.sign(&header(&other), &claims())).unwrap();
    assert_ne!(proof.once, other.once);
}

#[rstest]
#[case::query(json!({"htu": format!("{ADDRESS}?a=b#c")}))]
#[case::case_of_host(json!({"htu": "HTTPS://TOKEN.example:443/t/acme/production/token"}))]
#[case::a_little_late(json!({"iat": NOW - 60}))]
#[case::a_little_early(json!({"iat": NOW + 60}))]
fn holds_too(#[case] change: Value) {
    let key = Key::new();
    assert!(check(&key.sign(&header(&key), &changed(claims(), &change))).is_ok());
}

#[rstest]
#[case::no_type(json!({"typ": "<none>"}), DpopError::Type)]
#[case::another_type(json!({"typ": "JWT"}), DpopError::Type)]
#[case::none(json!({"alg": "none"}), DpopError::Algorithm)]
#[case::symmetric(json!({"alg": "HS256"}), DpopError::Algorithm)]
#[case::another_algorithm(json!({"alg": "RS256"}), DpopError::Signature)]
#[case::critical(json!({"crit": ["x"], "x": 1}), DpopError::Algorithm)]
#[case::no_key(json!({"jwk": "<none>"}), DpopError::Key)]
#[case::key_elsewhere(json!({"jwk": "<none>", "jku": "https://evil.example/keys"}), DpopError::Key)]
#[case::symmetric_key(json!({"jwk": {"kty": "oct", "k": "AAAA"}}), DpopError::Key)]
fn a_header_is_refused(#[case] change: Value, #[case] error: DpopError) {
    let key = Key::new();
    let text = key.sign(&changed(header(&key), &change), &claims());
    assert_eq!(check(&text).unwrap_err(), error);
}

#[rstest]
#[case::no_jti(json!({"jti": "<none>"}), DpopError::Claims)]
#[case::empty_jti(json!({"jti": ""}), DpopError::Claims)]
#[case::no_method(json!({"htm": "<none>"}), DpopError::Claims)]
#[case::no_address(json!({"htu": "<none>"}), DpopError::Claims)]
#[case::no_time(json!({"iat": "<none>"}), DpopError::Claims)]
#[case::time_in_words(json!({"iat": "now"}), DpopError::Claims)]
#[case::another_method(json!({"htm": "GET"}), DpopError::Method)]
#[case::method_in_small(json!({"htm": "post"}), DpopError::Method)]
#[case::another_address(json!({"htu": "https://token.example/t/acme/sandbox/token"}), DpopError::Address)]
#[case::another_host(json!({"htu": "https://evil.example/t/acme/production/token"}), DpopError::Address)]
#[case::no_url(json!({"htu": "token"}), DpopError::Address)]
#[case::old(json!({"iat": NOW - 61}), DpopError::Time)]
#[case::from_tomorrow(json!({"iat": NOW + 61}), DpopError::Time)]
#[case::no_token(json!({"ath": "<none>"}), DpopError::Token)]
#[case::another_token(json!({"ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"}), DpopError::Token)]
fn claims_are_refused(#[case] change: Value, #[case] error: DpopError) {
    let key = Key::new();
    let text = key.sign(&header(&key), &changed(claims(), &change));
    assert_eq!(check(&text).unwrap_err(), error);
}

#[test]
fn another_key_and_a_private_one_are_refused() {
    let (key, other) = (Key::new(), Key::new());
    let text = other.sign(&header(&key), &claims());
    assert_eq!(check(&text).unwrap_err(), DpopError::Signature);
    let mut private = key.jwk();
    private["d"] = json!("AAAA");
    let text = key.sign(
        &changed(header(&key), &json!({ "jwk": private })),
        &claims(),
    );
    assert_eq!(check(&text).unwrap_err(), DpopError::Key);
    let good = key.sign(&header(&key), &claims());
    let cut = good.get(..good.len() - 2).unwrap();
    assert_eq!(check(cut).unwrap_err(), DpopError::Signature);
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    assert_eq!(
        check(&format!("{unsigned}.")).unwrap_err(),
        DpopError::Malformed
    );
    for bad in ["", "a.b", "a.b.c.d", "e30.e30.AAAA"] {
        assert!(check(bad).is_err(), "{bad}");
    }
}

#[test]
fn one_header_alone() {
    let request = TestRequest::default().to_http_request();
    assert_eq!(read(&request), Ok(None));
    let request = TestRequest::default()
        .append_header(("dpop", "a"))
        .to_http_request();
    assert_eq!(read(&request), Ok(Some("a")));
    let request = TestRequest::default()
        .append_header(("dpop", "a"))
        .append_header(("dpop", "a"))
        .to_http_request();
    assert_eq!(read(&request), Err(DpopError::Several));
}
