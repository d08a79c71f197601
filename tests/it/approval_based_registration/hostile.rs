//! Codes in the wrong hands, in the wrong place, of the wrong kind, or guessed: none of them leads anywhere.

use narthex_tests::{Browser, Plane, Rows};
use narthex_vocab::{Environment, Secret, SecretKind};
use serde_json::{Value, json};

use super::{App, PRODUCTION, says, scene, service};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_in_its_own_place_and_as_its_own_kind() {
    let scene = scene().await;
    let neighbour = scene.company.neighbour().await;
    let mut app = App::registered(&scene, PRODUCTION, &service()).await;
    let code = app.code("registration_code").to_owned();
    let elsewhere = [
        scene.register(Environment::Sandbox),
        scene
            .system
            .at(Plane::Discovery, "/t/globex/production/register"),
    ];
    for url in &elsewhere {
        for cancel in [false, true] {
            let body = json!({ "registration_code": code, "cancel_registration": cancel });
            says(
                &Browser::new().json(url, &body).await,
                (400, "invalid_registration"),
            );
        }
    }
    let kind = Secret::generate(SecretKind::Invitation, &mut narthex_tenancy::ambient::rng());
    let unknown = Secret::generate(
        SecretKind::RegistrationCode,
        &mut narthex_tenancy::ambient::rng(),
    );
    let mut cut = code.clone();
    cut.pop();
    let wrong = [
        app.code("verification_code"),
        kind.reveal(),
        unknown.reveal(),
        &cut,
        "",
        "\u{0}",
    ];
    for wrong in wrong {
        let body = json!({ "registration_code": wrong });
        let answer = Browser::new()
            .json(&scene.register(PRODUCTION), &body)
            .await;
        says(&answer, (400, "invalid_registration"));
    }
    let malformed: [Value; 6] = [
        json!({ "registration_code": null }),
        json!({ "registration_code": 7 }),
        json!({ "registration_code": [code] }),
        json!({ "registration_code": code, "cancel_registration": "true" }),
        json!({ "registration_code": code, "cancel_registration": 1 }),
        json!({ "registration_code": code, "cancel_registration": [true] }),
    ];
    let before = Rows::count(&scene.company.place).await;
    for body in &malformed {
        let answer = Browser::new().json(&scene.register(PRODUCTION), body).await;
        says(&answer, (400, "invalid_client_metadata"));
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before).len(), 0, "polls leave no rows");
    assert_eq!(app.poll().await.status, 202, "it waits as before");

    // The neighbour's owner, at home and here, and the same code in the other environment.
    let mut browser = scene.in_portal(&neighbour.owner).await;
    let theirs = scene
        .system
        .at(Plane::Portal, "/t/globex/production/verify");
    let csrf = browser.get(&theirs).await.field("csrf");
    let verification = app.code("verification_code");
    let form = [
        ("csrf", csrf.as_str()),
        ("code", verification),
        ("step", "vouch"),
        ("name", "x"),
        ("operator", "us"),
    ];
    assert_eq!(browser.post(&theirs, &form).await.status, 422);
    let (path, here) = (app.verify(), app.verify().replace("production", "sandbox"));
    assert_eq!(
        browser.post(&path, &form).await.status,
        303,
        "to the sign-in page"
    );
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let csrf = owner.get(&here).await.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("code", verification),
        ("step", "look"),
    ];
    assert_eq!(owner.post(&here, &form).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_acts_by_no_get_and_a_foreign_form_by_no_post() {
    let scene = scene().await;
    let mut app = App::registered(&scene, PRODUCTION, &service()).await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let link = app.code("verification_uri_complete").to_owned();
    let page = owner.get(&link).await;
    assert!(page.body.contains(app.code("verification_code")));
    assert!(
        !page.body.contains("Night Shift"),
        "a link looks nothing up"
    );
    let form = [
        ("code", app.code("verification_code")),
        ("step", "vouch"),
        ("name", "x"),
        ("operator", "us"),
    ];
    assert_eq!(owner.post(&app.verify(), &form).await.status, 403);
    let script = owner
        .get(&format!("{}?code=%3Cscript%3E", app.verify()))
        .await;
    assert!(
        !script.body.contains("<script>"),
        "what a link says is text"
    );
    assert_eq!(app.poll().await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_counted_and_the_second_vouching_finds_nothing() {
    let scene = scene().await;
    let app = App::registered(&scene, PRODUCTION, &service()).await;
    app.vouched().await;
    let known = [("name", "Again"), ("operator", "us")];
    let again = app.entered(&scene.company.owner, "vouch", &known).await;
    assert_eq!(again.status, 422, "{}", again.body);
    let cases = "select count(*)::text from review.access_request";
    assert_eq!(app.seen(cases).await.as_deref(), Some("1"));

    let mut owner = scene.in_portal(&scene.company.owner).await;
    let csrf = owner.get(&app.verify()).await.field("csrf");
    let mut last = String::new();
    for _ in 0..20 {
        let form = [
            ("csrf", csrf.as_str()),
            ("code", "BBBB-BBBB"),
            ("step", "look"),
        ];
        last = owner.post(&app.verify(), &form).await.body;
    }
    assert!(last.contains("Too many codes were tried"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_unclaimed_leaves_first() {
    let scene = scene().await;
    let mut oldest = App::registered(&scene, PRODUCTION, &service()).await;
    let claimed = App::registered(&scene, PRODUCTION, &service()).await;
    claimed.vouched().await;
    oldest
        .run(
            "insert into intake.family (tenant_id, environment, fingerprint, client_name, redirects, first_seen, last_seen)
             select tenant_id, environment, sha256(n::text::bytea), 'Other', '', now(), now()
             from intake.deferral, generate_series(0, 19) n where state = 'pending';
             insert into intake.deferral (tenant_id, environment, deferral_id, code_hash, verification_hash, sealing_key,
                fingerprint, metadata, created_at, expires_at)
             select tenant_id, environment, gen_random_uuid(), sha256(n::text::bytea), sha256(n::text::bytea), sealing_key,
                sha256((n % 20)::text::bytea), metadata, created_at + interval '1 second', expires_at
             from (select * from intake.deferral where state = 'pending') d, generate_series(1, 1999) n",
        )
        .await;
    assert_eq!(oldest.poll().await.status, 202);
    App::registered(&scene, PRODUCTION, &service()).await;
    says(&oldest.poll().await, (400, "expired_token"));
    let kept = "select count(*)::text from intake.deferral where state in ('pending', 'confirmed')";
    assert_eq!(oldest.seen(kept).await.as_deref(), Some("2001"));
}
