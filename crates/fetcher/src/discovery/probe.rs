//! Asks the places where a site may announce its news, and says what each holds.

use std::collections::HashSet;

use model::{CanonicalUrl, Endpoint, EndpointKind, Entry, Source};
use url::Url;

use super::candidates::{Candidate, Origin, of_address, of_page, of_robots, usual};
use crate::client::{Ask, Fetched, PoliteClient};
use crate::failure::FetchError;
use crate::formats::{Note, feed, sitemap};
use crate::poll::{Polled, poll};

/// No site is asked more often than this for one discovery.
const MOST_REQUESTS: usize = 24;

/// What was found on a site.
#[derive(Debug)]
pub struct Discovery {
    /// Where the site is, redirects followed.
    pub url: Url,
    /// The site's name as its page gives it; may be empty.
    pub name: String,
    /// The endpoints that hold entries, best first.
    pub found: Vec<Found>,
    /// What was said to be an endpoint and cannot be read: its address, and why.
    pub failed: Vec<(Url, String)>,
}

/// An endpoint with what it holds.
#[derive(Debug)]
pub struct Found {
    /// The endpoint.
    pub candidate: Candidate,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// What a person may want to know of it.
    pub notes: Vec<Note>,
}

/// One discovery while it goes on.
struct Search<'a> {
    client: &'a PoliteClient,
    source: &'a Source,
    requests: usize,
    found: Vec<Found>,
    failed: Vec<(Url, String)>,
}

/// Finds the endpoints of the site at `url`. `source` says how it wants to be asked.
///
/// # Errors
/// When `url` itself cannot be fetched.
pub async fn discover(client: &PoliteClient, source: &Source, url: &Url) -> Result<Discovery, FetchError> {
    let mut search = Search { client, source, requests: 0, found: Vec::new(), failed: Vec::new() };
    if let Some(itself) = of_address(url) {
        search.ask(itself).await;
        return Ok(search.finish(url.clone(), String::new()));
    }
    let exchange = match client.fetch(&Ask::of(source, url)).await? {
        Fetched::Exchange(exchange) | Fetched::NotModified(exchange) => *exchange,
    };
    let (home, body) = (exchange.final_url().clone(), client.body_start(&exchange));
    let content_type = exchange.answer.response.content_type().to_owned();
    if let Some(kind) = kind_of(client, &body, &home) {
        search.ask(Candidate { kind, url: home.clone(), title: String::new(), origin: Origin::Itself }).await;
        return Ok(search.finish(home, String::new()));
    }
    let site = of_page(&body, &content_type, &home);
    search.ask_all(site.candidates).await;
    let robots = robots(client, source, &home).await;
    search.ask_all(robots).await;
    for kind in [EndpointKind::Feed, EndpointKind::Sitemap] {
        // Guessing is for sites that say nothing.
        if !search.has(kind) && (kind == EndpointKind::Feed || !search.has(EndpointKind::Feed)) {
            search.guess(usual(kind, &home)).await;
        }
    }
    if !search.has(EndpointKind::Feed) && !search.has(EndpointKind::Sitemap) {
        let listing = Candidate {
            kind: EndpointKind::Listing,
            url: home.clone(),
            title: String::new(),
            origin: Origin::Itself,
        };
        search.ask(listing).await;
    }
    Ok(search.finish(home, site.name))
}

/// Bytes that are themselves a feed or sitemap.
fn kind_of(client: &PoliteClient, body: &[u8], url: &Url) -> Option<EndpointKind> {
    let arrived = crate::formats::Arrived {
        url,
        content_type: "",
        zone: jiff::tz::TimeZone::UTC,
        at: jiff::Timestamp::MAX - jiff::SignedDuration::from_hours(24 * 7),
    };
    if feed::parse(body, &arrived).is_ok() {
        return Some(EndpointKind::Feed);
    }
    sitemap::parse(body, &arrived, client.max_decoded_bytes()).is_ok().then_some(EndpointKind::Sitemap)
}

/// Returns the sitemaps that the robots.txt of a site names, news first.
pub(crate) async fn sitemaps_named(client: &PoliteClient, source: &Source, site: &Url) -> Vec<Endpoint> {
    let endpoint = |named: Candidate| Endpoint::new(source.id.clone(), named.kind, named.url);
    robots(client, source, site).await.into_iter().map(endpoint).collect()
}

async fn robots(client: &PoliteClient, source: &Source, home: &Url) -> Vec<Candidate> {
    let Ok(url) = home.join("/robots.txt") else { return Vec::new() };
    match client.fetch(&Ask::of(source, &url)).await {
        Ok(Fetched::Exchange(exchange)) => {
            of_robots(&String::from_utf8_lossy(&client.body_start(&exchange)), home)
        }
        _ => Vec::new(),
    }
}

impl Search<'_> {
    fn has(&self, kind: EndpointKind) -> bool {
        self.found.iter().any(|one| one.candidate.kind == kind)
    }

    async fn ask_all(&mut self, candidates: Vec<Candidate>) {
        for candidate in candidates {
            self.ask(candidate).await;
        }
    }

    /// Asks until one of the usual places holds something; what is not there is no failure.
    async fn guess(&mut self, candidates: Vec<Candidate>) {
        for candidate in candidates {
            if self.has(candidate.kind) {
                return;
            }
            let failures = self.failed.len();
            self.ask(candidate).await;
            self.failed.truncate(failures);
        }
    }

    /// Asks one endpoint. Two addresses with the same entries are one endpoint.
    async fn ask(&mut self, candidate: Candidate) {
        if self.requests >= MOST_REQUESTS || self.found.iter().any(|one| one.candidate.url == candidate.url) {
            return;
        }
        self.requests += 1;
        let endpoint = Endpoint::new(self.source.id.clone(), candidate.kind, candidate.url.clone());
        match poll(self.client, self.source, &endpoint).await {
            Ok(Polled::Read(read)) => {
                let known = |one: &Found| pages(&one.entries) == pages(&read.parsed.entries);
                if read.parsed.entries.is_empty() {
                    self.failed.push((candidate.url, "it holds no entries".to_owned()));
                } else if !self.found.iter().any(known) {
                    let (entries, notes) = (read.parsed.entries, read.parsed.notes);
                    self.found.push(Found { candidate, entries, notes });
                }
            }
            Ok(Polled::NotModified(_)) => {}
            Err(error) => self.failed.push((candidate.url, error.to_string())),
        }
    }

    fn finish(mut self, url: Url, name: String) -> Discovery {
        self.found.sort_by_key(|one| one.candidate.origin);
        Discovery { url, name, found: self.found, failed: self.failed }
    }
}

fn pages(entries: &[Entry]) -> HashSet<String> {
    entries.iter().map(|entry| CanonicalUrl::identity(&entry.url)).collect()
}
