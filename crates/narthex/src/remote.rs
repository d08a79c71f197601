//! The daily work of staff at the command line: each verb is one call of the management API, by a token of the person.
//! It has no right of its own and reads no database.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use narthex_egress::{Answered, OperatorApi};
use narthex_tenancy::ambient;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use url::Url;

use crate::remote_table::{self, Column};

/// Where the API is, and by which token.
#[derive(Debug, Args)]
pub struct Access {
    /// The address of the staff dashboard.
    #[arg(long, env = "NARTHEX_API_URL", default_value = "http://127.0.0.1:7403")]
    api_url: Url,
    /// A token of yours, from the dashboard's page of API tokens.
    #[arg(long, env = "NARTHEX_API_TOKEN", hide_env_values = true)]
    api_token: Option<String>,
    /// The code that your authenticator shows now, to act.
    #[arg(long)]
    code: Option<String>,
    /// What the API answered, as JSON.
    #[arg(long)]
    json: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists requests, longest there first.
    Queue(Queue),
    /// Shows a request or a client.
    Show(Place),
    /// Stops a client: no token is issued or honoured until it is resumed.
    Suspend(Act),
    /// Lets a suspended client go on.
    Resume(Act),
    /// Ends a client for good.
    Revoke(Act),
    /// Writes every client with what it was given, one JSON object a line.
    Export(Export),
}

/// Settings of `narthex queue`.
#[derive(Debug, Args)]
pub struct Queue {
    /// In this state, as `in_review`; `any` for all.
    #[arg(long, default_value = "in_review")]
    state: String,
    /// Of tenants whose slug or name has this text.
    #[arg(long)]
    tenant: Option<String>,
    /// `sandbox` or `production`.
    #[arg(long)]
    environment: Option<String>,
    #[command(flatten)]
    access: Access,
}

/// Settings of `narthex show`.
#[derive(Debug, Args)]
pub struct Place {
    /// `TENANT/ENVIRONMENT/ID`, as `acme/production/req_…`.
    place: String,
    #[command(flatten)]
    access: Access,
}

/// Settings of a verb that acts.
#[derive(Debug, Args)]
pub struct Act {
    /// `TENANT/ENVIRONMENT/ID`, as `acme/production/np_…`.
    place: String,
    /// Why: people of the tenant read it, and the ledger keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    access: Access,
}

/// Settings of `narthex export`.
#[derive(Debug, Args)]
pub struct Export {
    /// In this state, as `active`.
    #[arg(long)]
    state: Option<String>,
    /// Of tenants whose slug or name has this text.
    #[arg(long)]
    tenant: Option<String>,
    /// `sandbox` or `production`.
    #[arg(long)]
    environment: Option<String>,
    #[command(flatten)]
    access: Access,
}

/// Carries a verb out.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Queue(queue) => requests(&queue).await,
        Verb::Show(place) => show(&place).await,
        Verb::Suspend(act) => stop(&act, "suspend").await,
        Verb::Resume(act) => stop(&act, "resume").await,
        Verb::Revoke(act) => stop(&act, "revoke").await,
        Verb::Export(export) => clients(&export).await,
    }
}

const REQUESTS: &[Column] = &[
    ("REQUEST", "/request"),
    ("VERSION", "/version"),
    ("TENANT", "/tenant"),
    ("ENVIRONMENT", "/environment"),
    ("INTEGRATION", "/integration"),
    ("STATE", "/state"),
    ("RISK", "/risk_score"),
    ("FAILED", "/failed_checks"),
    ("SENT", "/sent_at"),
];

async fn requests(queue: &Queue) -> anyhow::Result<ExitCode> {
    let state = Some(queue.state.as_str()).filter(|state| *state != "any");
    let filters = [
        ("state", state),
        ("tenant", queue.tenant.as_deref()),
        ("environment", queue.environment.as_deref()),
    ];
    let rows = all(&queue.access, ("requests", &filters)).await?;
    if queue.access.json {
        return Ok(say(&json!(rows)));
    }
    print!("{}", remote_table::of(REQUESTS, &rows));
    Ok(ExitCode::SUCCESS)
}

async fn show(place: &Place) -> anyhow::Result<ExitCode> {
    let at = Object::parse(&place.place)?;
    let answered = open(&place.access)?.get(&at.path()).await?;
    let body = told(answered)?;
    if place.access.json {
        return Ok(say(&body));
    }
    print!("{}", remote_table::facts(&body));
    Ok(ExitCode::SUCCESS)
}

async fn stop(act: &Act, verb: &str) -> anyhow::Result<ExitCode> {
    let at = Object::parse(&act.place)?;
    let api = open(&act.access)?;
    step_up(&api, &act.access).await?;
    let path = format!("{}/{verb}", at.path());
    let body = json!({ "reason": act.reason });
    let done = told(api.post(&path, &body, &new_key()).await?)?;
    if act.access.json {
        return Ok(say(&done));
    }
    print!("{}", remote_table::facts(&done));
    Ok(ExitCode::SUCCESS)
}

