//! Codes of devices in the wrong hands, in the wrong place, or as something else; guesses; clients that nobody approved for it.

use narthex_approval::suspend::Stop;
use narthex_tests::{Browser, Plane};
use narthex_vocab::ClientId;
use narthex_vocab::Environment::{Production, Sandbox};
use narthex_vocab::{Secret, SecretKind};

use super::super::{says, text};
use super::{GRANT, answers, asks, change, codes, enters, poll, television};
use crate::scene::{self, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_nobody_elses_and_nothing_else() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let other = television(&scene.company, Production, "notes:read").await;
    let neighbour = scene.company.neighbour().await;
    let theirs = television(&neighbour, Production, "notes:read").await;
    let app = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let codes = codes(&scene, &client).await;
    let page = enters(&scene, &mut browser, &codes.user).await;
    answers(&scene, &mut browser, &page, "allow").await;

    let half = &codes.device[..codes.device.len() - 1];
    let invented = Secret::generate(SecretKind::DeviceCode, &mut narthex_tenancy::ambient::rng());
    for (who, code, refusal) in [
        (&other, codes.device.as_str(), "invalid_grant"),
        (&app, &codes.device, "unauthorized_client"),
        (&client, half, "invalid_grant"),
        (&client, &codes.user, "invalid_grant"),
        (&client, invented.reveal(), "invalid_grant"),
        (&client, "", "invalid_request"),
    ] {
        says(code, &poll(&scene, who, code).await, (400, refusal));
    }
    let mut anybody = Browser::new();
    for (path, who) in [
        ("/t/acme/sandbox/token", client.as_str()),
        ("/t/globex/production/token", client.as_str()),
        ("/t/globex/production/token", theirs.as_str()),
    ] {
        let form = [
            ("grant_type", GRANT),
            ("client_id", who),
            ("device_code", &codes.device),
        ];
        let answer = anybody
            .post(&scene.system.at(Plane::Token, path), &form)
            .await;
        let refusal = if who == theirs.as_str() {
            (400, "invalid_grant")
        } else {
            (401, "invalid_client")
        };
        says(path, &answer, refusal);
    }
    for (grant, name) in [
        ("authorization_code", "code"),
        ("refresh_token", "refresh_token"),
    ] {
        let form = [
            ("grant_type", grant),
            ("client_id", app.as_str()),
            (name, &codes.device),
            ("code_verifier", scene::VERIFIER),
        ];
        let answer = anybody.post(&scene.token(Production), &form).await;
        says(grant, &answer, (400, "invalid_grant"));
    }
    let elsewhere = [
        ("grant_type", GRANT),
        ("client_id", client.as_str()),
        ("device_code", &codes.device),
        ("resource", "https://other.example/"),
    ];
    let answer = anybody.post(&scene.token(Production), &elsewhere).await;
    says("another resource", &answer, (400, "invalid_target"));
    // None of that used it up.
    text(&poll(&scene, &client, &codes.device).await, "access_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_their_persons_and_guesses_are_counted() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let (uma, otto) = (scene.user("Uma").await, scene.user("Otto").await);
    let (mut hers, mut his) = (scene.as_user(&uma).await, scene.as_user(&otto).await);
    let codes = codes(&scene, &client).await;
    let page = enters(&scene, &mut hers, &codes.user).await;
    let door = scene.issuer_at(Plane::Token, Production, "device");
    let csrf = his.get(&door).await.field("csrf");
    let pending = page.field("pending");
    let form = [
        ("csrf", csrf.as_str()),
        ("pending", &pending),
        ("decision", "allow"),
    ];
    let answer = his.post(&format!("{door}/answer"), &form).await;
    assert_eq!(
        answer.status, 400,
        "a captured page in another browser: {}",
        answer.body
    );
    // A page of another step is none of this one, and the other way round.
    let consent = scene.issuer_at(Plane::Token, Production, "consent");
    let csrf = page.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("pending", &pending),
        ("decision", "allow"),
    ];
    assert_eq!(hers.post(&consent, &form).await.status, 400);
    let app = scene.app("Stranger Notes", "notes:read").await;
    let asked = hers.get(&scene.front_door(&app, &[])).await;
    assert_eq!(
        answers(&scene, &mut hers, &asked, "allow").await.status,
        400
    );
    // Who is not signed in is sent to sign in and comes back to the code.
    let sent = Browser::new()
        .get(&format!("{door}?user_code={}", codes.user))
        .await;
    assert_eq!(sent.status, 303);
    assert!(sent.location().contains(&codes.user), "{}", sent.location());
    let evil = Browser::new()
        .get(&format!("{door}?user_code=//evil.example"))
        .await;
    assert!(!evil.location().contains("evil"), "{}", evil.location());

    let mut last = 0;
    for guess in [
        "",
        "WDJB",
        "WDJB-MJHT",
        "<script>",
        "BBBB-BBBB",
        "CCCC-CCCC",
    ]
    .iter()
    .cycle()
    .take(12)
    {
        let tried = enters(&scene, &mut his, guess).await;
        assert!(
            matches!(tried.status, 422 | 429),
            "{guess}: {}",
            tried.status
        );
        assert!(!tried.body.contains("<script>"), "{guess}");
        last = tried.status;
    }
    assert_eq!(last, 429, "ten codes in ten minutes, the right one too");
    assert_eq!(enters(&scene, &mut his, &codes.user).await.status, 429);
    let done = answers(&scene, &mut hers, &page, "allow").await;
    assert_eq!(
        done.status, 200,
        "and nobody else is hindered: {}",
        done.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_was_approved_for_it_asks_and_only_within_that() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let sandboxed = television(&scene.company, Sandbox, "notes:read").await;
    let app = scene.app("Stranger Notes", "notes:read").await;
    let waiting = scene
        .company
        .registered(Production, "Nobody's", "notes:read")
        .await;
    let unknown = ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap();
    for (who, more, refusal) in [
        (&app, vec![], (400, "unauthorized_client")),
        (&waiting, vec![], (400, "access_denied")),
        (&sandboxed, vec![], (401, "invalid_client")),
        (&unknown, vec![], (401, "invalid_client")),
        (
            &client,
            vec![("scope", "notes:delete")],
            (400, "invalid_scope"),
        ),
        (
            &client,
            vec![("resource", "https://other.example/")],
            (400, "invalid_target"),
        ),
        (
            &client,
            vec![("client_secret", "x")],
            (401, "invalid_client"),
        ),
        (
            &client,
            vec![("scope", "a"), ("scope", "b")],
            (400, "invalid_request"),
        ),
    ] {
        says(
            &format!("{who} {more:?}"),
            &asks(&scene, who, &more).await,
            refusal,
        );
    }

    // What was approved when the person answered is not what is approved when the device comes.
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let (allowed, open) = (codes(&scene, &client).await, codes(&scene, &client).await);
    let page = enters(&scene, &mut browser, &allowed.user).await;
    answers(&scene, &mut browser, &page, "allow").await;
    let page = enters(&scene, &mut browser, &open.user).await;
    scene.stop(client.as_str(), Production, Stop::Suspend).await;
    says(
        "stopped",
        &poll(&scene, &client, &allowed.device).await,
        (400, "invalid_grant"),
    );
    says(
        "stopped",
        &asks(&scene, &client, &[]).await,
        (400, "access_denied"),
    );
    assert_eq!(
        answers(&scene, &mut browser, &page, "allow").await.status,
        403
    );
    assert_eq!(enters(&scene, &mut browser, &open.user).await.status, 403);
    scene.stop(client.as_str(), Production, Stop::Resume).await;
    change(
        &scene,
        "update registry.entitlement set expires_at = now() where scope = 'notes:read'",
    )
    .await;
    says(
        "nothing is left",
        &poll(&scene, &client, &open.device).await,
        (400, "authorization_pending"),
    );
    says(
        "narrowed",
        &poll(&scene, &client, &allowed.device).await,
        (400, "invalid_target"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_who_changed_meanwhile_is_allowed_anew_with_what_changed() {
    let scene = Scene::new().await;
    let client = television(&scene.company, Production, "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let (allowed, open) = (codes(&scene, &client).await, codes(&scene, &client).await);
    let page = enters(&scene, &mut browser, &allowed.user).await;
    answers(&scene, &mut browser, &page, "allow").await;
    let page = enters(&scene, &mut browser, &open.user).await;
    let changed = "insert into registry.asked_anew (tenant_id, environment, client_id, at, change, about, approval_id)
        select tenant_id, environment, client_id, now(), 'keys', 'jwks', approval_id from registry.client";
    change(&scene, changed).await;
    says(
        "allowed before",
        &poll(&scene, &client, &allowed.device).await,
        (400, "invalid_grant"),
    );
    let again = answers(&scene, &mut browser, &page, "allow").await;
    assert_eq!(again.status, 200, "{}", again.body);
    let said = "It wants to prove itself with other keys";
    assert!(again.body.contains(said), "{}", again.body);
    says(
        "not yet",
        &poll(&scene, &client, &open.device).await,
        (400, "authorization_pending"),
    );
    let done = answers(&scene, &mut browser, &again, "allow").await;
    assert!(
        done.body.contains("Your device is connected"),
        "{}",
        done.body
    );
    text(&poll(&scene, &client, &open.device).await, "access_token");
}
