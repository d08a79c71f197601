//! A client manages its own registration (RFC 7592) on the running product: it reads and deletes it, and by no way
//! comes back from where people stopped it.

use narthex_approval::suspend::Stop;
use narthex_tests::{Answer, Browser, Plane, Rows};
use narthex_vocab::{Environment, Secret, SecretKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::approval_based_registration::{App, scene, service};
use crate::scene::{Machine, Scene};

const PRODUCTION: Environment = Environment::Production;

/// A client that registered and was answered.
pub(crate) async fn registered(scene: &Scene) -> Value {
    let mut app = App::registered(scene, PRODUCTION, &service()).await;
    app.approved().await;
    let answer = app.answer().await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

pub(crate) async fn call(method: Method, url: &str, token: Option<&str>) -> Answer {
    let mut browser = Browser::new();
    let request = browser.request(method, url);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    browser.send(request).await
}

pub(crate) fn text<'a>(client: &'a Value, name: &str) -> &'a str {
    client[name].as_str().unwrap()
}

pub(crate) fn access(client: &Value) -> (&str, Option<&str>) {
    let token = text(client, "registration_access_token");
    (text(client, "registration_client_uri"), Some(token))
}

pub(crate) async fn state(scene: &Scene, client: &Value) -> String {
    let administrator = scene.company.place.administrator().await;
    let sql = "select state from registry.client where client_id = $1";
    let id = text(client, "client_id");
    let row = administrator.query_one(sql, &[&id]).await.unwrap();
    row.get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_reads_and_ends_its_registration() {
    let scene = scene().await;
    let client = registered(&scene).await;
    let (uri, token) = access(&client);
    let path = format!("/t/acme/production/register/{}", text(&client, "client_id"));
    assert_eq!(uri, scene.system.at(Plane::Discovery, &path));
    assert!(token.unwrap().starts_with("nra_"));
    let rows = Rows::dump(&scene.company.place).await;
    assert!(!rows.contains(token.unwrap()), "the token is stored");

    let read = call(Method::GET, uri, token).await;
    assert_eq!(read.status, 200, "{}", read.body);
    assert_eq!(read.header("cache-control"), "no-store");
    let mut expected = client.clone();
    let members = expected.as_object_mut().unwrap();
    members.remove("client_secret");
    members.remove("client_secret_expires_at");
    assert_eq!(read.json(), expected);

    let machine = Machine {
        id: text(&client, "client_id").to_owned(),
        secret: text(&client, "client_secret").to_owned(),
    };
    scene.client_token(PRODUCTION, &machine).await;
    let deleted = call(Method::DELETE, uri, token).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    for method in [Method::GET, Method::DELETE] {
        let gone = call(method, uri, token).await;
        assert_eq!(
            (gone.status, &gone.json()["error"]),
            (401, &json!("invalid_token"))
        );
    }
    for _ in 0..100 {
        if state(&scene, &client).await == "revoked" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(state(&scene, &client).await, "revoked");
    let form = [("grant_type", "client_credentials")];
    let mut browser = Browser::new();
    let refused = browser
        .basic(&scene.token(PRODUCTION), machine.basic(), &form)
        .await;
    assert!((400..500).contains(&refused.status), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_manages_its_own_registration_alone() {
    let scene = scene().await;
    let (client, other) = (registered(&scene).await, registered(&scene).await);
    let ((uri, token), (other_uri, other_token)) = (access(&client), access(&other));
    let mut rng = narthex_tenancy::ambient::rng();
    let invented = Secret::generate(SecretKind::RegistrationAccess, &mut rng);
    let foreign = uri.replace("acme", "globex");
    scene.company.neighbour().await;
    let sandbox = uri.replace("production", "sandbox");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        for (uri, token, status) in [
            (uri, None, 401),
            (uri, Some(""), 401),
            (uri, Some(text(&client, "client_secret")), 401),
            (uri, Some(invented.reveal()), 401),
            (uri, other_token, 403),
            (other_uri, token, 403),
            (&sandbox, token, 401),
            (&foreign, token, 401),
        ] {
            let answer = call(method.clone(), uri, token).await;
            assert_eq!(answer.status, status, "{method} {uri}: {}", answer.body);
            assert_eq!(answer.json()["error"], "invalid_token");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    for method in [Method::POST, Method::PATCH] {
        assert_eq!(call(method, uri, token).await.status, 405);
    }
    assert_eq!(call(Method::GET, uri, token).await.status, 200);
    assert_eq!(call(Method::GET, other_uri, other_token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_here_revives_a_client() {
    let scene = scene().await;
    let client = registered(&scene).await;
    let (uri, token) = access(&client);
    let id = text(&client, "client_id");
    scene.stop(id, PRODUCTION, Stop::Suspend).await;
    assert_eq!(call(Method::GET, uri, token).await.status, 200);
    assert_eq!(state(&scene, &client).await, "suspended");
    scene.stop(id, PRODUCTION, Stop::Revoke).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        assert_eq!(call(method, uri, token).await.status, 401);
    }
    assert_eq!(state(&scene, &client).await, "revoked");
    let administrator = scene.company.place.administrator().await;
    let revive = "update intake.registration_access set live = true";
    let refused = administrator.execute(revive, &[]).await.unwrap_err();
    let constraint = refused.as_db_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("stays_ended"));
}
