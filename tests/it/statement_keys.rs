//! S11: keys of issuers of software statements at the address that an owner entered: read by the worker through the
//! guard, when they are entered, on a schedule and when a new key shows; a stranger's registration makes no connection.
//! A statement is kept where a registration waits for a decision too.

use jsonwebtoken::{Algorithm, Header};
use narthex_tests::{Answer, Browser, FakeHost, Plane, System};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::{Value, json};
use std::time::Duration;

use crate::approval_based_registration::{App, service};
use crate::cases::company::Company;
use crate::manage_registration::{access, call};
use crate::scene::Scene;
use crate::software_statements::{ISSUER, Signer, claims, refused, with};

const PRODUCTION: Environment = Environment::Production;
const HOST: &str = "registry.example";
const KEYS: &str = "https://registry.example/keys";

struct Bench {
    scene: Scene,
    host: FakeHost,
    signer: Signer,
}

impl Bench {
    async fn new(mode: RegistrationMode) -> Self {
        let host = FakeHost::start(HOST).await;
        let company = Company::new().await;
        company.takes(PRODUCTION, mode).await.unwrap();
        let system = System::with_hosts(&company.place, [7; 32], host.test_hosts()).await;
        let bench = Self {
            scene: Scene { company, system },
            host,
            signer: Signer::new(),
        };
        bench.publish(&bench.signer);
        bench
    }

    fn publish(&self, signer: &Signer) {
        let keys = json!({ "keys": [signer.jwk] });
        self.host.publish_at("/keys", &keys);
    }

    /// The owner enters an issuer, by the page.
    async fn enters(&self, jwks_uri: &str, jwks: &str) -> Answer {
        let mut owner = self.scene.in_portal(&self.scene.company.owner).await;
        let url = self.page_at();
        let csrf = owner.get(&url).await.field("csrf");
        let form = [
            ("csrf", csrf.as_str()),
            ("issuer", ISSUER),
            ("counts_for", "statements"),
            ("jwks_uri", jwks_uri),
            ("jwks", jwks),
        ];
        owner.post(&url, &form).await
    }

    fn page_at(&self) -> String {
        let path = "/t/acme/production/settings/statements";
        self.scene.system.at(Plane::Portal, path)
    }

    async fn page(&self) -> String {
        let mut owner = self.scene.in_portal(&self.scene.company.owner).await;
        owner.get(&self.page_at()).await.body
    }

