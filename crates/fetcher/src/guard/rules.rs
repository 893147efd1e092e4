//! Decides which addresses may be asked: only public ones, so that no feed can make us ask a machine of the
//! operator's own network, and only the way web pages are reached.
//!
//! Pure: names are resolved elsewhere, and what they resolve to is judged there by the same rules.

use std::net::{IpAddr, SocketAddr};

use model::{ProxyKind, ProxyUrl};
use thiserror::Error;
use url::{Host, Url};

use super::addresses::{is_forbidden, is_local_name};

/// An address that is refused before any connection is made.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not http or https, or without a host.
    #[error("only http and https addresses are fetched")]
    NotWeb,
    /// A user name or password inside the address.
    #[error("it carries a user name, which no public page needs: take out what stands before the @")]
    UserInfo,
    /// A port on which no news site serves its readers.
    #[error("its port is none of [fetcher] ports")]
    Port,
    /// A private, local or otherwise special address.
    #[error("it does not lead to a public address")]
    NotPublic,
    /// An onion service, asked without Tor.
    #[error(
        "an onion service is reached through Tor alone: give its source a proxy such as socks5h://127.0.0.1:9050"
    )]
    Onion,
    /// A proxy inside the own network that nobody allowed.
    #[error(
        "the proxy of its source lies in the own network: name it in [fetcher] local_proxies to allow it"
    )]
    LocalProxy,
    /// An address that no request can carry.
    #[error("it cannot be written into a request: it is longer than 65,534 bytes, or damaged")]
    Unwritable,
}

/// Host names that a test or the demo serves itself, all at one exact address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// The host names' ending, such as `.test`.
    pub suffix: String,
    /// Where they are served.
    pub address: SocketAddr,
}

/// The rules, with the few exemptions that an operator, a test or the demo may have.
#[derive(Debug, Clone)]
pub struct Guard {
    exemption: Option<Exemption>,
    ports: Vec<u16>,
    local_proxies: Vec<SocketAddr>,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new(None, vec![80, 443], Vec::new())
    }
}

impl Guard {
    /// Builds the rules: which ports are asked, and which proxies may lie in the own network. No exemption is the
    /// rule in production.
    pub fn new(exemption: Option<Exemption>, ports: Vec<u16>, local_proxies: Vec<SocketAddr>) -> Self {
        Self { exemption, ports, local_proxies }
    }

