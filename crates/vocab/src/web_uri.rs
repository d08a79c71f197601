//! The https addresses in a client's metadata (`client_uri`, `logo_uri`, `jwks_uri`, …). It never
//! fetches one: only the discovery plane does, through its guard.

use crate::host::{HostError, HostName};
use crate::uri_text::{UriError, UriText};

/// An https URI on a domain name, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebUri {
    text: String,
    host: HostName,
}

/// Why a text is not such a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebUriError {
    /// Not a URI at all.
    #[error("{0}")]
    Uri(#[from] UriError),
    /// Another scheme than https.
    #[error("it is not https")]
    Scheme,
    /// The host is missing or not a domain name.
    #[error("{0}")]
    Host(#[from] HostError),
    /// The host is this machine.
    #[error("its host is loopback")]
    Loopback,
    /// A browser would read another address than the one written.
    #[error("a browser would read it as another address")]
    Ambiguous,
}

impl WebUri {
    /// Reads an https URI.
    pub fn parse(text: &str) -> Result<Self, WebUriError> {
        let uri = UriText::parse(text)?;
        if !uri.scheme_is("https") {
            return Err(WebUriError::Scheme);
        }
        let host = HostName::parse(uri.host.ok_or(HostError::Empty)?)?;
        if host.is_loopback() {
            return Err(WebUriError::Loopback);
        }
        let url = url::Url::parse(text).map_err(|_| WebUriError::Ambiguous)?;
        if url.host_str() != Some(host.as_str()) {
            return Err(WebUriError::Ambiguous);
        }
        Ok(Self {
            text: text.to_owned(),
            host,
        })
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host.
    pub const fn host(&self) -> &HostName {
        &self.host
    }
}

crate::word::checked_text!(WebUri, WebUriError);

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use proptest::prelude::*;

    use super::{HostError as H, UriError as U, WebUri, WebUriError as E};

    #[test]
    fn table() {
        for good in [
            "https://example.com",
            "https://a.example/x?y=1#z",
            "HTTPS://A.Example:8443/",
        ] {
            assert_eq!(WebUri::parse(good).unwrap().as_str(), good);
        }
        let table = [
            ("", E::Uri(U::Empty)),
            ("example.com", E::Uri(U::Scheme)),
            ("/x", E::Uri(U::Scheme)),
            ("http://example.com/", E::Scheme),
            ("ftp://example.com/", E::Scheme),
            ("javascript:alert(1)", E::Scheme),
            ("data:text/html,x", E::Scheme),
            ("https://user@example.com/", E::Uri(U::UserInfo)),
            ("https:///x", E::Host(H::Empty)),
            ("https://10.0.0.1/", E::Host(H::Address)),
            ("https://[::1]/", E::Host(H::Address)),
            ("https://169.254.169.254/latest", E::Host(H::Address)),
            ("https://0x7f.1/", E::Host(H::Address)),
            ("https://localhost/", E::Loopback),
            ("https://a.localhost/", E::Loopback),
            ("https://example.com./", E::Host(H::RootDot)),
            ("https://exa mple.com/", E::Uri(U::Character)),
            ("https://example.com\\@evil.example/", E::Uri(U::Backslash)),
            ("https://example.com/%0a", E::Uri(U::EncodedControl)),
        ];
        for (bad, why) in table {
            assert_eq!(WebUri::parse(bad), Err(why), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_browsers_agree(text in "https://[a-z0-9.@:/?#%-]{0,24}|\\PC{0,40}") {
            if let Ok(uri) = WebUri::parse(&text) {
                let read = url::Url::parse(&text).unwrap();
                prop_assert_eq!(read.host_str(), Some(uri.host().as_str()));
            }
        }
    }
}
