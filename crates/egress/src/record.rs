//! What is told of each way out: one line and one count. The line names the host, never a path, a query or a byte of an
//! answer; the count has a kind and an outcome, both from lists that have an end.

use tokio::time::Instant;
use url::Url;

use crate::error::FetchError;
use crate::exchange::Exchanged;
use crate::fetched::{FetchKind, Fetched};
use crate::resolve::{TxtAnswer, TxtError};

/// Of a fetch.
pub(crate) fn fetch(
    url: &Url,
    kind: FetchKind,
    result: &Result<Fetched, FetchError>,
    started: Instant,
) {
    let (outcome, bytes) = match result {
        Ok(fetched) => ("fetched", fetched.body.len()),
        Err(error) => (error.code(), 0),
    };
    let host = url.host_str().unwrap_or_default();
    let ms = count(kind.as_str(), outcome, started);
    tracing::info!(host, kind = kind.as_str(), outcome, bytes, ms, "fetch");
}

/// Of what was posted.
pub(crate) fn post(url: &Url, result: &Result<(), FetchError>, started: Instant) {
    let outcome = result.as_ref().err().map_or("taken", FetchError::code);
    let host = url.host_str().unwrap_or_default();
    let ms = count("form", outcome, started);
    tracing::info!(host, outcome, ms, "post");
}

/// Of a request to an identity provider.
pub(crate) fn exchange(url: &Url, result: &Result<Exchanged, FetchError>, started: Instant) {
    let outcome = result.as_ref().err().map_or("answered", FetchError::code);
    let status = result.as_ref().map_or(0, |answer| answer.status);
    let host = url.host_str().unwrap_or_default();
    let ms = count("provider", outcome, started);
    tracing::info!(host, outcome, status, ms, "exchange");
}

/// Of a question to every resolver.
pub(crate) fn txt(name: &str, answers: &[TxtAnswer], started: Instant) {
    let answered = answers
        .iter()
        .filter(|answer| answer.records.is_ok())
        .count();
    let busy = answers
        .iter()
        .any(|answer| answer.records == Err(TxtError::Busy));
    let outcome = match (answered, busy) {
        (0, true) => "busy",
        (0, false) => "no_answer",
        _ if answered == answers.len() => "answered",
        _ => "some_answered",
    };
    let ms = count("txt", outcome, started);
    let asked = answers.len();
    tracing::info!(name, outcome, asked, answered, ms, "txt");
}

fn count(kind: &'static str, outcome: &'static str, started: Instant) -> u64 {
    let took = started.elapsed();
    let labels = [("kind", kind), ("outcome", outcome)];
    metrics::counter!("narthex_egress_fetches_total", &labels).increment(1);
    metrics::histogram!("narthex_egress_fetch_seconds", &labels).record(took.as_secs_f64());
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
