//! Tokens that are bound to a key (RFC 9449): for a client itself, for people, at userinfo; and everybody who has not the
//! key, or shows an old proof.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use narthex_tenancy::ambient;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::bench::{Answer, Bench, ORIGIN_TEXT};
use super::client_credentials::client;
use super::front_door::{self, PRODUCTION};
use narthex_vocab::Environment;

const SANDBOX: Environment = Environment::Sandbox;

/// A key of a client.
struct Key(rcgen::KeyPair);

impl Key {
    fn new() -> Self {
        Self(rcgen::KeyPair::generate().unwrap())
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key_raw();
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&point[33..65]) })
    }

    fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }

    /// A proof for now; `more` are further claims.
    fn proof(&self, (method, address): (&str, &str), jti: &str, more: &Value) -> String {
        let mut claims = json!({ "jti": jti, "htm": method, "htu": address,
            "iat": ambient::now().timestamp() });
        for (name, value) in more.as_object().unwrap() {
            claims[name.as_str()] = value.clone();
        }
        let header = jsonwebtoken::Header {
            typ: Some("dpop+jwt".to_owned()),
            jwk: Some(serde_json::from_value(self.jwk()).unwrap()),
            ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256)
        };
        let key = jsonwebtoken::EncodingKey::from_ec_der(&self.0.serialize_der());
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

fn address(environment: Environment, endpoint: &str) -> String {
    format!("{ORIGIN_TEXT}/t/acme/{environment}/{endpoint}")
}

async fn ask(
    bench: &Bench,
    (environment, form): (Environment, &[(&str, &str)]),
    basic: Option<(&str, &str)>,
    proof: &str,
) -> Answer {
    let mut request = TestRequest::post()
        .uri(&format!("/t/acme/{environment}/token"))
        .insert_header(("dpop", proof))
        .set_form(form);
    if let Some((user, password)) = basic {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        request = request.insert_header(("authorization", format!("Basic {pair}")));
    }
    bench.send(request).await
}

