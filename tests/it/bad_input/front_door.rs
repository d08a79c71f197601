//! The front door before a redirect URI that is almost the registered one: a page, and never a redirect, whatever else
//! is wrong with the request. And before every parameter broken, with everything else right.

use std::collections::BTreeMap;

use narthex_tests::{Browser, Rows};
use narthex_vocab::{ClientId, Environment, RegistrationMode};
use serde_json::json;

use super::{Says, refused};
use crate::scene::Scene;

/// Registered: `https://partner.example/callback?app=1`, and what it is not.
const HOSTED: &str = "https://partner.example/callback?app=1";
const NEAR_HOSTED: [&str; 40] = [
    "http://partner.example/callback?app=1",
    "https://partner.example:443/callback?app=1",
    "https://partner.example:8443/callback?app=1",
    "https://PARTNER.example/callback?app=1",
    "HTTPS://partner.example/callback?app=1",
    "https://partner.example./callback?app=1",
    "https://partner.example/Callback?app=1",
    "https://partner.example/callback/?app=1",
    "https://partner.example/callback",
    "https://partner.example/callback?",
    "https://partner.example/callback?app=2",
    "https://partner.example/callback?app=1&x=1",
    "https://partner.example/callback?app=1#",
    "https://partner.example/callback?app=1#a",
    "https://partner.example/callback?app=1 ",
    " https://partner.example/callback?app=1",
    "https://partner.example/callback?app=%31",
    "https://partner.example/callback?APP=1",
    "https://partner.example/%63allback?app=1",
    "https://partner.example/callback%2f?app=1",
    "https://partner.example/./callback?app=1",
    "https://partner.example/x/../callback?app=1",
    "https://partner.example/x/..%2fcallback?app=1",
    "https://partner.example/callback;x?app=1",
    "https://partner.example//callback?app=1",
    "https:/partner.example/callback?app=1",
    "https:partner.example/callback?app=1",
    "https:\\\\partner.example\\callback?app=1",
    "//partner.example/callback?app=1",
    "https://user@partner.example/callback?app=1",
    "https://partner.example@evil.example/callback?app=1",
    "https://evil.example/https://partner.example/callback?app=1",
    "https://partner.example.evil.example/callback?app=1",
    "https://evilpartner.example/callback?app=1",
    "https://sub.partner.example/callback?app=1",
    "https://partner.example\u{ff0e}evil.example/callback?app=1",
    "https://p\u{430}rtner.example/callback?app=1",
    "https://partner.example/callback?app=1\u{0}",
    "https://partner.example/callback?app=1\r\nLocation: https://evil.example",
    "javascript:alert(1)//https://partner.example/callback?app=1",
];

/// Registered: `http://127.0.0.1:4711/callback`, where any port is its own (RFC 8252 section 7.3), and what it is not.
const NEAR_LOOPBACK: [&str; 16] = [
    "http://127.0.0.1:4711/callback/",
    "http://127.0.0.1:4711/Callback",
    "http://127.0.0.1:4711/callback?a=b",
    "http://127.0.0.1:4711/callback#a",
    "http://127.0.0.1:4711/",
    "https://127.0.0.1:4711/callback",
    "http://localhost:4711/callback",
    "http://127.0.0.2:4711/callback",
    "http://127.1:4711/callback",
    "http://2130706433:4711/callback",
    "http://0x7f000001:4711/callback",
    "http://[::1]:4711/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:4711@evil.example/callback",
    "http://127.0.0.1.evil.example:4711/callback",
    "http://127.0.0.1:4711\\@evil.example/callback",
];

