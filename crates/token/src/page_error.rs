//! Why a person gets a page that leads nowhere, and the one total map to its words. Such a page never redirects: what
//! is wrong here is just what a redirect would have to trust.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use narthex_http::csrf::CsrfError;
use narthex_http::page::{ErrorPage, html};
use narthex_http::params::ParamsError;
use narthex_http::{PagePolicy, RequestId};
use narthex_tenancy::StoreError;

use crate::error::TokenError;

/// A refusal on the pages of the plane.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// No client has this identifier.
    #[error("no such client")]
    UnknownClient,
    /// The client was stopped.
    #[error("the client was stopped")]
    Stopped,
    /// The redirect URI is missing or not registered.
    #[error("the redirect URI is not registered")]
    RedirectUri,
    /// The request is wrong, and there is no address to say so to.
    #[error("{0}")]
    Request(String),
    /// The form is of another browser, another session, or too old.
    #[error("the form is out of date")]
    OutOfDate,
    /// There is no such page for this person.
    #[error("no such page")]
    NotFound,
    /// The form does not come from our own page.
    #[error(transparent)]
    Csrf(#[from] CsrfError),
    /// What stops endpoints of machines stops pages too.
    #[error(transparent)]
    Call(#[from] TokenError),
    /// A parameter came twice.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Status, what happened, what to do; no words keep the standard ones of the status.
type Words = (StatusCode, Option<(&'static str, &'static str)>);

const START_AGAIN: &str = "Go back to the app and start again.";

impl PageError {
    fn words(&self) -> Words {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::UnknownClient => (
                bad,
                Some((
                    "The app that sent you here is not known to this organization.",
                    "Ask the people who run the app to register it.",
                )),
            ),
            Self::Stopped => (
                StatusCode::FORBIDDEN,
                Some((
                    "This app has no access at the moment. Nothing was shared with it.",
                    "Ask the people in your organization who look after apps.",
                )),
            ),
            Self::RedirectUri => (
                bad,
                Some((
                    "The app wants you to be sent to an address that is not registered for it. \
                     You were not sent there.",
                    "Ask the people who run the app to correct the address.",
                )),
            ),
            Self::Request(_) | Self::Params(_) => (
                bad,
                Some((
                    "The app that sent you here asked in a way that cannot be answered.",
                    START_AGAIN,
                )),
            ),
            Self::OutOfDate => (
                bad,
                Some((
                    "This page is out of date, or was opened in another browser. Nothing was \
                     shared.",
                    START_AGAIN,
                )),
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, None),
            Self::Csrf(_) => (
                StatusCode::FORBIDDEN,
                Some((
                    "The form did not come from the page that we gave you. Nothing was changed.",
                    START_AGAIN,
                )),
            ),
            Self::Call(TokenError::Limited { .. }) => (StatusCode::TOO_MANY_REQUESTS, None),
            Self::Store(StoreError::Unavailable(_))
            | Self::Call(TokenError::Store(StoreError::Unavailable(_))) => {
                (StatusCode::SERVICE_UNAVAILABLE, None)
            }
            Self::Store(_) | Self::Call(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
        }
    }

    /// The page, with the exact reason in the log under the same id.
    pub(crate) fn page(&self, id: &RequestId) -> HttpResponse {
        let (status, words) = self.words();
        if status.is_server_error() {
            tracing::error!(error = %self, "a page failed");
        } else {
            tracing::info!(reason = %self, "a page was refused");
        }
        let mut page = ErrorPage::new(status, id.as_str());
        if let Some((text, next)) = words {
            page = page.text(text).next(next);
        }
        let mut answer = html(&page, status);
        if let Self::Call(TokenError::Limited { retry_after }) = self {
            let seconds = (*retry_after).into();
            answer.headers_mut().insert(RETRY_AFTER, seconds);
        }
        PagePolicy::NO_SCRIPT.on(answer)
    }
}
