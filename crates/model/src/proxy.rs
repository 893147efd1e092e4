//! The proxy through which a source is asked.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

/// A proxy. Names are always looked up at its end, so that the own resolver never learns what is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProxyUrl {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// Its host: a name, or an address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The user name it is told, empty for none. Tor gives each name a circuit of its own.
    pub user: String,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    /// SOCKS version 5 (RFC 1928), names looked up by the proxy: Tor.
    Socks,
    /// HTTP: `CONNECT` (RFC 9110, section 9.3.6) for encrypted pages; plain ones are forwarded.
    Http,
}

/// A text that is no proxy. The text itself is not repeated: it may hold a password.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
#[error("this proxy cannot be used ({0}): write socks5h://host:port or http://host:port")]
pub struct ProxyError(&'static str);

impl ProxyKind {
    /// Returns the scheme that names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Socks => "socks5h",
            Self::Http => "http",
        }
    }
}

impl FromStr for ProxyUrl {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(ProxyError("it has no scheme"))?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "socks5h" => ProxyKind::Socks,
            "http" => ProxyKind::Http,
            "socks5" | "socks4" | "socks4a" => {
                return Err(ProxyError("it would look names up here, where others may see them"));
            }
            "https" => return Err(ProxyError("proxies spoken to over TLS are not supported")),
            _ => return Err(ProxyError("its scheme is not known")),
        };
        // The URL parser reads hosts and ports fully for web schemes alone, and takes port 80 as not written.
        let url = Url::parse(&format!("http://{rest}")).map_err(|_| ProxyError("it is no address"))?;
        if url.password().is_some() {
            return Err(ProxyError("a password does not belong into a source file"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(ProxyError("something follows its port"));
        }
        let host = match url.host().ok_or(ProxyError("it has no host"))? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let written = rest.trim_end_matches('/').rsplit_once(':').is_some_and(|(_, port)| port == "80");
        let port = url.port().or(written.then_some(80)).ok_or(ProxyError("it has no port"))?;
        Ok(Self { kind, host, port, user: url.username().to_owned() })
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, v6) = (if self.user.is_empty() { "" } else { "@" }, self.host.contains(':'));
        let (open, close) = if v6 { ("[", "]") } else { ("", "") };
        write!(f, "{}://{}{at}{open}{}{close}:{}", self.kind.as_str(), self.user, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_reads_back_as_it_is_written() {
        for text in [
            "socks5h://127.0.0.1:9050",
            "socks5h://kazinform@127.0.0.1:9050",
            "http://proxy.example.org:80",
            "http://[::1]:8118",
        ] {
            assert_eq!(text.parse::<ProxyUrl>().unwrap().to_string(), text);
        }
        assert_eq!("SOCKS5H://LocalHost:9050/".parse::<ProxyUrl>().unwrap().host, "localhost");
    }

    #[test]
    fn what_would_leak_or_cannot_work_is_refused_with_a_remedy() {
        let check = |text: &str, why: &str| {
            let error = text.parse::<ProxyUrl>().unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("socks5h://host:port"), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        };
        check("socks5://127.0.0.1:9050", "look names up here");
        check("https://proxy.example.org:443", "over TLS");
        check("http://user:secret@proxy.example.org:8080", "password");
        check("127.0.0.1:9050", "no scheme");
        check("socks5h://127.0.0.1", "no port");
        check("http://proxy.example.org:8080/secret", "follows its port");
        check("ftp://proxy.example.org:21", "not known");
    }
}
