//! S11: the planes as processes. While strangers come with addresses and clients get tokens, the processes that hold
//! keys and cases connect to PostgreSQL and Redis and to nothing else; only discovery goes to somebody else's name.
#![cfg(target_os = "linux")]

use std::time::Duration;

use narthex_tests::processes::{Processes, serve_if_told};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{ClientId, Environment, RegistrationMode};

use crate::cases::company::Company;
use crate::initial_access::app;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

/// Nobody publishes anything at this name (RFC 2606 section 3), and it is asked for all the same.
const STRANGER: &str = "https://stranger.example.com/client.json";

/// A plane, in a process that the test below starts.
#[test]
fn plane() {
    serve_if_told();
}

/// What people, clients and strangers do in all three planes.
async fn work(scene: &Scene) {
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let stranger = Browser::new()
        .json(&scene.register(PRODUCTION), &app("Stranger", "notes:read"))
        .await;
    assert_eq!(stranger.status, 201, "{}", stranger.body);

    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let address = ClientId::parse(STRANGER).unwrap();
    let door = browser.get(&scene.front_door(&address, &[])).await;
    assert_eq!(door.status, 303, "a look is ordered: {}", door.body);
    let administrator = company.place.administrator().await;
    let looked = "select count(*) from intake.document where looked_at is not null";
    for _ in 0..200 {
        let row = administrator.query_one(looked, &[]).await.unwrap();
        if row.get::<_, i64>(0) == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let token = scene.client_token(PRODUCTION, &machine).await;
    let notes = scene.notes(PRODUCTION).await;
    let known = scene.introspect(PRODUCTION, &notes, &token).await;
    assert_eq!(known["active"], true);

    // A wrong password is counted in Redis.
    let mut guesser = Browser::new();
    let door = scene.system.at(Plane::Portal, "/t/acme/sign-in");
    let csrf = guesser.get(&door).await.field("csrf");
    let guess = [
        ("csrf", csrf.as_str()),
        ("email", "olga@acme.example"),
        ("password", "wrong horse battery"),
    ];
    let guessed = guesser.post(&door, &guess).await;
    assert!(guessed.status < 500, "{}", guessed.body);

    let mut owner = scene.in_portal(&company.owner).await;
    let page = owner
        .get(&scene.system.at(Plane::Portal, "/t/acme/integrations"))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let page = staff
        .get(&scene.system.at(Plane::Staff, "/quarantine"))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_the_planes_with_keys_and_cases_connect_to_postgres_and_redis_alone() {
    let company = Company::new().await;
    let (processes, system) = Processes::start(&company.place, [7; 32], "apart::plane");
    let scene = Scene { company, system };
    work(&scene).await;

    let redis = scene
        .company
        .place
        .redis_url
        .replace("redis+unix://", "unix ");
    let ours = |line: &String| {
        *line == redis || (line.starts_with("unix /") && line.contains("/.s.PGSQL."))
    };
    for plane in ["token", "approval"] {
        let lines = processes.connections(plane);
        let foreign: Vec<_> = lines.iter().filter(|line| !ours(line)).collect();
        assert!(foreign.is_empty(), "{plane} connects to {foreign:?}");
        assert!(lines.contains(&redis), "{plane}: {lines:?}");
        let postgres = |line: &String| line.contains("/.s.PGSQL.");
        assert!(lines.iter().any(postgres), "{plane}: {lines:?}");
    }
    // The same witness sees discovery ask a name server about the stranger's name.
    let lines = processes.connections("discovery");
    let asked = lines
        .iter()
        .any(|line| line.starts_with("inet ") && line.ends_with(" 53"));
    assert!(asked, "{lines:?}");
}
