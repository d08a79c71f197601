//! What people of a tenant set by the API: how environments answer, domains, people, brakes, blocks and the catalogue.

use super::*;

const HERE: &str = "/api/v1/t/acme";

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_read_and_changed_as_on_their_pages() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let path = format!("{HERE}/production/settings");
    let open = json!({ "registration_mode": "open", "client_documents": false });
    let told = problem(&owner.post(&path, open).await, 400, "member");
    assert_eq!(told["pointer"], "/registration_mode");
    let wider = |reason: Option<&str>| {
        let mut body = json!({ "registration_mode": "quarantine", "client_documents": false });
        if let Some(reason) = reason {
            body["reason"] = json!(reason);
        }
        body
    };
    owner
        .post(
            &path,
            json!({ "registration_mode": "closed", "client_documents": false }),
        )
        .await;
    let told = problem(&owner.post(&path, wider(None)).await, 400, "member");
    assert_eq!(told["pointer"], "/reason");
    let changed = owner.post(&path, wider(Some("Partners come."))).await;
    assert_eq!(
        changed.json()["registration_mode"],
        "quarantine",
        "{}",
        changed.body
    );
    assert_eq!(owner.get(&path).await.json(), changed.json());

    let limits = format!("{path}/limits");
    let set = owner.post(&limits, json!({ "calls": 100 })).await;
    assert_eq!(set.json()["calls"], 100, "{}", set.body);
    assert_eq!(owner.get(&limits).await.json(), set.json());
    problem(
        &owner.post(&limits, json!({ "hours": 100_000 })).await,
        400,
        "member",
    );

    let lists = format!("{path}/allowlists");
    let mut rules = owner.get(&lists).await.json();
    rules["hosts"] = json!({ "admits": "listed", "listed": ["*.example.com"] });
    let narrowed = owner.post(&lists, rules.clone()).await;
    assert_eq!(narrowed.json(), rules, "{}", narrowed.body);
    rules["hosts"]["admits"] = json!("none");
    let told = problem(&owner.post(&lists, rules.clone()).await, 400, "member");
    assert_eq!(told["pointer"], "/hosts/admits");
    rules["hosts"] = json!({ "admits": "listed", "listed": ["*.github.io"] });
    let told = problem(&owner.post(&lists, rules).await, 400, "member");
    assert_eq!(told["pointer"], "/hosts/listed/0");

    let issuers = format!("{path}/statements");
    let told = owner
        .post(&issuers, json!({ "issuer": "https://issuer.example" }))
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/jwks_uri");
    let issuer =
        json!({ "issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys" });
    assert_eq!(owner.post(&issuers, issuer).await.status, 200);
    assert_eq!(
        owner.get(&issuers).await.json()["issuers"][0]["issuer"],
        "https://issuer.example"
    );
    let gone = json!({ "issuer": "https://issuer.example" });
    assert_eq!(
        owner
            .post(&format!("{issuers}/remove"), gone.clone())
            .await
            .status,
        200
    );
    problem(
        &owner.post(&format!("{issuers}/remove"), gone).await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_change_does_is_chosen_within_the_platforms_least() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let path = format!("{HERE}/production/settings/changes");
    let choose = |meanwhile: &str| json!({ "on_change": { "keys": meanwhile } });
    let told = problem(&owner.post(&path, choose("goes_on")).await, 400, "member");
    assert_eq!(told["pointer"], "/on_change/keys");
    let told = problem(&owner.post(&path, choose("perhaps")).await, 400, "member");
    assert_eq!(told["pointer"], "/on_change/keys");
    let unknown = json!({ "on_change": { "moods": "pauses" } });
    problem(&owner.post(&path, unknown).await, 400, "member");
    let chosen = owner.post(&path, choose("pauses")).await;
    assert_eq!(
        chosen.json()["on_change"]["keys"],
        "pauses",
        "{}",
        chosen.body
    );
    let told = problem(
        &owner.post(&path, choose("asked_again")).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/reason");
    assert_eq!(owner.get(&path).await.json(), chosen.json());

    let notes = scene.company.notes[&PRODUCTION];
    let path = format!("{HERE}/production/resources/{notes}/tools/schema");
    let schema = |tool: &str| json!({ "tool": tool, "schema": { "name": "another" } });
    let told = problem(
        &owner.post(&path, schema("no_such_tool")).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/tool");
    assert_eq!(owner.post(&path, schema("list_notes")).await.status, 200);
    problem(&owner.post(&path, schema("list_notes")).await, 409, "state");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_invited_again_and_get_other_roles() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let members = format!("{HERE}/members");
    let body = json!({ "email": "a@b.example", "role": "viewer" });
    let first = owner.post(&members, body).await.json()["secret"].clone();
    let pending = owner.get(&format!("{members}/invitations")).await.json();
    let mut open = pending["invitations"].as_array().unwrap().iter();
    let one = open.find(|one| one["email"] == "a@b.example").unwrap();
    let at = format!(
        "{members}/invitations/{}",
        one["invitation"].as_str().unwrap()
    );
    let again = owner.post(&format!("{at}/again"), json!({})).await;
    assert!(again.json()["secret"].is_string(), "{}", again.body);
    assert_ne!(again.json()["secret"], first);
    let pending = owner.get(&format!("{members}/invitations")).await.json();
    let mut open = pending["invitations"].as_array().unwrap().iter();
    let one = open.find(|one| one["email"] == "a@b.example").unwrap();
    let at = format!(
        "{members}/invitations/{}",
        one["invitation"].as_str().unwrap()
    );
    assert_eq!(
        owner.post(&format!("{at}/end"), json!({})).await.json()["state"],
        "ended"
    );
    problem(
        &owner.post(&format!("{at}/end"), json!({})).await,
        404,
        "not-there",
    );

    let viewer = Hand::of_tenant(&scene, Role::Viewer, May::Act).await;
    let role = format!("{members}/{}/role", viewer.person.member);
    let told = problem(
        &owner.post(&role, json!({ "role": "reviewer" })).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/role");
    let given = owner.post(&role, json!({ "role": "manager" })).await;
    assert_eq!(given.json()["state"], "manager", "{}", given.body);
    let me = viewer.get(&format!("{HERE}/me")).await.json();
    assert_eq!(me["role"], "manager");
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_are_added_and_people_invited() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let domains = format!("{HERE}/domains");
    let added = owner
        .post(&domains, json!({ "host": "partner.example" }))
        .await
        .json();
    assert!(
        added["record_name"]
            .as_str()
            .unwrap()
            .ends_with(".partner.example"),
        "{added}"
    );
    problem(
        &owner
            .post(&domains, json!({ "host": "partner.example" }))
            .await,
        409,
        "state",
    );
    let told = problem(
        &owner.post(&domains, json!({ "host": "localhost" })).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/host");
    let one = format!("{domains}/{}", added["domain"].as_str().unwrap());
    let looked = owner.post(&format!("{one}/check"), json!({})).await;
    assert_eq!(looked.json()["state"], "checking", "{}", looked.body);
    assert_eq!(owner.get(&one).await.json()["host"], "partner.example");

    let members = format!("{HERE}/members");
    let told = owner
        .post(
            &members,
            json!({ "email": "a@b.example", "role": "reviewer" }),
        )
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/role");
    let invited = owner
        .post(
            &members,
            json!({ "email": "a@b.example", "role": "viewer" }),
        )
        .await;
    let link = invited.json();
    let address = format!(
        "{}{}",
        link["address"].as_str().unwrap(),
        link["secret"].as_str().unwrap()
    );
    assert_eq!(
        Browser::new().get(&address).await.status,
        200,
        "{}",
        invited.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_is_stopped_and_hosts_are_blocked() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let brake = format!("{HERE}/brake");
    problem(
        &owner
            .post(&format!("{brake}/lift"), json!({ "reason": "Over." }))
            .await,
        404,
        "not-there",
    );
    let told = owner
        .post(&brake, json!({ "span": "9h", "reason": "A flood." }))
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/span");
    let set = owner
        .post(&brake, json!({ "span": "1h", "reason": "A flood." }))
        .await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(
        owner.get(&brake).await.json()["brake"]["reason"],
        "A flood."
    );
    let lifted = owner
        .post(&format!("{brake}/lift"), json!({ "reason": "Over." }))
        .await;
    assert_eq!(lifted.json()["state"], "lifted");
    assert_eq!(owner.get(&brake).await.json()["brake"], Value::Null);

    let blocks = format!("{HERE}/blocks");
    let until = (ambient::now() + chrono::Duration::days(1)).to_rfc3339();
    let body =
        json!({ "kind": "host", "subject": "evil.example", "until": until, "reason": "Evil." });
    let blocked = owner.post(&blocks, body).await.json();
    assert_eq!(
        (&blocked["subject"], &blocked["effect"]),
        (&json!("evil.example"), &json!("block"))
    );
    let past = json!({ "kind": "host", "subject": "b.example", "until": "2020-01-01T00:00:00Z", "reason": "Evil." });
    let told = problem(&owner.post(&blocks, past).await, 400, "member");
    assert_eq!(told["pointer"], "/until");
    let end = format!("{blocks}/{}/end", blocked["listing"].as_str().unwrap());
    assert_eq!(
        owner
            .post(&end, json!({ "reason": "Mended." }))
            .await
            .json()["state"],
        "ended"
    );
    problem(
        &owner.post(&end, json!({ "reason": "Mended." })).await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_grows_and_tokens_let_register() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let resources = format!("{HERE}/sandbox/resources");
    let body = json!({ "identifier": "https://files.example/mcp", "name": "Files", "kind": "mcp" });
    let files = owner.post(&resources, body.clone()).await.json();
    problem(&owner.post(&resources, body).await, 409, "state");
    let one = format!("{resources}/{}", files["resource"].as_str().unwrap());
    let scope = |risk: &str, open: bool| json!({ "scope": "files:read", "description": "Read your files", "risk": risk, "open": open });
    let told = owner
        .post(&format!("{one}/scopes"), scope("delete", true))
        .await;
    assert_eq!(problem(&told, 400, "member")["pointer"], "/open");
    assert_eq!(
        owner
            .post(&format!("{one}/scopes"), scope("read", true))
            .await
            .status,
        200
    );
    let tool =
        json!({ "tool": "list_files", "scope": "files:read", "schema": { "name": "list_files" } });
    let grown = owner.post(&format!("{one}/tools"), tool).await.json();
    assert_eq!(grown["tools"][0]["tool"], "list_files", "{grown}");
    let secret = owner
        .post(&format!("{one}/credentials"), json!({}))
        .await
        .json();
    assert!(secret["secret"].as_str().unwrap().len() > 40);

    let tokens = format!("{HERE}/sandbox/initial-access-tokens");
    let wanted =
        |uses: i32| json!({ "label": "CI", "ceiling": "files:read", "uses": uses, "days": 7 });
    problem(&owner.post(&tokens, wanted(0)).await, 400, "member");
    let made = owner.post(&tokens, wanted(3)).await.json();
    assert!(made["secret"].is_string(), "{made}");
    let list = owner.get(&tokens).await.json();
    assert_eq!(list["initial_access_tokens"][0]["uses_left"], 3, "{list}");
    assert!(!list.to_string().contains(made["secret"].as_str().unwrap()));
    let revoke = format!(
        "{tokens}/{}/revoke",
        made["initial_access"].as_str().unwrap()
    );
    assert_eq!(
        owner.post(&revoke, json!({})).await.json()["state"],
        "revoked"
    );
    problem(&owner.post(&revoke, json!({})).await, 409, "state");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_registrations_are_not_guessed() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let verify = format!("{HERE}/sandbox/registrations");
    problem(
        &owner.post(&verify, json!({ "code": "x" })).await,
        400,
        "member",
    );
    let mut throttled = false;
    for _ in 0..30 {
        let answer = owner.post(&verify, json!({ "code": "BCDFGHJK" })).await;
        throttled = answer.status == 429;
        if throttled {
            break;
        }
        problem(&answer, 404, "not-there");
    }
    assert!(throttled, "codes are guessed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_demanded_of_tokens_is_set_and_less_in_production_needs_a_reason() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let path = format!("{HERE}/production/settings/tokens");
    let demands = |pushed: bool, algorithm: &str| json!({ "pushed_requests": pushed, "bound_tokens": false, "access_algorithm": algorithm });
    let told = problem(
        &owner.post(&path, demands(true, "none")).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/access_algorithm");
    let set = owner.post(&path, demands(true, "EdDSA")).await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(owner.get(&path).await.json(), set.json());
    let told = problem(
        &owner.post(&path, demands(false, "EdDSA")).await,
        400,
        "member",
    );
    assert_eq!(told["pointer"], "/reason");
    assert_eq!(owner.get(&path).await.json(), set.json());
}
