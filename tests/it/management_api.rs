//! The management API over HTTP: who may call it, what an act needs, that one key is one act, and that a list goes on
//! where it ended. B11.

use std::sync::atomic::{AtomicU32, Ordering};

use narthex_approval::api_token::{CreateApiToken, May, create_api_token, end_api_token};
use narthex_approval::routes::dashboard::{Guard, routes};
use narthex_approval::{Acting, suspend::Stop};
use narthex_people::api_token::ApiToken;
use narthex_people::{invitation, totp::Seed};
use narthex_tenancy::permission::{Action, Person, Role};
use narthex_tenancy::sealing::SealingKey;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Environment, Label, PLATFORM_TENANT};
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret as TotpSecret};

use crate::cases::company::KEY;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

/// A person of the platform with a token and a second factor.
struct Hand<'a> {
    scene: &'a Scene,
    person: Person,
    seed: Seed,
    token: ApiToken,
    shown: String,
}

impl<'a> Hand<'a> {
    async fn new(scene: &'a Scene, role: Role, may: May) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("Hanna{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let person = scene.staff(&name, role).await;
        let (token, shown) = token(scene, &person, role, may).await;
        let rng = &mut ambient::rng();
        let seed = Seed::generate(rng);
        let key = SealingKey::new(&[7; 32]).unwrap();
        let sealed = seed.seal(&key, person.member, rng).unwrap();
        let set: Result<(), StoreError> = scene
            .company
            .place
            .approval()
            .tenant(PLATFORM_TENANT, async |tx| {
                invitation::set_second_factor(tx, person.member, &sealed).await
            })
            .await;
        set.unwrap();
        Self {
            scene,
            person,
            seed,
            token,
            shown,
        }
    }

    fn url(&self, path: &str) -> String {
        self.scene.system.at(Plane::Staff, path)
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    async fn once(&self, path: &str, body: Value, key: &str) -> Answer {
        self.call(Method::POST, path, Some(body), &[("idempotency-key", key)])
            .await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut browser = Browser::new();
        let mut request = browser
            .request(method, &self.url(path))
            .bearer_auth(&self.shown);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        browser.send(request).await
    }

    /// The code that the person's authenticator shows now.
    fn code(&self) -> String {
        let secret = TotpSecret::try_from_base32(&*self.seed.to_base32()).unwrap();
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        let now = u64::try_from(ambient::now().timestamp()).unwrap();
        totp.generate(now).to_string()
    }

    async fn step_up(&self) -> Answer {
        self.post("/api/v1/step-up", json!({ "code": self.code() }))
            .await
    }
}

/// A token of this person, and what it is shown by.
async fn token(scene: &Scene, person: &Person, role: Role, may: May) -> (ApiToken, String) {
    let permit = role.permit(person, Action::ReadPlatform).unwrap();
    let command = CreateApiToken {
        name: Label::parse("a test").unwrap(),
        may,
        days: 1,
        hash_key: &KEY,
    };
    let mut rng = ambient::rng();
    let mut acting = Acting::person(&permit, ambient::now(), &mut rng, "req-test");
    let work = async |tx: &mut TenantTx| create_api_token(tx, command, &mut acting).await;
    let made = scene
        .company
        .place
        .approval()
        .tenant(PLATFORM_TENANT, work)
        .await;
    let (token, secret) = made.unwrap();
    (token, secret.reveal().to_owned())
}

fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("/api/v1#{kind}"), "{problem}");
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    problem
}

async fn acts(scene: &Scene, action: &str) -> i64 {
    let administrator = scene.company.place.administrator().await;
    let count = "select count(*) from ledger.entry where action = $1";
    administrator
        .query_one(count, &[&action])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_described_and_nothing_else() {
    let scene = Scene::new().await;
    let url = scene.system.at(Plane::Staff, "/api/v1/openapi.json");
    let document = Browser::new().get(&url).await.json();
    assert!(
        document["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        document["openapi"]
    );
    let mut described = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !operation["operationId"].is_string() {
                continue;
            }
            assert!(operation["security"][0]["token"].is_array(), "{path}");
            assert!(operation["responses"]["default"].is_object(), "{path}");
            described.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let by_token = |guard| matches!(guard, Guard::Token(_));
    let rows = routes().rows();
    let rows = rows.iter().filter(|row| by_token(row.guard));
    let mut served: Vec<_> = rows
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    described.sort();
    served.sort();
    assert_eq!(described, served);
    let page = Browser::new()
        .get(&scene.system.at(Plane::Staff, "/api/v1"))
        .await;
    assert_eq!(page.status, 200);
    for (path, _) in document["paths"].as_object().unwrap() {
        assert!(page.body.contains(path.as_str()), "{path}");
    }
}

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
