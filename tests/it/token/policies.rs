//! What a tenant and the platform published is asked for each call (B3, B9): it takes away and gives nothing, it holds nobody else,
//! it counts at every process within a second, heard of or not, and where it cannot be evaluated nothing is allowed.

use std::time::{Duration, Instant};

use narthex_approval::draft_policy::DraftPolicyError;
use narthex_tests::{Browser, System};
use narthex_vocab::Environment;
use serde_json::{Value, json};

use super::remembered::Two;
use crate::policies::bench::Bench;
use crate::scene::Machine;

const PRODUCTION: Environment = Environment::Production;
const A_SECOND: Duration = Duration::from_secs(1);
const NOTHING: &str = "// nothing is forbidden\n";

/// A policy for calls.
fn forbid(id: &str, condition: &str) -> String {
    format!(
        "@id(\"{id}\") @reason(\"Ours\") @outcome(\"deny\") @fix(\"Ask us.\")\nforbid (principal, action == Narthex::Action::\"call\", resource) when {{ {condition} }};\n"
    )
}

/// A company with two token planes, a client with a token, and the resource that asks.
struct Asked {
    two: Two,
    machine: Machine,
    notes: Machine,
    token: String,
}

impl Asked {
    async fn new() -> Self {
        let two = Two::new().await;
        let notes = two.scene.notes(PRODUCTION).await;
        let machine = two.scene.machine(PRODUCTION, "notes:read").await;
        let token = two.warm(&machine).await;
        Self {
            two,
            machine,
            notes,
            token,
        }
    }

    fn bench(&self) -> Bench<'_> {
        Bench::new(&self.two.scene.company)
    }

    fn both(&self) -> [&System; 2] {
        [&self.two.scene.system, &self.two.second]
    }

    async fn may(&self, system: &System, tool: &str) -> Value {
        let question = json!({
            "subject": { "type": "client", "id": self.machine.id },
            "action": { "name": "tools/call" },
            "resource": { "type": "tool", "id": tool },
            "context": { "token": self.token },
        });
        let url = self.two.at(system, "access/v1/evaluation");
        let mut browser = Browser::new();
        let request = browser
            .request(reqwest::Method::POST, &url)
            .basic_auth(&self.notes.id, Some(&self.notes.secret))
            .json(&question);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The answer of each process, as soon as it is this, and within a second.
    async fn becomes(&self, decision: bool) -> Vec<Value> {
        let since = Instant::now();
        let mut answers = Vec::new();
        for system in self.both() {
            let mut answer = self.may(system, "list_notes").await;
            while answer["decision"] != decision && since.elapsed() < A_SECOND {
                tokio::time::sleep(Duration::from_millis(20)).await;
                answer = self.may(system, "list_notes").await;
            }
            assert_eq!(answer["decision"], decision, "{answer}");
            answers.push(answer["context"].clone());
        }
        answers
    }

    /// The tools that a new token of this process names.
    async fn tools(&self, system: &System) -> Value {
        let issued = self.two.token(system, &self.machine).await;
        assert_eq!(issued.status, 200, "{}", issued.body);
        let token = issued.json()["access_token"].as_str().unwrap().to_owned();
        let form = [("token", token.as_str())];
        let url = self.two.at(system, "introspect");
        let known = Browser::new().basic(&url, self.notes.basic(), &form).await;
        assert_eq!(known.json()["active"], true, "{}", known.body);
        assert_eq!(known.json()["scope"], "notes:read", "{}", known.body);
        said_by(&token)["https://narthex.dev/claims/tools"].clone()
    }
}

