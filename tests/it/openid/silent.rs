//! What a person allowed before answers for them only as far as it went: the same client that proves who it is, the same approval,
//! no more scopes, no more claims, not after it ended, and never against `prompt=consent`.

use narthex_tests::Browser;
use reqwest::Method;
use serde_json::json;

use super::{Op, said};

async fn silently(op: &mut Op, more: &[(&str, &str)]) -> String {
    let all: Vec<_> = [("prompt", "none")].iter().chain(more).copied().collect();
    let answer = op.answer(&all).await;
    said(&answer, "error")
}

#[tokio::test(flavor = "multi_thread")]
async fn as_far_as_it_went() {
    let mut op = Op::new().await;
    assert_eq!(
        silently(&mut op, &[]).await,
        "consent_required",
        "nothing yet"
    );
    op.tokens(&[("scope", "openid profile")]).await;
    assert_eq!(silently(&mut op, &[("scope", "openid profile")]).await, "");
    assert_eq!(silently(&mut op, &[("scope", "openid")]).await, "", "less");
    let more = [("scope", "openid profile email")];
    assert_eq!(silently(&mut op, &more).await, "consent_required");
    let resource = [("scope", "openid notes:read")];
    assert_eq!(silently(&mut op, &resource).await, "consent_required");
    let claims = json!({ "userinfo": { "email": null } }).to_string();
    let claims = [("claims", claims.as_str())];
    assert_eq!(silently(&mut op, &claims).await, "consent_required");
    // Who is asked to decide anew decides, even when they have to sign in first.
    let page = op.browser.get(&op.door(&[("prompt", "consent")])).await;
    assert!(page.body.contains(">Allow<"), "{}", page.body);
    op.browser = Browser::new();
    let page = op
        .browser
        .get(&op.door(&[("prompt", "login consent")]))
        .await;
    let page = op.follow(&page).await;
    let back = op.sign_in(&page).await;
    let page = op.follow(&back).await;
    assert!(page.body.contains(">Allow<"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_for_another_person_nor_after_an_end() {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[]).await;
    let administrator = op.scene.company.place.administrator().await;

    // Somebody else is signed in: the hint of the first leads to nothing of theirs.
    let other = op.scene.user("Otto").await;
    let own = std::mem::replace(&mut op.browser, op.scene.as_user(&other).await);
    let hint = [("id_token_hint", tokens.text("id_token"))];
    assert_eq!(silently(&mut op, &hint).await, "login_required");
    let page = op.browser.get(&op.door(&hint)).await;
    assert!(page.location().contains("/sign-in?"), "{}", page.location());
    assert_eq!(silently(&mut op, &[]).await, "consent_required");
    op.browser = own;

    // A hint that is none of ours is no request.
    let forged = format!("{}x", tokens.text("id_token"));
    for bad in [forged.as_str(), "x", tokens.text("access_token")] {
        let answer = op.answer(&[("id_token_hint", bad)]).await;
        assert_eq!(said(&answer, "error"), "invalid_request");
    }
    let unmet =
        json!({ "id_token": { "acr": { "essential": true, "value": "gold" } } }).to_string();
    let answer = op.answer(&[("claims", &unmet)]).await;
    assert_eq!(said(&answer, "error"), "unmet_authentication_requirements");

    for end in [
        "update issue.consent set ended_at = now()",
        "update issue.consent set ended_at = null, approval_id = gen_random_uuid()",
        "update issue.consent set approval_id = null",
    ] {
        administrator.batch_execute(end).await.unwrap();
        assert_eq!(silently(&mut op, &[]).await, "consent_required", "{end}");
    }
    op.tokens(&[]).await;
    assert_eq!(silently(&mut op, &[]).await, "");
    // The client changed since in a way that people are asked about.
    let changed = "insert into registry.asked_anew (tenant_id, environment, client_id, change, about, approval_id, at)
        select tenant_id, environment, client_id, 'redirects', '', approval_id, now() from registry.client";
    administrator.batch_execute(changed).await.unwrap();
    assert_eq!(silently(&mut op, &[]).await, "consent_required");
    op.tokens(&[]).await;
    assert_eq!(silently(&mut op, &[]).await, "");
    let ends = "select max(g.expires_at) <= max(c.expires_at) from issue.\"grant\" as g, issue.consent as c";
    let within: bool = administrator.query_one(ends, &[]).await.unwrap().get(0);
    assert!(
        within,
        "what is given again ends with what the person allowed"
    );
    let over = "update issue.consent set expires_at = now() - interval '1 second'";
    administrator.batch_execute(over).await.unwrap();
    assert_eq!(silently(&mut op, &[]).await, "consent_required");
}

/// Asks as a browser does that comes from there.
async fn from(op: &mut Op, site: &str, change: &[(&str, &str)]) -> narthex_tests::Answer {
    let request = op.browser.request(Method::GET, &op.door(change));
    op.browser
        .send(request.header("sec-fetch-site", site))
        .await
}

/// Browsers stop a redirect to somebody else that a form began: who has just signed in here goes on by a page.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_form_of_ours_by_a_page_else_by_redirect() {
    let mut op = Op::new().await;
    op.tokens(&[]).await;
    let more = [("prompt", "none"), ("scope", "openid email")];
    for (change, says) in [(&[][..], "code="), (&more[..], "error=consent_required")] {
        let page = from(&mut op, "same-origin", change).await;
        let refresh = page.header("refresh").to_owned();
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(
            refresh.starts_with("0; url=http://127.0.0.1:4711/") && refresh.contains(says),
            "{refresh}"
        );
        assert!(page.body.contains(">Continue</a>"), "{}", page.body);
        for site in ["cross-site", "same-site", "none"] {
            let page = from(&mut op, site, change).await;
            assert!(
                page.status == 303 && page.location().contains(says),
                "{site}"
            );
        }
    }
}
