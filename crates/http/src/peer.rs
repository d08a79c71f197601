//! Who is at the other end: the TCP peer, or what a configured proxy says about it.
//!
//! Never believes a header from an address that is not a configured proxy, and reads one header
//! only: a proxy that writes `X-Forwarded-For` passes a stranger's `Forwarded` through untouched.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Which header the configured proxies write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The addresses whose word about the client's address is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    nets: Vec<IpNet>,
    header: ProxyHeader,
}

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address or network: {0:?}")]
pub struct ProxyError(String);

impl TrustedProxies {
    /// Nobody is trusted: the peer is always the TCP peer.
    pub fn none() -> Self {
        Self::default()
    }

    /// Parses addresses (`127.0.0.1`) and networks (`10.0.0.0/8`).
    pub fn parse<'a>(
        list: impl IntoIterator<Item = &'a str>,
        header: ProxyHeader,
    ) -> Result<Self, ProxyError> {
        let parse = |text: &str| {
            text.parse::<IpNet>()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| ProxyError(text.to_owned()))
        };
        let nets = list.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { nets, header })
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.nets.iter().any(|net| net.contains(&address))
    }
}

/// The address of the client, v4-mapped addresses folded to IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// The right-most hop that is not a trusted proxy; the furthest known hop when all are. A hop
    /// that cannot be read ends the walk, for what stands left of it cannot be believed.
    pub fn behind(hop: Option<IpAddr>, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        let mut address = hop.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ip| ip.to_canonical());
        if !proxies.trusts(address) {
            return Self(address);
        }
        let hops = match proxies.header {
            ProxyHeader::XForwardedFor => {
                hops(headers, &HeaderName::from_static("x-forwarded-for"), node)
            }
            ProxyHeader::Forwarded => hops(headers, &FORWARDED, forwarded_for),
        };
        for hop in hops.into_iter().rev() {
            let Some(hop) = hop else { break };
            address = hop;
            if !proxies.trusts(address) {
                break;
            }
        }
        Self(address)
    }

    /// The narrow prefix that budgets count: `/32` or `/64`.
    pub fn source(self) -> String {
        self.prefix(32, 64)
    }

    /// The wide prefix that budgets count: `/24` or `/48`.
    pub fn neighbourhood(self) -> String {
        self.prefix(24, 48)
    }

    fn prefix(self, v4: u8, v6: u8) -> String {
        match self.0 {
            IpAddr::V4(ip) => Ipv4Net::new(ip, v4).map(|net| net.trunc().to_string()),
            IpAddr::V6(ip) => Ipv6Net::new(ip, v6).map(|net| net.trunc().to_string()),
        }
        .unwrap_or_else(|_| self.0.to_string())
    }
}

impl FromRequest for Peer {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let peer = request.extensions().get::<Self>().copied();
        ready(peer.ok_or_else(|| ErrorInternalServerError("no peer")))
    }
}

/// Every element of a list header, in order over all its lines; `None` where it cannot be read.
fn hops(
    headers: &HeaderMap,
    name: &HeaderName,
    read: fn(&str) -> Option<IpAddr>,
) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for line in headers.get_all(name) {
        match line.to_str() {
            Ok(text) => hops.extend(text.split(',').map(read)),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// An address, with a port or in brackets as some proxies write it.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| {
            let inner = text.strip_prefix('[')?.strip_suffix(']')?;
            inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        })?;
    Some(ip.to_canonical())
}

/// The `for` parameter of one forwarded-element (RFC 7239 section 4).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("for") {
            if found.is_some() {
                return None;
            }
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            found = Some(node(bare.unwrap_or(value))?);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use actix_web::http::header::HeaderValue;
    use rstest::rstest;

    fn peer(hop: &str, header: ProxyHeader, lines: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let proxies = TrustedProxies::parse(["10.0.0.0/8", "::1"], header).unwrap();
        Peer::behind(Some(hop.parse().unwrap()), &headers, &proxies)
            .0
            .to_string()
    }

    #[rstest]
    #[case::spoofed_by_a_stranger("203.0.113.9", "1.2.3.4", "203.0.113.9")]
    #[case::one_proxy("10.0.0.1", "198.51.100.7", "198.51.100.7")]
    #[case::spoof_left_of_the_truth("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7")]
    #[case::two_proxies("10.0.0.1", "1.2.3.4, 198.51.100.7, 10.1.1.1", "198.51.100.7")]
    #[case::only_proxies("10.0.0.1", "10.2.2.2, 10.1.1.1", "10.2.2.2")]
    #[case::unreadable_hop("10.0.0.1", "1.2.3.4, unknown, 10.1.1.1", "10.1.1.1")]
    #[case::nothing_said("10.0.0.1", "", "10.0.0.1")]
    #[case::with_port("10.0.0.1", "198.51.100.7:5123", "198.51.100.7")]
    #[case::v6_in_brackets("10.0.0.1", "[2001:db8::7]:5123", "2001:db8::7")]
    #[case::mapped_proxy("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7")]
    #[case::mapped_stranger("::ffff:203.0.113.9", "1.2.3.4", "203.0.113.9")]
    fn x_forwarded_for(#[case] hop: &str, #[case] value: &'static str, #[case] seen: &str) {
        assert_eq!(
            peer(
                hop,
                ProxyHeader::XForwardedFor,
                &[("x-forwarded-for", value)]
            ),
            seen
        );
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [
            ("x-forwarded-for", "198.51.100.7"),
            ("x-forwarded-for", "10.3.3.3"),
        ];
        assert_eq!(
            peer("10.0.0.1", ProxyHeader::XForwardedFor, &lines),
            "198.51.100.7"
        );
    }

    #[rstest]
    #[case("for=198.51.100.7;proto=https", "198.51.100.7")]
    #[case("for=1.2.3.4, For=\"[2001:db8::7]:4711\"", "2001:db8::7")]
    #[case("for=1.2.3.4, for=_hidden", "10.0.0.1")]
    #[case("for=198.51.100.7;for=1.2.3.4", "10.0.0.1")]
    #[case("proto=https", "10.0.0.1")]
    fn forwarded(#[case] value: &'static str, #[case] seen: &str) {
        assert_eq!(
            peer("10.0.0.1", ProxyHeader::Forwarded, &[("forwarded", value)]),
            seen
        );
    }

    #[test]
    fn the_header_that_is_not_configured_is_ignored() {
        let lines = [
            ("forwarded", "for=1.2.3.4"),
            ("x-forwarded-for", "198.51.100.7"),
        ];
        assert_eq!(
            peer("10.0.0.1", ProxyHeader::XForwardedFor, &lines),
            "198.51.100.7"
        );
    }

    #[rstest]
    #[case("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48")]
    fn prefixes(#[case] ip: &str, #[case] narrow: &str, #[case] wide: &str) {
        let peer = Peer(ip.parse().unwrap());
        assert_eq!(
            (peer.source(), peer.neighbourhood()),
            (narrow.to_owned(), wide.to_owned())
        );
    }
}
