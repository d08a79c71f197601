//! Somebody else who signs: the issuer of software statements, of workload tokens or of people's identities, as its tokens
//! name it. An https address (OpenID Connect Core section 2) or a SPIFFE trust domain; compared letter by letter.

use crate::web_uri::{WebUri, WebUriError};

/// Its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerName(String);

/// Why a text names no issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerNameError {
    /// Not an https address.
    #[error(transparent)]
    Uri(#[from] WebUriError),
    /// After `spiffe://` comes the trust domain and nothing else.
    #[error(
        "a trust domain is spiffe:// and a name of lower-case letters, digits, dots, dashes and underscores"
    )]
    TrustDomain,
}

const SPIFFE: &str = "spiffe://";

impl IssuerName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, IssuerNameError> {
        if let Some(domain) = text.strip_prefix(SPIFFE) {
            let plain = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte)
            };
            let good = (1..=255).contains(&domain.len()) && domain.bytes().all(plain);
            return good
                .then(|| Self(text.to_owned()))
                .ok_or(IssuerNameError::TrustDomain);
        }
        Ok(Self(WebUri::parse(text)?.as_str().to_owned()))
    }

    /// As it was read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a SPIFFE trust domain.
    pub fn is_trust_domain(&self) -> bool {
        self.0.starts_with(SPIFFE)
    }
}

crate::word::checked_text!(IssuerName, IssuerNameError);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://token.actions.githubusercontent.com", Some(false))]
    #[case("https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", Some(false))]
    #[case("spiffe://prod.acme.example", Some(true))]
    #[case("spiffe://", None)]
    #[case("spiffe://Prod.example", None)]
    #[case("spiffe://prod.example/ns/x", None)]
    #[case("spiffe://prod.example:443", None)]
    #[case("spiffe://a@prod.example", None)]
    #[case("http://issuer.example", None)]
    #[case("issuer.example", None)]
    #[case("", None)]
    fn names(#[case] text: &str, #[case] trust_domain: Option<bool>) {
        let read = IssuerName::parse(text).ok();
        assert_eq!(read.map(|name| name.is_trust_domain()), trust_domain);
    }
}
