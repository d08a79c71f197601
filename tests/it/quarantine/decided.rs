//! A family decided as one: blocked, let expire, and what is taken out of it.

use narthex_approval::{
    block_family::{BlockFamily, BlockFamilyError, block_family},
    let_expire::{LetExpire, LetExpireError, Which, let_expire},
    prose::Reason,
    split::{Split, SplitError, split},
};
use narthex_tenancy::{StoreError, ambient, permission::Action};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{ClientId, Fingerprint, RegistrationMode};
use serde_json::{Value, json};

use super::shown::{PRODUCTION, get, reviewer};
use crate::cases::company::Company;
use crate::cases::initial_access::Wanted;
use crate::initial_access::{app, id_of, with};
use crate::scene::Scene;

fn reason() -> Reason {
    Reason::parse("It calls itself by our name.").unwrap()
}

async fn block(
    company: &Company,
    family: Fingerprint,
    days: i64,
) -> Result<usize, BlockFamilyError> {
    let command = BlockFamily {
        environment: PRODUCTION,
        fingerprint: family,
        reason: reason(),
        until: ambient::now() + chrono::Duration::days(days),
    };
    company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            block_family(tx, command, acting).await
        })
        .await
}

async fn split_off(company: &Company, client: &ClientId) -> Result<(), SplitError> {
    let command = Split {
        environment: PRODUCTION,
        client_id: client.clone(),
        reason: reason(),
    };
    company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            split(tx, command, acting).await
        })
        .await
}

async fn expire(company: &Company, which: Which) -> Result<usize, LetExpireError> {
    let command = LetExpire {
        environment: PRODUCTION,
        which,
        reason: reason(),
    };
    company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            let_expire(tx, command, acting).await
        })
        .await
}

async fn state(company: &Company, client: &ClientId) -> String {
    let administrator = company.place.administrator().await;
    let query = "select state from intake.quarantine where client_id = $1";
    administrator
        .query_one(query, &[&client.as_str()])
        .await
        .unwrap()
        .get(0)
}

async fn open_to_strangers() -> Scene {
    let scene = Scene::new().await;
    let opened = scene
        .company
        .takes(PRODUCTION, RegistrationMode::Quarantine);
    opened.await.unwrap();
    scene
}