async fn clients(export: &Export) -> anyhow::Result<ExitCode> {
    let filters = [
        ("state", export.state.as_deref()),
        ("tenant", export.tenant.as_deref()),
        ("environment", export.environment.as_deref()),
    ];
    let api = open(&export.access)?;
    for line in all(&export.access, ("clients", &filters)).await? {
        let at = Object::of(&line).context("a client without a place")?;
        println!("{}", told(api.get(&at.path()).await?)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Every row of a list, page by page.
async fn all(
    access: &Access,
    (list, filters): (&str, &[(&str, Option<&str>)]),
) -> anyhow::Result<Vec<Value>> {
    let api = open(access)?;
    let mut rows = Vec::new();
    let mut next = None;
    loop {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in filters {
            query.extend_pairs(value.map(|value| (*name, value)));
        }
        query.extend_pairs(next.as_deref().map(|cursor: &str| ("cursor", cursor)));
        let path = format!("/api/v1/{list}?limit=200&{}", query.finish());
        let mut page = told(api.get(&path).await?)?;
        if let Some(Value::Array(more)) = page.get_mut(list).map(Value::take) {
            rows.extend(more);
        }
        next = page.get("next").and_then(Value::as_str).map(str::to_owned);
        if next.is_none() {
            return Ok(rows);
        }
    }
}

fn open(access: &Access) -> anyhow::Result<OperatorApi> {
    let token = access.api_token.clone().context(
        "no token: make one in the dashboard (API tokens), and say --api-token or NARTHEX_API_TOKEN",
    )?;
    Ok(OperatorApi::new(access.api_url.clone(), token)?)
}

/// Gives the code, when there is one.
async fn step_up(api: &OperatorApi, access: &Access) -> anyhow::Result<()> {
    if let Some(code) = &access.code {
        let body = json!({ "code": code });
        told(api.post("/api/v1/step-up", &body, &new_key()).await?)?;
    }
    Ok(())
}

/// The answer, or the problem in words.
fn told(answered: Answered) -> anyhow::Result<Value> {
    let Answered { status, body } = answered;
    if status == 200 {
        return Ok(body);
    }
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let words = ["title", "detail", "rule", "fix"].map(text);
    let words: Vec<_> = words.into_iter().filter(|text| !text.is_empty()).collect();
    let (words, id) = (words.join("\n  "), text("request_id"));
    Err(anyhow::anyhow!("{status} {words}\n  request id {id}"))
}

fn say(body: &Value) -> ExitCode {
    println!("{body:#}");
    ExitCode::SUCCESS
}

/// What one run of the command calls its act: a call that is sent again by the network is still one.
fn new_key() -> String {
    let mut bytes = [0_u8; 16];
    rand_core::RngCore::fill_bytes(&mut ambient::rng(), &mut bytes);
    hex::encode(bytes)
}

/// An object, by tenant and environment.
#[derive(Debug, PartialEq, Eq)]
struct Object {
    kind: &'static str,
    tenant: String,
    environment: String,
    id: String,
}

/// An identifier may be an address: its slashes are part of one segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

impl Object {
    fn parse(place: &str) -> anyhow::Result<Self> {
        let mut parts = place.splitn(3, '/');
        let (Some(tenant), Some(environment), Some(id)) = (
            parts.next(),
            parts.next(),
            parts.next().filter(|id| !id.is_empty()),
        ) else {
            anyhow::bail!("say TENANT/ENVIRONMENT/ID, as acme/production/req_…: {place}");
        };
        Ok(Self {
            kind: if id.starts_with("req_") {
                "requests"
            } else {
                "clients"
            },
            tenant: tenant.to_owned(),
            environment: environment.to_owned(),
            id: id.to_owned(),
        })
    }

    /// Of a line of the list of clients.
    fn of(line: &Value) -> Option<Self> {
        let text = |name| line.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            kind: "clients",
            tenant: text("tenant")?,
            environment: text("environment")?,
            id: text("client_id")?,
        })
    }

    fn path(&self) -> String {
        let segment = |text| utf8_percent_encode(text, SEGMENT);
        format!(
            "/api/v1/{}/{}/{}/{}",
            self.kind,
            segment(&self.tenant),
            segment(&self.environment),
            segment(&self.id)
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_place_leads_to_its_object() {
        let path = |place| Object::parse(place).unwrap().path();
        assert_eq!(
            path("acme/production/req_1"),
            "/api/v1/requests/acme/production/req_1"
        );
        assert_eq!(
            path("acme/sandbox/ns_a-b"),
            "/api/v1/clients/acme/sandbox/ns_a-b"
        );
        assert_eq!(
            path("acme/production/https://app.example/a?b"),
            "/api/v1/clients/acme/production/https%3A%2F%2Fapp%2Eexample%2Fa%3Fb"
                .replace("%2E", ".")
        );
        assert_eq!(
            path("../x/../y"),
            "/api/v1/clients/%2E%2E/x/..%2Fy".replace("%2E", ".")
        );
        for wrong in ["", "acme", "acme/production", "acme/production/"] {
            assert!(Object::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_problem_is_told_whole() {
        let body = json!({
            "title": "The role does not include this", "detail": "Ask an approver.", "rule": "role auditor may not",
            "fix": "Ask.", "request_id": "r-1", "status": 403
        });
        let error = told(Answered { status: 403, body })
            .unwrap_err()
            .to_string();
        for part in [
            "403",
            "The role",
            "Ask an approver.",
            "role auditor may not",
            "r-1",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }
}
