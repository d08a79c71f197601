//! An exchanged token (RFC 8693) is narrower than the one that was shown, in every way, and ends with it; only who was
//! approved for this gets one, and only for whom the token that it holds speaks. (Others let it grow, cross tenants, or
//! outlive what it came from: CVE-2026-9704, -56668, -9094, -9097.)

use narthex_approval::suspend::Stop;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::ClientId;
use narthex_vocab::Environment::{self, Production, Sandbox};
use serde_json::{Value, json};

use super::{says, text};
use crate::cases::company::Company;
use crate::scene::{self, Machine, RESOURCE, Scene};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const A_SECOND: std::time::Duration = std::time::Duration::from_secs(1);
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A service that was approved to act for people whose tokens others hand to it.
async fn helper(company: &Company, environment: Environment, scopes: &str) -> Machine {
    let sent = json!({ "client_name": "Helper", "grant_types": ["client_credentials", GRANT],
        "token_endpoint_auth_method": "client_secret_basic" });
    let reach = company.reach(environment, scopes, &["list_notes"]);
    let (client, _) = scene::approved(company, environment, &sent, reach).await;
    scene::with_secret(company, environment, &client).await.0
}

/// A person's token in the hands of the app that they signed in to.
struct Held {
    scene: Scene,
    app: ClientId,
    refresh: String,
    token: String,
}

impl Held {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let app = scene.app("Stranger Notes", "notes:read notes:write").await;
        let person = scene.user("Uma").await;
        let mut browser = scene.as_user(&person).await;
        let more = [("scope", Some("openid notes:read notes:write"))];
        let page = browser.get(&scene.front_door(&app, &more)).await;
        let left = scene.consent(&mut browser, &page, "allow").await;
        let address = left.header("refresh").to_owned();
        let code = address
            .split("code=")
            .nth(1)
            .unwrap_or_else(|| panic!("{}", left.body));
        let code = code.split('&').next().unwrap();
        let issued = scene.redeem((&app, code), &[]).await;
        Self {
            refresh: text(&issued, "refresh_token"),
            token: text(&issued, "access_token"),
            app,
            scene,
        }
    }

    async fn exchanges(&self, helper: &Machine, token: &str, more: &[(&str, &str)]) -> Answer {
        at(&self.scene.token(Production), helper, token, more).await
    }
}

