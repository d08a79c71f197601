//! The inventory as a page, for the portal and the dashboard alike: filters, order and place are the address; views that
//! a person saved are links; nothing needs a script. Who may look, and at whose, is asked before.

pub(crate) mod export;
mod filters;

use askama::Template;
use narthex_http::page::{Badge, ErrorSummary, Field, Icon, Link, Shell, Tone, When};
use narthex_http::{Params, StrictQuery};
use narthex_vocab::Timestamp;

pub(crate) use self::filters::Asked;
use crate::store::inventory::{Client, Line, Order};
use crate::store::saved_view::View;

/// The name of the list in rows and in the ledger.
pub(crate) const LIST: &str = "inventory";
/// The lines of one page.
pub(crate) const PAGE: usize = 50;

/// One line, display-ready.
struct Row {
    name: String,
    href: String,
    client_id: String,
    tenant: String,
    environment: Option<Badge>,
    state: Badge,
    sponsor: Badge,
    credentials: String,
    used: Option<When>,
    ends: Option<When>,
    reach: String,
}

/// One heading that orders.
struct Heading {
    label: &'static str,
    href: String,
    /// `ascending`, `descending` or nothing.
    sorted: &'static str,
}

/// A tab of the saved views.
struct Tab {
    label: String,
    href: String,
    current: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "inventory.html")]
pub(crate) struct InventoryPage {
    shell: Shell,
    errors: ErrorSummary,
    tabs: Vec<Tab>,
    filters: Vec<Field>,
    chips: Vec<Link>,
    headings: [Heading; 3],
    rows: Vec<Row>,
    with_tenants: bool,
    newer: Option<String>,
    older: Option<String>,
    range: String,
    here: String,
    everything: String,
    csv: String,
    json: String,
    save: [Field; 2],
    /// The filters to save, as the address has them.
    query: String,
    /// The view that is shown, to forget it.
    shown: Option<(String, String)>,
}

/// Where the page stands, and what belongs to the reader.
pub(crate) struct Place<'a> {
    /// The path of the list.
    pub(crate) path: &'a str,
    /// Whether lines of several tenants are on it.
    pub(crate) with_tenants: bool,
    /// The views of the reader.
    pub(crate) views: &'a [View],
    pub(crate) now: Timestamp,
    /// The page of a line.
    pub(crate) href: &'a dyn Fn(&Line) -> String,
    /// The state of a client.
    pub(crate) state: &'a dyn Fn(&Client) -> Badge,
}

/// The page over what was found: one line more than a page when there are more.
pub(crate) fn page(
    shell: Shell,
    asked: &Asked,
    found: &[Line],
    place: &Place<'_>,
    save: [Field; 2],
) -> InventoryPage {
    let more = found
        .get(PAGE.wrapping_sub(1))
        .filter(|_| found.len() > PAGE);
    let shown: Vec<&Line> = found.iter().take(PAGE).collect();
    let view = place
        .views
        .iter()
        .find(|view| asked.view() == Some(view.id));
    let with_tenants = place.with_tenants;
    InventoryPage {
        shell: shell.problem(!asked.wrong().is_empty()),
        errors: ErrorSummary {
            items: asked.wrong().to_vec(),
        },
        tabs: tabs(asked, place),
        filters: asked.fields(with_tenants),
        chips: asked.chips(place.path),
        headings: [
            heading(
                asked,
                place,
                ("Integration and client", Order::Name, "ascending"),
            ),
            heading(asked, place, ("Since", Order::Newest, "descending")),
            heading(asked, place, ("Approval ends", Order::Ends, "ascending")),
        ],
        newer: asked.goes_on().then(|| asked.at(place.path, None)),
        older: more.map(|last| {
            let after = last.place(asked.wanted().order);
            asked.at(place.path, serde_json::to_string(&after).ok().as_deref())
        }),
        range: match (shown.len(), more.is_some()) {
            (1, false) => "1 line".to_owned(),
            (count, false) => format!("{count} lines"),
            (count, true) => format!("{count} lines, and more"),
        },
        rows: shown.into_iter().map(|line| row(line, place)).collect(),
        with_tenants,
        here: place.path.to_owned(),
        everything: format!("{}?all=yes", place.path),
        csv: asked.export(place.path, "csv"),
        json: asked.export(place.path, "json"),
        save,
        query: asked.query(),
        shown: view.map(|view| (view.id.to_string(), view.name.clone())),
    }
}

