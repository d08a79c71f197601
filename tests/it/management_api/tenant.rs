//! What people of a tenant do by the API: from an integration to production, by the verbs of the portal.

use narthex_tests::Rows;

use super::*;
use crate::cases::company::LOOPBACK;

const HERE: &str = "/api/v1/t/acme";

fn integration(name: &str, scopes: &[&str]) -> Value {
    let scopes: Vec<_> = scopes
        .iter()
        .map(|scope| json!({ "scope": scope, "reason": "It keeps notes." }))
        .collect();
    json!({
        "name": name,
        "purpose": "It keeps notes.",
        "operator": "partner",
        "client": {
            "redirect_uris": [LOOPBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_basic",
        },
        "production": { "scopes": scopes },
    })
}

/// An integration whose case is in review, and that case.
async fn sent(hand: &Hand<'_>, name: &str, scopes: &[&str]) -> String {
    let path = format!("{HERE}/integrations");
    let opened = hand.post(&path, integration(name, scopes)).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let request = opened.json()["requests"][0].clone();
    assert_eq!(request["state"], "in_review", "{request}");
    assert_eq!(request["environment"], "production");
    request["request"].as_str().unwrap().to_owned()
}

/// What a reviewer decides about it.
async fn decided(reviewer: &Hand<'_>, request: &str, decision: Value) -> Value {
    let at = format!("/api/v1/requests/acme/production/{request}");
    let read = reviewer.get(&at).await.json();
    let mut body = decision;
    body["payload_hash"] = read["payload_hash"].clone();
    body["reason"] = json!("It is what they need.");
    let done = reviewer.post(&format!("{at}/decision"), body).await;
    assert_eq!(done.status, 200, "{}", done.body);
    done.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_from_an_integration_to_a_secret_that_is_shown_once() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let reviewer = Hand::new(&scene, Role::Reviewer, May::Act).await;
    reviewer.step_up().await;
    let request = sent(&owner, "Notes sync", &["notes:read"]).await;
    let came = decided(&reviewer, &request, json!({ "decision": "approve" })).await;
    let client = came["client_id"].as_str().unwrap();
    let read = owner
        .get(&format!("{HERE}/production/requests/{request}"))
        .await;
    assert_eq!(read.json()["state"], "approved", "{}", read.body);

    let secrets = format!("{HERE}/production/clients/{client}/credentials");
    let (first, second) = tokio::join!(
        owner.once(&secrets, json!({}), "secret-1"),
        owner.once(&secrets, json!({}), "secret-1")
    );
    assert_eq!((first.status, second.status), (200, 200), "{}", first.body);
    let shown: Vec<_> = [&first, &second]
        .into_iter()
        .filter_map(|answer| answer.json()["secret"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(shown.len(), 1, "{} {}", first.body, second.body);
    assert_eq!(first.json()["credential"], second.json()["credential"]);
    let dump = Rows::dump(&scene.company.place).await;
    assert!(!dump.contains(&shown[0]), "a secret is kept");
    assert_eq!(owner.post(&secrets, json!({})).await.status, 200);
    problem(&owner.post(&secrets, json!({})).await, 409, "state");

    let whole = owner
        .get(&format!("{HERE}/production/clients/{client}"))
        .await
        .json();
    let credential = whole["credentials"][0]["credential"].as_str().unwrap();
    assert_eq!(whole["credentials"].as_array().unwrap().len(), 2, "{whole}");
    let retire = format!("{secrets}/{credential}/retire");
    assert_eq!(
        owner.post(&retire, json!({})).await.json()["state"],
        "retired"
    );
    problem(&owner.post(&retire, json!({})).await, 409, "state");
    let stop = format!("{HERE}/production/clients/{client}/suspend");
    let stopped = owner
        .post(&stop, json!({ "reason": "It calls too often." }))
        .await;
    assert_eq!(stopped.json()["state"], "suspended", "{}", stopped.body);

    let seen = owner
        .get(&format!("{HERE}/activity?action=client.&limit=1"))
        .await
        .json();
    let entry = &seen["entries"][0];
    assert_eq!(
        (&entry["action"], &entry["object"]),
        (&json!("client.suspend"), &json!(client))
    );
    assert_eq!(entry["actor_kind"], "person");
    assert!(
        entry["actor_id"].as_str().unwrap().starts_with("mem_"),
        "{entry}"
    );
    let all = owner.get(&format!("{HERE}/activity?limit=200")).await;
    let all = all.json();
    let entries = all["entries"].as_array().unwrap();
    let decided = entries
        .iter()
        .find(|one| one["actor_kind"] == "staff")
        .unwrap();
    assert_eq!(
        (&decided["actor"], decided.get("actor_id")),
        (&json!("Review team"), None)
    );
    let raw = |one: &&Value| {
        one.get("detail").is_some() || one["actor"].as_str().unwrap().contains("mem_")
    };
    assert_eq!(
        entries.iter().find(raw),
        None,
        "neither what is kept beside it nor an identifier of staff"
    );
    let next = seen["next"].as_str().unwrap();
    let older = owner
        .get(&format!("{HERE}/activity?action=client.&cursor={next}"))
        .await
        .json();
    assert!(
        older["entries"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["seq"] != entry["seq"])
    );
    let nothing = owner
        .get(&format!("{HERE}/activity?action=%25"))
        .await
        .json();
    assert_eq!(nothing["entries"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_answered_and_a_case_taken_back() {
    let scene = Scene::new().await;
    let manager = Hand::of_tenant(&scene, Role::Manager, May::Act).await;
    let reviewer = Hand::new(&scene, Role::Reviewer, May::Act).await;
    reviewer.step_up().await;
    let request = sent(&manager, "Notes sync", &["notes:read", "notes:write"]).await;
    let at = format!("{HERE}/production/requests/{request}");
    let offered = json!({ "decision": "offer", "offer": { "scopes": [
        { "scope": "notes:read", "give": "grant" },
        { "scope": "notes:write", "give": "withhold", "reason": "Reading is enough." },
    ] } });
    decided(&reviewer, &request, offered).await;
    let read = manager.get(&at).await.json();
    let offer = &read["offer"];
    assert_eq!(offer["scopes"], json!(["notes:read"]), "{read}");
    assert_eq!(offer["remarks"][0]["reason"], "Reading is enough.");
    let answer = format!("{at}/answer");
    let says = |word: &str| json!({ "answer": word, "offer": offer["offer"], "version": 1 });
    let told = problem(&manager.post(&answer, says("decline")).await, 400, "member");
    assert_eq!(told["pointer"], "/comment");
    problem(&manager.post(&answer, says("perhaps")).await, 400, "member");
    let mut stale = says("accept");
    stale["offer"] = json!("off_01927777777777777777777777777777");
    problem(&manager.post(&answer, stale).await, 409, "state");
    let accepted = manager.post(&answer, says("accept")).await;
    assert_eq!(accepted.json()["state"], "approved", "{}", accepted.body);
    problem(&manager.post(&answer, says("accept")).await, 409, "state");

    let other = sent(&manager, "Other sync", &["notes:read"]).await;
    let withdraw = format!("{HERE}/production/requests/{other}/withdraw");
    let taken = manager.post(&withdraw, json!({ "version": 1 })).await;
    assert_eq!(taken.json()["state"], "withdrawn", "{}", taken.body);
    problem(
        &manager.post(&withdraw, json!({ "version": 1 })).await,
        409,
        "state",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_onboarded_changes_nothing() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let path = format!("{HERE}/integrations");
    let before = Rows::count(&scene.company.place).await;
    let sound = || integration("Notes sync", &["notes:read"]);
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut body = sound();
        change(&mut body);
        body
    };
    for (body, pointer) in [
        (wrong(&|body| body["name"] = json!("")), "/name"),
        (wrong(&|body| body["purpose"] = json!("")), "/purpose"),
        (
            wrong(&|body| body["operator"] = json!("nobody")),
            "/operator",
        ),
        (
            wrong(&|body| body["client"]["redirect_uris"] = json!(["http://a.example/#f"])),
            "/client",
        ),
        (
            wrong(&|body| body["production"]["scopes"][0]["scope"] = json!("a b")),
            "/production/scopes/0/scope",
        ),
        (
            wrong(&|body| body["production"]["tools"] = json!([{ "resource": "x", "tool": "y" }])),
            "/production/tools/0/resource",
        ),
        (
            wrong(&|body| body["production"]["scopes"] = json!([{ "scope": "notes:write" }])),
            "/production",
        ),
        (wrong(&|body| body["production"] = Value::Null), "/sandbox"),
    ] {
        let told = problem(&owner.post(&path, body).await, 400, "member");
        assert_eq!(told["pointer"], pointer, "{told}");
    }
    let unknown = wrong(&|body| body["production"]["scopes"][0]["scope"] = json!("notes:other"));
    problem(&owner.post(&path, unknown).await, 409, "policy");
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), std::collections::BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_sandbox_is_looked_at_and_promoted() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let client = scene.machine(Environment::Sandbox, "notes:read").await;
    let path = format!("{HERE}/sandbox/clients/{}/promote", client.id);
    let looked = owner.post(&path, json!({ "look": true })).await;
    assert_eq!(looked.status, 200, "{}", looked.body);
    let items: Vec<_> = looked.json()["readiness"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["item"].clone())
        .collect();
    assert_eq!(
        json!(items),
        json!(["hosts", "token", "policy", "contact", "redirects"])
    );
    assert_eq!(acts(&scene, "client.promote").await, 0);
    let sent = owner.once(&path, json!({}), "promote-1").await;
    assert_eq!(
        sent.json()["request"]["environment"],
        "production",
        "{}",
        sent.body
    );
    let again = owner.once(&path, json!({}), "promote-1").await;
    assert_eq!(again.json(), sent.json());
    problem(&owner.post(&path, json!({})).await, 409, "state");
    let from_production = path.replace("sandbox", "production");
    problem(
        &owner.post(&from_production, json!({})).await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_what_was_sent_back_is_sent_again_and_goes_on_as_the_next_version() {
    let scene = Scene::new().await;
    let manager = Hand::of_tenant(&scene, Role::Manager, May::Act).await;
    let reviewer = Hand::new(&scene, Role::Reviewer, May::Act).await;
    reviewer.step_up().await;
    let request = sent(&manager, "Notes sync", &["notes:read", "notes:write"]).await;
    let at = format!("{HERE}/production/requests/{request}");
    let again = |version: i32, scopes: Value| {
        json!({
            "version": version,
            "client": integration("Notes sync", &[])["client"],
            "asks": { "scopes": scopes },
        })
    };
    let less = json!([{ "scope": "notes:read", "reason": "It shows notes." }]);
    let revise = format!("{at}/revise");
    let early = manager.post(&revise, again(1, less.clone())).await;
    problem(&early, 409, "state");

    decided(
        &reviewer,
        &request,
        json!({ "decision": "ask_for_changes" }),
    )
    .await;
    let bare = json!([{ "scope": "notes:write" }]);
    let told = problem(&manager.post(&revise, again(1, bare)).await, 400, "member");
    assert_eq!(told["pointer"], "/asks");
    let unknown = json!([{ "scope": "notes:nothing" }]);
    assert!(
        !manager
            .post(&revise, again(1, unknown))
            .await
            .body
            .contains("in_review")
    );
    let sent = manager.post(&revise, again(1, less.clone())).await;
    assert_eq!(
        (&sent.json()["version"], &sent.json()["state"]),
        (&json!(2), &json!("in_review")),
        "{}",
        sent.body
    );
    problem(&manager.post(&revise, again(1, less)).await, 409, "state");
    let read = manager.get(&at).await.json();
    assert_eq!(read["version"], 2, "{read}");
    let came = decided(&reviewer, &request, json!({ "decision": "approve" })).await;
    assert!(came["client_id"].is_string(), "{came}");
}
