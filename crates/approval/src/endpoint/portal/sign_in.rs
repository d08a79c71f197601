//! Signing in to a tenant's portal with e-mail address and password, and the ways to its identity providers, which are the same for
//! everybody. One refusal for every wrong thing; the page loads
//! no script, and leads on only within the tenant's own pages.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use askama::Template;
use narthex_http::cookie::Lifetime;
use narthex_http::form::FormError;
use narthex_http::page::{Banner, ErrorSummary, Field, Narrow};
use narthex_http::{Agent, CookieName, Cookies, Peer, StrictQuery};
use narthex_people::password::Password;
use narthex_people::provider::{self, Provider};
use narthex_people::session::{Surface, Whence};
use narthex_people::sign_in::{self, SignIn, SignInError, SignedIn};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Email, Secret};

use super::banner::{Done, see};
use super::doorway::Doorway;
use super::elsewhere;
use super::frame::bare_page;
use super::posted::Posted;
use super::refusal::Refusal;
use super::way_on::{self, WayOn};
use crate::Acting;
use crate::enter::{EnterError, by_password};

/// A portal session ends after so long in any case; the browser forgets it then.
const LONGEST: Duration = Duration::from_hours(7 * 24);

#[derive(Template)]
#[template(path = "portal/sign_in.html")]
struct SignInPage {
    narrow: Narrow,
    errors: ErrorSummary,
    banner: Option<Banner>,
    email: Field,
    password: Field,
    code: Field,
    /// The tenant's providers: what they are called, and the way there.
    providers: Vec<(String, String)>,
    /// Passwords are for owners when a provider is away.
    providers_only: bool,
    way_on: String,
    forgotten: String,
    host: String,
}

/// What somebody typed; the password is never kept for a second page.
struct Typed {
    email: String,
    way_on: WayOn,
}

/// `GET /t/{tenant}/sign-in`
pub(crate) async fn page(door: Doorway, query: StrictQuery) -> actix_web::Result<HttpResponse> {
    let way_on = query.one(way_on::FIELD).map_err(FormError::from)?;
    let way_on = way_on.unwrap_or_default();
    let typed = Typed {
        email: String::new(),
        way_on: WayOn::parse(way_on, &door.tenant.slug),
    };
    let mut page = view(&door, &typed, ErrorSummary::default()).await?;
    page.banner = Done::told(&query);
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /t/{tenant}/sign-in`
pub(crate) async fn submit(
    door: Doorway,
    (cookies, peer, agent): (Cookies, Peer, Agent),
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let typed = Typed {
        email: posted.text("email")?,
        way_on: WayOn::parse(&posted.text(way_on::FIELD)?, &door.tenant.slug),
    };
    let command = SignIn {
        tenant: door.tenant.id,
        surface: Surface::Portal,
        email: Email::parse(typed.email.trim()).ok(),
        password: Password::to_check(&posted.text("password")?),
        code: posted.text("code")?,
        from: Whence {
            source: peer.source(),
            agent: agent.to_string(),
        },
    };
    match enter(&door, command).await {
        Ok(signed_in) => Ok(begun(cookies, &signed_in.session, typed.way_on.as_str())?),
        Err(EnterError::SignIn(error)) => Ok(refused(&door, &typed, error).await?),
        Err(EnterError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(EnterError::Store(error)) => Err(Refusal::from(error).into()),
        Err(EnterError::Gone | EnterError::Identity(_)) => Err(Refusal::NotFound.into()),
    }
}

async fn enter(door: &Doorway, command: SignIn) -> Result<SignedIn, EnterError> {
    let now = ambient::now();
    let checked = sign_in::check(door.people(), command, now).await?;
    let key = &door.people().hash_key;
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        by_password(tx, (&checked, key), acting).await
    };
    let signed_in = door.act(now, work).await?;
    checked.forgive(door.people()).await;
    Ok(signed_in)
}

/// To `path`, with the session's cookie.
pub(super) fn begun(
    cookies: Cookies,
    session: &Secret,
    path: &str,
) -> Result<HttpResponse, Refusal> {
    let mut answer = see(path);
    let cookie = cookie(cookies, session);
    answer.add_cookie(&cookie).map_err(|_| Refusal::NotFound)?;
    Ok(answer)
}

/// The cookie of a session.
pub(super) fn cookie(cookies: Cookies, session: &Secret) -> Cookie<'static> {
    let value = session.reveal().to_owned();
    cookies.set(CookieName::Portal, value, Lifetime::For(LONGEST))
}

async fn refused(
    door: &Doorway,
    typed: &Typed,
    error: SignInError,
) -> Result<HttpResponse, Refusal> {
    let (status, words, wait) = match error {
        SignInError::Wrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The email address, the password or the code is not right. Check them and try again"
                .to_owned(),
            None,
        ),
        SignInError::Throttled { retry_after } => (
            StatusCode::TOO_MANY_REQUESTS,
            format!("Too many tries. Try again in {retry_after} seconds"),
            Some(retry_after),
        ),
        SignInError::Hash(error) => return Err(error.into()),
        SignInError::Store(error) => return Err(error.into()),
    };
    let page = view(door, typed, ErrorSummary::whole(words)).await?;
    let mut answer = bare_page(&page, status);
    if let Some(seconds) = wait {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    Ok(answer)
}

async fn view(door: &Doorway, typed: &Typed, errors: ErrorSummary) -> Result<SignInPage, Refusal> {
    let title = format!("Sign in to {}", door.tenant.name);
    let look = async |tx: &mut TenantTx| {
        Ok::<_, StoreError>((provider::all(tx).await?, provider::only(tx).await?))
    };
    let (providers, providers_only) = door.within(look).await?;
    let way = |one: &Provider| {
        let address = elsewhere::address(door, one.id, typed.way_on.as_str());
        (one.name.to_string(), address)
    };
    Ok(SignInPage {
        narrow: door.narrow(title).problem(!errors.is_empty()),
        errors,
        banner: None,
        email: Field::email("email", "Email address")
            .autocomplete("username")
            .value(typed.email.as_str()),
        password: Field::password("password", "Password"),
        code: Field::code("code", "One-time code")
            .hint("Six digits from your authenticator, or a recovery code")
            .optional(),
        providers: providers.iter().map(way).collect(),
        providers_only,
        way_on: typed.way_on.as_str().to_owned(),
        forgotten: door.path("/forgotten-password"),
        host: door.host(),
    })
}
