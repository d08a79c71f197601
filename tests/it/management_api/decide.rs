//! Deciding, confirming and linking, as in the dashboard.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn two_people_decide_over_the_api_as_in_the_dashboard() {
    let scene = Scene::new().await;
    let asked = scene
        .company
        .reach(PRODUCTION, "notes:read notes:delete", &[]);
    let sent = json!({
        "client_name": "Partner",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let metadata = narthex_vocab::ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let ask = [(PRODUCTION, asked)];
    let onboarded = scene.company.onboard(metadata, &ask).await.unwrap();
    let id = onboarded.requests[0].request.id;
    let path = format!("/api/v1/requests/acme/production/{id}");
    let hand = Hand::new(&scene, Role::Approver, May::Act).await;
    hand.step_up().await;
    let seen = hand.get(&path).await.json();
    let hash = seen["payload_hash"].as_str().unwrap().to_owned();
    let decide = format!("{path}/decision");
    let with = |kind: &str, hash: &str| json!({ "decision": kind, "payload_hash": hash, "reason": "Needed." });
    problem(
        &hand.post(&decide, with("approve", &"0".repeat(64))).await,
        409,
        "stale",
    );
    problem(
        &hand.post(&decide, with("approve", "x")).await,
        400,
        "member",
    );
    problem(
        &hand.post(&decide, with("confirm", &hash)).await,
        400,
        "member",
    );
    problem(
        &hand.post(&decide, with("offer", &hash)).await,
        400,
        "member",
    );
    let mut beyond = with("offer", &hash);
    beyond["offer"] = json!({ "scopes": [{ "scope": "notes:write", "give": "grant" }] });
    problem(&hand.post(&decide, beyond).await, 400, "member");

    let decided = hand.post(&decide, with("approve", &hash)).await;
    assert_eq!(
        decided.json()["state"],
        "awaiting_second",
        "{}",
        decided.body
    );
    assert!(decided.json().get("client_id").is_none());
    let seen = hand.get(&path).await.json();
    let first = seen["decisions"][0]["id"].as_str().unwrap();
    let confirm = format!("{path}/confirmation");
    let answer =
        json!({ "answer": "confirm", "decision": first, "payload_hash": hash, "reason": "Seen." });
    let own = hand.post(&confirm, answer.clone()).await;
    assert_eq!(
        problem(&own, 403, "role")["detail"],
        "who decides does not confirm"
    );
    let reviewer = Hand::new(&scene, Role::Reviewer, May::Act).await;
    reviewer.step_up().await;
    problem(&reviewer.post(&confirm, answer.clone()).await, 403, "role");
    let other = Hand::new(&scene, Role::Approver, May::Act).await;
    other.step_up().await;
    let confirmed = other.post(&confirm, answer.clone()).await;
    assert_eq!(confirmed.json()["state"], "approved", "{}", confirmed.body);
    assert!(
        confirmed.json()["client_id"]
            .as_str()
            .unwrap()
            .starts_with("np_")
    );
    problem(&other.post(&confirm, answer).await, 409, "state");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_over_the_api_is_what_the_tenant_reads() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    hand.step_up().await;
    let client = scene
        .company
        .registered(PRODUCTION, "Stranger Notes", "notes:read notes:write")
        .await;
    let waits = format!("/api/v1/quarantine/acme/production/{client}");
    let found = hand.get("/api/v1/quarantine").await.json();
    assert_eq!(
        found["families"][0]["client_id"],
        client.as_str(),
        "{found}"
    );
    let home = json!({ "name": "Notes", "operator": "partner", "sponsor": scene.company.owner.member.to_string() });
    let linked = hand
        .post(&format!("{waits}/link"), home.clone())
        .await
        .json();
    assert_eq!(linked["state"], "in_review", "{linked}");
    problem(
        &hand.post(&format!("{waits}/link"), home).await,
        409,
        "state",
    );
    problem(
        &hand
            .post(&format!("{waits}/block"), json!({ "reason": "Late." }))
            .await,
        409,
        "state",
    );
    let path = format!(
        "/api/v1/requests/acme/production/{}",
        linked["request"].as_str().unwrap()
    );
    let seen = hand.get(&path).await.json();
    let tools = seen["tools"].as_array().unwrap().iter().map(
        |tool| json!({ "resource": tool["resource"], "tool": tool["tool"], "give": "withhold" }),
    );
    let tools: Vec<_> = tools.collect();
    let body = json!({
        "decision": "offer", "payload_hash": seen["payload_hash"], "reason": "Reading is enough.",
        "offer": {
            "scopes": [
                { "scope": "notes:read", "give": "grant" },
                { "scope": "notes:write", "give": "sandbox_only", "reason": "Try it there first." },
            ],
            "tools": tools, "token_minutes": 5,
        },
    });
    // Registering agreed to less beforehand, and a stranger in production is for two people.
    let decided = hand.post(&format!("{path}/decision"), body).await;
    assert_eq!(
        decided.json()["state"],
        "awaiting_second",
        "{}",
        decided.body
    );
    let seen = hand.get(&path).await.json();
    let other = Hand::new(&scene, Role::Approver, May::Act).await;
    other.step_up().await;
    let answer = json!({
        "answer": "confirm",
        "decision": seen["decisions"][0]["id"],
        "payload_hash": seen["payload_hash"],
        "reason": "Seen.",
    });
    let confirmed = other.post(&format!("{path}/confirmation"), answer).await;
    assert_eq!(confirmed.json()["state"], "approved", "{}", confirmed.body);
    let one = hand
        .get(&format!("/api/v1/clients/acme/production/{client}"))
        .await
        .json();
    let scopes = one["scopes"].as_array().unwrap();
    assert_eq!(
        (scopes.len(), &scopes[0]["scope"]),
        (1, &json!("notes:read"))
    );
    assert_eq!(one["tools"], json!([]));
}
