//! A refresh token is its own client's, works once, and a second use of it ends everything. Nothing of another kind is
//! taken for one.

use narthex_tests::Browser;
use narthex_vocab::Environment::Production;
use serde_json::json;

use super::{says, text};
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn its_own_clients_and_never_for_more() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read notes:write").await;
    let other = scene.app("Other Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let first = scene.redeem((&client, &code), &[]).await;
    let (token, refresh) = (text(&first, "access_token"), text(&first, "refresh_token"));

    says(
        "another client",
        &scene.refresh(&other, &refresh).await,
        (400, "invalid_grant"),
    );
    for (what, value) in [
        ("an access token", token.as_str()),
        ("a code", &code),
        ("half", &refresh[..refresh.len() - 1]),
        ("a NUL", "nrt_\u{0}"),
        (
            "invented",
            "nrt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
    ] {
        says(
            what,
            &scene.refresh(&client, value).await,
            (400, "invalid_grant"),
        );
    }
    let url = scene.token(Production);
    let base = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", refresh.as_str()),
    ];
    for (extra, error) in [
        // Approved, but the person was not asked for it.
        (("scope", "notes:read notes:write"), "invalid_scope"),
        (("scope", "notes:delete"), "invalid_scope"),
        (("resource", "https://other.example/"), "invalid_target"),
    ] {
        let form: Vec<(&str, &str)> = base.into_iter().chain([extra]).collect();
        says(
            extra.1,
            &Browser::new().post(&url, &form).await,
            (400, error),
        );
    }
    let less: Vec<(&str, &str)> = base.into_iter().chain([("scope", "notes:read")]).collect();
    let narrowed = Browser::new().post(&url, &less).await;
    assert_eq!(text(&narrowed, "scope"), "notes:read");
    let again = scene
        .refresh(&client, &text(&narrowed, "refresh_token"))
        .await;
    assert_eq!(
        text(&again, "scope"),
        "notes:read openid",
        "the grant keeps its own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_use_ends_the_grant() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(Production).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let first = text(&scene.redeem((&client, &code), &[]).await, "refresh_token");
    let second = scene.refresh(&client, &first).await;
    let (token, next) = (
        text(&second, "access_token"),
        text(&second, "refresh_token"),
    );
    assert_eq!(
        scene.introspect(Production, &notes, &token).await["active"],
        true
    );

    says(
        "again",
        &scene.refresh(&client, &first).await,
        (400, "invalid_grant"),
    );
    says(
        "its successor",
        &scene.refresh(&client, &next).await,
        (400, "invalid_grant"),
    );
    let over = scene.introspect(Production, &notes, &token).await;
    assert_eq!(over, json!({ "active": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_revokes_for_another() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let other = scene.app("Other Notes", "notes:read").await;
    let notes = scene.notes(Production).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let first = scene.redeem((&client, &code), &[]).await;
    let (token, refresh) = (text(&first, "access_token"), text(&first, "refresh_token"));
    let revoke = scene.issuer_at(narthex_tests::Plane::Token, Production, "revoke");
    for value in [&token, &refresh] {
        let form = [("client_id", other.as_str()), ("token", value.as_str())];
        let answer = Browser::new().post(&revoke, &form).await;
        says("another", &answer, (400, "invalid_request"));
    }
    assert_eq!(
        scene.introspect(Production, &notes, &token).await["active"],
        true
    );
    let form = [("client_id", client.as_str()), ("token", refresh.as_str())];
    assert_eq!(Browser::new().post(&revoke, &form).await.status, 200);
    assert_eq!(
        scene.introspect(Production, &notes, &token).await["active"],
        false
    );
}
