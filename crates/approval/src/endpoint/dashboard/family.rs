//! One family: its registrations, what came of its calls and from where, who wants it, what it looks like, what the
//! tenant was asked. Decisions have pages of their own; this one changes nothing.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Fact, Link, Logo, Shell, Tone, When, number};
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{AttemptOutcome, Fingerprint, QuarantineState, Timestamp};

use super::asker::{self, AskLine};
use super::attempts::{self, Line};
use super::banner::Done;
use super::frame::{self, Area};
use super::identity;
use super::place::Place;
use super::quarantine::{count, family_name};
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::store::claim::Claim;
use crate::store::dashboard_family::{self, Day, Family, Registration};
use crate::store::family_split::SplitOff;

/// What the page was asked to look at.
pub(super) type Looked = Seen<(Tenant, Family)>;

#[derive(Template)]
#[template(path = "dashboard/family.html")]
struct FamilyPage {
    shell: Shell,
    facts: Vec<Fact>,
    logos: Vec<Logo>,
    similar: Vec<String>,
    registrations: Vec<Row>,
    days: Vec<DayRow>,
    networks: Vec<NetworkRow>,
    asks: Vec<AskLine>,
    claims: Vec<ClaimRow>,
    attempts: Vec<Line>,
    listed: Vec<Fact>,
    actions: Option<Actions>,
    closed_text: String,
}

struct Row {
    href: String,
    client_id: String,
    brought_by: String,
    state: Badge,
    apart: Option<Badge>,
    since: When,
    ends: When,
    split: Option<String>,
}

struct DayRow {
    day: When,
    /// Outcome and calls.
    outcomes: Vec<(Badge, String)>,
    all: String,
}

struct NetworkRow {
    network: String,
    calls: String,
    last_seen: When,
    block: Option<String>,
    split: Option<String>,
}

struct ClaimRow {
    asked: When,
    by: String,
    reason: String,
    state: Badge,
    answer: Option<String>,
    request: Option<String>,
}

/// What can be decided about the family as one.
struct Actions {
    link: Option<String>,
    claim: Option<String>,
    block: String,
    expire: Option<String>,
    hosts: Vec<Link>,
}

/// `GET /families/{tenant}/{environment}/{fingerprint}`
pub(crate) async fn page(
    staff: StaffSignedIn,
    place: Place,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let looked = look(&staff, &place).await?;
    let mut page = view(&staff, &looked);
    page.shell = page.shell.banner(Done::told(&query));
    Ok(frame::page(&page))
}

/// The family of the path.
pub(super) async fn look(staff: &StaffSignedIn, place: &Place) -> Result<Looked, Refusal> {
    let fingerprint: Fingerprint = place.named("fingerprint")?;
    let now = staff.now;
    let environment = place.environment;
    staff
        .look_at(place, fingerprint.to_string(), async |tx, tenant| {
            dashboard_family::load(tx, tenant, (environment, &fingerprint), now).await
        })
        .await
}

fn view(staff: &StaffSignedIn, looked: &Looked) -> FamilyPage {
    let (tenant, family) = &looked.found;
    let line = &family.line;
    let shell = staff.shell(Area::Quarantine, looked, family_name(&line.name));
    let shell = frame::of_tenant(shell, tenant, line.environment);
    let may = staff.may(Action::HandleQuarantine);
    let here = here(looked);
    let rows = family.registrations.iter();
    FamilyPage {
        shell: shell.badge(words::family_state(line.state)),
        facts: facts(tenant, family, staff.now),
        logos: identity::logos((&tenant.slug, line.environment), &family.logos),
        similar: family.similar.clone(),
        registrations: rows.map(|one| row(tenant, family, one, may)).collect(),
        days: days(&family.days),
        networks: family
            .networks
            .iter()
            .map(|one| NetworkRow {
                network: one.range.to_string(),
                calls: count(one.calls),
                last_seen: When::new(one.last_seen),
                block: (staff.may(Action::EditLists) && one.range.prefix_len() > 0).then(|| {
                    let network = one.range.to_string();
                    paths::new_listing("network", &network, &tenant.slug)
                }),
                split: can_split(family, one.range, may).then(|| {
                    let query = url::form_urlencoded::byte_serialize;
                    let network: String = query(one.range.to_string().as_bytes()).collect();
                    format!("{here}/split?network={network}")
                }),
            })
            .collect(),
        asks: asker::asks(&family.asks, &family.people),
        claims: family.claims.iter().map(|one| claim(tenant, one)).collect(),
        attempts: family.latest.iter().map(attempts::line).collect(),
        listed: family.listings.iter().map(listed).collect(),
        actions: may.then(|| actions(staff, tenant, family)),
        closed_text: staff.who_may(Action::HandleQuarantine),
    }
}

fn facts(tenant: &Tenant, family: &Family, now: Timestamp) -> Vec<Fact> {
    let line = &family.line;
    let mut facts = vec![
        Fact::text("Leads to", line.redirects.as_str()),
        Fact::text("Attempts", count(line.attempts)),
        Fact::text("Registrations in force", count(line.registrations)),
        Fact::when("First seen", When::new(line.first_seen)),
        Fact::when("Last seen", When::new(line.last_seen)),
    ];
    if let Some(ends) = line.ends_at {
        let fact = Fact::when("Waits until", When::new(ends));
        facts.push(if ends > now {
            fact.and_text(format!("{} left", words::left(now, ends)))
        } else {
            fact
        });
    }
    facts.extend(
        family
            .splits
            .iter()
            .map(|one| split_off(tenant, family, one)),
    );
    facts.push(Fact::code("Fingerprint", line.fingerprint.to_string()));
    facts
}

