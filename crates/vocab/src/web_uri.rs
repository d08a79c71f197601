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
