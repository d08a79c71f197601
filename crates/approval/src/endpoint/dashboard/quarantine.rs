//! Families of attempts over all tenants, as one line each: how often, from where, who wants them, what they look like.
//! Names are quoted: they are what strangers say of themselves.

use std::collections::BTreeSet;

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
use crate::similarity::similar;
use crate::store::dashboard_families::{self, After, OfTenant, PAGE, Sort, Wanted};
use crate::store::dashboard_known::{self, KnownIn};

/// All states, for the filter that usually shows what waits.
const ANY: &str = "any";

/// One family of the list.
struct Row {
    href: String,
    name: String,
    leads_to: String,
    /// What it looks like; empty when like nothing.
    similar: Vec<String>,
    tenant: String,
    environment: Badge,
    state: Badge,
    attempts: String,
    networks: String,
    asks: String,
    first_seen: When,
    last_seen: When,
    ends: Option<(When, String)>,
    /// The page that links what waits.
    link: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/quarantine.html")]
struct QuarantinePage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    filtered: bool,
    rows: Vec<Row>,
    /// Whether the most tried stand first.
    busiest: bool,
    by_latest: String,
    by_attempts: String,
    newer: Option<String>,
    older: Option<String>,
    range: String,
}

/// `GET /quarantine`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Quarantine.path(), &query);
    let after = filter.text("before")?;
    let wanted = Wanted {
        state: state(&filter)?,
        text: filter.text("q")?,
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
        sort: filter
            .word("sort", Sort::ALL, Sort::as_str)?
            .unwrap_or_default(),
        after: after
            .map(|text| After::parse(&text).ok_or(Refusal::Unreadable))
            .transpose()?,
    };
    let seen = staff
        .look(Look::list(Area::Quarantine), async |tx| {
            let found = dashboard_families::list(tx, &wanted).await?;
            let tenants: BTreeSet<_> = found.iter().map(|one| one.line.tenant.as_uuid()).collect();
            let known = dashboard_known::load(tx, tenants).await?;
            Ok((found, known))
        })
        .await?;
    let shell = staff.shell(Area::Quarantine, &seen, Area::Quarantine.label());
    let shell = shell.banner(Done::told(&query));
    let now = staff.now;
    Ok(frame::page(&view(
        shell,
        (&filter, &wanted),
        &seen.found,
        now,
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
    (filter, wanted): (&Filter, &Wanted),
    (found, known): &(Vec<OfTenant>, KnownIn),
    now: Timestamp,
) -> QuarantinePage {
    let chips = chips(filter, wanted);
    let page = usize::try_from(PAGE).unwrap_or_default();
    let last = found
        .get(page.wrapping_sub(1))
        .filter(|_| found.len() > page);
    QuarantinePage {
        shell,
        filters: fields(wanted),
        filtered: !chips.is_empty(),
        chips,
        rows: found
            .iter()
            .take(page)
            .map(|one| row(one, known, now))
            .collect(),
        busiest: wanted.sort == Sort::Attempts,
        by_latest: filter.with("sort", ""),
        by_attempts: filter.with("sort", Sort::Attempts.as_str()),
        newer: wanted.after.map(|_| filter.with("before", "")),
        older: last.map(|last| filter.with("before", &last.line.after(wanted.sort).text())),
        range: words::counted(found.len().min(page), "family", "families"),
    }
}

fn chips(filter: &Filter, wanted: &Wanted) -> Vec<Link> {
    let state = wanted.state;
    let usual = state == Some(QuarantineState::Quarantined);
    let chips = [
        wanted
            .text
            .as_deref()
            .map(|text| filter.chip("q", "Text", text)),
        wanted
            .tenant
            .as_deref()
            .map(|text| filter.chip("tenant", "Tenant", text)),
        (!usual).then(|| {
            let label = state.map_or("Any", QuarantineState::label);
            filter.chip("state", "State", label)
        }),
        wanted
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    chips.into_iter().flatten().collect()
}

fn fields(wanted: &Wanted) -> Vec<Field> {
    let states = QuarantineState::ALL.iter();
    let states = states.map(|state| Choice::new(state.as_str(), state.label()));
    let states = states.chain([Choice::new(ANY, "Any")]).collect();
    let sort = [
        Choice::new(Sort::Latest.as_str(), "Latest first"),
        Choice::new(Sort::Attempts.as_str(), "Most attempts first"),
    ];
    vec![
        filter::text("q", "Name, host or identifier")
            .value(wanted.text.clone().unwrap_or_default()),
        filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
        Field::select("state", "State", states)
            .value(wanted.state.map_or(ANY, QuarantineState::as_str)),
        environments(wanted.environment),
        Field::select("sort", "Order", sort.into()).value(wanted.sort.as_str()),
    ]
}

fn row(one: &OfTenant, known: &KnownIn, now: Timestamp) -> Row {
    let line = &one.line;
    let known = known.of(line.tenant);
    let similar = line
        .metadata
        .as_ref()
        .map(|metadata| similar(metadata, known));
    let waits = line.state == Some(QuarantineState::Quarantined);
    let client = line.client_id.as_ref().filter(|_| waits);
    let ends = line.ends_at.filter(|ends| *ends > now);
    Row {
        href: paths::family(&one.slug, line.environment, &line.fingerprint),
        link: client.map(|client| paths::quarantined(&one.slug, line.environment, client)),
        name: family_name(&line.name),
        leads_to: line.redirects.clone(),
        similar: similar.unwrap_or_default(),
        tenant: one.tenant.as_str().to_owned(),
        environment: Badge::environment(line.environment),
        state: words::family_state(line.state),
        attempts: count(line.attempts),
        networks: count(line.networks),
        asks: count(line.asks),
        first_seen: When::new(line.first_seen).day(),
        last_seen: When::new(line.last_seen),
        ends: ends.map(|ends| (When::new(ends), words::left(now, ends))),
    }
}

/// A count of rows, for people.
pub(super) fn count(count: i64) -> String {
    number(u64::try_from(count).unwrap_or_default())
}

/// A family's name: in quotes, since nobody checked it.
pub(super) fn family_name(name: &str) -> String {
    if name.trim().is_empty() {
        "No name given".to_owned()
    } else {
        format!("“{name}”")
    }
}