/// What was split off it, or what it was split from.
fn split_off(tenant: &Tenant, family: &Family, one: &SplitOff) -> Fact {
    let line = &family.line;
    let to = |family| paths::family(&tenant.slug, line.environment, family);
    let until = When::new(one.until).text();
    let words = format!("Calls from {}, until {until}: {}", one.network, one.reason);
    if one.own == line.fingerprint {
        return Fact::text("Split off", words).link("The family it was split from", to(&one.from));
    }
    let fact = Fact::text("Split off it", words);
    if one.seen {
        fact.link("The family that they are", to(&one.own))
    } else {
        fact.and_text("Nobody has called from there since.")
    }
}

/// Whether calls from there can be made a family of their own: the log tells them apart, and nobody did it before.
fn can_split(family: &Family, range: ipnet::IpNet, may: bool) -> bool {
    let line = &family.line;
    let apart = |one: &SplitOff| one.own == line.fingerprint || one.network == range;
    may && range.prefix_len() > 0 && !family.splits.iter().any(apart)
}

/// The path of the family's own page.
pub(super) fn here(looked: &Looked) -> String {
    let (tenant, family) = &looked.found;
    let line = &family.line;
    paths::family(&tenant.slug, line.environment, &line.fingerprint)
}

fn row(tenant: &Tenant, family: &Family, one: &Registration, may: bool) -> Row {
    let href = paths::quarantined(&tenant.slug, family.line.environment, &one.client_id);
    let brought_by = match &one.token {
        Some((label, last4)) => format!("Initial access token “{label}”, ending in {last4}"),
        None if one.client_id.document_url().is_some() => "Its own address".to_owned(),
        None => "Strangers, who all share it".to_owned(),
    };
    let goes_on = matches!(
        one.state,
        QuarantineState::Quarantined | QuarantineState::Linked | QuarantineState::Activated
    );
    let can_split = may && one.token.is_some() && goes_on && !one.apart;
    Row {
        split: can_split.then(|| format!("{href}/split")),
        href,
        client_id: one.client_id.to_string(),
        brought_by,
        state: words::quarantine_state(one.state),
        apart: one
            .apart
            .then(|| Badge::new(Tone::Info, "Decided on its own")),
        since: When::new(one.created_at),
        ends: When::new(one.expires_at),
    }
}

/// The days, newest first, each with its outcomes.
fn days(found: &[Day]) -> Vec<DayRow> {
    let mut rows: Vec<(Timestamp, Vec<(AttemptOutcome, i64)>)> = Vec::new();
    for day in found {
        match rows.last_mut() {
            Some((at, outcomes)) if *at == day.at => outcomes.push((day.outcome, day.calls)),
            Some(_) | None => rows.push((day.at, vec![(day.outcome, day.calls)])),
        }
    }
    let row = |(day, outcomes): (Timestamp, Vec<(AttemptOutcome, i64)>)| DayRow {
        day: When::new(day).day(),
        all: count(outcomes.iter().map(|(_, calls)| calls).sum()),
        outcomes: outcomes
            .into_iter()
            .map(|(outcome, calls)| (words::outcome(outcome), count(calls)))
            .collect(),
    };
    rows.into_iter().map(row).collect()
}

fn claim(tenant: &Tenant, one: &Claim) -> ClaimRow {
    let request = one.request;
    ClaimRow {
        asked: When::new(one.created_at),
        by: one.invited_by_name.clone(),
        reason: one.reason.clone(),
        state: words::claim_state(one.state),
        answer: one.answer.clone(),
        request: request.map(|id| paths::request(&tenant.slug, one.environment, id)),
    }
}

fn listed(listing: &crate::listing::Listing) -> Fact {
    let effect = match listing.effect {
        crate::listing::Effect::Block => "Blocked".to_owned(),
        crate::listing::Effect::Lane { per_minute } => {
            format!("Lane of {} calls a minute", number(u64::from(per_minute)))
        }
    };
    Fact::text(effect, listing.reason.as_str())
        .and_text(format!(
            "{}, until {}",
            listing.author.name,
            When::new(listing.expires_at).text()
        ))
        .link("Take it off", format!("/lists/{}/end", listing.id))
}

fn actions(staff: &StaffSignedIn, tenant: &Tenant, family: &Family) -> Actions {
    let line = &family.line;
    let here = paths::family(&tenant.slug, line.environment, &line.fingerprint);
    let waits = |one: &&Registration| {
        one.state == QuarantineState::Quarantined && one.expires_at > staff.now
    };
    let waiting = family.registrations.iter().find(waits);
    let page =
        waiting.map(|one| paths::quarantined(&tenant.slug, line.environment, &one.client_id));
    let hosts = line
        .metadata
        .as_ref()
        .filter(|_| staff.may(Action::EditLists))
        .map(narthex_vocab::ClientMetadata::hosts);
    let host = |host: narthex_vocab::HostName| {
        let href = paths::new_listing("host", host.as_str(), &tenant.slug);
        Link::new(format!("Block {host} and all below it"), href)
    };
    Actions {
        link: page.as_ref().map(|page| format!("{page}#link")),
        claim: page.as_ref().map(|page| format!("{page}/claim")),
        block: format!("{here}/block"),
        expire: waiting
            .filter(|one| !one.apart)
            .map(|_| format!("{here}/expire")),
        hosts: hosts.into_iter().flatten().map(host).collect(),
    }
}
