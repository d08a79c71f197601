//! The log of tokens issued, newest first. A stream of its own, apart from registration attempts, so that a flood of
//! those never hides what was really given.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Field, Link, Shell, When};
use narthex_vocab::Environment;

use super::filter::{self, Filter, environments};
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::words;
use crate::store::dashboard_issuance::{self, Issued, PAGE, Wanted};
use crate::store::dashboard_search::Before;

/// One token.
struct Row {
    at: When,
    href: String,
    client_id: String,
    tenant: String,
    environment: Badge,
    grant: String,
    subject: String,
    scope: String,
    audience: String,
    ends: When,
}

#[derive(Template)]
#[template(path = "dashboard/issuance.html")]
struct IssuancePage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    range: String,
}

/// `GET /issuance`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Issuance.path(), &query);
    let wanted = Wanted {
        text: filter.text("q")?,
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
        before: filter.before()?,
    };
    let seen = staff
        .look(Look::list(Area::Issuance), async |tx| {
            dashboard_issuance::list(tx, &wanted).await
        })
        .await?;
    let shell = staff.shell(Area::Issuance, &seen, Area::Issuance.label());
    Ok(frame::page(&view(shell, &filter, &wanted, seen.found)))
}

fn view(shell: Shell, filter: &Filter, wanted: &Wanted, found: Vec<Issued>) -> IssuancePage {
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
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    let page = usize::try_from(PAGE).unwrap_or_default();
    let last = found
        .get(page.wrapping_sub(1))
        .filter(|_| found.len() > page);
    let older = last.map(|last| {
        Before {
            at: last.at,
            id: last.jti,
        }
        .text()
    });
    IssuancePage {
        shell,
        filters: vec![
            filter::text("q", "Client, subject or request id")
                .value(wanted.text.clone().unwrap_or_default()),
            filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
            environments(wanted.environment),
        ],
        chips: chips.into_iter().flatten().collect(),
        newer: wanted.before.map(|_| filter.with("before", "")),
        older: older.map(|older| filter.with("before", &older)),
        range: words::counted(found.len().min(page), "token", "tokens"),
        rows: found.into_iter().take(page).map(row).collect(),
    }
}

fn row(issued: Issued) -> Row {
    Row {
        at: When::new(issued.at).to_the_second(),
        href: format!(
            "/clients/{}/{}/{}",
            issued.slug, issued.environment, issued.client_id
        ),
        client_id: issued.client_id,
        tenant: issued.tenant.as_str().to_owned(),
        environment: Badge::environment(issued.environment),
        grant: issued.grant_type,
        subject: issued.subject,
        scope: issued.scope,
        audience: issued.audience,
        ends: When::new(issued.expires_at).to_the_second(),
    }
}
