//! Where a call is addressed: a tenant's environment, taken from the path and from nothing else. An unknown tenant
//! and an unknown environment are the same 404.

use narthex_tenancy::{Database, StoreError};
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

impl Place {
    /// The place that two path segments name; `None` when there is none.
    pub async fn find(
        database: &Database,
        slug: &str,
        environment: &str,
    ) -> Result<Option<Self>, StoreError> {
        let (Ok(slug), Ok(environment)) = (TenantSlug::parse(slug), environment.parse()) else {
            return Ok(None);
        };
        let tenant = database.resolve(&slug).await?;
        Ok(tenant.map(|tenant| Self {
            tenant,
            slug,
            environment,
        }))
    }
}
