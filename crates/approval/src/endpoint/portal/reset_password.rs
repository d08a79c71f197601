//! The page of a link that sets a new password: a password, and the second factor of who has one. A used, old or unknown link
//! gets one page that says what to do. It signs nobody in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::Peer;
use narthex_http::page::{ErrorPage, ErrorSummary, Field, Narrow};
use narthex_people::account::{Factors, factors};
use narthex_people::password::Password;
use narthex_people::reset::{self, NewPassword, Reset, ResetError};
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::{TenantTx, ambient};

use super::banner::Done;
use super::doorway::Doorway;
use super::frame::bare_page;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use crate::Acting;
use crate::reset_password::{ResetPasswordError, reset_password};

#[derive(Template)]
#[template(path = "portal/reset_password.html")]
struct ResetPasswordPage {
    narrow: Narrow,
    errors: ErrorSummary,
    email: String,
    fields: Vec<Field>,
    host: String,
}

/// Whom a link is for.
struct Opened {
    reset: Reset,
    member: Member,
    factors: Factors,
}

/// `GET /t/{tenant}/reset-password/{token}`
pub(crate) async fn page(
    door: Doorway,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Refusal> {
    match open(&door, &path.1).await {
        Ok(opened) => {
            let page = view(&door, &opened, &Problems::default());
            Ok(bare_page(&page, StatusCode::OK))
        }
        Err(error) => gone(&door, error),
    }
}

/// `POST /t/{tenant}/reset-password/{token}`
pub(crate) async fn submit(
    door: Doorway,
    peer: Peer,
    path: Path<(String, String)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let opened = match open(&door, &path.1).await {
        Ok(opened) => opened,
        Err(error) => return Ok(gone(&door, error)?),
    };
    let mut problems = Problems::default();
    let about = [
        opened.member.email.as_str(),
        opened.member.name.as_str(),
        door.tenant.name.as_str(),
    ];
    let password = Password::to_set(&posted.text("password")?, &about);
    let password = problems.keep("password", password, |error| error.to_string());
    if let Some(password) = password {
        let command = NewPassword {
            tenant: door.tenant.id,
            reset: opened.reset,
            password,
            code: posted.text("code")?,
            source: peer.source(),
        };
        match set(&door, command).await {
            Ok(()) => return Ok(Done::PasswordReset.at(&door.path("/sign-in"))),
            Err(error) => {
                if let Some(answer) = refused(&door, error, &mut problems)? {
                    return Ok(answer);
                }
            }
        }
    }
    let page = view(&door, &opened, &problems);
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

async fn open(door: &Doorway, token: &str) -> Result<Opened, ResetError> {
    let key = &door.people().hash_key;
    door.within(async |tx| {
        let reset = reset::open(tx, key, token, ambient::now()).await?;
        Ok(Opened {
            reset,
            member: member::load(tx, reset.member).await?,
            factors: factors(tx, reset.member).await?,
        })
    })
    .await
}

async fn set(door: &Doorway, command: NewPassword) -> Result<(), ResetPasswordError> {
    let now = ambient::now();
    let prepared = reset::prepare(door.people(), command, now).await?;
    let request_id = door.request_id();
    door.within(async |tx: &mut TenantTx| {
        let rng = &mut ambient::rng();
        let mut acting =
            Acting::system("password-reset", now, rng, &request_id).telling(door.mail());
        reset_password(tx, &prepared, &mut acting).await
    })
    .await
}

/// The page that says what is wrong with the link, or what to put right in the form.
fn refused(
    door: &Doorway,
    error: ResetPasswordError,
    problems: &mut Problems,
) -> Result<Option<HttpResponse>, Refusal> {
    match error {
        ResetPasswordError::Reset(ResetError::WrongCode) => {
            problems.add("code", "The code is not right. Enter the one that your authenticator shows now, or a recovery code");
        }
        ResetPasswordError::Reset(ResetError::Throttled { retry_after }) => {
            let words = format!("Too many tries. Try again in {retry_after} seconds");
            problems.add("password", words);
        }
        ResetPasswordError::Reset(error) => return gone(door, error).map(Some),
        ResetPasswordError::NotPermitted(error) => return Err(error.into()),
        ResetPasswordError::Store(error) => return Err(error.into()),
    }
    Ok(None)
}

fn gone(door: &Doorway, error: ResetError) -> Result<HttpResponse, Refusal> {
    match error {
        ResetError::Store(error) => return Err(error.into()),
        ResetError::Hash(error) => return Err(error.into()),
        ResetError::Gone | ResetError::WrongCode | ResetError::Throttled { .. } => {}
    }
    let page = ErrorPage::new(StatusCode::GONE, door.request_id())
        .tenant(door.tenant.name.as_str())
        .text("This link has been used or has ended. It works once, for 30 minutes.")
        .next("Ask for another one if you still need it. Only the newest is worth keeping.")
        .link("Ask for a new link", door.path("/forgotten-password"));
    Ok(bare_page(&page, StatusCode::GONE))
}

fn view(door: &Doorway, opened: &Opened, problems: &Problems) -> ResetPasswordPage {
    let mut fields = vec![
        Field::password("password", "Choose a password")
            .hint("At least 12 characters. A few words in a row are easy to keep in mind.")
            .autocomplete("new-password"),
    ];
    if opened.factors.second {
        let code = Field::code("code", "One-time code");
        fields.push(code.hint("Six digits from your authenticator, or a recovery code"));
    }
    ResetPasswordPage {
        narrow: door
            .narrow("Set a new password")
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        email: opened.member.email.as_str().to_owned(),
        fields: fields
            .into_iter()
            .map(|field| problems.beside(field))
            .collect(),
        host: door.host(),
    }
}
