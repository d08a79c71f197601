//! Client assertions that try to be more than they are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::signing_key::Es256Key;
use narthex_vocab::{Environment, PublicKey, TenantSlug};
use rstest::rstest;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const CLIENT: &str = "np_abcdefghijklmnopqrstuvwx27";

struct Bench {
    key: Es256Key,
    credentials: Vec<ClientCredential>,
    issuer: Issuer,
}

fn bench() -> Bench {
    let key = Es256Key::generate("k1".to_owned()).unwrap();
    let public = PublicKey::parse(&key.public_jwk().unwrap()).unwrap();
    let base = Url::parse("https://id.example").unwrap();
    Bench {
        credentials: vec![ClientCredential {
            id: Some(Id::from_uuid(Uuid::from_u128(1))),
            proof: Proof::Key(Box::new(public)),
        }],
        issuer: Issuer::new(
            &base,
            &TenantSlug::parse("acme").unwrap(),
            Environment::Production,
        ),
        key,
    }
}

fn claims() -> Value {
    json!({ "iss": CLIENT, "sub": CLIENT, "aud": "https://id.example/t/acme",
        "exp": NOW + 60, "iat": NOW, "jti": "one" })
}

fn check(bench: &Bench, text: &str) -> Result<Verified, AssertionError> {
    let client = ClientId::parse(CLIENT).unwrap();
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    verify(text, &client, &bench.issuer, (&bench.credentials, now))
}

#[test]
fn a_good_one_holds() {
    let bench = bench();
    for typ in ["JWT", "client-authentication+jwt", "oauth-client-auth+jwt"] {
        let text = bench.key.sign(typ, &claims()).unwrap();
        assert_eq!(unverified_subject(&text).unwrap().as_str(), CLIENT);
        assert!(check(&bench, &text).is_ok());
    }
}

#[rstest]
#[case::other_type("at+jwt", json!({}), AssertionError::Type)]
#[case::other_issuer("JWT", json!({"iss": "np_b"}), AssertionError::Party)]
#[case::other_subject("JWT", json!({"sub": "np_b"}), AssertionError::Party)]
#[case::other_audience("JWT", json!({"aud": "https://id.example/t/acme/sandbox"}), AssertionError::Audience)]
#[case::slash("JWT", json!({"aud": "https://id.example/t/acme/"}), AssertionError::Audience)]
#[case::list("JWT", json!({"aud": ["https://id.example/t/acme"]}), AssertionError::Signature)]
#[case::over("JWT", json!({"exp": NOW - 61}), AssertionError::Time)]
#[case::endless("JWT", json!({"exp": NOW + 86_400}), AssertionError::Time)]
#[case::early("JWT", json!({"nbf": NOW + 120}), AssertionError::Time)]
#[case::from_tomorrow("JWT", json!({"iat": NOW + 120}), AssertionError::Time)]
#[case::no_jti("JWT", json!({"jti": ""}), AssertionError::Jti)]
fn is_refused(#[case] typ: &'static str, #[case] change: Value, #[case] error: AssertionError) {
    let bench = bench();
    let mut sent = claims();
    for (name, value) in change.as_object().unwrap() {
        sent[name.as_str()] = value.clone();
    }
    let text = bench.key.sign(typ, &sent).unwrap();
    assert_eq!(check(&bench, &text).unwrap_err(), error);
}

#[test]
fn another_key_and_no_key_do_not_sign() {
    let bench = bench();
    let stranger = Es256Key::generate("k1".to_owned()).unwrap();
    let text = stranger.sign("JWT", &claims()).unwrap();
    assert_eq!(check(&bench, &text).unwrap_err(), AssertionError::Signature);
    // {"alg":"none"} and {"alg":"HS256"}
    let body = text.split('.').nth(1).unwrap();
    let none = format!("eyJhbGciOiJub25lIn0.{body}.");
    assert_eq!(check(&bench, &none).unwrap_err(), AssertionError::Malformed);
    let symmetric = format!("eyJhbGciOiJIUzI1NiJ9.{body}.AAAA");
    assert_eq!(
        check(&bench, &symmetric).unwrap_err(),
        AssertionError::Algorithm
    );
    let good = bench.key.sign("JWT", &claims()).unwrap();
    let cut = good.get(..good.len() - 2).unwrap();
    assert_eq!(check(&bench, cut).unwrap_err(), AssertionError::Signature);
}
