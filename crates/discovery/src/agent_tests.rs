//! Access tokens that try to open the registration endpoint and are something else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use jsonwebtoken::{EncodingKey, encode};
use narthex_vocab::{Environment, TenantSlug};
use rstest::rstest;
use serde_json::json;
use url::Url;

use super::*;

const NOW: i64 = 1_800_000_000;
const ENDPOINT: &str = "https://id.example/t/acme/production/register";
const CLIENT: &str = "np_abcdefghijklmnopqrstuvwx27";

struct Pair {
    key: EncodingKey,
    jwk: Value,
}

fn pair(kid: &str) -> Pair {
    let pair = rcgen::KeyPair::generate().unwrap();
    let raw = pair.public_key_raw();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&raw[range]);
    Pair {
        key: EncodingKey::from_ec_der(&pair.serialize_der()),
        jwk: json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
            "x": part(1..33), "y": part(33..65) }),
    }
}

fn header(typ: Option<&str>, kid: Option<&str>) -> Header {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = typ.map(str::to_owned);
    header.kid = kid.map(str::to_owned);
    header
}

fn claims(change: &Value) -> Value {
    let mut claims = json!({ "iss": "https://id.example/t/acme", "aud": ENDPOINT, "sub": CLIENT, "client_id": CLIENT,
        "scope": "narthex:register", "iat": NOW, "exp": NOW + 600, "jti": "00000000-0000-0000-0000-000000000007" });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn check(text: &str, keys: &[Value]) -> Result<Agent, AgentError> {
    let issuer = Issuer::new(
        &Url::parse("https://id.example").unwrap(),
        &TenantSlug::parse("acme").unwrap(),
        Environment::Production,
    );
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    let shown = AccessToken {
        text: Zeroizing::new(text.to_owned()),
        proof: None,
    };
    verify(&shown, keys, (&issuer, ENDPOINT), now).map(|(agent, _)| agent)
}

#[test]
fn a_good_one_names_its_client() {
    let own = pair("k1");
    let text = encode(
        &header(Some("at+jwt"), Some("k1")),
        &claims(&json!({})),
        &own.key,
    );
    let agent = check(&text.unwrap(), &[pair("k0").jwk, own.jwk]).unwrap();
    assert_eq!(agent.client_id.as_str(), CLIENT);
    assert_eq!(agent.jti, Uuid::from_u128(7));
}

#[test]
fn a_key_signs_with_its_own_algorithm_alone() {
    let edwards = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let x = URL_SAFE_NO_PAD.encode(edwards.public_key_raw());
    let jwk = |alg: &str| json!({ "kty": "OKP", "crv": "Ed25519", "alg": alg, "use": "sig", "kid": "k2", "x": x });
    let mut head = header(Some("at+jwt"), Some("k2"));
    head.alg = Algorithm::EdDSA;
    let key = EncodingKey::from_ed_der(&edwards.serialize_der());
    let text = encode(&head, &claims(&json!({})), &key).unwrap();
    assert!(check(&text, &[pair("k1").jwk, jwk("EdDSA")]).is_ok());
    for other in ["ES256", "RS256", "HS256", "none", ""] {
        assert_eq!(
            check(&text, &[jwk(other)]),
            Err(AgentError::Signature),
            "{other}"
        );
    }
}

#[rstest]
#[case::of_another_tenant(json!({"iss": "https://id.example/t/globex"}), AgentError::Place)]
#[case::of_the_sandbox(json!({"iss": "https://id.example/t/acme/sandbox"}), AgentError::Place)]
#[case::for_a_resource(json!({"aud": "https://notes.example/mcp"}), AgentError::Place)]
#[case::for_the_issuer(json!({"aud": "https://id.example/t/acme"}), AgentError::Place)]
#[case::for_the_sandbox(json!({"aud": "https://id.example/t/acme/sandbox/register"}), AgentError::Place)]
#[case::for_a_path_below(json!({"aud": format!("{ENDPOINT}/")}), AgentError::Place)]
#[case::for_several(json!({"aud": [ENDPOINT]}), AgentError::Malformed)]
#[case::over(json!({"exp": NOW}), AgentError::Time)]
#[case::of_tomorrow(json!({"iat": NOW + 1}), AgentError::Time)]
#[case::of_a_person(json!({"sub": "mem_00000000000000000000000000000007"}), AgentError::Person)]
#[case::of_another_client(json!({"client_id": "np_abcdefghijklmnopqrstuvwx28"}), AgentError::Person)]
#[case::bound_to_a_key(json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}), AgentError::Bound)]
#[case::bound_to_nonsense(json!({"cnf": {"jkt": "x"}}), AgentError::Malformed)]
#[case::bound_to_a_certificate(json!({"cnf": {"x5t#S256": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}), AgentError::Malformed)]
#[case::bound_to_both(json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "x5t#S256": "x"}}), AgentError::Malformed)]
#[case::without_the_scope(json!({"scope": "notes:read"}), AgentError::Scope)]
#[case::with_half_the_scope(json!({"scope": "narthex:registers narthex"}), AgentError::Scope)]
#[case::with_no_scope(json!({"scope": ""}), AgentError::Scope)]
#[case::with_a_list_of_scopes(json!({"scope": ["narthex:register"]}), AgentError::Malformed)]
#[case::without_an_end(json!({"exp": null}), AgentError::Malformed)]
#[case::without_an_identity(json!({"jti": "seven"}), AgentError::Malformed)]
fn what_it_says_has_to_be_right(#[case] change: Value, #[case] expected: AgentError) {
    let own = pair("k1");
    let text = encode(
        &header(Some("at+jwt"), Some("k1")),
        &claims(&change),
        &own.key,
    );
    assert_eq!(check(&text.unwrap(), &[own.jwk]), Err(expected));
}

#[rstest]
#[case::id_token(Some("JWT"), Some("k1"), AgentError::Type)]
#[case::untyped(None, Some("k1"), AgentError::Type)]
#[case::long_type(Some("application/at+jwt"), Some("k1"), AgentError::Type)]
#[case::other_case(Some("AT+JWT"), Some("k1"), AgentError::Type)]
#[case::no_key(Some("at+jwt"), None, AgentError::Signature)]
#[case::unknown_key(Some("at+jwt"), Some("k2"), AgentError::Signature)]
#[case::other_key(Some("at+jwt"), Some("k0"), AgentError::Signature)]
fn the_header_has_to_be_right(
    #[case] typ: Option<&str>,
    #[case] kid: Option<&str>,
    #[case] expected: AgentError,
) {
    let (own, other) = (pair("k1"), pair("k0"));
    let text = encode(&header(typ, kid), &claims(&json!({})), &own.key).unwrap();
    assert_eq!(check(&text, &[own.jwk, other.jwk]), Err(expected));
}

#[test]
fn other_algorithms_and_keys_of_the_header_are_not_looked_at() {
    let own = pair("k1");
    let mut with_key = header(Some("at+jwt"), Some("k9"));
    with_key.jwk = serde_json::from_value(own.jwk.clone()).unwrap();
    let text = encode(&with_key, &claims(&json!({})), &own.key).unwrap();
    assert_eq!(
        check(&text, &[pair("k1").jwk]),
        Err(AgentError::Signature),
        "its own key"
    );
    let mut symmetric = header(Some("at+jwt"), Some("k1"));
    symmetric.alg = Algorithm::HS256;
    let secret = EncodingKey::from_secret(own.jwk.to_string().as_bytes());
    let text = encode(&symmetric, &claims(&json!({})), &secret).unwrap();
    assert_eq!(
        check(&text, std::slice::from_ref(&own.jwk)),
        Err(AgentError::Signature),
        "HS256"
    );
    let good = encode(
        &header(Some("at+jwt"), Some("k1")),
        &claims(&json!({})),
        &own.key,
    );
    let good = good.unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt","kid":"k1"}"#);
    let payload = good.split('.').nth(1).unwrap();
    for forged in [
        format!("{unsigned}.{payload}."),
        format!("{good}AA"),
        good[..good.len() - 3].to_owned(),
    ] {
        assert_eq!(
            check(&forged, std::slice::from_ref(&own.jwk)),
            Err(AgentError::Signature),
            "{forged}"
        );
    }
}

#[rstest]
#[case("..")]
#[case("a.b.c")]
#[case("e30.e30")]
#[case("e30.W10.e30")]
fn what_is_no_token_is_malformed(#[case] text: &str) {
    assert_eq!(check(text, &[]), Err(AgentError::Malformed));
    let twice = URL_SAFE_NO_PAD.encode(r#"{"aud":"a","aud":"b"}"#);
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"at+jwt"}"#);
    assert_eq!(
        check(&format!("{header}.{twice}.AA"), &[]),
        Err(AgentError::Malformed)
    );
}
