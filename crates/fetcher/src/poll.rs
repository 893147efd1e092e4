//! Asks one endpoint for its entries: fetches it and reads what came, further sitemaps included.

use archive::Exchange;
use model::{Endpoint, EndpointKind, EndpointState, Source, Validators};
use store::Failure;
use thiserror::Error;
use tokio::task::spawn_blocking;
use url::Url;

use crate::client::{Ask, Fetched, Oversize, PoliteClient, validators_of};
use crate::failure::{FetchError, Place};
use crate::feed::{self, FeedError, MAX_ENTRIES, Note, Parsed};
use crate::sitemap::{self, Sitemap, SitemapError};

/// How many parts of a sitemap index are read at one poll: the newest ones.
const MAX_PARTS: usize = 3;

/// What a poll came to.
#[derive(Debug)]
pub enum Polled {
    /// The server says that nothing has changed: its answer.
    NotModified(Box<Exchange>),
    /// What it announces now.
    Read(Box<Poll>),
}

/// The entries of an endpoint, with the evidence.
#[derive(Debug)]
pub struct Poll {
    /// What was read.
    pub parsed: Parsed,
    /// What the server wants to hear next time.
    pub validators: Validators,
    /// All answers that were read, in order.
    pub exchanges: Vec<Exchange>,
}

/// An endpoint that could not be read.
#[derive(Debug, Error)]
pub enum PollError {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What came is no feed.
    #[error("`{place}` is not understood: {cause}")]
    Feed {
        /// The address.
        place: Place,
        /// What is wrong.
        cause: FeedError,
        /// What came.
        exchange: Box<Exchange>,
    },
    /// What came is no sitemap.
    #[error("`{place}` is not understood: {cause}")]
    Sitemap {
        /// The address.
        place: Place,
        /// What is wrong.
        cause: SitemapError,
        /// What came.
        exchange: Box<Exchange>,
    },
}

impl PollError {
    /// Returns what the queue makes of it. Bytes that are no feed today may be one tomorrow.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Fetch(error) => error.failure(),
            Self::Feed { .. } | Self::Sitemap { .. } => Failure::Passing,
        }
    }

    /// Returns how the endpoint does.
    pub fn state(&self) -> EndpointState {
        match self {
            Self::Fetch(error) => error.state(),
            Self::Feed { .. } | Self::Sitemap { .. } => EndpointState::Broken,
        }
    }

    /// Returns what was received, when there was an answer at all: it is evidence, too.
    pub fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::Fetch(error) => error.exchange(),
            Self::Feed { exchange, .. } | Self::Sitemap { exchange, .. } => Some(exchange),
        }
    }
}

/// Asks `endpoint` of `source`, unless it has not changed since its validators.
pub async fn poll(client: &PoliteClient, source: &Source, endpoint: &Endpoint) -> Result<Polled, PollError> {
    let ask = Ask { oversize: Oversize::Cut, ..Ask::of(source, &endpoint.url) }.unless(&endpoint.validators);
    let exchange = match client.fetch(&ask).await? {
        Fetched::NotModified(exchange) => return Ok(Polled::NotModified(exchange)),
        Fetched::Exchange(exchange) => *exchange,
    };
    let validators = validators_of(&exchange.answer.response);
    let mut poll = Poll { parsed: Parsed::default(), validators, exchanges: Vec::new() };
    match endpoint.kind {
        EndpointKind::Feed => {
            let (parsed, exchange) = read_feed(client, exchange).await?;
            poll.parsed = parsed;
            poll.exchanges.push(exchange);
        }
        EndpointKind::Sitemap => read_sitemaps(client, source, (exchange, &mut poll)).await?,
    }
    Ok(Polled::Read(Box::new(poll)))
}

async fn read_feed(client: &PoliteClient, exchange: Exchange) -> Result<(Parsed, Exchange), PollError> {
    let (body, url, content_type) = opened(client, &exchange);
    let read = move || feed::parse(&body, &url, &content_type);
    match blocking(read).await {
        Ok(parsed) => Ok((parsed, exchange)),
        Err(cause) => {
            let place = Place::of(exchange.final_url());
            Err(PollError::Feed { place, cause, exchange: Box::new(exchange) })
        }
    }
}

/// Reads a sitemap, or the newest parts of an index. A part that fails costs itself alone.
async fn read_sitemaps(
    client: &PoliteClient,
    source: &Source,
    (exchange, poll): (Exchange, &mut Poll),
) -> Result<(), PollError> {
    let parts = read_sitemap(client, exchange, poll).await?;
    let (mut failed, mut read) = (None, parts.is_empty());
    for part in parts.iter().take(MAX_PARTS) {
        let ask = Ask { oversize: Oversize::Cut, ..Ask::of(source, part) };
        match client.fetch(&ask).await.map_err(PollError::from) {
            Ok(Fetched::Exchange(exchange)) => match read_sitemap(client, *exchange, poll).await {
                Ok(_deeper_indexes_are_not_followed) => read = true,
                Err(error) => failed = Some(error),
            },
            Ok(Fetched::NotModified(_)) => {}
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if !read => Err(error),
        _ => Ok(()),
    }
}

/// Adds the pages of a sitemap to the poll, or returns the parts of an index.
async fn read_sitemap(
    client: &PoliteClient,
    exchange: Exchange,
    poll: &mut Poll,
) -> Result<Vec<Url>, PollError> {
    let (body, url, content_type) = opened(client, &exchange);
    let max_bytes = client.max_decoded_bytes();
    let read = move || sitemap::parse(&body, &url, &content_type, max_bytes);
    match blocking(read).await {
        Ok(sitemap) => {
            poll.exchanges.push(exchange);
            Ok(poll.parsed.add(sitemap))
        }
        Err(cause) => {
            let place = Place::of(exchange.final_url());
            Err(PollError::Sitemap { place, cause, exchange: Box::new(exchange) })
        }
    }
}

impl Parsed {
    /// Adds pages that are not there yet; returns the addresses of an index.
    fn add(&mut self, sitemap: Sitemap) -> Vec<Url> {
        let more = match sitemap {
            Sitemap::Index(parts) => return parts,
            Sitemap::Pages(more) => more,
        };
        let known: std::collections::HashSet<_> =
            self.entries.iter().map(|entry| entry.url.clone()).collect();
        let found = self.entries.len() + more.entries.len();
        let new = more.entries.into_iter().filter(|entry| !known.contains(&entry.url));
        self.entries.extend(new.take(MAX_ENTRIES.saturating_sub(known.len())));
        self.notes.extend(more.notes);
        if found > MAX_ENTRIES {
            self.notes.push(Note::TooMany(found));
        }
        Vec::new()
    }
}

fn opened(client: &PoliteClient, exchange: &Exchange) -> (Vec<u8>, Url, String) {
    let content_type = exchange.answer.response.content_type().to_owned();
    (client.body_start(exchange), exchange.final_url().clone(), content_type)
}

/// Runs a reading that may take long; a panic in it goes on here and is caught at the job.
async fn blocking<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(read).await {
        Ok(read) => read,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
