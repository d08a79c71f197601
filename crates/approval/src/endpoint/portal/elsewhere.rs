//! To an identity provider of the tenant and back: one page that sends the browser there, one that it comes back to. The answer
//! counts in the browser that left. Whom the provider names is let in, joins, or is asked for the password of their account.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use narthex_http::cookie::Lifetime;
use narthex_http::form::FormError;
use narthex_http::page::ErrorPage;
use narthex_http::{Agent, CookieName, Cookies, Peer, StrictQuery};
use narthex_people::elsewhere::{self, Answer, ElsewhereError, Round};
use narthex_people::identity::{Asserted, IdentityError};
use narthex_people::provider::{self, Provider};
use narthex_people::session::{self, Surface, Whence};
use narthex_people::sign_in::SignInError;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Id, Secret, kind};

use super::banner::{Done, see};
use super::connect;
use super::doorway::Doorway;
use super::frame::bare_page;
use super::refusal::Refusal;
use super::sign_in;
use super::way_on::{self, WayOn};
use crate::Acting;
use crate::enter::{EnterError, Entered, by_provider};

/// How long a browser may be away.
const AWAY: Duration = Duration::from_mins(15);

/// What a browser holds while it is away: the secret that binds the answer to it, and where it goes on to.
pub(super) struct Held {
    pub(super) browser: String,
    pub(super) way_on: WayOn,
}

impl Held {
    pub(super) fn read(door: &Doorway, request: &HttpRequest, cookies: Cookies) -> Option<Self> {
        let value = cookies.read(request, CookieName::Elsewhere)?;
        let (browser, path) = value.split_once('.')?;
        let path = URL_SAFE_NO_PAD.decode(path).unwrap_or_default();
        let path = String::from_utf8(path).unwrap_or_default();
        Some(Self {
            browser: browser.to_owned(),
            way_on: WayOn::parse(&path, &door.tenant.slug),
        })
    }
}

/// The way to a provider, from the sign-in page.
pub(super) fn address(door: &Doorway, id: Id<kind::IdentityProvider>, way_on: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(way_on::FIELD, way_on)
        .finish();
    door.path(&format!("/sign-in/with/{id}?{query}"))
}

/// `GET /t/{tenant}/sign-in/with/{provider}`
pub(crate) async fn leave(
    door: Doorway,
    (cookies, peer): (Cookies, Peer),
    path: Path<(String, Id<kind::IdentityProvider>)>,
    query: StrictQuery,
) -> actix_web::Result<HttpResponse> {
    let provider = of_path(&door, path.1).await?;
    let way_on = WayOn::parse(
        one(&query, way_on::FIELD)?.unwrap_or_default(),
        &door.tenant.slug,
    );
    let fresh = one(&query, "fresh")? == Some("yes");
    let (back, source) = (redirect_uri(&door, provider.id), peer.source());
    let round = (round(&door, &provider, (&back, &source)), fresh);
    let with = (
        ambient::now(),
        &mut ambient::rng() as &mut dyn rand_core::CryptoRng,
    );
    match elsewhere::leave(door.people(), round, with).await {
        Ok(leaving) => {
            let way_on = URL_SAFE_NO_PAD.encode(way_on.as_str());
            let value = format!("{}.{way_on}", leaving.browser.reveal());
            let cookie = cookies.set(CookieName::Elsewhere, value, Lifetime::For(AWAY));
            let mut answer = see(leaving.address.as_str());
            answer.add_cookie(&cookie).map_err(|_| Refusal::NotFound)?;
            Ok(answer)
        }
        Err(error) => Ok(lost(&door, &provider, &error)),
    }
}

/// `GET /t/{tenant}/sign-in/with/{provider}/back`
pub(crate) async fn back(
    door: Doorway,
    (request, cookies, peer, agent): (HttpRequest, Cookies, Peer, Agent),
    path: Path<(String, Id<kind::IdentityProvider>)>,
    query: StrictQuery,
) -> actix_web::Result<HttpResponse> {
    let provider = of_path(&door, path.1).await?;
    let Some(held) = Held::read(&door, &request, cookies) else {
        return Ok(lost(&door, &provider, &ElsewhereError::NotAsked));
    };
    let Some(code) = one(&query, "code")? else {
        return Ok(declined(&door, &provider));
    };
    let answer = Answer {
        browser: &held.browser,
        state: one(&query, "state")?.unwrap_or_default(),
        code,
        iss: one(&query, "iss")?,
    };
    let (uri, source) = (redirect_uri(&door, provider.id), peer.source());
    let round = round(&door, &provider, (&uri, &source));
    let now = ambient::now();
    let asserted = match elsewhere::come_back(door.people(), (round, answer), now).await {
        Ok(asserted) => asserted,
        Err(error) => return Ok(lost(&door, &provider, &error)),
    };
    let from = Whence {
        source: peer.source(),
        agent: agent.to_string(),
    };
    let before = cookies.read(&request, CookieName::Portal);
    match enter(&door, &asserted, from, before.as_deref()).await {
        Ok(Entered::In(session)) => Ok(go_on(cookies, &session, held.way_on.as_str())?),
        Ok(Entered::Joined(session)) => {
            let home = Done::JoinedElsewhere.at(&door.path(""));
            Ok(arrived(cookies, &session, home)?)
        }
        Ok(Entered::Unknown(why)) => Ok(connect::offer(&door, (&asserted, why), &held.browser)?),
        Err(error) => Ok(refused(&door, &provider, error)?),
    }
}

