//! What a person has let in: seen by nobody else, taken back at once, and only their own.

use narthex_tests::{Answer, Browser};
use serde_json::json;

use super::Op;

async fn page(op: &mut Op) -> Answer {
    let url = op.at("apps");
    let page = op.browser.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn remove(op: &mut Op, csrf: &str, client: &str) -> Answer {
    let url = op.at("apps/remove");
    let form = [("csrf", csrf), ("client_id", client)];
    op.browser.post(&url, &form).await
}

async fn works(op: &Op, token: &str) -> bool {
    let mut browser = Browser::new();
    let request = browser.request(reqwest::Method::GET, &op.at("userinfo"));
    browser.send(request.bearer_auth(token)).await.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_back_is_over_at_once() {
    let mut op = Op::new().await;
    assert!(
        page(&mut op)
            .await
            .body
            .contains("No app uses your Acme account")
    );
    let tokens = op.tokens(&[("scope", "openid email")]).await;
    let listed = page(&mut op).await;
    for words in ["“Notes by Web”", "See your email address", "Remove access"] {
        assert!(listed.body.contains(words), "{words}: {}", listed.body);
    }
    assert!(!listed.body.contains("<script"));

    // Somebody else sees none of it, and takes none of it back.
    let other = op.scene.user("Otto").await;
    let own = std::mem::replace(&mut op.browser, op.scene.as_user(&other).await);
    let theirs = page(&mut op).await;
    assert!(!theirs.body.contains("Notes by Web"), "{}", theirs.body);
    let at_home = op.at("sign-in");
    let csrf = op.browser.get(&at_home).await.field("csrf");
    let client = op.client.id.clone();
    assert_eq!(remove(&mut op, &csrf, &client).await.status, 303);
    assert!(works(&op, tokens.text("access_token")).await);
    op.browser = own;

    // A form of another browser does nothing, and neither does one that names nobody.
    let foreign = remove(&mut op, &csrf, &client).await;
    assert_eq!(foreign.status, 403);
    let csrf = listed.field("csrf");
    assert_eq!(remove(&mut op, &csrf, "").await.status, 400);
    assert!(works(&op, tokens.text("access_token")).await);

    assert_eq!(remove(&mut op, &csrf, &client).await.status, 303);
    assert!(
        page(&mut op)
            .await
            .body
            .contains("No app uses your Acme account")
    );
    assert!(!works(&op, tokens.text("access_token")).await);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.text("refresh_token")),
    ];
    assert_eq!(op.at_token(&refresh).await.json()["error"], "invalid_grant");
    let again = op
        .answer(&[("scope", "openid email"), ("prompt", "none")])
        .await;
    assert_eq!(super::said(&again, "error"), "consent_required");
    let administrator = op.scene.company.place.administrator().await;
    let record = "select count(*) from ledger.entry where action = 'grant.take_back'";
    let said: i64 = administrator.query_one(record, &[]).await.unwrap().get(0);
    assert_eq!(said, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_it_without_signing_in() {
    let mut op = Op::new().await;
    op.tokens(&[]).await;
    op.browser = Browser::new();
    let url = op.at("apps");
    let sent = op.browser.get(&url).await;
    assert!(
        sent.location().contains("/sign-in?continue="),
        "{}",
        sent.location()
    );
    let form = op.follow(&sent).await;
    let back = op.sign_in(&form).await;
    assert_eq!(back.location(), "/t/acme/production/apps");
    assert!(op.follow(&back).await.body.contains("Notes by Web"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_wants_a_person_who_signed_in_lately() {
    let mut op = Op::new().await;
    let notes = op.scene.notes(op.environment).await;
    let change = [
        ("scope", "openid notes:read"),
        ("resource", crate::scene::RESOURCE),
    ];
    let tokens = op.tokens(&change).await;
    let administrator = op.scene.company.place.administrator().await;
    let before = "update tenant.session set created_at = created_at - interval '1 hour'";
    administrator.batch_execute(before).await.unwrap();
    let stale = op
        .tokens(&[&change[..], &[("prompt", "consent")]].concat())
        .await;
    let url = op.at("access/v1/evaluation");
    let ask = async |token: &str, wanted: serde_json::Value| {
        let mut context = json!({ "token": token });
        context
            .as_object_mut()
            .unwrap()
            .extend(wanted.as_object().unwrap().clone());
        let question = json!({
            "subject": { "type": "client", "id": op.client.id },
            "action": { "name": "tools/call" },
            "resource": { "type": "tool", "id": "list_notes" },
            "context": context,
        });
        let mut browser = Browser::new();
        let request = browser.request(reqwest::Method::POST, &url);
        let request = request
            .basic_auth(&notes.id, Some(&notes.secret))
            .json(&question);
        browser.send(request).await.json()["context"].clone()
    };
    let wanted = json!({ "max_age": 600, "acr_values": "https://narthex.dev/acr/password" });
    let fresh = ask(tokens.text("access_token"), wanted.clone()).await;
    assert_eq!(fresh.get("error"), None, "{fresh}");
    let refused = ask(stale.text("access_token"), wanted.clone()).await;
    assert_eq!(refused["error"], "insufficient_user_authentication");
    assert_eq!(
        refused["step_up"], wanted,
        "for the challenge of the resource"
    );
    let gold = ask(tokens.text("access_token"), json!({ "acr_values": "gold" })).await;
    assert_eq!(gold["error"], "insufficient_user_authentication");
    // The token says so itself, and so does introspection.
    let known = op
        .scene
        .introspect(op.environment, &notes, stale.text("access_token"))
        .await;
    assert_eq!(known["auth_time"], stale.id["auth_time"]);
    assert_eq!(known["acr"], "https://narthex.dev/acr/password");
}
