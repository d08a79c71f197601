//! Policies at the command line: each verb is one or two calls of the management API. What publishes takes two people here
//! too; a text is looked at by the product, never by this program.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::args::Access;
use super::table::{self, Column};
use super::{new_key, open, say, step_up, told};

/// The verbs of `narthex policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyVerb {
    /// Lists the versions of a policy, newest first.
    List(List),
    /// Shows a version: its text, its proposal, what it would change.
    Show(Show),
    /// Looks at a text as saving it would; nothing is saved.
    Validate(File),
    /// Saves a draft of the platform's policy.
    Draft(Draft),
    /// Tries a draft on the requests of 30 days and today's clients.
    Simulate(Number),
    /// Proposes a draft that was tried; another person publishes it.
    Propose(Act),
    /// Publishes, as the second person, what another proposed.
    Confirm(Act),
    /// Refuses, as the second person, what another proposed.
    Refuse(Act),
}

/// Settings of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// A tenant's slug; the platform's policy when not said.
    #[arg(long, default_value = "platform")]
    owner: String,
    #[command(flatten)]
    access: Access,
}

/// Settings of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The number of the version.
    number: u32,
    #[command(flatten)]
    list: List,
}

/// Settings of `validate`.
#[derive(Debug, Args)]
pub struct File {
    /// A file with the Cedar text.
    file: PathBuf,
    #[command(flatten)]
    access: Access,
}

/// Settings of `draft`.
#[derive(Debug, Args)]
pub struct Draft {
    #[command(flatten)]
    file: File,
    /// What it is for: the second person reads it.
    #[arg(long)]
    note: String,
    /// The hash of the draft that it replaces, when there is one.
    #[arg(long)]
    seen: Option<String>,
}

/// Settings of `simulate`.
#[derive(Debug, Args)]
pub struct Number {
    /// The number of the version.
    number: u32,
    #[command(flatten)]
    access: Access,
}

/// Settings of what a person decides.
#[derive(Debug, Args)]
pub struct Act {
    #[command(flatten)]
    show: Show,
    /// The `hash` that `narthex policy show` printed: the text that is meant.
    #[arg(long)]
    hash: String,
    /// Why: the ledger keeps it.
    #[arg(long)]
    reason: String,
}

const VERSIONS: &[Column] = &[
    ("VERSION", "/number"),
    ("STATE", "/state"),
    ("AUTHOR", "/author"),
    ("CHANGED", "/changed_at"),
    ("HASH", "/hash"),
    ("FOR", "/note"),
];

/// Carries a verb out.
pub(super) async fn run(verb: PolicyVerb) -> anyhow::Result<ExitCode> {
    match verb {
        PolicyVerb::List(it) => list(&it).await,
        PolicyVerb::Show(it) => show(&it).await,
        PolicyVerb::Validate(it) => validate(&it).await,
        PolicyVerb::Draft(it) => {
            let source = read(&it.file.file)?;
            let mut body = json!({ "source": source, "note": it.note });
            if let (Some(seen), Some(members)) = (&it.seen, body.as_object_mut()) {
                members.insert("seen".to_owned(), seen.as_str().into());
            }
            post(&it.file.access, "/api/v1/policies/draft", &body).await
        }
        PolicyVerb::Simulate(it) => {
            let path = format!("/api/v1/policies/platform/{}/simulation", it.number);
            post(&it.access, &path, &json!({})).await
        }
        PolicyVerb::Propose(it) => {
            let path = format!("/api/v1/policies/platform/{}/proposal", it.show.number);
            let body = json!({ "hash": it.hash, "reason": it.reason });
            post(&it.show.list.access, &path, &body).await
        }
        PolicyVerb::Confirm(it) => answer(&it, "confirm").await,
        PolicyVerb::Refuse(it) => answer(&it, "refuse").await,
    }
}

async fn list(list: &List) -> anyhow::Result<ExitCode> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("owner", &list.owner);
    let path = format!("/api/v1/policies?{}", query.finish());
    let page = told(open(&list.access)?.get(&path).await?)?;
    let rows = page.get("policies").and_then(Value::as_array);
    let rows = rows.context("an answer without policies")?;
    if list.access.json {
        return Ok(say(&format!("{:#}\n", json!(rows))));
    }
    Ok(say(&table::of(VERSIONS, rows)))
}

async fn show(show: &Show) -> anyhow::Result<ExitCode> {
    let body = told(open(&show.list.access)?.get(&show.path()).await?)?;
    Ok(answered(&show.list.access, &body))
}

async fn validate(file: &File) -> anyhow::Result<ExitCode> {
    let body = json!({ "source": read(&file.file)? });
    let api = open(&file.access)?;
    let found = told(
        api.post("/api/v1/policies/validate", &body, &new_key())
            .await?,
    )?;
    answered(&file.access, &found);
    let valid = found.get("valid").and_then(Value::as_bool).unwrap_or(false);
    Ok(if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn answer(act: &Act, answer: &str) -> anyhow::Result<ExitCode> {
    let path = format!("{}/answer", act.show.path());
    let body = json!({ "answer": answer, "hash": act.hash, "reason": act.reason });
    post(&act.show.list.access, &path, &body).await
}

impl Show {
    fn path(&self) -> String {
        let owner = self.list.owner.as_str();
        let owner: String = url::form_urlencoded::byte_serialize(owner.as_bytes()).collect();
        format!("/api/v1/policies/{owner}/{}", self.number)
    }
}

async fn post(access: &Access, path: &str, body: &Value) -> anyhow::Result<ExitCode> {
    let api = open(access)?;
    step_up(&api, access).await?;
    let done = told(api.post(path, body, &new_key()).await?)?;
    Ok(answered(access, &done))
}

fn answered(access: &Access, body: &Value) -> ExitCode {
    if access.json {
        return say(&format!("{body:#}\n"));
    }
    say(&table::facts(body))
}

fn read(file: &PathBuf) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
