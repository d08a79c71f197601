//! The daily work at the command line, of staff and of people of tenants: each verb is a call of the management API, by a
//! token of the person.
//! It has no right of its own and reads no database.

mod args;
mod call;
mod object;
mod offer;
mod policy;
mod table;

use std::process::ExitCode;

use anyhow::Context;
use narthex_egress::{Answered, OperatorApi};
use narthex_tenancy::ambient;
use serde_json::{Value, json};

use self::args::{Access, Act, Decide, Export, Offer, Place, Queue};
use self::object::Object;
use self::table::Column;

pub use self::args::Verb;

/// Carries a verb out.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Queue(queue) => requests(&queue).await,
        Verb::Show(place) => show(&place).await,
        Verb::Approve(it) => decide(&it, "approve").await,
        Verb::Offer(it) => offer_less(&it).await,
        Verb::AskForChanges(it) => decide(&it, "ask_for_changes").await,
        Verb::Reject(it) if it.block => decide(&it.decide, "reject_and_block").await,
        Verb::Reject(it) => decide(&it.decide, "reject").await,
        Verb::Confirm(it) => confirm(&it, "confirm").await,
        Verb::Refuse(it) => confirm(&it, "refuse").await,
        Verb::Suspend(act) => stop(&act, "suspend").await,
        Verb::Resume(act) => stop(&act, "resume").await,
        Verb::Revoke(act) => stop(&act, "revoke").await,
        Verb::Export(export) => clients(&export).await,
        Verb::Policy { verb } => policy::run(verb).await,
        Verb::Lineage(of) => call::lineage(&of).await,
        Verb::Changes(it) => call::changes(&it).await,
        Verb::Call(it) => call::run(&it).await,
        Verb::Onboard(it) => call::onboard(&it).await,
        Verb::Accept(it) => call::answer(&it, "accept").await,
        Verb::Decline(it) => call::answer(&it, "decline").await,
        Verb::Withdraw(it) => call::withdraw(&it).await,
        Verb::Credential(it) => call::credential(&it).await,
        Verb::Promote(it) => call::promote(&it).await,
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
        return Ok(say(&format!("{:#}\n", json!(rows))));
    }
    Ok(say(&table::of(REQUESTS, &rows)))
}

async fn show(place: &Place) -> anyhow::Result<ExitCode> {
    let at = Object::parse(&place.place)?;
    let answered = open(&place.access)?.get(&at.path()).await?;
    let body = told(answered)?;
    if place.access.json {
        return Ok(say(&format!("{body:#}\n")));
    }
    Ok(say(&table::facts(&body)))
}

async fn stop(act: &Act, verb: &str) -> anyhow::Result<ExitCode> {
    carry_out(act, verb, json!({ "reason": act.reason })).await
}

async fn decide(decide: &Decide, decision: &str) -> anyhow::Result<ExitCode> {
    let Decide { act, payload } = decide;
    let body = json!({ "decision": decision, "payload_hash": payload, "reason": act.reason });
    carry_out(act, "decision", body).await
}

async fn offer_less(offer: &Offer) -> anyhow::Result<ExitCode> {
    let Decide { act, payload } = &offer.decide;
    let request = read(act).await?;
    let body = json!({
        "decision": "offer",
        "payload_hash": payload,
        "reason": act.reason,
        "offer": offer::lines(&request, offer.asked())?,
    });
    carry_out(act, "decision", body).await
}

impl Offer {
    fn asked(&self) -> offer::Wanted<'_> {
        offer::Wanted {
            scopes: &self.scope,
            without_tools: &self.without_tool,
            token_minutes: self.token_minutes,
        }
    }
}

async fn confirm(decide: &Decide, answer: &str) -> anyhow::Result<ExitCode> {
    let Decide { act, payload } = decide;
    let request = read(act).await?;
    let decisions = request.get("decisions").and_then(Value::as_array);
    let last = decisions.and_then(|all| all.last()?.get("id"));
    let body = json!({
        "answer": answer,
        "decision": last.context("nobody decided it yet")?,
        "payload_hash": payload,
        "reason": act.reason,
    });
    carry_out(act, "confirmation", body).await
}

/// The object of an act as it is now.
async fn read(act: &Act) -> anyhow::Result<Value> {
    let at = Object::parse(&act.place)?;
    told(open(&act.access)?.get(&at.path()).await?)
}

/// Gives the code, and does the act.
async fn carry_out(act: &Act, verb: &str, body: Value) -> anyhow::Result<ExitCode> {
    let at = Object::parse(&act.place)?;
    let api = open(&act.access)?;
    step_up(&api, &act.access).await?;
    let path = format!("{}/{verb}", at.path());
    let done = told(api.post(&path, &body, &new_key()).await?)?;
    if act.access.json {
        return Ok(say(&format!("{done:#}\n")));
    }
    Ok(say(&table::facts(&done)))
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
        let client = told(api.get(&at.path()).await?)?;
        say(&format!("{client}\n"));
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
        "no token: make one in the dashboard or the portal (API tokens), and say --api-token or NARTHEX_API_TOKEN",
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

#[expect(clippy::print_stdout, reason = "a command line speaks to its terminal")]
fn say(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

/// What one run of the command calls its act: a call that is sent again by the network is still one.
fn new_key() -> String {
    let mut bytes = [0_u8; 16];
    rand_core::RngCore::fill_bytes(&mut ambient::rng(), &mut bytes);
    hex::encode(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

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
