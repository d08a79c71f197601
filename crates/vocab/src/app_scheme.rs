//! The private-use scheme of an application (RFC 8252 section 7.1), as an allowlist names it. It never is one that
//! browsers or systems use themselves: it has a dot.

use crate::redirect_uri::is_reverse_dns;

/// A reverse-DNS scheme in lower case: `com.example.app`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppScheme(String);

/// Why a text is not such a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a name like com.example.app, without a colon")]
pub struct AppSchemeError;

impl AppScheme {
    /// The longest, in bytes.
    pub const MAX: usize = 253;

    /// Reads a scheme without its colon; schemes have no case (RFC 3986 section 3.1).
    pub fn parse(text: &str) -> Result<Self, AppSchemeError> {
        let letter = text.starts_with(|first: char| first.is_ascii_alphabetic());
        if letter && text.len() <= Self::MAX && is_reverse_dns(text) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(AppSchemeError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::word::checked_text!(AppScheme, AppSchemeError);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::AppScheme;

    #[rstest]
    #[case("com.example.app", Some("com.example.app"))]
    #[case("Com.Example.App", Some("com.example.app"))]
    #[case("com.example.app:", None)]
    #[case("javascript", None)]
    #[case("https", None)]
    #[case("cursor", None)]
    #[case("1com.example", None)]
    #[case("com..example", None)]
    #[case("*.example", None)]
    #[case("", None)]
    fn schemes(#[case] text: &str, #[case] read: Option<&str>) {
        let scheme = AppScheme::parse(text).ok();
        assert_eq!(scheme.as_ref().map(AppScheme::as_str), read);
    }
}
