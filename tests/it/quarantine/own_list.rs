//! S12: a tenant's own block list: it refuses at the tenant's door alone, ends within 90 days, gives no lane, and leaves
//! what staff listed to staff.

use narthex_approval::{
    add_listing::{AddListing, AddListingError, add_listing},
    end_listing::{EndListing, EndListingError, end_listing},
    listing::{Effect, Listing, Subject},
    prose::Reason,
};
use narthex_tenancy::{ambient, permission::Action};
use narthex_tests::{Browser, Plane};
use narthex_vocab::RegistrationMode;
use serde_json::json;

use super::shown::PRODUCTION;
use crate::cases::company::Company;
use crate::scene::Scene;

async fn list(
    company: &Company,
    (effect, kind, subject): (Effect, &str, &str),
    days: i64,
) -> Result<Listing, AddListingError> {
    let command = AddListing {
        effect,
        subject: Subject::parse(kind, subject).unwrap(),
        reason: Reason::parse("We know it.").unwrap(),
        expires_at: ambient::now() + chrono::Duration::days(days),
    };
    company
        .owned(Action::BlockOwn, async |tx, acting| {
            add_listing(tx, command, acting).await
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_a_tenants_own_block_refuses_at_its_own_door() {
    let scene = Scene::new().await;
    let (company, neighbour) = (&scene.company, scene.company.neighbour().await);
    for one in [company, &neighbour] {
        one.takes(PRODUCTION, RegistrationMode::Quarantine)
            .await
            .unwrap();
    }
    let lane = Effect::Lane { per_minute: 9 };
    let refused = list(company, (lane, "network", "192.0.2.0/24"), 1).await;
    assert!(
        matches!(refused, Err(AddListingError::Season)),
        "{refused:?}"
    );
    let long = list(company, (Effect::Block, "network", "127.0.0.0/8"), 91).await;
    assert!(matches!(long, Err(AddListingError::Season)), "{long:?}");
    let past = list(company, (Effect::Block, "network", "127.0.0.0/8"), 0).await;
    assert!(matches!(past, Err(AddListingError::End)), "{past:?}");

    let software = json!({ "client_name": "Notes", "redirect_uris": ["http://127.0.0.1/cb"] });
    let at = |slug: &str| {
        let path = format!("/t/{slug}/production/register");
        scene.system.at(Plane::Discovery, &path)
    };
    let register = async |slug: &str| Browser::new().json(&at(slug), &software).await.status;
    assert_eq!(register("acme").await, 201);
    let line = list(company, (Effect::Block, "network", "127.0.0.0/8"), 90)
        .await
        .unwrap();
    assert_eq!(
        (register("acme").await, register("globex").await),
        (400, 201)
    );
    let end = |reason: &str| EndListing {
        listing: line.id,
        reason: Reason::parse(reason).unwrap(),
    };
    let foreign = end("Not mine.");
    let refused = neighbour
        .owned(Action::BlockOwn, async |tx, acting| {
            end_listing(tx, foreign, acting).await
        })
        .await;
    assert!(matches!(refused, Err(EndListingError::Over)), "{refused:?}");
    let own = end("Over.");
    company
        .owned(Action::BlockOwn, async |tx, acting| {
            end_listing(tx, own, acting).await
        })
        .await
        .unwrap();
    assert_eq!(register("acme").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_what_staff_listed_is_theirs_to_take_off() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let command = AddListing {
        effect: Effect::Block,
        subject: Subject::parse("host", "evil.example").unwrap(),
        reason: Reason::parse("Evil.").unwrap(),
        expires_at: ambient::now() + chrono::Duration::days(300),
    };
    let line = company
        .reviewed(Action::EditLists, async |tx, acting| {
            add_listing(tx, command, acting).await
        })
        .await
        .unwrap();
    let url = scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings/blocks");
    let mut owner = scene.in_portal(&company.owner).await;
    let page = owner.get(&url).await;
    assert!(
        page.body.contains("The review team") && page.body.contains("Ask the review team"),
        "{}",
        page.body
    );
    let csrf = page.field("csrf");
    let id = line.id.to_string();
    let form = [
        ("csrf", csrf.as_str()),
        ("listing", &id),
        ("why", "Please."),
    ];
    let refused = owner.post(&format!("{url}/end"), &form).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains("ask them to take it off"),
        "{}",
        refused.body
    );

    // Its own line, from the form to the end.
    for (kind, subject, span, reason) in [
        ("network", "0.0.0.0/0", "7d", "No."),
        ("host", "*.evil.example", "7d", "No."),
        ("host", "evil.example", "365d", "No."),
        ("host", "evil.example", "7d", ""),
    ] {
        let form = [
            ("csrf", csrf.as_str()),
            ("kind", kind),
            ("subject", subject),
            ("span", span),
            ("reason", reason),
        ];
        let refused = owner.post(&url, &form).await;
        assert_eq!(refused.status, 422, "{subject} {span}: {}", refused.body);
    }
    let form = [
        ("csrf", csrf.as_str()),
        ("kind", "host"),
        ("subject", "bad.example"),
        ("span", "90d"),
        ("reason", "No."),
    ];
    assert!(
        owner
            .post(&url, &form)
            .await
            .location()
            .ends_with("?done=saved")
    );
    let page = owner.get(&url).await;
    assert!(
        page.body.contains("bad.example") && page.body.contains("Take off"),
        "{}",
        page.body
    );
}
