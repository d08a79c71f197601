//! Signing out: RP-Initiated Logout by the modules of `oidcc-rp-initiated-logout-certification-test-plan`, and what clients hear of
//! it, `oidcc-backchannel-rp-initiated-logout`. Then what must not work.

use std::time::Duration;

use narthex_tests::{Answer, Browser, FakeHost, System};
use narthex_vocab::Environment;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{BYE, Op, Tokens};
use crate::cases::company::Company;
use crate::scene::Scene;

async fn end(op: &mut Op, parameters: &[(&str, &str)]) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let url = format!("{}?{query}", op.at("logout"));
    op.browser.get(&url).await
}

/// Whether the browser is signed in.
async fn signed_in(op: &mut Op) -> bool {
    let page = op.browser.get(&op.door(&[("prompt", "consent")])).await;
    page.status == 200
}

async fn begin() -> (Op, Tokens) {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[]).await;
    (op, tokens)
}

/// Presses the button of the page that asks.
async fn confirm(op: &mut Op, page: &Answer) -> Answer {
    assert_eq!(page.status, 200, "{}", page.body);
    let csrf = page.field("csrf");
    let mut form = vec![("csrf".to_owned(), csrf)];
    for name in ["client_id", "post_logout_redirect_uri", "state"] {
        if page.body.contains(&format!("name=\"{name}\"")) {
            form.push((name.to_owned(), page.field(name)));
        }
    }
    let form: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let url = op.at("logout/confirm");
    op.browser.post(&url, &form).await
}

