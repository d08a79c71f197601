//! A device (RFC 8628) gets what one person allowed it, who compared its code, once; it is told nothing before, and waits
//! longer when it asks too early. Its codes are worth nothing to anybody else, anywhere else, or as something else.

mod attacks;

use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::ClientId;
use narthex_vocab::Environment::{self, Production};
use serde_json::json;

use super::{says, text};
use crate::cases::company::Company;
use crate::scene::{self, RESOURCE, Scene};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A television that was approved for this.
async fn television(company: &Company, environment: Environment, scopes: &str) -> ClientId {
    let sent = json!({ "client_name": "Television", "grant_types": [GRANT, "refresh_token"],
        "token_endpoint_auth_method": "none" });
    let reach = company.reach(environment, scopes, &["list_notes"]);
    scene::approved(company, environment, &sent, reach).await.0
}

/// The codes that a device got.
struct Codes {
    device: String,
    user: String,
}

async fn asks(scene: &Scene, client: &ClientId, more: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = [("client_id", client.as_str())]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    let url = scene.issuer_at(Plane::Token, Production, "device_authorization");
    Browser::new().post(&url, &form).await
}

async fn codes(scene: &Scene, client: &ClientId) -> Codes {
    let answer = asks(scene, client, &[("scope", "openid notes:read")]).await;
    Codes {
        device: text(&answer, "device_code"),
        user: text(&answer, "user_code"),
    }
}

async fn poll(scene: &Scene, client: &ClientId, code: &str) -> Answer {
    let form = [
        ("grant_type", GRANT),
        ("client_id", client.as_str()),
        ("device_code", code),
    ];
    Browser::new().post(&scene.token(Production), &form).await
}

/// The page that a person sees who enters a code.
async fn enters(scene: &Scene, browser: &mut Browser, code: &str) -> Answer {
    let url = scene.issuer_at(Plane::Token, Production, "device");
    let csrf = browser.get(&url).await.field("csrf");
    let form = [("csrf", csrf.as_str()), ("user_code", code)];
    browser.post(&url, &form).await
}

async fn answers(scene: &Scene, browser: &mut Browser, page: &Answer, decision: &str) -> Answer {
    let url = scene.issuer_at(Plane::Token, Production, "device/answer");
    let (csrf, pending) = (page.field("csrf"), page.field("pending"));
    let form = [
        ("csrf", csrf.as_str()),
        ("pending", &pending),
        ("decision", decision),
    ];
    browser.post(&url, &form).await
}

