//! The public documentation of a running product: what it shows runs as it is served, every error leads to an entry of
//! it, and what nobody wrote is not there.

use std::path::PathBuf;
use std::process::Stdio;

use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::Environment;
use serde_json::{Value, json};
use tokio::process::Command;
use url::Url;

use crate::scene::{Machine, Scene};

const SANDBOX: Environment = Environment::Sandbox;
/// What the Rust page shows, compiled as a program of its own.
const RUST: &str = include_str!("../../web/docs/examples/quick_start.rs");

/// A page of the tenant's sandbox as Markdown.
async fn markdown(scene: &Scene, name: &str) -> String {
    let url = scene
        .system
        .at(Plane::Discovery, &format!("/t/acme/sandbox/docs/{name}.md"));
    let answer = Browser::new().get(&url).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        "text/markdown; charset=utf-8"
    );
    answer.body
}

/// The blocks of a page in one language.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let inside = |rest: &str| rest.split("\n```").next().unwrap().to_owned();
    markdown.split(&fence).skip(1).map(inside).collect()
}

/// What a reader does first: the block that says who they are, with their own values.
fn exports(page: &str, scene: &Scene, (id, secret): (&str, &str)) -> String {
    let block = blocks(page, "sh").remove(0);
    let issuer = format!(
        "export NARTHEX_ISSUER={}/t/acme/sandbox\n",
        scene.system.origin(Plane::Discovery)
    );
    assert!(block.contains(&issuer), "{block}");
    assert_eq!(block.matches('…').count(), 2, "{block}");
    block.replacen('…', id, 1).replacen('…', secret, 1)
}

