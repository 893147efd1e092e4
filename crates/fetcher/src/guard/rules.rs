//! Decides which addresses may be connected to: only public ones, so that no feed can make us ask a machine
//! of the operator's own network.
//!
//! Pure: names are resolved elsewhere. IPv6 is an allow list, since all that is public lies in one range;
//! IPv4 is a deny list. Forms that carry an IPv4 address inside are judged by that address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{Ipv4Net, Ipv6Net};
use thiserror::Error;
use url::{Host, Url};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}

/// IANA's special-purpose ranges, and two machines of clouds that have public-looking addresses.
const FORBIDDEN_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(168, 63, 129, 16, 32),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 3),
];

/// Global unicast: nothing outside it is public.
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 3);

/// Parts of global unicast that are tunnels (Teredo, 6to4), benchmarks or examples.
const FORBIDDEN_V6: &[Ipv6Net] =
    &[v6(0x2001, 0, 23), v6(0x2001, 0x0db8, 32), v6(0x2002, 0, 16), v6(0x3fff, 0, 20)];

/// Networks without IPv4 reach it through this prefix: the last 32 bits are the real address.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 96);

/// Returns whether an address must never be connected to.
pub fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => FORBIDDEN_V4.iter().any(|range| range.contains(&address)),
        IpAddr::V6(address) => embedded_v4(address).map_or_else(
            || !PUBLIC_V6.contains(&address) || FORBIDDEN_V6.iter().any(|range| range.contains(&address)),
            |inner| is_forbidden(IpAddr::V4(inner)),
        ),
    }
}

fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(mapped);
    }
    let [.., a, b, c, d] = address.octets();
    NAT64.contains(&address).then(|| Ipv4Addr::new(a, b, c, d))
}

/// An address that is refused before any connection is made.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not http or https, or without a host.
    #[error("only http and https addresses are fetched")]
    NotWeb,
    /// A port on which no news site serves its readers.
    #[error("only the standard ports 80 and 443 are fetched")]
    Port,
    /// A private, local or otherwise special address.
    #[error("it does not lead to a public address")]
    NotPublic,
}

/// Host names that a test or the demo serves itself, all at one exact address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// The host names' ending, such as `.test`.
    pub suffix: String,
    /// Where they are served.
    pub address: SocketAddr,
}

/// The rules, with the one exemption that a test or the demo may have.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    exemption: Option<Exemption>,
}

impl Guard {
    /// Builds the rules; no exemption is the rule in production.
    pub fn new(exemption: Option<Exemption>) -> Self {
        Self { exemption }
    }

    /// Returns whether a request to `url` may be tried. Names are checked again once they are resolved.
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        let (Some(host), "http" | "https") = (url.host(), url.scheme()) else { return Err(Refusal::NotWeb) };
        let address = match host {
            Host::Domain(name) => return self.check_name(name, url),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        if self.is_exempt(SocketAddr::new(address, port)) {
            return Ok(());
        }
        if is_forbidden(address) { Err(Refusal::NotPublic) } else { check_port(url) }
    }

    /// Returns where an exempt host name is served; `None` for all names of the real world.
    pub fn exempt_host(&self, name: &str) -> Option<SocketAddr> {
        let exemption = self.exemption.as_ref()?;
        let name = name.to_ascii_lowercase();
        name.ends_with(&exemption.suffix).then_some(exemption.address)
    }

    /// Returns whether a connection to `remote` is allowed: for the check after it was made.
    pub fn allows(&self, remote: SocketAddr) -> bool {
        self.is_exempt(remote) || !is_forbidden(remote.ip())
    }

    fn check_name(&self, name: &str, url: &Url) -> Result<(), Refusal> {
        match self.exempt_host(name) {
            Some(address) if url.port().is_none_or(|port| port == address.port()) => Ok(()),
            Some(_) => Err(Refusal::Port),
            None => check_port(url),
        }
    }

    fn is_exempt(&self, address: SocketAddr) -> bool {
        self.exemption.as_ref().is_some_and(|exemption| exemption.address == address)
    }
}

/// A port that is written out is only left in a URL when it is not its scheme's own.
fn check_port(url: &Url) -> Result<(), Refusal> {
    let standard = matches!(url.port_or_known_default(), Some(80 | 443));
    if standard { Ok(()) } else { Err(Refusal::Port) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_refused_in_every_dress() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.66.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "100.100.100.200",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2001::1",
            "2001:0:53aa:64c::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "4000::1",
        ] {
            assert!(is_forbidden(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn public_addresses_are_let_through() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.255.255",
            "192.169.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(!is_forbidden(text.parse().unwrap()), "{text}");
        }
    }

    fn check(guard: &Guard, url: &str, expected: Result<(), Refusal>) {
        assert_eq!(guard.check_url(&Url::parse(url).unwrap()), expected, "{url}");
    }

    #[test]
    fn an_address_written_in_numbers_is_refused_before_anything_is_resolved() {
        let guard = Guard::default();
        check(&guard, "http://127.0.0.1/", Err(Refusal::NotPublic));
        check(&guard, "http://2130706433/", Err(Refusal::NotPublic));
        check(&guard, "http://0x7f.1/", Err(Refusal::NotPublic));
        check(&guard, "http://[::1]/", Err(Refusal::NotPublic));
        check(&guard, "http://[::ffff:169.254.169.254]/", Err(Refusal::NotPublic));
        check(&guard, "http://8.8.8.8/", Ok(()));
        check(&guard, "https://example.kz/news", Ok(()));
        check(&guard, "https://example.kz:8443/", Err(Refusal::Port));
        check(&guard, "http://example.kz:22/", Err(Refusal::Port));
        check(&guard, "ftp://example.kz/", Err(Refusal::NotWeb));
        check(&guard, "file:///etc/passwd", Err(Refusal::NotWeb));
    }

    #[test]
    fn the_exemption_is_one_exact_address_and_port() {
        let address: SocketAddr = "127.0.0.1:8600".parse().unwrap();
        let guard = Guard::new(Some(Exemption { suffix: ".test".to_owned(), address }));
        check(&guard, "http://news.test/feed", Ok(()));
        check(&guard, "http://news.test:8600/feed", Ok(()));
        check(&guard, "http://news.test:8601/feed", Err(Refusal::Port));
        check(&guard, "http://127.0.0.1:8600/", Ok(()));
        check(&guard, "http://127.0.0.1/", Err(Refusal::NotPublic));
        check(&guard, "http://127.0.0.2:8600/", Err(Refusal::NotPublic));
        assert_eq!(guard.exempt_host("NEWS.Test"), Some(address));
        assert_eq!(guard.exempt_host("news.test.kz"), None);
        assert!(guard.allows(address) && !guard.allows("127.0.0.1:8601".parse().unwrap()));
    }
}