async fn registers(scene: &Scene, body: &Value) -> narthex_tests::Answer {
    Browser::new().json(&scene.register(PRODUCTION), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_a_blocked_family_leads_nowhere_and_nothing_like_it_comes_again() {
    let scene = open_to_strangers().await;
    let company = &scene.company;
    let software = json!({ "client_name": "Evil", "redirect_uris": ["http://127.0.0.1/cb"] });
    let client = id_of(&registers(&scene, &software).await);
    let family: Fingerprint = company.family_of(&client).await.parse().unwrap();
    for days in [0, -1, 367] {
        let late = block(company, family, days).await;
        assert!(matches!(late, Err(BlockFamilyError::End)), "{late:?}");
    }
    assert_eq!(
        state(company, &client).await,
        "quarantined",
        "nothing was changed"
    );
    assert_eq!(block(company, family, 30).await.unwrap(), 1);
    assert_eq!(state(company, &client).await, "blocked");
    assert_eq!(registers(&scene, &software).await.status, 400);
    let unknown = block(company, Fingerprint::from_bytes([1; 32]), 1).await;
    assert!(
        matches!(unknown, Err(BlockFamilyError::Store(StoreError::NotFound))),
        "{unknown:?}"
    );

    // The page says so, and where it is taken off.
    let mut browser = reviewer(&scene).await;
    let page = get(
        &scene,
        &mut browser,
        &format!("/families/acme/production/{family}"),
    )
    .await;
    assert!(
        page.body.contains("On the lists") && page.body.contains("/end\""),
        "{}",
        page.body
    );

    // A family that only waited once before is blocked for whoever comes, though nothing of it waits.
    let other = json!({ "client_name": "Gone", "redirect_uris": ["http://127.0.0.1/cb"] });
    let gone = id_of(&registers(&scene, &other).await);
    expire(company, Which::Registration(gone.clone()))
        .await
        .unwrap();
    let family: Fingerprint = company.family_of(&gone).await.parse().unwrap();
    assert_eq!(block(company, family, 1).await.unwrap(), 0);
    assert_eq!(registers(&scene, &other).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_what_expires_may_come_again_and_what_is_decided_stays() {
    let scene = open_to_strangers().await;
    let company = &scene.company;
    let software = json!({ "client_name": "Notes", "redirect_uris": ["http://127.0.0.1/cb"] });
    let client = id_of(&registers(&scene, &software).await);
    let family: Fingerprint = company.family_of(&client).await.parse().unwrap();
    assert_eq!(expire(company, Which::Family(family)).await.unwrap(), 1);
    assert_eq!(state(company, &client).await, "expired");
    let again = expire(company, Which::Family(family)).await;
    assert!(
        matches!(again, Err(LetExpireError::NothingWaits)),
        "{again:?}"
    );
    let fresh = id_of(&registers(&scene, &software).await);
    assert_ne!(fresh, client, "it waits anew under another identifier");
    company
        .link(&fresh, Some(&company.owner), None)
        .await
        .unwrap();
    let linked = expire(company, Which::Registration(fresh.clone())).await;
    assert!(
        matches!(linked, Err(LetExpireError::NothingWaits)),
        "{linked:?}"
    );
    assert_eq!(state(company, &fresh).await, "linked");
    let nobody = expire(company, Which::Family(Fingerprint::from_bytes([1; 32]))).await;
    assert!(
        matches!(nobody, Err(LetExpireError::Store(StoreError::NotFound))),
        "{nobody:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_what_is_split_off_is_not_blocked_with_its_family() {
    let scene = open_to_strangers().await;
    let company = &scene.company;
    let body = app("Twin", "notes:read");
    let shared = id_of(&registers(&scene, &body).await);
    let kept = company.token(Wanted::TEN).await.unwrap();
    let dropped = company.token(Wanted::TEN).await.unwrap();
    let ours = id_of(&with(&scene, PRODUCTION, kept.secret.reveal(), &body).await);
    let theirs = id_of(&with(&scene, PRODUCTION, dropped.secret.reveal(), &body).await);
    let family: Fingerprint = company.family_of(&shared).await.parse().unwrap();
    assert_eq!(company.family_of(&ours).await, family.to_string());

    let refused = split_off(company, &shared).await;
    assert!(matches!(refused, Err(SplitError::Shared)), "{refused:?}");
    split_off(company, &ours).await.unwrap();
    let again = split_off(company, &ours).await;
    assert!(matches!(again, Err(SplitError::Apart)), "{again:?}");

    // Whoever answers for it has made it a case before anybody blocks.
    for _ in 0..100 {
        if state(company, &theirs).await != "quarantined" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    block(company, family, 30).await.unwrap();
    assert_eq!(state(company, &shared).await, "blocked");
    assert_eq!(registers(&scene, &body).await.status, 400, "strangers");
    let other = with(&scene, PRODUCTION, dropped.secret.reveal(), &body).await;
    assert_eq!(
        other.status, 400,
        "another token of the family: {}",
        other.body
    );
    let own = with(&scene, PRODUCTION, kept.secret.reveal(), &body).await;
    assert_eq!(id_of(&own), ours, "the one that was split off goes on");
    assert_ne!(
        state(company, &theirs).await,
        "blocked",
        "a case is decided as a case"
    );

    // The database keeps it apart.
    let approval = company.place.raw("narthex_approval").await;
    let back = format!(
        "set app.tenant = '{}'; update intake.quarantine set apart = false where client_id = '{ours}'",
        company.tenant.as_uuid()
    );
    let error = approval.batch_execute(&back).await.unwrap_err();
    assert_eq!(
        error.as_db_error().unwrap().constraint(),
        Some("stays_apart")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_pages_decide_with_a_reason_and_for_whoever_may() {
    let scene = open_to_strangers().await;
    let company = &scene.company;
    let client = company.registered(PRODUCTION, "Notes", "").await;
    let family = company.family_of(&client).await;
    let mut browser = reviewer(&scene).await;
    let at = |path: &str| scene.system.at(Plane::Staff, path);
    let page = format!("/families/acme/production/{family}/expire");
    let form = get(&scene, &mut browser, &page).await;
    let csrf = form.field("csrf");
    let silent = browser
        .post(&at(&page), &[("csrf", &csrf), ("reason", " ")])
        .await;
    assert_eq!(silent.status, 422, "{}", silent.body);
    assert!(silent.body.contains("Write the reason"));
    assert_eq!(state(company, &client).await, "quarantined");
    let sent = browser
        .post(
            &at(&page),
            &[("csrf", &csrf), ("reason", "Nobody needs it.")],
        )
        .await;
    assert_eq!(
        sent.location(),
        format!("/families/acme/production/{family}?done=let-expire")
    );
    let block = format!("/families/acme/production/{family}/block");
    let forever = browser
        .post(
            &at(&block),
            &[("csrf", &csrf), ("reason", "No."), ("span", "forever")],
        )
        .await;
    assert_eq!(forever.status, 422, "{}", forever.body);
    let sent = browser
        .post(
            &at(&block),
            &[("csrf", &csrf), ("reason", "No."), ("span", "7d")],
        )
        .await;
    assert!(sent.location().ends_with("?done=family-blocked"));
    let administrator = company.place.administrator().await;
    let deeds = "select string_agg(action, ' ' order by action) from ledger.entry where action like 'quarantine.%'";
    let deeds: String = administrator.query_one(deeds, &[]).await.unwrap().get(0);
    assert_eq!(deeds, "quarantine.block_family quarantine.let_expire");
}