    /// Returns whether a request to `url` may be tried, straight or through `proxy`. Names are checked again once
    /// they are resolved; behind a proxy they are resolved where we cannot look, so that this is all there is.
    pub fn check_url(&self, url: &Url, proxy: Option<&ProxyUrl>) -> Result<(), Refusal> {
        let (Some(host), "http" | "https") = (url.host(), url.scheme()) else { return Err(Refusal::NotWeb) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let address = match host {
            Host::Domain(name) => return self.check_name(name, url, proxy),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        if self.is_exempt(SocketAddr::new(address, port)) {
            return Ok(());
        }
        if is_forbidden(address) { Err(Refusal::NotPublic) } else { self.check_port(url) }
    }

    /// Returns where an exempt host name is served; `None` for all names of the real world.
    pub fn exempt_host(&self, name: &str) -> Option<SocketAddr> {
        let exemption = self.exemption.as_ref()?;
        let name = name.to_ascii_lowercase();
        name.ends_with(&exemption.suffix).then_some(exemption.address)
    }

    /// Returns whether a connection to `remote` is allowed: for addresses that a name led to, and once more for the
    /// connection that was made.
    pub fn allows(&self, remote: SocketAddr) -> bool {
        self.is_exempt(remote) || !is_forbidden(remote.ip())
    }

    /// Returns whether a proxy at `remote` may be used. What is allowed here is allowed as a proxy only.
    pub fn allows_proxy(&self, remote: SocketAddr) -> bool {
        self.local_proxies.contains(&remote) || !is_forbidden(remote.ip())
    }

    /// Returns whether `proxy` may be tried. Its name is checked again once it is resolved.
    pub fn check_proxy(&self, proxy: &ProxyUrl) -> Result<(), Refusal> {
        let numeric: Option<IpAddr> = proxy.host.parse().ok();
        match numeric.map(|address| self.allows_proxy(SocketAddr::new(address, proxy.port))) {
            Some(false) => Err(Refusal::LocalProxy),
            Some(true) | None => Ok(()),
        }
    }

    fn check_name(&self, name: &str, url: &Url, proxy: Option<&ProxyUrl>) -> Result<(), Refusal> {
        if let Some(address) = self.exempt_host(name) {
            let served = url.port().is_none_or(|port| port == address.port());
            return if served { Ok(()) } else { Err(Refusal::Port) };
        }
        let through_tor = proxy.is_some_and(|proxy| proxy.kind == ProxyKind::Socks);
        let last = name.trim_end_matches('.').rsplit('.').next();
        if last == Some("onion") && !through_tor {
            return Err(Refusal::Onion);
        }
        if is_local_name(name) { Err(Refusal::NotPublic) } else { self.check_port(url) }
    }

    fn is_exempt(&self, address: SocketAddr) -> bool {
        self.exemption.as_ref().is_some_and(|exemption| exemption.address == address)
    }

    fn check_port(&self, url: &Url) -> Result<(), Refusal> {
        let allowed = url.port_or_known_default().is_some_and(|port| self.ports.contains(&port));
        if allowed { Ok(()) } else { Err(Refusal::Port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: &Guard, url: &str, expected: Result<(), Refusal>) {
        assert_eq!(guard.check_url(&Url::parse(url).unwrap(), None), expected, "{url}");
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
        check(&guard, "http://user@example.kz/", Err(Refusal::UserInfo));
        check(&guard, "http://127.0.0.1@evil.example/", Err(Refusal::UserInfo));
        check(&guard, "http://localhost/", Err(Refusal::NotPublic));
        check(&guard, "http://metadata.google.internal/", Err(Refusal::NotPublic));
        check(&guard, "http://news.onion/", Err(Refusal::Onion));
    }

    #[test]
    fn behind_a_proxy_the_target_is_guarded_as_far_as_it_is_known() {
        let guard = Guard::new(None, vec![80, 443], vec!["127.0.0.1:9050".parse().unwrap()]);
        let tor: ProxyUrl = "socks5h://127.0.0.1:9050".parse().unwrap();
        let through = |url: &str| guard.check_url(&Url::parse(url).unwrap(), Some(&tor));
        assert_eq!(through("https://news.example/"), Ok(()));
        assert_eq!(through("http://news.onion/"), Ok(()));
        assert_eq!(through("http://10.0.0.1/"), Err(Refusal::NotPublic));
        assert_eq!(through("http://localhost/"), Err(Refusal::NotPublic));
        // What is allowed as a proxy is no address to be fetched.
        assert_eq!(through("http://127.0.0.1:9050/"), Err(Refusal::NotPublic));
        assert!(!guard.allows("127.0.0.1:9050".parse().unwrap()));
    }

    #[test]
    fn a_proxy_of_the_own_network_is_one_exact_address_and_port() {
        let guard = Guard::new(None, vec![80, 443], vec!["127.0.0.1:9050".parse().unwrap()]);
        let check = |proxy: &str| guard.check_proxy(&proxy.parse().unwrap());
        assert_eq!(check("socks5h://127.0.0.1:9050"), Ok(()));
        assert_eq!(check("socks5h://127.0.0.1:9051"), Err(Refusal::LocalProxy));
        assert_eq!(check("http://192.168.1.1:3128"), Err(Refusal::LocalProxy));
        assert_eq!(check("http://[::1]:3128"), Err(Refusal::LocalProxy));
        assert_eq!(check("http://8.8.8.8:3128"), Ok(()));
        assert!(guard.allows_proxy("127.0.0.1:9050".parse().unwrap()));
        assert!(!guard.allows_proxy("127.0.0.1:1".parse().unwrap()));
    }

    #[test]
    fn the_exemption_is_one_exact_address_and_port() {
        let address: SocketAddr = "127.0.0.1:8600".parse().unwrap();
        let guard =
            Guard::new(Some(Exemption { suffix: ".test".to_owned(), address }), vec![80, 443], Vec::new());
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
