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

    /// The slug of the reserved tenant whose members are the platform's staff: the one value
    /// that `parse` refuses.
    pub fn platform() -> Self {
        Self("platform".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::word::checked_text!(TenantSlug, TenantSlugError);
