//! Host names as A-labels (RFC 5890), and IP addresses in URIs. It never resolves one.

use std::net::IpAddr;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// A DNS host name: lower case, A-labels, letters, digits and hyphens; no address, no root dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

/// A host as URIs name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A DNS name.
    Name(HostName),
    /// An address literal.
    Address(IpAddr),
}

/// Why a text is not a host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No character at all.
    #[error("the host is empty")]
    Empty,
    /// A dot at the end.
    #[error("the host ends with a dot")]
    RootDot,
    /// It is, or a browser reads it as, an IP address.
    #[error("the host is an IP address, whose owner cannot be proved")]
    Address,
    /// Not letters, digits and hyphens, or not valid under IDNA.
    #[error("the host is not a valid domain name")]
    Name,
}

impl HostName {
    /// Reads a host name in A-label or Unicode form.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if text.parse::<IpAddr>().is_ok() || text.starts_with('[') {
            return Err(HostError::Address);
        }
        let ascii = Uts46::new()
            .to_ascii(
                text.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::VerifyAllowRootDot,
            )
            .map_err(|_| HostError::Name)?;
        if ascii.ends_with('.') {
            return Err(HostError::RootDot);
        }
        if ascii.rsplit('.').next().is_some_and(ends_in_number) {
            return Err(HostError::Address);
        }
        Ok(Self(ascii.into_owned()))
    }

    /// The A-label form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Unicode form for people; a name with an invalid label stays in A-labels.
    pub fn unicode(&self) -> String {
        let (text, valid) =
            Uts46::new().to_unicode(self.0.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow);
        if valid.is_ok() {
            text.into_owned()
        } else {
            self.0.clone()
        }
    }

    /// The registrable domain under the Public Suffix List (`shop.example.co.uk` gives
    /// `example.co.uk`); `None` for a public suffix itself and for a single label.
    pub fn registrable(&self) -> Option<HostName> {
        psl::domain_str(&self.0).map(|domain| Self(domain.to_owned()))
    }

    /// Whether it is `domain` or a name below it.
    pub fn is_within(&self, domain: &HostName) -> bool {
        self.0
            .strip_suffix(domain.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Whether it is `localhost` or a name below it (RFC 6761 section 6.3).
    pub fn is_loopback(&self) -> bool {
        self.0 == "localhost" || self.0.ends_with(".localhost")
    }
}

/// The WHATWG rule by which browsers read `127.1` or `0x7f.1` as an address.
fn ends_in_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x");
    label.bytes().all(|b| b.is_ascii_digit())
        || hex.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl Host {
    /// Reads a host as a URI has it: a name, a dotted IPv4 address or an IPv6 address in brackets.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let address = match text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(inner) => Some(inner.parse().map(IpAddr::V6).map_err(|_| HostError::Name)?),
            None => text.parse().map(IpAddr::V4).ok(),
        };
        match address {
            Some(address) => Ok(Self::Address(address)),
            None => HostName::parse(text).map(Self::Name),
        }
    }

    /// Whether it can only be this machine.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name.is_loopback(),
            Self::Address(address) => address.is_loopback(),
        }
    }

    /// The name, if it is one.
    pub fn name(&self) -> Option<&HostName> {
        match self {
            Self::Name(name) => Some(name),
            Self::Address(_) => None,
        }
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name.as_str()),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

crate::word::checked_text!(HostName, HostError);

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

    use super::{Host, HostError as E, HostName};

    fn name(text: &str) -> HostName {
        HostName::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    #[test]
    fn names() {
        let table = [
            (
                "Example.COM",
                "example.com",
                "example.com",
                Some("example.com"),
            ),
            (
                "bücher.example",
                "xn--bcher-kva.example",
                "bücher.example",
                Some("xn--bcher-kva.example"),
            ),
            (
                "XN--BCHER-KVA.example",
                "xn--bcher-kva.example",
                "bücher.example",
                Some("xn--bcher-kva.example"),
            ),
            (
                "a.b.example.co.uk",
                "a.b.example.co.uk",
                "a.b.example.co.uk",
                Some("example.co.uk"),
            ),
            (
                "shop.github.io",
                "shop.github.io",
                "shop.github.io",
                Some("shop.github.io"),
            ),
            ("github.io", "github.io", "github.io", None),
            ("co.uk", "co.uk", "co.uk", None),
            ("localhost", "localhost", "localhost", None),
            (
                "r3---sn-a.example.com",
                "r3---sn-a.example.com",
                "r3---sn-a.example.com",
                Some("example.com"),
            ),
        ];
        for (text, ascii, unicode, registrable) in table {
            let host = name(text);
            assert_eq!((host.as_str(), host.unicode().as_str()), (ascii, unicode));
            assert_eq!(
                host.registrable().as_ref().map(HostName::as_str),
                registrable,
                "{text}"
            );
        }
    }

    #[test]
    fn refuses() {
        let long = format!("{}.example", "a".repeat(64));
        let table = [
            ("", E::Empty),
            (".", E::Name),
            ("a..b", E::Name),
            (".a.example", E::Name),
            ("example.com.", E::RootDot),
            ("-a.example", E::Name),
            ("a-.example", E::Name),
            ("a_b.example", E::Name),
            ("a b.example", E::Name),
            ("a/b.example", E::Name),
            ("a:80", E::Name),
            ("a@b.example", E::Name),
            ("*.example", E::Name),
            ("xn--0.example", E::Name),
            (&long, E::Name),
            ("a\0.example", E::Name),
            ("127.0.0.1", E::Address),
            ("::1", E::Address),
            ("[::1]", E::Address),
            ("127.1", E::Address),
            ("0x7f.1", E::Address),
            ("1", E::Address),
            ("a.0x", E::Address),
        ];
        for (text, why) in table {
            assert_eq!(HostName::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn within_and_loopback() {
        let domain = name("example.com");
        assert!(name("example.com").is_within(&domain) && name("a.example.com").is_within(&domain));
        assert!(!name("badexample.com").is_within(&domain) && !name("com").is_within(&domain));
        let loopback = |text| Host::parse(text).unwrap().is_loopback();
        assert!(
            loopback("localhost")
                && loopback("a.localhost")
                && loopback("127.9.9.9")
                && loopback("[::1]")
        );
        assert!(!loopback("localhost.example") && !loopback("192.0.2.1") && !loopback("[::2]"));
    }

    proptest! {
        #[test]
        fn what_parses_is_ascii_and_reads_back(text in "\\PC{0,20}(\\.\\PC{1,10})?") {
            if let Ok(host) = HostName::parse(&text) {
                prop_assert!(host.as_str().is_ascii());
                prop_assert_eq!(HostName::parse(host.as_str()), Ok(host.clone()));
                prop_assert_eq!(HostName::parse(&host.unicode()), Ok(host.clone()));
                if let Some(domain) = host.registrable() {
                    prop_assert!(host.is_within(&domain));
                }
            }
            let _ = Host::parse(&text);
        }
    }
}
