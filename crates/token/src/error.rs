//! Why a call on the plane's OAuth endpoints was refused, and the one total map to the wire (RFC 6749 section 5.2).
//! The exact reason goes to the log; the wire gets the registered code.

use actix_web::http::StatusCode;
use narthex_http::OAuthError;
use narthex_http::params::ParamsError;
use narthex_tenancy::{StoreError, budget::BudgetsUnavailable};
use narthex_vocab::ErrorCode;

use crate::authorize::request::Refusal;
use crate::device_code::NoTokens;
use crate::issuances::{NotKept, Stale};
use crate::keys::KeysError;
use crate::reach::ReachError;
use narthex_http::dpop::DpopError;

/// A refusal at the token, introspection, revocation or decision endpoint.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// A parameter is missing, repeated or malformed.
    #[error("{0}")]
    Request(String),
    /// The client did not prove who it is.
    #[error("client authentication failed: {reason}")]
    Client {
        /// For the log.
        reason: &'static str,
        /// Whether it tried the `Authorization` header.
        basic: bool,
    },
    /// The code or refresh token is of no use.
    #[error("the grant is not valid: {0}")]
    Grant(&'static str),
    /// A signed word of somebody else, brought as the grant, is of no use (RFC 7523 section 3.1). Never `invalid_client`:
    /// clients answer that by registering again.
    #[error("the assertion is not valid: {0}")]
    Assertion(&'static str),
    /// No key that is known of its issuer signed it, and it names another.
    #[error("the assertion is signed by a key of its issuer that is not known yet")]
    UnknownKey,
    /// A device has no tokens yet, or never will.
    #[error(transparent)]
    Device(#[from] NoTokens),
    /// The client changed since the person allowed it: they are asked again. A new sign-in mends it, a new registration
    /// does not.
    #[error("the app has changed since the person allowed it: they sign in again")]
    AskedAnew,
    /// A grant type that is not known here.
    #[error("this grant type is not supported")]
    UnsupportedGrant,
    /// A grant type that this client is not approved for.
    #[error("this client is not approved for this grant type")]
    GrantNotAllowed,
    /// Nobody has approved this client, or it was stopped.
    #[error("{0}")]
    Denied(&'static str),
    /// Scope or resource go beyond what was approved.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// Too many calls.
    #[error("too many calls; again in {retry_after} s")]
    Limited {
        /// Seconds.
        retry_after: u32,
    },
    /// The issuer's keys cannot be had.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// An authorization request that the front door would refuse.
    #[error(transparent)]
    Front(Refusal),
    /// A proof of possession is of no use.
    #[error(transparent)]
    Dpop(#[from] DpopError),
    /// A proof of possession lacks a fresh nonce: this one.
    #[error("the proof needs the nonce of the header DPoP-Nonce")]
    Nonce(String),
    /// Whether a proof was used before cannot be told.
    #[error(transparent)]
    Once(#[from] BudgetsUnavailable),
    /// What was remembered of the client is not so any more; the same call is made once more with what is stored.
    #[error("the client stands otherwise than was remembered")]
    Stale,
    /// A token could not be logged, so there is none.
    #[error(transparent)]
    NotKept(#[from] NotKept),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Stale> for TokenError {
    fn from(_: Stale) -> Self {
        Self::Stale
    }
}

impl TokenError {
    /// Whether another answer is possible when the client and the catalogue are read again: a refusal is never said from
    /// memory alone.
    pub(crate) const fn may_be_stale(&self) -> bool {
        match self {
            Self::Stale
            | Self::Client { .. }
            | Self::Assertion(_)
            | Self::Reach(_)
            | Self::Front(_)
            | Self::Denied(_)
            | Self::GrantNotAllowed => true,
            Self::Request(_)
            | Self::Grant(_)
            | Self::UnknownKey
            | Self::Device(_)
            | Self::AskedAnew
            | Self::UnsupportedGrant
            | Self::Dpop(_)
            | Self::Nonce(_)
            | Self::Once(_)
            | Self::Limited { .. }
            | Self::Keys(_)
            | Self::NotKept(_)
            | Self::Signing
            | Self::Store(_) => false,
        }
    }
}

impl From<ParamsError> for TokenError {
    fn from(error: ParamsError) -> Self {
        Self::Request(error.to_string())
    }
}

/// The challenge of a client that used the header (RFC 6749 section 5.2).
pub(crate) const BASIC: &str = "Basic realm=\"narthex\", charset=\"UTF-8\"";

/// What a client is told of its proof: what it can mend, and no more.
const fn of_proof(error: DpopError) -> &'static str {
    match error {
        DpopError::Several => "send one proof",
        DpopError::Missing => "this client's tokens are bound to its key: send a proof of it",
        DpopError::Time => "the proof is too old, or from tomorrow",
        DpopError::Malformed
        | DpopError::Type
        | DpopError::Algorithm
        | DpopError::Key
        | DpopError::Signature
        | DpopError::Claims
        | DpopError::Method
        | DpopError::Address
        | DpopError::Token
        | DpopError::Replayed => "the proof is not valid here",
    }
}

/// Not now: again in so many seconds.
fn later(status: StatusCode, words: &str, seconds: u32) -> OAuthError {
    OAuthError::new(status, ErrorCode::TemporarilyUnavailable, words).retry_after(seconds)
}

/// What a client brought as its grant is no good; why stays in the log.
fn of_no_use(words: &str, reason: &str) -> OAuthError {
    tracing::info!(reason, "a grant was refused");
    OAuthError::bad_request(ErrorCode::InvalidGrant, words)
}

impl From<TokenError> for OAuthError {
    fn from(error: TokenError) -> Self {
        let text = error.to_string();
        match error {
            TokenError::Request(_) => Self::bad_request(ErrorCode::InvalidRequest, text),
            TokenError::Client { reason, basic } => {
                tracing::info!(reason, "client authentication failed");
                let words = "client authentication failed";
                let refused = Self::new(StatusCode::UNAUTHORIZED, ErrorCode::InvalidClient, words);
                if basic {
                    refused.challenge(BASIC)
                } else {
                    refused
                }
            }
            TokenError::Grant(_) => of_no_use("the code or token is not valid", &text),
            TokenError::Assertion(_) | TokenError::UnknownKey => {
                of_no_use("the assertion is not valid", &text)
            }
            TokenError::AskedAnew => Self::bad_request(ErrorCode::InvalidGrant, text),
            TokenError::Dpop(error) => {
                tracing::info!(reason = text, "a proof of possession was refused");
                Self::bad_request(ErrorCode::InvalidDpopProof, of_proof(error))
            }
            TokenError::Nonce(nonce) => Self::bad_request(
                ErrorCode::UseDpopNonce,
                "use the nonce of the header DPoP-Nonce",
            )
            .dpop_nonce(nonce),
            TokenError::UnsupportedGrant => {
                Self::bad_request(ErrorCode::UnsupportedGrantType, text)
            }
            TokenError::Device(why) => Self::bad_request(why.code(), text),
            TokenError::GrantNotAllowed => Self::bad_request(ErrorCode::UnauthorizedClient, text),
            TokenError::Denied(_) => Self::bad_request(ErrorCode::AccessDenied, text),
            TokenError::Front(refusal) => Self::bad_request(refusal.code, refusal.description),
            TokenError::Reach(error) => Self::bad_request(error.code(), text),
            TokenError::Limited { retry_after } => {
                later(StatusCode::TOO_MANY_REQUESTS, "too many calls", retry_after)
            }
            TokenError::Store(StoreError::Unavailable(_))
            | TokenError::Keys(KeysError::Store(StoreError::Unavailable(_)))
            | TokenError::NotKept(_)
            | TokenError::Once(_) => {
                tracing::error!(error = text, "the store is away");
                later(StatusCode::SERVICE_UNAVAILABLE, "try again later", 1)
            }
            TokenError::Stale
            | TokenError::Store(_)
            | TokenError::Keys(_)
            | TokenError::Signing => {
                tracing::error!(error = text, "a call failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    ErrorCode::ServerError,
                    "",
                )
            }
        }
    }
}
