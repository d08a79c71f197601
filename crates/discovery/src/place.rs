//! Where a call is addressed: a tenant's environment, taken from the path and from nothing else ([`Discovery::place`]). An
//! unknown tenant and an unknown environment are the same 404.
//!
//! [`Discovery::place`]: crate::Discovery::place

use narthex_vocab::{Environment, Id, TenantSlug, kind};

/// An environment of an active tenant.
#[derive(Debug, Clone)]
pub struct Place {
    /// The tenant.
    pub tenant: Id<kind::Tenant>,
    /// Its name in paths and issuers.
    pub slug: TenantSlug,
    /// Which of its two environments.
    pub environment: Environment,
}
