//! Three streams and nothing between them: attempts say who knocked, issuance says what left, the ledger says who did
//! what. Each journey writes exactly its own rows; and no secret that anybody saw is in any of them, in any other table,
//! or in the log.

use std::collections::BTreeMap;

use narthex_approval::{decide::Outcome, suspend::Stop};
use narthex_people::session::Surface;
use narthex_tenancy::budget::{Answer as Spent, Bucket};
use narthex_tests::{Browser, Log, Plane, Rows};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::{Value, json};

use crate::scene::{PASSWORD, Scene, VERIFIER, cookie};

const PRODUCTION: Environment = Environment::Production;

/// What a journey wrote, over all tables.
async fn wrote<T>(scene: &Scene, journey: impl AsyncFnOnce() -> T) -> (T, BTreeMap<String, i64>) {
    let before = Rows::count(&scene.company.place).await;
    let outcome = journey().await;
    let after = Rows::count(&scene.company.place).await;
    let came = after.since(&before).into_iter();
    (
        outcome,
        came.map(|(table, rows)| (table.to_owned(), rows)).collect(),
    )
}

fn rows<const N: usize>(rows: [(&str, i64); N]) -> BTreeMap<String, i64> {
    rows.into_iter()
        .map(|(table, count)| (table.to_owned(), count))
        .collect()
}

/// The outcomes of all attempts, oldest first.
async fn outcomes(scene: &Scene) -> Vec<String> {
    let administrator = scene.company.place.administrator().await;
    let all = "select array_agg(outcome order by at, attempt_id) from intake.attempt";
    administrator.query_one(all, &[]).await.unwrap().get(0)
}

/// What the ledger of the company says was done, oldest first, from this entry on.
async fn deeds(scene: &Scene, after: i64) -> Vec<String> {
    let administrator = scene.company.place.administrator().await;
    let all = "select coalesce(array_agg(action order by seq), '{}') from ledger.entry
        where seq > $1 and tenant_id::text = $2";
    let tenant = scene.company.tenant.as_uuid().to_string();
    administrator
        .query_one(all, &[&after, &tenant])
        .await
        .unwrap()
        .get(0)
}

