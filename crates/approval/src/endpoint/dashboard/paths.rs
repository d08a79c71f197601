//! The addresses of the dashboard's objects, so that each is written once. Slugs, words and ids of our own need no
//! encoding; a client's identifier may be an address itself.

use narthex_vocab::{ClientId, Environment, Fingerprint, Id, PictureHash, TenantSlug, kind};

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
    format!("/quarantine/{tenant}/{environment}/{}", segment(client))
}

/// The page of a family.
pub(crate) fn family(
    tenant: &TenantSlug,
    environment: Environment,
    fingerprint: &Fingerprint,
) -> String {
    format!("/families/{tenant}/{environment}/{fingerprint}")
}

/// A picture that is shown as a logo.
pub(crate) fn logo(tenant: &TenantSlug, environment: Environment, hash: PictureHash) -> String {
    format!("/logos/{tenant}/{environment}/{hash}")
}

/// The page of a new line of the lists, with what it would name.
pub(crate) fn new_listing(kind: &str, subject: &str, tenant: &TenantSlug) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("kind", kind),
        ("subject", subject),
        ("tenant", tenant.as_str()),
    ]);
    format!("/lists/new?{}", query.finish())
}

/// The page of a client.
pub(crate) fn client(tenant: &TenantSlug, environment: Environment, client: &ClientId) -> String {
    format!("/clients/{tenant}/{environment}/{}", segment(client))
}

/// An identifier as one segment of a path. It has no space: what is ours and what is an address have none.
fn segment(client: &ClientId) -> String {
    url::form_urlencoded::byte_serialize(client.as_str().as_bytes()).collect()
}
