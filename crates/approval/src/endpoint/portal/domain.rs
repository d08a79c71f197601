//! One domain: what to publish and where, how far the proof has come, and what the last look saw beside what it wanted.
//! It shows texts of others as they were seen, never as markup.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, ErrorSummary, Fact, Icon, Shell, Tone, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Challenge, DomainState, Id, Saw, Sighting, Timestamp, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::check_domain::{CheckDomain, CheckDomainError, check_domain};
use crate::domain::{Domain, GRACE, PENDING_LIMIT};
use crate::remove_domain::{RemoveDomain, RemoveDomainError, remove_domain};
use crate::store;

#[derive(Template)]
#[template(path = "portal/domain.html")]
struct DomainPage {
    shell: Shell,
    errors: ErrorSummary,
    here: String,
    advice: String,
    record: Vec<(&'static str, &'static str, String)>,
    file: Vec<(&'static str, &'static str, String)>,
    facts: Vec<Fact>,
    seen: Vec<SeenRow>,
    expected: String,
    checking: bool,
    may_check: bool,
    may_remove: bool,
    who_may: Option<String>,
    now: When,
}

struct SeenRow {
    place: String,
    right: bool,
    texts: Vec<String>,
    words: String,
}

/// The path of a domain's page and of its forms.
type At = (String, Id<kind::Domain>);

/// One domain with everything its page shows.
struct Shown {
    domain: Domain,
    seen: Option<Sighting>,
    proved_until: Option<Timestamp>,
    ever_proved: bool,
}