async fn change(scene: &Scene, sql: &str) {
    let administrator = scene.company.place.administrator().await;
    administrator.batch_execute(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_allows_what_the_page_says_and_the_device_gets_it_once() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let notes = scene.notes(Production).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let more = [
        ("scope", "openid notes:read notes:delete"),
        ("resource", RESOURCE),
    ];
    let asked = asks(&scene, &client, &more).await;
    assert_eq!(asked.header("cache-control"), "no-store");
    let (device, user) = (text(&asked, "device_code"), text(&asked, "user_code"));
    assert!(device.starts_with("ndc_"), "{device}");
    let at = scene.issuer_at(Plane::Token, Production, "device");
    assert_eq!(text(&asked, "verification_uri"), at);
    let complete = text(&asked, "verification_uri_complete");
    assert_eq!(complete, format!("{at}?user_code={user}"));
    assert_eq!(asked.json()["expires_in"], 600);
    assert_eq!(asked.json()["interval"], 5);
    says(
        "nobody answered",
        &poll(&scene, &client, &device).await,
        (400, "authorization_pending"),
    );

    // The whole address leads to the form, and to no answer.
    let led = browser.get(&complete).await;
    assert_eq!(led.status, 200, "{}", led.body);
    assert!(
        led.body.contains(&format!("value=\"{user}\"")),
        "{}",
        led.body
    );
    assert!(
        led.body
            .contains("Only enter a code from a device that is in front of you")
    );
    let typed = user.to_lowercase().replace('-', " ");
    let page = enters(&scene, &mut browser, &typed).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for shown in [
        user.as_str(),
        client.as_str(),
        "Television",
        "<code>127.",
        "Acme",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(
        !page.body.contains(&device),
        "the device's own code stays its own"
    );
    let deny = page.body.find("value=\"deny\"").unwrap();
    assert!(deny < page.body.find("value=\"allow\"").unwrap());
    let done = answers(&scene, &mut browser, &page, "allow").await;
    assert!(
        done.body.contains("Your device is connected"),
        "{}",
        done.body
    );

    let issued = poll(&scene, &client, &device).await;
    assert_eq!(
        text(&issued, "scope"),
        "notes:read openid",
        "no more than was approved"
    );
    text(&issued, "id_token");
    let (token, refresh) = (
        text(&issued, "access_token"),
        text(&issued, "refresh_token"),
    );
    let known = scene.introspect(Production, &notes, &token).await;
    assert_eq!(known["active"], true, "{known}");
    let asked = scene
        .may_call(Production, &notes, (client.as_str(), &token))
        .await;
    assert_eq!(asked["decision"], true, "{asked}");
    let next = text(&scene.refresh(&client, &refresh).await, "refresh_token");

    // A second use ends everything that came of the first.
    says(
        "twice",
        &poll(&scene, &client, &device).await,
        (400, "invalid_grant"),
    );
    let known = scene.introspect(Production, &notes, &token).await;
    assert_eq!(known, json!({ "active": false }));
    says(
        "ended",
        &scene.refresh(&client, &next).await,
        (400, "invalid_grant"),
    );
    // Neither the page nor the code that was typed is worth a second answer.
    assert_eq!(
        answers(&scene, &mut browser, &page, "allow").await.status,
        400
    );
    assert_eq!(enters(&scene, &mut browser, &user).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_final() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let codes = codes(&scene, &client).await;
    let page = enters(&scene, &mut browser, &codes.user).await;
    let done = answers(&scene, &mut browser, &page, "deny").await;
    assert!(
        done.body.contains("The device was not allowed"),
        "{}",
        done.body
    );
    for _ in 0..2 {
        let answer = poll(&scene, &client, &codes.device).await;
        says("denied", &answer, (400, "access_denied"));
    }
    assert_eq!(
        answers(&scene, &mut browser, &page, "allow").await.status,
        400
    );
    says(
        "denied",
        &poll(&scene, &client, &codes.device).await,
        (400, "access_denied"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_early_waits_longer_for_good() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let codes = codes(&scene, &client).await;
    let ask = async || poll(&scene, &client, &codes.device).await;
    says("first", &ask().await, (400, "authorization_pending"));
    says("at once", &ask().await, (400, "slow_down"));
    // The wait that was promised at first is over, and not the one that is due now.
    change(
        &scene,
        "update issue.device_code set polled_at = polled_at - interval '6 seconds'",
    )
    .await;
    says("still early", &ask().await, (400, "slow_down"));
    change(
        &scene,
        "update issue.device_code set polled_at = polled_at - interval '15 seconds'",
    )
    .await;
    says("in time", &ask().await, (400, "authorization_pending"));
    for _ in 0..15 {
        says("again and again", &ask().await, (400, "slow_down"));
    }
    change(
        &scene,
        "update issue.device_code set polled_at = polled_at - interval '60 seconds'",
    )
    .await;
    says(
        "nobody waits for ever",
        &ask().await,
        (400, "authorization_pending"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_answered_in_time_is_over() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let (late, unfetched) = (codes(&scene, &client).await, codes(&scene, &client).await);
    let open_page = enters(&scene, &mut browser, &late.user).await;
    let page = enters(&scene, &mut browser, &unfetched.user).await;
    answers(&scene, &mut browser, &page, "allow").await;
    let past = "update issue.device_code set created_at = created_at - interval '601 seconds',
        expires_at = expires_at - interval '601 seconds'";
    change(&scene, past).await;
    says(
        "late",
        &poll(&scene, &client, &late.device).await,
        (400, "expired_token"),
    );
    says(
        "unfetched",
        &poll(&scene, &client, &unfetched.device).await,
        (400, "expired_token"),
    );
    assert_eq!(enters(&scene, &mut browser, &late.user).await.status, 422);
    assert_eq!(
        answers(&scene, &mut browser, &open_page, "allow")
            .await
            .status,
        400
    );
    says(
        "late",
        &poll(&scene, &client, &late.device).await,
        (400, "expired_token"),
    );
}