    /// Until the page says so.
    async fn until(&self, words: &str) {
        let mut page = String::new();
        for _ in 0..200 {
            page = self.page().await;
            if page.contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never {words}: {page}");
    }

    async fn trusted(mode: RegistrationMode) -> Self {
        let bench = Self::new(mode).await;
        assert_eq!(bench.enters(KEYS, "").await.status, 303);
        bench.until("Last found").await;
        bench
    }

    async fn presents(&self, statement: &str) -> Answer {
        self.scene.presents(json!(statement)).await
    }

    async fn run(&self, sql: &str) {
        let administrator = self.scene.company.place.administrator().await;
        administrator.batch_execute(sql).await.unwrap();
    }

    /// As if the last look had been a while ago.
    async fn later(&self) {
        self.run("update intake.statement_keys set looked_at = now() - interval '2 minutes'")
            .await;
    }
}

fn by_key(signer: &Signer, kid: &str, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(kid.to_owned());
    signer.sign_as(&header, claims)
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_keys_at_an_address_are_read_by_the_worker_and_count() {
    let bench = Bench::trusted(RegistrationMode::Quarantine).await;
    let good = bench.signer.sign(&claims());
    let answer = bench.presents(&good).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["client_name"], "Signed Notes");
    assert_eq!(answer.json()["software_statement"], good);
    let looks = bench.host.paths().len();
    assert_eq!(looks, 1, "one look, and none by a registration");

    // A statement of somebody else by the same name, and by a name that is not trusted: nobody looks.
    let other = Signer::new();
    let forged = bench.presents(&by_key(&other, "one", &claims())).await;
    refused("another key", &forged, "invalid_software_statement");
    let foreign = other.sign(&with("iss", json!("https://evil.example/")));
    refused(
        "a stranger",
        &bench.presents(&foreign).await,
        "unapproved_software_statement",
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.host.paths().len(), looks);
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_a_new_key_is_looked_for_and_strangers_cannot_make_it_many_looks() {
    let bench = Bench::trusted(RegistrationMode::Quarantine).await;
    let mut next = Signer::new();
    next.jwk["kid"] = json!("two");
    bench.publish(&next);
    let statement = by_key(&next, "two", &claims());
    // The last look was just now: another one has to wait.
    for _ in 0..5 {
        let early = bench.presents(&statement).await;
        refused("a key of now", &early, "invalid_software_statement");
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.host.paths().len(), 1);
    let reason = bench.scene.last_reason().await;
    assert!(reason.contains("not known yet"), "{reason}");

    // A minute later one call has it looked for; what it found counts for the next.
    let fresh = Bench::trusted(RegistrationMode::Quarantine).await;
    fresh.publish(&next);
    fresh.later().await;
    for _ in 0..5 {
        let answer = fresh.presents(&statement).await;
        assert!([201, 400].contains(&answer.status), "{}", answer.body);
    }
    fresh.until("two (").await;
    assert_eq!(fresh.presents(&statement).await.status, 201);
    assert_eq!(fresh.host.paths().len(), 2, "one look more");
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_keys_that_are_too_old_count_no_longer_and_a_failed_look_takes_nothing() {
    let bench = Bench::trusted(RegistrationMode::Quarantine).await;
    let good = bench.signer.sign(&claims());
    bench.host.publish_at("/keys", &json!({ "keys": [] }));
    bench.later().await;
    // Entered again: the worker looks, and finds nothing of use.
    assert_eq!(bench.enters(KEYS, "").await.status, 303);
    bench.until("Earlier keys count").await;
    assert_eq!(bench.presents(&good).await.status, 201);
    let old = "update intake.statement_keys set fetched_at = now() - interval '8 days'";
    bench.run(old).await;
    let answer = bench.presents(&good).await;
    refused("old keys", &answer, "invalid_software_statement");
    assert!(bench.page().await.contains("Too old to count"));
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_an_address_is_entered_alone_and_another_one_has_no_keys() {
    let bench = Bench::new(RegistrationMode::Quarantine).await;
    let key = bench.signer.jwk.to_string();
    for (uri, jwks, words) in [
        (KEYS, key.as_str(), "and not both"),
        ("", "", "Enter the keys as JSON"),
        ("http://registry.example/keys", "", "an https address"),
        ("https://127.0.0.1/keys", "", "an https address"),
        ("https://localhost/keys", "", "an https address"),
    ] {
        let wrong = bench.enters(uri, jwks).await;
        assert_eq!(wrong.status, 422, "{uri}");
        assert!(wrong.body.contains(words), "{words}: {}", wrong.body);
    }
    assert!(bench.page().await.contains("Nobody is trusted yet"));

    // An address that leads into our own network is refused by the guard, and the page says that it failed.
    assert_eq!(
        bench
            .enters("https://nowhere.example/keys", "")
            .await
            .status,
        303
    );
    bench.until("No keys yet").await;
    let good = bench.signer.sign(&claims());
    let answer = bench.presents(&good).await;
    refused("no keys", &answer, "invalid_software_statement");
    // The right address, then another one: keys belong to the address where they were found.
    assert_eq!(bench.enters(KEYS, "").await.status, 303);
    bench.until("Last found").await;
    assert_eq!(bench.presents(&good).await.status, 201);
    let elsewhere = "https://registry.example/elsewhere";
    assert_eq!(bench.enters(elsewhere, "").await.status, 303);
    let answer = bench.presents(&good).await;
    refused("another address", &answer, "invalid_software_statement");
    // Pinned ones instead.
    assert_eq!(bench.enters("", &key).await.status, 303);
    assert_eq!(bench.presents(&good).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_a_registration_that_waits_keeps_who_vouched_and_answers_with_the_statement() {
    let bench = Bench::trusted(RegistrationMode::Approval).await;
    let scene = &bench.scene;
    let mut signed = service();
    let members = signed.as_object_mut().unwrap();
    members.remove("registration_mode");
    members.insert("iss".into(), json!(ISSUER));
    members.insert("software_id".into(), json!("night-shift"));
    let statement = bench.signer.sign(&signed);
    let body = json!({ "registration_mode": ["approval"], "software_statement": statement });
    let mut app = App::registered(scene, PRODUCTION, &body).await;
    app.approved().await;
    let answer = app.answer().await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let client = answer.json();
    assert_eq!(client["client_name"], "Night Shift");
    assert_eq!(client["software_statement"], statement);
    let administrator = scene.company.place.administrator().await;
    let found = "select observed from review.finding where check_id = 'R-18' order by version";
    let rows = administrator.query(found, &[]).await.unwrap();
    let observed: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        observed,
        ["Signed by https://registry.example/ for the software night-shift."]
    );
    let (uri, token) = access(&client);
    let read = call(reqwest::Method::GET, uri, token).await.json();
    assert_eq!(read["software_statement"], statement);

    // A wish without the statement is another one: nobody vouches for it.
    let wish = json!({
        "client_id": client["client_id"],
        "client_name": "Night Watch",
        "grant_types": ["client_credentials"],
        "software_id": "night-shift",
    });
    let mut browser = Browser::new();
    let request = browser.request(reqwest::Method::PUT, uri);
    let request = request.bearer_auth(token.unwrap()).json(&wish);
    assert_eq!(browser.send(request).await.status, 200);
    let mut seen = Vec::new();
    for _ in 0..200 {
        let rows = administrator.query(found, &[]).await.unwrap();
        seen = rows.iter().map(|row| row.get::<_, String>(0)).collect();
        if seen.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        seen[1],
        "Nobody vouches for it: it came without a statement."
    );
}
