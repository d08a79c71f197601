//! Clients that come with the address of their own document, over all tenants: how each was read last, what was decided,
//! who waits. Another look is one button; an address that nobody came with yet is registered ahead.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{
    Badge, Choice, ErrorSummary, Field, Icon, Link, Shell, Tone, When, number,
};
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{ClientState, DocumentUrl, Environment, Id, TenantSlug, Timestamp, kind};

use super::banner::Done;
use super::filter::{self, Filter, environments};
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use super::{paths, words};
use crate::order_document::{OrderDocument, OrderDocumentError, order_document};
use crate::store::dashboard_addresses::{self, Address, PAGE, Wanted};
use crate::store::dashboard_tenants;

/// How the last look ended, as the filter names it.
const LOOKS: [(&str, &str, bool); 2] = [
    ("found", "Readable", true),
    ("failed", "Not readable", false),
];

/// One address of the list.
struct Row {
    href: String,
    host: String,
    url: String,
    tenant: String,
    slug: String,
    environment: Badge,
    environment_word: &'static str,
    first_seen: Option<When>,
    look: Badge,
    looked_at: When,
    refusal: Option<String>,
    decision: Badge,
    drift: Option<Badge>,
    asks: usize,
    /// People whose permission is in force, and those of the last 24 hours.
    connected: Option<(String, String)>,
    /// Pages that decide, with what they are called.
    actions: Vec<Link>,
}

#[derive(Template)]
#[template(path = "dashboard/documents.html")]
struct DocumentsPage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    may: bool,
    newer: Option<String>,
    older: Option<String>,
    range: String,
}

#[derive(Template)]
#[template(path = "dashboard/add_document.html")]
struct AddPage {
    shell: Shell,
    errors: ErrorSummary,
    fields: Vec<Field>,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    tenant: String,
    environment: String,
    url: String,
}

/// `GET /documents`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Documents.path(), &query);
    let look = filter.text("look")?;
    let readable = match look.as_deref() {
        None => None,
        Some(word) => {
            let known = LOOKS.iter().find(|(known, ..)| *known == word);
            Some(known.ok_or(Refusal::Unreadable)?.2)
        }
    };
    let wanted = Wanted {
        text: filter.text("q")?,
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
        readable,
        after: after(&filter)?,
    };
    let now = staff.now;
    let seen = staff
        .look(Look::list(Area::Documents), async |tx| {
            dashboard_addresses::list(tx, &wanted, now).await
        })
        .await?;
    let shell = staff.shell(Area::Documents, &seen, Area::Documents.label());
    let shell = shell.banner(Done::told(&query));
    let may = staff.may(Action::HandleQuarantine);
    Ok(frame::page(&view(
        shell,
        (&filter, &wanted),
        &seen.found,
        may,
    )))
}

/// The last row of the page before: microseconds and an address.
fn after(filter: &Filter) -> Result<Option<(Timestamp, String)>, Refusal> {
    let Some(text) = filter.text("before")? else {
        return Ok(None);
    };
    let (micros, client) = text.split_once('_').ok_or(Refusal::Unreadable)?;
    let at = micros
        .parse()
        .ok()
        .and_then(Timestamp::from_timestamp_micros);
    Ok(Some((at.ok_or(Refusal::Unreadable)?, client.to_owned())))
}

