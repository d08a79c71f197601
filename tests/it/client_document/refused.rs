//! What leads nowhere: a document that is none, and an address that is not looked at. The person is told why, nothing
//! waits, and nothing is sent to the client.

use std::time::Duration;

use narthex_approval::listing::{Effect, Subject};
use narthex_approval::settings::{ChangeSettings, change_settings};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::{
    Admits, ClientId, MetadataRules, OptionalMember, PLATFORM_TENANT, RegistrationMode,
};
use serde_json::{Value, json};

use super::bench::{Bench, HOST, PATH, PRODUCTION, document};
use crate::floods::hands::Hand;

/// The good document, changed.
fn changed(bench: &Bench, member: &str, value: Value) -> Value {
    let mut body = document(&bench.client);
    body[member] = value;
    body
}

fn page(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

async fn told(bench: &Bench, name: &str, words: &str) {
    let (_, mut browser) = bench.person(name).await;
    let page = bench.arrive(&mut browser).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("This app cannot be used"),
        "{words}: {}",
        page.body
    );
    assert!(page.body.contains(words), "{words}: {}", page.body);
    assert_eq!(page.header("refresh"), "");
    let nothing = "select (select count(*) from intake.quarantine)
        + (select count(*) from intake.document where body is not null)";
    assert_eq!(bench.count(nothing).await, 0, "{words}");
    // As if nobody had come for a while.
    let administrator = bench.scene.company.place.administrator().await;
    let earlier = "update intake.document set looked_at = looked_at - interval '1 minute'";
    administrator.batch_execute(earlier).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_says_too_little_or_too_much() {
    let bench = Bench::silent().await;
    let table = [
        (
            "client_id",
            json!("https://app.example/other.json"),
            "character by character",
        ),
        ("client_name", Value::Null, "client_name is missing"),
        ("redirect_uris", json!([]), "redirect_uris"),
        ("client_secret", json!("s3cret"), "treat it as disclosed"),
        (
            "token_endpoint_auth_method",
            json!("client_secret_basic"),
            "needs a secret",
        ),
        (
            "jwks",
            json!({ "keys": [{ "kty": "oct", "k": "AA" }] }),
            "treat it as disclosed",
        ),
    ];
    for (index, (member, value, words)) in table.into_iter().enumerate() {
        bench.host.publish_at(PATH, &changed(&bench, member, value));
        told(&bench, &format!("Person{index}"), words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_a_document_is_held_to_the_allowlists_in_every_language() {
    let bench = Bench::silent().await;
    let mut rules = MetadataRules::default();
    rules.hosts.admits = Admits::Listed;
    rules.hosts.listed = [HOST.parse().unwrap()].into();
    rules.members.remove(&OptionalMember::TosUri);
    let company = &bench.scene.company;
    company.lists(PRODUCTION, rules).await.unwrap();
    let table = [
        ("redirect_uris", json!(["https://evil.example/cb"]), "M-01"),
        ("logo_uri", json!("https://evil.example/logo.png"), "M-04"),
        ("policy_uri#ja", json!("https://evil.example/ja"), "M-04"),
        ("tos_uri#ja", json!("https://app.example/ja"), "M-05"),
    ];
    for (index, (member, value, rule)) in table.into_iter().enumerate() {
        bench.host.publish_at(PATH, &changed(&bench, member, value));
        told(&bench, &format!("Person{index}"), rule).await;
    }
    let within = changed(&bench, "policy_uri#ja", json!("https://app.example/ja"));
    bench.host.publish_at(PATH, &within);
    let (_, mut browser) = bench.person("Last").await;
    let page = bench.arrive(&mut browser).await;
    assert!(!page.body.contains("cannot be used"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_answers_otherwise() {
    let bench = Bench::silent().await;
    let good = document(&bench.client).to_string();
    let json = "Content-Type: application/json\r\n";
    let redirect = format!("Location: https://{HOST}/other\r\n");
    let twice = format!("{{\"client_id\": \"x\", {}", &good[1..]);
    let table = [
        (page("302 Found", &redirect, ""), "is a redirect (302)"),
        (page("404 Not Found", "", ""), "has status 404"),
        (
            page("200 OK", "Content-Type: text/html\r\n", &good),
            "content type",
        ),
        (
            page("200 OK", json, &format!("{good}{}", " ".repeat(6_000))),
            "larger than 5120 bytes",
        ),
        (page("200 OK", json, "[]"), "one JSON object"),
        (page("200 OK", json, "{"), "not JSON"),
        (page("200 OK", json, &twice), "came more than once"),
        (b"SSH-2.0-x\r\n".to_vec(), "broke off"),
    ];
    for (index, (answer, words)) in table.into_iter().enumerate() {
        bench.host.answer(answer);
        told(&bench, &format!("Person{index}"), words).await;
    }
    bench.host.wait(Duration::from_secs(9));
    told(&bench, "Patient", "not done within 3000 ms").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_outlasts_a_failure() {
    let bench = Bench::new().await;
    let (_, mut browser) = bench.person("Uma").await;
    bench.arrive(&mut browser).await;
    let administrator = bench.scene.company.place.administrator().await;
    let stale =
        "update intake.document set fresh_until = now(), looked_at = now() - interval '1 hour'";
    administrator.batch_execute(stale).await.unwrap();
    bench.host.publish_at(
        PATH,
        &changed(&bench, "client_id", json!("https://other.example/x")),
    );
    let page = bench.arrive(&mut browser).await;
    assert!(page.body.contains("has not decided"), "{}", page.body);
    assert_eq!(bench.host.paths().len(), 2);
    let kept =
        "select count(*) from intake.document where body is not null and refusal is not null";
    assert_eq!(bench.count(kept).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_never_looked_at() {
    let bench = Bench::silent().await;
    let (_, mut browser) = bench.person("Uma").await;
    for text in [
        "http://app.example/client.json",
        "https://10.0.0.1/client.json",
        "https://[::1]/client.json",
        "https://app.example",
        "https://app.example/a/../client.json",
        "https://app.example/client.json#a",
        "https://me@app.example/client.json",
        "HTTPS://app.example/client.json",
    ] {
        let client = ClientId::parse(text).unwrap();
        let door = bench.scene.front_door(&client, &[]);
        let page = browser.get(&door).await;
        assert_eq!(page.status, 400, "{text}");
    }
    let orders = "select count(*) from intake.fetch_order";
    assert_eq!(bench.count(orders).await, 0);

    // Names of networks of our own are ordered, and the guard refuses them.
    for (text, words) in [
        (
            "https://intranet.internal/client.json",
            "is not a public name",
        ),
        (
            "https://app.example:22/client.json",
            "port 22 is not fetched from",
        ),
    ] {
        let client = ClientId::parse(text).unwrap();
        let page = bench
            .follow(&mut browser, &bench.scene.front_door(&client, &[]))
            .await;
        assert!(page.body.contains(words), "{text}: {}", page.body);
    }
    assert_eq!(bench.host.paths(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_takes_no_addresses() {
    let bench = Bench::new().await;
    let command = ChangeSettings {
        environment: PRODUCTION,
        registration_mode: RegistrationMode::Closed,
        client_documents: false,
        refusal_text: None,
        because: None,
    };
    let company = &bench.scene.company;
    let changed = company.owned(Action::EditSettings, async |tx, acting| {
        change_settings(tx, command, acting).await
    });
    changed.await.unwrap();
    let (_, mut browser) = bench.person("Uma").await;
    let page = bench.arrive(&mut browser).await;
    assert_eq!(page.status, 400);
    assert!(page.body.contains("is not known"), "{}", page.body);
    assert_eq!(bench.host.paths(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_nothing_is_fetched_from_a_host_that_is_blocked() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    let policy = Hand::staff(&company.place, "Paul", Role::PolicyAdmin).await;
    let block = async |tenant, host: &str| {
        let subject = Subject::parse("host", host).unwrap();
        let now = narthex_tenancy::ambient::now();
        policy
            .list(tenant, (Effect::Block, subject), (now, 1))
            .await
            .unwrap()
    };
    // A host that only looks like it stops nothing; one above it does, and of the platform for everybody.
    block(company.tenant, "notapp.example").await;
    let above = block(PLATFORM_TENANT, "example").await;
    told(&bench, "Uma", "nothing is fetched from its host").await;
    assert_eq!(bench.host.paths(), Vec::<String>::new());
    policy.end(PLATFORM_TENANT, above.id).await.unwrap();
    let own = block(company.tenant, HOST).await;
    told(&bench, "Otto", "nothing is fetched from its host").await;
    assert_eq!(bench.host.paths(), Vec::<String>::new());
    policy.end(company.tenant, own.id).await.unwrap();
    let (_, mut browser) = bench.person("Ada").await;
    let page = bench.arrive(&mut browser).await;
    assert!(page.body.contains("has not decided"), "{}", page.body);
    assert_eq!(bench.host.paths(), [PATH]);
}
