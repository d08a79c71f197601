//! Registrations that nobody decided about, one line a family, over all tenants.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Choice, Field, Link, Shell, When, number};
use narthex_vocab::{Environment, QuarantineState, Timestamp};

use super::banner::Done;
use super::filter::{self, Filter, environments};
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::{paths, words};
use crate::store::dashboard_quarantine::{self, Held, MOST, Wanted};

/// What the filter says for every state.
const ANY: &str = "any";

/// One line.
struct Row {
    href: String,
    /// Where it is blocked, while it waits.
    block: Option<String>,
    name: String,
    leads_to: String,
    tenant: String,
    environment: Badge,
    state: Badge,
    attempts: String,
    asks: usize,
    first_seen: When,
    last_seen: When,
    ends: When,
    left: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/quarantine.html")]
struct QuarantinePage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    filtered: bool,
    range: String,
}

/// `GET /quarantine`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Quarantine.path(), &query);
    let wanted = Wanted {
        state: state(&filter)?,
        text: filter.text("q")?,
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
    };
    let seen = staff
        .look(Look::list(Area::Quarantine), async |tx| {
            dashboard_quarantine::list(tx, &wanted).await
        })
        .await?;
    let shell = staff.shell(Area::Quarantine, &seen, Area::Quarantine.label());
    let shell = shell.banner(Done::told(&query));
    Ok(frame::page(&view(
        shell,
        &filter,
        &wanted,
        &seen.found,
        staff.now,
    )))
}

/// The waiting ones, unless another state or all are asked for.
fn state(filter: &Filter) -> Result<Option<QuarantineState>, Refusal> {
    if filter.text("state")?.as_deref() == Some(ANY) {
        return Ok(None);
    }
    let state = filter.word("state", QuarantineState::ALL, QuarantineState::as_str)?;
    Ok(Some(state.unwrap_or(QuarantineState::Quarantined)))
}

fn view(
    shell: Shell,
    filter: &Filter,
    wanted: &Wanted,
    held: &[Held],
    now: Timestamp,
) -> QuarantinePage {
    let state = wanted.state;
    let usual = state == Some(QuarantineState::Quarantined);
    let chips = [
        wanted
            .text
            .as_deref()
            .map(|text| filter.chip("q", "Name", text)),
        wanted
            .tenant
            .as_deref()
            .map(|text| filter.chip("tenant", "Tenant", text)),
        (!usual).then(|| {
            filter.chip(
                "state",
                "State",
                state.map_or("Any", QuarantineState::label),
            )
        }),
        wanted
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    let chips: Vec<Link> = chips.into_iter().flatten().collect();
    let states = QuarantineState::ALL.iter();
    let states = states.map(|state| Choice::new(state.as_str(), state.label()));
    let states = states.chain([Choice::new(ANY, "Any")]).collect();
    let full = i64::try_from(held.len()).is_ok_and(|count| count == MOST);
    QuarantinePage {
        shell,
        filters: vec![
            filter::text("q", "Name or identifier").value(wanted.text.clone().unwrap_or_default()),
            filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
            Field::select("state", "State", states)
                .value(state.map_or(ANY, QuarantineState::as_str)),
            environments(wanted.environment),
        ],
        filtered: !chips.is_empty(),
        chips,
        rows: held.iter().map(|held| row(held, now)).collect(),
        range: if full {
            format!("The latest {MOST} families. Filter to see others.")
        } else {
            words::counted(held.len(), "family", "families")
        },
    }
}

fn row(held: &Held, now: Timestamp) -> Row {
    let href = paths::quarantined(&held.slug, held.environment, &held.client_id);
    let waits = held.state == QuarantineState::Quarantined;
    Row {
        block: waits.then(|| format!("{href}/block")),
        href,
        name: family_name(&held.family.name),
        leads_to: held.family.redirects.clone(),
        tenant: held.tenant.as_str().to_owned(),
        environment: Badge::environment(held.environment),
        state: words::quarantine_state(held.state),
        attempts: number(u64::try_from(held.family.attempts).unwrap_or_default()),
        asks: held.asks,
        first_seen: When::new(held.family.first_seen).day(),
        last_seen: When::new(held.family.last_seen),
        ends: When::new(held.expires_at),
        left: (waits && held.expires_at > now).then(|| words::left(now, held.expires_at)),
    }
}

/// A family's name: in quotes, since nobody checked it.
pub(super) fn family_name(name: &str) -> String {
    if name.trim().is_empty() {
        "No name given".to_owned()
    } else {
        format!("“{name}”")
    }
}