/// Runs `program` after the block, in a shell as the reader has one; what it printed as JSON.
async fn run(before: &str, program: &str) -> Value {
    let mut shell = Command::new("sh");
    let script = format!("set -eu\n{before}\n{program}");
    let output = shell
        .args(["-c", &script])
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let (out, err) = (
        output.stdout,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    serde_json::from_slice(&out)
        .unwrap_or_else(|_| panic!("{err}\n{}", String::from_utf8_lossy(&out)))
}

/// The block written down, as its reader would.
fn file(name: &str, text: &str) -> String {
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn only(mut blocks: Vec<String>) -> String {
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    blocks.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quick_starts_run_as_they_are_served() {
    let scene = Scene::new().await;
    let Machine { id, secret } = scene.machine(SANDBOX, "notes:read").await;
    let (curl, python, rust) = (
        markdown(&scene, "curl").await,
        markdown(&scene, "python").await,
        markdown(&scene, "rust").await,
    );
    let in_rust = only(blocks(&rust, "rust"));
    assert_eq!(
        in_rust,
        RUST.trim_end(),
        "what is served is what was compiled"
    );
    let in_python = file("quick_start.py", &only(blocks(&python, "python")));
    let programs = [
        ("curl", &curl, blocks(&curl, "sh").remove(1)),
        ("python", &python, format!("exec python3 {in_python}")),
        (
            "rust",
            &rust,
            format!("exec {}", env!("CARGO_BIN_EXE_quick_start")),
        ),
    ];
    for (name, page, program) in programs {
        let token = run(&exports(page, &scene, (&id, &secret)), &program).await;
        assert!(token["access_token"].is_string(), "{name}: {token}");
        assert_eq!(token["scope"], "notes:read", "{name}");
        if name == "python" {
            continue; // urllib raises what is not a 200
        }
        let wrong = exports(page, &scene, (&id, "nss_wrong"));
        let refused = run(&wrong, &program).await;
        assert_eq!(refused["error"], "invalid_client", "{name}: {refused}");
        entry_of(refused["error_uri"].as_str().unwrap(), "invalid_client").await;
    }
}

/// The address leads to a page with a place of this name.
async fn entry_of(address: &str, name: &str) {
    let url = Url::parse(address).unwrap();
    assert_eq!(url.fragment(), Some(name), "{address}");
    let answer = Browser::new().get(address.split('#').next().unwrap()).await;
    assert_eq!(answer.status, 200, "{address}");
    assert!(
        answer.body.contains(&format!(" id=\"{name}\"")),
        "{address}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_leads_to_its_entry() {
    let scene = Scene::new().await;
    let app = scene.app("Docs", "notes:read").await;
    let mut browser = Browser::new();
    let post = async |browser: &mut Browser, plane, path: &str, body: &Value| -> Answer {
        let request = browser.request(reqwest::Method::POST, &scene.system.at(plane, path));
        browser.send(request.json(body)).await
    };
    let (discovery, token) = (Plane::Discovery, Plane::Token);
    for (plane, path, code) in [
        (discovery, "/t/acme/production/register", "access_denied"),
        (
            discovery,
            "/t/nobody/production/register",
            "invalid_request",
        ),
        (discovery, "/nowhere", "invalid_request"),
        (token, "/t/acme/production/token", "invalid_request"),
        (
            token,
            "/t/acme/production/access/v1/evaluation",
            "invalid_client",
        ),
    ] {
        let body = post(&mut browser, plane, path, &json!({ "client_name": "A" }))
            .await
            .json();
        assert_eq!(body["error"], code, "{path}: {body}");
        entry_of(body["error_uri"].as_str().unwrap(), code).await;
    }
    for (plane, path) in [
        (Plane::Portal, "/api/v1/t/acme/integrations"),
        (Plane::Staff, "/api/v1/me"),
    ] {
        let problem = browser.get(&scene.system.at(plane, path)).await.json();
        entry_of(problem["type"].as_str().unwrap(), "token").await;
    }
    let door = scene.front_door(&app, &[("response_type", Some("token"))]);
    let back = browser.get(&door).await;
    let back = Url::parse(back.header("location")).unwrap();
    let told = |name: &str| {
        back.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(
        told("error").as_deref(),
        Some("unsupported_response_type"),
        "{back}"
    );
    entry_of(&told("error_uri").unwrap(), "unsupported_response_type").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_fill_in_a_place_that_exists_and_say_so_of_no_other() {
    let scene = Scene::new().await;
    let mut browser = Browser::new();
    let at = |path: &str| scene.system.at(Plane::Discovery, path);
    let answer = browser
        .get(&at("/docs?tenant=acme&environment=production"))
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), at("/t/acme/production/docs"));
    let own = browser.get(answer.header("location")).await;
    assert!(
        own.body.contains(&format!("issuer {}.", at("/t/acme"))),
        "{}",
        own.body
    );
    for query in [
        "tenant=nobody&environment=sandbox",
        "tenant=platform&environment=sandbox",
        "tenant=acme&environment=staging",
        "tenant=acme",
        "tenant=%00&environment=sandbox",
        "tenant=%3Cscript%3Ealert(1)%3C%2Fscript%3E&environment=sandbox",
        "tenant=https%3A%2F%2Fevil.example&environment=sandbox",
    ] {
        let answer = browser.get(&at(&format!("/docs?{query}"))).await;
        assert_eq!(answer.status, 422, "{query}");
        assert!(answer.body.contains("There is no such tenant."), "{query}");
        assert!(!answer.body.contains("<script"), "{query}");
        assert_eq!(answer.header("location"), "", "{query}");
    }
    for path in [
        "/docs/nothing",
        "/docs/nothing.md",
        "/docs/.md",
        "/docs/index",
        "/docs/curl.md.md",
        "/docs/..%2fllms.txt",
        "/t/nobody/sandbox/docs/curl",
    ] {
        let answer = browser.get(&at(path)).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("href=\"/docs\""), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_programs_read_lists_every_page_and_pages_load_nothing_of_others() {
    let scene = Scene::new().await;
    let mut browser = Browser::new();
    let llms = browser
        .get(&scene.system.at(Plane::Discovery, "/llms.txt"))
        .await;
    assert_eq!(llms.header("content-type"), "text/plain; charset=utf-8");
    let links: Vec<&str> = llms
        .body
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(links.len() >= 8, "{}", llms.body);
    for link in links {
        let text = browser.get(link).await;
        assert_eq!(
            (text.status, text.header("content-type")),
            (200, "text/markdown; charset=utf-8"),
            "{link}"
        );
        assert!(text.body.starts_with("# "), "{link}");
        let page = browser
            .get(&link.replace("/index.md", "").replace(".md", ""))
            .await;
        assert_eq!(page.status, 200, "{link}");
        assert!(
            !page.body.contains("<script") && !page.body.contains("style=\""),
            "{link}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'none'"),
            "{link}"
        );
        for (_, source) in page
            .body
            .match_indices("src=\"")
            .map(|(at, _)| page.body.split_at(at + 5))
        {
            assert!(source.starts_with("/static/"), "{link}: {source:.60}");
        }
    }
}
