//! S12, B6: who pays for a flood, and who does not: shared egress, newcomers, neighbours, and those with a lane.

use std::time::Duration;

use narthex_approval::{
    listing::{Effect, Subject},
    make_room::{MakeRoom, make_room},
};
use narthex_tenancy::{ambient, budget::Bucket, permission::Role};
use narthex_tests::{Plane, Redis};
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, QuarantineState, RegistrationMode, Tenant};

use super::crowd::{Logged, call, crowd, proxy, scene, scene_with, software};
use super::hands::Hand;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
const MINUTE: Duration = Duration::from_secs(60);

async fn quarantining() -> Scene {
    let scene = scene().await;
    scene
        .company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    scene
}

/// Takes everything that is in a bucket for the next minutes.
async fn empty(scene: &Scene, tenant: Id<Tenant>, name: &str) {
    let hours = Bucket::new(name, 2, 120 * MINUTE);
    scene
        .company
        .place
        .budgets()
        .spend(tenant, &[hours])
        .await
        .unwrap();
}

async fn status(scene: &Scene, from: &str, name: &str) -> u16 {
    call(
        &proxy(),
        &scene.register(PRODUCTION),
        (from, &software(name)),
    )
    .await
    .status
}

#[tokio::test(flavor = "multi_thread")]
async fn b6_a_repeat_is_cheap_for_everybody_behind_one_address() {
    let scene = quarantining().await;
    let url = scene.register(PRODUCTION);
    let repeats = crowd(&url, 600, |_| ("203.0.113.9".into(), software("Connector"))).await;
    let served = repeats.get(&201).copied().unwrap_or_default();
    assert!(served >= 570 && !repeats.contains_key(&429), "{repeats:?}");
    // The same address with software of its own making is at its end long before.
    let made_up = crowd(&url, 120, |call| {
        ("203.0.114.9".into(), software(&format!("Made up {call}")))
    })
    .await;
    let refused = made_up.get(&429).copied().unwrap_or_default();
    assert!(refused >= 60, "{made_up:?}");
    let rows = Logged::of(&scene.company.place).await;
    assert!(rows.calls["quarantined"] <= 60, "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_hopping_from_one_64_to_the_next_stays_inside_its_48() {
    let scene = quarantining().await;
    let tenant = scene.company.tenant;
    assert_eq!(status(&scene, "2001:db8:7:1::1", "First").await, 201);
    empty(&scene, tenant, "register/range/2001:db8:7::/48").await;
    for hop in ["2001:db8:7:1::1", "2001:db8:7:2::1", "2001:db8:7:ffff::1"] {
        assert_eq!(status(&scene, hop, "First").await, 429, "{hop}");
    }
    assert_eq!(status(&scene, "2001:db8:8:1::1", "First").await, 201);
    empty(&scene, tenant, "register/range/192.0.2.0/24").await;
    assert_eq!(status(&scene, "192.0.2.200", "First").await, 429);
    assert_eq!(status(&scene, "192.0.3.200", "First").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_one_tenants_flood_does_not_starve_another() {
    // What all share is emptied: this needs a Redis that no other test has.
    let redis = Redis::start().await;
    let scene = scene_with(&redis).await;
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let neighbour = company.neighbour().await;
    neighbour
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let theirs = scene
        .system
        .at(Plane::Discovery, "/t/globex/production/register");
    // All that the tenants share is used up, and all of the flooded tenant's own.
    empty(&scene, PLATFORM_TENANT, "register/platform").await;
    assert_eq!(
        status(&scene, "192.0.2.1", "Notes").await,
        201,
        "its reserve"
    );
    empty(&scene, company.tenant, "register/reserve").await;
    assert_eq!(status(&scene, "192.0.2.1", "Notes").await, 429);
    for number in 0..20 {
        let body = software(&format!("Quiet {number}"));
        let from = format!("198.51.{number}.1");
        let answer = call(&proxy(), &theirs, (&from, &body)).await;
        assert_eq!(answer.status, 201, "{number}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b6_a_lane_is_there_when_the_common_budgets_are_empty() {
    let scene = quarantining().await;
    let company = &scene.company;
    assert_eq!(status(&scene, "192.0.2.1", "Known").await, 201);
    let administrator = company.place.administrator().await;
    let family = "select encode(fingerprint, 'hex') from intake.family";
    let family: String = administrator.query_one(family, &[]).await.unwrap().get(0);
    let policy = Hand::staff(&company.place, "Paul", Role::PolicyAdmin).await;
    let at = (ambient::now(), 1);
    let lane = |per_minute| Effect::Lane { per_minute };
    let of = |kind, text: &str| Subject::parse(kind, text).unwrap();
    let family = of("family", &family);
    policy
        .list(company.tenant, (lane(60), family), at)
        .await
        .unwrap();
    let egress = of("network", "203.0.113.0/24");
    policy
        .list(PLATFORM_TENANT, (lane(2), egress), at)
        .await
        .unwrap();
    let host = policy
        .list(company.tenant, (lane(1), of("host", "good.example")), at)
        .await;
    assert!(
        host.is_err(),
        "a host is what somebody says about themselves"
    );

    empty(&scene, company.tenant, "register/tenant").await;
    assert_eq!(status(&scene, "192.0.2.1", "Unknown").await, 429, "no lane");
    assert_eq!(
        status(&scene, "192.0.2.1", "Known").await,
        201,
        "its family's"
    );
    // Two calls of a minute: each of these takes one at the door and one as new software.
    assert_eq!(
        status(&scene, "203.0.113.77", "From a connector").await,
        201,
        "its network's"
    );
    assert_eq!(
        status(&scene, "203.0.113.78", "From a connector too").await,
        429,
        "the lane is narrow"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_quarantine_is_bounded_and_keeps_what_somebody_wants() {
    let scene = quarantining().await;
    let company = &scene.company;
    let wanted = company.registered(PRODUCTION, "Wanted", "notes:read").await;
    let linked = company.registered(PRODUCTION, "Linked", "notes:read").await;
    let uma = company.user("Uma").await;
    company.asks(&uma, &wanted, "notes:read").await;
    company
        .link(&linked, Some(&company.owner), None)
        .await
        .unwrap();
    let oldest = company.registered(PRODUCTION, "Oldest", "").await;
    for number in 0..6 {
        company
            .registered(PRODUCTION, &format!("Later {number}"), "")
            .await;
    }
    let most = MakeRoom {
        environment: PRODUCTION,
        most: 3,
    };
    let ended = company
        .itself(ambient::now(), async |tx, acting| {
            make_room(tx, most, acting).await
        })
        .await
        .unwrap();
    assert_eq!(ended, 5, "8 wait, and 3 may");
    let administrator = company.place.administrator().await;
    let state = async |client: &narthex_vocab::ClientId| {
        let query = "select state from intake.quarantine where client_id = $1";
        let row = administrator
            .query_one(query, &[&client.as_str()])
            .await
            .unwrap();
        row.get::<_, String>(0)
    };
    assert_eq!(state(&oldest).await, "expired");
    assert_eq!(state(&wanted).await, "quarantined");
    assert_eq!(state(&linked).await, "linked");
    // Where everybody is wanted, nobody leaves.
    let none = MakeRoom {
        environment: PRODUCTION,
        most: 0,
    };
    company
        .itself(ambient::now(), async |tx, acting| {
            make_room(tx, none, acting).await
        })
        .await
        .unwrap();
    assert_eq!(state(&wanted).await, "quarantined");
    assert_eq!(state(&linked).await, "linked");
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_a_full_quarantine_takes_nobody_new_and_still_answers_repeats() {
    let scene = quarantining().await;
    let company = &scene.company;
    assert_eq!(status(&scene, "192.0.2.1", "Known").await, 201);
    let administrator = company.place.administrator().await;
    let fill = format!(
        "with family as (insert into intake.family (tenant_id, environment, fingerprint, client_name, redirects, first_seen, last_seen)
            select '{0}', 'production', sha256(n::text::bytea), 'x', 'x', now(), now() from generate_series(1, {1}) as n
            returning fingerprint)
         insert into intake.quarantine (tenant_id, environment, client_id, fingerprint, metadata, created_at, expires_at)
            select '{0}', 'production', 'np_' || encode(fingerprint, 'hex'), fingerprint, '{{}}', now() - interval '2 days', now() + interval '1 day'
            from family",
        company.tenant.as_uuid(),
        QuarantineState::MOST_WAITING * 3 / 2,
    );
    administrator.batch_execute(&fill).await.unwrap();
    let url = scene.register(PRODUCTION);
    let full = call(&proxy(), &url, ("192.0.3.1", &software("New"))).await;
    assert_eq!(
        (full.status, full.header("retry-after")),
        (503, "60"),
        "{}",
        full.body
    );
    assert_eq!(status(&scene, "192.0.3.1", "Known").await, 201);
}
