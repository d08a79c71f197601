//! What the block and trust lists name: a family, a host with all below it, or a network. A listing blocks, or gives a
//! lane of its own to what is known to come often; it has a reason, an author and an end. Pure.

use ipnet::IpNet;
use narthex_vocab::{Fingerprint, HostName, Id, Tenant, Timestamp, kind};

use crate::brake::Author;

/// What a listing names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Registrations with this fingerprint.
    Family(Fingerprint),
    /// Registrations that name this host or one below it.
    Host(HostName),
    /// Calls from this network.
    Network(IpNet),
}

/// Why a text names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// No kind of subject is chosen.
    #[error("choose what it is")]
    Kind,
    /// Not 64 hexadecimal digits.
    #[error("a fingerprint has 64 hexadecimal digits; the page of a family shows it")]
    Family,
    /// Not a host.
    #[error("{0}")]
    Host(#[from] narthex_vocab::HostError),
    /// Not a network.
    #[error("write an address or a network, as 192.0.2.0/24 or 2001:db8::/48")]
    Network,
    /// It would name half of the world.
    #[error("the network is too wide: /8 is the widest for IPv4, /16 for IPv6")]
    TooWide,
}

impl Subject {
    /// The kinds, as forms name them, with the words that people read.
    pub const KINDS: [(&'static str, &'static str); 3] = [
        ("family", "A family, by its fingerprint"),
        ("host", "A host and all below it"),
        ("network", "A network that calls come from"),
    ];

    /// Reads what a form says.
    pub fn parse(kind: &str, text: &str) -> Result<Self, SubjectError> {
        let text = text.trim();
        match kind {
            "family" => text
                .parse()
                .map(Self::Family)
                .map_err(|_| SubjectError::Family),
            "host" => Ok(Self::Host(HostName::parse(text)?)),
            "network" => Self::network(text),
            _ => Err(SubjectError::Kind),
        }
    }

    fn network(text: &str) -> Result<Self, SubjectError> {
        let network: IpNet = text
            .parse()
            .or_else(|_| text.parse().map(|address: std::net::IpAddr| address.into()))
            .map_err(|_| SubjectError::Network)?;
        let widest = match network {
            IpNet::V4(_) => 8,
            IpNet::V6(_) => 16,
        };
        if network.prefix_len() < widest {
            return Err(SubjectError::TooWide);
        }
        Ok(Self::Network(network.trunc()))
    }

    /// The kind's word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Family(_) => "family",
            Self::Host(_) => "host",
            Self::Network(_) => "network",
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Family(fingerprint) => write!(f, "{fingerprint}"),
            Self::Host(host) => f.write_str(host.as_str()),
            Self::Network(network) => write!(f, "{network}"),
        }
    }
}

/// What a listing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Registration is refused.
    Block,
    /// When the common budgets are used up, calls go on within this lane.
    Lane {
        /// Calls of a minute.
        per_minute: u16,
    },
}

/// One line of the lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which.
    pub id: Id<kind::Listing>,
    /// For whose registrations; the platform's is for everybody's.
    pub tenant: Id<Tenant>,
    /// What it does.
    pub effect: Effect,
    /// To what.
    pub subject: Subject,
    /// Why.
    pub reason: String,
    /// Who listed it.
    pub author: Author,
    /// When.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Who took it off, before its end.
    pub ended: Option<(Author, Timestamp)>,
}

impl Listing {
    /// Whether it has its effect.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("host", " Evil.Example ", Ok("evil.example"))]
    #[case("host", "*.evil.example", Err("the host is not a valid domain name"))]
    #[case("network", "192.0.2.7", Ok("192.0.2.7/32"))]
    #[case("network", "192.0.2.7/24", Ok("192.0.2.0/24"))]
    #[case("network", "2001:db8:1:2::9/48", Ok("2001:db8:1::/48"))]
    #[case(
        "network",
        "0.0.0.0/0",
        Err("the network is too wide: /8 is the widest for IPv4, /16 for IPv6")
    )]
    #[case(
        "network",
        "::/15",
        Err("the network is too wide: /8 is the widest for IPv4, /16 for IPv6")
    )]
    #[case(
        "network",
        "here",
        Err("write an address or a network, as 192.0.2.0/24 or 2001:db8::/48")
    )]
    #[case(
        "family",
        "00",
        Err("a fingerprint has 64 hexadecimal digits; the page of a family shows it")
    )]
    #[case("name", "x", Err("choose what it is"))]
    fn subjects_are_read_strictly(
        #[case] kind: &str,
        #[case] text: &str,
        #[case] read: Result<&str, &str>,
    ) {
        let subject = Subject::parse(kind, text);
        let said = subject.map(|s| s.to_string()).map_err(|e| e.to_string());
        assert_eq!(said, read.map(String::from).map_err(String::from));
    }
}
