//! Which numbers are no public machine: tables with the document that sets each range apart, and one question.
//!
//! IPv6 is an allow list, since all that is public lies in one range; IPv4 is a deny list. A form of IPv6 that
//! carries an IPv4 address inside is judged by that address, or refused where nobody needs the form any more.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, third: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), length)
}

/// The IPv4 ranges that IANA's special-purpose registry (RFC 6890) sets apart, and two machines of clouds.
const FORBIDDEN_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),        // RFC 791: this network
    v4(10, 0, 0, 0, 8),       // RFC 1918: private
    v4(100, 64, 0, 0, 10),    // RFC 6598: carrier-grade NAT; Alibaba's metadata at 100.100.100.200
    v4(127, 0, 0, 0, 8),      // RFC 1122: loopback
    v4(168, 63, 129, 16, 32), // Azure's wire server, reachable from each of its machines
    v4(169, 254, 0, 0, 16),   // RFC 3927: link-local; the metadata of most clouds at 169.254.169.254
    v4(172, 16, 0, 0, 12),    // RFC 1918: private
    v4(192, 0, 0, 0, 24),     // RFC 6890: protocol assignments; Oracle's metadata at 192.0.0.192
    v4(192, 0, 2, 0, 24),     // RFC 5737: documentation
    v4(192, 31, 196, 0, 24),  // RFC 7535: AS112, which answers name look-ups for nobody
    v4(192, 52, 193, 0, 24),  // RFC 7450: multicast tunnels
    v4(192, 88, 99, 0, 24),   // RFC 7526: relays of 6to4, given up
    v4(192, 168, 0, 0, 16),   // RFC 1918: private
    v4(192, 175, 48, 0, 24),  // RFC 7534: AS112
    v4(198, 18, 0, 0, 15),    // RFC 2544: benchmarks
    v4(198, 51, 100, 0, 24),  // RFC 5737: documentation
    v4(203, 0, 113, 0, 24),   // RFC 5737: documentation
    v4(224, 0, 0, 0, 4),      // RFC 5771: multicast
    v4(240, 0, 0, 0, 4),      // RFC 1112: reserved; RFC 919: the broadcast address
];

/// RFC 4291: global unicast. Nothing outside it is public: not loopback, not unique local (RFC 4193), not
/// link-local, not multicast, not the IPv4-compatible form (`::a.b.c.d`).
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// Parts of global unicast that are set apart.
const FORBIDDEN_V6: &[Ipv6Net] = &[
    v6(0x2001, 0, 0, 23), // RFC 2928: protocol assignments; Teredo (RFC 4380), benchmarks, ORCHID
    v6(0x2001, 0x0db8, 0, 32), // RFC 3849: documentation
    v6(0x2002, 0, 0, 16), // RFC 3056: 6to4, given up by RFC 7526; it carries any IPv4 address
    v6(0x2620, 0x004f, 0x8000, 48), // RFC 7534: AS112
    v6(0x3ffe, 0, 0, 16), // RFC 3701: the 6bone, given back
    v6(0x3fff, 0, 0, 20), // RFC 9637: documentation
];

/// RFC 6052: networks without IPv4 reach it through this prefix; the last 32 bits are the real address. The
/// prefix for local use, `64:ff9b:1::/48` (RFC 8215), stays refused: where it puts the address is not known.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

/// RFC 5214: an interface identifier of ISATAP, which carries an IPv4 address behind any prefix.
const ISATAP: [[u8; 4]; 2] = [[0, 0, 0x5e, 0xfe], [2, 0, 0x5e, 0xfe]];

/// Returns whether an address must never be connected to.
pub fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_forbidden_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(Carried::Instead(inner)) => is_forbidden_v4(inner),
            Some(Carried::Beside(inner)) => is_forbidden_v6(address) || is_forbidden_v4(inner),
            None => is_forbidden_v6(address),
        },
    }
}

fn is_forbidden_v4(address: Ipv4Addr) -> bool {
    FORBIDDEN_V4.iter().any(|range| range.contains(&address))
}

fn is_forbidden_v6(address: Ipv6Addr) -> bool {
    !PUBLIC_V6.contains(&address) || FORBIDDEN_V6.iter().any(|range| range.contains(&address))
}

/// An IPv4 address inside one of IPv6.
enum Carried {
    /// The connection goes to it and nowhere else.
    Instead(Ipv4Addr),
    /// The connection may go to it.
    Beside(Ipv4Addr),
}

fn carried(address: Ipv6Addr) -> Option<Carried> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(Carried::Instead(mapped));
    }
    let low = u64::try_from(address.to_bits() & u128::from(u64::MAX)).unwrap_or_default().to_be_bytes();
    let [identifier @ .., a, b, c, d] = low;
    let inner = Ipv4Addr::new(a, b, c, d);
    if NAT64.contains(&address) {
        return Some(Carried::Instead(inner));
    }
    ISATAP.contains(&identifier).then_some(Carried::Beside(inner))
}

/// Names that resolve inside one's own network or machine, whatever they resolve to: RFC 6761 (`localhost`), RFC
/// 6762 (`local`), RFC 8375 (`home.arpa`), ICANN's `internal`, and names of one label.
pub(crate) fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    let home = name == "home.arpa" || name.ends_with(".home.arpa");
    home || !name.contains('.') || matches!(last, "localhost" | "local" | "internal" | "lan" | "intranet")
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
            "fd20:ce::254",
            "2001:4860::5efe:10.0.0.1",
            "2001:4860::200:5efe:127.0.0.1",
            "fe80::5efe:8.8.8.8",
            "192.175.48.1",
            "2001:2::1",
            "2001:20::1",
            "3ffe::1",
            "2620:4f:8000::1",
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
            "2001:4860::5efe:8.8.8.8",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(!is_forbidden(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn names_of_the_own_network_are_known() {
        for name in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "printer.local",
            "db.internal",
            "router",
            "x.home.arpa",
        ] {
            assert!(is_local_name(name), "{name}");
        }
        for name in ["news.kz", "local.kz", "localhost.kz", "internal.example.org"] {
            assert!(!is_local_name(name), "{name}");
        }
    }
}
