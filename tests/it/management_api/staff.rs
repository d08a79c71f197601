//! The rest of what staff do by the API: tenants, brakes, lists, names, documents, trust, families, logs and who has a
//! case.

use super::*;
use crate::policies::bench::Bench;

async fn hand(scene: &Scene, role: Role) -> Hand<'_> {
    let hand = Hand::new(scene, role, May::Act).await;
    hand.step_up().await;
    hand
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_made_once_and_its_owner_invited() {
    let scene = Scene::new().await;
    let reviewer = hand(&scene, Role::Reviewer).await;
    let body = json!({ "slug": "initech", "name": "Initech", "owner": "bill@initech.example" });
    let made = reviewer
        .once("/api/v1/tenants", body.clone(), "tenant-1")
        .await;
    assert_eq!(made.status, 200, "{}", made.body);
    let link = made.json();
    let address = format!(
        "{}{}",
        link["address"].as_str().unwrap(),
        link["secret"].as_str().unwrap()
    );
    assert_eq!(Browser::new().get(&address).await.status, 200);
    // The same call again is the same tenant, and its link is not shown twice.
    let again = reviewer
        .once("/api/v1/tenants", body.clone(), "tenant-1")
        .await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json()["address"], link["address"]);
    assert!(again.json()["secret"].is_null(), "{}", again.body);
    let mut other = body.clone();
    other["name"] = json!("Another");
    let reused = reviewer.once("/api/v1/tenants", other, "tenant-1").await;
    problem(&reused, 422, "key-reused");
    let new_key = reviewer
        .once("/api/v1/tenants", body.clone(), "tenant-2")
        .await;
    problem(&new_key, 409, "state");
    problem(&reviewer.post("/api/v1/tenants", body).await, 409, "state");
    let stranger = hand(&scene, Role::Approver).await;
    let theirs = json!({ "slug": "initech", "name": "Initech", "owner": "bill@initech.example" });
    let theirs = stranger.once("/api/v1/tenants", theirs, "tenant-1").await;
    problem(&theirs, 409, "state");
    // The company of the scene is the one before.
    assert_eq!(acts(&scene, "tenant.create").await, 2);
    let twice = json!({ "slug": "hooli", "name": "Hooli", "owner": "gavin@hooli.example" });
    let (first, second) = tokio::join!(
        reviewer.once("/api/v1/tenants", twice.clone(), "tenant-3"),
        reviewer.once("/api/v1/tenants", twice, "tenant-3")
    );
    assert_eq!(
        (first.status, second.status),
        (200, 200),
        "{} {}",
        first.body,
        second.body
    );
    let shown = [&first, &second].map(|answer| answer.json()["secret"].is_string());
    assert_eq!(shown.iter().filter(|shown| **shown).count(), 1);
    assert_eq!(acts(&scene, "tenant.create").await, 3);
    let told = reviewer
        .post(
            "/api/v1/tenants",
            json!({ "slug": "www", "name": "W", "owner": "a@b.example" }),
        )
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/slug");
    let all = reviewer.get("/api/v1/tenants").await.json();
    let slugs = all["tenants"].as_array().unwrap().iter();
    assert!(slugs.clone().any(|one| one["tenant"] == "initech"), "{all}");
    let invite = "/api/v1/tenants/initech/invite-owner";
    let invited = reviewer
        .post(invite, json!({ "owner": "peter@initech.example" }))
        .await;
    assert!(invited.json()["secret"].is_string(), "{}", invited.body);
    let owned = "/api/v1/tenants/acme/invite-owner";
    problem(
        &reviewer
            .post(owned, json!({ "owner": "x@acme.example" }))
            .await,
        409,
        "state",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brake_for_everybody_is_lifted_by_two() {
    let scene = Scene::new().await;
    let lead = hand(&scene, Role::IncidentLead).await;
    let approver = hand(&scene, Role::Approver).await;
    let set = json!({ "owner": "platform", "span": "1h", "reason": "A flood." });
    let brake = lead.post("/api/v1/brakes", set).await.json();
    let lift = format!("/api/v1/brakes/{}/lift", brake["brake"].as_str().unwrap());
    let why = || json!({ "reason": "It is over." });
    assert_eq!(lead.post(&lift, why()).await.json()["state"], "proposed");
    problem(&lead.post(&lift, why()).await, 403, "role");
    let listed = lead.get("/api/v1/brakes").await.json();
    assert!(
        listed["brakes"][0]["lift_proposed_by"].is_string(),
        "{listed}"
    );
    assert_eq!(approver.post(&lift, why()).await.json()["state"], "lifted");
    problem(&approver.post(&lift, why()).await, 403, "role");
    let nobodys = json!({ "owner": "nobody", "span": "1h", "reason": "A flood." });
    problem(
        &lead.post("/api/v1/brakes", nobodys).await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_names_are_kept() {
    let scene = Scene::new().await;
    let reviewer = hand(&scene, Role::Reviewer).await;
    let until = (ambient::now() + chrono::Duration::days(1)).to_rfc3339();
    let line = |kind: &str, subject: &str, per_minute: Option<u16>| {
        json!({
            "tenant": "acme", "kind": kind, "subject": subject, "until": until,
            "reason": "As agreed.", "per_minute": per_minute,
        })
    };
    let told = reviewer
        .post("/api/v1/lists", line("network", "0.0.0.0/0", None))
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/subject");
    let told = reviewer
        .post("/api/v1/lists", line("host", "a.example", Some(60)))
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/per_minute");
    let lane = reviewer
        .post("/api/v1/lists", line("network", "192.0.2.0/24", Some(60)))
        .await;
    let lane = lane.json();
    assert_eq!(
        (&lane["effect"], &lane["per_minute"]),
        (&json!("trust"), &json!(60))
    );
    let listed = reviewer.get("/api/v1/lists").await.json();
    assert_eq!(listed["listings"][0]["tenant"], "acme", "{listed}");
    let end = format!("/api/v1/lists/{}/end", lane["listing"].as_str().unwrap());
    assert_eq!(
        reviewer
            .post(&end, json!({ "reason": "Over." }))
            .await
            .json()["state"],
        "ended"
    );
    problem(
        &reviewer.post(&end, json!({ "reason": "Over." })).await,
        409,
        "state",
    );

    let brand = json!({ "name": "Initech", "hosts": ["*.initech.example", "initech.example"] });
    assert_eq!(
        reviewer.post("/api/v1/brands", brand.clone()).await.status,
        200
    );
    let known = reviewer.get("/api/v1/brands").await.json();
    assert!(
        known["brands"].as_array().unwrap().contains(&brand),
        "{known}"
    );
    let none = json!({ "name": "Initech", "hosts": [] });
    assert_eq!(
        problem(&reviewer.post("/api/v1/brands", none).await, 400, "member")["pointer"],
        "/hosts"
    );
    let forget = json!({ "name": "Initech" });
    assert_eq!(
        reviewer
            .post("/api/v1/brands/forget", forget.clone())
            .await
            .status,
        200
    );
    problem(
        &reviewer.post("/api/v1/brands/forget", forget).await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_trusted_by_two_and_no_longer_by_one() {
    let scene = Scene::new().await;
    let reviewer = hand(&scene, Role::Reviewer).await;
    let approver = hand(&scene, Role::Approver).await;
    let until = (ambient::now() + chrono::Duration::days(30)).to_rfc3339();
    let body = json!({
        "tenant": "acme", "environment": "sandbox", "domain": "partner.example", "until": until,
        "sponsor": scene.company.owner.member.to_string(), "reason": "We know them.",
    });
    let proposed = reviewer.post("/api/v1/trusted-domains", body.clone()).await;
    assert_eq!(proposed.status, 200, "{}", proposed.body);
    problem(
        &reviewer.post("/api/v1/trusted-domains", body).await,
        409,
        "state",
    );
    let id = proposed.json()["proposal"].as_str().unwrap().to_owned();
    let waiting = reviewer.get("/api/v1/trusted-domains").await.json();
    assert_eq!(waiting["proposals"][0]["proposal"], id, "{waiting}");
    let answer = format!("/api/v1/trusted-domains/proposals/{id}");
    let yes = || json!({ "answer": "confirm", "reason": "So do I." });
    problem(&reviewer.post(&answer, yes()).await, 403, "role");
    assert_eq!(approver.post(&answer, yes()).await.json()["state"], "done");
    let trusted = reviewer.get("/api/v1/trusted-domains").await.json();
    let trust = trusted["trusted_domains"][0]["trust"]
        .as_str()
        .unwrap()
        .to_owned();
    let end = format!("/api/v1/trusted-domains/{trust}/end");
    assert_eq!(
        reviewer
            .post(&end, json!({ "reason": "No more." }))
            .await
            .json()["state"],
        "ended"
    );
    let policy = Bench::new(&scene.company);
    policy.tenant_draft("// nothing\n").await.unwrap();
    policy.try_tenants(1).await;
    let other = policy.propose_tenants(1, "// nothing\n").await.unwrap();
    let of_policy = format!("/api/v1/trusted-domains/proposals/{other}");
    problem(&approver.post(&of_policy, yes()).await, 404, "not-there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_is_read_split_and_blocked_at_once() {
    let scene = Scene::new().await;
    let lead = hand(&scene, Role::IncidentLead).await;
    let company = &scene.company;
    let client = company
        .registered(PRODUCTION, "Stranger", "notes:read")
        .await;
    let fingerprint = company.family_of(&client).await;
    let family = format!("/api/v1/families/acme/production/{fingerprint}");
    let read = lead.get(&family).await.json();
    assert_eq!(
        read["registrations"][0]["client_id"],
        client.as_str(),
        "{read}"
    );
    let until = (ambient::now() + chrono::Duration::days(1)).to_rfc3339();
    let body = json!({ "until": until, "reason": "A flood." });
    let blocked = lead
        .once(&format!("{family}/block"), body.clone(), "block-1")
        .await;
    assert_eq!(blocked.json(), json!({ "changed": 1 }), "{}", blocked.body);
    let again = lead.once(&format!("{family}/block"), body, "block-1").await;
    assert_eq!(again.json(), blocked.json());
    assert_eq!(again.header("idempotency-replayed"), "true");
    let nothing = lead
        .post(&format!("{family}/expire"), json!({ "reason": "Over." }))
        .await;
    problem(&nothing, 409, "state");
    let network = json!({ "network": "not one", "until": until, "reason": "Another." });
    let told = lead.post(&format!("{family}/split"), network).await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/network");
    let network = json!({ "network": "192.0.2.7/24", "until": until, "reason": "Another." });
    let apart = lead.post(&format!("{family}/split"), network).await;
    assert_ne!(
        apart.json()["fingerprint"],
        json!(fingerprint),
        "{}",
        apart.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_has_one_who_has_it() {
    let scene = Scene::new().await;
    let (one, other) = (
        hand(&scene, Role::Reviewer).await,
        hand(&scene, Role::Approver).await,
    );
    let company = &scene.company;
    let client = company
        .registered(PRODUCTION, "Stranger", "notes:read")
        .await;
    let linked = company
        .link(&client, Some(&company.owner), None)
        .await
        .unwrap();
    let at = format!("/api/v1/requests/acme/production/{}", linked.request.id);
    let free = || json!({ "version": 1 });
    assert_eq!(
        one.post(&format!("{at}/take"), free()).await.json()["state"],
        "taken"
    );
    problem(
        &other.post(&format!("{at}/take"), free()).await,
        409,
        "stale",
    );
    problem(
        &other.post(&format!("{at}/hand-back"), free()).await,
        409,
        "stale",
    );
    let from = json!({ "version": 1, "seen": one.person.member.to_string() });
    assert_eq!(other.post(&format!("{at}/take"), from).await.status, 200);
    let back = other.post(&format!("{at}/hand-back"), free()).await;
    assert_eq!(back.json()["state"], "handed_back", "{}", back.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_and_addresses_are_read() {
    let scene = Scene::new().await;
    let auditor = Hand::new(&scene, Role::Auditor, May::Read).await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    for _ in 0..3 {
        scene.client_token(PRODUCTION, &client).await;
    }
    let issued = auditor
        .get(&format!("/api/v1/issuance?q={}", client.id))
        .await
        .json();
    let first = &issued["issuance"][0];
    assert_eq!(
        (&first["tenant"], &first["grant_type"]),
        (&json!("acme"), &json!("client_credentials"))
    );
    scene
        .company
        .registered(PRODUCTION, "Stranger", "notes:read")
        .await;
    let attempts = auditor.get("/api/v1/attempts").await;
    assert_eq!(attempts.status, 200, "{}", attempts.body);
    let documents = auditor.get("/api/v1/documents?readable=yes").await;
    assert_eq!(documents.json(), json!({ "documents": [] }));
    problem(
        &auditor.get("/api/v1/documents?readable=maybe").await,
        400,
        "member",
    );
    let tree = format!("/api/v1/clients/acme/production/{}/lineage", client.id);
    let tree = auditor.get(&tree).await.json();
    assert_eq!(tree["root"]["client_id"], client.id.as_str(), "{tree}");
    let lead = hand(&scene, Role::IncidentLead).await;
    let order = json!({ "tenant": "acme", "environment": "production", "url": "https://app.example/client.json" });
    let answer = lead.post("/api/v1/documents", order).await;
    assert_eq!(answer.json()["state"], "fetching", "{}", answer.body);
    let nowhere =
        json!({ "tenant": "acme", "environment": "production", "url": "http://app.example/" });
    let told = problem(
        &lead.post("/api/v1/documents", nowhere).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/url");
}
