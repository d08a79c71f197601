//! An object as the command line names it: tenant, environment and identifier, and its path in the API.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// An object, by tenant and environment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Object {
    kind: &'static str,
    tenant: String,
    environment: String,
    id: String,
}

/// An identifier may be an address: its slashes are part of one segment.
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

impl Object {
    pub(super) fn parse(place: &str) -> anyhow::Result<Self> {
        let mut parts = place.splitn(3, '/');
        let (Some(tenant), Some(environment), Some(id)) = (
            parts.next(),
            parts.next(),
            parts.next().filter(|id| !id.is_empty()),
        ) else {
            anyhow::bail!("say TENANT/ENVIRONMENT/ID, as acme/production/req_…: {place}");
        };
        Ok(Self {
            kind: if id.starts_with("req_") {
                "requests"
            } else {
                "clients"
            },
            tenant: tenant.to_owned(),
            environment: environment.to_owned(),
            id: id.to_owned(),
        })
    }

    /// Of a line of the list of clients.
    pub(super) fn of(line: &Value) -> Option<Self> {
        let text = |name| line.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            kind: "clients",
            tenant: text("tenant")?,
            environment: text("environment")?,
            id: text("client_id")?,
        })
    }

    pub(super) fn path(&self) -> String {
        let segment = |text| utf8_percent_encode(text, SEGMENT);
        format!(
            "/api/v1/{}/{}/{}/{}",
            self.kind,
            segment(&self.tenant),
            segment(&self.environment),
            segment(&self.id)
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_place_leads_to_its_object() {
        let path = |place| Object::parse(place).unwrap().path();
        assert_eq!(
            path("acme/production/req_1"),
            "/api/v1/requests/acme/production/req_1"
        );
        assert_eq!(
            path("acme/sandbox/ns_a-b"),
            "/api/v1/clients/acme/sandbox/ns_a-b"
        );
        assert_eq!(
            path("acme/production/https://app.example/a?b"),
            "/api/v1/clients/acme/production/https%3A%2F%2Fapp%2Eexample%2Fa%3Fb"
                .replace("%2E", ".")
        );
        assert_eq!(
            path("../x/../y"),
            "/api/v1/clients/%2E%2E/x/..%2Fy".replace("%2E", ".")
        );
        for wrong in ["", "acme", "acme/production", "acme/production/"] {
            assert!(Object::parse(wrong).is_err(), "{wrong}");
        }
    }
}
