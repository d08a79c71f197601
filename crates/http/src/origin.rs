//! The public origin of a listener: what browsers see, by configuration.
//!
//! Never learnt from a request: a `Host` header proves nothing.

use std::fmt;

use url::{Origin, Url};

/// Scheme, host and port, in the ASCII serialization of RFC 6454 section 6.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOrigin {
    text: String,
    https: bool,
}

/// Why a text is no public origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL at all.
    #[error("not a URL")]
    NotAUrl,
    /// Neither `https` nor `http`.
    #[error("the scheme must be https, or http on a loopback address")]
    Scheme,
    /// A path, query, fragment or userinfo follows the host.
    #[error("an origin is scheme, host and port, with nothing after them")]
    MoreThanOrigin,
}

impl PublicOrigin {
    /// Parses `https://portal.example` or `http://127.0.0.1:8403`.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError::NotAUrl)?;
        let https = match url.scheme() {
            "https" => true,
            "http" if is_loopback(&url) => false,
            _ => return Err(OriginError::Scheme),
        };
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let origin = url.origin();
        match origin {
            Origin::Tuple(..) if bare => Ok(Self {
                text: origin.ascii_serialization(),
                https,
            }),
            _ => Err(OriginError::MoreThanOrigin),
        }
    }

    /// Without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach this origin over TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for PublicOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://Portal.Example", "https://portal.example", true)]
    #[case("https://portal.example:443/", "https://portal.example", true)]
    #[case("https://portal.example:8443", "https://portal.example:8443", true)]
    #[case("http://127.0.0.1:8403", "http://127.0.0.1:8403", false)]
    #[case("http://[::1]:8403", "http://[::1]:8403", false)]
    #[case("http://localhost:8403", "http://localhost:8403", false)]
    fn serializes_as_browsers_do(#[case] text: &str, #[case] origin: &str, #[case] https: bool) {
        let parsed = PublicOrigin::parse(text).unwrap();
        assert_eq!((parsed.as_str(), parsed.is_https()), (origin, https));
    }

    #[rstest]
    #[case("portal.example", OriginError::NotAUrl)]
    #[case("http://portal.example", OriginError::Scheme)]
    #[case("http://127.0.0.1.example", OriginError::Scheme)]
    #[case("ftp://portal.example", OriginError::Scheme)]
    #[case("https://portal.example/a", OriginError::MoreThanOrigin)]
    #[case("https://portal.example?a", OriginError::MoreThanOrigin)]
    #[case("https://me@portal.example", OriginError::MoreThanOrigin)]
    fn refuses(#[case] text: &str, #[case] error: OriginError) {
        assert_eq!(PublicOrigin::parse(text), Err(error));
    }
}
