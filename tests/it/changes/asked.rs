//! People are asked again: what they allowed before counts nowhere, they read what changed, and nothing brings the old
//! back.

use narthex_approval::decide::Outcome;
use narthex_approval::watch_document::{WatchDocument, watch_document};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{Change, Meanwhile};
use serde_json::{Value, json};

use super::choose;
use crate::client_document::bench::{Bench, PATH, PRODUCTION, document};
use crate::scene::{CALLBACK, Machine};

const OTHER: &str = "https://app.example/other";
const ASKED: &str = "select count(*) from registry.asked_anew";
const OPEN: &str =
    "select count(*) from registry.restriction where cause = 'document' and effect = 'asked_again'";
const ACTIVE: &str = "select count(*) from registry.client where state = 'active'";

fn text(json: &Value, member: &str) -> String {
    json[member]
        .as_str()
        .unwrap_or_else(|| panic!("{json}"))
        .to_owned()
}

/// A client that was let in where people are asked about redirect addresses, with the browser of who uses it.
async fn bench() -> (Bench, Browser) {
    let bench = Bench::new().await;
    let chosen = [(Change::Redirects, Meanwhile::AskedAgain)];
    choose(&bench.scene.company, PRODUCTION, &chosen).await;
    let browser = bench.let_in().await;
    (bench, browser)
}

/// Its document names another address, and that was taken up.
async fn drifts(bench: &Bench, browser: &mut Browser) {
    let changed = bench.with(&json!({ "redirect_uris": [CALLBACK, OTHER] }));
    bench.host.publish_at(PATH, &changed);
    bench.used_later(browser).await;
    bench.until(OPEN).await;
}

/// It says again what was approved.
async fn comes_back(bench: &Bench, browser: &mut Browser) {
    bench.host.publish_at(PATH, &document(&bench.client));
    bench.used_later(browser).await;
    let none = "select 1 - count(*) from registry.restriction";
    bench.until(none).await;
}

async fn tokens(bench: &Bench, browser: &mut Browser) -> Value {
    let code = bench.scene.code(browser, &bench.client).await;
    let issued = bench.scene.redeem((&bench.client, &code), &[]).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    issued.json()
}

