//! `/metrics` in the Prometheus text format.
//!
//! Never on a public listener unless configured there: the row is the plane's to add. Labels are of
//! bounded sets only (listener, method, route pattern, status).

use actix_web::HttpResponse;
use actix_web::web::Data;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// Seconds; the bounds of the request histogram.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

/// The recorder of the process; clone it into each listener that shows metrics.
#[derive(Clone, Debug)]
pub struct Recorder(PrometheusHandle);

impl Recorder {
    /// Installs the recorder; once in a process, a second call is an error.
    pub fn install() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets(&BUCKETS)?
            .install_recorder()?;
        Ok(Self(handle))
    }
}

/// `GET /metrics`; needs `Data<Recorder>`.
#[allow(clippy::unused_async, reason = "a handler is async")]
pub async fn show(recorder: Data<Recorder>) -> HttpResponse {
    recorder.0.run_upkeep();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(recorder.0.render())
}
