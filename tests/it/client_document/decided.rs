//! An address that was never seen waits like any stranger, and is a client when somebody decided so.

use narthex_approval::{
    block::{Block, block},
    prose::Reason,
};
use narthex_tenancy::permission::{Action, Role};
use narthex_tests::{Browser, Plane};

use super::bench::{Bench, HOST, PATH, PRODUCTION};
use crate::scene::CALLBACK;

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_knock_to_a_tool_call() {
    let bench = Bench::new().await;
    let scene = &bench.scene;
    let metadata = Browser::new()
        .get(&scene.system.at(
            Plane::Discovery,
            "/.well-known/oauth-authorization-server/t/acme",
        ))
        .await;
    let said = &metadata.json()["client_id_metadata_document_supported"];
    assert_eq!(said, true);

    // Nobody is signed in: nothing is fetched for whoever passes by.
    let door = scene.front_door(&bench.client, &[]);
    let stranger = Browser::new().get(&door).await;
    assert!(stranger.location().contains("/sign-in?continue="));
    assert_eq!(bench.host.paths(), Vec::<String>::new());

    let (uma, mut browser) = bench.person("Uma").await;
    let page = bench.arrive(&mut browser).await;
    let undecided = "Acme has not decided about this app";
    assert!(page.body.contains(undecided), "{}", page.body);
    assert!(page.body.contains(HOST) && !page.body.contains(">Allow<"));
    assert_eq!(bench.host.paths(), [PATH]);

    // It waits with nothing.
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", bench.client.as_str()),
        ("code", "x"),
        ("code_verifier", crate::scene::VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    let refused = Browser::new().post(&scene.token(PRODUCTION), &form).await;
    assert_eq!(refused.json()["error"], "invalid_grant");

    let waiting = bench.ask(&mut browser, &page).await;
    let here = browser.get(&waiting).await;
    assert!(
        here.body.contains("Waiting for Acme to decide"),
        "{}",
        here.body
    );
    let linked = bench.link(&uma).await;
    let decided = scene
        .company
        .decide(linked.request, narthex_approval::decide::Outcome::Approve);
    decided.await.unwrap();

    let consent = bench.follow(&mut browser, &waiting).await;
    assert!(consent.body.contains(">Do not allow<"), "{}", consent.body);
    assert!(consent.body.contains(HOST));
    let code = scene.code(&mut browser, &bench.client).await;
    let token = scene.redeem((&bench.client, &code), &[]).await.json();
    assert!(token["refresh_token"].is_string(), "{token}");
    let notes = scene.notes(PRODUCTION).await;
    let asked = (
        bench.client.as_str(),
        token["access_token"].as_str().unwrap(),
    );
    let said = scene.may_call(PRODUCTION, &notes, asked).await;
    assert_eq!(said["decision"], true, "{said}");
    assert_eq!(bench.host.paths(), [PATH], "one look was enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_come_at_once_cause_one_look() {
    let bench = Bench::new().await;
    bench.host.wait(std::time::Duration::from_millis(300));
    let (_, mut hers) = bench.person("Uma").await;
    let (_, mut his) = bench.person("Otto").await;
    let (one, other) = tokio::join!(bench.arrive(&mut hers), bench.arrive(&mut his));
    for page in [one, other] {
        assert!(page.body.contains("has not decided"), "{}", page.body);
    }
    assert_eq!(bench.host.paths(), [PATH]);
    let waiting = "select count(*) from intake.quarantine";
    assert_eq!(bench.count(waiting).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_by_address_on_the_dashboard() {
    let bench = Bench::new().await;
    bench.let_in().await;
    let reviewer = bench.scene.staff("Dana", Role::Reviewer).await;
    let mut staff = bench.scene.in_dashboard(&reviewer).await;
    let at = |path: &str| bench.scene.system.at(Plane::Staff, path);
    let list = staff.get(&at("/clients")).await;
    let encoded = format!("/clients/acme/production/https%3A%2F%2F{HOST}%2Foauth%2Fclient.json");
    assert!(list.body.contains(&encoded), "{}", list.body);
    for path in [
        encoded.clone(),
        format!("{encoded}/suspend"),
        encoded.replace("/clients/", "/quarantine/"),
    ] {
        let page = staff.get(&at(&path)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        let names_it = page.body.contains(bench.client.as_str()) || path.ends_with("/suspend");
        assert!(names_it, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_time_was_over_may_come_again() {
    let bench = Bench::new().await;
    let (_, mut browser) = bench.person("Uma").await;
    bench.arrive(&mut browser).await;
    let administrator = bench.scene.company.place.administrator().await;
    let over =
        "update intake.quarantine set state = 'expired', expires_at = now() - interval '1 hour';
        update intake.document set looked_at = looked_at - interval '1 minute'";
    administrator.batch_execute(over).await.unwrap();
    let page = bench.arrive(&mut browser).await;
    assert!(page.body.contains("has not decided"), "{}", page.body);
    let waiting =
        "select count(*) from intake.quarantine where state = 'quarantined' and expires_at > now()";
    assert_eq!(bench.count(waiting).await, 1);
    assert_eq!(bench.host.paths().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_address_is_neither_asked_nor_let_in() {
    let bench = Bench::new().await;
    let (_, mut browser) = bench.person("Uma").await;
    bench.arrive(&mut browser).await;
    let command = Block {
        environment: PRODUCTION,
        client_id: bench.client.clone(),
        reason: Reason::parse("It is not what it says.").unwrap(),
    };
    let blocked = bench
        .scene
        .company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            block(tx, command, acting).await
        });
    blocked.await.unwrap();
    let administrator = bench.scene.company.place.administrator().await;
    let stale =
        "update intake.document set fresh_until = now(), looked_at = now() - interval '1 hour'";
    administrator.batch_execute(stale).await.unwrap();
    let page = bench.arrive(&mut browser).await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert_eq!(bench.host.paths(), [PATH]);
}
