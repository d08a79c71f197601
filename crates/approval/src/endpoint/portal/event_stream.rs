//! By what the server of one resource hears of security events: where they go, what they are of, how each was delivered. A stream
//! gives nobody anything; it tells what ended.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Badge, Choice, ErrorSummary, Fact, Field, Icon, Shell, Tone, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Resource};
use narthex_tenancy::event_stream::{self, Delivery, EventStream, Terms};
use narthex_tenancy::permission::Action;
use narthex_vocab::{SecurityEvent, StreamStatus, WebUri};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::resource::{At, here as resource_path};
use super::signed_in::SignedIn;
use crate::Acting;
use crate::event_stream::{
    EventStreamError, remove_event_stream, set_event_stream, set_event_stream_status,
    verify_event_stream,
};
use crate::store::security_event::{self, Told};

/// The fields.
const METHOD: &str = "method";
const ENDPOINT: &str = "endpoint";
const EVENT: &str = "event";
/// The two methods.
const PUSH: &str = "push";
const POLL: &str = "poll";

#[derive(Template)]
#[template(path = "portal/event_stream.html")]
struct EventStreamPage {
    shell: Shell,
    errors: ErrorSummary,
    facts: Option<Vec<Fact>>,
    fields: Option<[Field; 3]>,
    /// What the status may become: word and button.
    next: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    here: String,
    who_may: String,
}

struct Row {
    kind: &'static str,
    client: String,
    at: When,
    state: Badge,
    tries: i32,
    outcome: String,
}

/// What the page is about.
struct Shown {
    resource: Resource,
    stream: Option<EventStream>,
    waiting: i64,
    told: Vec<Told>,
}

/// What somebody typed.
struct Typed {
    method: String,
    endpoint: String,
    events: Vec<String>,
}

/// `GET /t/{tenant}/{environment}/resources/{resource}/events`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<At>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let shown = load(&who, &path).await?;
    let typed = Typed::of(shown.stream.as_ref());
    let mut page = view(&who, (&path, &shown), &typed, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/events`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let typed = Typed::read(&posted)?;
    let terms = match typed.parse() {
        Ok(terms) => terms,
        Err(problems) => {
            let shown = load(&who, &path).await?;
            return Ok(again(&view(&who, (&path, &shown), &typed, &problems)));
        }
    };
    let at = (path.1, path.2);
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        // What its receiver calls it stays.
        let before = event_stream::lock_of(tx, at).await?;
        let description = before.and_then(|stream| stream.terms.description);
        let terms = Terms {
            description,
            ..terms
        };
        set_event_stream(tx, (at, &terms), acting).await
    };
    who.act(&permit, work).await.map_err(refusal)?;
    Ok(Done::Saved.at(&here(&who, &path)))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/events/status`
pub(crate) async fn submit_status(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let status = posted
        .text("status")?
        .parse()
        .map_err(|_| Refusal::NotFound)?;
    let at = (path.1, path.2);
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        set_event_stream_status(tx, (at, status), acting).await
    };
    who.act(&permit, work).await.map_err(refusal)?;
    Ok(Done::Saved.at(&here(&who, &path)))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/events/verify`
pub(crate) async fn submit_verify(
    who: SignedIn,
    path: Path<At>,
    _: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let at = (path.1, path.2);
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        verify_event_stream(tx, at, acting).await
    };
    let done = match who.act(&permit, work).await {
        Ok(()) => Done::EventTested,
        Err(EventStreamError::TooSoon) => Done::EventTestedOften,
        Err(error) => return Err(refusal(error).into()),
    };
    Ok(done.at(&here(&who, &path)))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/events/remove`
pub(crate) async fn submit_remove(
    who: SignedIn,
    path: Path<At>,
    _: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let at = (path.1, path.2);
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        remove_event_stream(tx, at, acting).await
    };
    who.act(&permit, work).await.map_err(refusal)?;
    Ok(Done::EventsRemoved.at(&here(&who, &path)))
}

fn refusal(error: EventStreamError) -> Refusal {
    match error {
        EventStreamError::NotPermitted(error) => error.into(),
        EventStreamError::Store(error) => error.into(),
        EventStreamError::Unknown | EventStreamError::TooSoon => Refusal::NotFound,
    }
}

fn here(who: &SignedIn, path: &At) -> String {
    format!("{}/events", resource_path(who, path))
}

async fn load(who: &SignedIn, (_, environment, id): &At) -> Result<Shown, Refusal> {
    let (environment, id) = (*environment, *id);
    who.within(async |tx| {
        let catalogue = catalogue::load(tx, environment).await?;
        let resource = catalogue.resources.into_iter().find(|one| one.id == id);
        let resource = resource.ok_or(Refusal::NotFound)?;
        let stream = event_stream::lock_of(tx, (environment, id)).await?;
        let (waiting, told) = match &stream {
            Some(stream) => (
                security_event::waiting(tx, environment, stream.id).await?,
                security_event::newest(tx, environment, stream.id).await?,
            ),
            None => (0, Vec::new()),
        };
        Ok(Shown {
            resource,
            stream,
            waiting,
            told,
        })
    })
    .await
}

impl Typed {
    fn of(stream: Option<&EventStream>) -> Self {
        let Some(EventStream { terms, .. }) = stream else {
            let all = SecurityEvent::CHOSEN.iter();
            return Self {
                method: PUSH.to_owned(),
                endpoint: String::new(),
                events: all.map(|event| event.as_str().to_owned()).collect(),
            };
        };
        let method = if terms.delivery == Delivery::Poll {
            POLL
        } else {
            PUSH
        };
        let endpoint = terms.delivery.endpoint().map(ToString::to_string);
        Self {
            method: method.to_owned(),
            endpoint: endpoint.unwrap_or_default(),
            events: terms.kinds.iter().map(ToString::to_string).collect(),
        }
    }

    fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            method: posted.text(METHOD)?,
            endpoint: posted.text(ENDPOINT)?,
            events: posted.many(EVENT).map(str::to_owned).collect(),
        })
    }

    fn parse(&self) -> Result<Terms, Problems> {
        let mut problems = Problems::default();
        let delivery = match self.method.as_str() {
            POLL => Some(Delivery::Poll),
            PUSH => {
                let endpoint = WebUri::parse(self.endpoint.trim());
                let endpoint = problems.keep(ENDPOINT, endpoint, |error| {
                    format!("Enter the https address that takes events, such as https://api.example.com/events: {error}")
                });
                endpoint.map(Delivery::Push)
            }
            _ => {
                problems.add(METHOD, "Choose how the server gets them");
                None
            }
        };
        let chosen = |word: &String| {
            let event = word.parse().ok();
            event.filter(|event| SecurityEvent::CHOSEN.contains(event))
        };
        let kinds: Option<Vec<_>> = self.events.iter().map(chosen).collect();
        let kinds = kinds.filter(|kinds| !kinds.is_empty());
        let kinds = problems.keep(EVENT, kinds.ok_or(()), |()| {
            "Choose at least one, from the list".to_owned()
        });
        match (delivery, kinds) {
            (Some(delivery), Some(kinds)) => Ok(Terms {
                delivery,
                kinds,
                description: None,
            }),
            (None | Some(_), None | Some(_)) => Err(problems),
        }
    }

    fn fields(&self) -> [Field; 3] {
        let methods = vec![
            Choice::new(PUSH, "We send them")
                .hint("Each to the address below, within a second (RFC 8935)."),
            Choice::new(POLL, "It fetches them")
                .hint("From our address, with its own id and secret (RFC 8936)."),
        ];
        let event = |event: &SecurityEvent| {
            let chosen = self.events.iter().any(|word| word == event.as_str());
            Choice::new(event.as_str(), event.label())
                .hint(event.as_str())
                .chosen(chosen)
        };
        [
            Field::radios(METHOD, "How the server gets them", methods).value(self.method.as_str()),
            Field::text(ENDPOINT, "Address that takes them")
                .hint("An https address with a name of its own. Only for events that we send.")
                .value(self.endpoint.as_str())
                .optional()
                .mono(),
            Field::checkboxes(
                EVENT,
                "What it hears of",
                SecurityEvent::CHOSEN.iter().map(event).collect(),
            ),
        ]
    }
}

fn facts(shown: &Shown, stream: &EventStream) -> Vec<Fact> {
    let mut status = Fact::text("State", stream.status.label());
    if let Some(reason) = &stream.reason {
        status = status.and_text(reason.as_str());
    }
    let mut facts = vec![status, Fact::code("Stream id", stream.id.to_string())];
    if let Some(words) = &stream.terms.description {
        facts.push(Fact::text("Its server calls it", words.as_str()));
    }
    if let Some(at) = stream.delivered_at {
        facts.push(Fact::when("Last taken", When::new(at)));
    }
    facts.push(Fact::text("Waiting", shown.waiting.to_string()));
    if stream.failures > 0 {
        let words = format!("{} in a row", stream.failures);
        let error = stream.last_error.as_deref().unwrap_or_default();
        facts.push(Fact::text("Failed", words).and_text(error));
    }
    if stream.lost > 0 {
        let words = format!(
            "{} were dropped unheard: too many waited, or for too long",
            stream.lost
        );
        facts.push(Fact::text("Lost", words));
    }
    facts
}

fn row(told: &Told) -> Row {
    let state = match told.state.as_str() {
        "delivered" => Badge::new(Tone::Ok, "Taken").icon(Icon::Tick),
        "refused" => Badge::new(Tone::Danger, "Refused").icon(Icon::Cross),
        "lapsed" => Badge::new(Tone::Neutral, "Given up").icon(Icon::Cross),
        _ if told.tries > 0 => Badge::new(Tone::Warn, "Tried").icon(Icon::Clock),
        _ => Badge::new(Tone::Neutral, "Waiting").icon(Icon::Clock),
    };
    Row {
        kind: told.kind.label(),
        client: told.client.clone().unwrap_or_default(),
        at: When::new(told.at),
        state,
        tries: told.tries,
        outcome: told.outcome.clone().unwrap_or_default(),
    }
}

const fn next(status: StreamStatus) -> &'static [(&'static str, &'static str)] {
    match status {
        StreamStatus::Enabled => &[("paused", "Pause")],
        StreamStatus::Paused => &[("enabled", "Deliver again"), ("disabled", "Turn off")],
        StreamStatus::Disabled => &[("enabled", "Deliver again")],
    }
}

fn view(
    who: &SignedIn,
    (path, shown): (&At, &Shown),
    typed: &Typed,
    problems: &Problems,
) -> EventStreamPage {
    let area = Area::Resources(shown.resource.environment);
    let may = who.may(Action::EditCatalogue);
    let stream = shown.stream.as_ref();
    EventStreamPage {
        shell: who
            .shell(area, "Security events")
            .crumb(shown.resource.name.as_str(), resource_path(who, path))
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        facts: stream.map(|stream| facts(shown, stream)),
        fields: may.then(|| typed.fields().map(|field| problems.beside(field))),
        next: match stream {
            Some(stream) if may => next(stream.status).to_vec(),
            Some(_) | None => Vec::new(),
        },
        rows: shown.told.iter().map(row).collect(),
        here: here(who, path),
        who_may: who.who_may(Action::EditCatalogue),
    }
}
