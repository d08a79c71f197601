//! How a registration that waits goes on: to a client, to a refusal, or to an end of its own.

use chrono::Duration;
use narthex_approval::{decide::Outcome, expire::expire};
use narthex_tenancy::ambient;
use narthex_tests::{Browser, Rows};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::json;

use super::{App, PRODUCTION, says, scene, service};
use crate::scene::Machine;

#[tokio::test(flavor = "multi_thread")]
async fn an_app_waits_is_vouched_for_approved_and_answered_once() {
    let scene = scene().await;
    let mut app = App::registered(&scene, PRODUCTION, &service()).await;
    assert!(app.code("registration_code").starts_with("nrg_"));
    assert_eq!(app.code("verification_uri"), app.verify());
    let complete = format!("{}?code={}", app.verify(), app.code("verification_code"));
    assert_eq!(app.code("verification_uri_complete"), complete);
    assert_eq!(app.codes["expires_in"], 72 * 3_600);
    assert_eq!(app.codes["interval"], 5);
    assert_eq!(app.codes.as_object().unwrap().len(), 6, "{}", app.codes);
    assert_eq!(app.poll().await.status, 202);

    let owner = scene.company.owner.clone();
    let shown = app.entered(&owner, "look", &[]).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    for words in [
        "new client",
        "Night Shift",
        "client_credentials",
        "notes:write",
    ] {
        assert!(shown.body.contains(words), "{words}: {}", shown.body);
    }
    assert!(!shown.body.contains("nothing:here"));
    app.approved().await;
    let answer = app.answer().await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let client = answer.json();
    assert_eq!(client["scope"], "notes:read notes:write");
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
    assert!(client["client_secret_expires_at"].as_i64().unwrap() > 0);

    let secret = client["client_secret"].as_str().unwrap().to_owned();
    let machine = Machine {
        id: client["client_id"].as_str().unwrap().to_owned(),
        secret: secret.clone(),
    };
    scene.client_token(PRODUCTION, &machine).await;
    says(&app.poll().await, (400, "invalid_registration"));
    let rows = Rows::dump(&scene.company.place).await;
    for hidden in [
        &secret,
        app.code("registration_code"),
        app.code("verification_code"),
    ] {
        assert!(!rows.contains(hidden), "{hidden} is stored");
    }
    let approver =
        "select approver::text from intake.deferral where state = 'consumed' and answer is null";
    let bound = app.seen(approver).await;
    assert_eq!(bound, Some(owner.member.as_uuid().to_string()));
    let deeds = "select string_agg(action, ' ' order by seq) from ledger.entry where action like 'registration.%'";
    assert_eq!(
        app.seen(deeds).await.as_deref(),
        Some("registration.vouch registration.answer")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_polls_at_once_give_one_answer() {
    let scene = scene().await;
    let mut app = App::registered(&scene, Environment::Sandbox, &service()).await;
    app.approved().await;
    let answered = "select count(*)::text from intake.deferral where state = 'answered'";
    while app.seen(answered).await.as_deref() != Some("1") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let body = json!({ "registration_code": app.codes["registration_code"] });
    let url = scene.register(Environment::Sandbox);
    let call = async || Browser::new().json(&url, &body).await;
    let answers = tokio::join!(call(), call(), call(), call());
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let given = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(given, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        says(answer, (400, "invalid_registration"));
    }
    says(&app.poll().await, (400, "invalid_registration"));
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_too_fast_raises_the_interval_for_good() {
    let scene = scene().await;
    let mut app = App::registered(&scene, PRODUCTION, &service()).await;
    assert_eq!(app.poll().await.status, 202);
    for seconds in ["10", "15"] {
        let early = app.send(json!({})).await;
        says(&early, (429, "slow_down"));
        assert_eq!(early.header("retry-after"), seconds);
    }
    app.run("update intake.deferral set polled_at = now() - interval '6 seconds'")
        .await;
    says(&app.send(json!({})).await, (429, "slow_down"));
    app.run("update intake.deferral set polled_at = now() - interval '21 seconds'")
        .await;
    assert_eq!(app.send(json!({})).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_at_the_code_in_review_and_by_the_clock() {
    let scene = scene().await;
    let mut app = App::registered(&scene, PRODUCTION, &service()).await;
    let owner = &scene.company.owner;
    assert_eq!(app.entered(owner, "refuse", &[]).await.status, 303);
    says(&app.poll().await, (400, "access_denied"));
    assert_eq!(app.entered(owner, "look", &[]).await.status, 422);

    for outcome in [Outcome::Reject, Outcome::AskForChanges] {
        let mut app = App::registered(&scene, PRODUCTION, &service()).await;
        let request = app.vouched().await;
        assert_eq!(app.poll().await.status, 202);
        scene.company.decide(request, outcome).await.unwrap();
        says(&app.poll().await, (400, "access_denied"));
        says(&app.cancel().await, (400, "access_denied"));
    }

    let mut late = App::registered(&scene, PRODUCTION, &service()).await;
    let request = late.vouched().await;
    let after = ambient::now() + Duration::hours(73);
    let ended = scene
        .company
        .itself(after, async |tx, acting| expire(tx, acting).await);
    assert_eq!(ended.await.unwrap().deferrals, 1);
    says(&late.poll().await, (400, "expired_token"));
    let decided = scene.company.decide(request, Outcome::Approve).await;
    assert!(decided.is_err(), "{decided:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registrant_gives_up_before_and_after_the_decision() {
    let scene = scene().await;
    let mut early = App::registered(&scene, PRODUCTION, &service()).await;
    let gone = early.cancel().await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    says(&early.poll().await, (400, "invalid_registration"));
    says(&early.cancel().await, (400, "invalid_registration"));
    let looked = early.entered(&scene.company.owner, "look", &[]).await;
    assert_eq!(looked.status, 422);

    let mut in_review = App::registered(&scene, PRODUCTION, &service()).await;
    in_review.vouched().await;
    assert_eq!(in_review.cancel().await.status, 204);
    let case = "select count(*)::text from review.access_request where state = 'withdrawn'";
    until(&in_review, case).await;

    let mut approved = App::registered(&scene, PRODUCTION, &service()).await;
    approved.approved().await;
    assert_eq!(approved.cancel().await.status, 204);
    let client = "select count(*)::text from registry.client where state = 'revoked'";
    until(&approved, client).await;
}

/// Waits until the approval plane has done its part.
async fn until(app: &App<'_>, sql: &str) {
    for _ in 0..100 {
        if app.seen(sql).await.as_deref() == Some("1") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not yet: {sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_and_one_with_a_key_get_no_secret() {
    let scene = scene().await;
    let public = json!({
        "redirect_uris": ["http://127.0.0.1:4711/callback"],
        "token_endpoint_auth_method": "none",
        "registration_mode": ["approval"],
    });
    let mut signs = service();
    signs["token_endpoint_auth_method"] = "private_key_jwt".into();
    signs["jwks"] = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "one",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
    for body in [public, signs] {
        let mut app = App::registered(&scene, Environment::Sandbox, &body).await;
        app.approved().await;
        let answer = app.answer().await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let told = answer.json();
        assert_eq!(told["client_secret"], json!(null), "{told}");
        let id = told["client_id"].as_str().unwrap();
        let state = format!("select state from registry.client where client_id = '{id}'");
        assert_eq!(app.seen(&state).await.as_deref(), Some("active"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_can_wait_is_let_wait_and_the_documents_say_so() {
    let scene = scene().await;
    let url = scene.register(PRODUCTION);
    for wish in [json!(null), json!([]), json!(["immediate"])] {
        let mut body = service();
        body["registration_mode"] = wish;
        let refused = Browser::new().json(&url, &body).await;
        says(&refused, (400, "invalid_client_metadata"));
        assert!(refused.body.contains("registration_mode"));
    }
    for (mode, modes) in [
        (RegistrationMode::Closed, json!(null)),
        (RegistrationMode::Approval, json!(["approval"])),
        (RegistrationMode::Quarantine, json!(["immediate"])),
    ] {
        scene.company.takes(PRODUCTION, mode).await.unwrap();
        for path in [
            "/.well-known/oauth-authorization-server/t/acme",
            "/.well-known/openid-configuration/t/acme",
            "/t/acme/.well-known/openid-configuration",
        ] {
            let at = scene.system.at(narthex_tests::Plane::Discovery, path);
            let document = Browser::new().get(&at).await.json();
            assert_eq!(document["registration_modes_supported"], modes, "{path}");
            let endpoint = document.get("registration_endpoint").is_some();
            assert_eq!(endpoint, mode != RegistrationMode::Closed, "{path}");
        }
    }
    let administrator = scene.company.place.administrator().await;
    let switched = "select count(*) from ledger.entry where action = 'environment.change_settings' \
        and detail -> 'after' ->> 'registration_mode' is not null and environment = 'production'";
    let row = administrator.query_one(switched, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 4);
    let open =
        "update tenant.environment set registration_mode = 'open' where environment = 'production'";
    let refused = administrator.execute(open, &[]).await.unwrap_err();
    let constraint = refused.as_db_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("open_is_for_the_sandbox"));
}
