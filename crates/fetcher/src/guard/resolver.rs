//! Resolves host names for the HTTP library, and lets no special address through.
//!
//! The connection is made to exactly the addresses that this returns, so a name that resolves differently a
//! second time gains nothing.

use std::net::SocketAddr;
use std::time::Duration;

use model::ProxyUrl;
use thiserror::Error;
use tokio::time::timeout;

use super::{Guard, Names};

/// The resolver of one client.
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) names: Names,
    pub(crate) guard: Guard,
    pub(crate) timeout: Duration,
    /// The proxy of all requests of the client: its name is then the only one that is looked up, by a rule of its own.
    pub(crate) proxy: Option<ProxyUrl>,
}

/// A host name that leads nowhere we go. Says nothing of addresses: they do not belong into logs.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum ResolveError {
    /// It has no address, or nobody knows the name.
    #[error("the name has no address")]
    Unknown,
    /// The resolver did not answer in time.
    #[error("the name look-up took too long")]
    TimedOut,
    /// It leads into a network of one's own.
    #[error("the name does not lead to a public address")]
    NotPublic,
    /// The name is for the proxy to look up.
    #[error("behind a proxy no name but the proxy's own is looked up")]
    BehindProxy,
}

impl GuardedResolver {
    /// Returns the addresses of a name that may be connected to.
    pub(crate) async fn look_up(&self, name: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        match (&self.proxy, self.guard.exempt_host(name)) {
            (Some(proxy), _) if !proxy.host.eq_ignore_ascii_case(name) => {
                return Err(ResolveError::BehindProxy);
            }
            (None, Some(address)) => return Ok(vec![address]),
            _ => {}
        }
        let looked = timeout(self.timeout, self.names.look_up(name)).await;
        let all = looked.map_err(|_| ResolveError::TimedOut)?;
        if all.is_empty() {
            return Err(ResolveError::Unknown);
        }
        let allowed: Vec<SocketAddr> = all.into_iter().filter(|address| self.allows(*address)).collect();
        if allowed.is_empty() { Err(ResolveError::NotPublic) } else { Ok(allowed) }
    }

    fn allows(&self, address: SocketAddr) -> bool {
        match &self.proxy {
            Some(proxy) => self.guard.allows_proxy(SocketAddr::new(address.ip(), proxy.port)),
            None => self.guard.allows(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{Exemption, Reply};

    const HOME: &str = "127.0.0.1:8600";

    fn resolver(names: Names) -> GuardedResolver {
        let exemption = Exemption { suffix: ".test".to_owned(), address: HOME.parse().unwrap() };
        let guard = Guard::new(Some(exemption), vec![80], vec!["127.0.0.1:9050".parse().unwrap()]);
        GuardedResolver { names, guard, timeout: Duration::from_secs(5), proxy: None }
    }

    fn addresses(texts: &[&str]) -> Reply {
        Reply::Addresses(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused() {
        let system = resolver(Names::System);
        assert_eq!(system.look_up("localhost").await, Err(ResolveError::NotPublic));
        let names = Names::listed([
            ("mapped.example", vec![addresses(&["[::ffff:10.0.0.1]:0", "[64:ff9b::a00:1]:0"])]),
            ("metadata.example", vec![addresses(&["169.254.169.254:0", "[fd00:ec2::254]:0"])]),
            ("mixed.example", vec![addresses(&["10.0.0.1:0", "8.8.8.8:0"])]),
        ]);
        let listed = resolver(names);
        assert_eq!(listed.look_up("mapped.example").await, Err(ResolveError::NotPublic));
        assert_eq!(listed.look_up("metadata.example").await, Err(ResolveError::NotPublic));
        assert_eq!(listed.look_up("mixed.example").await, Ok(vec!["8.8.8.8:0".parse().unwrap()]));
        assert_eq!(listed.look_up("none.example").await, Err(ResolveError::Unknown));
    }

    #[tokio::test]
    async fn an_exempt_name_leads_to_its_one_address() {
        assert_eq!(resolver(Names::System).look_up("news.test").await, Ok(vec![HOME.parse().unwrap()]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_up_without_answer_ends_in_time() {
        let silent = Names::listed([("slow.example", vec![Reply::Silence(Duration::from_mins(10))])]);
        assert_eq!(resolver(silent).look_up("slow.example").await, Err(ResolveError::TimedOut));
    }

    #[tokio::test]
    async fn a_proxy_in_the_own_network_is_found_at_its_allowed_port_alone() {
        let names = Names::listed([("tor.example", vec![addresses(&["127.0.0.1:0"])])]);
        let at = |port: u16| {
            let proxy = format!("socks5h://tor.example:{port}").parse().ok();
            GuardedResolver { proxy, ..resolver(names.clone()) }
        };
        assert!(at(9050).look_up("tor.example").await.is_ok());
        assert_eq!(at(9051).look_up("tor.example").await, Err(ResolveError::NotPublic));
    }

    #[tokio::test]
    async fn behind_a_proxy_no_name_is_looked_up_but_its_own() {
        let public = || vec![addresses(&["8.8.8.8:0"])];
        let names = Names::listed([("proxy.example", public()), ("news.example", public())]);
        let proxy = "http://proxy.example:3128".parse().ok();
        let behind = GuardedResolver { proxy, ..resolver(names) };
        assert!(behind.look_up("proxy.example").await.is_ok());
        for name in ["news.example", "news.test", "evil.proxy.example"] {
            assert_eq!(behind.look_up(name).await, Err(ResolveError::BehindProxy), "{name}");
        }
    }
}
