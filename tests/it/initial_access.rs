//! S17: what an agent or a pipeline registers with an initial access token, over HTTP: taken where strangers are not,
//! waiting all the same, with a sponsor and a case at once; and everything that makes a token not count.

use std::time::Duration;

use narthex_tenancy::permission::Person;
use narthex_tests::{Answer, Browser, Plane, Rows};
use narthex_vocab::{ClientId, Environment, RegistrationMode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cases::company::LOOPBACK;
use crate::cases::initial_access::Wanted;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

/// Metadata of an app of this name.
pub(crate) fn app(name: &str, scope: &str) -> Value {
    json!({ "client_name": name, "redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none", "scope": scope })
}

/// Registers with this in the header.
pub(crate) async fn with(
    scene: &Scene,
    environment: Environment,
    token: &str,
    body: &Value,
) -> Answer {
    let mut browser = Browser::new();
    let request = browser
        .request(Method::POST, &scene.register(environment))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(body.to_string());
    browser.send(request).await
}

/// The identifier that an answer gave.
pub(crate) fn id_of(answer: &Answer) -> ClientId {
    assert_eq!(answer.status, 201, "{}", answer.body);
    ClientId::parse(answer.json()["client_id"].as_str().unwrap()).unwrap()
}

/// A case as it stands: request, state, origin, who asked, scopes.
pub(crate) type Case = (uuid::Uuid, String, String, uuid::Uuid, String);

/// The case that a registration became, once it is there.
pub(crate) async fn case(scene: &Scene, client: &ClientId) -> Case {
    let administrator = scene.company.place.administrator().await;
    let asked = "select r.request_id::text, r.state, r.origin, r.requested_by::text,
            coalesce((select string_agg(s.scope, ' ' order by s.scope) from review.requested_scope as s
                where s.request_id = r.request_id), '')
        from review.access_request as r where r.client_id = $1 and r.state not in ('draft', 'submitted', 'screening')";
    for _ in 0..200 {
        if let Some(row) = administrator
            .query_opt(asked, &[&client.as_str()])
            .await
            .unwrap()
        {
            let id = |at: usize| row.get::<_, String>(at).parse().unwrap();
            return (id(0), row.get(1), row.get(2), id(3), row.get(4));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no case came of {client}");
}

fn refused(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
    assert_eq!(answer.json()["error"], "invalid_token", "{what}");
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"invalid_token\"",
        "{what}"
    );
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
}

async fn uses_left(scene: &Scene) -> i32 {
    let administrator = scene.company.place.administrator().await;
    let left = "select uses_left from intake.initial_access_token";
    administrator.query_one(left, &[]).await.unwrap().get(0)
}

async fn sql(scene: &Scene, statement: &str) {
    let administrator = scene.company.place.administrator().await;
    administrator.batch_execute(statement).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_token_registers_where_strangers_may_not() {
    let scene = Scene::new().await;
    let owner: &Person = &scene.company.owner;
    let made = scene.company.token(Wanted::TEN).await.unwrap();
    let (token, body) = (
        made.secret.reveal(),
        app("Notes agent", "notes:read notes:delete"),
    );

    let stranger = Browser::new()
        .json(&scene.register(PRODUCTION), &body)
        .await;
    assert_eq!(stranger.status, 400, "{}", stranger.body);
    let well_known = scene.system.at(
        Plane::Discovery,
        "/.well-known/oauth-authorization-server/t/acme",
    );
    let metadata = Browser::new().get(&well_known).await;
    assert!(metadata.json().get("registration_endpoint").is_none());

    let answer = with(&scene, PRODUCTION, token, &body).await;
    let client = id_of(&answer);
    assert_eq!(client.environment(), Some(PRODUCTION));
    for never in ["client_secret", "scope", "registration_access_token"] {
        assert!(
            answer.json().get(never).is_none(),
            "{never}: {}",
            answer.body
        );
    }
    let (_, state, origin, asked_by, scopes) = case(&scene, &client).await;
    assert_eq!((state.as_str(), origin.as_str()), ("in_review", "token"));
    assert_eq!(asked_by, owner.member.as_uuid());
    assert_eq!(scopes, "notes:read", "the wish is cut to the ceiling");

    // The same software again is the same identifier and takes no further use; it gets no second case.
    let before = Rows::count(&scene.company.place).await;
    let again = with(&scene, PRODUCTION, token, &body).await;
    assert_eq!(id_of(&again), client);
    assert_eq!(uses_left(&scene).await, 9);
    let since = Rows::count(&scene.company.place).await;
    assert!(!since.since(&before).contains_key("review.access_request"));

    // Nobody approves by being asked for: it stays without reach until a person decides.
    let administrator = scene.company.place.administrator().await;
    let clients = "select count(*) from registry.client";
    let row = administrator.query_one(clients, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_an_empty_wish_is_the_ceiling_and_a_stranger_joins_nothing() {
    let scene = Scene::new().await;
    scene
        .company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let made = scene.company.token(Wanted::TEN).await.unwrap();
    let body = app("Notes agent", "");
    let brought = id_of(&with(&scene, PRODUCTION, made.secret.reveal(), &body).await);
    let (_, _, _, _, scopes) = case(&scene, &brought).await;
    assert_eq!(scopes, "notes:read notes:write");

    let stranger = Browser::new()
        .json(&scene.register(PRODUCTION), &body)
        .await;
    assert_ne!(
        id_of(&stranger),
        brought,
        "a stranger gets an identifier of its own"
    );
    let other = scene.company.token(Wanted::TEN).await.unwrap();
    let others = id_of(&with(&scene, PRODUCTION, other.secret.reveal(), &body).await);
    assert_ne!(others, brought, "and so does another token");
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_token_that_does_not_count_is_401() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let neighbour = company.neighbour().await;
    let body = app("Notes agent", "notes:read");
    let good = company.token(Wanted::TEN).await.unwrap();
    let sandbox = company.initial_access(Environment::Sandbox).await;
    let foreign = neighbour.initial_access(PRODUCTION).await;
    let invented = narthex_vocab::Secret::generate(
        narthex_vocab::SecretKind::InitialAccessToken,
        &mut narthex_tenancy::ambient::rng(),
    );
    let cut = &good.secret.reveal()[..good.secret.reveal().len() - 1];
    let other_kind = good.secret.reveal().replacen("nia_", "nps_", 1);
    let tries = [
        ("nothing", ""),
        ("a word", "nia_"),
        ("cut", cut),
        ("another kind", other_kind.as_str()),
        ("invented", invented.reveal()),
        ("of the sandbox", sandbox.secret.reveal()),
        ("of another tenant", foreign.secret.reveal()),
    ];
    let before = Rows::count(&company.place).await;
    for (what, token) in tries {
        refused(what, &with(&scene, PRODUCTION, token, &body).await);
    }
    let administrator = company.place.administrator().await;
    let nothing = "select count(*) from intake.quarantine";
    let row = administrator.query_one(nothing, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
    let after = Rows::count(&company.place).await;
    assert!(!after.since(&before).contains_key("intake.family"));

    for (what, change) in [
        (
            "over",
            "update intake.initial_access_token set created_at = now() - interval '8 days', expires_at = now() - interval '1 second'",
        ),
        (
            "held",
            "update intake.initial_access_token set expires_at = now() + interval '1 day', held = true",
        ),
        (
            "used up",
            "update intake.initial_access_token set held = false; update intake.initial_access_token set uses_left = 0",
        ),
    ] {
        sql(&scene, change).await;
        refused(
            what,
            &with(&scene, PRODUCTION, good.secret.reveal(), &body).await,
        );
    }
    let another = company.token(Wanted::TEN).await.unwrap();
    company.revoke_token(another.id).await.unwrap();
    refused(
        "revoked",
        &with(&scene, PRODUCTION, another.secret.reveal(), &body).await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_the_last_use_is_used_once() {
    let scene = Scene::new().await;
    let wanted = Wanted {
        uses: 1,
        ..Wanted::TEN
    };
    let made = scene.company.token(wanted).await.unwrap();
    let token = made.secret.reveal();
    let bodies: Vec<_> = (0..8).map(|n| app(&format!("Agent {n}"), "")).collect();
    let calls = bodies
        .iter()
        .map(|body| with(&scene, PRODUCTION, token, body));
    let answers = futures_util::future::join_all(calls).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        refused("too late", answer);
    }
    assert_eq!(uses_left(&scene).await, 0);

    // What the last use brought is still answered the same.
    let winner = answers
        .iter()
        .position(|answer| answer.status == 201)
        .unwrap();
    let again = with(&scene, PRODUCTION, token, &bodies[winner]).await;
    assert_eq!(id_of(&again), id_of(&answers[winner]));
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_the_same_software_at_once_is_one_use() {
    let scene = Scene::new().await;
    let made = scene.company.token(Wanted::TEN).await.unwrap();
    let body = app("Notes agent", "");
    let calls = (0..8).map(|_| with(&scene, PRODUCTION, made.secret.reveal(), &body));
    let answers = futures_util::future::join_all(calls).await;
    let first = id_of(&answers[0]);
    assert!(answers.iter().all(|answer| id_of(answer) == first));
    assert_eq!(uses_left(&scene).await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_token_does_not_bend_the_rules_for_metadata() {
    let scene = Scene::new().await;
    let made = scene.company.token(Wanted::TEN).await.unwrap();
    for (body, code) in [
        (json!({ "client_name": "x" }), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": ["http://evil.example/cb"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "grant_types": ["client_credentials"] }),
            "invalid_client_metadata",
        ),
        (json!([]), "invalid_client_metadata"),
    ] {
        let answer = with(&scene, PRODUCTION, made.secret.reveal(), &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        assert_eq!(answer.json()["error"], code, "{body}");
    }
    assert_eq!(uses_left(&scene).await, 10, "what is refused takes no use");
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_without_a_sponsor_it_stays_where_it_is() {
    let scene = Scene::new().await;
    let made = scene.company.token(Wanted::TEN).await.unwrap();
    sql(
        &scene,
        "update tenant.member set state = 'left' where name = 'Olga'",
    )
    .await;
    let client = id_of(&with(&scene, PRODUCTION, made.secret.reveal(), &app("Agent", "")).await);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let administrator = scene.company.place.administrator().await;
    let waits = "select state, (select count(*) from review.access_request) from intake.quarantine where client_id = $1";
    let row = administrator
        .query_one(waits, &[&client.as_str()])
        .await
        .unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, i64>(1)),
        ("quarantined", 0)
    );
}
