//! Whatever a registrant sends: an identifier that waits, or a refusal. Never a secret, a scope, a client, a state, or
//! an identifier of its own choice.

use std::collections::BTreeMap;

use narthex_tests::{Answer, Browser, Rows};
use narthex_vocab::{ClientId, Environment, RegistrationMode};
use serde_json::{Map, Value, json};

use super::{Says, refused};
use crate::scene::Scene;

/// Every member that RFC 7591 section 2 and OpenID Connect Registration section 2 name, with a good value.
fn members() -> Vec<(&'static str, Value)> {
    vec![
        ("redirect_uris", json!(["http://127.0.0.1/cb"])),
        ("token_endpoint_auth_method", json!("none")),
        (
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        ("response_types", json!(["code"])),
        ("application_type", json!("native")),
        ("client_name", json!("Notes")),
        ("client_uri", json!("https://notes.example/")),
        ("logo_uri", json!("https://notes.example/logo.png")),
        ("tos_uri", json!("https://notes.example/tos")),
        ("policy_uri", json!("https://notes.example/policy")),
        ("jwks_uri", json!("https://notes.example/jwks.json")),
        ("jwks", json!({ "keys": [] })),
        ("scope", json!("notes:read notes:delete")),
        ("contacts", json!(["dev@notes.example"])),
        ("software_id", json!("4NRB1-0XZABZI9E6-5SM3R")),
        ("software_version", json!("1.2.3")),
        ("software_statement", json!("eyJhbGciOiJub25lIn0.e30.")),
        ("registration_mode", json!(["approval"])),
    ]
}

/// What only the server says, as somebody might try to say it.
fn server_owned() -> Vec<(&'static str, Value)> {
    vec![
        ("client_id", json!("np_aaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("client_secret", json!("chosen-by-the-registrant")),
        ("client_secret_expires_at", json!(0)),
        ("client_id_issued_at", json!(1)),
        (
            "registration_access_token",
            json!("chosen-by-the-registrant"),
        ),
        ("registration_client_uri", json!("https://evil.example/")),
        ("state", json!("active")),
        ("status", json!("approved")),
        ("enabled", json!(true)),
        ("active", json!(true)),
        ("tenant_id", json!("00000000-0000-7000-8000-000000000001")),
        ("environment", json!("sandbox")),
        ("fingerprint", json!("00")),
        ("answer", json!({ "client_secret": "x" })),
        ("approval_id", json!("00000000-0000-7000-8000-000000000001")),
        ("entitlements", json!(["notes:delete"])),
        ("expires_at", json!("2999-01-01T00:00:00Z")),
        ("access_token_lifetime", json!(999_999_999)),
        ("require_pushed_authorization_requests", json!(false)),
        ("__proto__", json!({ "active": true })),
    ]
}

/// What a value may be instead.
fn wrong() -> Vec<(&'static str, Value)> {
    let huge = "x".repeat(40_000);
    vec![
        ("null", Value::Null),
        ("true", json!(true)),
        ("a number", json!(-1)),
        ("a float", json!(1e300)),
        ("an empty text", json!("")),
        ("a huge text", json!(huge)),
        ("a NUL", json!("a\u{0}b")),
        ("a line break", json!("a\r\nSet-Cookie: a=b")),
        ("markup", json!("<script>alert(1)</script>")),
        ("an override", json!("safe\u{202e}gpj")),
        ("an empty list", json!([])),
        ("a list of null", json!([null])),
        ("a huge list", json!(vec!["https://a.example/cb"; 1_000])),
        ("an object", json!({ "a": 1 })),
        ("nested", json!({ "a": { "b": { "c": [[["d"]]] } } })),
        ("a script", json!(["javascript:alert(1)"])),
    ]
}

struct Registrar<'a> {
    scene: &'a Scene,
    url: String,
}

impl Registrar<'_> {
    /// Sends `body` and shows that it changed nothing that only the server may.
    async fn send(&self, what: &str, browser: &mut Browser, body: &Value) -> Answer {
        let answer = browser.json(&self.url, body).await;
        match answer.status {
            201 => self.registered(what, &answer),
            400 => self.explained(what, &answer),
            other => panic!("{what}: {other} {}", answer.body),
        }
        answer
    }

    fn registered(&self, what: &str, answer: &Answer) {
        let said = answer.json();
        let id = said["client_id"].as_str().unwrap();
        let id = ClientId::parse(id).unwrap();
        assert_eq!(id.environment(), Some(Environment::Production), "{what}");
        assert_ne!(id.as_str(), "np_aaaaaaaaaaaaaaaaaaaaaaaaaa", "{what}");
        assert_eq!(said["token_endpoint_auth_method"], "none", "{what}");
        assert!(
            said["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000,
            "{what}"
        );
        for (member, _) in server_owned() {
            let own = matches!(member, "client_id" | "client_id_issued_at");
            assert!(own || said.get(member).is_none(), "{what}: {said}");
        }
        assert!(
            said.get("scope").is_none(),
            "{what}: a wish is not registered"
        );
        let grants = said["grant_types"].as_array().unwrap();
        assert!(!grants.contains(&json!("client_credentials")), "{what}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }

    fn explained(&self, what: &str, answer: &Answer) {
        let said = answer.json();
        let code = said["error"].as_str().unwrap().to_owned();
        let known = ["invalid_client_metadata", "invalid_redirect_uri"];
        assert!(known.contains(&code.as_str()), "{what}: {said}");
        refused(what, Says::Json, answer, (400, &code));
        let words = said["error_description"].as_str().unwrap();
        // RFC 6749 section 5.2 allows these characters and no others.
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(words.chars().all(allowed), "{what}: {words:?}");
        assert!(words.len() < 1_000, "{what}: {words}");
    }

    /// No client, no entitlement, no credential, and every registration waits.
    async fn nothing_followed(&self, what: &str) {
        let administrator = self.scene.company.place.administrator().await;
        let followed = "select (select count(*) from registry.client)
            + (select count(*) from registry.credential)
            + (select count(*) from registry.entitlement)
            + (select count(*) from review.access_request)
            + (select count(*) from intake.quarantine
                where state <> 'quarantined' or answer is not null or environment <> 'production'
                   or expires_at > created_at + interval '72 hours'
                   or metadata ?| array['scope', 'client_secret', 'state', 'client_id'])";
        let row = administrator.query_one(followed, &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 0, "{what}");
    }
}

fn whole() -> Map<String, Value> {
    // jwks and jwks_uri exclude each other; a statement and a mode are tried one at a time.
    let apart = [
        "jwks",
        "jwks_uri",
        "software_statement",
        "registration_mode",
    ];
    let sound = members()
        .into_iter()
        .filter(|(name, _)| !apart.contains(name));
    sound
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_member_changes_what_the_server_owns() {
    let scene = Scene::new().await;
    let mode = RegistrationMode::Quarantine;
    scene
        .company
        .takes(Environment::Production, mode)
        .await
        .unwrap();
    let url = scene.register(Environment::Production);
    let registrar = Registrar { scene: &scene, url };

    let good = registrar
        .send("whole", &mut Browser::new(), &Value::Object(whole()))
        .await;
    assert_eq!(good.status, 201, "{}", good.body);
    for (name, good) in members() {
        let mut browser = Browser::new();
        let mut body = whole();
        body.insert(name.to_owned(), good);
        registrar
            .send(name, &mut browser, &Value::Object(body))
            .await;
        let mut without = whole();
        without.remove(name);
        let what = format!("no {name}");
        registrar
            .send(&what, &mut browser, &Value::Object(without))
            .await;
        for (kind, value) in wrong() {
            let mut body = whole();
            body.insert(name.to_owned(), value);
            let what = format!("{name} is {kind}");
            registrar
                .send(&what, &mut browser, &Value::Object(body))
                .await;
        }
        registrar.nothing_followed(name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_server_says_is_not_heard() {
    let scene = Scene::new().await;
    let mode = RegistrationMode::Quarantine;
    scene
        .company
        .takes(Environment::Production, mode)
        .await
        .unwrap();
    let url = scene.register(Environment::Production);
    let registrar = Registrar { scene: &scene, url };
    let mut browser = Browser::new();

    let plain = registrar
        .send("plain", &mut browser, &Value::Object(whole()))
        .await;
    let id = plain.json()["client_id"].clone();
    let before = Rows::count(&scene.company.place).await;
    for (name, value) in server_owned() {
        let mut body = whole();
        body.insert(name.to_owned(), value);
        let answer = registrar
            .send(name, &mut browser, &Value::Object(body))
            .await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.body);
        assert_eq!(
            answer.json()["client_id"],
            id,
            "{name} makes no other software"
        );
    }
    let all: Map<String, Value> = whole()
        .into_iter()
        .chain(
            server_owned()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        )
        .collect();
    registrar
        .send("all", &mut browser, &Value::Object(all))
        .await;
    let after = Rows::count(&scene.company.place).await;
    let attempts = i64::try_from(server_owned().len()).unwrap() + 1;
    assert_eq!(
        after.since(&before),
        BTreeMap::from([("intake.attempt", attempts)])
    );
    registrar.nothing_followed("at the end").await;
    assert!(
        !Rows::dump(&scene.company.place)
            .await
            .contains("chosen-by-the-registrant")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_comes_twice() {
    let scene = Scene::new().await;
    let mode = RegistrationMode::Quarantine;
    scene
        .company
        .takes(Environment::Production, mode)
        .await
        .unwrap();
    let url = scene.register(Environment::Production);
    let mut browser = Browser::new();
    for (name, value) in members().into_iter().chain(server_owned()) {
        let mut body = whole();
        body.remove(name);
        let rest = Value::Object(body).to_string();
        // The last of two would win in most parsers, the first in some.
        let twice = format!("{{\"{name}\":{value},\"{name}\":{value},{}", &rest[1..]);
        let request = browser.request(reqwest::Method::POST, &url);
        let request = request
            .header("content-type", "application/json")
            .body(twice);
        let answer = browser.send(request).await;
        refused(name, Says::Json, &answer, (400, "invalid_client_metadata"));
        assert!(
            answer.json()["error_description"]
                .as_str()
                .unwrap()
                .contains(name)
        );
    }
    let administrator = scene.company.place.administrator().await;
    let waiting = "select count(*) from intake.quarantine";
    let row = administrator.query_one(waiting, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}
