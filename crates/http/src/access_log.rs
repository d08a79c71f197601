//! One span, one log line and two metrics for each exchange.
//!
//! Names the route pattern, never the path (it may carry an invitation), and never a query, body,
//! cookie or `Authorization` header.

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use tracing::Span;

use crate::front::Front;
use crate::peer::Peer;
use crate::request_id::RequestId;
use crate::surface;

/// One request and its answer, from the edge's view.
pub(crate) struct Exchange {
    listener: &'static str,
    method: &'static str,
    span: Span,
    begun: Instant,
    instant: fn() -> Instant,
}

impl Exchange {
    /// Starts the clock and opens the span.
    pub(crate) fn begin(front: &Front, method: &Method, id: &RequestId, peer: Peer) -> Self {
        let listener = front.name;
        let method = known(method);
        // At the level of what must never be without its request.
        let span = tracing::error_span!(
            "request", listener, method, request_id = %id, peer = %peer.0,
            route = tracing::field::Empty
        );
        let instant = front.ambient.instant;
        Self {
            listener,
            method,
            span,
            begun: instant(),
            instant,
        }
    }

    /// For everything that happens on behalf of the request.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes the line and counts.
    pub(crate) fn finish(self, answer: &ServiceResponse<BoxBody>) {
        let route = answer
            .request()
            .match_pattern()
            .unwrap_or_else(|| "-".to_owned());
        let status = answer.status().as_u16();
        let took = (self.instant)().saturating_duration_since(self.begun);
        self.span.record("route", route.as_str());
        let _entered = self.span.enter();
        let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        // Below 500 only our own words: those of another error may quote what was sent.
        let error = answer.response().error();
        let reason = match error {
            Some(error) if status >= 500 => Some(error.to_string()),
            Some(error) => surface::own_words(error),
            None => None,
        };
        let reason = reason.as_deref();
        if status >= 500 {
            tracing::error!(status, ms, reason, "answered");
        } else {
            tracing::info!(status, ms, reason, "answered");
        }
        metrics::counter!(
            "narthex_http_requests_total", "listener" => self.listener, "method" => self.method,
            "route" => route.clone(), "status" => status.to_string()
        )
        .increment(1);
        metrics::histogram!(
            "narthex_http_request_seconds", "listener" => self.listener, "route" => route
        )
        .record(took.as_secs_f64());
    }
}

/// A stranger may invent methods; labels and logs know only the registered ones we meet.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
