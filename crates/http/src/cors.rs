//! Cross-origin reading (Fetch standard) for the few endpoints that browser clients call: metadata,
//! key sets, registration, token.
//!
//! Any origin, never with credentials: no cookie means anything on these endpoints.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};

/// Seconds that a browser may keep a preflight answer.
const MAX_AGE: usize = 3_600;

/// The middleware for one path and its methods.
pub(crate) fn any_origin(methods: Vec<Method>) -> Cors {
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .allowed_methods(methods)
        .allowed_headers([ACCEPT, AUTHORIZATION, CONTENT_TYPE])
        .allowed_headers(["mcp-protocol-version", "dpop"])
        .expose_headers([RETRY_AFTER, WWW_AUTHENTICATE])
        .expose_headers(["x-request-id", "dpop-nonce"])
        .max_age(MAX_AGE)
}
