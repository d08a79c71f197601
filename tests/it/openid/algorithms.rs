//! Keys of every algorithm: ID tokens by what a client registered, access tokens by what the environment is set to. Whoever says
//! another algorithm than the key's own gets nothing (CVE-2026-11800).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use narthex_tenancy::token_policy::TokenPolicy;
use narthex_tests::Browser;
use narthex_vocab::{Environment, SigningAlgorithm};
use rstest::rstest;
use serde_json::{Value, json};

use super::Op;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

async fn status(op: &Op, token: &str) -> u16 {
    let mut browser = Browser::new();
    let request = browser.request(reqwest::Method::GET, &op.at("userinfo"));
    browser.send(request.bearer_auth(token)).await.status
}

#[rstest]
#[case("ES256", Algorithm::ES256)]
#[case("EdDSA", Algorithm::EdDSA)]
#[case("RS256", Algorithm::RS256)]
#[tokio::test(flavor = "multi_thread")]
async fn id_tokens_are_signed_as_registered(#[case] name: &str, #[case] algorithm: Algorithm) {
    let scene = Scene::new().await;
    let members = json!({ "id_token_signed_response_alg": name });
    let mut op = Op::with(scene, PRODUCTION, members).await;
    let tokens = op.tokens(&[]).await;
    let header = jsonwebtoken::decode_header(tokens.text("id_token")).unwrap();
    assert_eq!(
        (header.alg, header.typ.as_deref()),
        (algorithm, Some("JWT"))
    );
    assert_eq!(
        status(&op, tokens.text("id_token")).await,
        401,
        "an ID token is no access token, whoever signed it"
    );
}

#[rstest]
#[case(SigningAlgorithm::EdDsa, Algorithm::EdDSA)]
#[case(SigningAlgorithm::Rs256, Algorithm::RS256)]
#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_are_signed_as_the_environment_is_set(
    #[case] access_algorithm: SigningAlgorithm,
    #[case] algorithm: Algorithm,
) {
    let mut op = Op::new().await;
    let before = op.tokens(&[]).await;
    let policy = TokenPolicy {
        access_algorithm,
        ..TokenPolicy::default()
    };
    op.scene.demands(policy, None).await.unwrap();
    let after = op.tokens(&[]).await;
    let alg = |token| jsonwebtoken::decode_header(token).unwrap().alg;
    assert_eq!(alg(before.text("access_token")), Algorithm::ES256);
    assert_eq!(alg(after.text("access_token")), algorithm);
    assert_eq!(
        op.read(after.text("access_token")).await["sub"],
        after.id["sub"]
    );
    for tokens in [&before, &after] {
        assert_eq!(status(&op, tokens.text("access_token")).await, 200);
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_algorithm_but_the_keys_own() {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[]).await;
    let token = tokens.text("access_token");
    let (claims, signature) = (
        token.split('.').nth(1).unwrap(),
        token.split('.').nth(2).unwrap(),
    );
    let keys = op.keys().await;
    let mut forged = Vec::new();
    for key in &keys {
        let kid = &key["kid"];
        for alg in [
            "none", "None", "HS256", "HS512", "RS256", "PS256", "ES256", "EdDSA", "ES384",
        ] {
            let header = encode(&json!({ "alg": alg, "typ": "at+jwt", "kid": kid }));
            // The signature of another key, none at all, and one by the public key as a shared secret.
            forged.push(format!("{header}.{claims}.{signature}"));
            forged.push(format!("{header}.{claims}."));
            let secret = key["n"].as_str().or(key["x"].as_str()).unwrap();
            let mut by_public = jsonwebtoken::Header::new(Algorithm::HS256);
            by_public.typ = Some("at+jwt".to_owned());
            by_public.kid = kid.as_str().map(str::to_owned);
            let claims: Value =
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
            let secret = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
            forged.push(jsonwebtoken::encode(&by_public, &claims, &secret).unwrap());
        }
    }
    // A key that the token brings itself.
    let own = json!({ "alg": "ES256", "typ": "at+jwt", "kid": keys[0]["kid"], "jwk": keys[0],
        "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5u" });
    forged.push(format!("{}.{claims}.", encode(&own)));
    let good = jsonwebtoken::decode_header(token).unwrap();
    for forged in &forged {
        let same = jsonwebtoken::decode_header(forged).is_ok_and(|header| {
            header.alg == good.alg && header.kid == good.kid && forged.ends_with(signature)
        });
        if !same {
            let answer = Browser::new()
                .post(&op.at("userinfo"), &[("access_token", forged)])
                .await;
            assert_eq!(answer.status, 401, "{forged}");
        }
    }
    assert_eq!(status(&op, token).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_had_two_keys_gets_the_third_and_keeps_the_others() {
    let mut op = Op::new().await;
    let before = op.tokens(&[]).await;
    let administrator = op.scene.company.place.administrator().await;
    // As it was when an issuer had none.
    let without = "delete from issue.published_key where jwk ->> 'alg' = 'EdDSA';
        delete from issue.signing_key where algorithm = 'EdDSA'";
    administrator.batch_execute(without).await.unwrap();
    let after = op.tokens(&[]).await;
    let kid = |token| jsonwebtoken::decode_header(token).unwrap().kid;
    assert_eq!(
        kid(before.text("access_token")),
        kid(after.text("access_token"))
    );
    assert_eq!(kid(before.text("id_token")), kid(after.text("id_token")));
    assert_eq!(op.keys().await.len(), 3);
}