fn leads_nowhere(answer: &Answer) {
    assert!(
        answer.headers.get("location").is_none(),
        "{:?}",
        answer.headers
    );
    assert!(
        answer.headers.get("refresh").is_none(),
        "{:?}",
        answer.headers
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_rp_initiated_logout() {
    let (mut op, tokens) = begin().await;
    let hint = tokens.text("id_token");
    let asked = [
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", BYE),
        ("state", "s 1&"),
    ];
    let answer = end(&mut op, &asked).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(answer.location(), format!("{BYE}?state=s+1%26"));
    assert!(!signed_in(&mut op).await);
    // Again, without a session: the same, and no error.
    assert_eq!(
        end(&mut op, &asked).await.location(),
        format!("{BYE}?state=s+1%26")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_rp_initiated_logout_no_state() {
    let (mut op, tokens) = begin().await;
    let hint = tokens.text("id_token").to_owned();
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
    ];
    assert_eq!(end(&mut op, &asked).await.location(), BYE);
    assert!(!signed_in(&mut op).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_rp_initiated_logout_bad_and_query_added_to_post_logout_redirect_uri() {
    let (mut op, tokens) = begin().await;
    let hint = tokens.text("id_token").to_owned();
    let query = format!("{BYE}?foo=bar");
    for uri in [
        "https://evil.example/bye",
        query.as_str(),
        "http://127.0.0.1:4711/callback",
        "http://127.0.0.1:4711/bye/",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        let asked = [
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", uri),
            ("state", "x"),
        ];
        let answer = end(&mut op, &asked).await;
        assert_eq!(answer.status, 400, "{uri}: {}", answer.body);
        leads_nowhere(&answer);
    }
    assert!(signed_in(&mut op).await, "nothing was ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_rp_initiated_logout_modified_and_bad_id_token_hint() {
    let (mut op, tokens) = begin().await;
    let token = tokens.text("id_token").to_owned();
    let claims = token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
    let access = tokens.text("access_token").to_owned();
    for hint in [
        unsigned.as_str(),
        "x.y.z",
        "",
        &access,
        &token[..token.len() - 4],
    ] {
        if hint.is_empty() {
            continue;
        }
        let asked = [("id_token_hint", hint), ("post_logout_redirect_uri", BYE)];
        let answer = end(&mut op, &asked).await;
        assert_eq!(answer.status, 400, "{hint}: {}", answer.body);
        leads_nowhere(&answer);
    }
    assert!(signed_in(&mut op).await, "nothing was ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_rp_initiated_logout_no_id_token_hint_no_params_only_state_no_redirect_uri() {
    let (mut op, tokens) = begin().await;
    for asked in [
        &[][..],
        &[("state", "x")],
        &[("post_logout_redirect_uri", BYE), ("state", "x")],
        &[("post_logout_redirect_uri", "https://evil.example/")],
    ] {
        let page = end(&mut op, asked).await;
        assert!(
            page.body.contains("Sign out of Acme?"),
            "{asked:?}: {}",
            page.body
        );
        leads_nowhere(&page);
        assert!(signed_in(&mut op).await, "asking ends nothing");
    }
    let page = end(&mut op, &[("post_logout_redirect_uri", BYE)]).await;
    let done = confirm(&mut op, &page).await;
    assert!(
        done.body.contains("You are signed out of Acme"),
        "{}",
        done.body
    );
    leads_nowhere(&done);
    assert!(!signed_in(&mut op).await);

    // A client that says who it is may have people come back once they have said so.
    op.browser = op.scene.as_user(&op.person).await;
    let client = op.client.id.clone();
    let asked = [
        ("client_id", client.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", "x"),
    ];
    let page = end(&mut op, &asked).await;
    assert!(page.body.contains("“Notes by Web”"), "{}", page.body);
    let done = confirm(&mut op, &page).await;
    assert_eq!(done.header("refresh"), format!("0; url={BYE}?state=x"));
    assert!(!signed_in(&mut op).await);

    // oidcc-rp-initiated-logout-no-post-logout-redirect-uri
    op.browser = op.scene.as_user(&op.person).await;
    let tokens_now = op.tokens(&[]).await;
    let hint = tokens_now.text("id_token").to_owned();
    let done = end(&mut op, &[("id_token_hint", hint.as_str())]).await;
    assert!(
        done.body.contains("You are signed out of Acme"),
        "{}",
        done.body
    );
    assert!(!signed_in(&mut op).await);
    drop(tokens);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_out_by_somebody_else() {
    let (mut op, tokens) = begin().await;
    let hint = tokens.text("id_token").to_owned();
    let other = op.scene.user("Otto").await;
    let theirs = op.scene.as_user(&other).await;

    // The ID token of one person in the browser of another asks, and so does one of an older session.
    let own = std::mem::replace(&mut op.browser, theirs);
    let page = end(&mut op, &[("id_token_hint", hint.as_str())]).await;
    assert!(page.body.contains("Sign out of Acme?"), "{}", page.body);
    assert!(signed_in(&mut op).await);
    op.browser = op.scene.as_user(&op.person).await;
    let page = end(&mut op, &[("id_token_hint", hint.as_str())]).await;
    assert!(page.body.contains("Sign out of Acme?"), "{}", page.body);

    // A form of another browser, and none at all, confirm nothing.
    let stolen = page.field("csrf");
    op.browser = own;
    let url = op.at("logout/confirm");
    for csrf in [stolen.as_str(), ""] {
        let answer = op.browser.post(&url, &[("csrf", csrf)]).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    assert!(signed_in(&mut op).await);

    // Another client's name beside the hint, twice the same parameter.
    let more =
        super::confidential(&op.scene, op.environment, json!({ "client_name": "Other" })).await;
    let mixed = [
        ("id_token_hint", hint.as_str()),
        ("client_id", more.id.as_str()),
    ];
    assert_eq!(end(&mut op, &mixed).await.status, 400);
    let twice = [("state", "a"), ("state", "b")];
    assert_eq!(end(&mut op, &twice).await.status, 400);
    assert!(signed_in(&mut op).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_environment_is_signed_out() {
    let (mut op, _) = begin().await;
    let sandbox = super::confidential(&op.scene, Environment::Sandbox, json!({})).await;
    let production = std::mem::replace(&mut op.client, sandbox);
    op.environment = Environment::Sandbox;
    assert!(signed_in(&mut op).await);
    let page = end(&mut op, &[]).await;
    confirm(&mut op, &page).await;
    assert!(!signed_in(&mut op).await);
    op.environment = Environment::Production;
    op.client = production;
    assert!(
        signed_in(&mut op).await,
        "a client of the sandbox ends nothing in production"
    );
}

/// A provider in the sandbox whose client hears of sign-outs at a host of the outside world.
async fn with_a_host(host: &FakeHost) -> Op {
    let company = Company::new().await;
    let system = System::with_hosts(&company.place, [7; 32], host.test_hosts()).await;
    let scene = Scene { company, system };
    let uri = format!("https://{}/logout", host.host);
    let members = json!({ "backchannel_logout_uri": uri });
    Op::with(scene, Environment::Sandbox, members).await
}

async fn notice(op: &Op) -> Value {
    let administrator = op.scene.company.place.administrator().await;
    let query = "select to_jsonb(n)::text from issue.logout_notice as n";
    let row = administrator.query_one(query, &[]).await.unwrap();
    serde_json::from_str(row.get(0)).unwrap()
}

/// Waits until the notice is not waiting any more.
async fn told(op: &Op) -> Value {
    for _ in 0..200 {
        let notice = notice(op).await;
        if notice["state"] != "waiting" {
            return notice;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody was told: {}", notice(op).await);
}

async fn sign_out(op: &mut Op) -> Tokens {
    let tokens = op.tokens(&[]).await;
    let hint = tokens.text("id_token").to_owned();
    let done = end(op, &[("id_token_hint", hint.as_str())]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    tokens
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_backchannel_rp_initiated_logout() {
    let host = FakeHost::start("partner.example").await;
    host.publish("ok");
    let mut op = with_a_host(&host).await;
    let tokens = sign_out(&mut op).await;
    let notice = told(&op).await;
    assert_eq!(notice["state"], "delivered", "{notice}");
    assert_eq!(
        (&notice["tries"], &notice["logout_token"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(host.paths(), ["/logout"]);

    let sent = host.last_request();
    assert!(sent.starts_with("POST /logout "), "{sent}");
    let token = sent.split("logout_token=").nth(1).unwrap().trim();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
    let claims = op.read(token).await;
    assert_eq!(claims["iss"], op.issuer());
    assert_eq!(claims["aud"], op.client.id);
    assert_eq!(
        (&claims["sub"], &claims["sid"]),
        (&tokens.id["sub"], &tokens.id["sid"])
    );
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], json!({ event: {} }));
    assert_eq!(claims.get("nonce"), None);
    assert!(claims["jti"].is_string());
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert!((1..=120).contains(&life), "{life}");
    // It is worth nothing as anything else.
    let answer = Browser::new()
        .post(&op.at("userinfo"), &[("access_token", token)])
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(end(&mut op, &[("id_token_hint", token)]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_fails_is_told_again_and_one_that_refuses_is_not() {
    let host = FakeHost::start("partner.example").await;
    host.answer(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec());
    let mut op = with_a_host(&host).await;
    sign_out(&mut op).await;
    for _ in 0..50 {
        if !host.paths().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    host.publish("ok");
    let told_again = told(&op).await;
    assert_eq!(
        (&told_again["state"], &told_again["tries"]),
        (&json!("delivered"), &json!(2)),
        "{told_again}"
    );

    let host = FakeHost::start("partner.example").await;
    for (answer, state) in [
        (
            &b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n"[..],
            "refused",
        ),
        (b"HTTP/1.1 204 Done\r\n\r\n", "delivered"),
    ] {
        host.answer(answer.to_vec());
        let mut op = with_a_host(&host).await;
        sign_out(&mut op).await;
        assert_eq!(told(&op).await["state"], state);
    }
    let before = host.paths().len();
    host.answer(b"HTTP/1.1 307 On\r\nLocation: https://partner.example/other\r\n\r\n".to_vec());
    let mut op = with_a_host(&host).await;
    sign_out(&mut op).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(
        host.paths()[before..],
        ["/logout"],
        "a redirect is not followed"
    );
    assert!(
        notice(&op).await["outcome"]
            .as_str()
            .unwrap()
            .contains("redirect")
    );
}
