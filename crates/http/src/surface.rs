//! How an error is rendered where no handler rendered it: no route (404), wrong method (405), a
//! body or form that was refused, an error from below.
//!
//! The surface is chosen for a listener ([`crate::Front`]) and overridden for a group of routes
//! ([`crate::Routes::answering`]). [`OAuthError`] and [`Problem`] keep their own form everywhere.

use std::fmt;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::{Error, HttpRequest, ResponseError};
use askama::Template;
use narthex_vocab::ErrorCode;

use crate::csrf::CsrfError;
use crate::form::FormError;
use crate::front::Front;
use crate::json::JsonError;
use crate::oauth_error::OAuthError;
use crate::page::ErrorPage;
use crate::problem::{PROBLEM_JSON, Problem};
use crate::request_id::RequestId;

/// One error, in words that anyone may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status.
    pub status: StatusCode,
    /// A sentence fragment, lower case; empty where the status says it all.
    pub detail: String,
    /// To quote when asking for help.
    pub request_id: String,
}

/// Renders a fault as a whole HTML page.
pub type FaultPage = fn(&HttpRequest, &Fault) -> String;

/// The form of an error.
#[derive(Clone, Copy)]
pub enum Surface {
    /// RFC 6749 section 5.2.
    OAuthJson,
    /// RFC 9457.
    Problem,
    /// An HTML page.
    Page(FaultPage),
}

impl Surface {
    /// HTML in the house's frame.
    pub const PAGE: Self = Self::Page(fault_page);
}

/// A fault as the house's error page. One with words of its own is about what was sent.
pub fn fault_page(_: &HttpRequest, fault: &Fault) -> String {
    let page = if fault.detail.is_empty() {
        ErrorPage::new(fault.status, fault.request_id.as_str())
    } else {
        let page = ErrorPage::new(StatusCode::BAD_REQUEST, fault.request_id.as_str());
        let page = page.text(sentence(&fault.detail));
        ErrorPage {
            status: fault.status.as_u16(),
            ..page
        }
    };
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "the error page did not render");
        String::new()
    })
}

/// A fragment with a capital at its start and a full stop at its end.
fn sentence(fragment: &str) -> String {
    let mut rest = fragment.chars();
    let first = rest.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(rest).chain(['.']).collect()
}

impl fmt::Debug for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OAuthJson => "OAuthJson",
            Self::Problem => "Problem",
            Self::Page(_) => "Page",
        })
    }
}

/// What an unfinished response is about.
enum Cause {
    OAuth(OAuthError),
    Problem(Problem),
    Other(String),
}

/// Finishes a response that still needs a body; leaves every other as it is.
pub(crate) fn render(
    answer: ServiceResponse<BoxBody>,
    default: &Surface,
) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return answer;
    }
    let cause = match answer.response().error() {
        Some(error) => cause_of(error, status),
        None if is_empty(answer.response().body()) => Cause::Other(String::new()),
        None => return answer,
    };
    let (request, mut response) = answer.into_parts();
    let surface = *request.app_data::<Surface>().unwrap_or(default);
    let id = RequestId::of(&request);
    let asked = (Front::of(&request), id.as_ref());
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    let (media_type, body) = match cause {
        Cause::OAuth(error) => oauth(&error, asked, headers),
        Cause::Problem(problem) => problem_details(&problem, asked, headers),
        Cause::Other(detail) => match surface {
            Surface::OAuthJson => oauth(
                &OAuthError::new(status, oauth_code(status), detail),
                asked,
                headers,
            ),
            Surface::Problem => problem_details(&Problem::new(status, detail), asked, headers),
            Surface::Page(page) => {
                let request_id = id.map(|id| id.to_string()).unwrap_or_default();
                let fault = Fault {
                    status,
                    detail,
                    request_id,
                };
                ("text/html; charset=utf-8", page(&request, &fault))
            }
        },
    };
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    ServiceResponse::new(request, response.set_body(BoxBody::new(body)))
}

/// Through which front a request came, and its id.
type Asked<'a> = (Option<&'a Front>, Option<&'a RequestId>);

fn oauth(error: &OAuthError, asked: Asked<'_>, headers: &mut HeaderMap) -> (&'static str, String) {
    error.write(headers);
    ("application/json", error.json(asked.0, asked.1))
}

fn problem_details(
    problem: &Problem,
    asked: Asked<'_>,
    headers: &mut HeaderMap,
) -> (&'static str, String) {
    problem.write(headers);
    (PROBLEM_JSON, problem.json(asked.0, asked.1))
}

fn cause_of(error: &Error, status: StatusCode) -> Cause {
    if let Some(error) = error.as_error::<OAuthError>() {
        return Cause::OAuth(error.clone());
    }
    if let Some(problem) = error.as_error::<Problem>() {
        return Cause::Problem(problem.clone());
    }
    if status.is_server_error() {
        return Cause::Other(String::new());
    }
    // The words of an error that is not ours may quote what was sent.
    Cause::Other(own_words(error).unwrap_or_default())
}

/// What an error of this crate says; never a word of another's.
pub(crate) fn own_words(error: &Error) -> Option<String> {
    fn words<E: ResponseError + 'static>(error: &Error) -> Option<String> {
        error.as_error::<E>().map(ToString::to_string)
    }
    words::<FormError>(error)
        .or_else(|| words::<JsonError>(error))
        .or_else(|| words::<CsrfError>(error))
        .or_else(|| words::<OAuthError>(error))
        .or_else(|| words::<Problem>(error))
}

fn is_empty(body: &BoxBody) -> bool {
    matches!(body.size(), BodySize::None | BodySize::Sized(0))
}

/// The nearest registered code (RFC 6749 sections 4.1.2.1 and 5.2).
fn oauth_code(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            ErrorCode::TemporarilyUnavailable
        }
        status if status.is_server_error() => ErrorCode::ServerError,
        StatusCode::FORBIDDEN => ErrorCode::AccessDenied,
        _ => ErrorCode::InvalidRequest,
    }
}
