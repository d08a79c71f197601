//! A client with a document that proves itself by its own key: keys in the document, and keys at an address of its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use narthex_tests::Browser;
use serde_json::{Value, json};

use super::bench::{Bench, HOST, PATH, PRODUCTION, document};
use crate::scene::{CALLBACK, VERIFIER};

const KEYS: &str = "/oauth/keys.json";

/// A key pair of the client's.
struct Pair(rcgen::KeyPair);

impl Pair {
    fn new() -> Self {
        Self(rcgen::KeyPair::generate().unwrap())
    }

    fn key_set(&self) -> Value {
        let raw = self.0.public_key_raw();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&raw[range]);
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65) }] })
    }

    fn assertion(&self, bench: &Bench, jti: &str) -> String {
        let now = chrono::Utc::now().timestamp();
        let issuer = bench
            .scene
            .system
            .at(narthex_tests::Plane::Discovery, "/t/acme");
        let claims = json!({
            "iss": bench.client, "sub": bench.client, "aud": issuer,
            "iat": now, "exp": now + 60, "jti": jti,
        });
        let key = EncodingKey::from_ec_der(&self.0.serialize_der());
        encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap()
    }
}

async fn redeem(bench: &Bench, code: &str, assertion: Option<&str>) -> (u16, Value) {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", bench.client.as_str()),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    if let Some(assertion) = assertion {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        form.extend([
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ]);
    }
    let url = bench.scene.token(PRODUCTION);
    let answer = Browser::new().post(&url, &form).await;
    (answer.status, answer.json())
}

/// The good document of a client that signs.
fn signing(bench: &Bench, member: &str, value: Value) -> Value {
    let mut body = document(&bench.client);
    body["token_endpoint_auth_methods_supported"] = json!(["none", "private_key_jwt"]);
    body.as_object_mut()
        .unwrap()
        .remove("token_endpoint_auth_method");
    body[member] = value;
    body
}

async fn proves_itself(bench: &Bench, pair: &Pair) {
    let mut browser = bench.let_in().await;
    let code = bench.scene.code(&mut browser, &bench.client).await;
    let (status, body) = redeem(bench, &code, None).await;
    assert_eq!(
        (status, &body["error"]),
        (401, &json!("invalid_client")),
        "a key is required"
    );
    let stranger = Pair::new().assertion(bench, "a");
    let (status, body) = redeem(bench, &code, Some(&stranger)).await;
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    let (status, body) = redeem(bench, &code, Some(&pair.assertion(bench, "b"))).await;
    assert_eq!(status, 200, "{body}");
    let again = pair.assertion(bench, "b");
    let (status, _) = redeem(bench, &code, Some(&again)).await;
    assert_eq!(status, 401, "an assertion works once");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_the_document() {
    let (bench, pair) = (Bench::silent().await, Pair::new());
    bench
        .host
        .publish_at(PATH, &signing(&bench, "jwks", pair.key_set()));
    proves_itself(&bench, &pair).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_at_an_address_of_its_own() {
    let (bench, pair) = (Bench::silent().await, Pair::new());
    let url = format!("https://{HOST}{KEYS}");
    bench
        .host
        .publish_at(PATH, &signing(&bench, "jwks_uri", json!(url)));
    bench.host.publish_at(KEYS, &pair.key_set());
    proves_itself(&bench, &pair).await;
    assert_eq!(bench.host.paths(), [PATH, KEYS]);

    // Keys that nobody could fetch for long count no more; nor do keys at an address that nobody approved.
    let administrator = bench.scene.company.place.administrator().await;
    for aged in [
        "update intake.key_set set fetched_at = fetched_at - interval '8 days'",
        "update intake.key_set set fetched_at = now(), url = 'https://app.example/other'",
    ] {
        administrator.batch_execute(aged).await.unwrap();
        let (status, _) = redeem(&bench, "x", Some(&pair.assertion(&bench, aged))).await;
        assert_eq!(status, 401, "{aged}");
    }
}
