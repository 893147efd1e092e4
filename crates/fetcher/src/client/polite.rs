//! Fetches pages the way a publisher may expect: by robots.txt, in turn, within limits, honestly named.
//!
//! Redirects are followed here and not by the HTTP library, so that each hop passes the same guard, robots.txt
//! and turn as the first, and is kept as evidence.

use std::sync::Arc;
use std::time::Duration;

use archive::{Answer, Decoded, Exchange, Response};
use jiff::SignedDuration;
use model::{Clock, Source, SourceKind, Validators, registered_domain};
use tokio::time::Instant;
use url::Url;

use crate::blocked::wall;
use crate::config::Config;
use crate::failure::{FetchError, Place};
use crate::guard::Guard;
use crate::manners::retry_after::retry_after;
use crate::manners::robots::{self, Robots};
use crate::manners::robots_cache::RobotsCache;
use crate::manners::turns::{Manners, Pace};
use crate::wire::{ClientError, Wire, WireRequest};

/// The only part of Qarauyl that speaks to publishers.
pub struct PoliteClient {
    wire: Wire,
    guard: Guard,
    manners: Manners,
    robots: RobotsCache,
    clock: Clock,
    settings: Settings,
}

struct Settings {
    whole: Duration,
    max_redirects: u32,
    max_wire_bytes: usize,
    max_decoded_bytes: usize,
    longest_crawl_delay: SignedDuration,
    robots_lifetime: SignedDuration,
}

/// A page to be fetched, and how its source wants to be asked.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The address.
    pub url: &'a Url,
    /// What the server gave last time; `None` asks without conditions.
    pub validators: Option<&'a Validators>,
    /// Whether the `User-Agent` names our contact.
    pub names_contact: bool,
    /// How many requests at once, how far apart.
    pub pace: Pace,
    /// What becomes of a body that is larger than we take.
    pub oversize: Oversize,
}

/// What becomes of a body that is larger than we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversize {
    /// It is given up: half a page is no page.
    Refuse,
    /// Its start is taken: the first entries of a feed are its newest.
    Cut,
}

/// What a request came to.
#[derive(Debug)]
pub enum Fetched {
    /// The server says that nothing has changed since the validators: its answer, which is evidence, too.
    NotModified(Box<Exchange>),
    /// A page.
    Exchange(Box<Exchange>),
}

/// Why a page is fetched: a robots.txt is not asked for permission to read itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Page,
    Robots,
}

impl<'a> Ask<'a> {
    /// Returns the request for a page of `source`, without conditions. State media, and outlets of which we know nothing, are told no contact.
    pub fn of(source: &Source, url: &'a Url) -> Self {
        let pace = Pace { connections: source.connections, delay: source.delay.unsigned_abs() };
        let names_contact = !matches!(source.kind, SourceKind::State | SourceKind::Unlisted);
        Self { url, validators: None, names_contact, pace, oversize: Oversize::Refuse }
    }

    /// Returns the request with what the server gave last time.
    #[must_use]
    pub fn unless(self, validators: &'a Validators) -> Self {
        Self { validators: Some(validators), ..self }
    }
}

impl PoliteClient {
    /// Builds a client; fails only on settings that cannot work.
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ClientError> {
        config.validate()?;
        let guard = Guard::new(config.exemption()?);
        let settings = Settings {
            whole: config.whole_timeout.unsigned_abs(),
            max_redirects: config.max_redirects,
            max_wire_bytes: config.max_wire_bytes,
            max_decoded_bytes: config.max_decoded_bytes,
            longest_crawl_delay: config.longest_crawl_delay,
            robots_lifetime: config.robots_lifetime,
        };
        let wire = Wire::new(config, guard.clone(), clock.clone())?;
        let (manners, robots) = (Manners::default(), RobotsCache::default());
        Ok(Self { wire, guard, manners, robots, clock, settings })
    }

