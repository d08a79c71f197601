//! S12: brakes with an end, and the block list. Each is tried at the endpoint, and each is tried to be got past.

use narthex_approval::{
    brake::{Lifting, MayNotLift, Span},
    end_listing::EndListingError,
    lift_brake::LiftBrakeError,
    listing::{Effect, Subject},
    set_brake::SetBrakeError,
};
use narthex_tenancy::{ambient, permission::Role};
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{ClientMetadata, Environment, Fingerprint, PLATFORM_TENANT, RegistrationMode};
use serde_json::{Value, json};

use super::crowd::{call, crowd, proxy, scene, software};
use super::hands::Hand;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
const FROM: &str = "192.0.2.7";

/// A company that takes strangers, behind a proxy.
async fn quarantining() -> Scene {
    let scene = scene().await;
    scene
        .company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    scene
}

async fn registers(scene: &Scene, from: &str, body: &Value) -> Answer {
    call(&proxy(), &scene.register(PRODUCTION), (from, body)).await
}

/// Whether the metadata of the production issuer offers registration.
async fn offered(scene: &Scene) -> bool {
    let url = scene.system.at(
        Plane::Discovery,
        "/.well-known/oauth-authorization-server/t/acme",
    );
    let answer = Browser::new().get(&url).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json().get("registration_endpoint").is_some()
}

