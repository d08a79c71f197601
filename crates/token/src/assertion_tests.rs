//! Client assertions that try to be more than they are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::entitlement::Entitlement;
use crate::signing_key::SigningKey;
use narthex_vocab::SigningAlgorithm;
use narthex_vocab::{ClientMetadata, ClientState, Environment, PublicKey, TenantSlug};
use rstest::rstest;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const CLIENT: &str = "np_abcdefghijklmnopqrstuvwx27";

struct Bench {
    key: SigningKey,
    client: ClientSnapshot,
    issuer: Issuer,
}

fn bench() -> Bench {
    let key = SigningKey::generate(SigningAlgorithm::Es256, "k1".to_owned()).unwrap();
    let public = PublicKey::parse(&key.public_jwk().unwrap()).unwrap();
    let base = Url::parse("https://id.example").unwrap();
    Bench {
        client: client(public),
        issuer: Issuer::new(
            &base,
            &TenantSlug::parse("acme").unwrap(),
            Environment::Production,
        ),
        key,
    }
}

fn client(key: PublicKey) -> ClientSnapshot {
    let sent = json!({ "client_name": "Partner", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic" });
    let at = |seconds| Timestamp::from_timestamp(seconds, 0).unwrap();
    ClientSnapshot {
        id: ClientId::parse(CLIENT).unwrap(),
        approval: Id::from_uuid(Uuid::from_u128(2)),
        state: ClientState::Active,
        metadata: ClientMetadata::parse(sent.as_object().unwrap()).unwrap(),
        created_at: at(NOW - 60),
        expires_at: at(NOW + 86_400),
        credentials: vec![ClientCredential {
            id: Some(Id::from_uuid(Uuid::from_u128(1))),
            proof: Proof::Key(Box::new(key)),
            until: Some(at(NOW + 30)),
        }],
        entitlement: Entitlement::default(),
        tools: Vec::new(),
        act: None,
    }
}

fn claims() -> Value {
    json!({ "iss": CLIENT, "sub": CLIENT, "aud": "https://id.example/t/acme",
        "exp": NOW + 60, "iat": NOW, "jti": "one" })
}

fn check(bench: &Bench, text: &str) -> Result<Verified, AssertionError> {
    at(bench, text, NOW)
}

fn at(bench: &Bench, text: &str, now: i64) -> Result<Verified, AssertionError> {
    let now = Timestamp::from_timestamp(now, 0).unwrap();
    verify(text, &bench.client, &bench.issuer, now)
}

#[test]
fn a_key_ends_though_nobody_reads_it_again() {
    let bench = bench();
    let text = bench.key.sign("JWT", &claims()).unwrap();
    assert!(at(&bench, &text, NOW + 29).is_ok());
    assert_eq!(
        at(&bench, &text, NOW + 30).unwrap_err(),
        AssertionError::Signature
    );
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
    let stranger = SigningKey::generate(SigningAlgorithm::Es256, "k1".to_owned()).unwrap();
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
