//! From reasons to the wire: one total match. A stranger hears the coarse code; the log has the reason.

use actix_web::http::StatusCode;
use narthex_http::OAuthError;

use crate::register::{RegisterError, wire_code};

/// The answer to a registration that was refused.
pub(crate) fn refusal(error: RegisterError) -> OAuthError {
    let code = wire_code(&error);
    let said = error.to_string();
    match error {
        RegisterError::NotOffered
        | RegisterError::Malformed(_)
        | RegisterError::Metadata(_)
        | RegisterError::Blocked => OAuthError::bad_request(code, said),
        RegisterError::Disallowed(_) => {
            OAuthError::bad_request(code, "this environment does not take such metadata")
        }
        RegisterError::Limited { retry_after } => {
            OAuthError::new(StatusCode::TOO_MANY_REQUESTS, code, said).retry_after(retry_after)
        }
        RegisterError::Closed { retry_after } => {
            OAuthError::new(StatusCode::SERVICE_UNAVAILABLE, code, said).retry_after(retry_after)
        }
        RegisterError::Store(error) => unavailable(error),
    }
}

/// No such tenant, environment or document: not told apart.
pub(crate) fn not_found() -> OAuthError {
    OAuthError::new(
        StatusCode::NOT_FOUND,
        "invalid_request",
        "there is nothing here",
    )
}

/// Something of ours failed; the reason stays in the log.
pub(crate) fn unavailable(error: impl std::fmt::Display) -> OAuthError {
    tracing::error!(%error, "the public plane cannot answer");
    OAuthError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "",
    )
    .retry_after(5)
}
