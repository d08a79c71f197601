//! The companies on the platform, by name, with how much each has.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Shell, Tone, When, number};
use narthex_tenancy::permission::Action;

use super::banner::Done;
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::words;
use crate::store::dashboard_tenants::{self, Listed};

/// One line.
struct Row {
    slug: String,
    name: String,
    state: Badge,
    people: String,
    integrations: String,
    clients: String,
    since: When,
    /// What freezes it, or thaws it: words and path.
    freeze: (&'static str, String),
    /// Nobody has joined: its owner can be invited again.
    empty: bool,
}

#[derive(Template)]
#[template(path = "dashboard/tenants.html")]
struct TenantsPage {
    shell: Shell,
    rows: Vec<Row>,
    may_create: bool,
    may_freeze: bool,
    range: String,
}

/// `GET /tenants`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let seen = staff
        .look(Look::list(Area::Tenants), async |tx| {
            dashboard_tenants::list(tx).await
        })
        .await?;
    let shell = staff.shell(Area::Tenants, &seen, Area::Tenants.label());
    let may = (
        staff.may(Action::CreateTenant),
        staff.may(Action::FreezeTenant),
    );
    let banner = Done::told(&query);
    Ok(frame::page(&view(shell.banner(banner), &seen.found, may)))
}

fn view(shell: Shell, found: &[Listed], (may_create, may_freeze): (bool, bool)) -> TenantsPage {
    TenantsPage {
        shell,
        rows: found.iter().map(row).collect(),
        may_create,
        may_freeze,
        range: words::counted(found.len(), "tenant", "tenants"),
    }
}

fn row(listed: &Listed) -> Row {
    let whole = |count: i64| number(u64::try_from(count).unwrap_or_default());
    Row {
        slug: listed.slug.as_str().to_owned(),
        name: listed.name.as_str().to_owned(),
        state: if listed.frozen {
            Badge::new(Tone::Danger, "Frozen")
        } else {
            Badge::new(Tone::Ok, "Active")
        },
        people: whole(listed.people),
        integrations: whole(listed.integrations),
        clients: whole(listed.clients),
        since: When::new(listed.created_at).day(),
        freeze: {
            let (words, way) = if listed.frozen {
                ("Thaw", "thaw")
            } else {
                ("Freeze", "freeze")
            };
            (words, format!("/tenants/{}/{way}", listed.slug))
        },
        empty: listed.people == 0,
    }
}
