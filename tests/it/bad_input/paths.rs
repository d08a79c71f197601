//! Wrong places and wrong methods: a tenant or environment that is not there is one 404 whatever is wrong with it, and
//! a method that a path does not have is a 405 that names those it has.

use std::collections::{BTreeMap, BTreeSet};

use narthex_tests::{Answer, Browser, Plane, Rows};
use reqwest::Method;

use super::{Endpoint, Says, endpoints, reads_json, refused};
use crate::scene::Scene;

/// Places that are none: unknown, of the platform, malformed, of another case, with something behind.
const TENANTS: [&str; 8] = [
    "nobody", "platform", "ACME", "acme%00", "acme%20", "a", "acme'--", "%ff",
];
const ENVIRONMENTS: [&str; 5] = [
    "staging",
    "PRODUCTION",
    "production%00",
    "%20sandbox",
    "%ff",
];

/// A request that would be well-formed at a place that exists.
async fn ask(scene: &Scene, browser: &mut Browser, at: &Endpoint, path: &str) -> Answer {
    let url = scene.system.at(at.plane, path);
    let request = browser.request(at.method.clone(), &url);
    let json = ("content-type", "application/json");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let request = match (at.method.as_str(), at.name) {
        ("GET", _) => request,
        (_, name) if reads_json(name) => request.header(json.0, json.1).body("{}"),
        (_, _) => request.header(form.0, form.1).body("a=b"),
    };
    browser.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_not_there() {
    let scene = Scene::new().await;
    let mut browser = Browser::new();
    let before = Rows::count(&scene.company.place).await;
    for at in endpoints()
        .into_iter()
        .filter(|at| at.path.contains("{tenant}"))
    {
        let mut places: Vec<String> = TENANTS.map(|slug| at.path(slug, "production")).into();
        if at.path.contains("{environment}") {
            places.extend(ENVIRONMENTS.map(|environment| at.path("acme", environment)));
        }
        for place in places {
            let answer = ask(&scene, &mut browser, &at, &place).await;
            let what = format!("{} {place}", at.method);
            refused(&what, at.says, &answer, (404, "invalid_request"));
        }
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_a_path_does_not_have() {
    let scene = Scene::new().await;
    let mut browser = Browser::new();
    let mut paths: BTreeMap<(Plane, &str), Vec<Endpoint>> = BTreeMap::new();
    for endpoint in endpoints() {
        let key = (endpoint.plane, endpoint.path);
        paths.entry(key).or_default().push(endpoint);
    }
    let before = Rows::count(&scene.company.place).await;
    for rows in paths.values() {
        let path = rows[0].path("acme", "production");
        let mut has: BTreeSet<&str> = rows.iter().map(|row| row.method.as_str()).collect();
        if has.contains("GET") {
            has.insert("HEAD");
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if has.contains(method) {
                continue;
            }
            let url = scene.system.at(rows[0].plane, &path);
            let request = browser.request(method.parse::<Method>().unwrap(), &url);
            let answer = browser.send(request).await;
            let what = format!("{method} {path}");
            refused(&what, rows[0].says, &answer, (405, "invalid_request"));
            let allow: BTreeSet<&str> = answer.header("allow").split(',').map(str::trim).collect();
            assert_eq!(allow, has, "{what}");
        }
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_is_not_there() {
    let scene = Scene::new().await;
    let mut browser = Browser::new();
    for (plane, says) in [
        (Plane::Discovery, Says::Json),
        (Plane::Token, Says::Json),
        (Plane::Portal, Says::Page),
        (Plane::Staff, Says::Page),
    ] {
        for path in [
            "/t/acme/production/register/x/y",
            "/.well-known/oauth-authorization-server",
            "/t/acme/production/token/",
            "//t/acme/production/token",
            "/t/acme/production/..%2ftoken",
            "/static/../Cargo.toml",
            "/%00",
        ] {
            let answer = browser.get(&scene.system.at(plane, path)).await;
            refused(path, says, &answer, (404, "invalid_request"));
        }
    }
}
