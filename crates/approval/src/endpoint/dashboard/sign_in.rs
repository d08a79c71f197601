//! Signing in to the dashboard with e-mail address, password and one-time code, all three. One refusal for every wrong
//! thing; the page loads no script, and leads on only to the dashboard's own pages.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web::Data};
use askama::Template;
use narthex_http::cookie::Lifetime;
use narthex_http::form::FormError;
use narthex_http::page::{Banner, ErrorSummary, Field, Narrow, When};
use narthex_http::{Agent, CookieName, Cookies, Front, Peer, StrictQuery, csrf};
use narthex_people::password::Password;
use narthex_people::session::{Surface, Whence};
use narthex_people::sign_in::{self, SignIn, SignInError, SignedIn};
use narthex_tenancy::ambient;
use narthex_vocab::{Email, PLATFORM_TENANT, Timestamp};

use super::banner::{Done, see};
use super::frame::bare_page;
use super::posted::Posted;
use super::refusal::Refusal;
use super::way_on::{self, WayOn};
use crate::Approval;

/// A dashboard session ends after so long in any case; the browser forgets it then.
const LONGEST: Duration = Duration::from_hours(12);

#[derive(Template)]
#[template(path = "dashboard/sign_in.html")]
struct SignInPage {
    narrow: Narrow,
    errors: ErrorSummary,
    banner: Option<Banner>,
    email: Field,
    password: Field,
    code: Field,
    way_on: String,
    host: String,
}

/// What somebody typed; password and code are never kept for a second page.
struct Typed {
    email: String,
    way_on: WayOn,
}

/// `GET /sign-in`
pub(crate) async fn page(
    request: HttpRequest,
    query: StrictQuery,
) -> Result<HttpResponse, FormError> {
    let typed = Typed {
        email: String::new(),
        way_on: WayOn::parse(query.one(way_on::FIELD)?.unwrap_or_default()),
    };
    let mut page = view(&request, &typed, ErrorSummary::default());
    page.banner = Done::told(&query);
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /sign-in`
pub(crate) async fn submit(
    request: HttpRequest,
    approval: Data<Approval>,
    (cookies, peer, agent): (Cookies, Peer, Agent),
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let typed = Typed {
        email: posted.text("email")?,
        way_on: WayOn::parse(&posted.text(way_on::FIELD)?),
    };
    let command = SignIn {
        tenant: PLATFORM_TENANT,
        surface: Surface::Staff,
        email: Email::parse(typed.email.trim()).ok(),
        password: Password::to_check(&posted.text("password")?),
        code: posted.text("code")?.split_whitespace().collect(),
        from: Whence {
            source: peer.source(),
            agent: agent.to_string(),
        },
    };
    let now = ambient::now();
    match sign_in::sign_in(&approval.people, command, now, &mut ambient::rng()).await {
        Ok(signed_in) => Ok(begun(cookies, &signed_in, &typed.way_on)?),
        Err(error) => Ok(refused(&request, &typed, error, now)?),
    }
}

fn begun(cookies: Cookies, signed_in: &SignedIn, way_on: &WayOn) -> Result<HttpResponse, Refusal> {
    let value = signed_in.session.reveal().to_owned();
    let cookie = cookies.set(CookieName::Staff, value, Lifetime::For(LONGEST));
    let mut answer = see(way_on.as_str());
    answer.add_cookie(&cookie).map_err(|_| Refusal::NotFound)?;
    Ok(answer)
}

fn refused(
    request: &HttpRequest,
    typed: &Typed,
    error: SignInError,
    now: Timestamp,
) -> Result<HttpResponse, Refusal> {
    let (status, words, wait) = match error {
        SignInError::Wrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Email address, password or one-time code is not right. Check all three and try again"
                .to_owned(),
            None,
        ),
        SignInError::Throttled { retry_after } => {
            let again = now + chrono::Duration::seconds(i64::from(retry_after));
            let words = format!(
                "Too many tries. Try again after {}",
                When::new(again).to_the_second().text()
            );
            (StatusCode::TOO_MANY_REQUESTS, words, Some(retry_after))
        }
        SignInError::Hash(error) => return Err(error.into()),
        SignInError::Store(error) => return Err(error.into()),
    };
    let mut answer = bare_page(&view(request, typed, ErrorSummary::whole(words)), status);
    if let Some(seconds) = wait {
        let headers = answer.headers_mut();
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    Ok(answer)
}

fn view(request: &HttpRequest, typed: &Typed, errors: ErrorSummary) -> SignInPage {
    let origin = Front::of(request).map_or("", |front| front.origin.as_str());
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    sign_in_page(csrf::issue(request), host, typed, errors)
}

fn sign_in_page(csrf: String, host: &str, typed: &Typed, errors: ErrorSummary) -> SignInPage {
    SignInPage {
        narrow: Narrow::new("Sign in as platform staff", csrf).problem(!errors.is_empty()),
        errors,
        banner: None,
        email: Field::email("email", "Email address")
            .autocomplete("username")
            .value(typed.email.as_str()),
        password: Field::password("password", "Password"),
        code: Field::code("code", "One-time code")
            .hint("Six digits from your authenticator, or a recovery code"),
        way_on: typed.way_on.as_str().to_owned(),
        host: host.to_owned(),
    }
}