/// Sends the whole request, then the least one: neither may lead away.
async fn leads_nowhere(scene: &Scene, client: &ClientId, uri: &str) {
    let mut browser = Browser::new();
    let whole = scene.front_door(client, &[("redirect_uri", Some(uri))]);
    let others: Vec<(&str, Option<&str>)> = vec![
        ("redirect_uri", Some(uri)),
        ("response_type", Some("token")),
        ("code_challenge", None),
        ("scope", Some("nothing:known")),
        ("resource", Some("https://other.example/")),
    ];
    // A request that would be refused at the client's address, were the address its own.
    let refusable = scene.front_door(client, &others);
    for url in [whole, refusable] {
        let answer = browser.get(&url).await;
        refused(uri, Says::Page, &answer, (400, ""));
        assert_eq!(answer.header("refresh"), "", "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_client_and_an_address_that_is_almost_its_own() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let mut browser = Browser::new();
    for own in [
        "http://127.0.0.1:4711/callback",
        "http://127.0.0.1:59999/callback",
    ] {
        let answer = browser
            .get(&scene.front_door(&client, &[("redirect_uri", Some(own))]))
            .await;
        assert!(answer.location().contains("/sign-in?continue="), "{own}");
    }
    for uri in NEAR_LOOPBACK {
        leads_nowhere(&scene, &client, uri).await;
    }
    // Loopback may have any port, so it has to be named.
    let unnamed = scene.front_door(&client, &[("redirect_uri", None)]);
    refused("none", Says::Page, &browser.get(&unnamed).await, (400, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_client_and_an_address_that_is_almost_its_own() {
    let scene = Scene::new().await;
    let mode = RegistrationMode::Quarantine;
    scene
        .company
        .takes(Environment::Production, mode)
        .await
        .unwrap();
    let mut browser = Browser::new();
    let body = json!({ "client_name": "Partner Notes", "redirect_uris": [HOSTED] });
    let registered = browser
        .json(&scene.register(Environment::Production), &body)
        .await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    let client = ClientId::parse(registered.json()["client_id"].as_str().unwrap()).unwrap();
    let own = scene.front_door(&client, &[("redirect_uri", Some(HOSTED))]);
    assert!(
        browser
            .get(&own)
            .await
            .location()
            .contains("/sign-in?continue=")
    );
    for uri in NEAR_HOSTED {
        leads_nowhere(&scene, &client, uri).await;
    }
}

/// Values that no parameter expects.
const BROKEN: [&str; 8] = [
    "",
    "\u{0}",
    "a\u{0}b",
    "\r\nSet-Cookie: a=b",
    "<script>",
    "\u{202e}",
    "%00",
    "'; select 1 --",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_broken_and_everything_else_right() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let door = browser.get(&scene.front_door(&client, &[])).await;
    assert_eq!(door.status, 200, "{}", door.body);
    let before = Rows::count(&scene.company.place).await;
    for name in [
        "client_id",
        "response_type",
        "redirect_uri",
        "code_challenge",
        "code_challenge_method",
        "scope",
        "state",
        "resource",
    ] {
        for value in BROKEN {
            let url = scene.front_door(&client, &[(name, Some(value))]);
            let answer = browser.get(&url).await;
            let what = format!("{name}={value:?}");
            assert!(
                matches!(answer.status, 200 | 303 | 400),
                "{what}: {}",
                answer.status
            );
            if answer.status == 303 {
                let own = crate::scene::CALLBACK;
                assert!(
                    answer.location().starts_with(own),
                    "{what}: {}",
                    answer.location()
                );
                assert!(!answer.location().contains("code="), "{what}");
            }
            assert_eq!(answer.header("set-cookie").find("a=b"), None, "{what}");
            assert!(!answer.body.contains("<script>"), "{what}");
        }
        let twice = format!("{}&{name}=again", scene.front_door(&client, &[]));
        let answer = browser.get(&twice).await;
        match name {
            "client_id" | "redirect_uri" => refused(name, Says::Page, &answer, (400, "")),
            // RFC 8707 section 2 lets it repeat; a token of ours has one audience.
            "resource" => assert!(answer.location().contains("error=invalid_target"), "{name}"),
            _ => assert!(
                answer.location().contains("error=invalid_request"),
                "{name}"
            ),
        }
    }
    for unknown in ["prompt", "max_age", "nonce", "request", "request_uri", "x"] {
        for value in BROKEN {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(unknown, value)
                .finish();
            let url = format!("{}&{query}", scene.front_door(&client, &[]));
            let answer = browser.get(&url).await;
            let what = format!("{unknown}={value:?}");
            assert!(
                matches!(answer.status, 200 | 303),
                "{what}: {}",
                answer.status
            );
        }
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}
