//! A frozen tenant's people look and change nothing: every call that would, of the portal or its API, ends here before
//! anything of it is read. What is a person's own, signing in and out, their account, their tokens, goes on.

use actix_web::HttpRequest;
use actix_web::http::Method;
use narthex_tenancy::tenant::Tenant;

/// What belongs to the person and to no tenant: these paths, and what is below them.
const OWN: [&str; 10] = [
    "/t/{tenant}/sign-in",
    "/t/{tenant}/forgotten-password",
    "/t/{tenant}/reset-password",
    "/t/{tenant}/sign-out",
    "/t/{tenant}/account",
    "/t/{tenant}/api-tokens",
    "/api/v1/t/{tenant}/step-up",
    "/api/v1/t/{tenant}/api-tokens",
    "/t/{tenant}/inventory/views",
    "/api/v1/t/{tenant}/views",
];

/// Whether a path is this one or below it: one that only begins alike is another.
fn is_below(pattern: &str, own: &str) -> bool {
    let rest = pattern.strip_prefix(own);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Why staff froze the tenant, where that keeps the call from being done.
pub(crate) fn refuses<'a>(request: &HttpRequest, tenant: &'a Tenant) -> Option<&'a str> {
    let pattern = request.match_pattern().unwrap_or_default();
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let own = OWN.iter().any(|own| is_below(&pattern, own));
    tenant.frozen_because.as_deref().filter(|_| changes && !own)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/t/{tenant}/account", true)]
    #[case("/t/{tenant}/account/password", true)]
    #[case("/t/{tenant}/accounts", false)]
    #[case("/t/{tenant}/sign-in-rules", false)]
    #[case("/t/{tenant}", false)]
    fn what_only_begins_alike_is_another(#[case] pattern: &str, #[case] own: bool) {
        assert_eq!(OWN.iter().any(|one| is_below(pattern, one)), own);
    }
}