fn tabs(asked: &Asked, place: &Place<'_>) -> Vec<Tab> {
    let all = Tab {
        label: "All".to_owned(),
        href: format!("{}?all=yes", place.path),
        current: asked.is_everything(),
    };
    let own = place.views.iter().map(|view| Tab {
        label: view.name.clone(),
        href: view_href(place.path, view),
        current: asked.view() == Some(view.id),
    });
    std::iter::once(all).chain(own).collect()
}

/// The fields under which filters are kept.
pub(crate) fn save_fields() -> [Field; 2] {
    [
        Field::text("name", "Name of the view")
            .hint("The filters and the order of now. A view of the same name is replaced."),
        Field::checkbox("standard", "Open the inventory with it", false),
    ]
}

/// Filters that a form sent along, read as any address is; nothing for what no address of ours has.
pub(crate) fn reread(query: &str, now: Timestamp) -> Option<Asked> {
    let params = Params::parse(query.as_bytes()).ok()?;
    let asked = Asked::read(&StrictQuery(params), now);
    asked.wrong().is_empty().then_some(asked)
}

/// The list as a view has it.
pub(crate) fn view_href(path: &str, view: &View) -> String {
    format!("{path}?{}&view={}", view.query, view.id)
}

fn heading(
    asked: &Asked,
    place: &Place<'_>,
    (label, order, way): (&'static str, Order, &'static str),
) -> Heading {
    Heading {
        label,
        href: asked.with(place.path, "sort", order.as_str()),
        sorted: if asked.wanted().order == order {
            way
        } else {
            ""
        },
    }
}

fn row(line: &Line, place: &Place<'_>) -> Row {
    let client = line.client.as_ref();
    Row {
        name: line.name.clone(),
        href: (place.href)(line),
        client_id: client.map_or_else(String::new, |client| client.id.to_string()),
        tenant: line.tenant.clone(),
        environment: client.map(|client| Badge::environment(client.environment)),
        state: client.map_or_else(
            || Badge::new(Tone::Neutral, "No client"),
            |client| (place.state)(client),
        ),
        sponsor: sponsor(line),
        credentials: client.map_or_else(String::new, |client| credentials(client, place.now)),
        used: client.and_then(|client| client.used).map(When::new),
        ends: client.map(|client| When::new(client.ends).day()),
        reach: client.map_or_else(String::new, reach),
    }
}

fn sponsor(line: &Line) -> Badge {
    match (&line.sponsor, line.answered) {
        (Some(name), true) => Badge::new(Tone::Neutral, name.as_str()),
        (Some(name), false) => {
            Badge::new(Tone::Danger, format!("Nobody: {name} has left")).icon(Icon::Warning)
        }
        (None, _) => Badge::new(Tone::Warn, "Nobody"),
    }
}

/// How it proves itself, and for how long it has done so with the oldest of what works.
fn credentials(client: &Client, now: Timestamp) -> String {
    if client.auth_method == "none" {
        return "Public: none".to_owned();
    }
    match (client.live, client.oldest) {
        (1.., Some(oldest)) => {
            let days = (now - oldest).num_days();
            let works = if client.live == 1 { "works" } else { "work" };
            format!("{} {works}, {days} d old", client.live)
        }
        _ if client.auth_method == "private_key_jwt" => "Its own key".to_owned(),
        _ => "None works".to_owned(),
    }
}

fn reach(client: &Client) -> String {
    match (client.scopes.as_str(), client.tools) {
        ("", _) => "Signs people in".to_owned(),
        (scopes, 0) => scopes.to_owned(),
        (scopes, 1) => format!("{scopes}, 1 tool"),
        (scopes, tools) => format!("{scopes}, {tools} tools"),
    }
}
