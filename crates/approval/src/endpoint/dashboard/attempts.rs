//! The log of registration attempts, newest first: what came, what it was told, and what really happened. A stream of its
//! own, apart from tokens.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Choice, Field, Link, Shell, When, number};
use narthex_vocab::{AttemptOutcome, Environment, Id, kind};

use super::filter::{self, Filter, environments};
use super::frame::{self, Area};
use super::quarantine::family_name;
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::words;
use crate::store::dashboard_attempts::{self, Logged, OfTenant, PAGE, Wanted};
use crate::store::dashboard_search::Before;

/// One attempt, as every list shows it.
pub(super) struct Line {
    pub(super) at: When,
    pub(super) name: String,
    pub(super) client_id: Option<String>,
    pub(super) outcome: Badge,
    pub(super) source: String,
    /// What the caller was told, when it was an error.
    pub(super) told: Option<String>,
    pub(super) reason: String,
    pub(super) request_id: String,
    /// How many calls, when it is more than one.
    pub(super) calls: Option<String>,
}

/// An attempt with whose surface it called.
struct Row {
    /// The registration that came of it.
    href: Option<String>,
    /// Its own page; a counted one has none.
    detail: Option<String>,
    tenant: String,
    environment: Badge,
    line: Line,
}

#[derive(Template)]
#[template(path = "dashboard/attempts.html")]
struct AttemptsPage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    range: String,
}

/// `GET /attempts`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Attempts.path(), &query);
    let wanted = Wanted {
        outcome: filter.word("outcome", AttemptOutcome::ALL, AttemptOutcome::as_str)?,
        text: filter.text("q")?,
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
        before: filter.before()?,
    };
    let seen = staff
        .look(Look::list(Area::Attempts), async |tx| {
            dashboard_attempts::list(tx, &wanted).await
        })
        .await?;
    let shell = staff.shell(Area::Attempts, &seen, Area::Attempts.label());
    Ok(frame::page(&view(shell, &filter, &wanted, &seen.found)))
}

fn view(shell: Shell, filter: &Filter, wanted: &Wanted, found: &[OfTenant]) -> AttemptsPage {
    let chips = [
        wanted
            .text
            .as_deref()
            .map(|text| filter.chip("q", "Text", text)),
        wanted
            .tenant
            .as_deref()
            .map(|text| filter.chip("tenant", "Tenant", text)),
        wanted
            .outcome
            .map(|outcome| filter.chip("outcome", "Outcome", outcome.label())),
        wanted
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    let outcomes = AttemptOutcome::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label()));
    let outcomes = std::iter::once(Choice::new("", "Any"))
        .chain(outcomes)
        .collect();
    let page = usize::try_from(PAGE).unwrap_or_default();
    let last = found
        .get(page.wrapping_sub(1))
        .filter(|_| found.len() > page);
    let older = last.map(|last| {
        Before {
            at: last.logged.at,
            id: last.logged.id,
        }
        .text()
    });
    AttemptsPage {
        shell,
        filters: vec![
            filter::text("q", "Name, identifier or request id")
                .value(wanted.text.clone().unwrap_or_default()),
            filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
            Field::select("outcome", "Outcome", outcomes)
                .value(wanted.outcome.map_or("", AttemptOutcome::as_str)),
            environments(wanted.environment),
        ],
        chips: chips.into_iter().flatten().collect(),
        newer: wanted.before.map(|_| filter.with("before", "")),
        older: older.map(|older| filter.with("before", &older)),
        range: words::counted(found.len().min(page), "line", "lines"),
        rows: found.iter().take(page).map(row).collect(),
    }
}

fn row(attempt: &OfTenant) -> Row {
    let place = format!("/quarantine/{}/{}", attempt.slug, attempt.environment);
    let counted = attempt.logged.request_id.is_empty();
    let id = Id::<kind::Attempt>::from_uuid(attempt.logged.id);
    Row {
        detail: (!counted)
            .then(|| format!("/attempts/{}/{}/{id}", attempt.slug, attempt.environment)),
        href: attempt
            .logged
            .client_id
            .as_deref()
            .map(|client| format!("{place}/{client}")),
        tenant: attempt.tenant.as_str().to_owned(),
        environment: Badge::environment(attempt.environment),
        line: line(&attempt.logged),
    }
}

/// An attempt in the words of a list.
pub(super) fn line(logged: &Logged) -> Line {
    Line {
        at: When::new(logged.at).to_the_second(),
        name: family_name(logged.client_name.as_deref().unwrap_or_default()),
        client_id: logged.client_id.clone(),
        outcome: words::outcome(logged.outcome),
        source: logged.source.to_string(),
        told: logged.error.clone(),
        reason: logged.reason.clone(),
        request_id: logged.request_id.clone(),
        calls: (logged.calls > 1).then(|| number(u64::try_from(logged.calls).unwrap_or_default())),
    }
}
