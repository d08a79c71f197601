//! A receiver sets its stream up and fetches what it hears of: each place where something ends, within a second, and only what
//! concerns its resource.

use narthex_approval::suspend::Stop;
use serde_json::Value;

use super::*;
use crate::scene;

#[tokio::test(flavor = "multi_thread")]
async fn b10_a_stopped_client_is_heard_of_within_a_second() {
    let scene = Scene::new().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes.begin_polling().await;

    // Who polls is waiting already.
    let waiting = tokio::spawn({
        let notes = notes.clone();
        async move { (notes.poll(&json!({})).await, Instant::now()) }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.stop(&client.id, PRODUCTION, Stop::Suspend).await;
    let stopped = Instant::now();
    let (_, heard_at) = waiting.await.unwrap();
    assert!(heard_at.duration_since(stopped) < Duration::from_secs(1));

    let heard = notes.hears(2).await;
    let revoked = of(&heard, &caep("session-revoked"));
    let issuer = scene.system.at(Plane::Discovery, "/t/acme");
    assert_eq!(revoked["iss"], issuer);
    assert_eq!(revoked["aud"], RESOURCE);
    let about = &revoked["sub_id"];
    assert_eq!(about["format"], "complex");
    assert_eq!(
        about["application"],
        json!({ "format": "iss_sub", "iss": issuer, "sub": client.id })
    );
    assert_eq!(about.get("user"), None);
    let body = &revoked["events"][caep("session-revoked")];
    assert_eq!(body["initiating_entity"], "admin");
    assert!(body["event_timestamp"].is_i64(), "{body}");
    of(&heard, &risc("account-disabled"));

    scene.stop(&client.id, PRODUCTION, Stop::Resume).await;
    of(&notes.hears(1).await, &risc("account-enabled"));
    scene.stop(&client.id, PRODUCTION, Stop::Revoke).await;
    let heard = notes.hears(2).await;
    let words = &of(&heard, &caep("session-revoked"))["events"][caep("session-revoked")];
    assert_eq!(words["reason_admin"]["en"], "the client is revoked");

    let kept = "select to_jsonb(array_agg(state))::text from issue.security_event";
    assert_eq!(row(&scene, kept).await, json!(vec!["delivered"; 5]));
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_credentials_grants_and_reach_are_heard_of() {
    let scene = Scene::new().await;
    let client = scene.machine(PRODUCTION, "notes:read notes:write").await;
    let app = scene.app("Notes by Uma", "notes:read").await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes.begin_polling().await;

    // A second secret.
    let id = narthex_vocab::ClientId::parse(&client.id).unwrap();
    let (_, credential) = scene::with_secret(&scene.company, PRODUCTION, &id).await;
    let heard = notes.hears(1).await;
    let change = &of(&heard, &caep("credential-change"))["events"][caep("credential-change")];
    assert_eq!(change["change_type"], "create");
    assert_eq!(change["credential_type"], "client_secret");
    let credential: narthex_vocab::Id<narthex_vocab::Credential> = credential.parse().unwrap();
    run(
        &scene,
        &format!(
            "update registry.credential set state = 'revoked' where credential_id = '{}'",
            credential.as_uuid()
        ),
    )
    .await;
    let heard = notes.hears(1).await;
    let change = &of(&heard, &caep("credential-change"))["events"][caep("credential-change")];
    assert_eq!(change["change_type"], "revoke");

    // What a person allowed is given back by the client.
    let uma = scene.user("Uma").await;
    let mut browser = scene.as_user(&uma).await;
    let code = scene.code(&mut browser, &app).await;
    let got = scene.redeem((&app, &code), &[]).await.json();
    let form = [
        ("client_id", app.as_str()),
        ("token", got["refresh_token"].as_str().unwrap()),
    ];
    let revoke = scene.issuer_at(Plane::Token, PRODUCTION, "revoke");
    assert_eq!(Browser::new().post(&revoke, &form).await.status, 200);
    let heard = notes.hears(1).await;
    let revoked = of(&heard, &caep("session-revoked"));
    assert_eq!(revoked["sub_id"]["user"]["sub"], uma.member.to_string());
    assert_eq!(revoked["sub_id"]["application"]["sub"], app.as_str());

    // The person takes back what they allowed.
    let code = scene.code(&mut browser, &app).await;
    scene.redeem((&app, &code), &[]).await;
    let apps = browser
        .get(&scene.issuer_at(Plane::Token, PRODUCTION, "apps"))
        .await;
    let csrf = apps.field("csrf");
    let form = [("csrf", csrf.as_str()), ("client_id", app.as_str())];
    let remove = scene.issuer_at(Plane::Token, PRODUCTION, "apps/remove");
    assert_eq!(browser.post(&remove, &form).await.status, 303);
    let heard = notes.hears(1).await;
    let body = &of(&heard, &caep("session-revoked"))["events"][caep("session-revoked")];
    assert_eq!(body["initiating_entity"], "user");

    // A client reaches less: what its tokens say now.
    run(&scene, &format!(
        "begin; delete from registry.entitled_tool where client_id = '{0}';
         delete from registry.entitlement where client_id = '{0}' and scope = 'notes:write'; commit", client.id)).await;
    let heard = notes.hears(1).await;
    for claims in &heard {
        let now = &claims["events"][caep("token-claims-change")]["claims"];
        assert_eq!(now["scope"], "notes:read", "{claims}");
        assert_eq!(now["https://narthex.dev/claims/tools"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_a_session_that_ends_is_heard_of_where_it_was_used() {
    let scene = Scene::new().await;
    let app = scene.app("Notes by Uma", "notes:read").await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let photos = Receiver::new(
        &scene,
        ("acme", PRODUCTION),
        another(&scene.company, PRODUCTION).await,
    );
    notes.begin_polling().await;
    photos.begin_polling().await;
    let uma = scene.user("Uma").await;
    let mut browser = scene.as_user(&uma).await;
    scene.code(&mut browser, &app).await;
    let page = browser
        .get(&scene.issuer_at(Plane::Token, PRODUCTION, "logout"))
        .await;
    let csrf = page.field("csrf");
    let confirm = scene.issuer_at(Plane::Token, PRODUCTION, "logout/confirm");
    assert_eq!(
        browser
            .post(&confirm, &[("csrf", csrf.as_str())])
            .await
            .status,
        200
    );
    let heard = notes.hears(1).await;
    let about = &of(&heard, &caep("session-revoked"))["sub_id"];
    assert_eq!(about["user"]["sub"], uma.member.to_string());
    assert_eq!(about["session"]["format"], "opaque");
    photos.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_what_does_not_concern_them() {
    let scene = Scene::new().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let neighbour = scene.company.neighbour().await;
    let receivers = [
        Receiver::notes(&scene, Environment::Sandbox).await,
        Receiver::new(
            &scene,
            ("acme", PRODUCTION),
            another(&scene.company, PRODUCTION).await,
        ),
        Receiver::new(
            &scene,
            ("globex", PRODUCTION),
            scene::notes(&neighbour, PRODUCTION).await,
        ),
    ];
    for receiver in &receivers {
        receiver.begin_polling().await;
    }
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes
        .begin(
            &json!({ "events_requested": [risc("account-disabled"), "https://x.example/unknown"] }),
        )
        .await;
    scene.stop(&client.id, PRODUCTION, Stop::Suspend).await;
    // Only what it asked for.
    of(&notes.hears(1).await, &risc("account-disabled"));
    for receiver in &receivers {
        receiver.hears_nothing().await;
    }
    notes.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_acknowledged_comes_again() {
    let scene = Scene::new().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let photos = Receiver::new(
        &scene,
        ("acme", PRODUCTION),
        another(&scene.company, PRODUCTION).await,
    );
    notes.begin_polling().await;
    photos.begin_polling().await;
    scene.stop(&client.id, PRODUCTION, Stop::Suspend).await;
    let at_once = json!({ "returnImmediately": true });
    let mut first = notes.poll(&json!({})).await;
    while first.len() < 2 {
        first = notes.poll(&at_once).await;
    }
    let ids = |events: &[(String, Value)]| {
        let mut ids: Vec<_> = events.iter().map(|(id, _)| id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&notes.poll(&at_once).await), ids(&first));
    let one = notes
        .post(
            "poll",
            &json!({ "maxEvents": 1, "returnImmediately": true }),
        )
        .await
        .json();
    assert_eq!(
        (
            one["sets"].as_object().unwrap().len(),
            &one["moreAvailable"]
        ),
        (1, &json!(true))
    );

    // Another resource acknowledges nothing of it, and neither does nonsense.
    for ack in [
        json!(ids(&first)),
        json!(["", "x", "00000000-0000-0000-0000-000000000000"]),
    ] {
        let answer = photos
            .post("poll", &json!({ "ack": ack, "returnImmediately": true }))
            .await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(ids(&notes.poll(&at_once).await), ids(&first));

    // One is taken, the other refused; once more changes nothing.
    let (taken, refused) = (&first[0].0, &first[1].0);
    let said = json!({ "ack": [taken], "returnImmediately": true,
        "setErrs": { refused: { "err": "invalid_request", "description": "not ours" } } });
    for _ in 0..2 {
        let answer = notes.post("poll", &said).await.json();
        assert_eq!(answer["sets"], json!({}));
    }
    let query = "select jsonb_object_agg(event_id, jsonb_build_object('state', state, 'outcome', outcome, 'signed', signed, 'tries', tries))::text from issue.security_event";
    let rows = row(&scene, query).await;
    assert_eq!(
        rows[taken],
        json!({ "state": "delivered", "outcome": "taken", "signed": null, "tries": 1 })
    );
    assert_eq!(rows[refused]["outcome"], "invalid_request: not ours");
    assert_eq!(rows[refused]["state"], "refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_stream_keeps_and_one_that_is_off_does_not() {
    let scene = Scene::new().await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let stream = notes.begin_polling().await;
    let stand = async |status: &str| {
        let wish = json!({ "stream_id": stream, "status": status, "reason": "maintenance" });
        let answer = notes.post("status", &wish).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json(), wish);
        assert_eq!(
            notes
                .get(&format!("status?stream_id={stream}"))
                .await
                .json(),
            wish
        );
    };
    stand("paused").await;
    scene.stop(&client.id, PRODUCTION, Stop::Suspend).await;
    notes.hears_nothing().await;
    // A test comes all the same, with what was sent along.
    let wish = json!({ "stream_id": stream, "state": "VGhpcyBpcyBhIHRlc3Q" });
    assert_eq!(notes.post("verify", &wish).await.status, 204);
    let heard = notes.hears(1).await;
    let test = of(&heard, &ssf("verification"));
    assert_eq!(
        test["events"][ssf("verification")],
        json!({ "state": "VGhpcyBpcyBhIHRlc3Q" })
    );
    assert_eq!(test["sub_id"], json!({ "format": "opaque", "id": stream }));
    stand("enabled").await;
    assert_eq!(notes.hears(2).await.len(), 2);
    stand("disabled").await;
    scene.stop(&client.id, PRODUCTION, Stop::Resume).await;
    stand("enabled").await;
    notes.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_bounded_and_what_was_dropped_is_counted() {
    let scene = Scene::new().await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes.begin_polling().await;
    run(&scene, "insert into issue.security_event (tenant_id, environment, stream_id, kind)
        select s.tenant_id, s.environment, s.stream_id, 'account-enabled' from issue.event_stream as s, generate_series(1, 2050)").await;
    let kept = row(&scene, "select count(*)::text from issue.security_event").await;
    assert_eq!(kept, 2_000);
    assert_eq!(
        row(&scene, "select lost::text from issue.event_stream").await,
        50
    );
    let answer = notes.post("poll", &json!({})).await.json();
    let sets = answer["sets"].as_object().unwrap().len();
    assert!((1..=100).contains(&sets), "{sets}");
    run(&scene, "set session_replication_role = replica; update issue.security_event set at = at - interval '8 days'; set session_replication_role = origin;
        insert into issue.security_event (tenant_id, environment, stream_id, kind) select tenant_id, environment, stream_id, 'account-enabled' from issue.event_stream").await;
    assert_eq!(
        row(&scene, "select count(*)::text from issue.security_event").await,
        1
    );
}
