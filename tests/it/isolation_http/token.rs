//! The guarded routes of the public tables by those who must not pass.

use narthex_people::session::Surface;
use narthex_tests::{Browser, Plane};
use narthex_token::{Guard, routes};

use super::{ENVIRONMENT, disguised, post};
use crate::scene::{self, Machine, Scene, cookie};

/// Who comes to the token plane with what.
enum Caller<'a> {
    Nobody,
    Basic(&'a str, &'a Machine),
    Bearer(&'a str, String),
    Cookie(&'a str, Browser),
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_by_those_who_must_not_pass() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let theirs = scene::machine(&neighbour, ENVIRONMENT, "notes:read", &[]).await;
    let their_notes = scene::notes(&neighbour, ENVIRONMENT).await;
    let their_user = neighbour.user("Uma").await;
    let their_session = cookie(&neighbour, &their_user, Surface::User).await;
    let url = scene.system.at(Plane::Token, "/t/globex/production/token");
    let form = [("grant_type", "client_credentials")];
    let issued = Browser::new().basic(&url, theirs.basic(), &form).await;
    let their_token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let owner = &scene.company.owner;
    let callers = [
        Caller::Nobody,
        Caller::Basic("a neighbour's client", &theirs),
        Caller::Basic("a neighbour's resource", &their_notes),
        Caller::Bearer("a neighbour's token", their_token),
        Caller::Cookie(
            "a neighbour's user",
            Browser::new().with("narthex-user", &their_session),
        ),
        Caller::Cookie(
            "a session of the portal",
            disguised(&scene, owner, Surface::Portal, "narthex-user").await,
        ),
    ];
    for row in routes().rows() {
        let path = row
            .path
            .replace("{tenant}", "acme")
            .replace("{environment}", "production");
        let parked = format!("prk_0192{}", "7".repeat(28));
        let url = scene
            .system
            .at(Plane::Token, &path.replace("{parked}", &parked))
            .replace("{client}", &format!("np_{}", "q".repeat(26)))
            .replace("{hash}", &"0".repeat(64));
        for caller in &callers {
            let (who, mut browser) = match caller {
                Caller::Nobody => ("nobody", Browser::new()),
                Caller::Basic(who, _) | Caller::Bearer(who, _) => (*who, Browser::new()),
                Caller::Cookie(who, browser) => (*who, browser.clone()),
            };
            let door = scene.issuer_at(Plane::Token, ENVIRONMENT, "sign-in");
            let answer = if row.method.as_str() == "POST" && row.guard == Guard::Person {
                // With the form token of the very session that it shows.
                let csrf = browser.get(&door).await.field("csrf");
                post(&mut browser, &url, &csrf).await
            } else {
                let request = browser.request(row.method.as_str().parse().unwrap(), &url);
                let request = match caller {
                    Caller::Basic(_, machine) => {
                        request.basic_auth(&machine.id, Some(&machine.secret))
                    }
                    Caller::Bearer(_, token) => request.bearer_auth(token),
                    Caller::Nobody | Caller::Cookie(..) => request,
                };
                let request = match (row.method.as_str(), row.name) {
                    ("POST", "evaluation") => request.json(&serde_json::json!({
                        "subject": { "type": "client", "id": "np_a" },
                        "action": { "name": "tools/call" },
                        "resource": { "type": "tool", "id": "list_notes" },
                        "context": { "token": "x" },
                    })),
                    ("POST" | "PUT" | "PATCH", name)
                        if name == "poll" || name.contains("event_stream") =>
                    {
                        request.json(&serde_json::json!({ "stream_id": "evs_a" }))
                    }
                    ("POST", _) => {
                        request.form(&[("grant_type", "client_credentials"), ("token", "x")])
                    }
                    (_, _) => request,
                };
                browser.send(request).await
            };
            let what = format!("{who}: {} {}", row.method, row.path);
            match row.guard {
                Guard::Client | Guard::ClientOrResource | Guard::Resource => {
                    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
                    assert_eq!(answer.json()["error"], "invalid_client", "{what}");
                }
                Guard::Bearer => {
                    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
                    assert_eq!(answer.json()["error"], "invalid_token", "{what}");
                }
                // A picture leads nowhere.
                Guard::Person if row.name == "logo" => assert_eq!(answer.status, 404, "{what}"),
                Guard::Person if row.method.as_str() == "GET" => {
                    assert!(answer.location().contains("/sign-in?"), "{what}");
                }
                // The form is of no session here.
                Guard::Person => assert_eq!(answer.status, 400, "{what}: {}", answer.body),
                // The endpoint itself finds out who somebody is: here it finds nobody.
                Guard::Anyone => assert!(matches!(answer.status, 200 | 303 | 400 | 403), "{what}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_page_is_its_own_persons() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = company
        .registered(ENVIRONMENT, "Waiting Notes", "notes:read")
        .await;
    let (uma, otto) = (scene.user("Uma").await, scene.user("Otto").await);
    let (mut hers, mut his) = (scene.as_user(&uma).await, scene.as_user(&otto).await);
    let page = hers.get(&scene.front_door(&client, &[])).await;
    let (csrf, pending) = (page.field("csrf"), page.field("pending"));
    let form = [
        ("csrf", csrf.as_str()),
        ("pending", &pending),
        ("reason", "I need it."),
    ];
    let ask = scene.issuer_at(Plane::Token, ENVIRONMENT, "ask");
    let waiting = hers.post(&ask, &form).await.location().to_owned();
    let waiting = scene.system.at(Plane::Token, &waiting);
    assert_eq!(hers.get(&waiting).await.status, 200);
    let nobodys = format!("prk_0192{}", "7".repeat(28));
    let nobodys = his
        .get(&scene.issuer_at(Plane::Token, ENVIRONMENT, &format!("waiting/{nobodys}")))
        .await;
    assert_eq!(nobodys.status, 404);
    assert_eq!(super::bare(&his.get(&waiting).await), super::bare(&nobodys));
    let sandbox = waiting.replace("/production/", "/sandbox/");
    assert_eq!(hers.get(&sandbox).await.status, 404);
}
