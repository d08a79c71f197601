//! What a URL may name before anything is resolved or connected to. It never touches the network.

use std::net::{IpAddr, SocketAddr};

use narthex_vocab::{Host, HostName};
use url::Url;

use crate::address::is_public;
use crate::config::GuardConfig;
use crate::error::FetchError;

/// A URL that may be fetched, and how to get to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) host: Host,
    pub(crate) way: Way,
}

/// How to get to a host.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A public address, written out.
    Direct(IpAddr),
    /// Resolve the name, check every address.
    Resolve(HostName),
    /// A test host's address.
    Test(SocketAddr),
}

/// Names that mean something inside a network only: RFC 6761, RFC 6762, RFC 7686, RFC 8375,
/// RFC 9476, ICANN's `internal`, and the endings that routers and offices use.
const LOCAL_ENDINGS: &[&str] = &[
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

impl Target {
    /// Checks everything that the URL alone shows.
    pub(crate) fn of(url: &Url, config: &GuardConfig) -> Result<Self, FetchError> {
        if url.scheme() != "https" {
            return Err(FetchError::Scheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let target = match url.host() {
            Some(url::Host::Ipv4(address)) => Self::direct(address.into())?,
            Some(url::Host::Ipv6(address)) => Self::direct(address.into())?,
            Some(url::Host::Domain(name)) => Self::named(HostName::parse(name)?, config)?,
            None => return Err(FetchError::Host(narthex_vocab::HostError::Empty)),
        };
        let allowed = match &target.way {
            Way::Test(address) if address.port() == port => true,
            Way::Test(_) | Way::Direct(_) | Way::Resolve(_) => {
                port == 443 || (port == 8443 && config.allow_8443)
            }
        };
        if allowed {
            Ok(target)
        } else {
            Err(FetchError::Port { port })
        }
    }

    fn direct(address: IpAddr) -> Result<Self, FetchError> {
        is_public(address).map_err(|special| FetchError::Address { address, special })?;
        Ok(Self {
            host: Host::Address(address),
            way: Way::Direct(address),
        })
    }

    fn named(name: HostName, config: &GuardConfig) -> Result<Self, FetchError> {
        if let Some(address) = config.test_address(&name) {
            return Ok(Self {
                host: Host::Name(name),
                way: Way::Test(address),
            });
        }
        let public = name
            .as_str()
            .rsplit_once('.')
            .is_some_and(|(_, ending)| !LOCAL_ENDINGS.contains(&ending));
        if !public {
            return Err(FetchError::LocalName { host: name });
        }
        Ok(Self {
            host: Host::Name(name.clone()),
            way: Way::Resolve(name),
        })
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
