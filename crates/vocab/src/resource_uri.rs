//! Resource indicators (RFC 8707): what an audience is. It keeps the registered text for `aud`
//! and never sends anything there.

use crate::host::{Host, HostError};
use crate::uri_text::{UriError, UriText};

/// An absolute URI without fragment. Equality is of the text; use [`same_as`](Self::same_as) to
/// ask whether two name one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceUri {
    text: String,
    key: String,
}

/// Why a text is not a resource indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceUriError {
    /// Not a URI at all.
    #[error("{0}")]
    Uri(#[from] UriError),
    /// A fragment (RFC 8707 section 2).
    #[error("it has a fragment")]
    Fragment,
    /// `http` to another machine.
    #[error("http is only for loopback hosts")]
    Http,
    /// A scheme that names content or code, not a resource.
    #[error("this scheme cannot name a resource")]
    Scheme,
    /// The host is missing or malformed.
    #[error("{0}")]
    Host(#[from] HostError),
    /// Nothing follows the scheme.
    #[error("nothing follows its scheme")]
    Nothing,
    /// `.` or `..` as a path segment: readers of URLs would read another address.
    #[error("its path has a dot segment")]
    DotSegment,
}

const NOT_RESOURCES: &[&str] = &["javascript", "data", "file", "blob", "about", "vbscript"];

impl ResourceUri {
    /// Reads a resource indicator.
    pub fn parse(text: &str) -> Result<Self, ResourceUriError> {
        let uri = UriText::parse(text)?;
        if uri.fragment.is_some() {
            return Err(ResourceUriError::Fragment);
        }
        let scheme = uri.scheme.to_ascii_lowercase();
        if NOT_RESOURCES.contains(&scheme.as_str()) {
            return Err(ResourceUriError::Scheme);
        }
        let web = matches!(scheme.as_str(), "http" | "https");
        let host = match uri.host {
            Some(host) if web => {
                let host = Host::parse(host)?;
                if scheme == "http" && !host.is_loopback() {
                    return Err(ResourceUriError::Http);
                }
                Some(host.to_string())
            }
            None if web => return Err(HostError::Empty.into()),
            host => host.map(str::to_ascii_lowercase),
        };
        if host.is_none() && uri.path.is_empty() {
            return Err(ResourceUriError::Nothing);
        }
        if uri
            .path
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
        {
            return Err(ResourceUriError::DotSegment);
        }
        Ok(Self {
            text: text.to_owned(),
            key: key(&scheme, host.as_deref(), &uri),
        })
    }

    /// Whether both name one resource: scheme and host in any case, the default port or none,
    /// no path or `/`.
    pub fn same_as(&self, other: &Self) -> bool {
        self.key == other.key
    }

    /// The registered text, as it stands in `aud`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that is equal for all spellings of one resource, for a unique key in a store.
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn key(scheme: &str, host: Option<&str>, uri: &UriText<'_>) -> String {
    let mut key = format!("{scheme}:");
    if let Some(host) = host {
        key.push_str("//");
        key.push_str(host);
        let default = matches!(
            (scheme, uri.port),
            ("https", Some(443)) | ("http", Some(80))
        );
        if let Some(port) = uri.port.filter(|_| !default) {
            key.push(':');
            key.push_str(&port.to_string());
        }
    }
    key.push_str(if uri.path.is_empty() { "/" } else { uri.path });
    if let Some(query) = uri.query {
        key.push('?');
        key.push_str(query);
    }
    key
}

crate::word::checked_text!(ResourceUri, ResourceUriError);

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
    use rstest::rstest;

    use super::{HostError as H, ResourceUri, ResourceUriError as E, UriError as U};

    #[rstest]
    #[case("https://mcp.example.com", "https://mcp.example.com/", true)]
    #[case("https://mcp.example.com", "HTTPS://MCP.Example.com:443", true)]
    #[case("http://localhost:3000", "http://LOCALHOST:3000/", true)]
    #[case("http://127.0.0.1:80/mcp", "http://127.0.0.1/mcp", true)]
    #[case("https://mcp.example.com/mcp", "https://mcp.example.com/mcp/", false)]
    #[case("https://mcp.example.com/mcp", "https://mcp.example.com/MCP", false)]
    #[case("https://mcp.example.com", "https://mcp.example.com/?", false)]
    #[case("https://mcp.example.com?a=1", "https://mcp.example.com/?a=1", true)]
    #[case("https://mcp.example.com", "https://mcp.example.com:8443", false)]
    #[case("https://mcp.example.com", "https://api.example.com", false)]
    #[case("http://localhost/", "https://localhost/", false)]
    #[case("http://localhost/", "http://127.0.0.1/", false)]
    #[case("urn:example:api", "URN:example:api", true)]
    #[case("urn:example:api", "urn:example:API", false)]
    #[case("api://orders", "API://ORDERS/", true)]
    fn sameness(#[case] a: &str, #[case] b: &str, #[case] same: bool) {
        let (a, b) = (
            ResourceUri::parse(a).unwrap(),
            ResourceUri::parse(b).unwrap(),
        );
        assert_eq!((a.same_as(&b), b.same_as(&a)), (same, same));
    }

    #[test]
    fn refuses() {
        let table = [
            ("", E::Uri(U::Empty)),
            ("mcp.example.com", E::Uri(U::Scheme)),
            ("/mcp", E::Uri(U::Scheme)),
            ("https://mcp.example.com/#", E::Fragment),
            ("urn:a:b#c", E::Fragment),
            ("http://mcp.example.com/", E::Http),
            ("http://10.0.0.1/", E::Http),
            ("http://localhost.example.com/", E::Http),
            ("https:///mcp", E::Host(H::Empty)),
            ("https:mcp", E::Host(H::Empty)),
            ("https://u@mcp.example.com/", E::Uri(U::UserInfo)),
            ("javascript:alert(1)", E::Scheme),
            ("data:,x", E::Scheme),
            ("FILE:///x", E::Scheme),
            ("urn:", E::Nothing),
            ("https://mcp.example.com/a/../b", E::DotSegment),
            ("https://a_b.example.com/", E::Host(H::Name)),
            ("https://mcp.example.com/ x", E::Uri(U::Character)),
        ];
        for (bad, why) in table {
            assert_eq!(
                ResourceUri::parse(bad).map(|uri| uri.text),
                Err(why),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_text_is_kept_and_the_key_names_the_same(text in "(https://|http://localhost|[a-z]{1,4}:)[a-zA-Z0-9.:/?-]{0,20}|\\PC{0,20}") {
            if let Ok(uri) = ResourceUri::parse(&text) {
                prop_assert_eq!(uri.as_str(), text.as_str());
                prop_assert!(uri.same_as(&uri));
                let keyed = ResourceUri::parse(uri.key());
                prop_assert_eq!(keyed.map(|keyed| keyed.key), Ok(uri.key));
            }
        }
    }
}