/// `GET /t/{tenant}/domains/{domain}`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<At>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let shown = load(&who, path.1).await?;
    let mut page = view(&who, &shown, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/domains/{domain}/check`
pub(crate) async fn submit_check(
    who: SignedIn,
    path: Path<At>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::EditIntegration)?;
    let command = CheckDomain { domain: path.1 };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| check_domain(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(_) | Err(CheckDomainError::AlreadyChecking) => {
            Ok(Done::Checking.at(&path_of(&who, path.1)))
        }
        Err(CheckDomainError::TooSoon { retry_after }) => {
            let words = format!(
                "It was checked a moment ago. Wait {retry_after} seconds, then check again"
            );
            let shown = load(&who, path.1).await?;
            Ok(again(&view(&who, &shown, &Problems::one("check", words))))
        }
        Err(CheckDomainError::NotPermitted(error)) => Err(error.into()),
        Err(CheckDomainError::Store(error)) => Err(error.into()),
    }
}

/// `POST /t/{tenant}/domains/{domain}/remove`
pub(crate) async fn submit_remove(
    who: SignedIn,
    path: Path<At>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::EditIntegration)?;
    let command = RemoveDomain { domain: path.1 };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| remove_domain(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(_) => Ok(Done::DomainRemoved.at(&who.path(&Area::Domains.path()))),
        Err(RemoveDomainError::Proved) => Err(Refusal::Stale),
        Err(RemoveDomainError::NotPermitted(error)) => Err(error.into()),
        Err(RemoveDomainError::Store(error)) => Err(error.into()),
    }
}

/// The path of a domain's page.
pub(super) fn path_of(who: &SignedIn, domain: Id<kind::Domain>) -> String {
    who.path(&format!("{}/{domain}", Area::Domains.path()))
}

/// The state as a badge.
pub(super) fn badge(state: DomainState) -> Badge {
    let (tone, icon) = match state {
        DomainState::Pending => (Tone::Warn, Icon::Clock),
        DomainState::Checking => (Tone::Info, Icon::Clock),
        DomainState::Verified => (Tone::Ok, Icon::Tick),
        DomainState::Failing => (Tone::Danger, Icon::Warning),
        DomainState::Lapsed | DomainState::Failed => (Tone::Danger, Icon::Cross),
    };
    Badge::new(tone, state.label()).icon(icon)
}

async fn load(who: &SignedIn, id: Id<kind::Domain>) -> Result<Shown, Refusal> {
    let work = async |tx: &mut TenantTx| {
        Ok::<_, narthex_tenancy::StoreError>(Shown {
            domain: store::domain::load(tx, id).await?,
            seen: store::fetch_order::last_seen(tx, id).await?,
            proved_until: store::proof::lasts_until(tx, id).await?,
            ever_proved: store::proof::any(tx, id).await?,
        })
    };
    Ok(who.within(work).await?)
}

fn view(who: &SignedIn, shown: &Shown, problems: &Problems) -> DomainPage {
    let domain = &shown.domain;
    let may = who.may(Action::EditIntegration);
    let checking = domain.state == DomainState::Checking
        || (domain.state.is_proved() && domain.next_check_at.is_none());
    let name = domain.host.unicode();
    DomainPage {
        shell: who
            .shell(Area::Domains, name)
            .badge(badge(domain.state))
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        here: path_of(who, domain.id),
        advice: advice(domain),
        record: record(domain),
        file: vec![
            (
                "file-address",
                "Address of the file",
                Challenge::file_address(&domain.host),
            ),
            (
                "file-value",
                "Text of the file",
                domain.challenge.to_string(),
            ),
        ],
        facts: facts(shown),
        seen: shown
            .seen
            .as_ref()
            .map(|seen| rows(seen, &domain.challenge))
            .unwrap_or_default(),
        expected: domain.challenge.to_string(),
        checking,
        may_check: may && !checking,
        may_remove: may && !shown.ever_proved,
        who_may: (!may).then(|| who.who_may(Action::EditIntegration)),
        now: When::new(who.now).to_the_second(),
    }
}

fn record(domain: &Domain) -> Vec<(&'static str, &'static str, String)> {
    let name = Challenge::record_name(&domain.host);
    let zone = domain.host.registrable();
    let mut boxes = vec![("record-name", "Full name", name.clone())];
    if zone.is_some() {
        let relative = Challenge::relative_record_name(&domain.host);
        boxes.push((
            "record-relative",
            "Name inside the zone, if your provider adds the domain",
            relative,
        ));
    }
    boxes.push(("record-value", "Value", domain.challenge.to_string()));
    boxes.push((
        "record-dig",
        "To look for yourself",
        format!("dig +short TXT {name}"),
    ));
    boxes
}

/// What to do now, in one or two sentences.
fn advice(domain: &Domain) -> String {
    let day = |at: Timestamp| When::new(at).day().text();
    match domain.state {
        DomainState::Pending => {
            let until = day(domain.created_at + PENDING_LIMIT);
            format!("Publish the value in one of the two places below, then check. It is also checked by itself until {until}.")
        }
        DomainState::Checking => {
            "Resolvers and the web server of the host are being asked. It takes a few seconds.".to_owned()
        }
        DomainState::Verified => {
            "Keep the record or the file: it is checked once a day. Without it the proof lapses after 7 days.".to_owned()
        }
        DomainState::Failing => {
            let until = domain.failing_since.unwrap_or(domain.created_at) + GRACE;
            format!("The value is no longer there. Publish it again before {}, or the proof lapses. Until then no new client with this host is approved.", day(until))
        }
        DomainState::Lapsed => {
            "The value was missing for 7 days. Publish it again, then check.".to_owned()
        }
        DomainState::Failed => {
            "The value was not seen within 30 days. Publish it, then check.".to_owned()
        }
    }
}

fn facts(shown: &Shown) -> Vec<Fact> {
    let domain = &shown.domain;
    let mut facts = vec![Fact::new("State").badge(badge(domain.state))];
    if domain.host.unicode() != domain.host.as_str() {
        facts.push(Fact::code("In ASCII", domain.host.as_str()));
    }
    facts.push(match domain.checked_at {
        Some(at) => Fact::when("Last check", When::new(at).to_the_second()),
        None => Fact::text("Last check", "Not checked yet"),
    });
    if let Some(words) = &domain.last_seen {
        facts.push(Fact::text("What was seen", words.as_str()));
    }
    if let Some(at) = domain.next_check_at {
        facts.push(Fact::when("Next check by itself", When::new(at)));
    }
    if let Some(until) = shown.proved_until {
        facts.push(Fact::when("Proved until", When::new(until).day()));
    }
    facts
}

fn rows(seen: &Sighting, challenge: &Challenge) -> Vec<SeenRow> {
    let row = |place: String, saw: &Saw, nothing: &str| SeenRow {
        place,
        right: saw.has(challenge),
        texts: match saw {
            Saw::Found(texts) => texts.iter().map(|text| text.as_str().to_owned()).collect(),
            Saw::Failed(_) => Vec::new(),
        },
        words: match saw {
            Saw::Found(texts) if texts.is_empty() => nothing.to_owned(),
            Saw::Found(_) if saw.has(challenge) => "The value".to_owned(),
            Saw::Found(_) => "Another value".to_owned(),
            Saw::Failed(why) => why.as_str().to_owned(),
        },
    };
    let resolvers = seen.dns.iter().map(|one| {
        let place = format!("TXT record, resolver {}", one.resolver.as_str());
        row(place, &one.saw, "No record")
    });
    let file = row("File on the web server".to_owned(), &seen.file, "No text");
    resolvers.chain([file]).collect()
}
