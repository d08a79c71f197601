//! A host, or everything below one, as an allowlist names it. It never covers a public suffix, under which strangers
//! live beside one another.

use crate::host::{HostError, HostName};

/// `example.com`: exactly this host. `*.example.com`: the hosts below it, and not itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPattern {
    text: String,
    host: HostName,
}

/// Why a text is not a host pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostPatternError {
    /// Not a domain name.
    #[error("{0}")]
    Host(#[from] HostError),
    /// A `*` elsewhere than as the whole first label.
    #[error("a star stands alone and first, as in *.example.com")]
    Star,
    /// A public suffix (`co.uk`, `github.io`), or a single label.
    #[error("many share this name: name a host that somebody registered")]
    Shared,
}

const BELOW: &str = "*.";

impl HostPattern {
    /// Reads a pattern; what stands for one host is what [`HostName`] reads.
    pub fn parse(text: &str) -> Result<Self, HostPatternError> {
        let below = text.strip_prefix(BELOW);
        let named = below.unwrap_or(text);
        if named.contains('*') {
            return Err(HostPatternError::Star);
        }
        let host = HostName::parse(named)?;
        if host.registrable().is_none() {
            return Err(HostPatternError::Shared);
        }
        let text = match below {
            Some(_) => format!("{BELOW}{host}"),
            None => host.to_string(),
        };
        Ok(Self { text, host })
    }

    /// Whether it covers this host.
    pub fn covers(&self, host: &HostName) -> bool {
        if self.text.starts_with(BELOW) {
            *host != self.host && host.is_within(&self.host)
        } else {
            *host == self.host
        }
    }

    /// The host it names, or below which it covers everything.
    pub const fn host(&self) -> &HostName {
        &self.host
    }

    /// The one text form, in A-labels.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

crate::word::checked_text!(HostPattern, HostPatternError);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use rstest::rstest;

    use super::{HostError as H, HostPattern, HostPatternError as E};
    use crate::HostName;

    #[rstest]
    #[case("example.com", &["example.com"], &["a.example.com", "example.com.evil.example", "badexample.com"])]
    #[case("*.example.com", &["a.example.com", "a.b.example.com"], &["example.com", "aexample.com", "example.org"])]
    #[case("*.a.example.co.uk", &["x.a.example.co.uk"], &["a.example.co.uk", "x.example.co.uk"])]
    #[case("shop.github.io", &["shop.github.io"], &["evil.github.io", "a.shop.github.io"])]
    #[case("*.shop.github.io", &["a.shop.github.io"], &["shop.github.io", "evil.github.io"])]
    #[case("*.Bücher.example", &["a.xn--bcher-kva.example"], &["xn--bcher-kva.example"])]
    fn covers_what_it_names(
        #[case] pattern: &str,
        #[case] inside: &[&str],
        #[case] outside: &[&str],
    ) {
        let pattern = HostPattern::parse(pattern).unwrap();
        for host in inside {
            assert!(pattern.covers(&HostName::parse(host).unwrap()), "{host}");
        }
        for host in outside {
            assert!(!pattern.covers(&HostName::parse(host).unwrap()), "{host}");
        }
    }

    #[rstest]
    #[case("", E::Host(H::Empty))]
    #[case("*", E::Star)]
    #[case("*.", E::Host(H::Empty))]
    #[case("*.*.example.com", E::Star)]
    #[case("a*.example.com", E::Star)]
    #[case("a.*.example.com", E::Star)]
    #[case("*example.com", E::Star)]
    #[case("*.com", E::Shared)]
    #[case("com", E::Shared)]
    #[case("*.co.uk", E::Shared)]
    #[case("co.uk", E::Shared)]
    #[case("*.github.io", E::Shared)]
    #[case("github.io", E::Shared)]
    #[case("localhost", E::Shared)]
    #[case("*.localhost", E::Shared)]
    #[case("127.0.0.1", E::Host(H::Address))]
    #[case("*.127.0.0.1", E::Host(H::Address))]
    #[case("example.com.", E::Host(H::RootDot))]
    #[case("https://example.com", E::Host(H::Name))]
    #[case("example.com:443", E::Host(H::Name))]
    fn refuses(#[case] text: &str, #[case] why: E) {
        assert_eq!(HostPattern::parse(text), Err(why));
    }

    proptest! {
        #[test]
        fn what_parses_reads_back_and_covers_no_public_suffix(text in "(\\*\\.)?[a-z]{1,5}(\\.[a-z]{1,6}){0,3}") {
            if let Ok(pattern) = HostPattern::parse(&text) {
                prop_assert_eq!(HostPattern::parse(pattern.as_str()), Ok(pattern.clone()));
                let bare = text.strip_prefix("*.").unwrap_or(&text);
                let host = HostName::parse(bare).unwrap();
                prop_assert!(host.registrable().is_some());
                prop_assert_eq!(pattern.covers(&host), !text.starts_with("*."));
                let below = HostName::parse(&format!("x.{bare}")).unwrap();
                prop_assert_eq!(pattern.covers(&below), text.starts_with("*."));
                let beside = HostName::parse(&format!("x{bare}")).unwrap();
                prop_assert!(!pattern.covers(&beside));
            }
        }
    }
}
