//! The Basic OP profile, `oidcc-basic-certification-test-plan`: 38 modules, in the order of the plan.

use std::time::Duration;

use narthex_tests::Browser;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Op, said};
use crate::scene::CALLBACK;

/// What the suite checks of every ID token.
fn check(id: &Value) {
    assert_eq!(id["nonce"], "n-1");
    let (iat, exp) = (id["iat"].as_i64().unwrap(), id["exp"].as_i64().unwrap());
    let now = chrono::Utc::now().timestamp();
    assert!(
        (iat - now).abs() < 60 && exp > now && exp - iat <= 600,
        "{id}"
    );
    assert!(id["auth_time"].as_i64().unwrap() <= now, "{id}");
    assert!(id["at_hash"].is_string() && id["sid"].is_string(), "{id}");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_server() {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[]).await;
    check(&tokens.id);
    let header = jsonwebtoken::decode_header(tokens.text("id_token")).unwrap();
    assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
    assert_eq!(tokens.all["token_type"], "Bearer");
    assert_eq!(tokens.all["scope"], "openid");
    let known = op.userinfo(tokens.text("access_token")).await;
    assert_eq!(known, json!({ "sub": tokens.id["sub"] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_response_type_missing() {
    let mut op = Op::new().await;
    let answer = op.answer(&[("response_type", "")]).await;
    assert_eq!(said(&answer, "error"), "invalid_request");
    assert_eq!(said(&answer, "state"), "st-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_idtoken_signature() {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[]).await;
    let token = tokens.text("id_token");
    let header = jsonwebtoken::decode_header(token).unwrap();
    let keys = op.keys().await;
    let of_kid = keys
        .iter()
        .filter(|key| key["kid"] == header.kid.as_deref().unwrap());
    assert_eq!(of_kid.count(), 1, "RS256, with the kid of one key");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_idtoken_unsigned() {
    // Nobody gets an unsigned one: the registration says so.
    for algorithm in ["none", "HS256", "PS256", "RS512", ""] {
        let sent = json!({
            "redirect_uris": [CALLBACK],
            "id_token_signed_response_alg": algorithm,
        });
        let refused = narthex_vocab::ClientMetadata::parse(sent.as_object().unwrap());
        assert_eq!(
            refused.unwrap_err().member,
            "id_token_signed_response_alg",
            "{algorithm}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_userinfo_get_post_header_post_body() {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[]).await;
    let (url, token) = (op.at("userinfo"), tokens.text("access_token"));
    let mut browser = Browser::new();
    let get = browser
        .request(reqwest::Method::GET, &url)
        .bearer_auth(token);
    let header = browser
        .request(reqwest::Method::POST, &url)
        .bearer_auth(token);
    let body = browser.request(reqwest::Method::POST, &url);
    let body = body.form(&[("access_token", token)]);
    for (module, request) in [
        ("oidcc-userinfo-get", get),
        ("oidcc-userinfo-post-header", header),
        ("oidcc-userinfo-post-body", body),
    ] {
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 200, "{module}: {}", answer.body);
        assert!(
            answer
                .header("content-type")
                .starts_with("application/json"),
            "{module}"
        );
        assert_eq!(answer.json()["sub"], tokens.id["sub"], "{module}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[("nonce", "")]).await;
    assert_eq!(tokens.id.get("nonce"), None);
}

#[rstest]
#[case::oidcc_scope_profile("openid profile", json!({ "name": "Uma" }))]
#[case::oidcc_scope_email("openid email", json!({ "email": "Uma@people.example", "email_verified": false }))]
// No address and no phone of anybody is known: the scopes are not in `scopes_supported`, the suite skips the modules, and who
// asks all the same gets the rest.
#[case::oidcc_scope_address("openid address", json!({}))]
#[case::oidcc_scope_phone("openid phone", json!({}))]
#[case::oidcc_scope_all(
    "openid profile email address phone",
    json!({ "name": "Uma", "email": "Uma@people.example", "email_verified": false })
)]
#[tokio::test(flavor = "multi_thread")]
async fn scopes(#[case] scope: &str, #[case] claims: Value) {
    let mut op = Op::new().await;
    let tokens = op.tokens(&[("scope", scope)]).await;
    check(&tokens.id);
    for claim in ["name", "email", "email_verified"] {
        assert_eq!(
            tokens.id.get(claim),
            None,
            "they are at the userinfo endpoint"
        );
    }
    let mut known = op.userinfo(tokens.text("access_token")).await;
    known.as_object_mut().unwrap().remove("sub");
    for (claim, value) in claims.as_object().unwrap() {
        let folded = known[claim].to_string().to_lowercase();
        assert_eq!(folded, value.to_string().to_lowercase(), "{claim}");
    }
    assert_eq!(
        known.as_object().unwrap().len(),
        claims.as_object().unwrap().len(),
        "{known}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_alternate_happy_flow() {
    let mut op = Op::new().await;
    let mut request = op.request(&[("scope", "email openid")]);
    request.reverse();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(request);
    let door = format!("{}?{}", op.at("authorize"), query.finish());
    let page = op.browser.get(&door).await;
    let answer = op.go_on(page).await;
    let tokens = op.tokens_of(&answer).await;
    assert_eq!(tokens.id.get("email"), None);
    let known = op.userinfo(tokens.text("access_token")).await;
    assert!(known["email"].is_string(), "{known}");
}

#[rstest]
#[case::oidcc_display_page(&[("display", "page")])]
#[case::oidcc_display_popup(&[("display", "popup")])]
#[case::oidcc_max_age_10000(&[("max_age", "10000")])]
#[case::oidcc_ensure_request_with_unknown_parameter_succeeds(&[("extra", "foobar")])]
#[case::oidcc_login_hint(&[("login_hint", "Uma@people.example")])]
#[case::oidcc_ui_locales(&[("ui_locales", "se")])]
#[case::oidcc_claims_locales(&[("claims_locales", "se")])]
#[case::oidcc_ensure_request_with_acr_values_succeeds(&[("acr_values", "https://narthex.dev/acr/password")])]
#[case::oidcc_ensure_request_with_acr_values_succeeds_for_others(&[("acr_values", "1 2")])]
#[case::oidcc_ensure_request_with_valid_pkce_succeeds(&[])]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_succeeds(#[case] more: &[(&str, &str)]) {
    let mut op = Op::new().await;
    let tokens = op.tokens(more).await;
    check(&tokens.id);
    assert_eq!(tokens.id["acr"], "https://narthex.dev/acr/password");
    assert_eq!(tokens.id["amr"], json!(["pwd"]));
}

#[rstest]
#[case::oidcc_prompt_login(&[("prompt", "login")])]
#[case::oidcc_max_age_1(&[("max_age", "1")])]
#[tokio::test(flavor = "multi_thread")]
async fn the_person_signs_in_a_second_time(#[case] again: &[(&str, &str)]) {
    let mut op = Op::new().await;
    let first = op.tokens(&[]).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let page = op.browser.get(&op.door(again)).await;
    let page = op.follow(&page).await;
    assert!(page.body.contains("Sign in to Acme"), "{}", page.body);
    let back = op.sign_in(&page).await;
    let page = op.follow(&back).await;
    let answer = op.go_on(page).await;
    let second = op.tokens_of(&answer).await;
    assert_eq!(first.id["sub"], second.id["sub"]);
    let auth_time = |id: &Value| id["auth_time"].as_i64().unwrap();
    assert!(auth_time(&second.id) > auth_time(&first.id) + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_login_hint_is_in_the_form() {
    let mut op = Op::new().await;
    op.browser = Browser::new();
    for (hint, shown) in [
        ("uma@people.example", true),
        ("\"><script>alert(1)</script>", false),
        ("not an address", false),
    ] {
        let page = op.browser.get(&op.door(&[("login_hint", hint)])).await;
        let page = op.follow(&page).await;
        assert_eq!(
            page.body.contains("value=\"uma@people.example\""),
            shown,
            "{hint}"
        );
        assert!(!page.body.contains("alert(1)"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_prompt_none_not_logged_in() {
    let mut op = Op::new().await;
    op.browser = Browser::new();
    let answer = op.answer(&[("prompt", "none")]).await;
    assert_eq!(said(&answer, "error"), "login_required");
    assert_eq!(said(&answer, "state"), "st-1");
}

#[rstest]
#[case::oidcc_prompt_none_logged_in(false)]
#[case::oidcc_id_token_hint(true)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_again(#[case] with_hint: bool) {
    let mut op = Op::new().await;
    let first = op.tokens(&[]).await;
    let mut more = vec![("prompt", "none")];
    if with_hint {
        more.push(("id_token_hint", first.text("id_token")));
    }
    let page = op.browser.get(&op.door(&more)).await;
    assert_eq!(page.status, 303, "no page: {}", page.body);
    let answer = op.go_on(page).await;
    let second = op.tokens_of(&answer).await;
    for claim in ["sub", "auth_time", "sid"] {
        assert_eq!(first.id[claim], second.id[claim], "{claim}");
    }
}

#[rstest]
#[case::oidcc_codereuse(0)]
#[case::oidcc_codereuse_30seconds(31)]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_used_once(#[case] seconds: i64) {
    let mut op = Op::new().await;
    let answer = op.answer(&[]).await;
    let code = op.code(&answer);
    let tokens = op.tokens_of(&answer).await;
    let later = format!(
        "update issue.authorization_code set redeemed_at = redeemed_at - interval '{seconds} s',
            created_at = created_at - interval '{seconds} s', expires_at = expires_at - interval '{seconds} s'"
    );
    let administrator = op.scene.company.place.administrator().await;
    administrator.batch_execute(&later).await.unwrap();
    let again = op.redeem(&code).await;
    assert_eq!(
        (again.status, again.json()["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    let mut browser = Browser::new();
    let request = browser.request(reqwest::Method::GET, &op.at("userinfo"));
    let answer = browser
        .send(request.bearer_auth(tokens.text("access_token")))
        .await;
    assert_eq!(answer.status, 401, "what the first use gave has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_ensure_registered_redirect_uri() {
    let mut op = Op::new().await;
    for other in [
        "http://127.0.0.1:4711/other",
        "https://evil.example/callback",
    ] {
        let page = op.browser.get(&op.door(&[("redirect_uri", other)])).await;
        assert_eq!(page.status, 400, "{}", page.body);
        assert!(page.body.contains("not registered"), "{}", page.body);
        assert!(page.headers.get("location").is_none() && page.headers.get("refresh").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_ensure_post_request_succeeds() {
    let mut op = Op::new().await;
    let request = op.request(&[]);
    let form: Vec<(&str, &str)> = request
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let url = op.at("authorize");
    let posted = op.browser.post(&url, &form).await;
    let page = op.follow(&posted).await;
    let answer = op.leave(page).await;
    check(&op.tokens_of(&answer).await.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_server_client_secret_post() {
    let scene = crate::scene::Scene::new().await;
    let members = json!({ "token_endpoint_auth_method": "client_secret_post" });
    let mut op = Op::with(scene, narthex_vocab::Environment::Production, members).await;
    check(&op.tokens(&[]).await.id);
}

/// A request object that nobody signed, with another address in it.
fn unsigned(claims: &Value) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    let mut op = Op::new().await;
    let uri = "https://127.0.0.1:1/request.jwt";
    let answer = op.answer(&[("request_uri", uri)]).await;
    assert_eq!(said(&answer, "error"), "request_uri_not_supported");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    let mut op = Op::new().await;
    let object = unsigned(&json!({ "state": "st-2", "scope": "openid email" }));
    let answer = op.answer(&[("request", &object)]).await;
    assert_eq!(said(&answer, "error"), "request_not_supported");
    assert_eq!(said(&answer, "state"), "st-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_claims_essential() {
    let mut op = Op::new().await;
    let claims = json!({ "userinfo": { "name": { "essential": true } } }).to_string();
    let page = op.browser.get(&op.door(&[("claims", &claims)])).await;
    assert!(
        page.body.contains("See your name"),
        "the person sees it: {}",
        page.body
    );
    let answer = op.leave(page).await;
    let tokens = op.tokens_of(&answer).await;
    assert_eq!(tokens.id.get("name"), None);
    assert_eq!(
        op.userinfo(tokens.text("access_token")).await["name"],
        "Uma"
    );

    let claims = json!({ "id_token": { "name": null, "email": null } }).to_string();
    let tokens = op.tokens(&[("claims", &claims)]).await;
    assert_eq!(tokens.id["name"], "Uma");
    assert!(tokens.id["email"].is_string());
    assert_eq!(
        op.userinfo(tokens.text("access_token")).await.get("name"),
        None,
        "where it was asked for, and nowhere else"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let mut op = Op::new().await;
    let object = unsigned(&json!({ "redirect_uri": CALLBACK }));
    // The address in the query is none of the client's: a page, whatever the object says.
    let bad = "https://evil.example/callback";
    let door = op.door(&[("request", &object), ("redirect_uri", bad)]);
    let page = op.browser.get(&door).await;
    assert_eq!(page.status, 400, "{}", page.body);
    assert!(page.headers.get("location").is_none());
    // And where the object has the bad one, it is refused at the good one.
    let object = unsigned(&json!({ "redirect_uri": bad }));
    let answer = op.answer(&[("request", &object)]).await;
    assert!(answer.as_str().starts_with(CALLBACK), "{answer}");
    assert_eq!(said(&answer, "error"), "request_not_supported");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_refresh_token() {
    let mut op = Op::new().await;
    let tokens = op
        .tokens(&[("scope", "openid offline_access"), ("prompt", "consent")])
        .await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.text("refresh_token")),
    ];
    let other = super::confidential(
        &op.scene,
        op.environment,
        json!({ "client_name": "Another" }),
    )
    .await;
    let stolen = Browser::new()
        .basic(&op.at("token"), other.basic(), &form)
        .await;
    assert_eq!(stolen.json()["error"], "invalid_grant", "another client's");
    let answer = op.at_token(&form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_ne!(answer["access_token"], tokens.all["access_token"]);
    let known = op.userinfo(answer["access_token"].as_str().unwrap()).await;
    assert_eq!(known["sub"], tokens.id["sub"]);
}
