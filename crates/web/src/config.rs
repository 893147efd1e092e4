//! The `[web]` section of the configuration.

use std::net::SocketAddr;

use serde::Deserialize;
use thiserror::Error;

/// Where the pages are served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A loopback address and port.
    pub listen: String,
    /// The host names that they answer to.
    pub hosts: Vec<String>,
}

/// Why the pages cannot be served.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The address cannot be read.
    #[error("[web] listen = `{0}` is no address: write it as 127.0.0.1:8391")]
    Address(String),
    /// The address is open to others.
    #[error(
        "[web] listen = `{0}` is open to other machines: there are no logins yet, so pages are served on loopback only; \
         reach them through a tunnel: ssh -L 8391:127.0.0.1:8391 you@server"
    )]
    Open(SocketAddr),
    /// The port is taken or may not be used.
    #[error(
        "cannot listen on {address}: {source}; is another qarauyl running? choose another port in [web] listen"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Config {
    /// Returns the address, if it is a loopback one.
    ///
    /// # Errors
    /// When it cannot be read or is open to other machines.
    pub fn address(&self) -> Result<SocketAddr, ListenError> {
        let address: SocketAddr =
            self.listen.parse().map_err(|_| ListenError::Address(self.listen.clone()))?;
        if address.ip().is_loopback() { Ok(address) } else { Err(ListenError::Open(address)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_listened_on() {
        let check = |listen: &str, fine: bool| {
            let config = Config { listen: listen.to_owned(), hosts: Vec::new() };
            assert_eq!(config.address().is_ok(), fine, "{listen}");
        };
        check("127.0.0.1:8391", true);
        check("[::1]:0", true);
        check("0.0.0.0:8391", false);
        check("[::]:8391", false);
        check("192.168.1.5:80", false);
        check("localhost", false);
    }
}
