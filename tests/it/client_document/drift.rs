//! A document that says something else after its client was approved: what matters pauses new grants until somebody
//! approves it again, what does not is noted, and what comes back is as before.

use narthex_approval::{decide::Outcome, request::RequestRef};
use narthex_tenancy::permission::Role;
use narthex_tests::Plane;
use narthex_vocab::Id;
use serde_json::json;

use super::bench::{Bench, HOST, PATH, PRODUCTION, document};
use crate::scene::CALLBACK;

const OTHER: &str = "https://app.example/other";

const LIMITED: &str = "select count(*) from registry.client where state = 'restricted'";
const ACTIVE: &str = "select count(*) from registry.client where state = 'active'";

/// The open version of the client's case.
async fn open_case(bench: &Bench) -> RequestRef {
    let administrator = bench.scene.company.place.administrator().await;
    let query =
        "select request_id::text, version from review.access_request where state = 'in_review'";
    let row = administrator.query_one(query, &[]).await.unwrap();
    RequestRef {
        environment: PRODUCTION,
        id: Id::from_uuid(row.get::<_, &str>(0).parse().unwrap()),
        version: row.get(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_redirect_address_is_approved_first() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    let code = bench.scene.code(&mut browser, &bench.client).await;
    let token = bench.scene.redeem((&bench.client, &code), &[]).await.json();

    bench.host.publish_at(
        PATH,
        &bench.with(&json!({ "redirect_uris": [CALLBACK, OTHER] })),
    );
    bench.used_later(&mut browser).await;
    bench.until(LIMITED).await;

    // Nothing begins, at neither address; what began goes on.
    let refused = browser
        .get(&bench.scene.front_door(&bench.client, &[]))
        .await;
    assert!(
        refused.location().contains("error=access_denied"),
        "{}",
        refused.location()
    );
    let elsewhere = [("redirect_uri", Some(OTHER))];
    let page = browser
        .get(&bench.scene.front_door(&bench.client, &elsewhere))
        .await;
    assert_eq!(page.status, 400, "{}", page.body);
    let refreshed = bench
        .scene
        .refresh(&bench.client, token["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);

    // Staff see what changed, on the client's page.
    let reviewer = bench.scene.staff("Dana", Role::Reviewer).await;
    let mut staff = bench.scene.in_dashboard(&reviewer).await;
    let path = format!("/clients/acme/production/https%3A%2F%2F{HOST}%2Foauth%2Fclient.json");
    let page = staff.get(&bench.scene.system.at(Plane::Staff, &path)).await;
    for words in [
        "redirect_uris (matters)",
        "/other",
        "/callback",
        "Approved version",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }

    let case = open_case(&bench).await;
    assert_eq!(case.version, 2);
    let decided = bench.scene.company.decide(case, Outcome::Approve).await;
    decided.unwrap();
    bench.until(ACTIVE).await;
    let page = browser
        .get(&bench.scene.front_door(&bench.client, &elsewhere))
        .await;
    assert!(page.body.contains(">Do not allow<"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_goes_on() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    let other = bench.with(&json!({ "grant_types": ["authorization_code"] }));
    bench.host.publish_at(PATH, &other);
    bench.used_later(&mut browser).await;
    bench.until(LIMITED).await;
    bench.host.publish_at(PATH, &document(&bench.client));
    bench.used_later(&mut browser).await;
    bench.until(ACTIVE).await;
    let withdrawn =
        "select count(*) from review.access_request where state = 'withdrawn' and version = 2";
    assert_eq!(bench.count(withdrawn).await, 1);
    bench.scene.code(&mut browser, &bench.client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_is_noted_and_not_shown() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    bench
        .host
        .publish_at(PATH, &bench.with(&json!({ "client_name": "Acme Bank" })));
    bench.used_later(&mut browser).await;
    bench
        .until("select count(*) from ledger.entry where action = 'client.note_document'")
        .await;
    assert_eq!(bench.count(ACTIVE).await, 1);
    let page = browser
        .get(&bench.scene.front_door(&bench.client, &[]))
        .await;
    assert!(page.body.contains(">Do not allow<") && !page.body.contains("Acme Bank"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_silent_takes_nothing() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    bench
        .host
        .publish_at(PATH, &json!({ "client_id": "https://other.example/x" }));
    bench.used_later(&mut browser).await;
    bench
        .until(
            "select count(*) from intake.document where refusal is not null and body is not null",
        )
        .await;
    assert_eq!(bench.count(ACTIVE).await, 1);
    bench.scene.code(&mut browser, &bench.client).await;
}
