//! The command line as people run it: a process of its own that knows an address and a token, and nothing else.

use narthex_tests::processes::{command, serve_if_told};
use tokio::task::spawn_blocking;

use super::*;
use crate::cases::company::LOOPBACK;
use crate::policies::bench::rule;

/// The command line of the tests below runs in this one, in a process of its own.
#[test]
fn the_command_line_runs_where_it_is_told() {
    serve_if_told();
}

impl Hand<'_> {
    /// Runs `narthex` with these arguments; what it answers as JSON, or what it complains of.
    async fn run(&self, line: &[&str]) -> Result<Value, String> {
        let mut line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let address = self.scene.system.origin(self.plane).to_owned();
        line.extend(["--json".to_owned(), "--api-url".to_owned(), address]);
        line.extend(["--api-token".to_owned(), self.shown.clone()]);
        let keeper = "management_api::command_line::the_command_line_runs_where_it_is_told";
        let output = spawn_blocking(move || command(keeper, &line))
            .await
            .unwrap();
        let (said, complained) = output;
        let json = said
            .find('{')
            .or_else(|| said.find('['))
            .map(|at| &said[at..]);
        let read = json.and_then(|text| {
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
            values.next()?.ok()
        });
        read.ok_or(complained)
    }
}

/// A file with this text, for as long as the machine keeps such files.
fn file(text: &str) -> String {
    let name = format!(
        "narthex-{}-{}.json",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_a_policy_goes_its_whole_way_at_the_command_line() {
    let scene = Scene::new().await;
    let writer = Hand::new(&scene, Role::PolicyAdmin, May::Act).await;
    let second = Hand::new(&scene, Role::Approver, May::Act).await;
    second.step_up().await;
    let path = file(&rule("P-it", "deny", "!context.sponsor"));
    let broken = file("permit (");
    let looked = writer.run(&["policy", "validate", &path]).await.unwrap();
    assert_eq!(looked["valid"], true);
    let draft = ["policy", "draft", &path, "--note", "A test."];
    let refused = writer.run(&draft).await.unwrap_err();
    assert!(
        refused.contains("A fresh one-time code is needed"),
        "{refused}"
    );
    let code = writer.code();
    let saved = writer
        .run(&[&draft[..], &["--code", &code]].concat())
        .await
        .unwrap();
    assert_eq!(saved["state"], "draft", "{saved}");
    let refused = writer
        .run(&["policy", "draft", &broken, "--note", "A test."])
        .await
        .unwrap_err();
    assert!(refused.contains("400"), "{refused}");
    let run = writer.run(&["policy", "simulate", "1"]).await.unwrap();
    let hash = run["hash"].as_str().unwrap().to_owned();
    let why = ["1", "--hash", &hash, "--reason", "It is needed."];
    let proposed = writer
        .run(&[&["policy", "propose"], &why[..]].concat())
        .await
        .unwrap();
    assert_eq!(proposed["state"], "proposed", "{proposed}");
    let own = writer
        .run(&[&["policy", "confirm"], &why[..]].concat())
        .await
        .unwrap_err();
    assert!(own.contains("403"), "{own}");
    let done = second
        .run(&[&["policy", "confirm"], &why[..]].concat())
        .await
        .unwrap();
    assert_eq!(done["state"], "done", "{done}");
    let shown = writer.run(&["policy", "show", "1"]).await.unwrap();
    assert_eq!(shown["state"], "published");
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_a_tenant_comes_to_production_at_the_command_line() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let integration = json!({
        "name": "Notes sync", "purpose": "It keeps notes.", "operator": "partner",
        "client": { "redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "client_secret_basic" },
        "production": { "scopes": [{ "scope": "notes:read" }] },
    });
    let path = file(&integration.to_string());
    let opened = owner.run(&["onboard", "acme", &path]).await.unwrap();
    let request = opened["requests"][0]["request"]
        .as_str()
        .unwrap()
        .to_owned();
    let place = format!("acme/production/{request}");
    let nothing = owner.run(&["accept", &place]).await.unwrap_err();
    assert!(nothing.contains("nothing is offered"), "{nothing}");
    let back = owner
        .run(&["withdraw", &place, "--reason", "A mistake."])
        .await
        .unwrap();
    assert_eq!(back["state"], "withdrawn", "{back}");

    let client = scene.machine(Environment::Sandbox, "notes:read").await;
    let place = format!("acme/sandbox/{}", client.id);
    let looked = owner.run(&["promote", &place, "--look"]).await.unwrap();
    assert_eq!(looked["readiness"][0]["item"], "hosts", "{looked}");
    let sent = owner.run(&["promote", &place]).await.unwrap();
    assert_eq!(sent["request"]["environment"], "production", "{sent}");
    let secret = owner.run(&["credential", &place]).await.unwrap();
    assert!(secret["secret"].is_string());

    let added = owner
        .run(&["call", "add_domain", "tenant=acme", "host=partner.example"])
        .await;
    assert_eq!(added.unwrap()["host"], "partner.example");
    let wrong = owner
        .run(&["call", "add_domain", "tenant=acme", "host:=7"])
        .await
        .unwrap_err();
    assert!(wrong.contains("400"), "{wrong}");
    let unknown = owner
        .run(&["call", "add_dominion", "tenant=acme"])
        .await
        .unwrap_err();
    assert!(unknown.contains("no operation add_dominion"), "{unknown}");
    let missing = owner.run(&["call", "domains"]).await.unwrap_err();
    assert!(missing.contains("say tenant="), "{missing}");
    let found = owner
        .run(&["call", "inventory", "tenant=acme", "environment=sandbox"])
        .await
        .unwrap();
    assert_eq!(
        found["inventory"][0]["client"]["client_id"],
        client.id.as_str(),
        "{found}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_lineage_and_choices_for_changes_at_the_command_line() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let child = scene.child(&agent, "notes:read", "Child").await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let staff = Hand::new(&scene, Role::Auditor, May::Read).await;
    let place = format!("acme/production/{child}");
    for hand in [&owner, &staff] {
        let tree = hand.run(&["lineage", &place]).await.unwrap();
        assert_eq!(tree["root"]["client_id"], agent.as_str(), "{tree}");
        assert_eq!(tree["root"]["below"][0]["client_id"], child.as_str());
        assert_eq!(
            (&tree["root"]["suspends"], &tree["root"]["revokes"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(tree["most_children"], 100);
    }
    let shown = owner.run(&["changes", "acme/production"]).await.unwrap();
    assert_eq!(shown["on_change"]["keys"], "pauses", "{shown}");
    let set = ["changes", "acme/production", "--set", "keys=asked_again"];
    let refused = owner.run(&set).await.unwrap_err();
    assert!(refused.contains("say why"), "{refused}");
    let set = [&set[..], &["--reason", "Keys turn often."]].concat();
    let chosen = owner.run(&set).await;
    assert_eq!(chosen.unwrap()["on_change"]["keys"], "asked_again");
    let never = [
        "changes",
        "acme/production",
        "--set",
        "keys=goes_on",
        "--reason",
        "Sure.",
    ];
    assert!(owner.run(&never).await.unwrap_err().contains("400"));
}