/// Lets in whom the provider names; the session that the browser had ends.
async fn enter(
    door: &Doorway,
    asserted: &Asserted,
    from: Whence,
    before: Option<&str>,
) -> Result<Entered, EnterError> {
    let (now, key) = (ambient::now(), &door.people().hash_key);
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let entered = by_provider(tx, (asserted, key), from, acting).await?;
        if let (Some(cookie), Entered::In(_)) = (before, &entered)
            && let Some(old) = session::peek(tx, key, Surface::Portal, cookie, now).await?
        {
            session::end(tx, old.id, now).await?;
        }
        Ok(entered)
    };
    door.act(now, work).await
}

fn one<'a>(query: &'a StrictQuery, name: &str) -> Result<Option<&'a str>, FormError> {
    Ok(query.one(name)?)
}

/// To `path`, with the session's cookie and without the one that was held meanwhile.
pub(super) fn go_on(
    cookies: Cookies,
    session: &Secret,
    path: &str,
) -> Result<HttpResponse, Refusal> {
    arrived(cookies, session, see(path))
}

fn arrived(
    cookies: Cookies,
    session: &Secret,
    mut answer: HttpResponse,
) -> Result<HttpResponse, Refusal> {
    for cookie in [
        sign_in::cookie(cookies, session),
        cookies.clear(CookieName::Elsewhere),
    ] {
        answer.add_cookie(&cookie).map_err(|_| Refusal::NotFound)?;
    }
    Ok(answer)
}

/// The provider that the path names.
pub(super) async fn of_path(
    door: &Doorway,
    id: Id<kind::IdentityProvider>,
) -> Result<Provider, Refusal> {
    let load = async |tx: &mut TenantTx| provider::load(tx, id).await;
    Ok(door.within::<_, StoreError, _>(load).await?)
}

/// Where a provider sends people back.
pub(super) fn redirect_uri(door: &Doorway, id: Id<kind::IdentityProvider>) -> String {
    door.address(&format!("/sign-in/with/{id}/back"))
}

fn round<'a>(
    door: &Doorway,
    provider: &'a Provider,
    (redirect_uri, source): (&'a str, &'a str),
) -> Round<'a> {
    Round {
        tenant: door.tenant.id,
        surface: Surface::Portal,
        provider,
        redirect_uri,
        source,
    }
}

/// The provider sent the person back without a code.
fn declined(door: &Doorway, provider: &Provider) -> HttpResponse {
    let text = format!("{} did not sign you in.", provider.name);
    told(
        door,
        StatusCode::OK,
        (&text, "Try again, or ask whoever runs it."),
    )
}

/// Why the person does not get there or back. What the provider did wrong is in the log.
fn lost(door: &Doorway, provider: &Provider, error: &ElsewhereError) -> HttpResponse {
    let (id, name) = (provider.id, &provider.name);
    tracing::warn!(provider = %id, %error, "nobody signed in at the provider");
    let (status, text, next) = match error {
        ElsewhereError::Throttled { retry_after } => (
            StatusCode::TOO_MANY_REQUESTS,
            "This was tried too often.".to_owned(),
            format!("Try again in {retry_after} seconds."),
        ),
        ElsewhereError::NotAsked | ElsewhereError::Mixed => (
            StatusCode::BAD_REQUEST,
            "This answer does not belong to a sign-in that you began in this browser, or it came too late.".to_owned(),
            "Begin again on the sign-in page.".to_owned(),
        ),
        ElsewhereError::NotFresh => (
            StatusCode::BAD_REQUEST,
            format!("{name} does not say that you signed in there just now."),
            "What you want to do needs that. Ask an owner whether the provider honours max_age.".to_owned(),
        ),
        ElsewhereError::NoWay | ElsewhereError::Provider(_) => (
            StatusCode::BAD_GATEWAY,
            format!("{name} could not be used to sign you in."),
            "Try again in a moment. If it goes on, an owner can test the connection.".to_owned(),
        ),
    };
    told(door, status, (&text, &next))
}

/// Why whom the provider names is not let in.
pub(super) fn refused(
    door: &Doorway,
    provider: &Provider,
    error: EnterError,
) -> Result<HttpResponse, Refusal> {
    tracing::warn!(provider = %provider.id, %error, "nobody was let in by a provider's word");
    let (text, next) = match error {
        EnterError::NotPermitted(error) => return Err(error.into()),
        EnterError::Store(error) | EnterError::Identity(IdentityError::Store(error)) => {
            return Err(error.into());
        }
        EnterError::SignIn(SignInError::Store(error)) => return Err(error.into()),
        EnterError::Gone => (
            "Your account was removed.",
            "Ask an owner to invite you again.",
        ),
        EnterError::Identity(IdentityError::Used) | EnterError::SignIn(_) => (
            "This answer was used already.",
            "Begin again on the sign-in page.",
        ),
        EnterError::Identity(IdentityError::Taken) => (
            "This identity belongs to another account.",
            "Begin again on the sign-in page.",
        ),
    };
    Ok(told(door, StatusCode::FORBIDDEN, (text, next)))
}

fn told(door: &Doorway, status: StatusCode, (text, next): (&str, &str)) -> HttpResponse {
    let page = ErrorPage::new(status, door.request_id())
        .tenant(door.tenant.name.as_str())
        .text(text)
        .next(next)
        .link("Sign in", door.path("/sign-in"));
    bare_page(&page, status)
}
