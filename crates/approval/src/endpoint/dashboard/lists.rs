//! The block list and the trust list: what is named, by whom, why, and until when.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Icon, Shell, Tone, When, number};
use narthex_tenancy::permission::Action;
use narthex_vocab::Timestamp;

use super::banner::Done;
use super::brakes::{Names, whose};
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::words;
use crate::listing::{Effect, Listing, Subject};
use crate::store::{dashboard_tenants, listing};

/// One line.
struct Row {
    subject: String,
    kind: &'static str,
    effect: Badge,
    lane: Option<String>,
    whose: String,
    reason: String,
    author: String,
    since: When,
    ends: When,
    state: Badge,
    end: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/lists.html")]
struct ListsPage {
    shell: Shell,
    rows: Vec<Row>,
    may_edit: bool,
    who_may: String,
    range: String,
}

/// `GET /lists`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let now = staff.now;
    let seen = staff
        .look(Look::list(Area::Lists), async |tx| {
            let lines = listing::everywhere(tx, now).await?;
            let whose: Vec<_> = lines.iter().map(|line| line.tenant).collect();
            Ok((lines, dashboard_tenants::names(tx, &whose).await?))
        })
        .await?;
    let (lines, names) = &seen.found;
    let shell = staff.shell(Area::Lists, &seen, Area::Lists.label());
    let may_edit = staff.may(Action::EditLists);
    Ok(frame::page(&ListsPage {
        shell: shell.banner(Done::told(&query)),
        rows: lines
            .iter()
            .map(|line| row(line, (names, may_edit), now))
            .collect(),
        may_edit,
        who_may: staff.who_may(Action::EditLists),
        range: words::counted(lines.len(), "line", "lines"),
    }))
}

fn row(line: &Listing, (names, may_edit): (&Names, bool), now: Timestamp) -> Row {
    let holds = line.holds(now);
    let (effect, width) = match line.effect {
        Effect::Block => (Badge::new(Tone::Danger, "Blocks").icon(Icon::Cross), None),
        Effect::Lane { per_minute } => (
            Badge::new(Tone::Ok, "Trusts"),
            Some(format!("{} calls a minute", number(per_minute.into()))),
        ),
    };
    Row {
        subject: line.subject.to_string(),
        kind: kind(&line.subject),
        effect,
        lane: width,
        whose: whose(names, line.tenant),
        reason: line.reason.clone(),
        author: line.author.name.clone(),
        since: When::new(line.created_at).day(),
        ends: When::new(line.ended.as_ref().map_or(line.expires_at, |(_, at)| *at)).day(),
        state: if holds {
            Badge::new(Tone::Info, "In force")
        } else if line.ended.is_some() {
            Badge::new(Tone::Neutral, "Taken off")
        } else {
            Badge::new(Tone::Neutral, "Ended")
        },
        end: (holds && may_edit).then(|| format!("/lists/{}/end", line.id)),
    }
}

/// What is named, for people.
pub(super) const fn kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Family(_) => "Family",
        Subject::Host(_) => "Host and all below it",
        Subject::Network(_) => "Network",
    }
}
