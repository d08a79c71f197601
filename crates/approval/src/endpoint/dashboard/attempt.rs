//! One attempt: what was sent beside what was accepted of it, what was checked, and what the caller was told. What it
//! shows is the caller's own words, as text.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::page::{Fact, Shell, When};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Id, kind};
use serde_json::{Map, Value};

use super::frame::{self, Area};
use super::place::Place;
use super::quarantine::family_name;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::store::dashboard_attempt::{self, Attempt, Registered};

/// A member of the body.
struct Member {
    name: String,
    sent: String,
    accepted: Option<String>,
    became: &'static str,
}

#[derive(Template)]
#[template(path = "dashboard/attempt.html")]
struct AttemptPage {
    shell: Shell,
    facts: Vec<Fact>,
    checks: Vec<Fact>,
    members: Option<Vec<Member>>,
    /// How many members were sent beyond those that were kept.
    more: Option<u64>,
    not_kept: &'static str,
}

/// `GET /attempts/{tenant}/{environment}/{attempt}`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    let id: Id<kind::Attempt> = place.named("attempt")?;
    let environment = place.environment;
    let looked = staff
        .look_at(&place, id.to_string(), async |tx, tenant| {
            dashboard_attempt::load(tx, tenant, environment, id).await
        })
        .await?;
    Ok(frame::page(&view(&staff, &looked, &place)))
}

fn view(staff: &StaffSignedIn, looked: &Seen<(Tenant, Attempt)>, place: &Place) -> AttemptPage {
    let (tenant, attempt) = &looked.found;
    let logged = &attempt.logged;
    let name = family_name(logged.client_name.as_deref().unwrap_or_default());
    let shell = staff.shell(Area::Attempts, looked, format!("Attempt of {name}"));
    let shell = frame::of_tenant(shell, tenant, place.environment);
    let registered = attempt.registered.as_ref();
    let kept = attempt.sent.as_deref();
    AttemptPage {
        shell: shell.badge(words::outcome(logged.outcome)),
        facts: facts(attempt),
        checks: checks(tenant, place, attempt),
        members: kept.map(|sent| members(sent, registered)),
        more: kept.and_then(|sent| sent.last()?.get("more")?.as_u64()),
        not_kept: if registered.is_some() {
            "It said what the first call of its family said. That call has it."
        } else {
            "The body was no JSON object, or it was not kept."
        },
    }
}

fn facts(attempt: &Attempt) -> Vec<Fact> {
    let logged = &attempt.logged;
    let told = match (&logged.error, &logged.client_id) {
        (Some(error), _) => Fact::code("Caller was told", error),
        (None, Some(client)) => Fact::code("Caller was told", client),
        (None, None) => Fact::text("Caller was told", "To wait for a decision"),
    };
    vec![
        Fact::when("When", When::new(logged.at).to_the_second()),
        Fact::code("Network", logged.source.to_string()),
        told,
        Fact::text("What happened", logged.reason.as_str()),
        Fact::code("Request id", &logged.request_id),
    ]
}

fn checks(tenant: &Tenant, place: &Place, attempt: &Attempt) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(family) = &attempt.family {
        let href = paths::family(&tenant.slug, place.environment, family);
        facts.push(Fact::new("Family").link("Open the family", href));
    }
    if let Some(registered) = &attempt.registered {
        let client = &registered.client_id;
        let href = paths::quarantined(&tenant.slug, place.environment, client);
        facts.push(
            Fact::code("Registration", client.as_str())
                .badge(words::quarantine_state(registered.state))
                .link("Open the registration", href),
        );
    }
    let like = attempt.similar.iter();
    facts.push(if attempt.similar.is_empty() {
        Fact::text("Looks like", "Nothing that is known here")
    } else {
        like.fold(Fact::new("Looks like"), Fact::and_text)
    });
    facts
}

/// Each member that was sent, with what is registered of it.
fn members(sent: &[Map<String, Value>], registered: Option<&Registered>) -> Vec<Member> {
    let accepted = registered.map(|registered| {
        let mut metadata = registered.metadata.to_json();
        if !registered.scope.is_empty() {
            metadata.insert("scope".to_owned(), registered.scope.as_str().into());
        }
        metadata
    });
    let member = |line: &Map<String, Value>| {
        let name = line.get("member")?.as_str()?.to_owned();
        let value = line.get("value");
        let kind = line.get("kind").and_then(Value::as_str).unwrap_or_default();
        let has = accepted.as_ref().and_then(|accepted| accepted.get(&name));
        Some(Member {
            sent: value.map_or_else(|| kind.to_owned(), text),
            accepted: has.map(text),
            became: became((value, has), accepted.is_some()),
            name,
        })
    };
    sent.iter().filter_map(member).collect()
}

/// What became of a member, in words.
fn became((sent, accepted): (Option<&Value>, Option<&Value>), registered: bool) -> &'static str {
    match (sent, accepted) {
        _ if !registered => "Nothing was registered",
        (None, None) => "Not read; its value was not kept",
        (None, Some(_)) => "Accepted; its value was not kept here",
        (Some(_), None) => "Left out",
        (Some(sent), Some(accepted)) if sent == accepted => "Accepted",
        (Some(_), Some(_)) => "Changed",
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
