//! Tokens: who gets in with one, who makes and ends one.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_calls_without_a_token_in_force() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Read).await;
    assert_eq!(hand.get("/api/v1/me").await.json()["role"], "reviewer");

    let client = scene.machine(PRODUCTION, "notes:read").await;
    let access = scene.client_token(PRODUCTION, &client).await;
    let session = crate::scene::cookie(
        &scene.company,
        &scene.company.reviewer,
        narthex_people::session::Surface::Staff,
    )
    .await;
    let cut = hand.shown[..hand.shown.len() - 1].to_owned();
    let others = [
        cut,
        session,
        access,
        client.secret,
        String::new(),
        "npt_".to_owned(),
    ];
    for other in others {
        let mut browser = Browser::new();
        let request = browser
            .request(Method::GET, &hand.url("/api/v1/me"))
            .bearer_auth(&other);
        let answer = browser.send(request).await;
        problem(&answer, 401, "token");
        assert!(
            answer.header("www-authenticate").starts_with("Bearer "),
            "{other}"
        );
    }
    let mut browser = Browser::new();
    let twice = browser
        .request(Method::GET, &hand.url("/api/v1/me"))
        .bearer_auth(&hand.shown)
        .header("authorization", format!("Bearer {}", hand.shown));
    problem(&browser.send(twice).await, 401, "token");
    // No token in an address.
    let url = hand.url(&format!("/api/v1/me?access_token={}", hand.shown));
    problem(&Browser::new().get(&url).await, 401, "token");

    let administrator = scene.company.place.administrator().await;
    let id = hand.token.id.as_uuid();
    let past = format!(
        "update tenant.api_token set created_at = created_at - interval '2 days',
            expires_at = expires_at - interval '2 days' where token_id = '{id}'"
    );
    administrator.batch_execute(&past).await.unwrap();
    problem(&hand.get("/api/v1/me").await, 401, "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_what_its_person_may_now() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    let administrator = scene.company.place.administrator().await;
    let member = hand.person.member.as_uuid();
    let change = async |sql: &str| {
        let sql = sql.replace('?', &format!("'{member}'"));
        administrator.batch_execute(&sql).await.unwrap();
    };
    change("update tenant.membership set role = 'auditor' where member_id = ?").await;
    assert_eq!(hand.step_up().await.status, 200);
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let path = format!("/api/v1/clients/acme/production/{}/suspend", client.id);
    let refused = hand
        .post(&path, json!({ "reason": "It calls too often." }))
        .await;
    let told = problem(&refused, 403, "role");
    assert_eq!(told["rule"], "role auditor may not suspend clients");
    change("delete from tenant.membership where member_id = ?").await;
    problem(&hand.get("/api/v1/me").await, 403, "role");
    change("update tenant.member set state = 'left' where member_id = ?").await;
    problem(&hand.get("/api/v1/me").await, 401, "token");
    assert_eq!(acts(&scene, "client.suspend").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_not_guessed() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Act).await;
    let mut throttled = false;
    for guess in 0..12 {
        let code = format!("{guess:06}");
        let answer = hand.post("/api/v1/step-up", json!({ "code": code })).await;
        throttled = answer.status == 429;
        if throttled {
            problem(&answer, 429, "often");
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    assert!(throttled);
    // Not even the right one, then.
    problem(&hand.step_up().await, 429, "often");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_makes_and_ends_their_own() {
    let scene = Scene::new().await;
    let auditor = scene.staff("Ada", Role::Auditor).await;
    let mut browser = scene.in_dashboard(&auditor).await;
    let url = scene.system.at(Plane::Staff, "/api-tokens");
    let page = browser.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (csrf, after) = (page.field("csrf"), page.field("after"));
    let form = |name| {
        [
            ("csrf", csrf.as_str()),
            ("after", after.as_str()),
            ("name", name),
            ("may", "read"),
            ("days", "7"),
        ]
    };
    let unnamed = browser.post(&url, &form("")).await;
    assert_eq!(unnamed.status, 422);
    let shown = browser.post(&url, &form("nightly report")).await;
    assert_eq!(
        (shown.status, shown.header("cache-control")),
        (200, "no-store")
    );
    let (_, rest) = shown.body.split_once("NARTHEX_API_TOKEN=").unwrap();
    let secret: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
        .collect();
    // The same form again makes no second one.
    let again = browser.post(&url, &form("nightly report")).await;
    assert!(again.body.contains("already shown"), "{}", again.body);
    let list = browser.get(&url).await;
    assert!(list.body.contains("nightly report") && !list.body.contains(&secret));
    assert_eq!(list.body.matches("/end\"").count(), 1, "{}", list.body);

    let me = scene.system.at(Plane::Staff, "/api/v1/me");
    let call = async |secret: &str| {
        let mut program = Browser::new();
        let request = program.request(Method::GET, &me).bearer_auth(secret);
        program.send(request).await.status
    };
    assert_eq!(call(&secret).await, 200);
    let (_, rest) = list.body.split_once("/api-tokens/tok_").unwrap();
    let end = format!("{url}/tok_{}/end", &rest[..32]);
    // Somebody else does not end it.
    let mut other = scene.in_dashboard(&scene.company.reviewer).await;
    let theirs = other.get(&url).await;
    assert!(!theirs.body.contains("nightly report"));
    let csrf_of_other = theirs.field("csrf");
    other.post(&end, &[("csrf", &csrf_of_other)]).await;
    assert_eq!(call(&secret).await, 200);
    let ended = browser.post(&end, &[("csrf", &csrf)]).await;
    assert_eq!(ended.location(), "/api-tokens?done=token-ended");
    assert_eq!(call(&secret).await, 401);
    assert_eq!(
        (
            acts(&scene, "api_token.create").await,
            acts(&scene, "api_token.end").await
        ),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_somebody_else_is_not_ended() {
    let scene = Scene::new().await;
    let hand = Hand::new(&scene, Role::Reviewer, May::Read).await;
    let other = scene.staff("Otto", Role::Reviewer).await;
    let permit = Role::Reviewer.permit(&other, Action::ReadPlatform).unwrap();
    let mut rng = ambient::rng();
    let mut acting = Acting::person(&permit, ambient::now(), &mut rng, "req-test");
    let work = async |tx: &mut TenantTx| end_api_token(tx, hand.token.id, &mut acting).await;
    let ended = scene
        .company
        .place
        .approval()
        .tenant(PLATFORM_TENANT, work)
        .await;
    assert!(ended.is_err());
    assert_eq!(hand.get("/api/v1/me").await.status, 200);
}
