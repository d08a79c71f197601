//! From reasons to the wire: one total match. A stranger hears the coarse code; the log has the reason.

use actix_web::http::StatusCode;
use narthex_http::OAuthError;
use narthex_vocab::ErrorCode;

use crate::{
    agent::AgentError,
    manage::ManageError,
    poll::PollError,
    register::{RegisterError, wire_code},
    update_registration::UpdateRegistrationError,
};

/// The answer to a registration that was refused.
pub(crate) fn refusal(error: RegisterError) -> OAuthError {
    let code = wire_code(&error);
    let said = error.to_string();
    match error {
        RegisterError::NotOffered
        | RegisterError::Malformed(_)
        | RegisterError::Metadata(_)
        | RegisterError::WillNotWait
        | RegisterError::Statement(_)
        | RegisterError::Blocked
        | RegisterError::Listed => OAuthError::bad_request(code, said),
        RegisterError::Disallowed(_) => {
            OAuthError::bad_request(code, "this environment does not take such metadata")
        }
        RegisterError::InvalidToken => OAuthError::new(StatusCode::UNAUTHORIZED, code, said)
            .challenge("Bearer error=\"invalid_token\""),
        RegisterError::Agent(AgentError::Scope) => OAuthError::new(StatusCode::FORBIDDEN, code, "")
            .challenge("Bearer error=\"insufficient_scope\", scope=\"narthex:register\""),
        RegisterError::Agent(
            AgentError::Malformed
            | AgentError::Type
            | AgentError::Signature
            | AgentError::Place
            | AgentError::Time
            | AgentError::Person
            | AgentError::Stopped,
        ) => OAuthError::new(
            StatusCode::UNAUTHORIZED,
            code,
            "the access token is not valid",
        )
        .challenge("Bearer error=\"invalid_token\""),
        RegisterError::Agent(AgentError::Bound) => OAuthError::new(
            StatusCode::UNAUTHORIZED,
            code,
            "the access token is not valid",
        )
        .challenge("DPoP error=\"invalid_token\", algs=\"ES256 EdDSA RS256 PS256\""),
        RegisterError::Agent(AgentError::Proof(_)) => OAuthError::new(
            StatusCode::UNAUTHORIZED,
            code,
            "the proof of possession is not valid",
        )
        .challenge("DPoP error=\"invalid_dpop_proof\", algs=\"ES256 EdDSA RS256 PS256\""),
        RegisterError::Limited { retry_after } | RegisterError::Crowded { retry_after } => {
            OAuthError::new(StatusCode::TOO_MANY_REQUESTS, code, said).retry_after(retry_after)
        }
        RegisterError::Closed { retry_after }
        | RegisterError::Braked { retry_after }
        | RegisterError::Full { retry_after } => {
            OAuthError::new(StatusCode::SERVICE_UNAVAILABLE, code, said).retry_after(retry_after)
        }
        RegisterError::Store(error) => unavailable(error),
    }
}

/// The answer to a code with which a registration does not go on (draft-dellaert-oauth-approval-based-dcr).
pub(crate) fn poll_refusal(error: PollError) -> OAuthError {
    let said = error.to_string();
    match error {
        PollError::Unknown => OAuthError::bad_request(ErrorCode::InvalidRegistration, said),
        PollError::Refused => OAuthError::bad_request(ErrorCode::AccessDenied, said),
        PollError::Expired => OAuthError::bad_request(ErrorCode::ExpiredToken, said),
        PollError::Limited { retry_after } => {
            too_many(ErrorCode::TemporarilyUnavailable, said, retry_after)
        }
        PollError::Closed { retry_after } => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            OAuthError::new(status, ErrorCode::TemporarilyUnavailable, said)
                .retry_after(retry_after)
        }
        PollError::Store(error) => unavailable(error),
    }
}

/// The answer to whom a registration is not for (RFC 7592 section 2.1, RFC 6750 section 3).
pub(crate) fn manage_refusal(error: ManageError) -> OAuthError {
    let said = error.to_string();
    let invalid = |status, challenge| {
        OAuthError::new(status, ErrorCode::InvalidToken, said.clone()).challenge(challenge)
    };
    match error {
        ManageError::NoToken => invalid(StatusCode::UNAUTHORIZED, "Bearer"),
        ManageError::Unknown => invalid(StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\""),
        ManageError::OtherClient => {
            invalid(StatusCode::FORBIDDEN, "Bearer error=\"invalid_token\"")
        }
        ManageError::Limited { retry_after } => {
            too_many(ErrorCode::TemporarilyUnavailable, said, retry_after)
        }
        ManageError::Closed { retry_after } => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            OAuthError::new(status, ErrorCode::TemporarilyUnavailable, said)
                .retry_after(retry_after)
        }
        ManageError::Store(error) => unavailable(error),
    }
}

/// The answer to a replacement of a registration that was refused (RFC 7592 section 2.2).
pub(crate) fn update_refusal(error: UpdateRegistrationError) -> OAuthError {
    let said = error.to_string();
    match error {
        UpdateRegistrationError::Manage(error) => manage_refusal(error),
        UpdateRegistrationError::Refused(error) => refusal(error),
        UpdateRegistrationError::OtherClient
        | UpdateRegistrationError::Servers { .. }
        | UpdateRegistrationError::OtherSecret
        | UpdateRegistrationError::NeedsSecret => {
            OAuthError::bad_request(ErrorCode::InvalidClientMetadata, said)
        }
    }
}

/// The answer to a poll that came before its time.
pub(crate) fn too_early(retry_after: u32) -> OAuthError {
    let said = format!("poll every {retry_after} seconds from now on");
    too_many(ErrorCode::SlowDown, said, retry_after)
}

fn too_many(code: ErrorCode, said: String, retry_after: u32) -> OAuthError {
    OAuthError::new(StatusCode::TOO_MANY_REQUESTS, code, said).retry_after(retry_after)
}

/// No such tenant, environment or document: not told apart.
pub(crate) fn not_found() -> OAuthError {
    OAuthError::new(
        StatusCode::NOT_FOUND,
        ErrorCode::InvalidRequest,
        "there is nothing here",
    )
}

/// Something of ours failed; the reason stays in the log.
pub(crate) fn unavailable(error: impl std::fmt::Display) -> OAuthError {
    tracing::error!(%error, "the public plane cannot answer");
    OAuthError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::TemporarilyUnavailable,
        "",
    )
    .retry_after(5)
}
