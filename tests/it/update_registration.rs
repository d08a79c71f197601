//! A client replaces its registration (RFC 7592 section 2.2) on the running product: what it sends is a wish that opens
//! the next version of its case, and changes neither what is in force, nor its secret, nor how it stands.

use narthex_approval::{
    decide::{Decided, Outcome},
    request::RequestRef,
    suspend::Stop,
};
use narthex_tests::{Answer, Browser, Plane, Rows};
use narthex_vocab::{Admits, Change, ClientId, Environment, Id, Meanwhile, MetadataRules};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

use crate::approval_based_registration::{App, scene, service};
use crate::changes::choose;
use crate::manage_registration::{access, call, registered, state, text};
use crate::scene::{CALLBACK, Machine, Scene};

const PRODUCTION: Environment = Environment::Production;

/// What the client reads.
async fn read(client: &Value) -> Value {
    let (uri, token) = access(client);
    let answer = call(Method::GET, uri, token).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// What a client sends that changes this of what it reads; null takes a member away.
async fn replacement(client: &Value, change: Value) -> Value {
    let mut body = read(client).await;
    let members = body.as_object_mut().unwrap();
    for member in [
        "registration_access_token",
        "registration_client_uri",
        "client_id_issued_at",
    ] {
        members.remove(member).unwrap();
    }
    for (member, value) in change.as_object().unwrap() {
        match value {
            Value::Null => members.remove(member),
            value => members.insert(member.clone(), value.clone()),
        };
    }
    body
}

async fn put(client: &Value, body: &Value) -> Answer {
    let (uri, token) = access(client);
    let mut browser = Browser::new();
    let request = browser.request(Method::PUT, uri);
    let request = request.bearer_auth(token.unwrap()).json(body);
    browser.send(request).await
}

/// Sends a wish, which is taken and changes nothing.
async fn wish(client: &Value, change: Value) {
    let before = read(client).await;
    let answer = put(client, &replacement(client, change).await).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json(), before, "what is in force is answered");
}

