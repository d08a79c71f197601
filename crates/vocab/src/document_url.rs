//! A client identifier that is the address of the client's own document
//! (draft-ietf-oauth-client-id-metadata-document section 3). Two of them are one client only when
//! they are the same text, so nothing in it is ever repaired. It never fetches.

use url::Url;

use crate::client_id::{ClientId, ClientIdError};
use crate::host::HostName;
use crate::uri_text::{UriError, UriText};
use crate::web_uri::{WebUri, WebUriError};

/// An https URL that a client id metadata document can live at, at most 512 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentUrl {
    client_id: ClientId,
    address: WebUri,
}

/// Why a text is not such a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentUrlError {
    /// Not a client identifier.
    #[error("{0}")]
    ClientId(#[from] ClientIdError),
    /// Not an https address.
    #[error("{0}")]
    WebUri(#[from] WebUriError),
    /// Scheme or host are not in lower case, the one way in which both are compared as texts.
    #[error("its scheme and host are not in lower case")]
    Case,
    /// Nothing after the host.
    #[error("it has no path")]
    NoPath,
    /// A segment `.` or `..`, encoded or not.
    #[error("its path has a segment . or ..")]
    DotSegment,
    /// Something after `#`.
    #[error("it has a fragment")]
    Fragment,
}

impl From<UriError> for DocumentUrlError {
    fn from(error: UriError) -> Self {
        Self::WebUri(error.into())
    }
}

impl DocumentUrl {
    /// Reads such a URL.
    pub fn parse(text: &str) -> Result<Self, DocumentUrlError> {
        let client_id = ClientId::parse(text)?;
        let address = WebUri::parse(text)?;
        let uri = UriText::parse(text)?;
        if uri.scheme != "https" || uri.host != Some(address.host().as_str()) {
            return Err(DocumentUrlError::Case);
        }
        if uri.fragment.is_some() {
            return Err(DocumentUrlError::Fragment);
        }
        if uri.path.is_empty() {
            return Err(DocumentUrlError::NoPath);
        }
        let dots = |segment: &str| {
            let plain = segment.to_ascii_lowercase().replace("%2e", ".");
            matches!(plain.as_str(), "." | "..")
        };
        if uri.path.split('/').any(dots) {
            return Err(DocumentUrlError::DotSegment);
        }
        Ok(Self { client_id, address })
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        self.client_id.as_str()
    }

    /// The client identifier that it is.
    pub fn client_id(&self) -> ClientId {
        self.client_id.clone()
    }

    /// The host that serves the document.
    pub const fn host(&self) -> &HostName {
        self.address.host()
    }

    /// Where to fetch it. `None` never happens for what was parsed.
    pub fn url(&self) -> Option<Url> {
        Url::parse(self.as_str()).ok()
    }
}

impl ClientId {
    /// The address of its document, when it is one.
    pub fn document_url(&self) -> Option<DocumentUrl> {
        DocumentUrl::parse(self.as_str()).ok()
    }
}

crate::word::checked_text!(DocumentUrl, DocumentUrlError);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use rstest::rstest;

    use super::{DocumentUrl, DocumentUrlError as E};
    use crate::client_id::{ClientId, ClientIdError};
    use crate::host::HostError;
    use crate::uri_text::UriError;
    use crate::web_uri::WebUriError as W;

    #[rstest]
    #[case("https://app.example.com/client.json", "app.example.com")]
    #[case("https://app.example.com/", "app.example.com")]
    #[case("https://app.example.com:8443/a/b", "app.example.com")]
    #[case("https://app.example.com:443/client.json", "app.example.com")]
    #[case("https://app.example.com/client?v=1", "app.example.com")]
    #[case("https://app.example.com/...", "app.example.com")]
    #[case("https://app.example.com/a.b/.well-known/c", "app.example.com")]
    #[case("https://xn--bcher-kva.example/client", "xn--bcher-kva.example")]
    fn taken_as_written(#[case] text: &str, #[case] host: &str) {
        let url = DocumentUrl::parse(text).unwrap();
        assert_eq!((url.as_str(), url.host().as_str()), (text, host));
        assert_eq!(url.url().unwrap().host_str(), Some(host));
    }

    #[rstest]
    #[case("", E::ClientId(ClientIdError::Empty))]
    #[case("https://app.example.com", E::NoPath)]
    #[case("https://app.example.com?a=b", E::NoPath)]
    #[case("https://app.example.com/a#b", E::Fragment)]
    #[case("https://app.example.com/a#", E::Fragment)]
    #[case("https://app.example.com/./a", E::DotSegment)]
    #[case("https://app.example.com/a/..", E::DotSegment)]
    #[case("https://app.example.com/a/%2E%2e/b", E::DotSegment)]
    #[case("https://app.example.com/a/.%2e/b", E::DotSegment)]
    #[case("HTTPS://app.example.com/a", E::Case)]
    #[case("https://App.example.com/a", E::Case)]
    #[case("http://app.example.com/a", E::WebUri(W::Scheme))]
    #[case("com.example.app:/a", E::WebUri(W::Scheme))]
    #[case(
        "https://user@app.example.com/a",
        E::WebUri(W::Uri(UriError::UserInfo))
    )]
    #[case("https://app.example.com:0/a", E::WebUri(W::Uri(UriError::Port)))]
    #[case("https://app.example.com\\a", E::WebUri(W::Uri(UriError::Backslash)))]
    #[case("https://127.0.0.1/a", E::WebUri(W::Host(HostError::Address)))]
    #[case("https://[::1]/a", E::WebUri(W::Host(HostError::Address)))]
    #[case("https://0x7f.1/a", E::WebUri(W::Host(HostError::Address)))]
    #[case("https://localhost/a", E::WebUri(W::Loopback))]
    #[case("https://app.example.com./a", E::WebUri(W::Host(HostError::RootDot)))]
    #[case("https:///a", E::WebUri(W::Host(HostError::Empty)))]
    fn refused(#[case] text: &str, #[case] error: E) {
        assert_eq!(DocumentUrl::parse(text), Err(error));
    }

    #[test]
    fn an_identifier_of_ours_is_no_address() {
        let own = ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap();
        assert_eq!(own.document_url(), None);
        let long = format!("https://app.example.com/{}", "a".repeat(512));
        let error = E::ClientId(ClientIdError::TooLong);
        assert_eq!(DocumentUrl::parse(&long), Err(error));
    }

    proptest! {
        #[test]
        fn what_is_fetched_is_what_is_written(text in "https://[a-zA-Z0-9.:@%/?#-]{0,40}") {
            if let Ok(url) = DocumentUrl::parse(&text) {
                let fetched = url.url().unwrap();
                prop_assert_eq!(fetched.host_str(), Some(url.host().as_str()));
                prop_assert_eq!(fetched.scheme(), "https");
                prop_assert!(fetched.username().is_empty() && fetched.fragment().is_none());
                prop_assert!(text.contains(fetched.path()));
            }
        }
    }
}
