//! Tokens of a tenant's people: made in the portal, worth what their person may there, and nothing elsewhere.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_makes_and_ends_their_own_in_the_portal() {
    let scene = Scene::new().await;
    let viewer = crate::isolation_http::member(&scene.company, "Vera", Some(Role::Viewer)).await;
    let mut browser = scene.in_portal(&viewer).await;
    let url = scene.system.at(Plane::Portal, "/t/acme/api-tokens");
    let page = browser.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (csrf, after) = (page.field("csrf"), page.field("after"));
    let form = |name, may, days| {
        [
            ("csrf", csrf.as_str()),
            ("after", after.as_str()),
            ("name", name),
            ("may", may),
            ("days", days),
        ]
    };
    for wrong in [
        form("", "read", "7"),
        form("a", "all", "7"),
        form("a", "read", "365"),
        form("a", "read", "-1"),
    ] {
        assert_eq!(browser.post(&url, &wrong).await.status, 422);
    }
    let shown = browser.post(&url, &form("report", "act", "7")).await;
    assert_eq!(
        (shown.status, shown.header("cache-control")),
        (200, "no-store")
    );
    assert!(shown.body.contains("NARTHEX_TENANT=acme"), "{}", shown.body);
    let (_, rest) = shown.body.split_once("NARTHEX_API_TOKEN=").unwrap();
    let secret: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
        .collect();
    let again = browser.post(&url, &form("report", "act", "7")).await;
    assert!(again.body.contains("already shown"), "{}", again.body);

    let call = async |plane, path: &str| {
        let mut program = Browser::new();
        let url = scene.system.at(plane, path);
        let request = program.request(Method::GET, &url).bearer_auth(&secret);
        program.send(request).await
    };
    let me = call(Plane::Portal, "/api/v1/t/acme/me").await.json();
    assert_eq!(
        (&me["role"], &me["token"]["may"]),
        (&json!("viewer"), &json!("act"))
    );
    assert_eq!(me["role_may"], json!(["read what the tenant has"]));
    assert_eq!(me["token"]["takes_codes"], false);
    assert_eq!(call(Plane::Staff, "/api/v1/me").await.status, 401);
    assert_eq!(call(Plane::Portal, "/api/v1/t/globex/me").await.status, 401);

    let list = browser.get(&url).await;
    assert!(list.body.contains("report") && !list.body.contains(&secret));
    let (_, rest) = list.body.split_once("/api-tokens/tok_").unwrap();
    let end = format!("{url}/tok_{}/end", &rest[..32]);
    // An owner neither sees nor ends it.
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let theirs = owner.get(&url).await;
    assert!(!theirs.body.contains("report"));
    let csrf_of_owner = theirs.field("csrf");
    owner.post(&end, &[("csrf", &csrf_of_owner)]).await;
    assert_eq!(call(Plane::Portal, "/api/v1/t/acme/me").await.status, 200);
    let ended = browser.post(&end, &[("csrf", &csrf)]).await;
    assert_eq!(ended.location(), "/t/acme/api-tokens?done=token-ended");
    assert_eq!(call(Plane::Portal, "/api/v1/t/acme/me").await.status, 401);
    let counts = (
        acts(&scene, "api_token.create").await,
        acts(&scene, "api_token.end").await,
    );
    assert_eq!(counts, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_second_factor_gives_a_code_to_act() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let path = "/api/v1/t/acme/domains";
    assert_eq!(
        owner
            .post(path, json!({ "host": "one.example" }))
            .await
            .status,
        200
    );
    // Nobody has a code who has no second factor.
    problem(&owner.step_up().await, 400, "member");
    owner.set_second_factor().await;
    let told = owner.post(path, json!({ "host": "two.example" })).await;
    problem(&told, 403, "step-up");
    let wrong = owner
        .post("/api/v1/t/acme/step-up", json!({ "code": "000000" }))
        .await;
    problem(&wrong, 400, "member");
    assert_eq!(owner.step_up().await.status, 200);
    assert_eq!(
        owner
            .post(path, json!({ "host": "two.example" }))
            .await
            .status,
        200
    );
    let tokens = owner.get("/api/v1/t/acme/api-tokens").await.json();
    let own = tokens["api_tokens"][0]["api_token"].as_str().unwrap();
    assert_eq!(own, owner.token.id.to_string());
    let end = format!("/api/v1/t/acme/api-tokens/{own}/end");
    assert_eq!(owner.post(&end, json!({})).await.json()["state"], "ended");
    problem(&owner.get(path).await, 401, "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_what_its_person_may_now() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let administrator = scene.company.place.administrator().await;
    let member = owner.person.member.as_uuid();
    let change = async |sql: &str| {
        let sql = sql.replace('?', &format!("'{member}'"));
        administrator.batch_execute(&sql).await.unwrap();
    };
    let path = "/api/v1/t/acme/domains";
    change("update tenant.membership set role = 'developer' where member_id = ?").await;
    let told = problem(
        &owner.post(path, json!({ "host": "a.example" })).await,
        403,
        "role",
    );
    assert_eq!(
        told["rule"],
        "role developer may not create and send integrations"
    );
    assert_eq!(owner.get(path).await.status, 200);
    change("delete from tenant.membership where member_id = ?").await;
    problem(&owner.get(path).await, 403, "role");
    change("update tenant.member set state = 'left' where member_id = ?").await;
    problem(&owner.get(path).await, 401, "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_makes_secrets_of_the_sandbox_alone() {
    let scene = Scene::new().await;
    let developer = Hand::of_tenant(&scene, Role::Developer, May::Act).await;
    for (environment, allowed) in [(Environment::Sandbox, true), (PRODUCTION, false)] {
        let client = scene.machine(environment, "notes:read").await;
        let path = format!(
            "/api/v1/t/acme/{environment}/clients/{}/credentials",
            client.id
        );
        let answer = developer.post(&path, json!({})).await;
        if allowed {
            assert_eq!(answer.status, 200, "{}", answer.body);
        } else {
            problem(&answer, 403, "role");
        }
    }
}
