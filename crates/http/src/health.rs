//! `/healthz` (the process answers) and `/readyz` (it can do its work).
//!
//! Never says more than the name of what is missing, and never on a plane's own authority: the
//! plane gives the check.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use crate::problem::Problem;

/// The parts that are not ready, by name; empty when all are.
pub type Missing = Vec<&'static str>;
type Check = dyn Fn() -> Pin<Box<dyn Future<Output = Missing> + Send>> + Send + Sync;

/// The check behind `/readyz`, as app data.
#[derive(Clone)]
pub struct Readiness(Arc<Check>);

impl Readiness {
    /// From a closure that looks at the plane's pool, cache and keys.
    pub fn new<F, Fut>(check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Missing> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readiness")
    }
}

/// `GET /healthz`.
#[allow(clippy::unused_async, reason = "a handler is async")]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`; needs `Data<Readiness>`.
pub async fn ready(readiness: Data<Readiness>) -> Result<HttpResponse, Problem> {
    let missing = (readiness.0)().await;
    if missing.is_empty() {
        return Ok(HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("ready\n"));
    }
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not ready").with("missing", missing))
}
