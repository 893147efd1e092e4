//! Fetches pages the way a publisher may expect: by robots.txt, in turn, within limits, honestly named.
//!
//! Redirects are followed here and not by the HTTP library, so that each hop passes the same guard, robots.txt
//! and turn as the first, and is kept as evidence.

use std::sync::Arc;
use std::time::Duration;

use archive::{Answer, DecodeError, Decoded, Exchange, Response};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Validators, registered_domain};
use store::Remembering;
use tokio::time::Instant;
use url::Url;

use super::ask::{Ask, Fetched, Oversize};
use super::redirect::redirect;
use crate::blocked::wall;
use crate::config::Config;
use crate::failure::{FetchError, Place};
use crate::guard::Guard;
use crate::manners::rest::rest;
use crate::manners::robots;
use crate::manners::robots_cache::RobotsCache;
use crate::manners::turns::Manners;
use crate::wire::{ClientError, Surroundings, Wire, WireRequest};

/// A body may unpack to this much, whatever its size: small bodies repeat themselves more than large ones.
const ALWAYS_UNPACKED: usize = 1024 * 1024;

/// The only part of Qarauyl that speaks to publishers.
pub struct PoliteClient {
    wire: Wire,
    pub(super) guard: Guard,
    manners: Manners,
    pub(super) robots: RobotsCache,
    pub(super) memory: Option<Arc<dyn Remembering>>,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
}

pub(super) struct Settings {
    whole: Duration,
    max_redirects: u32,
    max_wire_bytes: usize,
    max_decoded_bytes: usize,
    max_expansion: usize,
    longest_crawl_delay: SignedDuration,
    pub(super) robots_lifetime: SignedDuration,
    check_every: u32,
}

/// Why a page is fetched: a robots.txt is not asked for permission to read itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Page,
    Robots,
}

impl PoliteClient {
    /// Builds a client; fails only on settings that cannot work.
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ClientError> {
        Self::within(config, clock, Surroundings::default())
    }

    /// Builds a client for other surroundings than those of this machine.
    pub fn within(config: &Config, clock: Clock, around: Surroundings) -> Result<Self, ClientError> {
        config.validate()?;
        let guard = Guard::new(config.exemption()?, config.ports.clone(), config.local_proxies.clone());
        let settings = Settings {
            whole: config.whole_timeout.unsigned_abs(),
            max_redirects: config.max_redirects,
            max_wire_bytes: config.max_wire_bytes,
            max_decoded_bytes: config.max_decoded_bytes,
            max_expansion: config.max_expansion,
            longest_crawl_delay: config.longest_crawl_delay,
            robots_lifetime: config.robots_lifetime,
            check_every: config.check_every,
        };
        let wire = Wire::new(config, guard.clone(), around, clock.clone())?;
        let (manners, robots) = (Manners::default(), RobotsCache::default());
        Ok(Self { wire, guard, manners, robots, memory: None, clock, settings })
    }

    /// Returns the client with a place where robots.txt files outlive a restart.
    #[must_use]
    pub fn remembering(self, memory: Arc<dyn Remembering>) -> Self {
        Self { memory: Some(memory), ..self }
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
        let response = &exchange.answer.response;
        let decoded = response.decoded(self.unpacked_limit(response.body.len()));
        decoded.map_err(|cause| FetchError::Unreadable { place: Place::of(exchange.final_url()), cause })
    }

    /// Returns a body without its content coding: as much of it as can be read and the settings allow, and no more than
    /// may come over the wire. Readers of feeds copy what they read, some more than once.
    pub fn body_start(&self, exchange: &Exchange) -> Vec<u8> {
        opened(exchange, self.start_limit(exchange)).0
    }

    /// Returns how much of a body its reader is given.
    pub(crate) fn start_limit(&self, exchange: &Exchange) -> usize {
        self.unpacked_limit(exchange.answer.response.body.len()).min(self.settings.max_wire_bytes)
    }

    /// Returns how large a body may become when it is unpacked.
    pub fn max_decoded_bytes(&self) -> usize {
        self.settings.max_decoded_bytes
    }

    /// Returns after how many polls without news an endpoint is asked without conditions.
    pub(crate) fn check_every(&self) -> u32 {
        self.settings.check_every
    }

    /// Returns the time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns how large a body of `packed` bytes may become: no honest page shrinks a thousandfold.
    fn unpacked_limit(&self, packed: usize) -> usize {
        let honest = packed.saturating_mul(self.settings.max_expansion).max(ALWAYS_UNPACKED);
        honest.min(self.settings.max_decoded_bytes)
    }

    pub(super) async fn follow(&self, ask: &Ask<'_>, purpose: Purpose) -> Result<Exchange, FetchError> {
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
        let refused = |refusal| FetchError::Refused { place: place(), refusal };
        self.guard.check_url(ask.url, ask.proxy).map_err(refused)?;
        let mut pace = ask.pace;
        if purpose == Purpose::Page {
            let robots = self.rules(ask).await?;
            // What was decided for a source says nothing of the sites that it redirects to.
            let overridden = ask.overrides_robots && domain_of(ask.url) == domain_of(first);
            if !overridden && !robots.allows(path_of(ask.url)) {
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
            kind: ask.kind,
            accept_language: &ask.accept_language,
            proxy: ask.proxy,
            budget: *budget,
            cut_at,
        };
        let answer = self.wire.ask(&request).await;
        drop(turn);
        *budget = budget.saturating_sub(started.elapsed());
        answer
    }

    /// Returns when the server wants to be asked again, and sees to it that its domain is left alone until then.
    pub(super) fn rest_wanted(&self, answer: &Answer) -> Option<Timestamp> {
        let response = &answer.response;
        let rest = rest(response.status.as_u16(), response.header("retry-after"), answer.ended)?;
        if rest.whole_site {
            self.manners.rest(&domain_of(&answer.url), rest.until);
        }
        Some(rest.until)
    }
}

/// Returns as much of a body as can be unpacked and `limit` allows, and what is wrong with the packing, if anything is.
pub(crate) fn opened(exchange: &Exchange, limit: usize) -> (Vec<u8>, Option<DecodeError>) {
    let response = &exchange.answer.response;
    match response.decoded(limit) {
        Ok(decoded) => (decoded.bytes.into_owned(), None),
        // Servers that name a coding of their own mostly send none.
        Err(cause @ DecodeError::Unknown { .. }) => (response.body.clone(), Some(cause)),
        Err(cause) => {
            (archive::decode_start(&response.content_encoding(), &response.body, limit), Some(cause))
        }
    }
}

/// Returns the validators of an answer, byte for byte, for the next request. A server that forbids keeping its answer
/// gives none: what it says of changes is made up by the caches before it.
pub fn validators_of(response: &Response) -> Validators {
    let forbids = |name, word: &str| {
        response
            .header(name)
            .is_some_and(|value| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word)))
    };
    if forbids("cache-control", "no-store") || forbids("expires", "0") {
        return Validators::default();
    }
    let text = |name| {
        let value = response.headers.get(name)?;
        std::str::from_utf8(value.as_bytes()).ok().map(str::to_owned)
    };
    Validators { etag: text("etag"), last_modified: text("last-modified") }
}

fn path_of(url: &Url) -> &str {
    url.as_str().get(url[..url::Position::BeforePath].len()..).unwrap_or("/")
}

fn domain_of(url: &Url) -> String {
    registered_domain(url.host_str().unwrap_or_default())
}