/// The versions of the client's case, each with its state.
async fn versions(scene: &Scene) -> Vec<(i32, String)> {
    let administrator = scene.company.place.administrator().await;
    let sql = "select version, state from review.access_request order by request_id, version";
    let rows = administrator.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn until(scene: &Scene, expected: &[(i32, &str)]) {
    let mut found = Vec::new();
    for _ in 0..200 {
        found = versions(scene).await;
        let same = found.iter().map(|(version, state)| (*version, &**state));
        if same.eq(expected.iter().copied()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{found:?} and not {expected:?}");
}

async fn decide(scene: &Scene, version: i32, outcome: Outcome) -> Decided {
    let administrator = scene.company.place.administrator().await;
    let sql = "select request_id::text from review.access_request limit 1";
    let id: String = administrator.query_one(sql, &[]).await.unwrap().get(0);
    let at = RequestRef {
        environment: PRODUCTION,
        id: Id::from_uuid(id.parse().unwrap()),
        version,
    };
    scene.company.decide(at, outcome).await.unwrap()
}

fn machine(client: &Value) -> Machine {
    Machine {
        id: text(client, "client_id").to_owned(),
        secret: text(client, "client_secret").to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_wish_is_decided_and_the_client_stays_what_was_approved_until_then() {
    let scene = scene().await;
    let client = registered(&scene).await;
    // What is in force already is no wish.
    wish(&client, json!({})).await;
    wish(
        &client,
        json!({ "scope": null, "registration_mode": ["approval"] }),
    )
    .await;
    wish(
        &client,
        json!({ "client_name": "Night Watch", "contacts": ["ops@night.example"] }),
    )
    .await;
    until(&scene, &[(1, "approved"), (2, "in_review")]).await;
    assert_eq!(state(&scene, &client).await, "active");
    scene.client_token(PRODUCTION, &machine(&client)).await;
    // The same again, whatever its order, opens no other version.
    let again = json!({ "contacts": ["ops@night.example"], "client_name": " Night Watch" });
    wish(&client, again).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    until(&scene, &[(1, "approved"), (2, "in_review")]).await;

    let mut reviewer = scene.in_dashboard(&scene.company.reviewer).await;
    let administrator = scene.company.place.administrator().await;
    let id = "select request_id::text from review.access_request limit 1";
    let id: String = administrator.query_one(id, &[]).await.unwrap().get(0);
    let id: Id<narthex_vocab::Request> = Id::from_uuid(id.parse().unwrap());
    let page = format!("/requests/acme/production/{id}");
    let page = reviewer.get(&scene.system.at(Plane::Staff, &page)).await;
    for words in ["What changes", "client_name", "Night Watch", "contacts"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }

    match decide(&scene, 2, Outcome::Approve).await {
        Decided::Activated(renewed) => {
            assert_eq!(renewed.client_id.as_str(), text(&client, "client_id"));
        }
        other => panic!("{other:?}"),
    }
    let now = read(&client).await;
    assert_eq!(now["client_name"], "Night Watch");
    for kept in [
        "client_id",
        "client_id_issued_at",
        "registration_client_uri",
        "scope",
        "token_endpoint_auth_method",
    ] {
        assert_eq!(now[kept], client[kept], "{kept}");
    }
    assert!(now.get("client_secret").is_none());
    scene.client_token(PRODUCTION, &machine(&client)).await;
    let clients = "select count(*), count(distinct client_id) from registry.client";
    let row = administrator.query_one(clients, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 1));
    // It is in force now, and no wish any more.
    wish(&client, json!({ "contacts": ["ops@night.example"] })).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    until(&scene, &[(1, "approved"), (2, "approved")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_newer_wish_takes_the_place_of_an_older_one() {
    let scene = scene().await;
    let client = registered(&scene).await;
    wish(&client, json!({ "client_name": "One" })).await;
    until(&scene, &[(1, "approved"), (2, "in_review")]).await;
    wish(&client, json!({ "client_name": "Two" })).await;
    until(
        &scene,
        &[(1, "approved"), (2, "withdrawn"), (3, "in_review")],
    )
    .await;
    // What is in force takes it back.
    wish(&client, json!({})).await;
    until(
        &scene,
        &[(1, "approved"), (2, "withdrawn"), (3, "withdrawn")],
    )
    .await;
    // A wish that was refused is not taken up again by being repeated.
    wish(
        &client,
        json!({ "client_name": "Three", "scope": "notes:read" }),
    )
    .await;
    let open = [
        (1, "approved"),
        (2, "withdrawn"),
        (3, "withdrawn"),
        (4, "in_review"),
    ];
    until(&scene, &open).await;
    decide(&scene, 4, Outcome::Reject).await;
    wish(
        &client,
        json!({ "client_name": "Three", "scope": "notes:read" }),
    )
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let end = [
        (1, "approved"),
        (2, "withdrawn"),
        (3, "withdrawn"),
        (4, "rejected"),
    ];
    until(&scene, &end).await;
    assert_eq!(state(&scene, &client).await, "active");
    assert_eq!(read(&client).await["client_name"], "Night Shift");
    scene.client_token(PRODUCTION, &machine(&client)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_what_a_replacement_must_not_say_changes_nothing() {
    let scene = scene().await;
    let client = registered(&scene).await;
    let other = registered(&scene).await;
    let mut rules = MetadataRules::default();
    rules.hosts.admits = Admits::Listed;
    scene.company.lists(PRODUCTION, rules).await.unwrap();
    let before = Rows::count(&scene.company.place).await;
    let table = [
        (
            json!({ "client_id": null }),
            "client_id: it is not the client of this registration",
        ),
        (
            json!({ "client_id": other["client_id"] }),
            "client_id: it is not the client of this registration",
        ),
        (
            json!({ "client_id": 7 }),
            "client_id: it is not the client of this registration",
        ),
        (
            json!({ "registration_access_token": client["registration_access_token"] }),
            "registration_access_token: only the server says it",
        ),
        (
            json!({ "registration_client_uri": client["registration_client_uri"] }),
            "registration_client_uri: only the server says it",
        ),
        (
            json!({ "client_secret_expires_at": 0 }),
            "client_secret_expires_at: only the server says it",
        ),
        (
            json!({ "client_id_issued_at": 0 }),
            "client_id_issued_at: only the server says it",
        ),
        (
            json!({ "client_secret": other["client_secret"] }),
            "client_secret: it is not the secret that came with this registration; leave it out",
        ),
        (
            json!({ "client_secret": "mine" }),
            "client_secret: it is not the secret that came with this registration; leave it out",
        ),
        (
            json!({ "client_secret": 7 }),
            "client_secret: it is not the secret that came with this registration; leave it out",
        ),
        (json!({ "client_name": 7 }), "client_name: it is not a text"),
        (
            json!({ "client_uri": "https://evil.example/" }),
            "this environment does not take such metadata",
        ),
    ];
    for (change, said) in table {
        let body = replacement(&client, change.clone()).await;
        let refused = put(&client, &body).await;
        assert_eq!(refused.status, 400, "{change}: {}", refused.body);
        assert_eq!(refused.json()["error"], "invalid_client_metadata");
        assert_eq!(refused.json()["error_description"], said, "{change}");
    }
    let (uri, token) = access(&client);
    let empty = call(Method::PUT, uri, token).await;
    assert_eq!(empty.json()["error"], "invalid_client_metadata");
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), [("intake.attempt", 13)].into());

    // Its own secret may be shown, while it works.
    wish(&client, json!({ "client_secret": client["client_secret"] })).await;
    let administrator = scene.company.place.administrator().await;
    let ended = "update registry.credential set state = 'revoked'";
    administrator.batch_execute(ended).await.unwrap();
    let body = replacement(&client, json!({ "client_secret": client["client_secret"] })).await;
    assert_eq!(put(&client, &body).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_client_without_a_secret_gets_none_by_a_wish() {
    let scene = scene().await;
    let mut body = service();
    body["grant_types"] = json!(["authorization_code"]);
    body["redirect_uris"] = json!(["http://127.0.0.1/cb"]);
    body["token_endpoint_auth_method"] = json!("none");
    let mut app = App::registered(&scene, PRODUCTION, &body).await;
    app.approved().await;
    let client = app.answer().await.json();
    let change = json!({ "token_endpoint_auth_method": "client_secret_basic" });
    let refused = put(&client, &replacement(&client, change).await).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(
        refused.json()["error_description"],
        "token_endpoint_auth_method: a client that has no secret gets none by a change; register anew"
    );
    let shown = json!({ "client_secret": "mine" });
    assert_eq!(
        put(&client, &replacement(&client, shown).await)
            .await
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_no_wish_changes_how_a_client_stands() {
    for (sql, expected) in [
        ("", "suspended"),
        (
            "insert into registry.restriction (tenant_id, environment, client_id, cause, reason, since)
                select tenant_id, environment, client_id, 'document', 'x', now() from registry.client;
            update registry.client set state = 'restricted', state_reason = 'x'",
            "restricted",
        ),
    ] {
        let scene = scene().await;
        let client = registered(&scene).await;
        if sql.is_empty() {
            let id = text(&client, "client_id");
            scene.stop(id, PRODUCTION, Stop::Suspend).await;
        } else {
            let administrator = scene.company.place.administrator().await;
            administrator.batch_execute(sql).await.unwrap();
        }
        wish(&client, json!({ "client_name": "Night Watch" })).await;
        until(&scene, &[(1, "approved"), (2, "in_review")]).await;
        assert_eq!(state(&scene, &client).await, expected);
        assert_eq!(read(&client).await["client_name"], "Night Shift");
        decide(&scene, 2, Outcome::Approve).await;
        // Who stopped it lets it go on; what was limited is approved as it is now.
        let after = if expected == "suspended" {
            "suspended"
        } else {
            "active"
        };
        assert_eq!(state(&scene, &client).await, after);
    }
    for end in ["revoked", "expired"] {
        let scene = scene().await;
        let client = registered(&scene).await;
        let body = replacement(&client, json!({ "client_name": "Night Watch" })).await;
        let administrator = scene.company.place.administrator().await;
        let sql = format!("update registry.client set state = '{end}'");
        administrator.batch_execute(&sql).await.unwrap();
        let refused = put(&client, &body).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (401, &json!("invalid_token"))
        );
        assert_eq!(state(&scene, &client).await, end);
        until(&scene, &[(1, "approved")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_wish_of_a_client_that_ended_before_it_was_looked_at_opens_nothing() {
    let scene = scene().await;
    let client = registered(&scene).await;
    let administrator = scene.company.place.administrator().await;
    let id = text(&client, "client_id");
    let late = "begin;
        insert into intake.registration_update (tenant_id, environment, client_id, metadata, content_hash, sent_at)
            select tenant_id, environment, client_id, metadata || '{\"client_name\": \"Late\"}', sha256('late'), now()
            from registry.client;
        update registry.client set state = 'revoked';
        commit;";
    administrator.batch_execute(late).await.unwrap();
    let seen = "select count(*) from intake.registration_update where seen_hash = content_hash and client_id = $1";
    for _ in 0..200 {
        let count: i64 = administrator.query_one(seen, &[&id]).await.unwrap().get(0);
        if count == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    until(&scene, &[(1, "approved")]).await;
    assert_eq!(state(&scene, &client).await, "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_an_update_is_an_attempt_whatever_comes_of_it() {
    let scene = scene().await;
    let client = registered(&scene).await;
    let secret = text(&client, "client_secret").to_owned();
    let said = json!({ "client_name": "Night Watch", "client_secret": secret });
    wish(&client, said).await;
    let broken = replacement(&client, json!({ "client_name": 7 })).await;
    assert_eq!(put(&client, &broken).await.status, 400);
    let (uri, _) = access(&client);
    let stranger = call(Method::PUT, uri, Some("nra_not-a-token")).await;
    assert_eq!(stranger.status, 401, "{}", stranger.body);

    let administrator = scene.company.place.administrator().await;
    let told = "select outcome, coalesce(error, ''), coalesce(client_id, ''), coalesce(client_name, ''), fingerprint is null,
        coalesce(sent::text, '') from intake.attempt where at > now() - interval '1 minute' and request_id <> ''
        order by at desc, attempt_id desc limit 3";
    let rows = administrator.query(told, &[]).await.unwrap();
    let told: Vec<[String; 4]> = rows
        .iter()
        .map(|row| [0, 1, 2, 3].map(|column| row.get(column)))
        .collect();
    let id = text(&client, "client_id");
    let expected = [
        ["refused", "invalid_token", "", ""],
        ["malformed", "invalid_client_metadata", "", ""],
        ["updated", "", id, "Night Watch"],
    ];
    assert_eq!(told, expected);
    assert!(
        rows.iter().all(|row| row.get::<_, bool>(4)),
        "it is of no family"
    );
    let sent: String = rows[2].get(5);
    assert!(
        sent.contains("Night Watch") && !sent.contains(&secret),
        "{sent}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_a_flood_of_updates_is_a_number() {
    let scene = scene().await;
    let client = registered(&scene).await;
    let (uri, _) = access(&client);
    // Within one minute, or it would be two.
    while chrono::Utc::now().timestamp() % 60 > 40 {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    for _ in 0..65 {
        let refused = call(Method::PUT, uri, Some("nra_not-a-token")).await;
        assert_eq!(refused.status, 401, "{}", refused.body);
    }
    let administrator = scene.company.place.administrator().await;
    let counted = "select (select count(*) from intake.attempt where error = 'invalid_token'),
        (select coalesce(sum(calls), 0)::bigint from intake.tally where error = 'invalid_token' and outcome = 'refused')";
    let row = administrator.query_one(counted, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (60, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_a_wish_asks_people_anew_once_it_is_approved_and_not_before() {
    let scene = scene().await;
    let chosen = [(Change::Redirects, Meanwhile::AskedAgain)];
    choose(&scene.company, PRODUCTION, &chosen).await;
    let body = json!({
        "client_name": "Night Desk",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
        "scope": "notes:read",
        "registration_mode": ["approval"],
    });
    let mut app = App::registered(&scene, PRODUCTION, &body).await;
    app.approved().await;
    let client = app.answer().await.json();
    let id = ClientId::parse(text(&client, "client_id")).unwrap();
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let mut allows = async || {
        let code = scene.code(&mut browser, &id).await;
        let issued = scene.redeem((&id, &code), &[]).await;
        assert_eq!(issued.status, 200, "{}", issued.body);
        issued.json()
    };
    let first = allows().await;
    let asked = "select count(*) from registry.asked_anew";
    let administrator = scene.company.place.administrator().await;
    let asked = async || -> i64 { administrator.query_one(asked, &[]).await.unwrap().get(0) };

    // A wish is no change, and one that is rejected never was.
    let other = json!({ "redirect_uris": [CALLBACK, "http://127.0.0.1/other"] });
    wish(&client, other.clone()).await;
    until(&scene, &[(1, "approved"), (2, "in_review")]).await;
    let second = scene.refresh(&id, text(&first, "refresh_token")).await;
    assert_eq!(second.status, 200, "{}", second.body);
    decide(&scene, 2, Outcome::Reject).await;
    let third = scene
        .refresh(&id, text(&second.json(), "refresh_token"))
        .await;
    assert_eq!((third.status, asked().await), (200, 0), "{}", third.body);

    // Approved, it is a change: what was allowed before is void, and allowed anew it counts.
    let other = json!({ "redirect_uris": [CALLBACK, "http://127.0.0.1/another"] });
    wish(&client, other).await;
    until(
        &scene,
        &[(1, "approved"), (2, "rejected"), (3, "in_review")],
    )
    .await;
    decide(&scene, 3, Outcome::Approve).await;
    assert_eq!(asked().await, 1);
    let refused = scene
        .refresh(&id, text(&third.json(), "refresh_token"))
        .await;
    assert_eq!(refused.json()["error"], "invalid_grant", "{}", refused.body);
    let again = allows().await;
    let goes_on = scene.refresh(&id, text(&again, "refresh_token")).await;
    assert_eq!(goes_on.status, 200, "{}", goes_on.body);
}
