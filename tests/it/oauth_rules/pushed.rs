//! A pushed request (RFC 9126) is its client's alone, is answered once, and cannot be changed on the way. A client that said
//! so is taken by no other request, and one whose tokens are bound gets none without a proof.

use narthex_approval::decide::Outcome;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::Environment::{Production, Sandbox};
use narthex_vocab::{ClientId, CodeVerifier, RegistrationMode};
use serde_json::{Value, json};

use super::{says, text};
use crate::scene::{CALLBACK, RESOURCE, Scene, VERIFIER};

/// Pushes the usual request of the client; `change` replaces parameters, or removes them.
async fn push(scene: &Scene, client: &ClientId, change: &[(&str, Option<&str>)]) -> Answer {
    let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
    let usual = [
        ("client_id", client.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("scope", "openid notes:read"),
        ("state", "pushed"),
        ("resource", RESOURCE),
    ];
    let is_changed = |name: &str| change.iter().any(|(own, _)| *own == name);
    let kept = usual.into_iter().filter(|(name, _)| !is_changed(name));
    let changed = change.iter().filter_map(|(name, to)| Some((*name, (*to)?)));
    let form: Vec<_> = kept.chain(changed).collect();
    let par = scene.issuer_at(Plane::Token, Production, "par");
    Browser::new().post(&par, &form).await
}

/// The reference that a push gave.
fn reference(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json()["expires_in"], 300);
    let reference = answer.json()["request_uri"].as_str().unwrap().to_owned();
    assert!(
        reference.starts_with("urn:ietf:params:oauth:request_uri:npr_"),
        "{reference}"
    );
    reference
}

fn door(scene: &Scene, client: &str, reference: &str, more: &str) -> String {
    let door = scene.issuer_at(Plane::Token, Production, "authorize");
    format!("{door}?client_id={client}&request_uri={reference}{more}")
}

