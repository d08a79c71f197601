//! What an act needs, that one key is one act, and that bad input changes nothing.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_act_needs_a_token_that_acts_and_a_fresh_code() {
    let scene = Scene::new().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let path = format!("/api/v1/clients/acme/production/{}/suspend", client.id);
    let why = || json!({ "reason": "It calls too often." });

    let reader = Hand::new(&scene, Role::Reviewer, May::Read).await;
    assert_eq!(reader.step_up().await.status, 200);
    problem(&reader.post(&path, why()).await, 403, "reads-only");

    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    problem(&hand.post(&path, why()).await, 403, "step-up");
    for wrong in ["", "000000", "12345", "abcdef"] {
        let answer = hand.post("/api/v1/step-up", json!({ "code": wrong })).await;
        problem(&answer, 400, "member");
    }
    problem(&hand.post(&path, why()).await, 403, "step-up");
    let code = hand.code();
    let stepped = hand.post("/api/v1/step-up", json!({ "code": code })).await;
    assert_eq!(stepped.status, 200, "{}", stepped.body);
    let again = hand.post("/api/v1/step-up", json!({ "code": code })).await;
    problem(&again, 400, "member");
    let suspended = hand.post(&path, why()).await;
    assert_eq!(suspended.json(), json!({ "state": "suspended" }));
    problem(&hand.post(&path, why()).await, 409, "state");

    let administrator = scene.company.place.administrator().await;
    let stale = "update tenant.api_token set second_factor_at = now() - interval '16 minutes'";
    administrator.batch_execute(stale).await.unwrap();
    let resume = path.replace("/suspend", "/resume");
    problem(&hand.post(&resume, why()).await, 403, "step-up");
    assert_eq!(acts(&scene, "client.resume").await, 0);
    assert_eq!(acts(&scene, "client.suspend").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_act() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    hand.step_up().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let path = format!("/api/v1/clients/acme/production/{}/suspend", client.id);
    let why = || json!({ "reason": "It calls too often." });

    let (first, second) = tokio::join!(
        hand.once(&path, why(), "stop-1"),
        hand.once(&path, why(), "stop-1")
    );
    assert_eq!(
        (first.status, second.status),
        (200, 200),
        "{} {}",
        first.body,
        second.body
    );
    assert_eq!(first.json(), second.json());
    let again = hand.once(&path, why(), "\"stop-1\"").await;
    assert_eq!(again.json(), json!({ "state": "suspended" }));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(acts(&scene, "client.suspend").await, 1);

    let other_words = json!({ "reason": "Another reason." });
    problem(
        &hand.once(&path, other_words, "stop-1").await,
        422,
        "key-reused",
    );
    let resume = path.replace("/suspend", "/resume");
    problem(
        &hand.once(&resume, why(), "stop-1").await,
        422,
        "key-reused",
    );
    // What failed is not kept: the same key is free for the act that works.
    problem(&hand.once(&path, why(), "stop-2").await, 409, "state");
    scene.stop(&client.id, PRODUCTION, Stop::Resume).await;
    assert_eq!(hand.once(&path, why(), "stop-2").await.status, 200);
    // Another person's key of the same name is another key.
    let other = Hand::new(&scene, Role::Reviewer, May::Act).await;
    other.step_up().await;
    problem(&other.once(&path, why(), "stop-1").await, 409, "state");
    for bad in ["", " ", "é", &"k".repeat(256)] {
        let answer = hand.once(&path, why(), bad).await;
        problem(&answer, 400, "member");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_change_nothing() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    hand.step_up().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let path = format!("/api/v1/clients/acme/production/{}/suspend", client.id);
    for body in [
        json!({}),
        json!({ "reason": null }),
        json!({ "reason": 7 }),
        json!({ "reason": "" }),
        json!({ "reason": "x".repeat(5_000) }),
        json!({ "reason": "a\u{1b}[2Jb" }),
        json!({ "reason": "It calls.", "resaon": "mistyped" }),
        json!({ "reason": "It calls.", "state": "revoked" }),
    ] {
        let answer = hand.post(&path, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        problem(&answer, 400, "member");
    }
    for (media, body) in [
        ("application/json", "[]"),
        ("application/json", "{\"reason\":\"a\",\"reason\":\"b\"}"),
        ("application/json", "{"),
        ("text/plain", "{\"reason\":\"It calls.\"}"),
        ("application/x-www-form-urlencoded", "reason=It+calls."),
    ] {
        let mut browser = Browser::new();
        let request = browser
            .request(Method::POST, &hand.url(&path))
            .bearer_auth(&hand.shown);
        let answer = browser
            .send(request.header("content-type", media).body(body))
            .await;
        assert!(
            (400..500).contains(&answer.status),
            "{media} {body}: {}",
            answer.body
        );
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{body}"
        );
    }
    let wrong = hand.call(Method::PUT, &path, Some(json!({})), &[]).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "POST"));
    assert_eq!(acts(&scene, "client.suspend").await, 0);
}
