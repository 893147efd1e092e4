//! Why a page could not be fetched, in words for a person and in kinds for the queue.
//!
//! No message holds a network address, a query string or a body: all of them end up in logs and in the store.

use std::error::Error as StdError;
use std::{fmt, io};

use archive::{DecodeError, Exchange};
use jiff::Timestamp;
use model::EndpointState;
use store::Failure;
use thiserror::Error;
use url::{Host, Url};

use crate::blocked::Wall;
use crate::guard::Refusal;
use crate::wire::{ConnectProblem, ProxyProblem, TlsProblem, causes, system};

/// An address as it may be shown: without query, credentials and numbers of machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

/// A part of a request that may take only so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The look-up of the name.
    Dns,
    /// The connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// From the request to the head of the answer.
    Headers,
    /// The wait for the next bytes of the body.
    Body,
    /// The page with all its redirects.
    Whole,
}

/// A page that could not be fetched. Each message names the place and the remedy.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The address is one that is never connected to.
    #[error("`{place}` is refused: {refusal}")]
    Refused {
        /// The address.
        place: Place,
        /// Why.
        refusal: Refusal,
    },
    /// The site's robots.txt forbids it.
    #[error("`{place}` is excluded by the robots.txt of its site: ask the outlet, or read it another way")]
    Excluded {
        /// The address.
        place: Place,
    },
    /// The site's robots.txt cannot be had, so nothing may be asked.
    #[error(
        "robots.txt of `{place}` answered {status}, so the site is left alone until it answers otherwise"
    )]
    RobotsUnavailable {
        /// The address.
        place: Place,
        /// What it answered.
        status: u16,
    },
    /// The site asked for rest, and the time is not over.
    #[error("`{place}` asked not to be bothered before {until}: nothing needs to be done")]
    Resting {
        /// The address.
        place: Place,
        /// When the rest is over.
        until: Timestamp,
    },
    /// The host name has no address.
    #[error(
        "the host name of `{place}` cannot be resolved: check its spelling, and whether the outlet has moved"
    )]
    Dns {
        /// The address.
        place: Place,
    },
    /// No connection comes about.
    #[error(
        "`{place}` cannot be connected to: {cause}; if it opens in a browser elsewhere, this network is blocked"
    )]
    Connect {
        /// The address.
        place: Place,
        /// What the system says.
        cause: io::ErrorKind,
    },
    /// The certificate or the TLS itself is not acceptable.
    #[error("`{place}` has no acceptable TLS: {problem}")]
    Tls {
        /// The address.
        place: Place,
        /// What is wrong.
        problem: TlsProblem,
    },
    /// The proxy of its source does not get there. It is not asked without.
    #[error("`{place}` is asked through its source's proxy alone, and {problem}")]
    Proxy {
        /// The address.
        place: Place,
        /// What is wrong.
        problem: ProxyProblem,
    },
    /// It took too long.
    #[error("`{place}` took too long ({stage}): it is tried again by itself; see the timeouts of [fetcher]")]
    Timeout {
        /// The address.
        place: Place,
        /// What took too long.
        stage: Stage,
    },
    /// The connection broke, or what came over it is no HTTP.
    #[error("`{place}` broke off or sent no proper HTTP: {cause}; it is tried again by itself")]
    Broken {
        /// The address.
        place: Place,
        /// What the HTTP library says.
        cause: String,
    },
    /// The head of the answer is larger than we take.
    #[error("`{place}` sent a head that is too large: see [fetcher] max_header_bytes")]
    HeadTooLarge {
        /// The address.
        place: Place,
    },
    /// The body is larger than we take.
    #[error("`{place}` is larger than {max_bytes} bytes: see [fetcher] max_wire_bytes")]
    TooLarge {
        /// The address.
        place: Place,
        /// The limit.
        max_bytes: usize,
    },
    /// The body cannot be unpacked.
    #[error("the body of `{place}` cannot be unpacked: {cause}")]
    Unreadable {
        /// The address.
        place: Place,
        /// What is wrong with it.
        cause: DecodeError,
    },
    /// It redirects on and on.
    #[error(
        "`{place}` was reached after more than {max} redirects: its site is misconfigured; see [fetcher] max_redirects"
    )]
    TooManyRedirects {
        /// The last address.
        place: Place,
        /// The limit.
        max: u32,
    },
    /// It redirects to nothing.
    #[error("`{place}` redirects without saying where to: look for its new address on the outlet's site")]
    NoLocation {
        /// The address.
        place: Place,
    },
    /// A challenge or login page stands in front of it.
    #[error(
        "`{place}` shows {wall} instead of the page: ask the outlet to let readers in, or find another address"
    )]
    Blocked {
        /// The address.
        place: Place,
        /// What stands there.
        wall: Wall,
        /// When the site wants to be asked again, if it said so.
        not_before: Option<Timestamp>,
        /// What was received, to be kept.
        exchange: Box<Exchange>,
    },
    /// It answered with a status that is no page.
    #[error("`{place}` answered {status}: {}", meaning(*status))]
    Answered {
        /// The address.
        place: Place,
        /// The status.
        status: u16,
        /// When the site wants to be asked again, if it said so.
        not_before: Option<Timestamp>,
        /// What was received, to be kept.
        exchange: Box<Exchange>,
    },
}

