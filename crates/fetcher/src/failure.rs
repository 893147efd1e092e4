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
use crate::guard::resolver::ResolveError;

/// An address as it may be shown: without query, credentials and numbers of machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

/// A part of a request that may take only so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Name look-up, connection, TLS.
    Connect,
    /// From the request to the head of the answer.
    Headers,
    /// The wait for the next bytes of the body.
    Body,
    /// The page with all its redirects.
    Whole,
}

/// A page that could not be fetched.
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
    #[error("`{place}` is excluded by the robots.txt of its site")]
    Excluded {
        /// The address.
        place: Place,
    },
    /// The site's robots.txt cannot be had, so nothing may be asked.
    #[error("robots.txt of `{place}` answered {status}, so the site is left alone for now")]
    RobotsUnavailable {
        /// The address.
        place: Place,
        /// What it answered.
        status: u16,
    },
    /// The site asked for rest, and the time is not over.
    #[error("`{place}` asked not to be bothered before {until}")]
    Resting {
        /// The address.
        place: Place,
        /// When the rest is over.
        until: Timestamp,
    },
    /// The host name has no address.
    #[error("the host name of `{place}` cannot be resolved")]
    Dns {
        /// The address.
        place: Place,
    },
    /// No connection comes about.
    #[error("`{place}` cannot be connected to: {cause}")]
    Connect {
        /// The address.
        place: Place,
        /// What the system says.
        cause: io::ErrorKind,
    },
    /// The certificate or the TLS itself is not acceptable.
    #[error("`{place}` has no acceptable TLS: {cause}")]
    Tls {
        /// The address.
        place: Place,
        /// What the TLS library says.
        cause: String,
    },
    /// It took too long.
    #[error("`{place}` took too long ({stage})")]
    Timeout {
        /// The address.
        place: Place,
        /// What took too long.
        stage: Stage,
    },
    /// The connection broke, or what came over it is no HTTP.
    #[error("`{place}` broke off or sent no proper HTTP: {cause}")]
    Broken {
        /// The address.
        place: Place,
        /// What the HTTP library says.
        cause: String,
    },
    /// The body is larger than we take.
    #[error("`{place}` is larger than {max_bytes} bytes")]
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
    #[error("`{place}` was reached after more than {max} redirects")]
    TooManyRedirects {
        /// The last address.
        place: Place,
        /// The limit.
        max: u32,
    },
    /// It redirects to nothing.
    #[error("`{place}` redirects without saying where to")]
    NoLocation {
        /// The address.
        place: Place,
    },
    /// A challenge or login page stands in front of it.
    #[error("`{place}` shows {wall} instead of the page")]
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
    #[error("`{place}` answered {status}")]
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
            Self::Connect => "connection",
            Self::Headers => "head of the answer",
            Self::Body => "next bytes of the body",
            Self::Whole => "whole page",
        })
    }
}

/// Tells from an error of the HTTP client what went wrong.
pub(crate) fn classify(error: &reqwest::Error, place: Place) -> FetchError {
    let chain = causes(error);
    for cause in &chain {
        if let Some(error) = cause.downcast_ref::<ResolveError>() {
            return match error {
                ResolveError::Unknown => FetchError::Dns { place },
                ResolveError::TimedOut => FetchError::Timeout { place, stage: Stage::Connect },
                ResolveError::NotPublic => FetchError::Refused { place, refusal: Refusal::NotPublic },
            };
        }
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return FetchError::Tls { place, cause: error.to_string() };
        }
    }
    if error.is_timeout() {
        let stage = if error.is_connect() { Stage::Connect } else { Stage::Body };
        return FetchError::Timeout { place, stage };
    }
    let system = chain.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>());
    match system.map(io::Error::kind) {
        Some(cause) if error.is_connect() => FetchError::Connect { place, cause },
        Some(kind) if kind != io::ErrorKind::Other => FetchError::Broken { place, cause: kind.to_string() },
        _ => {
            // The innermost error is the plainest; those around it name addresses.
            let cause = chain.last().map(ToString::to_string).unwrap_or_default();
            FetchError::Broken { place, cause }
        }
    }
}

/// Returns an error and all its causes. An `io::Error` hides the error inside it from `source`.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let (mut chain, mut next) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        chain.push(cause);
        let inside = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inside.map(|inside| inside as &(dyn StdError + 'static)).or_else(|| cause.source());
    }
    chain
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