async fn at(url: &str, helper: &Machine, token: &str, more: &[(&str, &str)]) -> Answer {
    let named = |name: &str| more.iter().any(|(own, _)| *own == name);
    let usual = [
        ("grant_type", GRANT),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    let form: Vec<_> = usual
        .into_iter()
        .filter(|(name, _)| !named(name))
        .chain(more.iter().copied().filter(|(_, value)| *value != "-"))
        .collect();
    Browser::new().basic(url, helper.basic(), &form).await
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let body = token.split('.').nth(1).unwrap();
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(body)
        .unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_narrower_and_says_who_acts() {
    let held = Held::new().await;
    let scene = &held.scene;
    let helper = helper(&scene.company, Production, "notes:read notes:write").await;
    let answer = held
        .exchanges(&helper, &held.token, &[("scope", "notes:read")])
        .await;
    assert_eq!(
        answer.json()["issued_token_type"],
        ACCESS_TOKEN,
        "{}",
        answer.body
    );
    assert_eq!(text(&answer, "token_type"), "Bearer");
    let token = text(&answer, "access_token");
    assert!(
        answer.json().get("refresh_token").is_none() && answer.json().get("id_token").is_none()
    );
    let (before, after) = (claims(&held.token), claims(&token));
    for same in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["scope"], "notes:read");
    assert_eq!(after["client_id"], json!(helper.id));
    assert!(after["exp"].as_i64() <= before["exp"].as_i64());
    assert_eq!(
        after["act"],
        json!({ "sub": helper.id, "act": { "sub": held.app } })
    );

    let notes = scene.notes(Production).await;
    let known = scene.introspect(Production, &notes, &token).await;
    assert_eq!(
        (&known["active"], &known["act"]),
        (&json!(true), &after["act"]),
        "{known}"
    );
    let asked = scene
        .may_call(Production, &notes, (&helper.id, &token))
        .await;
    assert_eq!(asked["decision"], true, "{asked}");
    // Without a wish it is all that both have, and never who the person is.
    let whole = held
        .exchanges(&helper, &held.token, &[("resource", RESOURCE)])
        .await;
    assert_eq!(text(&whole, "scope"), "notes:read notes:write");
    let userinfo = scene.issuer_at(Plane::Token, Production, "userinfo");
    let form = [("access_token", text(&whole, "access_token"))];
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(Browser::new().post(&userinfo, &form).await.status, 403);
    let administrator = scene.company.place.administrator().await;
    let logged = "select count(*), count(grant_id) from issue.issuance where grant_type = $1";
    let row = administrator.query_one(logged, &[&GRANT]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_never_grows() {
    let held = Held::new().await;
    let scene = &held.scene;
    let helper = helper(&scene.company, Production, "notes:read notes:delete").await;
    let less = held.exchanges(&helper, &held.token, &[]).await;
    assert_eq!(text(&less, "scope"), "notes:read", "what both have");
    let less = text(&less, "access_token");
    for (more, refusal) in [
        (vec![("scope", "notes:delete")], "invalid_scope"),
        (vec![("scope", "notes:read notes:write")], "invalid_scope"),
        (vec![("scope", "openid")], "invalid_scope"),
        (vec![("scope", "notes:read openid")], "invalid_scope"),
        (
            vec![("resource", "https://other.example/")],
            "invalid_target",
        ),
        (
            vec![
                ("resource", RESOURCE),
                ("resource", "https://other.example/"),
            ],
            "invalid_target",
        ),
        (vec![("audience", RESOURCE)], "invalid_target"),
        (
            vec![("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")],
            "invalid_request",
        ),
        (vec![("subject_token_type", "-")], "invalid_request"),
        (
            vec![(
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:refresh_token",
            )],
            "invalid_request",
        ),
        (vec![("actor_token", &less)], "invalid_request"),
        (vec![("actor_token_type", ACCESS_TOKEN)], "invalid_request"),
        (vec![("subject_token", &held.refresh)], "invalid_request"),
        (vec![("subject_token", "a.b.c")], "invalid_request"),
        (vec![("subject_token", "")], "invalid_request"),
    ] {
        let answer = held.exchanges(&helper, &held.token, &more).await;
        says(&format!("{more:?}"), &answer, (400, refusal));
    }
    // Exchanged again it is no wider than it became, and nobody stands behind one another without end.
    let again = held
        .exchanges(&helper, &less, &[("scope", "notes:read")])
        .await;
    let mut token = text(&again, "access_token");
    let mut depth = 2;
    let refused = loop {
        let answer = held.exchanges(&helper, &token, &[]).await;
        if answer.status != 200 {
            break answer;
        }
        token = text(&answer, "access_token");
        depth += 1;
        assert!(depth < 6, "without end");
    };
    says("too deep", &refused, (400, "invalid_request"));
    let widened = held
        .exchanges(&helper, &less, &[("scope", "notes:write")])
        .await;
    says("wider again", &widened, (400, "invalid_scope"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_calls_no_tool_that_the_app_cannot_call() {
    let held = Held::new().await;
    let scene = &held.scene;
    let helper = helper(&scene.company, Production, "notes:read").await;
    let notes = scene.notes(Production).await;
    let decision = async |token: &str| {
        scene
            .may_call(Production, &notes, (&helper.id, token))
            .await["decision"]
            .clone()
    };
    let before = held.exchanges(&helper, &held.token, &[]).await;
    let before = text(&before, "access_token");
    assert_eq!(
        claims(&before)["https://narthex.dev/claims/tools"],
        json!(["list_notes"])
    );
    assert_eq!(decision(&before).await, true);

    // The app is approved without the tool from now on: nobody calls it for its people, with whatever token.
    let without = format!(
        "delete from registry.entitled_tool where client_id = '{}'",
        held.app
    );
    let administrator = scene.company.place.administrator().await;
    administrator.batch_execute(&without).await.unwrap();
    tokio::time::sleep(A_SECOND).await;
    assert_eq!(decision(&before).await, false);
    let after = scene.refresh(&held.app, &held.refresh).await;
    let after = held
        .exchanges(&helper, &text(&after, "access_token"), &[])
        .await;
    let after = text(&after, "access_token");
    assert_eq!(claims(&after).get("https://narthex.dev/claims/tools"), None);
    assert_eq!(decision(&after).await, false);
    // Its own token is as good as before.
    let own = scene.client_token(Production, &helper).await;
    assert_eq!(decision(&own).await, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_for_less_reaches_what_stands_on_it() {
    let held = Held::new().await;
    let scene = &held.scene;
    let helper = helper(&scene.company, Production, "notes:read notes:write").await;
    let notes = scene.notes(Production).await;
    let first = text(
        &held.exchanges(&helper, &held.token, &[]).await,
        "access_token",
    );
    let second = text(&held.exchanges(&helper, &first, &[]).await, "access_token");
    let less = format!(
        "delete from registry.entitled_tool where client_id = '{app}' and tool = 'add_note';
         delete from registry.entitlement where client_id = '{app}' and scope = 'notes:write'",
        app = held.app
    );
    let administrator = scene.company.place.administrator().await;
    administrator.batch_execute(&less).await.unwrap();
    tokio::time::sleep(A_SECOND).await;
    for token in [&first, &second] {
        let known = scene.introspect(Production, &notes, token).await;
        assert_eq!(
            (&known["active"], &known["scope"]),
            (&json!(true), &json!("notes:read")),
            "{known}"
        );
        let again = held
            .exchanges(&helper, token, &[("scope", "notes:write")])
            .await;
        says("what the app has no more", &again, (400, "invalid_scope"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_of_a_person_or_of_the_client_itself() {
    let held = Held::new().await;
    let scene = &held.scene;
    let helper = helper(&scene.company, Production, "notes:read").await;
    let other = scene.machine(Production, "notes:read").await;
    let theirs = scene.client_token(Production, &other).await;
    says(
        "another's own",
        &held.exchanges(&helper, &theirs, &[]).await,
        (400, "invalid_request"),
    );
    let own = scene.client_token(Production, &helper).await;
    let narrowed = held.exchanges(&helper, &own, &[]).await;
    assert_eq!(
        claims(&text(&narrowed, "access_token"))["sub"],
        json!(helper.id)
    );
    // Who acts is the client itself: its own token says so, and nobody else's does.
    let actor = [
        ("actor_token_type", ACCESS_TOKEN),
        ("actor_token", own.as_str()),
    ];
    text(
        &held.exchanges(&helper, &held.token, &actor).await,
        "access_token",
    );
    for wrong in [theirs.as_str(), &held.token] {
        let actor = [("actor_token_type", ACCESS_TOKEN), ("actor_token", wrong)];
        let answer = held.exchanges(&helper, &held.token, &actor).await;
        says("another actor", &answer, (400, "invalid_request"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_was_approved_for_it_and_only_here() {
    let held = Held::new().await;
    let scene = &held.scene;
    let machine = scene.machine(Production, "notes:read").await;
    says(
        "not approved for it",
        &held.exchanges(&machine, &held.token, &[]).await,
        (400, "unauthorized_client"),
    );
    let unknown = Machine {
        id: machine.id.clone(),
        secret: "nps_x".to_owned(),
    };
    says(
        "another's name",
        &held.exchanges(&unknown, &held.token, &[]).await,
        (401, "invalid_client"),
    );
    let public = [
        ("grant_type", GRANT),
        ("client_id", held.app.as_str()),
        ("subject_token", &held.token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    let answer = Browser::new().post(&scene.token(Production), &public).await;
    says("the app itself", &answer, (400, "unauthorized_client"));
    // Nothing of another environment or another tenant.
    let sandboxed = helper(&scene.company, Sandbox, "notes:read").await;
    let answer = at(&scene.token(Sandbox), &sandboxed, &held.token, &[]).await;
    says(
        "production's in the sandbox",
        &answer,
        (400, "invalid_request"),
    );
    let of_sandbox = scene.client_token(Sandbox, &sandboxed).await;
    let here = helper(&scene.company, Production, "notes:read").await;
    says(
        "the sandbox's",
        &held.exchanges(&here, &of_sandbox, &[]).await,
        (400, "invalid_request"),
    );
    let neighbour = scene.company.neighbour().await;
    let theirs = helper(&neighbour, Production, "notes:read").await;
    let url = scene.system.at(Plane::Token, "/t/globex/production/token");
    says(
        "a neighbour's",
        &at(&url, &theirs, &held.token, &[]).await,
        (400, "invalid_request"),
    );
    says(
        "by a neighbour",
        &held.exchanges(&theirs, &held.token, &[]).await,
        (401, "invalid_client"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_what_it_came_from() {
    let held = Held::new().await;
    let scene = &held.scene;
    let helper = helper(&scene.company, Production, "notes:read").await;
    let notes = scene.notes(Production).await;
    let first = text(
        &held.exchanges(&helper, &held.token, &[]).await,
        "access_token",
    );
    let second = text(&held.exchanges(&helper, &first, &[]).await, "access_token");
    let live =
        async |token: &str| scene.introspect(Production, &notes, token).await["active"] == true;
    assert!(live(&first).await && live(&second).await);

    // Who may act no more, or whose person's app may not, acts no more.
    for (who, client) in [
        ("the app", held.app.as_str()),
        ("the helper", helper.id.as_str()),
    ] {
        scene.stop(client, Production, Stop::Suspend).await;
        assert!(!live(&first).await && !live(&second).await, "{who}");
        let answer = held.exchanges(&helper, &held.token, &[]).await;
        assert_eq!(answer.status, 400, "{who}: {}", answer.body);
        scene.stop(client, Production, Stop::Resume).await;
        assert!(live(&first).await && live(&second).await, "{who}");
    }
    // The one in the middle is given back: what stands on it ends, what it stood on goes on.
    let revoke = scene.issuer_at(Plane::Token, Production, "revoke");
    let form = [("token", first.as_str())];
    assert_eq!(
        Browser::new()
            .basic(&revoke, helper.basic(), &form)
            .await
            .status,
        200
    );
    assert!(!live(&first).await && !live(&second).await && live(&held.token).await);
    // The person's permission ends: so does everything that came of it.
    let third = text(
        &held.exchanges(&helper, &held.token, &[]).await,
        "access_token",
    );
    let form = [("client_id", held.app.as_str()), ("token", &held.refresh)];
    assert_eq!(Browser::new().post(&revoke, &form).await.status, 200);
    assert!(!live(&third).await && !live(&held.token).await);
    says(
        "over",
        &held.exchanges(&helper, &held.token, &[]).await,
        (400, "invalid_request"),
    );
}
