//! Problem details (RFC 9457), the error answer of the management API.
//!
//! Never the exact reason of a 5xx: that is in the log under the request id.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use narthex_vocab::ProblemKind;
use serde_json::{Map, Value, json};

use crate::front::Front;
use crate::request_id::RequestId;

/// The media type.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The members `type`, the address of its entry in the error reference, and `title`.
    pub kind: ProblemKind,
    /// About this occurrence.
    pub detail: String,
    /// Seconds.
    pub retry_after: Option<u32>,
    /// How to authenticate (RFC 9110 section 11.6.1).
    pub challenge: Option<&'static str>,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem of the kind that its status has.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind: ProblemKind::of_status(status.as_u16()),
            detail: detail.into(),
            retry_after: None,
            challenge: None,
            members: Map::new(),
        }
    }

    /// A problem of this kind.
    pub fn of_kind(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            kind,
            ..Self::new(status, detail)
        }
    }

    /// With an extension member (`rule`, `observed`, `required`, `fix`). The members of the RFC and
    /// `request_id` cannot be overwritten.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// With `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// With `WWW-Authenticate`, as a 401 needs it.
    #[must_use]
    pub fn challenge(self, challenge: &'static str) -> Self {
        Self {
            challenge: Some(challenge),
            ..self
        }
    }

    /// The body, for who came through this front.
    pub(crate) fn json(&self, front: Option<&Front>, id: Option<&RequestId>) -> String {
        let mut members = self.members.clone();
        members.insert(
            "type".to_owned(),
            json!(front.map_or_else(
                || "about:blank".to_owned(),
                |front| front.error_entry(self.kind.slug)
            )),
        );
        members.insert("title".to_owned(), json!(self.kind.title));
        members.insert("status".to_owned(), json!(self.status.as_u16()));
        members.insert("detail".to_owned(), json!(self.detail));
        if let Some(id) = id {
            members.insert("request_id".to_owned(), json!(id.as_str()));
        }
        Value::Object(members).to_string()
    }

    /// The headers that belong to the problem itself.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
    }

    fn response(&self, front: Option<&Front>, id: Option<&RequestId>) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status)
            .content_type(PROBLEM_JSON)
            .body(self.json(front, id));
        self.write(response.headers_mut());
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Without the request id and `type`, which the edge adds.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.response(None, None)
    }
}

impl Responder for Problem {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<BoxBody> {
        self.response(Front::of(request), RequestId::of(request).as_ref())
    }
}
