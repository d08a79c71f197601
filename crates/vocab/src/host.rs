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
