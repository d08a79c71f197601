//! A family that is split by network: who calls from there is told apart at once, by identifier, counts and lists; and is one
//! with the others again when the split ends.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{ClientId, RegistrationMode};
use serde_json::json;

use super::shown::{PRODUCTION, get, reviewer};
use crate::initial_access::id_of;
use crate::scene::Scene;

async fn call(scene: &Scene, network: u8, host: u8) -> Answer {
    let from: IpAddr = Ipv4Addr::new(127, 66, network, host).into();
    let software = json!({ "client_name": "Helper", "redirect_uris": ["http://127.0.0.1/cb"] });
    Browser::from(from)
        .json(&scene.register(PRODUCTION), &software)
        .await
}

async fn registers(scene: &Scene, network: u8, host: u8) -> ClientId {
    id_of(&call(scene, network, host).await)
}

/// A crowd shares what was read half a second ago; nobody here is one.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(600)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_a_network_is_split_off_a_family_and_decided_on_its_own() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let mode = RegistrationMode::Quarantine;
    company.takes(PRODUCTION, mode).await.unwrap();
    let shared = registers(&scene, 1, 1).await;
    assert_eq!(
        registers(&scene, 2, 1).await,
        shared,
        "all strangers share one"
    );
    let family = company.family_of(&shared).await;
    let path = format!("/families/acme/production/{family}");
    let mut staff = reviewer(&scene).await;
    let page = get(&scene, &mut staff, &path).await;
    let link = format!("{path}/split?network=127.66.2.0%2F24");
    assert!(page.body.contains(&link), "{}", page.body);

    let form = get(&scene, &mut staff, &link).await;
    assert!(
        form.body
            .contains("What registered before keeps its identifier"),
        "{}",
        form.body
    );
    let csrf = form.field("csrf");
    let url = scene.system.at(Plane::Staff, &format!("{path}/split"));
    let fields = |network: &'static str, span: &'static str, reason: &'static str| {
        [("network", network), ("span", span), ("reason", reason)]
    };
    for (bad, says) in [
        (
            fields("127.66.9.0/24", "30d", "x"),
            "Choose a network that its calls came from",
        ),
        (
            fields("0.0.0.0/0", "30d", "x"),
            "Choose a network that its calls came from",
        ),
        (fields("127.66.2.0/24", "9y", "x"), "Choose for how long"),
        (fields("127.66.2.0/24", "30d", ""), "reason"),
    ] {
        let form: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(bad).collect();
        let again = staff.post(&url, &form).await;
        assert_eq!(again.status, 422, "{}", again.body);
        assert!(again.body.contains(says), "{says}: {}", again.body);
    }
    let good: Vec<_> = [("csrf", csrf.as_str())]
        .into_iter()
        .chain(fields("127.66.2.0/24", "30d", "It is another program."))
        .collect();
    let done = staff.post(&url, &good).await;
    assert_eq!(done.location(), format!("{path}?done=network-split"));
    let twice = staff.post(&url, &good).await;
    assert!(
        twice.body.contains("a family of their own already"),
        "{}",
        twice.body
    );
    a_moment().await;

    // Who calls from there has another identifier, the same for the whole network; nobody else notices.
    let own = registers(&scene, 2, 1).await;
    assert_ne!(own, shared);
    assert_eq!(registers(&scene, 2, 9).await, own);
    assert_eq!(registers(&scene, 1, 1).await, shared);
    assert_eq!(registers(&scene, 3, 1).await, shared);
    let apart = company.family_of(&own).await;
    assert_ne!(apart, family);
    let page = get(
        &scene,
        &mut staff,
        &format!("/families/acme/production/{apart}"),
    )
    .await;
    assert!(
        page.body.contains("The family it was split from")
            && page.body.contains("It is another program.")
    );
    assert!(
        !page.body.contains("/split?network="),
        "once is enough: {}",
        page.body
    );
    let page = get(&scene, &mut staff, &path).await;
    assert!(
        page.body.contains("The family that they are"),
        "{}",
        page.body
    );

    // Blocking it leaves the others alone, and the other way round.
    let block = scene.system.at(
        Plane::Staff,
        &format!("/families/acme/production/{apart}/block"),
    );
    let csrf = staff.get(&block).await.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("span", "1d"),
        ("reason", "Not ours."),
    ];
    assert_eq!(staff.post(&block, &form).await.status, 303);
    a_moment().await;
    assert_eq!(call(&scene, 2, 1).await.status, 400);
    assert_eq!(registers(&scene, 1, 1).await, shared);

    // It ends by itself.
    let administrator = company.place.administrator().await;
    let over = "update intake.family_split set created_at = now() - interval '31 days', expires_at = now() - interval '1 second'";
    administrator.batch_execute(over).await.unwrap();
    a_moment().await;
    assert_eq!(registers(&scene, 2, 1).await, shared);
    // And can be set again.
    let again = staff.post(&url, &good).await;
    assert_eq!(again.status, 303, "{}", again.body);

    let told = "select count(*) from ledger.entry where action = 'quarantine.split_network'";
    let told: i64 = administrator.query_one(told, &[]).await.unwrap().get(0);
    assert_eq!(told, 2);
}
