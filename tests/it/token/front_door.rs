//! A stranger's client at the front door: sign-in, asking, waiting, consent, code, rotation, replay.

use actix_web::http::StatusCode;
use narthex_approval::decide::Outcome;
use narthex_vocab::{ClientId, CodeVerifier, Environment};
use serde_json::{Value, json};
use url::Url;

use super::bench::{Answer, Bench, Browser};

pub(super) const PRODUCTION: Environment = Environment::Production;
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:5000/callback";

pub(super) fn request(client: &ClientId, scope: &str) -> String {
    let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", client.as_str())
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", REDIRECT)
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", "S256")
        .append_pair("scope", scope)
        .append_pair("state", "xyz")
        .append_pair("nonce", "n-1")
        .append_pair("resource", "https://notes.example/mcp")
        .finish();
    format!("/t/acme/production/authorize?{query}")
}

/// The parameters that the client hears, by the address the page leads to.
pub(super) fn heard(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let refresh = answer.header("refresh");
    let address = refresh
        .strip_prefix("0; url=")
        .unwrap_or_else(|| panic!("{refresh}"));
    assert!(address.starts_with(REDIRECT), "{address}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

pub(super) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    let found = pairs.iter().find(|(own, _)| own == name);
    found.map_or("", |(_, value)| value.as_str())
}

pub(super) async fn answer_consent(
    browser: &mut Browser,
    bench: &Bench,
    page: &Answer,
    decision: &str,
) -> Answer {
    assert!(page.body.contains(">Do not allow<"), "{}", page.body);
    let (csrf, pending) = (page.field("csrf"), page.field("pending"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("pending", pending.as_str()),
        ("decision", decision),
    ];
    browser
        .post(bench, "/t/acme/production/consent", &fields)
        .await
}

/// A stranger whose user signed in, asked, and was let in for reading.
pub(super) async fn let_in(bench: &Bench, browser: &mut Browser) -> ClientId {
    let company = &bench.company;
    let client = company
        .registered(PRODUCTION, "Stranger Notes", "notes:read")
        .await;
    // As if it had asked for refresh tokens, which clients of MCP do.
    let administrator = company.place.administrator().await;
    let grants = r#"{"grant_types": ["authorization_code", "refresh_token"]}"#;
    let widen = format!("update intake.quarantine set metadata = metadata || '{grants}'");
    administrator.batch_execute(&widen).await.unwrap();
    let uma = bench.user("Uma").await;
    let asked = request(&client, "openid notes:read notes:delete");

    let first = browser.get(bench, &asked).await;
    let sign_in = first.location().to_owned();
    assert!(
        sign_in.starts_with("/t/acme/production/sign-in?continue="),
        "{sign_in}"
    );
    let welcome = browser.sign_in(bench, &sign_in, "Uma@people.example").await;
    let back = welcome.location().to_owned();
    assert!(back.starts_with("/t/acme/production/authorize?"), "{back}");

    let page = browser.get(bench, &back).await;
    assert!(
        page.body.contains("Acme has not decided about this app"),
        "{}",
        page.body
    );
    assert!(!page.body.contains(">Allow<"));
    let (csrf, pending) = (page.field("csrf"), page.field("pending"));
    let mut fields = vec![("csrf", csrf.as_str()), ("pending", pending.as_str())];
    let silent = browser.post(bench, "/t/acme/production/ask", &fields).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    fields.push(("reason", "I keep my notes here."));
    let waiting = browser.post(bench, "/t/acme/production/ask", &fields).await;
    let waiting = waiting.location().to_owned();
    assert!(
        waiting.starts_with("/t/acme/production/waiting/prk_"),
        "{waiting}"
    );

    let page = browser.get(bench, &waiting).await;
    assert_eq!((page.status, page.header("refresh")), (StatusCode::OK, "3"));
    assert!(page.body.contains("Waiting for Acme to decide"));
    let mut other = Browser::default();
    bench.user("Otto").await;
    let elsewhere = other.get(bench, &waiting).await;
    let signed_in = other
        .sign_in(bench, elsewhere.location(), "Otto@people.example")
        .await;
    let theirs = other.get(bench, signed_in.location()).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND, "another person's");

    let linked = company.link(&client, Some(&uma), None).await.unwrap();
    let reach = company.reach(PRODUCTION, "notes:read", &["list_notes"]);
    company
        .decide(linked.request, Outcome::Offer(reach.into()))
        .await
        .unwrap();
    let on = browser.get(bench, &waiting).await;
    assert!(on.location().starts_with("/t/acme/production/authorize?"));
    client
}

/// What redeems a code.
pub(super) fn redemption<'a>(client: &'a ClientId, code: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", REDIRECT),
        ("resource", "https://notes.example/mcp"),
    ]
}

