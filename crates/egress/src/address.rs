//! Which addresses an outbound connection may reach: the special-use tables of RFC 6890 and its
//! successors (the IANA registries). It never resolves a name, and it never looks inside a
//! translated address to excuse it: every embedding is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Why an address is not for the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Special {
    /// `0.0.0.0`, `::` and the rest of `0.0.0.0/8`.
    #[error("unspecified or this network")]
    Unspecified,
    /// `127.0.0.0/8`, `::1`.
    #[error("loopback")]
    Loopback,
    /// RFC 1918.
    #[error("private network")]
    Private,
    /// `100.64.0.0/10` (RFC 6598).
    #[error("carrier-grade NAT")]
    SharedNat,
    /// `169.254.0.0/16`, `fe80::/10`.
    #[error("link-local")]
    LinkLocal,
    /// Where clouds serve credentials to their machines.
    #[error("cloud metadata service")]
    Metadata,
    /// `fc00::/7` (RFC 4193).
    #[error("unique local")]
    UniqueLocal,
    /// `fec0::/10`, deprecated.
    #[error("site-local")]
    SiteLocal,
    /// `224.0.0.0/4`, `ff00::/8`.
    #[error("multicast")]
    Multicast,
    /// `255.255.255.255`.
    #[error("broadcast")]
    Broadcast,
    /// RFC 5737, RFC 3849, RFC 9637.
    #[error("documentation")]
    Documentation,
    /// `198.18.0.0/15`, `2001:2::/48`.
    #[error("benchmarking")]
    Benchmarking,
    /// IETF protocol assignments and services that serve no documents.
    #[error("protocol assignment")]
    Protocol,
    /// An IPv4 address in IPv6 form: mapped, compatible, translated.
    #[error("IPv4 address in IPv6 form")]
    Embedded,
    /// `64:ff9b::/96`, `64:ff9b:1::/48`.
    #[error("NAT64")]
    Nat64,
    /// `2002::/16` and its relays.
    #[error("6to4")]
    SixToFour,
    /// `2001::/32`.
    #[error("Teredo")]
    Teredo,
    /// An ISATAP interface identifier (RFC 5214).
    #[error("ISATAP")]
    Isatap,
    /// Reserved, discarded, or never given out.
    #[error("reserved")]
    Reserved,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// First match names the reason: the narrow before the wide.
const V4: &[(Ipv4Net, Special)] = &[
    (v4(169, 254, 169, 254, 32), Special::Metadata),
    (v4(168, 63, 129, 16, 32), Special::Metadata),
    (v4(100, 100, 100, 200, 32), Special::Metadata),
    (v4(192, 0, 0, 192, 32), Special::Metadata),
    (v4(255, 255, 255, 255, 32), Special::Broadcast),
    (v4(0, 0, 0, 0, 8), Special::Unspecified),
    (v4(10, 0, 0, 0, 8), Special::Private),
    (v4(100, 64, 0, 0, 10), Special::SharedNat),
    (v4(127, 0, 0, 0, 8), Special::Loopback),
    (v4(169, 254, 0, 0, 16), Special::LinkLocal),
    (v4(172, 16, 0, 0, 12), Special::Private),
    (v4(192, 0, 0, 0, 24), Special::Protocol),
    (v4(192, 0, 2, 0, 24), Special::Documentation),
    (v4(192, 31, 196, 0, 24), Special::Protocol),
    (v4(192, 52, 193, 0, 24), Special::Protocol),
    (v4(192, 88, 99, 0, 24), Special::SixToFour),
    (v4(192, 168, 0, 0, 16), Special::Private),
    (v4(192, 175, 48, 0, 24), Special::Protocol),
    (v4(198, 18, 0, 0, 15), Special::Benchmarking),
    (v4(198, 51, 100, 0, 24), Special::Documentation),
    (v4(203, 0, 113, 0, 24), Special::Documentation),
    (v4(224, 0, 0, 0, 4), Special::Multicast),
    (v4(240, 0, 0, 0, 4), Special::Reserved),
];

#[allow(
    clippy::many_single_char_names,
    reason = "the eight groups of an address"
)]
const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// First match names the reason; whatever is outside `2000::/3` is refused after the table.
const V6: &[(Ipv6Net, Special)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Special::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Special::Loopback),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), Special::Embedded),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), Special::Embedded),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Special::Embedded),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), Special::Nat64),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Special::Nat64),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Special::Teredo),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Special::Benchmarking),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Special::Protocol),
    (
        v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        Special::Documentation,
    ),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Special::SixToFour),
    (
        v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48),
        Special::Protocol,
    ),
    (
        v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
        Special::Documentation,
    ),
    (
        v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
        Special::Metadata,
    ),
    (
        v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),
        Special::Metadata,
    ),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Special::UniqueLocal),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Special::LinkLocal),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Special::SiteLocal),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Special::Multicast),
];

const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Whether an address belongs to the public internet; if not, why.
pub fn is_public(address: IpAddr) -> Result<(), Special> {
    match address {
        IpAddr::V4(address) => v4_is_public(address),
        IpAddr::V6(address) => v6_is_public(address),
    }
}

fn v4_is_public(address: Ipv4Addr) -> Result<(), Special> {
    match V4.iter().find(|(net, _)| net.contains(&address)) {
        Some((_, special)) => Err(*special),
        None => Ok(()),
    }
}

fn v6_is_public(address: Ipv6Addr) -> Result<(), Special> {
    if let Some((_, special)) = V6.iter().find(|(net, _)| net.contains(&address)) {
        return Err(*special);
    }
    if !GLOBAL_UNICAST.contains(&address) {
        return Err(Special::Reserved);
    }
    let [_, _, _, _, flags, isatap, _, _] = address.segments();
    if isatap == 0x5efe && matches!(flags, 0 | 0x200) {
        return Err(Special::Isatap);
    }
    Ok(())
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
