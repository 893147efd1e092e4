//! What goes wrong between a look-up and an open connection, and how errors of the libraries are read.

use std::error::Error as StdError;
use std::{fmt, io};

use thiserror::Error;

use super::tls::TlsProblem;
use crate::failure::Stage;
use crate::guard::{Refusal, ResolveError};

/// A connection that did not come about. Says nothing of addresses.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub(crate) enum ConnectProblem {
    #[error("the name has no address")]
    Unknown,
    #[error("{0}")]
    Refused(Refusal),
    #[error("it took too long ({0})")]
    Late(Stage),
    #[error("{0}")]
    Io(io::ErrorKind),
    #[error("{0}")]
    Tls(TlsProblem),
    #[error("{0}")]
    Proxy(ProxyProblem),
}

/// What is wrong with the way through a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyProblem {
    /// The proxy itself cannot be connected to.
    Unreachable,
    /// It wants another login, or one at all.
    Login,
    /// It answered that it does not reach the site, or may not.
    Refused,
    /// It took too long.
    Late,
    /// What it answered is not what such a proxy answers.
    Broken,
}

impl fmt::Display for ProxyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "it cannot be connected to: see that it runs, and where",
            Self::Login => "it wants a login: use one that needs none",
            Self::Refused => "it does not reach the site, or may not: check its scheme and port, and ask for the site through it by hand",
            Self::Late => "it took too long: Tor may need longer, see [fetcher] proxy_timeout",
            Self::Broken => "it does not answer as such a proxy does: check its scheme and port",
        })
    }
}

impl From<ResolveError> for ConnectProblem {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Unknown | ResolveError::BehindProxy => Self::Unknown,
            ResolveError::TimedOut => Self::Late(Stage::Dns),
            ResolveError::NotPublic => Self::Refused(Refusal::NotPublic),
        }
    }
}

impl ConnectProblem {
    /// Reads an error of a connection.
    pub(crate) fn of_dialling(error: &(dyn StdError + 'static)) -> Self {
        match system(error) {
            io::ErrorKind::TimedOut => Self::Late(Stage::Connect),
            kind => Self::Io(kind),
        }
    }

    /// Reads an error of a TLS handshake.
    pub(crate) fn of_tls(error: &(dyn StdError + 'static)) -> Self {
        let inner = causes(error).into_iter().find_map(|cause| cause.downcast_ref::<rustls::Error>());
        inner.map_or_else(|| Self::Io(system(error)), |error| Self::Tls(TlsProblem::of(error)))
    }

    /// Returns what a problem of the way means when it is the way to a proxy.
    pub(crate) fn of_proxy(self) -> Self {
        match self {
            Self::Refused(_) => Self::Refused(Refusal::LocalProxy),
            Self::Late(_) => Self::Proxy(ProxyProblem::Late),
            _ => Self::Proxy(ProxyProblem::Unreachable),
        }
    }
}

impl ProxyProblem {
    /// Reads an error of the connection to a proxy, or of the handshake with it. The library tells its kinds apart in
    /// words alone.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Self {
        let words: Vec<String> = causes(error).iter().map(ToString::to_string).collect();
        let says = |known: &[&str]| known.iter().any(|known| words.iter().any(|words| words.contains(known)));
        if says(&["underlying connection", "tcp connect error", "tcp open error"]) {
            return Self::Unreachable;
        }
        if says(&["credentials", "authentication", "authorization"]) {
            return Self::Login;
        }
        if says(&["io error", "parsing", "unexpected end of file", "too long", "serialize", "missing"]) {
            return Self::Broken;
        }
        Self::Refused
    }
}

/// Returns what the system says, which is the innermost error of that kind.
pub(crate) fn system(error: &(dyn StdError + 'static)) -> io::ErrorKind {
    let chain = causes(error);
    let found = chain.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>());
    found.map_or(io::ErrorKind::Other, io::Error::kind)
}

/// Returns an error and all its causes. An `io::Error` hides the error inside it from `source`.
pub(crate) fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let (mut chain, mut next) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        chain.push(cause);
        let inside = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inside.map(|inside| inside as &(dyn StdError + 'static)).or_else(|| cause.source());
    }
    chain
}