/// The `Location` or `Refresh` address that leads to the client.
fn answer_of(left: &Answer) -> String {
    assert_eq!(left.status, 200, "{}", left.body);
    let refresh = left.header("refresh");
    refresh.strip_prefix("0; url=").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_is_asked_and_answered_once() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let pushed = reference(&push(&scene, &client, &[]).await);

    // What the browser adds changes nothing.
    let tampered = "&scope=notes%3Adelete&state=evil&redirect_uri=https%3A%2F%2Fevil.example%2F";
    let at = door(&scene, client.as_str(), &pushed, tampered);
    let page = browser.get(&at).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let again = browser
        .get(&door(&scene, client.as_str(), &pushed, ""))
        .await;
    assert_eq!(again.status, 200, "a reload shows the page again");

    let address = answer_of(&scene.consent(&mut browser, &page, "allow").await);
    assert!(address.starts_with(CALLBACK), "{address}");
    assert!(address.contains("state=pushed"), "{address}");
    let code = address.split("code=").nth(1).unwrap();
    let code = code.split('&').next().unwrap();
    let issued = scene.redeem((&client, code), &[]).await;
    assert_eq!(issued.json()["scope"], "notes:read openid");

    // Neither the same page, nor the one that was open beside it, nor the reference is worth a second code.
    for page in [&page, &again] {
        let twice = scene.consent(&mut browser, page, "allow").await;
        assert_eq!(twice.status, 400, "{}", twice.body);
        assert!(twice.headers.get("refresh").is_none());
    }
    assert_eq!(browser.get(&at).await.status, 400);

    // A refusal answers it, too.
    let other = reference(&push(&scene, &client, &[]).await);
    let at = door(&scene, client.as_str(), &other, "");
    let page = browser.get(&at).await;
    let address = answer_of(&scene.consent(&mut browser, &page, "deny").await);
    assert!(address.contains("error=access_denied"), "{address}");
    assert_eq!(browser.get(&at).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_nobody_elses() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let other = scene.app("Other Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let pushed = reference(&push(&scene, &client, &[]).await);
    let invented = format!("urn:ietf:params:oauth:request_uri:npr_{}", "a".repeat(43));
    for (who, reference) in [
        (other.as_str(), pushed.as_str()),
        (client.as_str(), &invented),
        (client.as_str(), &pushed[..pushed.len() - 1]),
        (client.as_str(), "https://evil.example/request.jwt"),
        ("np_abcdefghijklmnopqrstuvwx27", &pushed),
    ] {
        let answer = browser.get(&door(&scene, who, reference, "")).await;
        assert_eq!(answer.status, 400, "{who} {reference}: {}", answer.body);
        assert!(answer.headers.get("location").is_none());
    }
    let sandbox = door(&scene, client.as_str(), &pushed, "").replace("production", "sandbox");
    assert_eq!(browser.get(&sandbox).await.status, 400);
    // It is not the page of somebody else either: who is not signed in signs in, and comes back with the reference alone.
    let mut stranger = Browser::new();
    let sent = stranger
        .get(&door(&scene, client.as_str(), &pushed, "&state=evil"))
        .await;
    assert_eq!(sent.status, 303);
    assert!(
        sent.location().contains("request_uri"),
        "{}",
        sent.location()
    );
    assert!(!sent.location().contains("evil"), "{}", sent.location());
    // All that did not use it up.
    let page = browser
        .get(&door(&scene, client.as_str(), &pushed, ""))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    // One that is over is over.
    let administrator = scene.company.place.administrator().await;
    let past = "update issue.pushed_request set created_at = created_at - interval '301 seconds',
        expires_at = expires_at - interval '301 seconds'";
    administrator.batch_execute(past).await.unwrap();
    let late = browser
        .get(&door(&scene, client.as_str(), &pushed, ""))
        .await;
    assert_eq!(late.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_front_door_refuses_is_not_kept() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let machine = scene.machine(Production, "notes:read").await;
    let own = reference(&push(&scene, &client, &[]).await);
    let tries: [(&str, &[(&str, Option<&str>)], (u16, &str)); 11] = [
        (
            "a reference",
            &[("request_uri", Some(&own))],
            (400, "invalid_request"),
        ),
        (
            "an object",
            &[("request", Some("e30.e30."))],
            (400, "request_not_supported"),
        ),
        ("no client", &[("client_id", None)], (401, "invalid_client")),
        (
            "no address",
            &[("redirect_uri", None)],
            (400, "invalid_request"),
        ),
        (
            "an address of nobody",
            &[("redirect_uri", Some("https://evil.example/"))],
            (400, "invalid_request"),
        ),
        (
            "no challenge",
            &[("code_challenge", None)],
            (400, "invalid_request"),
        ),
        (
            "plain",
            &[("code_challenge_method", Some("plain"))],
            (400, "invalid_request"),
        ),
        (
            "a token",
            &[("response_type", Some("token"))],
            (400, "unsupported_response_type"),
        ),
        (
            "another resource",
            &[("resource", Some("https://other.example/"))],
            (400, "invalid_target"),
        ),
        (
            "another prompt",
            &[("prompt", Some("none login"))],
            (400, "invalid_request"),
        ),
        (
            "another's name",
            &[("client_id", Some(&machine.id))],
            (401, "invalid_client"),
        ),
    ];
    for (what, change, refusal) in tries {
        says(what, &push(&scene, &client, change).await, refusal);
    }
    let par = scene.issuer_at(Plane::Token, Production, "par");
    let twice = [
        ("client_id", client.as_str()),
        ("client_id", client.as_str()),
    ];
    says(
        "twice",
        &Browser::new().post(&par, &twice).await,
        (400, "invalid_request"),
    );
    // A client that acts for itself signs nobody in.
    let form = [
        ("client_id", machine.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
    ];
    let answer = Browser::new().basic(&par, machine.basic(), &form).await;
    says("for itself", &answer, (400, "invalid_request"));
    let waiting = scene
        .company
        .registered(Production, "Nobody's", "notes:read")
        .await;
    says(
        "undecided",
        &push(&scene, &waiting, &[]).await,
        (400, "access_denied"),
    );
    let elsewhere = scene.issuer_at(Plane::Token, Sandbox, "par");
    let form = [("client_id", client.as_str()), ("response_type", "code")];
    says(
        "sandbox",
        &Browser::new().post(&elsewhere, &form).await,
        (401, "invalid_client"),
    );
}

/// A stranger's app with something more in its metadata that was let in.
async fn app(scene: &Scene, more: (&str, Value)) -> ClientId {
    let company = &scene.company;
    company
        .takes(Production, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let mut sent = json!({ "client_name": "Careful Notes", "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none", "scope": "notes:read" });
    sent[more.0] = more.1;
    let answer = Browser::new()
        .json(&scene.register(Production), &sent)
        .await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(
        answer.json()[more.0],
        sent[more.0],
        "the effective metadata say so"
    );
    let client = ClientId::parse(answer.json()["client_id"].as_str().unwrap()).unwrap();
    let linked = company.link(&client, Some(&company.owner), None).await;
    let decided = company
        .decide(linked.unwrap().request, Outcome::Approve)
        .await;
    decided.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_pushes_asks_in_no_other_way() {
    let scene = Scene::new().await;
    let client = app(
        &scene,
        ("require_pushed_authorization_requests", json!(true)),
    )
    .await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let refused = browser.get(&scene.front_door(&client, &[])).await;
    assert_eq!(refused.status, 303, "{}", refused.body);
    assert!(
        refused.location().starts_with(CALLBACK),
        "{}",
        refused.location()
    );
    assert!(refused.location().contains("error=invalid_request"));
    let pushed = reference(&push(&scene, &client, &[]).await);
    let page = browser
        .get(&door(&scene, client.as_str(), &pushed, ""))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    let address = answer_of(&scene.consent(&mut browser, &page, "allow").await);
    assert!(address.contains("code="), "{address}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_tokens_are_bound_gets_none_without_a_proof() {
    let scene = Scene::new().await;
    let client = app(&scene, ("dpop_bound_access_tokens", json!(true))).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let refused = scene.redeem((&client, &code), &[]).await;
    says("no proof", &refused, (400, "invalid_dpop_proof"));
    // The same code of a client that never said so.
    let other = scene.app("Other Notes", "notes:read").await;
    let code = scene.code(&mut browser, &other).await;
    text(&scene.redeem((&other, &code), &[]).await, "access_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_sign_in_again_does_so_once() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut before = scene.as_user(&person).await;
    let pushed = reference(&push(&scene, &client, &[("prompt", Some("login"))]).await);
    let at = door(&scene, client.as_str(), &pushed, "");
    let sent = before.get(&at).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(sent.location().contains("sign-in"), "{}", sent.location());
    // Whoever signed in since then has done so.
    let mut after = scene.as_user(&person).await;
    let page = after.get(&at).await;
    assert_eq!(page.status, 200, "{}", page.body);
}
