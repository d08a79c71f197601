//! S13: a name that one tenant has proved the hosts of is seen when another shows it, by both, and names neither to the
//! other. It is nobody's for longer than its client is there.

use narthex_approval::{
    decide::{Decided, Outcome},
    remember_names::{RememberNames, remember_names},
    request::RequestRef,
    suspend::Stop,
};
use narthex_tests::{Plane, System};
use narthex_vocab::{ClientId, Environment};

use crate::cases::company::{Company, HOSTED, LOOPBACK, metadata};
use crate::cases::domain::proves;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
const IMITATES: &str = "Another tenant has a client that looks like this name, with proved hosts.";
const IMITATED: &str = "Another tenant shows a client that looks like this name";
const PASS: &str = "No other tenant has proved the hosts of such a name.";

async fn sends(company: &Company, name: &str, redirect_uri: &str) -> RequestRef {
    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let client = metadata(name, redirect_uri, "none");
    company.onboard(client, &ask).await.unwrap().requests[0].request
}

async fn approved(company: &Company, at: RequestRef) -> ClientId {
    match company.decide(at, Outcome::Approve).await.unwrap() {
        Decided::Activated(client) => client.client_id,
        other => panic!("{other:?}"),
    }
}

/// What the check saw when the case was screened.
async fn screened(company: &Company, at: RequestRef) -> (String, String) {
    let administrator = company.place.administrator().await;
    let sql = "select outcome, observed from review.finding where check_id = 'R-23' and request_id::text = $1";
    let id = at.id.as_uuid().to_string();
    let row = administrator.query_one(sql, &[&id]).await.unwrap();
    (row.get(0), row.get(1))
}

/// What the tenant reads of its case now.
async fn reads(scene: &Scene, (company, slug): (&Company, &str), at: RequestRef) -> String {
    let mut owner = scene.in_portal(&company.owner).await;
    let cookie = crate::scene::cookie(
        company,
        &company.owner,
        narthex_people::session::Surface::Portal,
    );
    if slug != "acme" {
        owner = narthex_tests::Browser::new().with("narthex-portal", &cookie.await);
    }
    let path = format!("/t/{slug}/production/requests/{}", at.id);
    let page = owner.get(&scene.system.at(Plane::Portal, &path)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.body
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_name_with_proved_hosts_is_seen_by_both_tenants_and_names_neither() {
    let acme = Company::new().await;
    let globex = acme.neighbour().await;
    proves(&acme, "partner.example").await;
    // Two that nobody has proved anything of: a name is everybody's.
    let theirs = sends(&globex, "Acme Pay", LOOPBACK).await;
    let ours = sends(&acme, "Acme Pay", HOSTED).await;
    for (company, at) in [(&globex, theirs), (&acme, ours)] {
        assert_eq!(screened(company, at).await, ("pass".into(), PASS.into()));
    }

    let client = approved(&acme, ours).await;
    // A Cyrillic a, another case, no space.
    let later = sends(&globex, "АCMEPAY", LOOPBACK).await;
    assert_eq!(
        screened(&globex, later).await,
        ("attention".into(), IMITATES.into())
    );
    let system = System::start(&acme.place, [7; 32]).await;
    let scene = Scene {
        company: acme,
        system,
    };
    let acme = &scene.company;
    let seen = reads(&scene, (&globex, "globex"), theirs).await;
    assert!(
        seen.contains(IMITATES),
        "the page says how it is now: {seen}"
    );
    assert!(
        !seen.contains("/t/acme") && !seen.contains("It is Acme"),
        "{seen}"
    );
    let seen = reads(&scene, (acme, "acme"), ours).await;
    assert!(seen.contains(IMITATED), "{seen}");
    assert!(!seen.to_lowercase().contains("globex"), "{seen}");
    // Staff learn whose it is.
    let mut reviewer = scene.in_dashboard(&acme.reviewer).await;
    for (slug, at, whose) in [
        ("globex", later, "It is Acme."),
        ("acme", ours, "It is Globex."),
    ] {
        let path = format!("/requests/{slug}/production/{}", at.id);
        let page = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
        assert!(page.body.contains(whose), "{whose}: {}", page.body);
    }
    // The name is nobody's when its client has ended.
    scene.stop(client.as_str(), PRODUCTION, Stop::Revoke).await;
    let seen = reads(&scene, (&globex, "globex"), theirs).await;
    assert!(!seen.contains(IMITATES), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_name_is_verified_by_hosts_in_production_alone() {
    let acme = Company::new().await;
    let globex = acme.neighbour().await;
    // On somebody's computer, and in a sandbox, nothing is proved.
    let local = sends(&acme, "Acme Pay", LOOPBACK).await;
    approved(&acme, local).await;
    let ask = [(
        Environment::Sandbox,
        acme.reach(Environment::Sandbox, "notes:read", &[]),
    )];
    let client = metadata("Acme Pay", HOSTED, "none");
    let sandbox = acme.onboard(client, &ask).await.unwrap().requests[0].request;
    approved(&acme, sandbox).await;
    let administrator = acme.place.administrator().await;
    let kept = "select count(*) from review.verified_name";
    let kept: i64 = administrator.query_one(kept, &[]).await.unwrap().get(0);
    assert_eq!(kept, 0);
    let theirs = sends(&globex, "Acme Pay", LOOPBACK).await;
    assert_eq!(screened(&globex, theirs).await.0, "pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_names_of_what_was_there_before_are_remembered_once() {
    let acme = Company::new().await;
    proves(&acme, "partner.example").await;
    let ours = sends(&acme, "Acme Pay", HOSTED).await;
    let client = approved(&acme, ours).await;
    let administrator = acme.place.administrator().await;
    let kept =
        "select (select string_agg(encode(hash, 'hex'), ' ' order by kind, hash) from review.mark),
        (select string_agg(encode(hash, 'hex'), ' ' order by hash) from review.verified_name)";
    let before = administrator.query_one(kept, &[]).await.unwrap();
    let before: [Option<String>; 2] = [before.get(0), before.get(1)];
    assert!(before.iter().all(Option::is_some), "{before:?}");
    let remember = async || {
        for command in [
            RememberNames::Request(ours),
            RememberNames::Client(PRODUCTION, client.clone()),
        ] {
            let done = acme.itself(narthex_tenancy::ambient::now(), async |tx, acting| {
                remember_names(tx, command, acting).await
            });
            done.await.unwrap();
        }
    };
    let older = "delete from review.mark where kind = 'name'; delete from review.verified_name";
    administrator.batch_execute(older).await.unwrap();
    for _ in 0..2 {
        remember().await;
        let after = administrator.query_one(kept, &[]).await.unwrap();
        let after: [Option<String>; 2] = [after.get(0), after.get(1)];
        assert_eq!(after, before);
    }
    // The worker finds them by itself; not those of what has ended.
    administrator.batch_execute(older).await.unwrap();
    let system = System::start(&acme.place, [7; 32]).await;
    let count = "select count(*) from review.verified_name";
    for _ in 0..100 {
        let found: i64 = administrator.query_one(count, &[]).await.unwrap().get(0);
        if found > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let after = administrator.query_one(kept, &[]).await.unwrap();
    let after: [Option<String>; 2] = [after.get(0), after.get(1)];
    assert_eq!(after, before);
    drop(system);
    let ended = "update registry.client set state = 'revoked'";
    administrator.batch_execute(ended).await.unwrap();
    remember().await;
    let found: i64 = administrator.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(found, 0, "it has ended");
}
