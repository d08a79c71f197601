//! The tenant's own block list: families, hosts and networks whose registrations it refuses, in both environments, for a
//! season. What the review team listed for the tenant shows too, and is theirs to take off.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::Duration;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, ErrorSummary, Field, NavItem, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, PLATFORM_TENANT};

use super::banner::Done;
use super::frame::{again, page as answer};
use super::posted::Posted;
use super::problems::{Problems, capital};
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::add_listing::{AddListing, AddListingError, add_listing};
use crate::end_listing::{EndListing, EndListingError, end_listing};
use crate::listing::{Effect, Listing, Subject};
use crate::prose::Reason;
use crate::store::listing;

/// For how long: its word, what people read, and the days.
const SPANS: [(&str, &str, i64); 4] = [
    ("1d", "1 day", 1),
    ("7d", "7 days", 7),
    ("30d", "30 days", 30),
    ("90d", "90 days", 90),
];

#[derive(Template)]
#[template(path = "portal/blocks.html")]
struct BlocksPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    rows: Vec<Row>,
    fields: Option<[Field; 4]>,
    here: String,
    who_may: String,
}

struct Row {
    id: String,
    subject: String,
    kind: &'static str,
    effect: String,
    reason: String,
    by: String,
    ends: When,
    /// Whether the tenant may take it off.
    own: bool,
    why: Field,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    kind: String,
    subject: String,
    span: String,
    reason: String,
}

/// `GET /t/{tenant}/{environment}/settings/blocks`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let typed = Typed {
        span: "7d".to_owned(),
        ..Typed::default()
    };
    let mut page = view(&who, environment, &typed, &Problems::default()).await?;
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/blocks`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::BlockOwn)?;
    let typed = Typed {
        kind: posted.text("kind")?,
        subject: posted.text("subject")?,
        span: posted.text("span")?,
        reason: posted.text("reason")?,
    };
    let mut problems = Problems::default();
    let subject = Subject::parse(&typed.kind, &typed.subject);
    let subject = problems.keep("subject", subject, |error| {
        format!("Enter what it names: {error}")
    });
    let days = SPANS.iter().find(|(word, ..)| *word == typed.span);
    if days.is_none() {
        problems.add("span", "Choose for how long");
    }
    let reason = problems.keep("reason", Reason::parse(&typed.reason), |error| {
        format!("Say why: {error}")
    });
    if let (Some(subject), Some((_, _, days)), Some(reason)) = (subject, days, reason) {
        let command = AddListing {
            effect: Effect::Block,
            subject,
            reason,
            expires_at: who.now + Duration::days(*days),
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            add_listing(tx, command, acting).await.map(drop)
        };
        match who.act(&permit, work).await {
            Ok(()) => return Ok(Done::Saved.at(&who.path(&Tab::Blocks.path(environment)))),
            Err(AddListingError::NotPermitted(error)) => return Err(Refusal::from(error).into()),
            Err(AddListingError::Store(error)) => return Err(Refusal::from(error).into()),
            Err(
                error @ (AddListingError::End
                | AddListingError::NoLaneForAHost
                | AddListingError::Season),
            ) => problems.add("span", capital(&error.to_string())),
        }
    }
    Ok(again(&view(&who, environment, &typed, &problems).await?))
}

/// `POST /t/{tenant}/{environment}/settings/blocks/end`
pub(crate) async fn submit_end(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::BlockOwn)?;
    let listing = posted
        .text("listing")?
        .parse()
        .map_err(|_| Refusal::NotFound)?;
    let typed = Typed::default();
    let Ok(reason) = Reason::parse(&posted.text("why")?) else {
        let problems = Problems::one("", "Say why it is taken off");
        return Ok(again(&view(&who, environment, &typed, &problems).await?));
    };
    let command = EndListing { listing, reason };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| end_listing(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&who.path(&Tab::Blocks.path(environment)))),
        Err(EndListingError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(EndListingError::Store(error)) => Err(Refusal::from(error).into()),
        Err(EndListingError::Over) => Err(Refusal::NotFound.into()),
        Err(EndListingError::OfStaff) => {
            let problems = Problems::one("", "The review team listed it: ask them to take it off");
            Ok(again(&view(&who, environment, &typed, &problems).await?))
        }
    }
}

async fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> Result<BlocksPage, Refusal> {
    let now = who.now;
    let lines = who
        .within(async |tx| listing::of_tenant(tx, now).await)
        .await?;
    let kinds = Subject::KINDS.map(|(word, label)| Choice::new(word, label));
    let spans = SPANS.map(|(word, label, _)| Choice::new(word, label));
    let fields = [
        Field::select("kind", "What to block", kinds.into()).value(typed.kind.as_str()),
        Field::text("subject", "Which")
            .hint("A fingerprint, a host as evil.example, or a network as 192.0.2.0/24.")
            .value(typed.subject.as_str())
            .mono(),
        Field::select("span", "For how long", spans.into()).value(typed.span.as_str()),
        Field::area("reason", "Reason", 2)
            .hint("Your colleagues and the review team read it. Whoever is refused does not.")
            .value(typed.reason.as_str()),
    ];
    Ok(BlocksPage {
        shell: who
            .settings_shell(environment, Tab::Blocks)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, Tab::Blocks),
        errors: problems.summary(),
        rows: lines.iter().map(row).collect(),
        fields: who
            .may(Action::BlockOwn)
            .then(|| fields.map(|field| problems.beside(field))),
        here: who.path(&Tab::Blocks.path(environment)),
        who_may: who.who_may(Action::BlockOwn),
    })
}

fn row(line: &Listing) -> Row {
    let own = line.author.tenant != PLATFORM_TENANT;
    let kinds = Subject::KINDS.iter();
    let kind = kinds.clone().find(|(word, _)| *word == line.subject.kind());
    Row {
        id: line.id.to_string(),
        subject: line.subject.to_string(),
        kind: kind.map_or("", |(_, label)| label),
        effect: match line.effect {
            Effect::Block => "Refused".to_owned(),
            Effect::Lane { per_minute } => format!("Goes on, {per_minute} calls a minute"),
        },
        reason: line.reason.clone(),
        by: if own {
            line.author.name.clone()
        } else {
            "The review team".to_owned()
        },
        ends: When::new(line.expires_at),
        own,
        why: Field::text("why", "Why").id(format!("why-{}", line.id)),
    }
}