fn view(
    shell: Shell,
    (filter, wanted): (&Filter, &Wanted),
    found: &[Address],
    may: bool,
) -> DocumentsPage {
    let look = LOOKS
        .iter()
        .find(|(.., found)| wanted.readable == Some(*found));
    let chips = [
        wanted
            .text
            .as_deref()
            .map(|text| filter.chip("q", "Address", text)),
        wanted
            .tenant
            .as_deref()
            .map(|text| filter.chip("tenant", "Tenant", text)),
        look.map(|(_, label, _)| filter.chip("look", "Last look", label)),
        wanted
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    let looks = LOOKS.map(|(word, label, _)| Choice::new(word, label));
    let looks = std::iter::once(Choice::new("", "Any"))
        .chain(looks)
        .collect();
    let page = usize::try_from(PAGE).unwrap_or_default();
    let last = found
        .get(page.wrapping_sub(1))
        .filter(|_| found.len() > page);
    let older = last.map(|last| {
        let micros = last.looked_at.timestamp_micros();
        filter.with("before", &format!("{micros}_{}", last.client_id))
    });
    DocumentsPage {
        shell,
        filters: vec![
            filter::text("q", "Address").value(wanted.text.clone().unwrap_or_default()),
            filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
            Field::select("look", "Last look", looks).value(look.map_or("", |(word, ..)| word)),
            environments(wanted.environment),
        ],
        chips: chips.into_iter().flatten().collect(),
        rows: found.iter().take(page).map(|one| row(one, may)).collect(),
        may,
        newer: wanted.after.as_ref().map(|_| filter.with("before", "")),
        older,
        range: words::counted(found.len().min(page), "address", "addresses"),
    }
}

fn row(one: &Address, may: bool) -> Row {
    let look = match (one.fetching, &one.refusal) {
        (true, _) => Badge::new(Tone::Info, "Fetching").icon(Icon::Clock),
        (false, None) => Badge::new(Tone::Ok, "Readable").icon(Icon::Tick),
        (false, Some(_)) => Badge::new(Tone::Warn, "Not readable").icon(Icon::Warning),
    };
    let waits = paths::quarantined(&one.slug, one.environment, &one.client_id);
    let client = paths::client(&one.slug, one.environment, &one.client_id);
    let href = if one.client.is_some() {
        client.clone()
    } else {
        waits.clone()
    };
    let decision = match (one.client, one.waiting) {
        (Some(state), _) => words::client_state(state),
        (None, Some(state)) => words::quarantine_state(state),
        (None, None) => Badge::new(Tone::Neutral, "Nothing found yet"),
    };
    let mut actions = Vec::new();
    let stops = matches!(
        one.client,
        Some(ClientState::Active | ClientState::Restricted)
    );
    if may && stops {
        actions.push(Link::new("Suspend", format!("{client}/suspend")));
    }
    if may && one.waiting == Some(narthex_vocab::QuarantineState::Quarantined) {
        actions.push(Link::new("Pin", format!("{waits}#link")));
        actions.push(Link::new("Block", format!("{waits}/block")));
    }
    let refusal = one.refusal.as_ref().map(|why| match one.failing_since {
        Some(since) => format!("{why}, since {}", When::new(since).text()),
        None => why.clone(),
    });
    let url = one.client_id.document_url();
    Row {
        href,
        host: url.map_or_else(String::new, |url| url.host().to_string()),
        url: one.client_id.to_string(),
        tenant: one.tenant.as_str().to_owned(),
        slug: one.slug.to_string(),
        environment: Badge::environment(one.environment),
        environment_word: one.environment.as_str(),
        first_seen: one.first_seen.map(|at| When::new(at).day()),
        look,
        looked_at: When::new(one.looked_at),
        refusal,
        decision,
        drift: one
            .drifted
            .then(|| Badge::new(Tone::Warn, "Says something else now")),
        asks: one.asks,
        connected: one
            .connected
            .map(|people| (number(people.now), number(people.day))),
        actions,
    }
}

/// `GET /documents/new`
pub(crate) async fn new_page(staff: StaffSignedIn) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let typed = Typed::default();
    let seen = find(&staff, "").await?;
    Ok(frame::page(&add_view(
        &staff,
        &seen,
        &typed,
        &Problems::default(),
    )))
}

/// `POST /documents/new`: registers an address ahead, or has a known one looked at again.
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::HandleQuarantine)?;
    let typed = Typed {
        tenant: posted.text("tenant")?,
        environment: posted.text("environment")?,
        url: posted.text("url")?,
    };
    let seen = find(&staff, typed.tenant.trim()).await?;
    let mut problems = Problems::default();
    if seen.found.is_none() {
        problems.add("tenant", "No tenant has this name in addresses");
    }
    let environment = problems.keep("environment", typed.environment.parse(), |_| {
        "Choose an environment".to_owned()
    });
    let url = problems.keep("url", DocumentUrl::parse(typed.url.trim()), |error| {
        format!("Enter the address of its document: {error}")
    });
    if let (Some(tenant), Some(environment), Some(url)) = (seen.found, environment, url) {
        let command = OrderDocument { environment, url };
        match order(&staff, &permit, tenant, command).await {
            Ok(()) => return Ok(Done::Fetching.at(Area::Documents.path())),
            Err(OrderDocumentError::NotPermitted(error)) => return Err(error.into()),
            Err(OrderDocumentError::Store(error)) => return Err(error.into()),
            Err(OrderDocumentError::UnderWay) => {
                problems.add("url", "It is being fetched at this moment");
            }
            Err(OrderDocumentError::NotTaken) => problems.add(
                "environment",
                "This environment takes no clients with documents. Its owner can change that",
            ),
        }
    }
    Ok(frame::again(&add_view(&staff, &seen, &typed, &problems)))
}

async fn find(
    staff: &StaffSignedIn,
    slug: &str,
) -> Result<Seen<Option<Id<kind::Tenant>>>, Refusal> {
    staff
        .look(Look::list(Area::Documents), async |tx: &mut TenantTx| {
            let Ok(slug) = TenantSlug::parse(slug) else {
                return Ok(None);
            };
            match dashboard_tenants::find(tx, &slug).await {
                Ok(tenant) => Ok(Some(tenant.id)),
                Err(StoreError::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
}

async fn order(
    staff: &StaffSignedIn,
    permit: &Permit,
    tenant: Id<kind::Tenant>,
    command: OrderDocument,
) -> Result<(), OrderDocumentError> {
    staff
        .within(tenant, async |tx| {
            let mut rng = ambient::rng();
            order_document(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn add_view<T>(
    staff: &StaffSignedIn,
    seen: &Seen<T>,
    typed: &Typed,
    problems: &Problems,
) -> AddPage {
    let each = Environment::ALL.iter();
    let each = each.map(|one| Choice::new(one.as_str(), one.label()));
    let fields = [
        Field::text("tenant", "Tenant")
            .hint("Its name in addresses.")
            .value(typed.tenant.as_str())
            .mono(),
        Field::select("environment", "Environment", each.collect())
            .value(typed.environment.as_str()),
        Field::address("url", "Address of the document")
            .hint("The https address that is the client's identifier, letter by letter.")
            .value(typed.url.as_str()),
    ];
    let shell = staff.shell(Area::Documents, seen, "Register an address ahead");
    AddPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        fields: fields.map(|field| problems.beside(field)).into(),
    }
}