/// Where an access token counts: introspection, the decision API, userinfo.
async fn counts(bench: &Bench, notes: &Machine, token: &str) -> [bool; 3] {
    let known = bench.scene.introspect(PRODUCTION, notes, token).await;
    let subject = (bench.client.as_str(), token);
    let asked = bench.scene.may_call(PRODUCTION, notes, subject).await;
    let url = bench.scene.issuer_at(Plane::Token, PRODUCTION, "userinfo");
    let mut own = Browser::new();
    let request = own.request(reqwest::Method::GET, &url).bearer_auth(token);
    let person = own.send(request).await;
    [
        known["active"] == true,
        asked["decision"] == true,
        person.status == 200,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_what_people_allowed_before_counts_no_more_and_they_read_what_changed() {
    let (bench, mut browser) = bench().await;
    let scene = &bench.scene;
    let notes = scene.notes(PRODUCTION).await;
    let before = tokens(&bench, &mut browser).await;
    let access = text(&before, "access_token");
    assert_eq!(counts(&bench, &notes, &access).await, [true; 3]);
    let in_flight = scene.code(&mut browser, &bench.client).await;
    let open_page = browser.get(&scene.front_door(&bench.client, &[])).await;
    assert!(!open_page.body.contains("What changed since"));

    drifts(&bench, &mut browser).await;
    assert_eq!(bench.count(ACTIVE).await, 1, "it is not limited");

    // A new sign-in mends it: not a code that has clients register again.
    let refused = scene
        .refresh(&bench.client, &text(&before, "refresh_token"))
        .await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"], "invalid_grant");
    assert!(text(&refused.json(), "error_description").contains("sign in again"));
    let refused = scene.redeem((&bench.client, &in_flight), &[]).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    assert_eq!(counts(&bench, &notes, &access).await, [false; 3]);

    // The page of before does not say what changed: it is asked again.
    let left = scene.consent(&mut browser, &open_page, "allow").await;
    assert_eq!(left.status, 303, "{}", left.body);
    let page = browser.get(&scene.front_door(&bench.client, &[])).await;
    for words in [
        "What changed since you allowed it on",
        "app.example",
        "/other",
        "has not decided about it yet",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // Nothing is sent to the address that nobody approved.
    let elsewhere = [("redirect_uri", Some(OTHER))];
    let refused = browser
        .get(&scene.front_door(&bench.client, &elsewhere))
        .await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    // Somebody who never allowed it reads it, too.
    let (_, mut other) = bench.person("Viola").await;
    let first = other.get(&scene.front_door(&bench.client, &[])).await;
    assert!(
        first.body.contains("What changed since Acme let it in"),
        "{}",
        first.body
    );

    let after = tokens(&bench, &mut browser).await;
    assert_eq!(
        counts(&bench, &notes, &text(&after, "access_token")).await,
        [true; 3]
    );
    let refreshed = scene
        .refresh(&bench.client, &text(&after, "refresh_token"))
        .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    let page = browser.get(&scene.front_door(&bench.client, &[])).await;
    assert!(!page.body.contains("What changed since"), "it was said");

    // Approved, nobody is asked a second time for the same.
    let asked = bench.count(ASKED).await;
    let case = open_case(&bench).await;
    scene.company.decide(case, Outcome::Approve).await.unwrap();
    assert_eq!(bench.count(ASKED).await, asked);
    let refreshed = scene
        .refresh(&bench.client, &text(&refreshed.json(), "refresh_token"))
        .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    let page = browser
        .get(&scene.front_door(&bench.client, &elsewhere))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
}

async fn open_case(bench: &Bench) -> narthex_approval::request::RequestRef {
    let administrator = bench.scene.company.place.administrator().await;
    let query =
        "select request_id::text, version from review.access_request where state = 'in_review'";
    let row = administrator.query_one(query, &[]).await.unwrap();
    narthex_approval::request::RequestRef {
        environment: PRODUCTION,
        id: narthex_vocab::Id::from_uuid(row.get::<_, &str>(0).parse().unwrap()),
        version: row.get(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_document_that_flips_brings_nothing_back() {
    let (bench, mut browser) = bench().await;
    let scene = &bench.scene;
    let notes = scene.notes(PRODUCTION).await;
    let first = tokens(&bench, &mut browser).await;
    drifts(&bench, &mut browser).await;
    let second = tokens(&bench, &mut browser).await;
    comes_back(&bench, &mut browser).await;
    // As approved again: who agreed meanwhile goes on, and what was void stays void.
    let refused = scene
        .refresh(&bench.client, &text(&first, "refresh_token"))
        .await;
    assert_eq!(refused.json()["error"], "invalid_grant");
    assert_eq!(
        counts(&bench, &notes, &text(&first, "access_token")).await,
        [false; 3]
    );
    let goes_on = scene
        .refresh(&bench.client, &text(&second, "refresh_token"))
        .await;
    assert_eq!(goes_on.status, 200, "{}", goes_on.body);
    // And once more.
    let third = tokens(&bench, &mut browser).await;
    drifts(&bench, &mut browser).await;
    for issued in [&goes_on.json(), &third] {
        let refused = scene
            .refresh(&bench.client, &text(issued, "refresh_token"))
            .await;
        assert_eq!(refused.json()["error"], "invalid_grant");
        assert_eq!(
            counts(&bench, &notes, &text(issued, "access_token")).await,
            [false; 3]
        );
    }
    assert_eq!(bench.count(ASKED).await, 2);

    // What matters not does not ask once more.
    let named = bench.with(&json!({ "redirect_uris": [CALLBACK, OTHER], "client_name": "Other" }));
    let fourth = tokens(&bench, &mut browser).await;
    bench.host.publish_at(PATH, &named);
    bench.used_later(&mut browser).await;
    bench.until("select count(*) from registry.pinned_document as p join intake.document as d on d.client_id = p.client_id
        and d.content_hash = p.seen_hash where d.body ->> 'client_name' = 'Other'").await;
    assert_eq!(bench.count(ASKED).await, 2);
    let goes_on = scene
        .refresh(&bench.client, &text(&fourth, "refresh_token"))
        .await;
    assert_eq!(goes_on.status, 200, "{}", goes_on.body);

    // No service role takes it back.
    for role in [
        "narthex_approval",
        "narthex_token",
        "narthex_discovery",
        "narthex_staff",
    ] {
        let client = bench.scene.company.place.raw(role).await;
        let set = format!(
            "set app.tenant = '{}'",
            bench.scene.company.tenant.as_uuid()
        );
        client.batch_execute(&set).await.unwrap();
        for statement in [
            "delete from registry.asked_anew",
            "update registry.asked_anew set at = at - interval '1 day'",
        ] {
            let error = client.batch_execute(statement).await.unwrap_err();
            let message = error.as_db_error().unwrap().message().to_owned();
            assert!(
                message.starts_with("permission denied"),
                "{role}: {message}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_change_that_is_approved_asks_people_where_it_was_not_asked_before() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    let scene = &bench.scene;
    let before = tokens(&bench, &mut browser).await;
    let changed = bench.with(&json!({ "redirect_uris": [CALLBACK, OTHER] }));
    bench.host.publish_at(PATH, &changed);
    bench.used_later(&mut browser).await;
    bench
        .until("select count(*) from registry.client where state = 'restricted'")
        .await;
    let refreshed = scene
        .refresh(&bench.client, &text(&before, "refresh_token"))
        .await;
    assert_eq!(
        refreshed.status, 200,
        "what began goes on: {}",
        refreshed.body
    );
    choose(
        &scene.company,
        PRODUCTION,
        &[(Change::Redirects, Meanwhile::AskedAgain)],
    )
    .await;
    bench
        .until("select count(*) from registry.client where state = 'restricted'")
        .await;

    scene
        .company
        .decide(open_case(&bench).await, Outcome::Approve)
        .await
        .unwrap();
    assert_eq!(bench.count(ASKED).await, 1);
    let refused = scene
        .refresh(&bench.client, &text(&refreshed.json(), "refresh_token"))
        .await;
    assert_eq!(refused.json()["error"], "invalid_grant", "{}", refused.body);
    let page = browser.get(&scene.front_door(&bench.client, &[])).await;
    for words in [
        "What changed since you allowed it on",
        "Acme has approved it",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // Who never allowed it has nothing to compare with.
    let (_, mut other) = bench.person("Viola").await;
    let first = other.get(&scene.front_door(&bench.client, &[])).await;
    assert!(!first.body.contains("What changed since"), "{}", first.body);
    let after = tokens(&bench, &mut browser).await;
    let goes_on = scene
        .refresh(&bench.client, &text(&after, "refresh_token"))
        .await;
    assert_eq!(goes_on.status, 200, "{}", goes_on.body);
}

/// Somebody looks at how its document has been read.
async fn watched(bench: &Bench) {
    let command = WatchDocument {
        environment: PRODUCTION,
        client_id: bench.client.clone(),
        blocked: false,
    };
    let now = narthex_tenancy::ambient::now();
    let watched = bench.scene.company.itself(now, async |tx, acting| {
        watch_document(tx, command, acting).await
    });
    watched.await.unwrap();
}

/// How many people have the client, as staff read it.
async fn people(bench: &Bench) -> i64 {
    let count =
        "select issue.connected(tenant_id, environment, client_id, now()) from registry.client";
    bench.count(count).await
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_week_of_silence_asks_people_and_an_answer_brings_nothing_back() {
    let bench = Bench::new().await;
    let scene = &bench.scene;
    let chosen = [(Change::Silence, Meanwhile::AskedAgain)];
    choose(&scene.company, PRODUCTION, &chosen).await;
    let mut browser = bench.let_in().await;
    let before = tokens(&bench, &mut browser).await;
    assert_eq!(people(&bench).await, 1);
    let silent_for = async |days: u32| {
        let administrator = scene.company.place.administrator().await;
        let silent = format!(
            "update intake.document set refusal = 'the host does not answer',
                failing_since = now() - interval '{days} days', looked_at = now()"
        );
        administrator.batch_execute(&silent).await.unwrap();
        watched(&bench).await;
    };
    silent_for(6).await;
    assert_eq!(bench.count(ASKED).await, 0, "six days are no week");
    silent_for(8).await;
    assert_eq!(
        (bench.count(ASKED).await, bench.count(ACTIVE).await),
        (1, 1)
    );
    // Whose permission is void is not counted among those who use it.
    assert_eq!(people(&bench).await, 0);
    let old = text(&before, "refresh_token");
    let refused = scene.refresh(&bench.client, &old).await;
    assert_eq!(refused.json()["error"], "invalid_grant", "{}", refused.body);
    silent_for(9).await;
    assert_eq!(bench.count(ASKED).await, 1, "one silence asks once");

    // It answers again: that asks nobody, and what was void stays void.
    bench.host.publish_at(PATH, &document(&bench.client));
    bench.used_later(&mut browser).await;
    bench
        .until("select count(*) from intake.document where failing_since is null")
        .await;
    watched(&bench).await;
    assert_eq!(
        bench
            .count("select count(*) from registry.restriction")
            .await,
        0
    );
    let page = browser.get(&scene.front_door(&bench.client, &[])).await;
    assert!(
        page.body.contains("What changed since you allowed it on"),
        "{}",
        page.body
    );
    let refused = scene.refresh(&bench.client, &old).await;
    assert_eq!(refused.json()["error"], "invalid_grant", "{}", refused.body);
    let after = tokens(&bench, &mut browser).await;
    assert_eq!(people(&bench).await, 1);
    let goes_on = scene
        .refresh(&bench.client, &text(&after, "refresh_token"))
        .await;
    assert_eq!(goes_on.status, 200, "{}", goes_on.body);
    assert_eq!(bench.count(ASKED).await, 1);
}
