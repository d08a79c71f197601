//! Tokens of workloads that try to be more than they are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::client::{ClientCredential, Proof};
use crate::entitlement::Entitlement;
use crate::signing_key::SigningKey;
use narthex_vocab::{
    ClientId, ClientMetadata, ClientState, Environment, Id, PublicKey, SigningAlgorithm, TenantSlug,
};
use rstest::rstest;
use serde_json::json;
use url::Url;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const CI: &str = "https://ci.example";
const DOMAIN: &str = "spiffe://prod.example";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap()
}

fn here() -> Issuer {
    let base = Url::parse("https://id.example").unwrap();
    let tenant = TenantSlug::parse("acme").unwrap();
    Issuer::new(&base, &tenant, Environment::Production)
}

/// A client that is this workload, and what its issuer signs with.
fn bench(method: &str, workload: &Value) -> (SigningKey, ClientSnapshot) {
    let key = SigningKey::generate(SigningAlgorithm::Es256, "k1".to_owned()).unwrap();
    let sent = json!({ "client_name": "Job", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": method, "workload_identity": workload });
    let client = ClientSnapshot {
        id: ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap(),
        approval: Id::from_uuid(Uuid::from_u128(2)),
        state: ClientState::Active,
        metadata: ClientMetadata::parse(sent.as_object().unwrap()).unwrap(),
        created_at: at(NOW - 60),
        expires_at: at(NOW + 86_400),
        credentials: vec![ClientCredential {
            id: None,
            proof: Proof::Key(Box::new(
                PublicKey::parse(&key.public_jwk().unwrap()).unwrap(),
            )),
            until: Some(at(NOW + 30)),
        }],
        entitlement: Entitlement::default(),
        tools: Vec::new(),
        act: None,
    };
    (key, client)
}

fn job() -> (SigningKey, ClientSnapshot) {
    let claims = json!({ "environment": "production", "run_attempt": "1", "fork": "false" });
    let workload = json!({ "issuer": CI, "subject": "repo:acme/notes:*", "claims": claims });
    bench("workload_jwt", &workload)
}

fn service(reusable: bool) -> (SigningKey, ClientSnapshot) {
    let workload = json!({ "issuer": DOMAIN, "subject": "spiffe://prod.example/orders",
        "reusable": reusable });
    bench("spiffe_jwt", &workload)
}

fn of_a_job(change: &Value) -> Value {
    let mut claims = json!({ "iss": CI, "sub": "repo:acme/notes:ref:refs/heads/main",
        "aud": "https://id.example/t/acme", "iat": NOW, "exp": NOW + 300, "jti": "one",
        "environment": "production", "run_attempt": 1, "fork": false });
    change_to(&mut claims, change);
    claims
}

fn change_to(claims: &mut Value, change: &Value) {
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value == "-" {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
}

fn check(bench: &(SigningKey, ClientSnapshot), claims: &Value) -> Result<Verified, AssertionError> {
    let text = bench.0.sign("JWT", claims).unwrap();
    verify(&text, &bench.1, &here(), at(NOW))
}

#[rstest]
#[case(json!({}))]
#[case(json!({ "aud": ["https://id.example/t/acme"] }))]
#[case(json!({ "sub": "repo:acme/notes:environment:production" }))]
#[case(json!({ "exp": NOW + 3_600 }))]
#[case(json!({ "jti": "-" }))]
#[case(json!({ "run_attempt": "1", "fork": "false" }))]
#[case(json!({ "more": { "of": ["anything"] } }))]
fn a_good_one_holds(#[case] change: Value) {
    let verified = check(&job(), &of_a_job(&change)).unwrap();
    assert!(verified.once.is_some() && verified.credential.is_none());
}

#[rstest]
#[case(json!({ "iss": "https://ci.example/" }), AssertionError::Party)]
#[case(json!({ "iss": "https://other.example" }), AssertionError::Party)]
#[case(json!({ "iss": "-" }), AssertionError::Party)]
#[case(json!({ "sub": "repo:acme/notes-evil:ref:x" }), AssertionError::Party)]
#[case(json!({ "sub": "repo:acme/notes:" }), AssertionError::Party)]
#[case(json!({ "sub": "np_abcdefghijklmnopqrstuvwx27" }), AssertionError::Party)]
#[case(json!({ "environment": "sandbox" }), AssertionError::Claim)]
#[case(json!({ "environment": ["production"] }), AssertionError::Claim)]
#[case(json!({ "environment": "-" }), AssertionError::Claim)]
#[case(json!({ "run_attempt": 2 }), AssertionError::Claim)]
#[case(json!({ "fork": true }), AssertionError::Claim)]
#[case(json!({ "aud": "https://id.example/t/acme/sandbox" }), AssertionError::Audience)]
#[case(json!({ "aud": "https://id.example/t/other" }), AssertionError::Audience)]
#[case(json!({ "aud": "https://id.example/t/acme/production/token" }), AssertionError::Audience)]
#[case(json!({ "aud": ["https://id.example/t/acme", "sts.amazonaws.com"] }), AssertionError::Audience)]
#[case(json!({ "aud": [] }), AssertionError::Audience)]
#[case(json!({ "aud": "-" }), AssertionError::Signature)]
#[case(json!({ "exp": "-" }), AssertionError::Signature)]
#[case(json!({ "exp": NOW - 60 }), AssertionError::Time)]
#[case(json!({ "iat": NOW + 61 }), AssertionError::Time)]
#[case(json!({ "nbf": NOW + 61 }), AssertionError::Time)]
#[case(json!({ "iat": "-" }), AssertionError::Time)]
#[case(json!({ "exp": NOW + 3_661 }), AssertionError::Time)]
#[case(json!({ "iat": NOW - 86_400 }), AssertionError::Time)]
#[case(json!({ "jti": "" }), AssertionError::Jti)]
fn is_refused(#[case] change: Value, #[case] error: AssertionError) {
    assert_eq!(check(&job(), &of_a_job(&change)).unwrap_err(), error);
}

#[test]
fn other_kinds_of_token_and_other_keys_are_none() {
    let bench = job();
    let claims = of_a_job(&json!({}));
    for typ in [
        "at+jwt",
        "oauth-id-jag+jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
    ] {
        let text = bench.0.sign(typ, &claims).unwrap();
        let error = verify(&text, &bench.1, &here(), at(NOW)).unwrap_err();
        assert_eq!(error, AssertionError::Type, "{typ}");
    }
    let stranger = SigningKey::generate(SigningAlgorithm::Es256, "k1".to_owned()).unwrap();
    let text = stranger.sign("JWT", &claims).unwrap();
    let error = verify(&text, &bench.1, &here(), at(NOW)).unwrap_err();
    assert_eq!(error, AssertionError::Signature);
    // Keys that nobody could read again for too long are no keys.
    let text = bench.0.sign("JWT", &claims).unwrap();
    let late = verify(&text, &bench.1, &here(), at(NOW + 30)).unwrap_err();
    assert_eq!(late, AssertionError::UnknownKey);
    assert_eq!(
        verify("a.b.c", &bench.1, &here(), at(NOW)).unwrap_err(),
        AssertionError::Malformed
    );
}

#[rstest]
#[case(json!({}), None)]
#[case(json!({ "iss": "https://spire.example" }), None)]
#[case(json!({ "iat": NOW, "jti": "a" }), None)]
#[case(json!({ "iss": "" }), Some(AssertionError::Party))]
#[case(json!({ "sub": "spiffe://prod.example/orders/x" }), Some(AssertionError::Party))]
#[case(json!({ "sub": "spiffe://other.example/orders" }), Some(AssertionError::Party))]
#[case(json!({ "iat": NOW - 7_200 }), Some(AssertionError::Time))]
#[case(json!({ "exp": NOW + 86_400 }), Some(AssertionError::Time))]
fn of_a_trust_domain(#[case] change: Value, #[case] error: Option<AssertionError>) {
    let mut claims = json!({ "sub": "spiffe://prod.example/orders",
        "aud": ["https://id.example/t/acme"], "exp": NOW + 300 });
    change_to(&mut claims, &change);
    assert_eq!(check(&service(false), &claims).err(), error);
}

#[test]
fn what_may_be_shown_again_is_not_remembered() {
    let claims = json!({ "sub": "spiffe://prod.example/orders", "aud": "https://id.example/t/acme",
        "exp": NOW + 300 });
    assert!(check(&service(true), &claims).unwrap().once.is_none());
    // Without a name of its own a token is known by what was signed, however often it is signed.
    let bench = service(false);
    let (first, second) = (
        check(&bench, &claims).unwrap(),
        check(&bench, &claims).unwrap(),
    );
    assert_eq!(first.once, second.once);
}

#[rstest]
#[case(json!({ "iss": CI, "sub": "repo:a" }), Some((CI, "repo:a")))]
#[case(json!({ "iss": CI, "sub": "spiffe://prod.example/a" }), Some((DOMAIN, "spiffe://prod.example/a")))]
#[case(json!({ "sub": "spiffe://prod.example/a" }), Some((DOMAIN, "spiffe://prod.example/a")))]
#[case(json!({ "sub": "repo:a" }), None)]
#[case(json!({ "iss": "not one", "sub": "repo:a" }), None)]
#[case(json!({ "iss": CI }), None)]
fn whom_it_says_it_is_of(#[case] claims: Value, #[case] expected: Option<(&str, &str)>) {
    let text = SigningKey::generate(SigningAlgorithm::Es256, "k".to_owned())
        .unwrap()
        .sign("JWT", &claims)
        .unwrap();
    let named = unverified(&text);
    let named = named
        .as_ref()
        .map(|(issuer, subject)| (issuer.as_str(), subject.as_str()));
    assert_eq!(named, expected);
}