fn refused(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (status, &json!(code)),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_for_itself() {
    let bench = Bench::new().await;
    let (id, secret) = client(&bench, &[]).await;
    let (res, res_secret) = bench.resource(SANDBOX).await;
    let (basic, key) = (Some((id.as_str(), secret.as_str())), Key::new());
    let form: &[(&str, &str)] = &[("grant_type", "client_credentials")];
    let at = address(SANDBOX, "token");
    let here = ("POST", at.as_str());

    let first = key.proof(here, "first", &json!({}));
    let answer = ask(&bench, (SANDBOX, form), basic, &first).await;
    refused(&answer, StatusCode::BAD_REQUEST, "use_dpop_nonce");
    let nonce = answer.header("dpop-nonce").to_owned();
    assert!(!nonce.is_empty());
    let with = json!({ "nonce": nonce });

    let good = key.proof(here, "second", &with);
    let answer = ask(&bench, (SANDBOX, form), basic, &good).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let issued = answer.json();
    assert_eq!(issued["token_type"], "DPoP");
    let token = issued["access_token"].as_str().unwrap();
    let known = bench.introspect(SANDBOX, (&res, &res_secret), token).await;
    assert_eq!(known["cnf"]["jkt"], key.thumbprint());
    assert_eq!(known["token_type"], "DPoP");

    let again = ask(&bench, (SANDBOX, form), basic, &good).await;
    refused(&again, StatusCode::BAD_REQUEST, "invalid_dpop_proof");
    let elsewhere = address(Environment::Production, "token");
    for (what, bad) in [
        ("method", key.proof(("GET", &at), "a", &with)),
        ("address", key.proof(("POST", &elsewhere), "b", &with)),
        ("old", {
            let iat = ambient::now().timestamp() - 90;
            key.proof(here, "c", &json!({ "nonce": nonce, "iat": iat }))
        }),
        ("no proof", "x.y.z".to_owned()),
    ] {
        let answer = ask(&bench, (SANDBOX, form), basic, &bad).await;
        assert_eq!(answer.json()["error"], "invalid_dpop_proof", "{what}");
    }
    for invented in ["", "AAAA", &nonce[..nonce.len() - 4]] {
        let bad = key.proof(here, invented, &json!({ "nonce": invented, "jti": "d" }));
        let answer = ask(&bench, (SANDBOX, form), basic, &bad).await;
        refused(&answer, StatusCode::BAD_REQUEST, "use_dpop_nonce");
    }
    let plain = bench.post(SANDBOX, ("token", basic), form).await.json();
    assert_eq!(plain["token_type"], "Bearer", "who brings no proof");
}

/// The nonce that an endpoint wants.
async fn nonce(bench: &Bench) -> String {
    let key = Key::new();
    let at = address(PRODUCTION, "userinfo");
    let request = TestRequest::get()
        .uri("/t/acme/production/userinfo")
        .insert_header(("authorization", "DPoP x"))
        .insert_header((
            "dpop",
            key.proof(
                ("GET", &at),
                "n",
                &json!({ "ath": URL_SAFE_NO_PAD.encode(Sha256::digest("x")) }),
            ),
        ));
    let answer = bench.send(request).await;
    refused(&answer, StatusCode::UNAUTHORIZED, "use_dpop_nonce");
    assert!(answer.header("www-authenticate").starts_with("DPoP "));
    answer.header("dpop-nonce").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_s_tokens_are_worth_nothing_without_the_key() {
    let bench = Bench::new().await;
    let mut browser = super::bench::Browser::default();
    let client = front_door::let_in(&bench, &mut browser).await;
    let (key, thief) = (Key::new(), Key::new());
    let nonce = nonce(&bench).await;
    let with = json!({ "nonce": nonce });
    let at = address(PRODUCTION, "token");
    let here = ("POST", at.as_str());

    let door = front_door::request(&client, "openid notes:read");
    let door = format!("{door}&dpop_jkt={}", key.thumbprint());
    let page = browser.get(&bench, &door).await;
    let allowed = front_door::answer_consent(&mut browser, &bench, &page, "allow").await;
    let allowed = front_door::heard(&allowed);
    let code = front_door::value(&allowed, "code");
    let bare = front_door::redeem(&bench, &client, code).await;
    refused(&bare, StatusCode::BAD_REQUEST, "invalid_grant");
    let form = front_door::redemption(&client, code);
    let stolen = thief.proof(here, "1", &with);
    let stolen = ask(&bench, (PRODUCTION, &form), None, &stolen).await;
    refused(&stolen, StatusCode::BAD_REQUEST, "invalid_grant");
    let own = key.proof(here, "2", &with);
    let answer = ask(&bench, (PRODUCTION, &form), None, &own).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let issued = answer.json();
    assert_eq!(issued["token_type"], "DPoP");

    let refresh = issued["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", refresh),
    ];
    let bare = bench.post(PRODUCTION, ("token", None), &form).await;
    refused(&bare, StatusCode::BAD_REQUEST, "invalid_grant");
    let stolen = thief.proof(here, "3", &with);
    let stolen = ask(&bench, (PRODUCTION, &form), None, &stolen).await;
    refused(&stolen, StatusCode::BAD_REQUEST, "invalid_grant");
    let own = key.proof(here, "4", &with);
    let fresh = ask(&bench, (PRODUCTION, &form), None, &own).await;
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.body);
    let fresh = fresh.json();
    assert_eq!(fresh["token_type"], "DPoP");
    at_userinfo(&bench, (&key, &thief), &nonce, &fresh["access_token"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_proof_binds_what_a_public_client_refreshes_with() {
    let bench = Bench::new().await;
    let mut browser = super::bench::Browser::default();
    let client = front_door::let_in(&bench, &mut browser).await;
    let (key, thief) = (Key::new(), Key::new());
    let with = json!({ "nonce": nonce(&bench).await });
    let at = address(PRODUCTION, "token");
    let here = ("POST", at.as_str());
    let door = front_door::request(&client, "openid notes:read");
    let page = browser.get(&bench, &door).await;
    let allowed = front_door::answer_consent(&mut browser, &bench, &page, "allow").await;
    let code = front_door::value(&front_door::heard(&allowed), "code").to_owned();
    let mut issued = front_door::redeem(&bench, &client, &code).await.json();
    assert_eq!(issued["token_type"], "Bearer");
    let form = |refresh: &Value| {
        let refresh = refresh.as_str().unwrap().to_owned();
        [
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", client.to_string()),
            ("refresh_token", refresh),
        ]
    };
    for (jti, who, refused_to) in [
        ("a", &key, None),
        ("b", &key, Some(&thief)),
        ("c", &key, Some(&thief)),
    ] {
        let fields = form(&issued["refresh_token"]);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        if let Some(other) = refused_to {
            let stolen = other.proof(here, &format!("thief-{jti}"), &with);
            let stolen = ask(&bench, (PRODUCTION, &fields), None, &stolen).await;
            refused(&stolen, StatusCode::BAD_REQUEST, "invalid_grant");
            let bare = bench.post(PRODUCTION, ("token", None), &fields).await;
            refused(&bare, StatusCode::BAD_REQUEST, "invalid_grant");
        }
        let own = who.proof(here, jti, &with);
        let answer = ask(&bench, (PRODUCTION, &fields), None, &own).await;
        assert_eq!(answer.status, StatusCode::OK, "{jti}: {}", answer.body);
        issued = answer.json();
        assert_eq!(issued["token_type"], "DPoP");
    }
}

async fn at_userinfo(bench: &Bench, (key, thief): (&Key, &Key), nonce: &str, token: &Value) {
    let token = token.as_str().unwrap();
    let at = address(PRODUCTION, "userinfo");
    let here = ("GET", at.as_str());
    let ath = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
    let with = json!({ "nonce": nonce, "ath": ath });
    let show = async |scheme: &str, proof: Option<String>| {
        let mut request = TestRequest::get()
            .uri("/t/acme/production/userinfo")
            .insert_header(("authorization", format!("{scheme} {token}")));
        if let Some(proof) = proof {
            request = request.insert_header(("dpop", proof));
        }
        bench.send(request).await
    };
    let good = show("DPoP", Some(key.proof(here, "u1", &with))).await;
    assert_eq!(good.status, StatusCode::OK, "{}", good.body);
    let bearer = show("Bearer", None).await;
    refused(&bearer, StatusCode::UNAUTHORIZED, "invalid_token");
    assert!(bearer.header("www-authenticate").starts_with("DPoP "));
    let bare = show("DPoP", None).await;
    refused(&bare, StatusCode::UNAUTHORIZED, "invalid_token");
    let stolen = show("DPoP", Some(thief.proof(here, "u2", &with))).await;
    refused(&stolen, StatusCode::UNAUTHORIZED, "invalid_token");
    let no_token = json!({ "nonce": nonce });
    let no_token = show("DPoP", Some(key.proof(here, "u3", &no_token))).await;
    refused(&no_token, StatusCode::UNAUTHORIZED, "invalid_dpop_proof");
    let disguised = show("Bearer", Some(key.proof(here, "u4", &with))).await;
    refused(&disguised, StatusCode::UNAUTHORIZED, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_no_proof_is_taken() {
    let bench = Bench::without_redis().await;
    let (id, secret) = client(&bench, &[]).await;
    let (basic, key) = (Some((id.as_str(), secret.as_str())), Key::new());
    let form: &[(&str, &str)] = &[("grant_type", "client_credentials")];
    let at = address(SANDBOX, "token");
    let first = key.proof(("POST", &at), "first", &json!({}));
    let answer = ask(&bench, (SANDBOX, form), basic, &first).await;
    let with = json!({ "nonce": answer.header("dpop-nonce") });
    let good = key.proof(("POST", &at), "second", &with);
    let answer = ask(&bench, (SANDBOX, form), basic, &good).await;
    refused(
        &answer,
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
    );
    let plain = bench.post(SANDBOX, ("token", basic), form).await;
    assert_eq!(plain.status, StatusCode::OK, "{}", plain.body);
}
