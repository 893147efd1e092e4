//! One SPF record, as far as it can be judged without sending: its form, its end, and whom it names outright (RFC 7208).

use std::net::IpAddr;

use ipnet::IpNet;

/// RFC 7208, 4.6.4: more look-ups than this count as an error. Those inside an `include` count as well and are not seen
/// from here.
const MOST_LOOKUPS: usize = 10;

/// A record in its terms.
#[derive(Debug, Clone)]
pub(super) struct Spf {
    terms: Vec<String>,
}

/// Whether a TXT record is one of SPF.
pub(super) fn is_spf(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case("v=spf1"))
}

impl Spf {
    pub(super) fn parse(text: &str) -> Self {
        Self { terms: text.split_whitespace().skip(1).map(str::to_lowercase).collect() }
    }

    fn lookups(&self) -> usize {
        let looked_up = |term: &&String| {
            let name = mechanism(term);
            matches!(name, "include" | "a" | "mx" | "ptr" | "exists") || term.starts_with("redirect=")
        };
        self.terms.iter().filter(looked_up).count()
    }

    /// Whether receivers give up before they have read it all.
    pub(super) fn has_too_many_lookups(&self) -> bool {
        self.lookups() > MOST_LOOKUPS
    }

    /// Says what makes the record worse than none, or of no use.
    pub(super) fn problem(&self) -> Option<String> {
        let lookups = self.lookups();
        let last = self.terms.iter().find(|term| mechanism(term) == "all").map(String::as_str);
        let redirects = self.terms.iter().any(|term| term.starts_with("redirect="));
        match last {
            _ if lookups > MOST_LOOKUPS => Some(format!(
                "its SPF record takes {lookups} look-ups and {MOST_LOOKUPS} are allowed, which counts as an error"
            )),
            Some("all" | "+all") => Some("its SPF record lets everybody send (+all)".to_owned()),
            Some("?all") => Some("its SPF record says nothing of others (?all)".to_owned()),
            None if !redirects => {
                Some("its SPF record does not end in -all or ~all, and says nothing of others".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the record itself names a server, by name or by one of its addresses.
    pub(super) fn names(&self, server: &str, domain: &str, addresses: &[IpAddr], mx: &[String]) -> bool {
        let same = |one: &str, other: &str| {
            one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
        };
        self.terms.iter().filter(|term| !term.starts_with(['-', '~', '?'])).any(|term| {
            let value = term.split_once(':').map(|(_, value)| value);
            match mechanism(term) {
                "a" => same(value.unwrap_or(domain).split('/').next().unwrap_or_default(), server),
                "mx" if value.is_none() => mx.iter().any(|host| same(host, server)),
                "ip4" | "ip6" => range(value.unwrap_or_default())
                    .is_some_and(|range| addresses.iter().any(|address| range.contains(address))),
                _ => false,
            }
        })
    }

    /// Whether the record names some in a way that is not followed here.
    pub(super) fn has_others(&self) -> bool {
        self.terms.iter().any(|term| {
            let elsewhere = matches!(mechanism(term), "include" | "exists" | "ptr");
            elsewhere || term.starts_with("redirect=") || (mechanism(term) == "mx" && term.contains(':'))
        })
    }

    /// The record with an end that lets nobody else send for sure, and with one more that may.
    pub(super) fn closed(&self, one_more: Option<&str>) -> String {
        let mut terms = vec!["v=spf1".to_owned()];
        terms.extend(one_more.map(str::to_owned));
        terms.extend(self.terms.iter().filter(|term| mechanism(term) != "all").cloned());
        terms.push("~all".to_owned());
        terms.join(" ")
    }

    /// The record with one more that may send.
    pub(super) fn with(&self, mechanism: &str) -> String {
        let mut terms = vec!["v=spf1".to_owned(), mechanism.to_owned()];
        terms.extend(self.terms.iter().cloned());
        terms.join(" ")
    }
}

/// The name of a term without its sign and value: `~include:x` is `include`.
fn mechanism(term: &str) -> &str {
    let term = term.trim_start_matches(['+', '-', '~', '?']);
    term.split([':', '/']).next().unwrap_or_default()
}

fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
