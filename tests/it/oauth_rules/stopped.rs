//! A client that was stopped is stopped everywhere within a second: for itself and for the people who allowed it, at
//! the token endpoint, at introspection, at the decision API and at the front door.

use std::time::{Duration, Instant};

use narthex_approval::suspend::Stop;
use narthex_tests::{Browser, Plane};
use narthex_vocab::Environment::Production;
use serde_json::json;

use super::{says, text};
use crate::scene::Scene;

const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_client_for_itself() {
    let scene = Scene::new().await;
    let machine = scene.machine(Production, "notes:read").await;
    let notes = scene.notes(Production).await;
    let token = scene.client_token(Production, &machine).await;
    let asked = scene
        .may_call(Production, &notes, (&machine.id, &token))
        .await;
    assert_eq!(asked["decision"], true, "{asked}");

    let grant = [("grant_type", "client_credentials")];
    for what in [Stop::Suspend, Stop::Resume, Stop::Revoke] {
        scene.stop(&machine.id, Production, what).await;
        let since = Instant::now();
        let known = scene.introspect(Production, &notes, &token).await;
        let asked = scene
            .may_call(Production, &notes, (&machine.id, &token))
            .await;
        let answer = Browser::new()
            .basic(&scene.token(Production), machine.basic(), &grant)
            .await;
        assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
        if what == Stop::Resume {
            assert_eq!(
                (known["active"] == true, asked["decision"] == true),
                (true, true)
            );
            assert_eq!(answer.status, 200, "{}", answer.body);
        } else {
            assert_eq!(known, json!({ "active": false }), "{what:?}");
            assert_eq!(asked["decision"], false, "{what:?}: {asked}");
            says("for itself", &answer, (400, "access_denied"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_people() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(Production).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let used = scene.code(&mut browser, &client).await;
    let issued = scene.redeem((&client, &used), &[]).await;
    let (token, refresh) = (
        text(&issued, "access_token"),
        text(&issued, "refresh_token"),
    );
    let unused = scene.code(&mut browser, &client).await;
    let open_page = browser.get(&scene.front_door(&client, &[])).await;

    scene.stop(client.as_str(), Production, Stop::Suspend).await;
    let since = Instant::now();
    let known = scene.introspect(Production, &notes, &token).await;
    assert_eq!(known, json!({ "active": false }));
    says(
        "refresh",
        &scene.refresh(&client, &refresh).await,
        (400, "invalid_grant"),
    );
    says(
        "code",
        &scene.redeem((&client, &unused), &[]).await,
        (400, "invalid_grant"),
    );
    let userinfo = scene.issuer_at(Plane::Token, Production, "userinfo");
    let answer = browser.post(&userinfo, &[("access_token", &token)]).await;
    says("userinfo", &answer, (401, "invalid_token"));
    let door = browser.get(&scene.front_door(&client, &[])).await;
    assert_eq!(
        (door.status, door.header("location")),
        (403, ""),
        "{}",
        door.body
    );
    let consented = scene.consent(&mut browser, &open_page, "allow").await;
    assert_eq!(
        consented.header("refresh"),
        "",
        "an open page gives no code"
    );
    assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
    assert!(!consented.body.contains("code="), "{}", consented.body);
}
