//! Where a call comes from, as budgets and logs know it: a network of one household or company, and the one around it.
//! Never a single IPv6 address, and never a header that nobody vouches for.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The two networks of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// The /32 or /64.
    pub network: IpNet,
    /// The /24 or /48 around it: who owns a /48 has 65,536 of the others.
    pub range: IpNet,
}

impl Source {
    /// The networks of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let prefix = |narrow, wide| match address {
            IpAddr::V4(_) => narrow,
            IpAddr::V6(_) => wide,
        };
        Self {
            network: cut(address, prefix(32, 64)),
            range: cut(address, prefix(24, 48)),
        }
    }

    /// All networks of the same protocol: where a log stops telling them apart.
    #[must_use]
    pub fn anywhere(self) -> IpNet {
        match self.range {
            IpNet::V4(_) => IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0)),
            IpNet::V6(_) => IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0)),
        }
    }
}

/// The network of `prefix` bits around an address; no prefix here is longer than an address.
fn cut(address: IpAddr, prefix: u8) -> IpNet {
    IpNet::new_assert(address, prefix).trunc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_cut_at_their_prefix() {
        for (address, network, range, anywhere) in [
            ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24", "0.0.0.0/0"),
            (
                "2001:db8:1:2:3:4:5:6",
                "2001:db8:1:2::/64",
                "2001:db8:1::/48",
                "::/0",
            ),
        ] {
            let source = address.parse().map(Source::of);
            let text = source.map(|source| {
                [source.network, source.range, source.anywhere()].map(|net| net.to_string())
            });
            assert_eq!(text, Ok([network, range, anywhere].map(String::from)));
        }
    }
}
