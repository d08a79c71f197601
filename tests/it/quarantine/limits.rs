//! S12: what an owner lowered holds for strangers at that environment's door, and is never more than the platform gives.

use narthex_approval::limit_registration::{
    LimitRegistration, LimitRegistrationError, limit_registration,
};
use narthex_tenancy::{permission::Action, registration_limits::Limits};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::json;

use super::shown::PRODUCTION;
use crate::cases::company::Company;
use crate::scene::Scene;

async fn lower(
    company: &Company,
    environment: Environment,
    limits: Limits,
) -> Result<(), LimitRegistrationError> {
    let command = LimitRegistration {
        environment,
        limits,
    };
    company
        .owned(Action::EditSettings, async |tx, acting| {
            limit_registration(tx, command, acting).await
        })
        .await
}

async fn registers(scene: &Scene, environment: Environment, name: &str) -> u16 {
    let software = json!({ "client_name": name, "redirect_uris": ["http://127.0.0.1/cb"] });
    let url = scene.register(environment);
    Browser::new().json(&url, &software).await.status
}

async fn open_to_strangers() -> Scene {
    let scene = Scene::new().await;
    for environment in [PRODUCTION, Environment::Sandbox] {
        let opened = scene
            .company
            .takes(environment, RegistrationMode::Quarantine);
        opened.await.unwrap();
    }
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_an_owner_lowers_what_strangers_may_do() {
    let scene = open_to_strangers().await;
    let company = &scene.company;
    let limits = Limits {
        newcomers: Some(2),
        hours: Some(1),
        ..Limits::default()
    };
    lower(company, PRODUCTION, limits).await.unwrap();
    assert_eq!(registers(&scene, PRODUCTION, "One").await, 201);
    assert_eq!(registers(&scene, PRODUCTION, "Two").await, 201);
    assert_eq!(registers(&scene, PRODUCTION, "Three").await, 429);
    assert_eq!(
        registers(&scene, PRODUCTION, "One").await,
        201,
        "a repeat is not new"
    );
    assert_eq!(registers(&scene, Environment::Sandbox, "Three").await, 201);
    let administrator = company.place.administrator().await;
    let hours = "select bool_and(expires_at <= created_at + interval '1 hour') from intake.quarantine where environment = 'production'";
    assert!(
        administrator
            .query_one(hours, &[])
            .await
            .unwrap()
            .get::<_, bool>(0)
    );

    let calls = Limits {
        calls: Some(3),
        ..Limits::default()
    };
    lower(company, PRODUCTION, calls).await.unwrap();
    let mut answered = Vec::new();
    for _ in 0..5 {
        answered.push(registers(&scene, PRODUCTION, "One").await);
    }
    assert_eq!(answered, [201, 201, 201, 429, 429]);

    // Where one may wait and one does, nobody new is taken; raised again, they are.
    let one = Limits {
        waiting: Some(1),
        ..Limits::default()
    };
    lower(company, Environment::Sandbox, one).await.unwrap();
    assert_eq!(registers(&scene, Environment::Sandbox, "Four").await, 503);
    lower(company, Environment::Sandbox, Limits::default())
        .await
        .unwrap();
    assert_eq!(registers(&scene, Environment::Sandbox, "Four").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_no_limit_is_more_than_the_platform_gives() {
    let scene = Scene::new().await;
    let company = &scene.company;
    for limits in [
        Limits {
            calls: Some(120_001),
            ..Limits::default()
        },
        Limits {
            newcomers: Some(601),
            ..Limits::default()
        },
        Limits {
            waiting: Some(1_001),
            ..Limits::default()
        },
        Limits {
            hours: Some(73),
            ..Limits::default()
        },
        Limits {
            hours: Some(0),
            ..Limits::default()
        },
        Limits {
            calls: Some(-1),
            ..Limits::default()
        },
    ] {
        let refused = lower(company, PRODUCTION, limits).await;
        assert!(
            matches!(refused, Err(LimitRegistrationError::Beyond)),
            "{limits:?}: {refused:?}"
        );
    }
    // Past the verb, the database refuses it.
    let approval = company.place.raw("narthex_approval").await;
    let more = format!(
        "set app.tenant = '{0}'; insert into tenant.registration_limits (tenant_id, environment, waits_hours, changed_at)
            values ('{0}', 'production', 73, now())",
        company.tenant.as_uuid()
    );
    let error = approval.batch_execute(&more).await.unwrap_err();
    assert!(
        error
            .as_db_error()
            .unwrap()
            .message()
            .contains("check constraint"),
        "{error}"
    );

    let url = scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings/limits");
    let mut owner = scene.in_portal(&company.owner).await;
    let page = owner.get(&url).await;
    assert!(
        page.body.contains("<p>120,000</p>") && page.body.contains("What the platform gives"),
        "{}",
        page.body
    );
    let csrf = page.field("csrf");
    let form = |calls: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("calls", calls.to_owned()),
            ("hours", "24".to_owned()),
        ]
    };
    for calls in ["0", "120001", "many", "-1", "1.5"] {
        let form = form(calls);
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let refused = owner.post(&url, &form).await;
        assert_eq!(refused.status, 422, "{calls}");
        assert!(
            refused.body.contains("from 1 to 120000"),
            "{}",
            refused.body
        );
    }
    let form = form("500");
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert!(
        owner
            .post(&url, &form)
            .await
            .location()
            .ends_with("?done=saved")
    );
    let page = owner.get(&url).await;
    assert!(
        page.body.contains("<p>500</p>") && page.body.contains("value=\"24\""),
        "{}",
        page.body
    );
}
