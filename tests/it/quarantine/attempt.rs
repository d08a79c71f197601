//! S9: one attempt shows what was sent beside what was accepted, and never a secret.

use narthex_tests::{Browser, Plane, Rows};
use narthex_vocab::RegistrationMode;
use serde_json::json;

use super::shown::{PRODUCTION, get, reviewer};
use crate::scene::Scene;

/// The links to attempts on the first page of the log, newest first.
async fn attempts(scene: &Scene, browser: &mut Browser) -> Vec<String> {
    let log = get(scene, browser, "/attempts").await;
    let links = log.body.split("href=\"/attempts/").skip(1);
    links
        .map(|rest| format!("/attempts/{}", rest.split('"').next().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_an_attempt_shows_what_was_sent_and_what_was_accepted() {
    let scene = Scene::new().await;
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let body = json!({
        "client_name": "Notes <i>",
        "redirect_uris": ["http://127.0.0.1/cb"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "notes:read",
        "client_secret": "CANARY-secret",
        "password": "CANARY-password",
        "state": "active",
    });
    let register = scene.register(PRODUCTION);
    let answer = Browser::new().json(&register, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let mut staff = reviewer(&scene).await;
    let first = attempts(&scene, &mut staff).await.remove(0);
    let page = get(&scene, &mut staff, &first).await;
    let row = |member: &str| {
        let mark = format!("<code>{member}</code>");
        let (_, rest) = page
            .body
            .split_once(&mark)
            .unwrap_or_else(|| panic!("{member}"));
        rest.split("</tr>").next().unwrap().to_owned()
    };
    assert!(
        row("client_name").contains("Accepted</td>"),
        "{}",
        row("client_name")
    );
    assert!(page.body.contains("Notes &#60;i&#62;"), "{}", page.body);
    assert!(
        row("token_endpoint_auth_method").contains("Changed"),
        "clamped to a public client"
    );
    for member in ["client_secret", "password", "state"] {
        assert!(
            row(member).contains("Not read; its value was not kept"),
            "{member}"
        );
    }
    assert!(
        page.body
            .contains(answer.json()["client_id"].as_str().unwrap())
    );
    assert!(page.body.contains(answer.header("x-request-id")));

    // What is refused is explained, too; a repeat is not kept a second time.
    let bad =
        json!({ "client_name": "Bad", "redirect_uris": ["https://user:CANARY@evil.example/cb"] });
    let refused = Browser::new().json(&register, &bad).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    Browser::new().json(&register, &body).await;
    let links = attempts(&scene, &mut staff).await;
    let pages = [
        get(&scene, &mut staff, &links[0]).await,
        get(&scene, &mut staff, &links[1]).await,
    ];
    let said = format!("{}{}", pages[0].body, pages[1].body);
    for says in [
        "Nothing was registered",
        "invalid_redirect_uri",
        "a list of 1",
        "It said what the first call of its family said",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    let rows = Rows::dump(&company.place).await;
    assert!(!rows.contains("CANARY"), "no secret is stored");

    let foreign = first.replace("/production/", "/sandbox/");
    let answer = staff.get(&scene.system.at(Plane::Staff, &foreign)).await;
    assert_eq!(answer.status, 404);
}
