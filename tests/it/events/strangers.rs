//! Who must not hear, and what must not be asked for.

use super::*;
use crate::scene;

#[tokio::test(flavor = "multi_thread")]
async fn the_transmitter_says_what_it_offers() {
    let scene = Scene::new().await;
    for (path, issuer, environment) in [
        ("/t/acme", "/t/acme", "production"),
        ("/t/acme/sandbox", "/t/acme/sandbox", "sandbox"),
    ] {
        let url = scene.system.at(
            Plane::Discovery,
            &format!("/.well-known/ssf-configuration{path}"),
        );
        let said = Browser::new().get(&url).await.json();
        assert_eq!(said["issuer"], scene.system.at(Plane::Discovery, issuer));
        assert_eq!(said["spec_version"], "1_0");
        let own = |name: &str| {
            scene.system.at(
                Plane::Token,
                &format!("/t/acme/{environment}/events/{name}"),
            )
        };
        assert_eq!(said["configuration_endpoint"], own("stream"));
        assert_eq!(said["status_endpoint"], own("status"));
        assert_eq!(said["verification_endpoint"], own("verify"));
        assert_eq!(
            said["authorization_schemes"][0]["spec_urn"],
            "urn:ietf:rfc:7617"
        );
        let keys = Browser::new().get(said["jwks_uri"].as_str().unwrap()).await;
        assert_eq!(keys.status, 200);
    }
    let nobody = scene
        .system
        .at(Plane::Discovery, "/.well-known/ssf-configuration/t/nobody");
    assert_eq!(Browser::new().get(&nobody).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_of_one_resource_and_of_one_kind() {
    let scene = Scene::new().await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    assert_eq!(notes.get("stream").await.json(), json!([]));
    let poll = json!({ "returnImmediately": true });
    assert_eq!(notes.post("poll", &poll).await.status, 404);
    let wish = json!({ "delivery": { "method": POLL }, "description": "Notes", "unknown": 1 });
    let made = notes.post("stream", &wish).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made["aud"], RESOURCE);
    assert_eq!(
        made["delivery"],
        json!({ "method": POLL, "endpoint_url": format!("{}/poll", notes.at) })
    );
    assert_eq!(made["events_delivered"].as_array().unwrap().len(), 5);
    assert_eq!(notes.get("stream").await.json(), json!([made]));
    let id = made["stream_id"].as_str().unwrap();
    assert_eq!(
        notes.get(&format!("stream?stream_id={id}")).await.json(),
        made
    );
    assert_eq!(notes.post("stream", &wish).await.status, 409);

    // What is left out stays, or with PUT is as in the beginning.
    let change = json!({ "stream_id": id, "events_requested": [caep("session-revoked")] });
    let changed = notes
        .call(Method::PATCH, "stream", Some(&change))
        .await
        .json();
    assert_eq!(changed["description"], "Notes");
    assert_eq!(
        changed["events_delivered"],
        json!([caep("session-revoked")])
    );
    let endpoint = "https://receiver.example/events";
    let push = json!({ "stream_id": id, "delivery": { "method": PUSH, "endpoint_url": endpoint } });
    let replaced = notes.call(Method::PUT, "stream", Some(&push)).await.json();
    assert_eq!(replaced.get("description"), None);
    assert_eq!(replaced["events_delivered"].as_array().unwrap().len(), 5);
    assert_eq!(replaced["delivery"]["endpoint_url"], endpoint);
    assert_eq!(
        notes.post("poll", &poll).await.status,
        404,
        "it is pushed to"
    );

    let gone = notes
        .call(Method::DELETE, &format!("stream?stream_id={id}"), None)
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(notes.get("stream").await.json(), json!([]));
    let done = "select to_jsonb(array_agg(action order by at))::text from ledger.entry where action like 'event_stream.%'";
    assert_eq!(
        row(&scene, done).await,
        json!([
            "event_stream.create",
            "event_stream.change",
            "event_stream.change",
            "event_stream.remove"
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_no_stream_leads_inside_and_no_wish_is_half_read() {
    let scene = Scene::new().await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let push = |endpoint: &str| json!({ "delivery": { "method": PUSH, "endpoint_url": endpoint } });
    for wish in [
        push("http://receiver.example/events"),
        push("https://127.0.0.1/events"),
        push("https://[::1]/events"),
        push("https://169.254.169.254/latest/meta-data"),
        push("https://0x7f.1/"),
        push("https://localhost/events"),
        push("https://user@receiver.example/"),
        push("https://receiver.example\\@inside/"),
        push("file:///etc/passwd"),
        push(""),
        json!({ "delivery": { "method": PUSH } }),
        json!({ "delivery": { "method": "urn:ietf:rfc:1" } }),
        json!({ "delivery": { "method": POLL, "authorization_header": "Bearer x" } }),
        json!({ "delivery": POLL }),
        json!({ "iss": "https://evil.example", "delivery": { "method": POLL } }),
        json!({ "aud": "https://evil.example", "delivery": { "method": POLL } }),
        json!({ "events_requested": "all" }),
        json!({ "description": "a\u{0000}b" }),
    ] {
        let answer = notes.post("stream", &wish).await;
        assert_eq!(answer.status, 400, "{wish}: {}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_request", "{wish}");
    }
    assert_eq!(notes.get("stream").await.json(), json!([]));
    let stream = notes.begin_polling().await;
    for (name, wish) in [
        ("status", json!({ "stream_id": stream, "status": "gone" })),
        ("status", json!({ "stream_id": stream })),
        ("status", json!({ "status": "paused" })),
        ("verify", json!({ "state": "x" })),
        (
            "verify",
            json!({ "stream_id": stream, "state": "x".repeat(1_025) }),
        ),
        ("poll", json!({ "maxEvents": -1 })),
        ("poll", json!({ "ack": "all" })),
    ] {
        let answer = notes.post(name, &wish).await;
        assert_eq!(answer.status, 400, "{name} {wish}: {}", answer.body);
    }
    assert_eq!(notes.get("status").await.status, 400);
    // One test a minute.
    let wish = json!({ "stream_id": stream });
    assert_eq!(notes.post("verify", &wish).await.status, 204);
    let soon = notes.post("verify", &wish).await;
    assert_eq!(soon.status, 429, "{}", soon.body);
    assert!(soon.header("retry-after").parse::<u32>().unwrap() <= 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stream_is_as_unknown_as_none() {
    let scene = Scene::new().await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes.begin_polling().await;
    let neighbour = scene.company.neighbour().await;
    let others = [
        Receiver::new(
            &scene,
            ("acme", PRODUCTION),
            another(&scene.company, PRODUCTION).await,
        ),
        Receiver::notes(&scene, Environment::Sandbox).await,
        Receiver::new(
            &scene,
            ("globex", PRODUCTION),
            scene::notes(&neighbour, PRODUCTION).await,
        ),
    ];
    let mut theirs = vec![format!("evs_0192{}", "7".repeat(28)), "x".to_owned()];
    for other in &others {
        theirs.push(other.begin_polling().await);
    }
    let mut said = std::collections::BTreeSet::new();
    for id in &theirs {
        let named = json!({ "stream_id": id, "status": "disabled", "events_requested": [] });
        for answer in [
            notes.get(&format!("stream?stream_id={id}")).await,
            notes.get(&format!("status?stream_id={id}")).await,
            notes.post("status", &named).await,
            notes.post("verify", &named).await,
            notes.call(Method::PATCH, "stream", Some(&named)).await,
            notes.call(Method::PUT, "stream", Some(&named)).await,
            notes
                .call(Method::DELETE, &format!("stream?stream_id={id}"), None)
                .await,
        ] {
            assert_eq!(answer.status, 404, "{id}: {}", answer.body);
            said.insert(answer.json()["error_description"].to_string());
        }
    }
    assert_eq!(said.len(), 1, "{said:?}");
    let query = "select to_jsonb(array_agg(distinct status))::text from issue.event_stream";
    assert_eq!(row(&scene, query).await, json!(["enabled"]));

    // Whoever is no resource of this issuer has no stream: a client, another tenant's resource, the other environment's.
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let [photos, sandbox, globex] = others.map(|other| other.machine);
    drop(photos);
    let wrong = Machine {
        secret: "nrs_wrong".to_owned(),
        ..notes.machine.clone()
    };
    for machine in [client, sandbox, globex, wrong] {
        let stranger = Receiver {
            machine,
            ..notes.clone()
        };
        for (method, name) in [
            (Method::GET, "stream"),
            (Method::POST, "stream"),
            (Method::POST, "poll"),
            (Method::POST, "verify"),
        ] {
            let body = (method == Method::POST).then(|| json!({}));
            let answer = stranger.call(method.clone(), name, body.as_ref()).await;
            assert_eq!(answer.status, 401, "{method} {name}: {}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_who_asks_too_often_waits() {
    let scene = Scene::new().await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes.begin_polling().await;
    let poll = json!({ "returnImmediately": true });
    let mut limited = None;
    for _ in 0..200 {
        let answer = notes.post("poll", &poll).await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.expect("nobody was limited");
    assert!(limited.header("retry-after").parse::<u32>().unwrap() >= 1);
    // Another resource is not.
    let photos = Receiver::new(
        &scene,
        ("acme", PRODUCTION),
        another(&scene.company, PRODUCTION).await,
    );
    photos.begin_polling().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_no_other_token() {
    let scene = Scene::new().await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let stream = notes.begin_polling().await;
    assert_eq!(
        notes
            .post("verify", &json!({ "stream_id": stream }))
            .await
            .status,
        204
    );
    let answer = notes.post("poll", &json!({})).await.json();
    let sets = answer["sets"].as_object().unwrap();
    let set = sets.values().next().unwrap().as_str().unwrap();
    let heard = scene.introspect(PRODUCTION, &notes.machine, set).await;
    assert_eq!(heard, json!({ "active": false }));
    let userinfo = scene.issuer_at(Plane::Token, PRODUCTION, "userinfo");
    assert_eq!(
        Browser::new()
            .post(&userinfo, &[("access_token", set)])
            .await
            .status,
        401
    );
    let logout = scene.issuer_at(
        Plane::Token,
        PRODUCTION,
        &format!("logout?id_token_hint={set}"),
    );
    assert_eq!(Browser::new().get(&logout).await.status, 400);
}
