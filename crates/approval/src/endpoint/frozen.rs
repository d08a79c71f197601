//! A frozen tenant's people look and change nothing: every call that would, of the portal or its API, ends here before
//! anything of it is read. What is a person's own, signing in and out, their account, their tokens, goes on.

use actix_web::HttpRequest;
use actix_web::http::Method;
use narthex_tenancy::tenant::Tenant;

/// What belongs to the person and to no tenant, by the beginning of its path.
const OWN: [&str; 9] = [
    "/t/{tenant}/sign-in",
    "/t/{tenant}/forgotten-password",
    "/t/{tenant}/reset-password",
    "/t/{tenant}/sign-out",
    "/t/{tenant}/account",
    "/t/{tenant}/api-tokens",
    "/api/v1/t/{tenant}/step-up",
    "/api/v1/t/{tenant}/api-tokens",
    "/t/{tenant}/inventory/views",
];

/// Why staff froze the tenant, where that keeps the call from being done.
pub(crate) fn refuses<'a>(request: &HttpRequest, tenant: &'a Tenant) -> Option<&'a str> {
    let pattern = request.match_pattern().unwrap_or_default();
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let own = OWN.iter().any(|own| pattern.starts_with(own));
    tenant.frozen_because.as_deref().filter(|_| changes && !own)
}