pub(super) async fn redeem(bench: &Bench, client: &ClientId, code: &str) -> Answer {
    let form = redemption(client, code);
    bench.post(PRODUCTION, ("token", None), &form).await
}

async fn refresh(bench: &Bench, client: &ClientId, token: &Value) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", token.as_str().unwrap()),
    ];
    bench.post(PRODUCTION, ("token", None), &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_let_in_for_less_and_loses_it_by_replay() {
    let bench = Bench::new().await;
    let mut browser = Browser::default();
    let client = let_in(&bench, &mut browser).await;
    let (res, secret) = bench.resource(PRODUCTION).await;
    let asked = request(&client, "openid notes:read notes:delete");

    let page = browser.get(&bench, &asked).await;
    assert!(page.body.contains("“Stranger Notes”"), "{}", page.body);
    assert!(page.body.contains("a program on this computer"));
    assert!(!page.body.contains("<script"));
    let denied = answer_consent(&mut browser, &bench, &page, "deny").await;
    let denied = heard(&denied);
    assert_eq!(value(&denied, "error"), "access_denied");
    assert_eq!(value(&denied, "state"), "xyz");
    assert_eq!(value(&denied, "iss"), "http://127.0.0.1:8401/t/acme");
    assert_eq!(value(&denied, "code"), "");

    let allowed = answer_consent(&mut browser, &bench, &page, "allow").await;
    let allowed = heard(&allowed);
    let code = value(&allowed, "code");
    let invented = redeem(&bench, &client, "invented").await;
    assert_eq!(invented.json()["error"], "invalid_grant");
    let answer = redeem(&bench, &client, code).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let issued = answer.json();
    assert_eq!(issued["scope"], "notes:read openid");
    check_identity(&bench, &client, &issued).await;

    let access = issued["access_token"].as_str().unwrap();
    let known = bench.introspect(PRODUCTION, (&res, &secret), access).await;
    assert_eq!(known["active"], true);
    assert!(known["sub"].as_str().unwrap().starts_with("mem_"));

    let second = refresh(&bench, &client, &issued["refresh_token"]).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);
    let second = second.json();
    assert_ne!(second["refresh_token"], issued["refresh_token"]);
    for token in [&issued["refresh_token"], &second["refresh_token"]] {
        let replay = refresh(&bench, &client, token).await;
        assert_eq!(replay.status, StatusCode::BAD_REQUEST);
        assert_eq!(replay.json()["error"], "invalid_grant");
    }
    let newest = second["access_token"].as_str().unwrap();
    for token in [access, newest] {
        let after = bench.introspect(PRODUCTION, (&res, &secret), token).await;
        assert_eq!(after, json!({ "active": false }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_used_twice_ends_what_it_gave() {
    let bench = Bench::new().await;
    let mut browser = Browser::default();
    let client = let_in(&bench, &mut browser).await;
    let (res, secret) = bench.resource(PRODUCTION).await;
    let page = browser.get(&bench, &request(&client, "notes:read")).await;
    let allowed = heard(&answer_consent(&mut browser, &bench, &page, "allow").await);
    let code = value(&allowed, "code");

    let mut wrong = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX",
        ),
    ];
    let refused = bench.post(PRODUCTION, ("token", None), &wrong).await;
    assert_eq!(refused.json()["error"], "invalid_grant", "another verifier");
    let issued = redeem(&bench, &client, code).await.json();
    let token = issued["access_token"].as_str().unwrap();
    wrong[3].1 = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX";
    bench.post(PRODUCTION, ("token", None), &wrong).await;
    let known = bench.introspect(PRODUCTION, (&res, &secret), token).await;
    assert_eq!(
        known["active"], true,
        "a thief without the verifier ends nothing"
    );

    let replay = redeem(&bench, &client, code).await;
    assert_eq!(replay.json()["error"], "invalid_grant");
    let after = bench.introspect(PRODUCTION, (&res, &secret), token).await;
    assert_eq!(after, json!({ "active": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_counts_in_its_own_browser_alone() {
    let bench = Bench::new().await;
    let mut browser = Browser::default();
    let client = let_in(&bench, &mut browser).await;
    let page = browser.get(&bench, &request(&client, "notes:read")).await;

    let mut thief = Browser::default();
    let first = thief.get(&bench, &request(&client, "notes:read")).await;
    let welcome = thief
        .sign_in(&bench, first.location(), "Otto@people.example")
        .await;
    let own = thief.get(&bench, welcome.location()).await;
    let (csrf, pending) = (own.field("csrf"), page.field("pending"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("pending", pending.as_str()),
        ("decision", "allow"),
    ];
    let answer = thief
        .post(&bench, "/t/acme/production/consent", &fields)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.header("refresh"), "");
    let csrf = page.field("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("pending", pending.as_str()),
        ("decision", "allow"),
    ];
    let answer = thief
        .post(&bench, "/t/acme/production/consent", &fields)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_an_address_that_is_not_registered() {
    let bench = Bench::new().await;
    let mut browser = Browser::default();
    let client = let_in(&bench, &mut browser).await;
    let good = request(&client, "notes:read");
    let evil = good.replace("127.0.0.1%3A5000%2Fcallback", "127.0.0.1%3A5000%2Fother");
    for path in [
        evil,
        good.replace("client_id=np_", "client_id=np_x"),
        format!("{good}&client_id=np_x"),
        format!("{good}&redirect_uri=https%3A%2F%2Fevil.example"),
    ] {
        let answer = browser.get(&bench, &path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(
            (answer.header("location"), answer.header("refresh")),
            ("", "")
        );
    }
    for (more, code) in [
        ("&prompt=none", "consent_required"),
        ("&request=x", "request_not_supported"),
        ("&state=again", "invalid_request"),
    ] {
        let answer = browser.get(&bench, &format!("{good}{more}")).await;
        let location = answer.location();
        assert!(location.starts_with(REDIRECT), "{location}");
        assert!(location.contains(&format!("error={code}")), "{location}");
        assert!(location.contains("iss=http"), "{location}");
    }
    let nobody = Browser::default()
        .get(&bench, &format!("{good}&prompt=none"))
        .await;
    assert!(nobody.location().contains("error=login_required"));
}

/// The ID token is signed by the published RS256 key and bound to the access token.
async fn check_identity(bench: &Bench, client: &ClientId, issued: &Value) {
    let administrator = bench.company.place.administrator().await;
    let query = "select jwk::text from issue.published_key where jwk->>'alg' = 'RS256'";
    let row = administrator.query_one(query, &[]).await.unwrap();
    let jwk = serde_json::from_str(row.get(0)).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_audience(&[client.as_str()]);
    validation.set_issuer(&["http://127.0.0.1:8401/t/acme"]);
    let text = issued["id_token"].as_str().unwrap();
    let claims = jsonwebtoken::decode::<Value>(text, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(claims["nonce"], "n-1");
    assert!(claims["auth_time"].is_i64() && claims["at_hash"].is_string());
    assert!(claims["sub"].as_str().unwrap().starts_with("mem_"));
}
