//! An agent's access token that is bound to a key (RFC 9449 section 7) at the registration endpoint: with a proof of that
//! key it opens the door once; whoever has the token and not the key, or an old proof, stays outside.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use narthex_tests::{Answer, Browser, Plane, Rows};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::PRODUCTION;
use crate::initial_access::app;
use crate::scene::{Machine, Scene};

/// A key of an agent.
struct Key(rcgen::KeyPair);

impl Key {
    fn new() -> Self {
        Self(rcgen::KeyPair::generate().unwrap())
    }

    /// A proof for now; `change` replaces claims.
    fn proof(&self, (method, address): (&str, &str), change: &Value) -> String {
        let point = self.0.public_key_raw();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65) });
        let mut claims = json!({ "jti": uuid::Uuid::now_v7(), "htm": method, "htu": address,
            "iat": chrono::Utc::now().timestamp() });
        for (name, value) in change.as_object().unwrap() {
            claims[name.as_str()] = value.clone();
        }
        let header = Header {
            typ: Some("dpop+jwt".to_owned()),
            jwk: Some(serde_json::from_value(jwk).unwrap()),
            ..Header::new(Algorithm::ES256)
        };
        let key = EncodingKey::from_ec_der(&self.0.serialize_der());
        encode(&header, &claims, &key).unwrap()
    }
}

fn ath(token: &str) -> Value {
    json!({ "ath": URL_SAFE_NO_PAD.encode(Sha256::digest(token)) })
}

/// A token of the agent for the registration endpoint that is bound to the key.
async fn bound(scene: &Scene, agent: &Machine, key: &Key) -> String {
    let url = scene.token(PRODUCTION);
    let endpoint = scene.register(PRODUCTION);
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", endpoint.as_str()),
    ];
    let mut browser = Browser::new();
    let mut with = json!({});
    for _ in 0..2 {
        let request = browser
            .request(Method::POST, &url)
            .basic_auth(&agent.id, Some(&agent.secret))
            .header("dpop", key.proof(("POST", &url), &with))
            .form(&form);
        let answer = browser.send(request).await;
        if answer.status == 200 {
            assert_eq!(answer.json()["token_type"], "DPoP");
            return answer.json()["access_token"].as_str().unwrap().to_owned();
        }
        with = json!({ "nonce": answer.header("dpop-nonce") });
    }
    panic!("no bound token");
}

async fn shows(scene: &Scene, scheme: &str, token: &str, proofs: &[String]) -> Answer {
    let mut browser = Browser::new();
    let mut request = browser
        .request(Method::POST, &scene.register(PRODUCTION))
        .header("content-type", "application/json")
        .header("authorization", format!("{scheme} {token}"))
        .body(app("Child", "notes:read").to_string());
    for proof in proofs {
        request = request.header("dpop", proof);
    }
    browser.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_bound_token_registers_with_a_proof_of_its_key_alone() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let (key, thief) = (Key::new(), Key::new());
    let endpoint = scene.register(PRODUCTION);
    let here = ("POST", endpoint.as_str());
    let token = bound(&scene, &agent, &key).await;
    let ours = ath(&token);
    let with = |change: Value| {
        let mut all = ours.clone();
        all.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        all
    };
    let old = chrono::Utc::now().timestamp() - 90;
    let sandbox = scene.register(narthex_vocab::Environment::Sandbox);
    let elsewhere = scene.system.at(Plane::Token, "/t/acme/production/token");
    let good = key.proof(here, &ours);
    let (bind, proof) = ("invalid_token", "invalid_dpop_proof");
    let before = Rows::count(&scene.company.place).await;
    let table = [
        ("no proof", "DPoP", vec![], bind),
        ("a bearer of a bound token", "Bearer", vec![], bind),
        (
            "a bearer with a proof beside it",
            "Bearer",
            vec![key.proof(here, &ours)],
            bind,
        ),
        (
            "a thief with a key of their own",
            "DPoP",
            vec![thief.proof(here, &ours)],
            bind,
        ),
        (
            "two proofs",
            "DPoP",
            vec![key.proof(here, &ours), key.proof(here, &ours)],
            proof,
        ),
        ("no JWT", "DPoP", vec!["x.y.z".to_owned()], proof),
        (
            "another method",
            "DPoP",
            vec![key.proof(("GET", &endpoint), &ours)],
            proof,
        ),
        (
            "another environment",
            "DPoP",
            vec![key.proof(("POST", &sandbox), &ours)],
            proof,
        ),
        (
            "the token endpoint",
            "DPoP",
            vec![key.proof(("POST", &elsewhere), &ours)],
            proof,
        ),
        (
            "an old one",
            "DPoP",
            vec![key.proof(here, &with(json!({ "iat": old })))],
            proof,
        ),
        (
            "of another token",
            "DPoP",
            vec![key.proof(here, &ath("a.b.c"))],
            proof,
        ),
        (
            "of no token",
            "DPoP",
            vec![key.proof(here, &json!({}))],
            proof,
        ),
    ];
    for (what, scheme, proofs, code) in &table {
        let answer = shows(&scene, scheme, &token, proofs).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (401, &json!(code)),
            "{what}: {}",
            answer.body
        );
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("DPoP error=") && challenge.contains(code),
            "{what}: {challenge}"
        );
    }
    let since = Rows::count(&scene.company.place).await;
    assert!(!since.since(&before).contains_key("intake.quarantine"));

    let answer = shows(&scene, "DPoP", &token, std::slice::from_ref(&good)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let again = shows(&scene, "DPoP", &token, &[good]).await;
    assert_eq!(again.json()["error"], proof, "a proof counts once");
    let fresh = shows(&scene, "DPoP", &token, &[key.proof(here, &ours)]).await;
    assert_eq!(fresh.status, 201, "{}", fresh.body);
    assert_eq!(
        fresh.json()["client_id"],
        answer.json()["client_id"],
        "the same software"
    );

    // A token that is bound to nothing is none of this.
    let plain = scene.key_of(&agent).await;
    let proofs = [key.proof(here, &ath(&plain))];
    let pretends = shows(&scene, "DPoP", &plain, &proofs).await;
    assert_eq!(
        (pretends.status, &pretends.json()["error"]),
        (401, &json!(bind))
    );
    assert_eq!(shows(&scene, "Bearer", &plain, &proofs).await.status, 201);
}
