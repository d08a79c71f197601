//! Issuer identifiers: one for each environment of a tenant, immutable, without a slash at the
//! end (RFC 8414 section 2).

use std::fmt;

use serde::{Serialize, Serializer};
use url::Url;

use crate::environment::Environment;
use crate::tenant_slug::TenantSlug;

/// `{base}/t/{tenant}` for production, `{base}/t/{tenant}/sandbox` for the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    tenant: TenantSlug,
    environment: Environment,
}

impl Issuer {
    /// The issuer of a tenant's environment below `base`, an origin.
    pub fn new(base: &Url, tenant: &TenantSlug, environment: Environment) -> Self {
        let origin = base.as_str().trim_end_matches('/');
        let text = match environment {
            Environment::Production => format!("{origin}/t/{tenant}"),
            Environment::Sandbox => format!("{origin}/t/{tenant}/sandbox"),
        };
        Self {
            text,
            tenant: tenant.clone(),
            environment,
        }
    }

    /// The text, as in `iss`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whose it is.
    pub const fn tenant(&self) -> &TenantSlug {
        &self.tenant
    }

    /// Which environment it is.
    pub const fn environment(&self) -> Environment {
        self.environment
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Issuer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
