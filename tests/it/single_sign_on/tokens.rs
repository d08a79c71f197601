//! What a provider says has to be signed by its keys, for us, now, and as the answer to this very question.

use actix_web::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use narthex_tenancy::ambient;
use serde_json::{Value, json};

use super::{CLIENT, House, ISSUER, SECRET, is_in};
use crate::software_statements::Signer;

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_that_does_not_hold_lets_nobody_in() {
    let house = House::new("viewer").await;
    crate::cases::domain::proves(&house.company, "staff.example").await;
    let now = ambient::now().timestamp();
    let other = house.stranger().await;
    for (what, otherwise) in [
        ("a foreign nonce", json!({ "nonce": other.asked("nonce") })),
        ("no nonce", json!({ "nonce": null })),
        ("another issuer", json!({ "iss": "https://evil.example" })),
        ("almost the issuer", json!({ "iss": format!("{ISSUER}/") })),
        ("another audience", json!({ "aud": "another" })),
        (
            "one audience too many",
            json!({ "aud": [CLIENT, "another"] }),
        ),
        ("no audience", json!({ "aud": [] })),
        ("another party", json!({ "azp": "another" })),
        ("too late", json!({ "exp": now - 1 })),
        ("too early", json!({ "iat": now + 3_600 })),
        ("no subject", json!({ "sub": null })),
    ] {
        let away = house.stranger().await;
        let mut claims = sound(&away);
        for (name, value) in otherwise.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        house.says(&claims);
        refused(&house, &away, what).await;
    }
    let away = house.stranger().await;
    let claims = sound(&away);
    let part = |value: &Value| BASE64.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
    let symmetric = |key: &[u8]| {
        let header = Header::new(Algorithm::HS256);
        encode(&header, &claims, &EncodingKey::from_secret(key)).unwrap()
    };
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("one".to_owned());
    let forged = Signer::new().sign_as(&header, &claims);
    let sound = house.signer.sign_as(&header, &claims);
    let cut = &sound[..sound.len() - 4];
    for (what, token) in [
        ("no signature", unsigned.as_str()),
        ("our own secret", &symmetric(SECRET.as_bytes())),
        (
            "its public key",
            &symmetric(house.signer.jwk.to_string().as_bytes()),
        ),
        ("somebody else's key", &forged),
        ("half a signature", cut),
        ("no token", "x"),
    ] {
        house.gives(token);
        refused(&house, &away, what).await;
    }
    house.host.publish_at(
        "/token",
        &json!({ "access_token": "at", "token_type": "Bearer" }),
    );
    refused(&house, &away, "nothing").await;
    assert_eq!(house.count("tenant.linked_identity").await, "0");
    assert_eq!(house.count("tenant.provider_answer").await, "0");
    // The same browser, the same answer, and now it holds.
    house.gives(&sound);
    let page = away.browser.get(&house.answer(&away, "")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

fn sound(away: &super::Away) -> Value {
    let mut claims = House::claims(away, "sub-nina");
    claims["email"] = json!("nina@staff.example");
    claims["email_verified"] = json!(true);
    claims
}

async fn refused(house: &House, away: &super::Away, what: &str) {
    let page = away.browser.get(&house.answer(away, "")).await;
    assert_eq!(
        page.status,
        StatusCode::BAD_GATEWAY,
        "{what}: {}",
        page.body
    );
    assert!(!is_in(&away.browser).await, "{what}");
    assert!(
        !page.body.contains("nonce") && !page.body.contains("audience"),
        "{what}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_changes_is_another_provider() {
    let house = House::new("viewer").await;
    for otherwise in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "issuer": format!("{ISSUER}/") }),
        json!({ "issuer": null }),
    ] {
        house.describe(&otherwise);
        let page = house.test().await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{otherwise}");
    }
    house.describe(&json!({}));
    // Nobody changes it at rest, the product neither.
    let change = "set role narthex_approval; update tenant.identity_provider set issuer = 'https://evil.example'";
    let administrator = house.company.place.administrator().await;
    let refused = administrator.batch_execute(change).await.unwrap_err();
    assert!(refused.to_string().contains("db error"), "{refused}");
    administrator.batch_execute("reset role").await.unwrap();
    // A second row with the issuer is refused; another issuer is another one.
    let page = house.add(ISSUER, "viewer").await;
    assert!(
        page.body
            .contains("There is a provider with this issuer already")
    );
}
