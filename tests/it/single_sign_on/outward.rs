//! An owner names an address: nothing of this machine or its network is reached by it, not by the provider's own documents
//! either.

use actix_web::http::StatusCode;
use narthex_tests::FakeHost;
use serde_json::json;

use super::{HERE, House, ISSUER};

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_leads_to_no_private_place() {
    let house = House::new("nobody").await;
    for wrong in [
        "",
        "login",
        "http://login.example",
        "https://127.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "https://2130706433",
        "https://localhost",
        "https://user:pass@login.example",
        "https://login.example?x=1",
        "https://login.example#x",
        "spiffe://login.example",
        "ftp://login.example",
        "javascript:alert(1)",
    ] {
        let page = house.add(wrong, "nobody").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.body.contains("Enter the issuer"), "{wrong}");
    }
    for (issuer, words) in [
        ("https://keycloak.internal", "not a public name"),
        ("https://router.lan", "not a public name"),
        ("https://metadata.corp/x", "not a public name"),
        ("https://login.example:8080", "port 8080"),
    ] {
        let page = house.add(issuer, "nobody").await;
        assert_eq!(
            page.status,
            StatusCode::SEE_OTHER,
            "{issuer}: {}",
            page.body
        );
        let id = format!(
            "select provider_id::text from tenant.identity_provider where issuer = '{issuer}'"
        );
        let id = format!("idp_{}", house.lines(&id).await.remove(0).replace('-', ""));
        house.owner.get(HERE).await;
        let page = house.owner.post(&format!("{HERE}/{id}/test"), &[]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{issuer}");
        assert!(page.body.contains(words), "{issuer}: {}", page.body);
        let leave = format!("/t/acme/sign-in/with/{id}");
        let page = house.owner.get(&leave).await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{issuer}");
        assert!(!page.body.contains(words), "strangers do not read it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discovery_document_leads_to_no_private_place() {
    let house = House::new("nobody").await;
    let inside = FakeHost::start("inside.example").await;
    inside.publish_at("/jwks", &json!({ "keys": [house.signer.jwk] }));
    for (member, value) in [
        ("jwks_uri", "https://127.0.0.1/jwks"),
        ("jwks_uri", "http://login.example/jwks"),
        ("jwks_uri", "https://keys.internal/jwks"),
        // It is there, and this guard does not know it.
        ("jwks_uri", "https://inside.example/jwks"),
        ("authorization_endpoint", "http://login.example/authorize"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("token_endpoint", ""),
    ] {
        house.describe(&json!({ member: value }));
        let page = house.test().await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
        let page = crate::portal::browser::Browser::new(&house.app)
            .get(&format!("/t/acme/sign-in/with/{}", house.provider))
            .await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{value}");
    }
    assert!(inside.paths().is_empty());
    // The code and the secret go to no other place either.
    house.describe(&json!({}));
    let away = house.stranger().await;
    for place in [
        "https://127.0.0.1/token",
        "https://tokens.internal/",
        "http://login.example/token",
    ] {
        house.describe(&json!({ "token_endpoint": place }));
        let page = house.back(&away, "sub", &json!({})).await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{place}");
    }
    house.describe(&json!({}));
    let moved =
        b"HTTP/1.1 302 Found\r\nLocation: https://login.example/jwks\r\nContent-Length: 0\r\n\r\n";
    house.host.answer_at("/token", moved.to_vec());
    let page = away.browser.get(&house.answer(&away, "")).await;
    assert_eq!(
        page.status,
        StatusCode::BAD_GATEWAY,
        "a redirect is not followed"
    );
    let huge = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{{\"keys\":[],\"x\":\"{}\"}}",
        "x".repeat(70_000)
    );
    house.host.answer_at("/jwks", huge.into_bytes());
    let page = house.test().await;
    assert!(page.body.contains("larger than"), "{}", page.body);
    assert!(!house.host.paths().iter().any(|path| path.contains(ISSUER)));
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_of_one_source_have_an_end() {
    let house = House::new("nobody").await;
    let mut rounds = 0;
    loop {
        let page = crate::portal::browser::Browser::new(&house.app)
            .get(&format!("/t/acme/sign-in/with/{}", house.provider))
            .await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        rounds += 1;
        assert!(rounds <= 60, "nobody counts");
    }
    assert_eq!(rounds, 60);
}