    /// Fetches a page, redirects included. An answer that is no page is an error that carries it.
    pub async fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, FetchError> {
        let exchange = self.follow(ask, Purpose::Page).await?;
        let status = exchange.answer.response.status;
        if status == 304 && ask.validators.is_some() {
            return Ok(Fetched::NotModified(Box::new(exchange)));
        }
        let wall = wall(&exchange.answer.response, exchange.final_url(), !exchange.redirects.is_empty());
        if status.is_success() && wall.is_none() {
            return Ok(Fetched::Exchange(Box::new(exchange)));
        }
        let not_before = self.rest_wanted(&exchange.answer);
        let (place, exchange) = (Place::of(exchange.final_url()), Box::new(exchange));
        Err(match wall {
            Some(wall) => FetchError::Blocked { place, wall, not_before, exchange },
            None => FetchError::Answered { place, status: status.as_u16(), not_before, exchange },
        })
    }

    /// Returns the body of a page without its content coding, within the limit of the settings.
    pub fn body<'a>(&self, exchange: &'a Exchange) -> Result<Decoded<'a>, FetchError> {
        let decoded = exchange.answer.response.decoded(self.settings.max_decoded_bytes);
        decoded.map_err(|cause| FetchError::Unreadable { place: Place::of(exchange.final_url()), cause })
    }

    /// Returns a body without its content coding: as much of it as can be read and the settings allow.
    pub fn body_start(&self, exchange: &Exchange) -> Vec<u8> {
        let response = &exchange.answer.response;
        match response.decoded(self.settings.max_decoded_bytes) {
            Ok(decoded) => return decoded.bytes.into_owned(),
            // Servers that name a coding of their own mostly send none.
            Err(archive::DecodeError::Unknown { .. }) => return response.body.clone(),
            Err(_) => {}
        }
        archive::decode_start(&response.content_encoding(), &response.body, self.settings.max_decoded_bytes)
    }

    /// Returns how large a body may become when it is unpacked.
    pub fn max_decoded_bytes(&self) -> usize {
        self.settings.max_decoded_bytes
    }

    async fn follow(&self, ask: &Ask<'_>, purpose: Purpose) -> Result<Exchange, FetchError> {
        let (mut url, mut redirects, mut budget) = (ask.url.clone(), Vec::new(), self.settings.whole);
        url.set_fragment(None);
        loop {
            let hop = Ask { url: &url, ..ask.clone() };
            let answer = self.hop(&hop, ask.url, (purpose, &mut budget)).await?;
            let Some(next) = redirect(&answer)? else { return Ok(Exchange { redirects, answer }) };
            redirects.push(answer);
            let followed = u32::try_from(redirects.len()).unwrap_or(u32::MAX);
            if followed > self.settings.max_redirects {
                let max = self.settings.max_redirects;
                return Err(FetchError::TooManyRedirects { place: Place::of(&next), max });
            }
            url = next;
        }
    }

    /// Asks one address, with all that has to be asked and waited for before.
    async fn hop(
        &self,
        ask: &Ask<'_>,
        first: &Url,
        (purpose, budget): (Purpose, &mut Duration),
    ) -> Result<Answer, FetchError> {
        let place = || Place::of(ask.url);
        self.guard.check_url(ask.url).map_err(|refusal| FetchError::Refused { place: place(), refusal })?;
        let mut pace = ask.pace;
        if purpose == Purpose::Page {
            let robots = self.rules(ask).await?;
            if !robots.allows(path_of(ask.url)) {
                return Err(FetchError::Excluded { place: place() });
            }
            let wanted = robots.crawl_delay().unwrap_or_default().min(self.settings.longest_crawl_delay);
            pace.delay = pace.delay.max(wanted.unsigned_abs());
        }
        let domain = domain_of(ask.url);
        let resting = |until| FetchError::Resting { place: place(), until };
        let turn = self.manners.turn(&domain, pace, self.clock.now()).await.map_err(resting)?;
        let started = Instant::now();
        // Validators are the first site's business alone.
        let validators = ask.validators.filter(|_| domain == domain_of(first));
        let cut_at = match (purpose, ask.oversize) {
            (Purpose::Robots, _) => Some(robots::MAX_BYTES),
            (Purpose::Page, Oversize::Cut) => Some(self.settings.max_wire_bytes),
            (Purpose::Page, Oversize::Refuse) => None,
        };
        let request = WireRequest {
            url: ask.url,
            validators,
            names_contact: ask.names_contact,
            budget: *budget,
            cut_at,
        };
        let answer = self.wire.ask(&request).await;
        drop(turn);
        *budget = budget.saturating_sub(started.elapsed());
        answer
    }

    async fn rules(&self, ask: &Ask<'_>) -> Result<Arc<Robots>, FetchError> {
        let (now, lifetime) = (self.clock.now(), self.settings.robots_lifetime);
        let origin = ask.url.origin().ascii_serialization();
        // Boxed: following a redirect asks for rules, which follow redirects.
        let fetch = Box::pin(self.fetch_rules(ask));
        self.robots.rules(&origin, now, lifetime, fetch).await
    }

    /// RFC 9309: what is not there forbids nothing; what cannot be had forbids all.
    async fn fetch_rules(&self, ask: &Ask<'_>) -> Result<Robots, FetchError> {
        let mut url = ask.url.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        let asked = Ask { url: &url, validators: None, ..ask.clone() };
        let answer = match self.follow(&asked, Purpose::Robots).await {
            Ok(exchange) => exchange.answer,
            Err(FetchError::TooManyRedirects { .. } | FetchError::NoLocation { .. }) => {
                return Ok(Robots::default());
            }
            // A redirect to a place that we never go to is as good as no file.
            Err(FetchError::Refused { .. }) if self.guard.check_url(&url).is_ok() => {
                return Ok(Robots::default());
            }
            Err(error) => return Err(error),
        };
        let response = &answer.response;
        if response.status.is_success() {
            let body = archive::decode_start(&response.content_encoding(), &response.body, robots::MAX_BYTES);
            return Ok(Robots::parse(&body));
        }
        let status = response.status.as_u16();
        if status == 429 || response.status.is_server_error() {
            self.rest_wanted(&answer);
            return Err(FetchError::RobotsUnavailable { place: Place::of(&url), status });
        }
        Ok(Robots::default())
    }

    /// Returns when the server wants to be asked again, and sees to it that its domain is left alone until then.
    fn rest_wanted(&self, answer: &Answer) -> Option<jiff::Timestamp> {
        if !matches!(answer.response.status.as_u16(), 403 | 429 | 503) {
            return None;
        }
        let until = retry_after(answer.response.header("retry-after")?, answer.ended)?;
        self.manners.rest(&domain_of(&answer.url), until);
        Some(until)
    }
}

/// Returns the validators of an answer, byte for byte, for the next request.
pub fn validators_of(response: &Response) -> Validators {
    let text = |name| {
        let value = response.headers.get(name)?;
        std::str::from_utf8(value.as_bytes()).ok().map(str::to_owned)
    };
    Validators { etag: text("etag"), last_modified: text("last-modified") }
}

/// Returns where an answer sends us; `None` when it is the last.
fn redirect(answer: &Answer) -> Result<Option<Url>, FetchError> {
    if !matches!(answer.response.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let none = || FetchError::NoLocation { place: Place::of(&answer.url) };
    let location = answer.response.headers.get("location").ok_or_else(none)?;
    // Sites in other scripts than Latin write the address as it is, in UTF-8.
    let text = std::str::from_utf8(location.as_bytes()).map_err(|_| none())?;
    let mut next = answer.url.join(text.trim()).map_err(|_| none())?;
    next.set_fragment(None);
    Ok(Some(next))
}

fn path_of(url: &Url) -> &str {
    url.as_str().get(url[..url::Position::BeforePath].len()..).unwrap_or("/")
}

fn domain_of(url: &Url) -> String {
    registered_domain(url.host_str().unwrap_or_default())
}
