//! S10, S12: what a registration that waits for a decision may not get past: the block list, the allowlists, and how many
//! times the same software may wait.

use narthex_approval::listing::{Effect, Subject};
use narthex_discovery::defer::{MOST_OF_A_CALLER, MOST_OF_A_FAMILY};
use narthex_tenancy::{ambient, permission::Role};
use narthex_tests::Answer;
use narthex_vocab::{
    Admits, ClientMetadata, Fingerprint, MetadataRules, PLATFORM_TENANT, RegistrationMode,
};
use serde_json::{Value, json};

use super::{PRODUCTION, service};
use crate::floods::crowd::{self, call, proxy};
use crate::floods::hands::Hand;
use crate::scene::Scene;

const FROM: &str = "192.0.2.7";

/// A company behind a proxy where registrations wait for a decision.
async fn waiting() -> Scene {
    let scene = crowd::scene().await;
    let mode = RegistrationMode::Approval;
    scene.company.takes(PRODUCTION, mode).await.unwrap();
    scene
}

async fn registers(scene: &Scene, from: &str, body: &Value) -> Answer {
    call(&proxy(), &scene.register(PRODUCTION), (from, body)).await
}

fn named(name: &str) -> Value {
    let mut body = service();
    body["client_name"] = json!(name);
    body
}

fn hosted(host: &str) -> Value {
    let mut body = named("Hosted");
    body["client_uri"] = json!(format!("https://{host}/"));
    body
}

async fn count(scene: &Scene, of: &str) -> i64 {
    let administrator = scene.company.place.administrator().await;
    administrator.query_one(of, &[]).await.unwrap().get(0)
}

const PENDING: &str = "select count(*) from intake.deferral where state = 'pending'";

#[tokio::test(flavor = "multi_thread")]
async fn s12_the_same_software_waits_a_few_times_for_one_caller() {
    let scene = waiting().await;
    let mut last = json!({});
    for _ in 0..MOST_OF_A_CALLER {
        let answer = registers(&scene, FROM, &service()).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        last = answer.json();
    }
    // White space and order make no other software.
    let mut again = service();
    again["client_name"] = json!(" Night  Shift ");
    for body in [service(), again] {
        let refused = registers(&scene, FROM, &body).await;
        assert_eq!(refused.status, 429, "{}", refused.body);
        assert_eq!(refused.header("retry-after"), "600");
        let said = refused.json();
        assert_eq!(said["error"], "temporarily_unavailable");
        assert!(
            said["error_description"]
                .as_str()
                .unwrap()
                .starts_with("this software waits"),
            "{said}"
        );
    }
    assert_eq!(count(&scene, PENDING).await, MOST_OF_A_CALLER);
    let limited = "select count(*) from intake.attempt where outcome = 'limited'";
    assert_eq!(count(&scene, limited).await, 2, "refusals are logged");
    // Others are not in its way, and it is in nobody's.
    assert_eq!(registers(&scene, "192.0.2.8", &service()).await.status, 202);
    assert_eq!(registers(&scene, FROM, &named("Other")).await.status, 202);
    // Who gives one up gets another.
    let code = &last["registration_code"];
    let cancel = json!({ "registration_code": code, "cancel_registration": true });
    assert_eq!(registers(&scene, FROM, &cancel).await.status, 204);
    assert_eq!(registers(&scene, FROM, &service()).await.status, 202);
    assert_eq!(registers(&scene, FROM, &service()).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_one_software_never_crowds_out_another() {
    let scene = waiting().await;
    let other = registers(&scene, FROM, &named("Other")).await;
    assert_eq!(other.status, 202, "{}", other.body);
    for caller in 0..=MOST_OF_A_FAMILY / MOST_OF_A_CALLER {
        for _ in 0..MOST_OF_A_CALLER {
            let from = format!("198.51.100.{caller}");
            let answer = registers(&scene, &from, &service()).await;
            assert_eq!(answer.status, 202, "{}", answer.body);
        }
    }
    assert_eq!(count(&scene, PENDING).await, MOST_OF_A_FAMILY + 1);
    let code = json!({ "registration_code": other.json()["registration_code"] });
    let polled = registers(&scene, FROM, &code).await;
    assert_eq!(polled.status, 202, "the other still waits: {}", polled.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_the_block_list_holds_where_registrations_wait() {
    let scene = waiting().await;
    let company = &scene.company;
    let policy = Hand::staff(&company.place, "Paul", Role::PolicyAdmin).await;
    let metadata = ClientMetadata::parse(service().as_object().unwrap()).unwrap();
    let family = Fingerprint::of(&metadata).to_string();
    let now = ambient::now();
    for (owner, kind, text) in [
        (company.tenant, "family", family.as_str()),
        (PLATFORM_TENANT, "host", "evil.example"),
        (company.tenant, "network", "198.51.100.0/24"),
    ] {
        let subject = Subject::parse(kind, text).unwrap();
        policy
            .list(owner, (Effect::Block, subject), (now, 1))
            .await
            .unwrap();
    }
    for (from, body, what) in [
        (FROM, service(), "the family"),
        (FROM, hosted("evil.example"), "the host"),
        (FROM, hosted("a.b.EVIL.example"), "a host below it"),
        ("198.51.100.200", named("Any"), "the network"),
    ] {
        let answer = registers(&scene, from, &body).await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_client_metadata", "{what}");
        assert!(!answer.body.contains("registration_code"), "{what}");
    }
    assert_eq!(count(&scene, PENDING).await, 0);
    let blocked = "select count(*) from intake.attempt where outcome = 'blocked'";
    assert_eq!(count(&scene, blocked).await, 4);
    for (from, body) in [
        (FROM, named("Fair")),
        (FROM, hosted("notevil.example")),
        ("198.51.101.1", named("Beside")),
    ] {
        assert_eq!(registers(&scene, from, &body).await.status, 202);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_the_allowlists_hold_where_registrations_wait() {
    let scene = waiting().await;
    let mut rules = MetadataRules {
        loopback: false,
        ..MetadataRules::default()
    };
    rules.hosts.admits = Admits::Listed;
    rules.hosts.listed = ["*.partner.example".parse().unwrap()].into();
    scene.company.lists(PRODUCTION, rules).await.unwrap();
    let listed = registers(&scene, FROM, &hosted("app.partner.example")).await;
    assert_eq!(listed.status, 202, "{}", listed.body);
    let mut on_device = named("Device");
    on_device["grant_types"] = json!(["authorization_code"]);
    on_device["redirect_uris"] = json!(["http://127.0.0.1/cb"]);
    let mut in_a_language = named("Tongue");
    in_a_language["policy_uri#ja"] = json!("https://evil.example/ja");
    for (body, code) in [
        (hosted("evil.example"), "invalid_client_metadata"),
        (hosted("partner.example"), "invalid_client_metadata"),
        (on_device, "invalid_redirect_uri"),
        (in_a_language, "invalid_client_metadata"),
    ] {
        let refused = registers(&scene, FROM, &body).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        let said = refused.json();
        assert_eq!(said["error"], code);
        assert_eq!(
            said["error_description"],
            "this environment does not take such metadata"
        );
    }
    assert_eq!(count(&scene, PENDING).await, 1);
}
