//! Only a client's own live secret, sent in the way it is registered for, opens anything; a blank, foreign or second
//! credential is worse than none (doorkeeper's CVE-2026-44476 let a blank one in).

use narthex_people::session::Surface;
use narthex_tests::Browser;
use narthex_vocab::Environment::{Production, Sandbox};

use super::says;
use crate::scene::{self, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_but_the_clients_own() {
    let scene = Scene::new().await;
    let own = scene.machine(Sandbox, "notes:read").await;
    let other = scene.machine(Sandbox, "notes:read").await;
    let production = scene.machine(Production, "notes:read").await;
    let notes = scene.notes(Sandbox).await;
    let neighbour = scene.company.neighbour().await;
    let foreign = scene::machine(&neighbour, Sandbox, "notes:read", &[]).await;
    let foreign_notes = scene::notes(&neighbour, Sandbox).await;
    let app = scene.app("Stranger Notes", "notes:read").await;
    let session = scene::cookie(&scene.company, &scene.company.owner, Surface::Portal).await;
    let half = &own.secret[..own.secret.len() - 1];
    let (upper, padded) = (own.secret.to_uppercase(), format!("{} ", own.secret));
    let longer = format!("{}a", own.secret);

    let pairs: [(&str, &str); 20] = [
        (&own.id, ""),
        (&own.id, " "),
        (&own.id, "null"),
        (&own.id, &own.id),
        (&own.id, half),
        (&own.id, &upper),
        (&own.id, &padded),
        (&own.id, &longer),
        (&own.id, &other.secret),
        (&own.id, &production.secret),
        (&own.id, &foreign.secret),
        (&own.id, &notes.secret),
        (&own.id, &session),
        (&other.id, &own.secret),
        (&production.id, &own.secret),
        // Whole pairs of another environment, another tenant, another kind.
        (&production.id, &production.secret),
        (&foreign.id, &foreign.secret),
        (&notes.id, &notes.secret),
        (app.as_str(), ""),
        ("", &own.secret),
    ];
    let forms: [(&str, &[(&str, &str)]); 3] = [
        ("token", &[("grant_type", "client_credentials")]),
        ("introspect", &[("token", "x")]),
        ("revoke", &[("token", "x")]),
    ];
    let mut browser = Browser::new();
    for (endpoint, form) in forms {
        let url = scene.issuer_at(narthex_tests::Plane::Token, Sandbox, endpoint);
        for (user, password) in pairs {
            if endpoint == "introspect" && user == notes.id && password == notes.secret {
                continue;
            }
            let answer = browser.basic(&url, (user, password), form).await;
            let what = format!("{endpoint} {user} {password}");
            says(&what, &answer, (401, "invalid_client"));
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Basic "), "{what}: {challenge}");
        }
        let right = browser.basic(&url, own.basic(), form).await;
        assert_eq!(right.status, 200, "{endpoint}: {}", right.body);
    }
    let introspect = scene.issuer_at(narthex_tests::Plane::Token, Sandbox, "introspect");
    for asker in [
        foreign_notes.basic(),
        (&notes.id, &foreign_notes.secret),
        (&notes.id, ""),
    ] {
        let answer = browser.basic(&introspect, asker, &[("token", "x")]).await;
        says("a resource", &answer, (401, "invalid_client"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_way_and_the_registered_one() {
    let scene = Scene::new().await;
    let own = scene.machine(Sandbox, "notes:read").await;
    let (id, secret) = own.basic();
    let grant = ("grant_type", "client_credentials");
    let url = scene.token(Sandbox);
    let mut browser = Browser::new();

    let forms: [(&str, Vec<(&str, &str)>); 5] = [
        (
            "in the form",
            vec![grant, ("client_id", id), ("client_secret", secret)],
        ),
        (
            "blank in the form",
            vec![grant, ("client_id", id), ("client_secret", "")],
        ),
        ("no proof", vec![grant, ("client_id", id)]),
        ("a secret of nobody", vec![grant, ("client_secret", secret)]),
        ("nobody", vec![grant]),
    ];
    for (what, form) in &forms {
        let answer = browser.post(&url, form).await;
        says(what, &answer, (401, "invalid_client"));
        assert_eq!(
            answer.header("www-authenticate"),
            "",
            "{what}: it sent no header"
        );
    }
    for (what, extra) in [
        ("both", vec![("client_secret", secret)]),
        ("both, one blank", vec![("client_secret", "")]),
        ("another name in the form", vec![("client_id", "ns_other")]),
        (
            "an assertion of no type",
            vec![("client_assertion", "a.b.c")],
        ),
        (
            "a type and no assertion",
            vec![("client_assertion_type", "x")],
        ),
    ] {
        let form: Vec<(&str, &str)> = [grant].into_iter().chain(extra).collect();
        let answer = browser.basic(&url, own.basic(), &form).await;
        says(what, &answer, (400, "invalid_request"));
    }
    let bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for assertion in ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let form = [
            grant,
            ("client_id", id),
            ("client_assertion", assertion),
            ("client_assertion_type", bearer),
        ];
        says(
            assertion,
            &browser.post(&url, &form).await,
            (401, "invalid_client"),
        );
    }
    for header in [
        "Basic",
        "Basic !",
        "Basic Og==",
        "Bearer x",
        "Basic bm9jb2xvbg==",
        "Digest x",
    ] {
        let request = browser.request(reqwest::Method::POST, &url).form(&[grant]);
        let answer = browser.send(request.header("authorization", header)).await;
        says(header, &answer, (401, "invalid_client"));
    }
    let request = browser.request(reqwest::Method::POST, &url).form(&[grant]);
    let request = request
        .basic_auth(id, Some(secret))
        .basic_auth(id, Some(secret));
    says(
        "two headers",
        &browser.send(request).await,
        (401, "invalid_client"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_gets_nothing_for_itself() {
    let scene = Scene::new().await;
    let app = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(Production).await;
    let url = scene.token(Production);
    let mut browser = Browser::new();
    let grant = ("grant_type", "client_credentials");
    let form = [grant, ("client_id", app.as_str())];
    says(
        "for itself",
        &browser.post(&url, &form).await,
        (400, "unauthorized_client"),
    );
    for secret in ["", "x", notes.secret.as_str()] {
        let form = [
            grant,
            ("client_id", app.as_str()),
            ("client_secret", secret),
        ];
        says(
            secret,
            &browser.post(&url, &form).await,
            (401, "invalid_client"),
        );
    }
    let introspect = scene.issuer_at(narthex_tests::Plane::Token, Production, "introspect");
    let form = [("token", "x"), ("client_id", app.as_str())];
    says(
        "asks",
        &browser.post(&introspect, &form).await,
        (401, "invalid_client"),
    );
}