fn stopped(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_a_tenants_brake_overrides_its_modes_and_ends_by_itself() {
    let scene = quarantining().await;
    let company = &scene.company;
    let owner = Hand::of(&company.place, &company.owner, Role::Owner);
    let now = ambient::now();
    // One that was set for a quarter of an hour, sixteen minutes ago, is over.
    let past = now - chrono::Duration::minutes(16);
    owner
        .brake(company.tenant, (Span::Quarter, past))
        .await
        .unwrap();
    assert_eq!(
        registers(&scene, FROM, &software("Notes")).await.status,
        201
    );
    assert!(offered(&scene).await);

    let brake = owner
        .brake(company.tenant, (Span::Quarter, now))
        .await
        .unwrap();
    stopped(&registers(&scene, FROM, &software("Notes")).await);
    stopped(&registers(&scene, FROM, &software("Other")).await);
    stopped(&registers(&scene, FROM, &json!({})).await);
    assert!(!offered(&scene).await);
    let sandbox = scene.register(Environment::Sandbox);
    stopped(&call(&proxy(), &sandbox, (FROM, &software("Notes"))).await);
    let shorter = owner.brake(company.tenant, (Span::Quarter, now)).await;
    assert!(
        matches!(shorter, Err(SetBrakeError::EndsLater { .. })),
        "{shorter:?}"
    );
    let longer = owner
        .brake(company.tenant, (Span::Hours, now))
        .await
        .unwrap();
    assert_eq!(longer.id, brake.id);

    assert_eq!(
        owner.lift(company.tenant, brake.id).await.unwrap(),
        Lifting::Lifted
    );
    assert_eq!(
        registers(&scene, FROM, &software("Notes")).await.status,
        201
    );
    assert!(offered(&scene).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_the_platforms_brake_holds_everybody_and_takes_two_to_lift() {
    let scene = quarantining().await;
    let company = &scene.company;
    let place = &company.place;
    let neighbour = company.neighbour().await;
    neighbour
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let theirs = scene
        .system
        .at(Plane::Discovery, "/t/globex/production/register");
    let lead = Hand::staff(place, "Ines", Role::IncidentLead).await;
    let second = Hand::staff(place, "Ada", Role::Approver).await;
    let brake = lead
        .brake(PLATFORM_TENANT, (Span::Hour, ambient::now()))
        .await
        .unwrap();
    stopped(&registers(&scene, FROM, &software("Notes")).await);
    stopped(&call(&proxy(), &theirs, (FROM, &software("Notes"))).await);

    assert_eq!(
        lead.lift(PLATFORM_TENANT, brake.id).await.unwrap(),
        Lifting::Proposed
    );
    stopped(&registers(&scene, FROM, &software("Notes")).await);
    let again = lead.lift(PLATFORM_TENANT, brake.id).await;
    assert!(
        matches!(again, Err(LiftBrakeError::MayNot(MayNotLift::TakesAnother))),
        "{again:?}"
    );
    // The database says so too, to whoever writes the row.
    let by_hand = place.raw("narthex_approval").await;
    let forged = format!(
        "set app.tenant = '{}'; update intake.brake set lifted_by_tenant = set_by_tenant, lifted_by = set_by,
         lifted_by_name = 'Ines', lifted_at = now(), lift_proposal_id = (select proposal_id from review.proposal)",
        PLATFORM_TENANT.as_uuid()
    );
    let refused = by_hand.batch_execute(&forged).await.unwrap_err();
    let constraint = refused.as_db_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("the_platforms_brake_takes_two"));
    // The owner of a tenant cannot reach it at all.
    let owner = Hand::of(place, &company.owner, Role::Owner);
    assert!(matches!(
        owner.lift(company.tenant, brake.id).await,
        Err(LiftBrakeError::Store(_))
    ));
    assert!(matches!(
        owner.lift(PLATFORM_TENANT, brake.id).await,
        Err(LiftBrakeError::NotPermitted(_))
    ));

    assert_eq!(
        second.lift(PLATFORM_TENANT, brake.id).await.unwrap(),
        Lifting::Lifted
    );
    assert_eq!(
        registers(&scene, FROM, &software("Notes")).await.status,
        201
    );
    let administrator = place.administrator().await;
    let deeds = "select array_agg(action order by seq) from ledger.entry where action like 'brake.%' or action like 'proposal.%'";
    let deeds: Vec<String> = administrator.query_one(deeds, &[]).await.unwrap().get(0);
    let expected = [
        "brake.set",
        "proposal.propose",
        "brake.lift",
        "proposal.confirm",
    ];
    assert_eq!(deeds, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_a_wish_to_lift_is_about_the_brake_as_it_was() {
    let scene = quarantining().await;
    let place = &scene.company.place;
    let lead = Hand::staff(place, "Ines", Role::IncidentLead).await;
    let second = Hand::staff(place, "Ada", Role::Approver).await;
    let now = ambient::now();
    let brake = lead
        .brake(PLATFORM_TENANT, (Span::Hour, now))
        .await
        .unwrap();
    let lift = async |hand: &Hand<'_>| hand.lift(PLATFORM_TENANT, brake.id).await.unwrap();
    assert_eq!(lift(&lead).await, Lifting::Proposed);
    // It is set to end later: what was wished for is void, and the second person's is a wish of its own.
    lead.brake(PLATFORM_TENANT, (Span::Day, now)).await.unwrap();
    assert_eq!(lift(&second).await, Lifting::Proposed);
    stopped(&registers(&scene, FROM, &software("Notes")).await);
    let administrator = place.administrator().await;
    let states = "select array_agg(state order by proposed_at) from review.proposal";
    let states: Vec<String> = administrator.query_one(states, &[]).await.unwrap().get(0);
    assert_eq!(states, ["void", "proposed"]);
    assert_eq!(lift(&lead).await, Lifting::Lifted);
    assert_eq!(
        registers(&scene, FROM, &software("Notes")).await.status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_a_tenant_does_not_lift_what_staff_set() {
    let scene = quarantining().await;
    let company = &scene.company;
    let lead = Hand::staff(&company.place, "Ines", Role::IncidentLead).await;
    let brake = lead
        .brake(company.tenant, (Span::Hour, ambient::now()))
        .await
        .unwrap();
    stopped(&registers(&scene, FROM, &software("Notes")).await);
    let owner = Hand::of(&company.place, &company.owner, Role::Owner);
    let lifted = owner.lift(company.tenant, brake.id).await;
    assert!(
        matches!(lifted, Err(LiftBrakeError::MayNot(MayNotLift::SetByStaff))),
        "{lifted:?}"
    );
    let page = scene
        .in_portal(&company.owner)
        .await
        .get(&scene.system.at(Plane::Portal, "/t/acme/brake"))
        .await;
    assert!(
        page.body.contains("Registration is stopped"),
        "{}",
        page.body
    );
    assert!(
        !page.body.contains("Let registration go on"),
        "{}",
        page.body
    );
    assert_eq!(
        lead.lift(company.tenant, brake.id).await.unwrap(),
        Lifting::Lifted
    );
}

fn hosted(name: &str, host: &str) -> Value {
    json!({ "client_name": name, "redirect_uris": [format!("https://{host}/cb")] })
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_the_block_list_holds_by_family_host_and_network_until_its_end() {
    let scene = quarantining().await;
    let company = &scene.company;
    let policy = Hand::staff(&company.place, "Paul", Role::PolicyAdmin).await;
    let now = ambient::now();
    let sent = software("Blocked");
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let family = Fingerprint::of(&metadata.clamp_for_quarantine().unwrap());
    let block = async |tenant, subject: Subject, at: (narthex_vocab::Timestamp, i64)| {
        policy
            .list(tenant, (Effect::Block, subject), at)
            .await
            .unwrap()
    };
    let of = |kind, text: &str| Subject::parse(kind, text).unwrap();
    block(company.tenant, of("family", &family.to_string()), (now, 1)).await;
    let host = block(PLATFORM_TENANT, of("host", "evil.example"), (now, 1)).await;
    block(company.tenant, of("network", "198.51.100.0/24"), (now, 1)).await;
    block(company.tenant, of("network", "2001:db8:bad::/48"), (now, 1)).await;
    block(
        company.tenant,
        of("host", "past.example"),
        (now - chrono::Duration::days(2), 1),
    )
    .await;

    for (from, body, what) in [
        (FROM, sent.clone(), "the family"),
        (FROM, hosted("Evil", "evil.example"), "the host"),
        (FROM, hosted("Evil", "a.b.EVIL.example"), "a host below it"),
        ("198.51.100.200", software("Any"), "the network"),
        (
            "2001:db8:bad:ffff::1",
            software("Any"),
            "another /64 of the /48",
        ),
    ] {
        let answer = registers(&scene, from, &body).await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_client_metadata", "{what}");
        assert!(!answer.body.contains("list"), "{what}: {}", answer.body);
    }
    for (from, body, what) in [
        (
            FROM,
            hosted("Fair", "notevil.example"),
            "a host that only looks like it",
        ),
        (FROM, hosted("Past", "past.example"), "a block that is over"),
        ("198.51.101.1", software("Any"), "the network beside it"),
    ] {
        let answer = registers(&scene, from, &body).await;
        assert_eq!(answer.status, 201, "{what}: {}", answer.body);
    }
    let neighbour = company.neighbour().await;
    neighbour
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let theirs = scene
        .system
        .at(Plane::Discovery, "/t/globex/production/register");
    assert_eq!(
        call(&proxy(), &theirs, (FROM, &sent)).await.status,
        201,
        "a tenant's block is its own"
    );
    let evil = hosted("Evil", "evil.example");
    assert_eq!(
        call(&proxy(), &theirs, (FROM, &evil)).await.status,
        400,
        "the platform's is everybody's"
    );

    let foreign = policy.end(company.tenant, host.id).await;
    assert!(matches!(foreign, Err(EndListingError::Over)), "{foreign:?}");
    policy.end(PLATFORM_TENANT, host.id).await.unwrap();
    let again = policy.end(PLATFORM_TENANT, host.id).await;
    assert!(matches!(again, Err(EndListingError::Over)), "{again:?}");
    assert_eq!(
        registers(&scene, FROM, &evil).await.status,
        201,
        "taken off"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_what_a_crowd_shares_is_a_moment_old_at_most() {
    let scene = quarantining().await;
    let company = &scene.company;
    let owner = Hand::of(&company.place, &company.owner, Role::Owner);
    let url = scene.register(PRODUCTION);
    let flood = |name: &'static str| {
        crowd(&url, 400, move |n| {
            (format!("198.51.100.{}", n % 200), software(name))
        })
    };
    // Whoever comes while it is so sees what others just read.
    assert_eq!(flood("Notes").await.into_keys().collect::<Vec<_>>(), [201]);
    let now = ambient::now();
    owner
        .brake(company.tenant, (Span::Quarter, now))
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(flood("Notes").await.into_keys().collect::<Vec<_>>(), [503]);
    assert_eq!(flood("Other").await.into_keys().collect::<Vec<_>>(), [503]);
}
