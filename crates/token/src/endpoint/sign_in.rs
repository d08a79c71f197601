//! `GET|POST …/sign-in`: an end user proves who they are. The page names the tenant, never the client: before consent
//! nothing vouches for who asks.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use narthex_http::cookie::Lifetime;
use narthex_http::page::{ErrorSummary, Field, Narrow, html};
use narthex_http::{Agent, CookieName, Params, StrictForm, StrictQuery};
use narthex_people::password::Password;
use narthex_people::session::{self, Surface, Whence};
use narthex_people::sign_in::{SignIn, SignInError, SignedIn, sign_in};
use narthex_tenancy::{StoreError, ambient, tenant};
use narthex_vocab::Email;

use crate::call::Call;
use crate::continue_to::ContinueTo;
use crate::endpoint::visit::{SIGN_IN, Visit, see_other};
use crate::error::TokenError;
use crate::page_error::PageError;
use crate::signed_in::session_before;

/// The form.
#[derive(Template)]
#[template(path = "token/sign_in.html")]
struct SignInPage {
    narrow: Narrow,
    errors: ErrorSummary,
    host: String,
    email: Field,
    password: Field,
    action: String,
    continue_to: String,
}

/// Signed in, with nowhere to go.
#[derive(Template)]
#[template(path = "token/signed_in.html")]
struct SignedInPage {
    narrow: Narrow,
}

/// As long as a session can last.
const COOKIE: Lifetime = Lifetime::For(Duration::from_hours(30 * 24));

pub(crate) async fn get(visit: Visit, query: StrictQuery) -> HttpResponse {
    let shown = async {
        visit.arrive().await?;
        let back = continue_to(&visit, &query)?;
        // Only an address is ever put into the form.
        let hint = query.given("login_hint")?.unwrap_or_default();
        let typed = Email::parse(hint).map_or("", |_| hint);
        form(&visit, back.as_ref(), typed, None).await
    };
    shown.await.unwrap_or_else(|error| error.page(&visit.id))
}

pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    let answered = answer(&visit, &form).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

async fn answer(visit: &Visit, sent: &Params) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    visit.check_form(sent)?;
    let back = continue_to(visit, sent)?;
    let typed = sent.one("email")?.unwrap_or_default().trim();
    let command = SignIn {
        tenant: visit.place.tenant,
        surface: Surface::User,
        email: Email::parse(typed).ok(),
        password: Password::to_check(sent.one("password")?.unwrap_or_default()),
        code: String::new(),
        from: Whence {
            source: visit.peer.source(),
            agent: Agent::from(&visit.request).to_string(),
        },
    };
    let call = arrival.call();
    let people = &visit.token.people;
    match sign_in(people, command, call.now, &mut ambient::rng()).await {
        Ok(signed_in) => welcome(visit, call, signed_in, back.as_ref()).await,
        Err(SignInError::Wrong) => {
            let words = "The email address or the password is wrong";
            form(visit, back.as_ref(), typed, Some(words)).await
        }
        Err(SignInError::Throttled { retry_after }) => {
            let words = "This was tried too often. Wait a few minutes, then try again";
            let mut answer = form(visit, back.as_ref(), typed, Some(words)).await?;
            *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            let seconds = retry_after.into();
            answer.headers_mut().insert(RETRY_AFTER, seconds);
            Ok(answer)
        }
        Err(SignInError::Hash(error)) => {
            tracing::error!(%error, "a password could not be checked");
            Err(PageError::Call(TokenError::Signing))
        }
        Err(SignInError::Store(error)) => Err(error.into()),
    }
}

/// Ends the session the browser had, sets the new cookie and goes on.
async fn welcome(
    visit: &Visit,
    call: Call<'_>,
    signed: SignedIn,
    back: Option<&ContinueTo>,
) -> Result<HttpResponse, PageError> {
    let cookie = visit.session();
    let name = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            let before = cookie.as_deref();
            if let Some(before) = session_before(tx, call, before).await? {
                session::end(tx, before.id, call.now).await?;
            }
            Ok::<_, StoreError>(tenant::load(tx).await?.name.to_string())
        })
        .await?;
    let mut answer = if let Some(back) = back {
        see_other(back.as_str())
    } else {
        let narrow = visit.frame("You are signed in", &name);
        SIGN_IN.on(html(&SignedInPage { narrow }, StatusCode::OK))
    };
    let value = signed.session.reveal().to_owned();
    let cookie = visit.cookies.set(CookieName::User, value, COOKIE);
    if let Err(error) = answer.add_cookie(&cookie) {
        tracing::error!(%error, "the session cookie could not be set");
        return Err(PageError::Call(TokenError::Signing));
    }
    Ok(answer)
}

/// The form, with what was wrong with it.
async fn form(
    visit: &Visit,
    back: Option<&ContinueTo>,
    typed: &str,
    problem: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let name = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            Ok::<_, StoreError>(tenant::load(tx).await?.name.to_string())
        })
        .await?;
    let errors = problem.map_or_else(ErrorSummary::default, ErrorSummary::whole);
    let title = format!("Sign in to {name}");
    let page = SignInPage {
        narrow: visit.frame(title, &name).problem(problem.is_some()),
        errors,
        host: visit
            .token
            .token_base
            .host_str()
            .unwrap_or_default()
            .to_owned(),
        email: Field::email("email", "Email address")
            .value(typed)
            .autocomplete("username"),
        password: Field::password("password", "Password"),
        action: visit.place.path("sign-in"),
        continue_to: back.map_or_else(String::new, |back| back.as_str().to_owned()),
    };
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(SIGN_IN.on(html(&page, status)))
}

/// Where to go on; an address that is not ours is as good as none.
fn continue_to(visit: &Visit, params: &Params) -> Result<Option<ContinueTo>, PageError> {
    let text = params.given("continue")?;
    Ok(text.and_then(|text| ContinueTo::parse(&visit.place, text)))
}
