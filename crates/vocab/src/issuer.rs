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

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::*;

    #[test]
    fn text_forms() {
        let slug = TenantSlug::parse("acme").unwrap();
        for base in ["https://id.example.com", "https://id.example.com/"] {
            let base = Url::parse(base).unwrap();
            let production = Issuer::new(&base, &slug, Environment::Production);
            assert_eq!(production.as_str(), "https://id.example.com/t/acme");
            let sandbox = Issuer::new(&base, &slug, Environment::Sandbox);
            assert_eq!(sandbox.to_string(), "https://id.example.com/t/acme/sandbox");
            assert_eq!(
                (sandbox.tenant(), sandbox.environment()),
                (&slug, Environment::Sandbox)
            );
            assert_eq!(serde_json::to_value(&sandbox).unwrap(), sandbox.as_str());
        }
        let base = Url::parse("http://127.0.0.1:8080").unwrap();
        let dev = Issuer::new(&base, &slug, Environment::Production);
        assert_eq!(dev.as_str(), "http://127.0.0.1:8080/t/acme");
    }
}
