//! What can be read: lists that go on, and nothing of another tenant.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_where_it_ended() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Auditor, May::Read).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(scene.machine(PRODUCTION, "notes:read").await.id);
    }
    for (list, name, id) in [
        ("clients", "clients", "client_id"),
        ("requests", "requests", "request"),
    ] {
        let mut seen = Vec::new();
        let mut next = Some(String::new());
        let mut pages = 0;
        while let Some(cursor) = next {
            let path = format!("/api/v1/{list}?limit=2&cursor={cursor}");
            let page = hand.get(&path).await.json();
            let rows = page[name].as_array().unwrap();
            assert!(rows.len() <= 2);
            seen.extend(rows.iter().map(|row| row[id].as_str().unwrap().to_owned()));
            next = page["next"].as_str().map(str::to_owned);
            pages += 1;
        }
        assert!(pages >= 3, "{pages}");
        let whole = hand.get(&format!("/api/v1/{list}?limit=200")).await.json();
        let whole: Vec<_> = whole[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row[id].clone())
            .collect();
        assert_eq!(json!(seen), json!(whole));
    }
    let clients = hand.get("/api/v1/clients?limit=2").await.json();
    let cursor = clients["next"].as_str().unwrap();
    problem(
        &hand.get(&format!("/api/v1/requests?cursor={cursor}")).await,
        400,
        "cursor",
    );
    problem(
        &hand.get("/api/v1/clients?cursor=AAAA").await,
        400,
        "cursor",
    );
    for bad in [
        "limit=0",
        "limit=201",
        "limit=x",
        "state=approved",
        "environment=test",
        "limit=1&limit=2",
    ] {
        problem(
            &hand.get(&format!("/api/v1/clients?{bad}")).await,
            400,
            "member",
        );
    }
    let listed = hand
        .get("/api/v1/clients?state=awaiting_credentials")
        .await
        .json();
    assert_eq!(listed["clients"], json!([]));
    assert_eq!(made.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_tenants_is_not_there() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    hand.step_up().await;
    let (theirs, history) =
        crate::scene::machine_and_history(&neighbour, PRODUCTION, "notes:read", &[]).await;
    let why = json!({ "reason": "It calls too often." });
    let client = |tenant: &str, id: &str| format!("/api/v1/clients/{tenant}/production/{id}");
    let own = hand.get(&client("globex", &theirs.id)).await;
    assert_eq!(own.status, 200, "{}", own.body);
    assert!(!own.body.contains(&theirs.secret));
    let random = format!("np_{}", "q".repeat(26));
    for path in [
        client("acme", &theirs.id),
        client("acme", &random),
        client("nobody", &theirs.id),
        client("acme", "x"),
        format!("/api/v1/requests/acme/production/{}", history.request),
        format!("/api/v1/requests/globex/sandbox/{}", history.request),
    ] {
        let told = problem(&hand.get(&path).await, 404, "not-there");
        assert_eq!(
            told["detail"], "there is nothing of this name that you may see",
            "{path}"
        );
    }
    for id in [theirs.id.as_str(), &random] {
        let path = format!("{}/suspend", client("acme", id));
        problem(&hand.post(&path, why.clone()).await, 404, "not-there");
    }
    assert_eq!(acts(&scene, "client.suspend").await, 0);
}
