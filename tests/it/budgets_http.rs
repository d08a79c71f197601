//! Budgets as callers meet them, with Redis there, gone, and back: registration closes without it, tokens and sign-in go
//! on and are still limited.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use narthex_tests::{Answer, Browser, Plane, Redis, Rows, System};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::json;

use crate::cases::company::Company;
use crate::scene::{PASSWORD, Scene};

const PRODUCTION: Environment = Environment::Production;

/// A scene with a Redis that may be stopped.
async fn scene() -> (Scene, Redis) {
    let redis = Redis::start().await;
    let company = Company::new().await;
    let system = System::with_redis(&company.place, &redis.url(), [7; 32]).await;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    (Scene { company, system }, redis)
}

fn software(name: &str) -> serde_json::Value {
    json!({ "client_name": name, "redirect_uris": ["http://127.0.0.1/callback"] })
}

/// A whole number of seconds, at least one.
fn retry_after(answer: &Answer) -> u64 {
    let seconds = answer.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
    seconds
}

/// Calls, several at once, until one is refused by a budget of `count` in `window`.
async fn until_limited((count, window): (u32, Duration), call: impl AsyncFn() -> Answer) -> Answer {
    let (begun, mut passed) = (Instant::now(), 0);
    while passed < 4 * count {
        let answers = tokio::join!(call(), call(), call(), call());
        for answer in [answers.0, answers.1, answers.2, answers.3] {
            assert!(answer.status < 500, "{}: {}", answer.status, answer.body);
            if answer.status != 429 {
                passed += 1;
                continue;
            }
            // What the bucket gave back meanwhile may pass as well, and nothing more.
            let share = begun.elapsed().as_secs_f64() / window.as_secs_f64();
            let most = f64::from(count) * (1.0 + share) + 4.0;
            assert!(f64::from(passed) <= most, "{passed} of {count}");
            assert!(passed + 4 > count, "{passed} of {count}");
            return answer;
        }
    }
    panic!("nothing limits it");
}

async fn sign_in(scene: &Scene, browser: &mut Browser, email: &str, password: &str) -> Answer {
    let url = scene.issuer_at(Plane::Token, PRODUCTION, "sign-in");
    let page = browser.get(&url).await;
    let csrf = page.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("email", email),
        ("password", password),
    ];
    browser.post(&url, &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_registers_so_often_and_its_neighbours_go_on() {
    let (scene, _redis) = scene().await;
    let url = scene.register(PRODUCTION);
    let (mut flood, mut neighbour) = (Browser::new(), Browser::new());
    // What leads nowhere costs ten times a repeat.
    let body = json!({ "client_name": "Flood" });
    let minute = Duration::from_secs(60);
    let limited = until_limited((300, minute), async || {
        flood.clone().json(&url, &body).await
    })
    .await;
    assert_eq!(limited.json()["error"], "temporarily_unavailable");
    retry_after(&limited);
    assert_eq!(neighbour.json(&url, &software("Quiet")).await.status, 201);
    // A header says nothing about where somebody comes from.
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let request = flood.request(reqwest::Method::POST, &url).json(&body);
        let answer = flood.send(request.header(header, "192.0.2.7")).await;
        assert!(
            matches!(answer.status, 429 | 400),
            "{header}: {}",
            answer.status
        );
    }
    let administrator = scene.company.place.administrator().await;
    let logged = "select outcome, count(distinct source) from intake.attempt where outcome = 'limited' group by 1";
    let row = administrator.query_one(logged, &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, i64>(1)),
        ("limited", 1)
    );
    let families = "select count(*) from intake.quarantine";
    let row = administrator.query_one(families, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1, "only the neighbour has software");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_asks_for_tokens_so_often() {
    let (scene, _redis) = scene().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let url = scene.token(PRODUCTION);
    let flood = Browser::new();
    let form = [("grant_type", "x")];
    let minute = Duration::from_secs(60);
    let limited = until_limited((300, minute), async || {
        flood.clone().post(&url, &form).await
    })
    .await;
    assert_eq!(limited.json()["error"], "temporarily_unavailable");
    retry_after(&limited);
    scene.client_token(PRODUCTION, &client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_tried_so_often() {
    let (scene, _redis) = scene().await;
    scene.user("Uma").await;
    scene.user("Otto").await;
    let mut thief = Browser::new();
    let window = Duration::from_secs(300);
    let limited = until_limited((10, window), async || {
        // One account, however it is written.
        let mut tries = thief.clone();
        sign_in(
            &scene,
            &mut tries,
            "UMA@people.example",
            "wrong wrong wrong",
        )
        .await
    });
    retry_after(&limited.await);
    let right = sign_in(&scene, &mut thief.clone(), "uma@people.example", PASSWORD).await;
    assert_eq!(right.status, 429, "not even the right one");
    assert!(
        !right.headers.contains_key("set-cookie") || right.header("set-cookie").contains("visit")
    );
    // Nobody is kept out of an account by somebody else's tries.
    let mut uma = Browser::new();
    let right = sign_in(&scene, &mut uma, "uma@people.example", PASSWORD).await;
    assert_eq!(right.status, 200, "{}", right.body);
    // A crowd is counted together.
    let crowd = until_limited((100, window), async || {
        let mut tries = Browser::new();
        sign_in(
            &scene,
            &mut tries,
            "uma@people.example",
            "wrong wrong wrong",
        )
        .await
    });
    retry_after(&crowd.await);
    let other = sign_in(&scene, &mut thief, "otto@people.example", PASSWORD).await;
    assert_eq!(other.status, 200, "{}", other.body);
    assert!(thief.cookies.contains_key("narthex-user"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis() {
    let (scene, mut redis) = scene().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    scene.user("Uma").await;
    let register = scene.register(PRODUCTION);
    let mut browser = Browser::new();
    assert_eq!(
        browser.json(&register, &software("Before")).await.status,
        201
    );
    scene.client_token(PRODUCTION, &client).await;

    redis.stop();
    let before = Rows::count(&scene.company.place).await;
    for body in [
        software("Before"),
        software("During"),
        json!({}),
        json!({ "x": "y" }),
    ] {
        let closed = browser.json(&register, &body).await;
        assert_eq!(closed.status, 503, "{}", closed.body);
        assert_eq!(closed.json()["error"], "temporarily_unavailable");
        retry_after(&closed);
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new(), "nothing is stored");

    let token = scene.client_token(PRODUCTION, &client).await;
    assert_eq!(
        scene.introspect(PRODUCTION, &notes, &token).await["active"],
        true
    );
    let mut person = Browser::new();
    let welcome = sign_in(&scene, &mut person, "uma@people.example", PASSWORD).await;
    assert_eq!(welcome.status, 200, "{}", welcome.body);
    assert!(person.cookies.contains_key("narthex-user"));
    let mut thief = Browser::new();
    let mut last = 0;
    for _ in 0..12 {
        let answer = sign_in(
            &scene,
            &mut thief,
            "uma@people.example",
            "wrong wrong wrong",
        )
        .await;
        last = answer.status;
        if last == 429 {
            retry_after(&answer);
            break;
        }
        assert_eq!(last, 422, "{}", answer.body);
    }
    assert_eq!(last, 429, "limited in memory");

    redis.again();
    let begun = Instant::now();
    let back = loop {
        let answer = browser.json(&register, &software("After")).await;
        if answer.status != 503 || begun.elapsed() > Duration::from_secs(10) {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(back.status, 201, "{}", back.body);
}