impl FetchError {
    /// Returns what the queue makes of it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Resting { until, .. } => Failure::NotBefore(*until),
            Self::Blocked { not_before: Some(time), .. } | Self::Answered { not_before: Some(time), .. } => {
                Failure::NotBefore(*time)
            }
            Self::Answered { status, .. } if is_final(*status) => Failure::Final,
            // What the operator can mend in the settings goes on by itself once it is mended.
            Self::Refused { refusal: Refusal::LocalProxy | Refusal::Onion, .. } => Failure::Passing,
            Self::Refused { .. }
            | Self::Excluded { .. }
            | Self::TooLarge { .. }
            | Self::Unreadable { .. }
            | Self::TooManyRedirects { .. }
            | Self::NoLocation { .. } => Failure::Final,
            _ => Failure::Passing,
        }
    }

    /// Returns how an endpoint does that failed in this way.
    pub fn state(&self) -> EndpointState {
        match self {
            Self::Excluded { .. } => EndpointState::Excluded,
            Self::Blocked { .. } | Self::Answered { status: 403 | 429, .. } | Self::Resting { .. } => {
                EndpointState::Blocked
            }
            Self::Answered { status: 410, .. } => EndpointState::Gone,
            _ => EndpointState::Broken,
        }
    }

    /// Returns what was received, when there was an answer at all: it is evidence, too.
    pub fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::Blocked { exchange, .. } | Self::Answered { exchange, .. } => Some(exchange),
            _ => None,
        }
    }
}

/// Most refusals stand. A missing page may still come: feeds announce some before they are there.
fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 403 | 404 | 408 | 421 | 423 | 425 | 429)
}

impl Place {
    /// Returns what of `url` may be shown.
    pub fn of(url: &Url) -> Self {
        let host = match url.host() {
            Some(Host::Domain(name)) => name,
            Some(_) => "(numeric address)",
            None => "(no host)",
        };
        let path: String = url.path().chars().take(200).collect();
        Self(format!("{}://{host}{path}", url.scheme()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "look-up of its name",
            Self::Connect => "connection",
            Self::Tls => "TLS handshake",
            Self::Headers => "head of the answer",
            Self::Body => "next bytes of the body",
            Self::Whole => "whole page",
        })
    }
}

/// Says what a status means for whoever looks after the source.
fn meaning(status: u16) -> &'static str {
    match status {
        304 => "not modified, though it was asked without conditions: a cache of the outlet is broken",
        401 | 407 => "it wants a login",
        403 => "it refuses automated readers, or this network: ask the outlet, or give the source a proxy",
        404 => "nothing is there: look for its new address on the outlet's site",
        410 => "it is gone for good: look for its new address on the outlet's site",
        429 => "it is asked too often: raise the source's delay, or its schedule's distance",
        451 => "it is withheld for legal reasons: give the source a proxy in another country",
        500..=599 => "the outlet's server fails: it is tried again by itself",
        _ => "this is no page: open it in a browser, and look for its new address",
    }
}

/// Tells from an error of the HTTP library what went wrong.
pub(crate) fn classify(error: &(dyn StdError + 'static), place: Place) -> FetchError {
    let chain = causes(error);
    if let Some(problem) = chain.iter().find_map(|cause| cause.downcast_ref::<ConnectProblem>()) {
        return of_connecting(problem, place);
    }
    let too_large = |error: &hyper::Error| error.is_parse_too_large();
    if chain.iter().filter_map(|cause| cause.downcast_ref()).any(too_large) {
        return FetchError::HeadTooLarge { place };
    }
    // What the system says is plain. What the library says is plainest innermost; the errors around it name addresses.
    let innermost = || chain.last().map(ToString::to_string).unwrap_or_default();
    let cause = match system(error) {
        io::ErrorKind::Other | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => innermost(),
        kind => kind.to_string(),
    };
    FetchError::Broken { place, cause }
}

fn of_connecting(problem: &ConnectProblem, place: Place) -> FetchError {
    match problem.clone() {
        ConnectProblem::Unknown => FetchError::Dns { place },
        ConnectProblem::Refused(refusal) => FetchError::Refused { place, refusal },
        ConnectProblem::Late(stage) => FetchError::Timeout { place, stage },
        ConnectProblem::Io(cause) => FetchError::Connect { place, cause },
        ConnectProblem::Tls(problem) => FetchError::Tls { place, problem },
        ConnectProblem::Proxy(problem) => FetchError::Proxy { place, problem },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_address_holds_no_secret() {
        let check =
            |url, expected: &str| assert_eq!(Place::of(&Url::parse(url).unwrap()).to_string(), expected);
        check("https://user:secret@news.kz/a?token=1#x", "https://news.kz/a");
        check("http://10.1.2.3/a", "http://(numeric address)/a");
        check("http://[fe80::1]/a", "http://(numeric address)/a");
    }

    #[test]
    fn only_what_can_never_succeed_is_final() {
        for status in [400, 401, 405, 406, 410, 414, 451] {
            assert!(is_final(status), "{status}");
        }
        for status in [403, 404, 408, 425, 429, 500, 502, 503, 504, 200, 304] {
            assert!(!is_final(status), "{status}");
        }
    }
}
