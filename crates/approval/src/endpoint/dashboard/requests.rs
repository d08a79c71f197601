//! The queue: cases of all tenants, oldest first, with filters that are part of the address.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Choice, Field, Icon, Link, Shell, Tone, When};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, RequestState, Timestamp};

use super::banner::see;
use super::filter::{self, Filter, environments};
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::way_on::HOME;
use super::{paths, words};
use crate::assignment;
use crate::decide_together::may_be;
use crate::store::dashboard_requests::{self, MOST, Queued, Wanted};

/// Groups of states that a reviewer looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Second,
    WithTenant,
    Approved,
    Rejected,
    Ended,
    Any,
}

impl Stage {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::Second,
        Self::WithTenant,
        Self::Approved,
        Self::Rejected,
        Self::Ended,
        Self::Any,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Second => "second",
            Self::WithTenant => "with_tenant",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Ended => "ended",
            Self::Any => "any",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Open => "Waiting for staff",
            Self::Second => "Waits for a second person",
            Self::WithTenant => "Waiting for the tenant",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Ended => "Ended without a decision",
            Self::Any => "Any",
        }
    }

    fn states(self) -> Vec<RequestState> {
        use RequestState as S;
        let within = |state: &S| match state {
            S::Submitted | S::Screening | S::InReview => self == Self::Open,
            S::AwaitingSecond => matches!(self, Self::Open | Self::Second),
            S::Draft | S::ChangesRequested | S::RejectedByPolicy | S::Offered => {
                self == Self::WithTenant
            }
            S::Approved | S::AutoApproved => self == Self::Approved,
            S::Rejected | S::RejectedAndBlocked | S::Refused => self == Self::Rejected,
            S::Lapsed | S::Withdrawn => self == Self::Ended,
        };
        let all = RequestState::ALL.iter().copied();
        all.filter(|state| self == Self::Any || within(state))
            .collect()
    }
}

/// One line.
struct Row {
    href: String,
    integration: String,
    version: Option<String>,
    tenant: String,
    environment: Badge,
    risk: Option<Badge>,
    failed: usize,
    state: Badge,
    sent: When,
    age: String,
    due: Option<Badge>,
    taken_by: String,
    /// What its box sends, where it may be decided with others.
    pick: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/requests.html")]
struct RequestsPage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    empty: Empty,
    range: String,
    /// Whether there is something to choose.
    picks: bool,
}

/// What an empty list says.
struct Empty {
    title: &'static str,
    text: String,
    href: &'static str,
    label: &'static str,
}

/// `GET /`
pub(crate) async fn home(_: StaffSignedIn) -> HttpResponse {
    see(HOME)
}

/// `GET /requests`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Requests.path(), &query);
    let stage = filter
        .word("state", &Stage::ALL, Stage::key)?
        .unwrap_or(Stage::Open);
    let wanted = Wanted {
        states: stage.states(),
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
    };
    let seen = staff
        .look(Look::list(Area::Requests), async |tx| {
            dashboard_requests::list(tx, &wanted).await
        })
        .await?;
    let shell = staff.shell(Area::Requests, &seen, Area::Requests.label());
    let (rows, last) = seen.found;
    let mut view = view(shell, &filter, (stage, &wanted), (&rows, last), staff.now);
    if !staff.may(Action::Decide) {
        view.rows.iter_mut().for_each(|row| row.pick = None);
    }
    view.picks = view.rows.iter().any(|row| row.pick.is_some());
    Ok(frame::page(&view))
}

fn view(
    shell: Shell,
    filter: &Filter,
    (stage, wanted): (Stage, &Wanted),
    (rows, last): (&[Queued], Option<Timestamp>),
    now: Timestamp,
) -> RequestsPage {
    let stages = Stage::ALL.map(|stage| Choice::new(stage.key(), stage.label()));
    let chips = [
        (stage != Stage::Open).then(|| filter.chip("state", "State", stage.label())),
        wanted
            .tenant
            .as_deref()
            .map(|text| filter.chip("tenant", "Tenant", text)),
        wanted
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    let chips: Vec<Link> = chips.into_iter().flatten().collect();
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == MOST);
    RequestsPage {
        shell,
        filters: vec![
            filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
            Field::select("state", "State", stages.into()).value(stage.key()),
            environments(wanted.environment),
        ],
        empty: empty(chips.is_empty(), last, now),
        chips,
        range: if full {
            format!("The oldest {MOST}. Filter to see others.")
        } else {
            words::counted(rows.len(), "request", "requests")
        },
        rows: rows.iter().map(|queued| row(queued, now)).collect(),
        picks: false,
    }
}

fn empty(everything: bool, last: Option<Timestamp>, now: Timestamp) -> Empty {
    if !everything {
        return Empty {
            title: "No request matches",
            text: "No request has all of these filters.".to_owned(),
            href: "/requests",
            label: "Clear filters",
        };
    }
    let since = last.map_or_else(
        || "Nothing was decided yet.".to_owned(),
        |last| {
            let when = When::new(last).text();
            format!("Last decision {} ago, {when}.", words::age(now, last))
        },
    );
    Empty {
        title: "The queue is empty",
        text: format!("A request comes here when its automatic checks want a person. {since}"),
        href: "/quarantine",
        label: "Look at the quarantine",
    }
}

fn row(queued: &Queued, now: Timestamp) -> Row {
    Row {
        href: paths::request(&queued.slug, queued.environment, queued.id),
        integration: queued.integration.as_str().to_owned(),
        version: (queued.version > 1).then(|| format!("Version {}", queued.version)),
        tenant: queued.tenant.as_str().to_owned(),
        environment: Badge::environment(queued.environment),
        risk: queued.score.map(|score| words::level(score).scored(score)),
        failed: queued.failed,
        state: words::request_state(queued.state),
        sent: When::new(queued.sent),
        age: words::age(now, queued.sent),
        due: due(queued, now),
        pick: may_be(
            queued.environment,
            queued.state,
            (queued.score, queued.failed),
        )
        .then(|| format!("{}/{}/{}", queued.slug, queued.environment, queued.id)),
        taken_by: queued
            .taken_by
            .clone()
            .unwrap_or_else(|| "Nobody".to_owned()),
    }
}

/// How long there is to answer, or how late it is, while it waits for staff.
fn due(queued: &Queued, now: Timestamp) -> Option<Badge> {
    let due = assignment::due(queued.environment, queued.sent);
    let waits = Stage::Open.states().contains(&queued.state);
    waits.then(|| {
        if now > due {
            let words = format!("{} late", words::age(now, due));
            Badge::new(Tone::Danger, words).icon(Icon::Warning)
        } else {
            Badge::new(Tone::Neutral, format!("In {}", words::left(now, due)))
        }
    })
}

#[cfg(test)]
#[path = "requests_tests.rs"]
mod tests;
