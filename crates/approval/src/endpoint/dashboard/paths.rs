//! The addresses of the dashboard's objects, so that each is written once. Nothing in them needs encoding: slugs, words
//! and ids of our own.

use narthex_vocab::{ClientId, Environment, Id, TenantSlug, kind};

/// The review page of a case.
pub(crate) fn request(
    tenant: &TenantSlug,
    environment: Environment,
    request: Id<kind::Request>,
) -> String {
    format!("/requests/{tenant}/{environment}/{request}")
}

/// The page of a registration in quarantine.
pub(crate) fn quarantined(
    tenant: &TenantSlug,
    environment: Environment,
    client: &ClientId,
) -> String {
    format!("/quarantine/{tenant}/{environment}/{client}")
}

/// The page of a client.
pub(crate) fn client(tenant: &TenantSlug, environment: Environment, client: &ClientId) -> String {
    format!("/clients/{tenant}/{environment}/{client}")
}
