//! Why the dashboard answers without a page of its own, and with which status. The words are in `fault.rs`; the log
//! gets the exact reason, the reader never does.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use narthex_http::form::FormError;
use narthex_people::password::HashFailed;
use narthex_tenancy::StoreError;

use crate::acting::NotPermitted;

/// A request that ends before its page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// Unknown, or not to be seen: one answer for both.
    #[error("nothing here")]
    NotFound,
    /// A field or a filter that none of our pages sends.
    #[error("not sent by a page of ours")]
    Unreadable,
    /// Nobody is signed in; a browser goes to the sign-in page.
    #[error("not signed in")]
    SignIn {
        /// Path and query of the sign-in page.
        location: String,
    },
    /// The role lacks the action.
    #[error("the role does not include this")]
    NotAllowed,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
    /// The machine could not hash a password.
    #[error(transparent)]
    Hash(#[from] HashFailed),
}

impl From<StoreError> for Refusal {
    /// What the store does not have is not there for the reader either.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            error @ (StoreError::Unavailable(_)
            | StoreError::Refused { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Query(_)) => Self::Store(error),
        }
    }
}

impl From<FormError> for Refusal {
    fn from(_: FormError) -> Self {
        Self::Unreadable
    }
}

impl From<NotPermitted> for Refusal {
    fn from(NotPermitted: NotPermitted) -> Self {
        Self::NotAllowed
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::Store(StoreError::Unavailable(_)) | Self::Hash(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        match self {
            Self::SignIn { location } => {
                answer.insert_header((header::LOCATION, location.as_str()));
            }
            Self::Store(error) => tracing::error!(%error, "a dashboard page failed"),
            Self::Hash(error) => tracing::error!(%error, "a dashboard page failed"),
            Self::NotFound | Self::Unreadable | Self::NotAllowed => {}
        }
        answer.finish()
    }
}
