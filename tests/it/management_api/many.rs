//! Many at once: the inventory as a list that goes on, and several requests of low risk in one call.

use narthex_approval::api_token::May;
use narthex_tenancy::permission::Role;
use narthex_vocab::Environment;
use serde_json::{Value, json};

use super::{Hand, problem};
use crate::cases::company::{LOOPBACK, metadata};
use crate::scene::Scene;

const SANDBOX: Environment = Environment::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn the_inventory_goes_on_where_it_ended_and_knows_its_filters() {
    let scene = Scene::new().await;
    let machine = scene.machine(SANDBOX, "notes:read").await;
    scene.machine(Environment::Production, "notes:read").await;
    let hand = Hand::new(&scene, Role::Auditor, May::Read).await;
    let first = hand.get("/api/v1/inventory?limit=1").await.json();
    let next = first["next"].as_str().unwrap();
    let second = hand
        .get(&format!("/api/v1/inventory?limit=1&cursor={next}"))
        .await
        .json();
    assert_ne!(first["inventory"][0], second["inventory"][0]);
    let one = hand
        .get("/api/v1/inventory?environment=sandbox")
        .await
        .json();
    let line = &one["inventory"][0];
    assert_eq!(line["client"]["client_id"], machine.id.as_str());
    assert_eq!(
        (&line["sponsor"], &line["answered"]),
        (&json!("Olga"), &json!(true))
    );
    assert_eq!(line["client"]["credentials"], 1);
    assert!(!one.to_string().contains(&machine.secret));
    for wrong in ["state=live", "idle=1", "sort=luck"] {
        let told = hand.get(&format!("/api/v1/inventory?{wrong}")).await;
        problem(&told, 400, "member");
    }
    problem(
        &hand.get(&format!("/api/v1/clients?cursor={next}")).await,
        400,
        "cursor",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_several_requests_are_approved_by_the_rules_of_the_page() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let mut sent = Vec::new();
    for (name, environment, scopes) in [
        ("Good", SANDBOX, "notes:read"),
        ("Grave", SANDBOX, "notes:delete"),
        ("Live", Environment::Production, "notes:read"),
    ] {
        let client = metadata(name, LOOPBACK, "client_secret_basic");
        let asks = [(environment, company.reach(environment, scopes, &[]))];
        let at = company
            .onboard_as(name, client, &asks)
            .await
            .unwrap()
            .requests[0]
            .request;
        let payload = company.payload(at).await.to_string();
        sent.push(json!({ "tenant": "acme", "request": at.id.to_string(), "version": 1, "payload_hash": payload }));
    }
    let body = json!({ "requests": sent, "reason": "They only read." });
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    problem(
        &hand.post("/api/v1/approvals", body.clone()).await,
        403,
        "step-up",
    );
    hand.step_up().await;
    let reader = Hand::new(&scene, Role::Auditor, May::Act).await;
    reader.step_up().await;
    problem(
        &reader.post("/api/v1/approvals", body.clone()).await,
        403,
        "role",
    );
    let done = hand.post("/api/v1/approvals", body.clone()).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let of = |index: usize| done.json()["approvals"][index].clone();
    assert_eq!(of(0)["approved"], true);
    assert!(of(0)["client_id"].as_str().unwrap().starts_with("ns_"));
    assert_eq!(
        (&of(1)["approved"], &of(1)["rule"]),
        (&json!(false), &json!("R-61"))
    );
    assert_eq!(of(2)["detail"], "there is no such request");
    let twice = hand.post("/api/v1/approvals", body).await.json();
    assert_eq!(twice["approvals"][0]["approved"], false);
    for wrong in [
        json!({ "requests": [], "reason": "None." }),
        json!({ "requests": Value::Array(vec![sent[0].clone(); 101]), "reason": "Too many." }),
        json!({ "requests": [sent[0]], "reason": "" }),
        json!({ "requests": [{ "tenant": "acme" }], "reason": "Half." }),
    ] {
        let refused = hand.post("/api/v1/approvals", wrong).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_call_however_many_it_approves() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let mut sent = Vec::new();
    for name in ["One", "Two"] {
        let client = metadata(name, LOOPBACK, "client_secret_basic");
        let asks = [(SANDBOX, company.reach(SANDBOX, "notes:read", &[]))];
        let opened = company.onboard_as(name, client, &asks).await.unwrap();
        let at = opened.requests[0].request;
        let payload = company.payload(at).await.to_string();
        sent.push(json!({ "tenant": "acme", "request": at.id.to_string(), "version": 1, "payload_hash": payload }));
    }
    // The second of them is another one than was read.
    let right = sent[1]["payload_hash"].clone();
    sent[1]["payload_hash"] = json!("0".repeat(64));
    let body = |sent: &[Value]| json!({ "requests": sent, "reason": "They only read." });
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    hand.step_up().await;
    let path = "/api/v1/approvals";
    let (first, second) = tokio::join!(
        hand.once(path, body(&sent), "many-1"),
        hand.once(path, body(&sent), "many-1")
    );
    for answer in [&first, &second] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let approvals = &answer.json()["approvals"];
        assert_eq!(approvals[0]["approved"], true, "{approvals}");
        assert_eq!(
            approvals[0]["client_id"],
            first.json()["approvals"][0]["client_id"]
        );
        assert_eq!(approvals[1]["approved"], false, "{approvals}");
    }
    assert_eq!(super::acts(&scene, "request.approve").await, 1);
    sent[1]["payload_hash"] = right;
    problem(
        &hand.once(path, body(&sent), "many-1").await,
        422,
        "key-reused",
    );
    assert_eq!(super::acts(&scene, "request.approve").await, 1);
    let other = hand.once(path, body(&sent), "many-2").await.json();
    assert_eq!(other["approvals"][1]["approved"], true, "{other}");
}