async fn newest_deed(scene: &Scene) -> i64 {
    let administrator = scene.company.place.administrator().await;
    let newest = "select max(seq) from ledger.entry where tenant_id::text = $1";
    let tenant = scene.company.tenant.as_uuid().to_string();
    administrator
        .query_one(newest, &[&tenant])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_knocks_writes_attempts() {
    let scene = Scene::new().await;
    let url = scene.register(PRODUCTION);
    let body = json!({ "client_name": "Notes", "redirect_uris": ["http://127.0.0.1/cb"] });
    let attempt = rows([("intake.attempt", 1)]);
    let mut browser = Browser::new();

    let (answer, came) = wrote(&scene, async || browser.json(&url, &body).await).await;
    assert_eq!(
        (answer.status, &came),
        (400, &attempt),
        "closed: {}",
        answer.body
    );
    scene
        .company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let (answer, came) = wrote(&scene, async || browser.json(&url, &body).await).await;
    let first = rows([
        ("intake.attempt", 1),
        ("intake.family", 1),
        ("intake.quarantine", 1),
    ]);
    assert_eq!((answer.status, came), (201, first), "{}", answer.body);
    let (again, came) = wrote(&scene, async || browser.json(&url, &body).await).await;
    assert_eq!((again.status, &came), (201, &attempt), "joined");
    assert_eq!(again.json()["client_id"], answer.json()["client_id"]);
    let (answer, came) = wrote(&scene, async || browser.json(&url, &json!({})).await).await;
    assert_eq!((answer.status, &came), (400, &attempt), "malformed");
    let evil = json!({ "redirect_uris": ["javascript:alert(1)"] });
    let (answer, came) = wrote(&scene, async || browser.json(&url, &evil).await).await;
    assert_eq!((answer.status, &came), (400, &attempt), "malformed");
    spend(&scene).await;
    let (answer, came) = wrote(&scene, async || browser.json(&url, &body).await).await;
    assert_eq!((answer.status, &came), (429, &attempt), "limited");

    let outcomes = outcomes(&scene).await;
    assert_eq!(
        outcomes[..5],
        ["refused", "quarantined", "joined", "malformed", "malformed"]
    );
    assert_eq!(outcomes.last().map(String::as_str), Some("limited"));
}

/// Uses up what the company's registrations may take in the next two minutes.
async fn spend(scene: &Scene) {
    let interval = std::time::Duration::from_secs(60);
    let name = "register/tenant".to_owned();
    let bucket = Bucket {
        name,
        burst: 100,
        interval,
        cost: 1,
    };
    let budgets = scene.company.place.budgets();
    for _ in 0..3 {
        let spent = budgets
            .spend(scene.company.tenant, std::slice::from_ref(&bucket))
            .await;
        assert_eq!(spent.unwrap(), Spent::Allowed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_writes_issuance() {
    let scene = Scene::new().await;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let app = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    // The first call at an issuer makes its keys.
    let token = scene.client_token(PRODUCTION, &machine).await;

    let (_, came) = wrote(&scene, async || {
        scene.client_token(PRODUCTION, &machine).await
    })
    .await;
    assert_eq!(came, rows([("issue.issuance", 1)]));
    let (_, came) = wrote(&scene, async || {
        scene.introspect(PRODUCTION, &notes, &token).await
    })
    .await;
    assert_eq!(came, rows([]), "asking writes nothing");
    let (_, came) = wrote(&scene, async || {
        scene
            .may_call(PRODUCTION, &notes, (&machine.id, &token))
            .await
    })
    .await;
    assert_eq!(came, rows([]), "asking writes nothing");
    let (code, came) = wrote(&scene, async || scene.code(&mut browser, &app).await).await;
    let consented = rows([
        ("issue.\"grant\"", 1),
        ("issue.authorization_code", 1),
        ("issue.consent", 1),
    ]);
    assert_eq!(came, consented);
    let (issued, came) = wrote(&scene, async || scene.redeem((&app, &code), &[]).await).await;
    assert_eq!(
        came,
        rows([("issue.issuance", 1), ("issue.refresh_token", 1)])
    );
    let refresh = issued.json()["refresh_token"].as_str().unwrap().to_owned();
    let (_, came) = wrote(&scene, async || scene.refresh(&app, &refresh).await).await;
    assert_eq!(
        came,
        rows([("issue.issuance", 1), ("issue.refresh_token", 1)])
    );
    let (refused, came) = wrote(&scene, async || scene.refresh(&app, &refresh).await).await;
    assert_eq!(
        (refused.status, came),
        (400, rows([])),
        "a replay issues nothing"
    );
    let basic = (machine.id.as_str(), "nps_wrong");
    let form = [("grant_type", "client_credentials")];
    let url = scene.token(PRODUCTION);
    let (refused, came) = wrote(&scene, async || {
        Browser::new().basic(&url, basic, &form).await
    })
    .await;
    assert_eq!((refused.status, came), (401, rows([])));

    let administrator = scene.company.place.administrator().await;
    let joined = "select count(*) from issue.issuance i where not exists
        (select from registry.client c where (c.tenant_id, c.environment, c.client_id)
            = (i.tenant_id, i.environment, i.client_id))";
    let row = administrator.query_one(joined, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0, "joined by the client alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_acts_writes_the_ledger() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = company
        .registered(PRODUCTION, "Stranger Notes", "notes:read")
        .await;
    let outside = ["intake.attempt", "issue.issuance"];

    let newest = newest_deed(&scene).await;
    let (linked, came) = wrote(&scene, async || {
        company
            .link(&client, Some(&company.owner), None)
            .await
            .unwrap()
    })
    .await;
    assert!(
        outside.iter().all(|table| !came.contains_key(*table)),
        "{came:?}"
    );
    let (decided, came) = wrote(&scene, async || {
        company.decide(linked.request, Outcome::Approve).await
    })
    .await;
    decided.unwrap();
    assert!(
        outside.iter().all(|table| !came.contains_key(*table)),
        "{came:?}"
    );
    assert!(
        came["ledger.entry"] >= 1 && came["registry.client"] == 1,
        "{came:?}"
    );
    let did = deeds(&scene, newest).await;
    assert!(did.iter().any(|deed| deed == "client.activate"), "{did:?}");

    for (what, deed) in [
        (Stop::Suspend, "client.suspend"),
        (Stop::Resume, "client.resume"),
        (Stop::Revoke, "client.revoke"),
    ] {
        let newest = newest_deed(&scene).await;
        let (_, came) = wrote(&scene, async || {
            scene.stop(client.as_str(), PRODUCTION, what).await
        })
        .await;
        assert_eq!(came, rows([("ledger.entry", 1)]), "{what:?}");
        assert_eq!(deeds(&scene, newest).await, [deed]);
    }
    let newest = newest_deed(&scene).await;
    let mode = RegistrationMode::Quarantine;
    let (_, came) = wrote(&scene, async || {
        company.takes(PRODUCTION, mode).await.unwrap()
    })
    .await;
    assert_eq!(came, rows([("ledger.entry", 1)]));
    let did = deeds(&scene, newest).await;
    assert_eq!(did.len(), 1);
    assert!(
        did[0].starts_with("environment.") || did[0].starts_with("settings."),
        "{did:?}"
    );
}

/// Every secret that the journey of [`no_secret_is_kept`] saw, by name.
type Seen = Vec<(&'static str, String)>;

/// A person, an app and a service go through everything that has a secret.
async fn journey(scene: &Scene) -> Seen {
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let app = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    scene.user("Uma").await;
    let sign_in = scene.issuer_at(Plane::Token, PRODUCTION, "sign-in");
    let mut browser = Browser::new();
    let csrf = browser.get(&sign_in).await.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("email", "uma@people.example"),
        ("password", PASSWORD),
    ];
    assert_eq!(browser.post(&sign_in, &form).await.status, 200);
    let code = scene.code(&mut browser, &app).await;
    let issued = scene.redeem((&app, &code), &[]).await.json();
    let refresh = issued["refresh_token"].as_str().unwrap().to_owned();
    let next = scene.refresh(&app, &refresh).await.json();
    scene.refresh(&app, &refresh).await;
    scene.redeem((&app, &code), &[]).await;
    let token = scene.client_token(PRODUCTION, &machine).await;
    scene.introspect(PRODUCTION, &notes, &token).await;
    scene
        .may_call(PRODUCTION, &notes, (&machine.id, &token))
        .await;
    let userinfo = scene.issuer_at(Plane::Token, PRODUCTION, "userinfo");
    browser
        .get(&format!("{userinfo}?access_token={token}"))
        .await;
    // Where secrets do not belong: as another kind, in a wrong field, in a path, in a wrong header.
    let wrong = [
        ("grant_type", code.as_str()),
        (PASSWORD, "x"),
        ("scope", &refresh),
    ];
    browser.post(&scene.token(PRODUCTION), &wrong).await;
    let as_name = (notes.secret.as_str(), machine.secret.as_str());
    browser
        .basic(&scene.token(PRODUCTION), as_name, &[("grant_type", "x")])
        .await;
    browser
        .post(&sign_in, &[("email", PASSWORD), ("password", PASSWORD)])
        .await;
    browser
        .get(&scene.issuer_at(Plane::Token, PRODUCTION, &format!("waiting/{code}")))
        .await;

    let portal = cookie(&scene.company, &scene.company.owner, Surface::Portal).await;
    let mut owner = Browser::new().with("narthex-portal", &portal);
    let members = scene.system.at(Plane::Portal, "/t/acme/members");
    let csrf_portal = owner.get(&members).await.field("csrf");
    let form = [
        ("csrf", csrf_portal.as_str()),
        ("email", "new@people.example"),
        ("role", "viewer"),
    ];
    let invited = owner.post(&members, &form).await;
    let start = invited
        .body
        .find("niv_")
        .unwrap_or_else(|| panic!("{}", invited.body));
    let word = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let invitation = invited.body[start..].split(word).next().unwrap().to_owned();
    owner
        .get(
            &scene
                .system
                .at(Plane::Portal, &format!("/t/acme/invitation/{invitation}")),
        )
        .await;
    owner
        .get(
            &scene
                .system
                .at(Plane::Portal, &format!("/t/globex/invitation/{invitation}")),
        )
        .await;
    let credentials = format!("/t/acme/production/clients/{}/credentials", machine.id);
    let form = [("csrf", csrf_portal.as_str()), ("after", "")];
    let made = owner
        .post(&scene.system.at(Plane::Portal, &credentials), &form)
        .await;
    let shown = made
        .body
        .find("nps_")
        .map(|start| made.body[start..].split(word).next().unwrap().to_owned());

    let of = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
    let mut seen = vec![
        ("password", PASSWORD.to_owned()),
        ("client secret", machine.secret),
        ("resource secret", notes.secret),
        ("code", code),
        ("verifier", VERIFIER.to_owned()),
        ("access token", of(&issued, "access_token")),
        ("id token", of(&issued, "id_token")),
        ("refresh token", refresh),
        ("second access token", of(&next, "access_token")),
        ("second refresh token", of(&next, "refresh_token")),
        ("service token", token),
        ("user's cookie", browser.cookies["narthex-user"].clone()),
        ("visit", browser.cookies["narthex-visit"].clone()),
        ("portal's cookie", portal),
        ("form token", csrf),
        ("portal's form token", csrf_portal),
        ("invitation", invitation),
    ];
    seen.extend(shown.map(|secret| ("shown secret", secret)));
    seen
}

/// The parts of a value that would give it away: itself, its secret part, its signature, as hexadecimal.
fn traces(value: &str) -> Vec<String> {
    let kind = value.split_once('_').filter(|(kind, _)| kind.len() == 3);
    let bare = kind.map_or(value, |(_, rest)| rest);
    let signature = value.rsplit_once('.').map_or(value, |(_, rest)| rest);
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    vec![value.to_owned(), bare.to_owned(), signature.to_owned(), hex]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_kept() {
    let log = Log::keep();
    let scene = Scene::new().await;
    let seen = journey(&scene).await;
    assert!(seen.len() >= 17, "{}", seen.len());
    let dump = Rows::dump(&scene.company.place).await;
    let log = log.text();
    // Both are really there to look at.
    assert!(dump.contains("notes:read") && dump.contains("issue.issuance"));
    assert!(log.contains("answered"));
    for (name, value) in seen {
        for trace in traces(&value) {
            assert!(trace.len() > 20 || trace == PASSWORD, "{name}: {trace}");
            let kept = dump.lines().find(|line| line.contains(&trace));
            assert_eq!(kept, None, "{name} is stored");
            let logged = log.lines().find(|line| line.contains(&trace));
            assert_eq!(logged, None, "{name} is logged");
        }
    }
}