/// What a token says, unchecked.
fn said_by(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_what_a_tenant_publishes_counts_for_each_call_within_a_second_heard_of_or_not() {
    let asked = Asked::new().await;
    let bench = asked.bench();
    let manager = bench.manager("Mara").await;
    for context in asked.becomes(true).await {
        assert!(
            context["policy"]["baseline"]
                .as_str()
                .unwrap()
                .starts_with("call-")
        );
        assert!(context["policy"].get("tenant").is_none(), "{context}");
    }
    for heard in [true, false] {
        if !heard {
            assert!(asked.two.deafen().await >= 2, "nobody was listening");
        }
        let text = forbid(
            "T-no-list",
            "context has tool && context.tool.name == \"list_notes\"",
        );
        let number = bench.publish_tenants(&manager, &text).await;
        for context in asked.becomes(false).await {
            assert_eq!(context["reason_admin"]["rules"], json!(["T-no-list"]));
            assert_eq!(context["reason_user"]["en"], "Ask us.");
            assert_eq!(context["policy"]["tenant"], number);
        }
        for system in asked.both() {
            assert_eq!(
                asked.tools(system).await,
                Value::Null,
                "a token names no tool"
            );
        }
        let number = bench.publish_tenants(&manager, NOTHING).await;
        for context in asked.becomes(true).await {
            assert_eq!(context["policy"]["tenant"], number);
        }
        for system in asked.both() {
            assert_eq!(asked.tools(system).await, json!(["list_notes"]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_a_tenant_gives_nothing_that_was_not_approved() {
    let asked = Asked::new().await;
    let bench = asked.bench();
    let manager = bench.manager("Mara").await;
    for permits in [
        "permit (principal, action, resource);",
        "@id(\"T-more\") @reason(\"More\") @outcome(\"deny\") permit (principal, action == Narthex::Action::\"call\", resource);",
    ] {
        let kept = bench.tenant_draft(permits).await;
        assert!(
            matches!(kept, Err(DraftPolicyError::Invalid(_))),
            "{kept:?}"
        );
    }
    // What forbids everything but a tool says nothing for that tool.
    let text = forbid(
        "T-only-add",
        "!(context has tool && context.tool.name == \"add_note\")",
    );
    bench.publish_tenants(&manager, &text).await;
    asked.becomes(false).await;
    for system in asked.both() {
        let answer = asked.may(system, "add_note").await;
        assert_eq!(answer["decision"], false, "{answer}");
        let rules = answer["context"]["reason_admin"]["rules"]
            .as_array()
            .unwrap();
        assert!(rules.contains(&json!("C-04")), "{answer}");
        assert!(!rules.contains(&json!("T-only-add")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_a_neighbours_policy_holds_nobody_else_and_the_platforms_holds_all() {
    let asked = Asked::new().await;
    let neighbour = asked.two.scene.company.neighbour().await;
    let theirs = Bench::new(&neighbour);
    let manager = theirs.manager("Nora").await;
    theirs
        .publish_tenants(&manager, &forbid("T-all", "true"))
        .await;
    tokio::time::sleep(A_SECOND).await;
    for context in asked.becomes(true).await {
        assert!(context["policy"].get("tenant").is_none(), "{context}");
    }
    // What is only written or waits holds nobody.
    let bench = asked.bench();
    let number = bench.tenant_draft(&forbid("T-all", "true")).await.unwrap();
    bench.try_tenants(number).await;
    bench
        .propose_tenants(number, &forbid("T-all", "true"))
        .await
        .unwrap();
    tokio::time::sleep(A_SECOND).await;
    asked.becomes(true).await;
    let number = bench.publish_platforms(&forbid("P-all", "true")).await;
    for context in asked.becomes(false).await {
        assert_eq!(context["reason_admin"]["rules"], json!(["P-all"]));
        assert_eq!(context["policy"]["platform"], number);
        assert!(context["policy"].get("tenant").is_none(), "{context}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_what_cannot_be_evaluated_allows_nothing() {
    let asked = Asked::new().await;
    let bench = asked.bench();
    let manager = bench.manager("Mara").await;
    // It is read and fits, and errs over every call: whole numbers have an end.
    let number = bench
        .publish_tenants(
            &manager,
            &forbid(
                "T-far",
                "if context.person then true else (9223372036854775807 + (if context.client_active then 1 else 0)) > 0",
            ),
        )
        .await;
    for context in asked.becomes(false).await {
        assert_eq!(context["reason_admin"]["rules"], json!(["R-00"]));
        let words = format!("Tenant policy version {number} could not be evaluated");
        assert_eq!(context["reason_admin"]["en"], words);
    }
    bench.publish_tenants(&manager, NOTHING).await;
    asked.becomes(true).await;
    // A text that this release does not read, as an older or a later one may have published.
    let administrator = asked.two.scene.company.place.administrator().await;
    let unread = "alter table review.policy_version disable trigger policy_moves;
        update review.policy_version set state = state, source = 'permit (principal, action, resource);' where state = 'published'";
    administrator.batch_execute(unread).await.unwrap();
    for context in asked.becomes(false).await {
        assert_eq!(context["reason_admin"]["rules"], json!(["R-00"]));
    }
}
