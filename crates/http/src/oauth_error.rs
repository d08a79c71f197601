//! The OAuth error answer (RFC 6749 section 5.2; RFC 7591 section 3.2.2 has the same form).
//!
//! Carries what a stranger may know, the address of the code's entry in the error reference (`error_uri`), and the
//! request id with which the entitled find the rest.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use narthex_vocab::ErrorCode;
use serde::Serialize;

use crate::front::Front;
use crate::request_id::RequestId;

/// One answer, rendered as JSON with `error`, `error_description`, `error_uri` and `request_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The registered code.
    pub error: ErrorCode,
    /// For the developer of the client; cleaned to the characters the RFC admits.
    pub description: String,
    /// Seconds.
    pub retry_after: Option<u32>,
    /// The challenge, where the client tried to authenticate by the `Authorization` header.
    pub www_authenticate: Option<&'static str>,
    /// What the next proof of possession has to carry (RFC 9449 section 8).
    pub dpop_nonce: Option<String>,
}

#[derive(Serialize)]
struct Wire<'a> {
    error: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    error_description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl OAuthError {
    /// A 400, by far the most frequent.
    pub fn bad_request(error: ErrorCode, description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    /// Any status.
    pub fn new(status: StatusCode, error: ErrorCode, description: impl Into<String>) -> Self {
        let description = description.into();
        Self {
            status,
            error,
            description,
            retry_after: None,
            www_authenticate: None,
            dpop_nonce: None,
        }
    }

    /// With `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// With `WWW-Authenticate`.
    #[must_use]
    pub fn challenge(self, challenge: &'static str) -> Self {
        Self {
            www_authenticate: Some(challenge),
            ..self
        }
    }

    /// With `DPoP-Nonce`.
    #[must_use]
    pub fn dpop_nonce(self, nonce: String) -> Self {
        Self {
            dpop_nonce: Some(nonce),
            ..self
        }
    }

    /// The body, for who came through this front.
    pub(crate) fn json(&self, front: Option<&Front>, id: Option<&RequestId>) -> String {
        let wire = Wire {
            error: self.error.as_str(),
            error_uri: front.map(|front| front.error_entry(self.error.as_str())),
            error_description: clean(&self.description),
            request_id: id.map(RequestId::as_str),
        };
        serde_json::to_string(&wire).unwrap_or_else(|_| r#"{"error":"server_error"}"#.to_owned())
    }

    /// The headers that belong to the error itself.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.www_authenticate {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(nonce) = &self.dpop_nonce
            && let Ok(value) = HeaderValue::from_str(nonce)
        {
            headers.insert(HeaderName::from_static("dpop-nonce"), value);
        }
    }

    fn response(&self, front: Option<&Front>, id: Option<&RequestId>) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status)
            .content_type("application/json")
            .body(self.json(front, id));
        self.write(response.headers_mut());
        response
    }
}

/// RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
fn clean(description: &str) -> String {
    let admit = |c: char| match c {
        '"' => '\'',
        '\\' => '/',
        ' '..='~' => c,
        _ => '?',
    };
    description.chars().map(admit).collect()
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, clean(&self.description))
    }
}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Without the request id and `error_uri`, which the edge adds.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.response(None, None)
    }
}

impl Responder for OAuthError {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<BoxBody> {
        self.response(Front::of(request), RequestId::of(request).as_ref())
    }
}
