//! The tenant's name in paths. It never is a display name: people read the tenant's label.

/// A tenant's name in URLs: 3 to 40 of `[a-z0-9-]`, a letter first, no hyphen last or doubled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantSlug(String);

/// Why a text is not a tenant slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TenantSlugError {
    /// Fewer than 3 or more than 40 characters.
    #[error("a tenant name in URLs has 3 to 40 characters")]
    Length,
    /// A character outside `[a-z0-9-]`.
    #[error("a tenant name in URLs has only the letters a to z, digits and hyphens")]
    Character,
    /// The first character is not a letter.
    #[error("a tenant name in URLs starts with a letter")]
    Start,
    /// A hyphen at the end, or two in a row.
    #[error("a tenant name in URLs has no hyphen at its end and no two in a row")]
    Hyphen,
    /// A word that paths or hosts of the platform use.
    #[error("this name is reserved")]
    Reserved,
}

/// Words that mean something else in a path, a host name or a sentence of the platform.
const RESERVED: &[&str] = &[
    "account",
    "acme-challenge",
    "admin",
    "administrator",
    "api",
    "approval",
    "assets",
    "authorize",
    "cdn",
    "dashboard",
    "discovery",
    "docs",
    "health",
    "healthz",
    "help",
    "internal",
    "introspect",
    "invitation",
    "jwks",
    "localhost",
    "login",
    "logout",
    "mail",
    "metrics",
    "narthex",
    "null",
    "oauth",
    "oidc",
    "openid",
    "platform",
    "portal",
    "production",
    "public",
    "readyz",
    "register",
    "revoke",
    "root",
    "sandbox",
    "security",
    "sign-in",
    "sign-out",
    "staff",
    "static",
    "status",
    "support",
    "system",
    "tenant",
    "tenants",
    "token",
    "undefined",
    "userinfo",
    "well-known",
    "www",
];

const PLATFORM: &str = "platform";

impl TenantSlug {
    /// Reads a slug; there is no folding, a capital letter is an error.
    pub fn parse(text: &str) -> Result<Self, TenantSlugError> {
        if !text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(TenantSlugError::Character);
        }
        if !(3..=40).contains(&text.len()) {
            return Err(TenantSlugError::Length);
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(TenantSlugError::Start);
        }
        if text.ends_with('-') || text.contains("--") {
            return Err(TenantSlugError::Hyphen);
        }
        if RESERVED.contains(&text) {
            return Err(TenantSlugError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The slug of the reserved tenant whose members are the platform's staff.
    pub fn platform() -> Self {
        Self(PLATFORM.to_owned())
    }

    /// Reads a slug that a store or a path names: one that `parse` accepts, or the platform's own,
    /// which nobody may choose.
    pub fn parse_existing(text: &str) -> Result<Self, TenantSlugError> {
        if text == PLATFORM {
            Ok(Self::platform())
        } else {
            Self::parse(text)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::word::checked_text!(TenantSlug, TenantSlugError);

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::{TenantSlug, TenantSlugError as E};

    #[test]
    fn table() {
        for good in [
            "acme",
            "a-b",
            "abc",
            "a1b2",
            "acme-eu-2",
            "xn-a",
            &"a".repeat(40),
        ] {
            assert_eq!(TenantSlug::parse(good).unwrap().as_str(), good);
            assert_eq!(TenantSlug::parse_existing(good), TenantSlug::parse(good));
        }
        let table = [
            ("", E::Length),
            ("ab", E::Length),
            (&"a".repeat(41), E::Length),
            ("Acme", E::Character),
            ("ac me", E::Character),
            ("ac_me", E::Character),
            ("acmé", E::Character),
            ("ac.me", E::Character),
            ("ac/me", E::Character),
            ("..", E::Character),
            ("acme\0", E::Character),
            ("1acme", E::Start),
            ("-acme", E::Start),
            ("123", E::Start),
            ("acme-", E::Hyphen),
            ("ac--me", E::Hyphen),
            ("xn--acme", E::Hyphen),
            ("platform", E::Reserved),
            ("static", E::Reserved),
            ("sandbox", E::Reserved),
            ("production", E::Reserved),
            ("sign-in", E::Reserved),
            ("well-known", E::Reserved),
        ];
        for (bad, why) in table {
            assert_eq!(TenantSlug::parse(bad), Err(why), "{bad}");
        }
        assert_eq!(
            TenantSlug::parse_existing("platform"),
            Ok(TenantSlug::platform())
        );
        assert_eq!(TenantSlug::parse_existing("static"), Err(E::Reserved));
    }
}
