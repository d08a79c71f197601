//! Person, agent, client: what tokens say of the line, how far it goes, and that it stops as one.

use std::time::{Duration, Instant};

use narthex_approval::suspend::Stop;
use narthex_tests::Plane;
use serde_json::json;

use super::{Child, PRODUCTION, claims};
use crate::initial_access::{app, with};
use crate::scene::{RESOURCE, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn s17_tokens_say_on_whose_behalf_and_the_line_ends_at_three() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    assert!(claims(&key).get("act").is_none(), "nobody registered it");
    let sponsor = scene.company.owner.member.to_string();

    let child = Child::of(&scene, &key, "Child", "notes:read narthex:register").await;
    let key = child.token(&scene, &scene.register(PRODUCTION)).await;
    let behind = json!({ "sub": agent.id, "act": { "sub": sponsor } });
    let act = json!({ "sub": child.id, "act": behind });
    assert_eq!(claims(&key)["act"], act);
    assert_eq!(claims(&key)["sub"], json!(child.id));

    let last = Child::of(&scene, &key, "Last", "notes:read narthex:register").await;
    let token = last.token(&scene, RESOURCE).await;
    let act = json!({ "sub": last.id, "act": act });
    assert_eq!(claims(&token)["act"], act);
    let notes = scene.notes(PRODUCTION).await;
    let known = scene.introspect(PRODUCTION, &notes, &token).await;
    assert_eq!((&known["active"], &known["act"]), (&json!(true), &act));

    // It has the scope, and is as deep as clients may be.
    let key = last.token(&scene, &scene.register(PRODUCTION)).await;
    let deeper = with(&scene, PRODUCTION, &key, &app("Deeper", "notes:read")).await;
    assert_eq!(deeper.status, 401, "{}", deeper.body);
    assert_eq!(deeper.json()["error"], "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_freezing_an_agent_stops_every_token_below_it_within_a_second() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    let child = Child::of(&scene, &key, "Child", "notes:read narthex:register").await;
    let below = child.token(&scene, &scene.register(PRODUCTION)).await;
    let last = Child::of(&scene, &below, "Last", "notes:read").await;
    let (token, other) = (
        last.token(&scene, RESOURCE).await,
        scene.machine(PRODUCTION, "notes:read").await,
    );
    let others = scene.client_token(PRODUCTION, &other).await;
    let notes = scene.notes(PRODUCTION).await;
    let active = async |token: &str| {
        let known = scene.introspect(PRODUCTION, &notes, token).await;
        known["active"].as_bool().unwrap()
    };
    assert!(active(&token).await && active(&others).await);

    scene.stop(&agent.id, PRODUCTION, Stop::Suspend).await;
    let stopped = Instant::now();
    assert!(!active(&token).await, "introspection knows at once");
    let said = scene
        .may_call(PRODUCTION, &notes, (last.id.as_str(), &token))
        .await;
    assert_eq!(said["decision"], json!(false), "{said}");
    for (what, shown) in [("the agent's", &key), ("the child's", &below)] {
        let late = with(&scene, PRODUCTION, shown, &app("Late", "notes:read")).await;
        assert_eq!(late.status, 401, "{what}: {}", late.body);
    }
    assert!(
        stopped.elapsed() < Duration::from_secs(1),
        "within a second"
    );
    let asked = last.asks(&scene, RESOURCE).await;
    assert_ne!(asked.status, 200, "{}", asked.body);
    assert!(active(&others).await, "what is not below goes on");

    scene.stop(&agent.id, PRODUCTION, Stop::Resume).await;
    assert!(!active(&token).await, "each one is resumed by itself");
    let fresh = scene.key_of(&agent).await;
    let again = with(&scene, PRODUCTION, &fresh, &app("Again", "notes:read")).await;
    assert_eq!(again.status, 201, "{}", again.body);
    let closed = with(&scene, PRODUCTION, &below, &app("Late", "notes:read")).await;
    assert_eq!(closed.status, 401, "{}", closed.body);
}

/// The number beside these words on a page of what will happen.
fn effect(page: &str, words: &str) -> u64 {
    let (before, _) = page
        .split_once(words)
        .unwrap_or_else(|| panic!("no {words}: {page}"));
    let (_, number) = before.rsplit_once("<strong>").unwrap();
    let (number, _) = number.split_once("</strong>").unwrap();
    number.replace(',', "").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn s19_what_a_page_says_will_stop_is_what_stops() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    let child = Child::of(&scene, &key, "Child", "notes:read narthex:register").await;
    let below = child.token(&scene, &scene.register(PRODUCTION)).await;
    let last = Child::of(&scene, &below, "Last", "notes:read").await;
    let stopped_before = Child::of(&scene, &key, "Before", "notes:read").await;
    stopped_before.token(&scene, RESOURCE).await;
    scene
        .stop(stopped_before.id.as_str(), PRODUCTION, Stop::Suspend)
        .await;
    for _ in 0..3 {
        last.token(&scene, RESOURCE).await;
    }
    let administrator = scene.company.place.administrator().await;
    let count = async |sql: &str| {
        let row = administrator.query_one(sql, &[]).await.unwrap();
        u64::try_from(row.get::<_, i64>(0)).unwrap()
    };
    let every = "select count(*) from issue.issuance where expires_at > now()";
    let live = count(every).await - 2;
    // One of them is revoked, and one is of the client that was stopped before: neither ends once more.
    let revoke = format!(
        "insert into issue.revocation (tenant_id, environment, jti, at, expires_at, why)
            select tenant_id, environment, jti, now(), expires_at, 'asked' from issue.issuance
            where client_id = '{}' limit 1",
        last.id
    );
    administrator.batch_execute(&revoke).await.unwrap();

    let path = format!("/clients/acme/production/{}/suspend", agent.id);
    let mut staff = scene.in_dashboard(&scene.company.reviewer).await;
    let url = scene.system.at(Plane::Staff, &path);
    let page = staff.get(&url).await;
    let own = scene.system.at(
        Plane::Portal,
        &format!("/t/acme/production{}", path.replace("/acme/production", "")),
    );
    let theirs = scene.in_portal(&scene.company.owner).await.get(&own).await;
    let words = "clients that it registered stop with it";
    for (body, tokens) in [
        (&page.body, "access tokens have not ended yet"),
        (&theirs.body, "access tokens have not ended yet"),
    ] {
        let stopping = effect(body, words);
        assert_eq!(stopping, 2, "what was stopped before is not counted");
        assert_eq!(effect(body, tokens), live);
    }

    let csrf = page.field("csrf");
    let form = [("csrf", csrf.as_str()), ("reason", "It calls too often.")];
    assert_eq!(staff.post(&url, &form).await.status, 303);
    let followed = "select count(*) from ledger.entry where action = 'client.follow'";
    assert_eq!(count(followed).await, 2);
    let still = "select count(*) from registry.client where state = 'active'";
    assert_eq!(count(still).await, 0);
}
