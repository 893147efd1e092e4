//! Resolves host names for the HTTP client, and lets no special address through.
//!
//! The connection is made to exactly the addresses that this returns, so a name that resolves differently a
//! second time gains nothing.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::guard::{Guard, is_forbidden};

/// The resolver behind the HTTP client.
pub(crate) struct GuardedResolver {
    pub(crate) guard: Guard,
    pub(crate) timeout: Duration,
}

/// A host name that leads nowhere we go. Says nothing of addresses: they do not belong into logs.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResolveError {
    #[error("the name has no address")]
    Unknown,
    #[error("the name look-up took too long")]
    TimedOut,
    #[error("the name does not lead to a public address")]
    NotPublic,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (exempt, limit) = (self.guard.exempt_host(name.as_str()), self.timeout);
        Box::pin(async move {
            let addresses = match exempt {
                Some(address) => vec![address],
                None => look_up(name.as_str(), limit).await?,
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn look_up(name: &str, limit: Duration) -> Result<Vec<SocketAddr>, ResolveError> {
    // Port zero: the client puts the URL's port in.
    let looked = timeout(limit, lookup_host((name, 0))).await.map_err(|_| ResolveError::TimedOut)?;
    let all: Vec<SocketAddr> = looked.map_err(|_| ResolveError::Unknown)?.collect();
    if all.is_empty() {
        return Err(ResolveError::Unknown);
    }
    let public: Vec<SocketAddr> = all.into_iter().filter(|address| !is_forbidden(address.ip())).collect();
    if public.is_empty() { Err(ResolveError::NotPublic) } else { Ok(public) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Exemption;

    fn resolver() -> GuardedResolver {
        let exemption = Exemption { suffix: ".test".to_owned(), address: "127.0.0.1:8600".parse().unwrap() };
        GuardedResolver { guard: Guard::new(Some(exemption)), timeout: Duration::from_secs(5) }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused() {
        let Err(error) = resolver().resolve("localhost".parse().unwrap()).await else { panic!("resolved") };
        assert_eq!(error.downcast_ref(), Some(&ResolveError::NotPublic));
    }

    #[tokio::test]
    async fn an_exempt_name_leads_to_its_one_address() {
        let addresses = resolver().resolve("news.test".parse().unwrap()).await.ok().unwrap();
        assert_eq!(addresses.collect::<Vec<_>>(), ["127.0.0.1:8600".parse().unwrap()]);
    }
}
