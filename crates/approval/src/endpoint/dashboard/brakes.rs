//! Every brake: which holds whom, until when, who set it and who wants it lifted. Setting and lifting are pages of
//! their own.

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Icon, Shell, Tone, When};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, Timestamp};

use super::banner::Done;
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::words;
use crate::brake::Brake;
use crate::store::{brake, dashboard_tenants};

/// The names of tenants, by id.
pub(super) type Names = HashMap<Id<Tenant>, String>;

/// One line.
struct Row {
    whose: String,
    state: Badge,
    reason: String,
    set_by: String,
    set_at: When,
    ends: When,
    left: Option<String>,
    waits: Option<String>,
    lift: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/brakes.html")]
struct BrakesPage {
    shell: Shell,
    rows: Vec<Row>,
    may_set: bool,
    who_may: String,
    range: String,
}

/// `GET /brakes`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let now = staff.now;
    let seen = staff
        .look(Look::list(Area::Brakes), async |tx| {
            let brakes = brake::everywhere(tx, now).await?;
            let whose: Vec<_> = brakes.iter().map(|brake| brake.tenant).collect();
            Ok((brakes, dashboard_tenants::names(tx, &whose).await?))
        })
        .await?;
    let (brakes, names) = &seen.found;
    let shell = staff.shell(Area::Brakes, &seen, Area::Brakes.label());
    let may_lift = staff.may(Action::LiftBrake);
    Ok(frame::page(&BrakesPage {
        shell: shell.banner(Done::told(&query)),
        rows: brakes
            .iter()
            .map(|brake| row(brake, (names, may_lift), staff.now))
            .collect(),
        may_set: staff.may(Action::SetBrake),
        who_may: staff.who_may(Action::SetBrake),
        range: words::counted(brakes.len(), "brake", "brakes"),
    }))
}

fn row(brake: &Brake, (names, may_lift): (&Names, bool), now: Timestamp) -> Row {
    let holds = brake.holds(now);
    let waits = brake.waiting_proposal(now);
    Row {
        whose: whose(names, brake.tenant),
        state: state(brake, now),
        reason: brake.reason.clone(),
        set_by: brake.set_by.name.clone(),
        set_at: When::new(brake.set_at),
        ends: When::new(brake.lifted.as_ref().map_or(brake.ends_at, |(_, at)| *at)),
        left: holds.then(|| words::left(now, brake.ends_at)),
        waits: waits.map(|proposal| proposal.by.name.clone()),
        lift: (holds && may_lift).then(|| format!("/brakes/{}/lift", brake.id)),
    }
}

/// The name of the tenant, or that it is everybody.
pub(super) fn whose(names: &Names, tenant: Id<Tenant>) -> String {
    if tenant == PLATFORM_TENANT {
        return "Every tenant".to_owned();
    }
    names
        .get(&tenant)
        .cloned()
        .unwrap_or_else(|| tenant.to_string())
}

fn state(brake: &Brake, now: Timestamp) -> Badge {
    if brake.holds(now) {
        Badge::new(Tone::Danger, "On").icon(Icon::Warning)
    } else if brake.lifted.is_some() {
        Badge::new(Tone::Neutral, "Lifted")
    } else {
        Badge::new(Tone::Neutral, "Ended")
    }
}
