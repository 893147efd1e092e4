//! Asks one endpoint for its entries: fetches it and reads what came, further sitemaps included.

use std::collections::HashSet;

use archive::{DecodeError, Exchange};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{Endpoint, EndpointKind, EndpointState, Source, Validators};
use store::Failure;
use thiserror::Error;
use tokio::task::spawn_blocking;
use url::Url;

use crate::client::{Ask, Fetched, Oversize, PoliteClient, opened, validators_of};
use crate::failure::{FetchError, Place};
use crate::formats::feed::{self, FeedError};
use crate::formats::listing::{self, NoLinks, Selectors};
use crate::formats::sitemap::{self, Sitemap, SitemapError};
use crate::formats::telegram::{self, NoPreview, Preview};
use crate::formats::youtube::{self, NoChannel};
use crate::formats::{Arrived, MAX_ENTRIES, Note, Parsed};
use crate::manners::conduct;
use crate::schedule::wishes;

/// How many parts of a sitemap index are read at one poll: the newest ones.
const MAX_PARTS: usize = 3;
/// How many older pages of a Telegram channel are asked for when the newest shares nothing with the last poll. Twenty
/// messages each: a channel that writes more between two polls shows as a gap.
const MAX_OLDER_PAGES: usize = 10;

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
    /// Whether it was asked to say nothing unless something had changed.
    pub conditional: bool,
    /// All answers that were read, in order.
    pub exchanges: Vec<Exchange>,
    /// The least wait until the next poll that the answer and the feed ask for.
    pub least_wait: SignedDuration,
}

/// An endpoint that could not be read.
#[derive(Debug, Error)]
pub enum PollError {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What came is not what the endpoint is said to be.
    #[error("`{place}` is not understood: {cause}")]
    Unread {
        /// The address.
        place: Place,
        /// What is wrong.
        cause: Unreadable,
        /// What came.
        exchange: Box<Exchange>,
    },
}

/// Why an answer holds no entries.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// It cannot be unpacked.
    #[error("its body cannot be unpacked: {0}")]
    Packed(#[from] DecodeError),
    /// It is no feed.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// It is no sitemap.
    #[error(transparent)]
    Sitemap(#[from] SitemapError),
    /// No article is listed on the page.
    #[error(transparent)]
    Listing(#[from] NoLinks),
    /// The channel has no preview.
    #[error(transparent)]
    Telegram(#[from] NoPreview),
    /// The page names no channel.
    #[error(transparent)]
    Youtube(#[from] NoChannel),
}

impl PollError {
    /// Returns what the queue makes of it. Bytes that are no feed today may be one tomorrow.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Fetch(error) => error.failure(),
            Self::Unread { .. } => Failure::Passing,
        }
    }

    /// Returns how the endpoint does.
    pub fn state(&self) -> EndpointState {
        match self {
            Self::Fetch(error) => error.state(),
            Self::Unread { .. } => EndpointState::Broken,
        }
    }

    /// Returns what was received, when there was an answer at all: it is evidence, too.
    pub fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::Fetch(error) => error.exchange(),
            Self::Unread { exchange, .. } => Some(exchange),
        }
    }
}

/// One poll while it goes on.
struct Polling<'a> {
    client: &'a PoliteClient,
    source: &'a Source,
    poll: Poll,
}

/// Asks `endpoint` of `source`, unless it has not changed since its validators.
pub async fn poll(client: &PoliteClient, source: &Source, endpoint: &Endpoint) -> Result<Polled, PollError> {
    let (conditional, url) =
        (conduct::conditional(endpoint, client.check_every(), client.now()), conduct::address(endpoint));
    let feed = if endpoint.kind == EndpointKind::Youtube { youtube::feed_of(url) } else { None };
    let mut ask = Ask { oversize: Oversize::Cut, ..Ask::of(source, feed.as_ref().unwrap_or(url)) };
    if conditional {
        ask = ask.unless(&endpoint.validators);
    }
    let exchange = match client.fetch(&ask).await? {
        Fetched::NotModified(exchange) => return Ok(Polled::NotModified(exchange)),
        Fetched::Exchange(exchange) => *exchange,
    };
    let validators = validators_of(&exchange.answer.response);
    let least_wait = wishes::asked_by_headers(&exchange.answer.response);
    let poll = Poll { parsed: Parsed::default(), validators, conditional, exchanges: Vec::new(), least_wait };
    let mut polling = Polling { client, source, poll };
    match endpoint.kind {
        EndpointKind::Feed => polling.feed(exchange).await?,
        EndpointKind::Youtube if feed.is_some() => polling.feed(exchange).await?,
        EndpointKind::Youtube => polling.channel(exchange).await?,
        EndpointKind::Sitemap => polling.sitemaps(exchange).await?,
        EndpointKind::Listing => polling.listing(exchange, &endpoint.selectors).await?,
        EndpointKind::Telegram => polling.telegram(exchange, endpoint).await?,
    }
    Ok(Polled::Read(Box::new(polling.poll)))
}

impl Polling<'_> {
    async fn feed(&mut self, exchange: Exchange) -> Result<(), PollError> {
        let read = |body: &[u8], arrived: &Arrived<'_>| {
            feed::parse(body, arrived).map(|parsed| (parsed, wishes::asked_by_feed(body)))
        };
        let ((parsed, least_wait), exchange) = self.read(exchange, read).await?;
        self.poll.least_wait = self.poll.least_wait.max(least_wait);
        self.poll.parsed = parsed;
        self.poll.exchanges.push(exchange);
        Ok(())
    }

    async fn listing(&mut self, exchange: Exchange, selectors: &str) -> Result<(), PollError> {
        let selectors = Selectors::parse(selectors).unwrap_or_default();
        let read = move |body: &[u8], arrived: &Arrived<'_>| listing::parse(body, arrived, &selectors);
        let (parsed, exchange) = self.read(exchange, read).await?;
        self.poll.parsed = parsed;
        self.poll.exchanges.push(exchange);
        Ok(())
    }

    /// Reads a channel whose address names no id: its page does, and then its feed is asked for.
    async fn channel(&mut self, exchange: Exchange) -> Result<(), PollError> {
        let read = |body: &[u8], arrived: &Arrived<'_>| youtube::feed_named_by(body, arrived.content_type);
        let (feed, exchange) = self.read(exchange, read).await?;
        self.poll.exchanges.push(exchange);
        // The page's validators say nothing of the feed.
        self.poll.validators = Validators::default();
        if let Some(exchange) = self.further(&feed).await? {
            self.feed(exchange).await?;
        }
        Ok(())
    }

    /// Reads a sitemap, or the newest parts of an index. A part that fails costs itself alone.
    async fn sitemaps(&mut self, exchange: Exchange) -> Result<(), PollError> {
        let parts = self.sitemap(exchange).await?;
        let (mut failed, mut read) = (None, parts.is_empty());
        for part in parts.iter().take(MAX_PARTS) {
            let outcome = match self.further(part).await {
                Ok(Some(exchange)) => self.sitemap(exchange).await,
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(_deeper_indexes_are_not_followed) => read = true,
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if !read => Err(error),
            _ => Ok(()),
        }
    }

    /// Adds the pages of a sitemap to the poll, or returns the parts of an index.
    async fn sitemap(&mut self, exchange: Exchange) -> Result<Vec<Url>, PollError> {
        let max_bytes = self.client.max_decoded_bytes();
        let read = move |body: &[u8], arrived: &Arrived<'_>| sitemap::parse(body, arrived, max_bytes);
        let (sitemap, exchange) = self.read(exchange, read).await?;
        self.poll.exchanges.push(exchange);
        match sitemap {
            Sitemap::Index(parts) => Ok(parts),
            Sitemap::Pages(more) => {
                self.poll.parsed.add(more);
                Ok(Vec::new())
            }
        }
    }

    /// Reads a channel's newest page, and older ones until they reach what the last poll knew.
    async fn telegram(&mut self, exchange: Exchange, endpoint: &Endpoint) -> Result<(), PollError> {
        let known = endpoint.newest.as_ref().and_then(telegram::number_of);
        let Preview { parsed, mut oldest } = self.preview(exchange).await?;
        let mut pages = vec![parsed];
        while let (Some(known), Some(first)) = (known, oldest)
            && first > known + 1
            && pages.len() <= MAX_OLDER_PAGES
        {
            // What is further back is lost for now when a page fails; the newest messages are not.
            let Ok(Some(exchange)) = self.further(&telegram::page_before(&endpoint.url, first)).await else {
                break;
            };
            let Ok(page) = self.preview(exchange).await else { break };
            let is_older = page.oldest.is_some_and(|oldest| oldest < first);
            pages.push(page.parsed);
            oldest = page.oldest.filter(|_| is_older);
        }
        // Oldest first: the last entry that is kept is the newest.
        pages.into_iter().rev().for_each(|page| self.poll.parsed.add(page));
        Ok(())
    }

    async fn preview(&mut self, exchange: Exchange) -> Result<Preview, PollError> {
        let (preview, exchange) = self.read(exchange, telegram::parse).await?;
        self.poll.exchanges.push(exchange);
        Ok(preview)
    }

    /// Asks for a further page of the same poll, without conditions.
    async fn further(&self, url: &Url) -> Result<Option<Exchange>, PollError> {
        let ask = Ask { oversize: Oversize::Cut, ..Ask::of(self.source, url) };
        match self.client.fetch(&ask).await? {
            Fetched::Exchange(exchange) => Ok(Some(*exchange)),
            Fetched::NotModified(_) => Ok(None),
        }
    }

    /// Unpacks and reads an answer off the runtime's own threads; what cannot be read comes back with its evidence.
    async fn read<T, E>(
        &self,
        exchange: Exchange,
        read: impl FnOnce(&[u8], &Arrived<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Exchange), PollError>
    where
        T: Send + 'static,
        E: Send + 'static,
        Unreadable: From<E>,
    {
        let limit = self.client.start_limit(&exchange);
        let zone = TimeZone::get(&self.source.timezone).unwrap_or(TimeZone::UTC);
        let work = move || {
            let (body, packing) = opened(&exchange, limit);
            let (url, content_type) = (exchange.final_url(), exchange.answer.response.content_type());
            let outcome = read(&body, &Arrived { url, content_type, zone, at: exchange.answer.ended });
            (outcome, packing, exchange)
        };
        match blocking(work).await {
            (Ok(read), _, exchange) => Ok((read, exchange)),
            (Err(error), packing, exchange) => {
                // Damage to the packing says more than what it did to the page.
                let cause = packing.map_or_else(|| error.into(), Unreadable::Packed);
                let place = Place::of(exchange.final_url());
                Err(PollError::Unread { place, cause, exchange: Box::new(exchange) })
            }
        }
    }
}

impl Parsed {
    /// Adds entries that are not there yet, as many as one poll may have.
    fn add(&mut self, more: Self) {
        let known: HashSet<String> = self.entries.iter().map(|entry| entry.url.identity()).collect();
        let found = self.entries.len() + more.entries.len();
        let new = more.entries.into_iter().filter(|entry| !known.contains(&entry.url.identity()));
        self.entries.extend(new.take(MAX_ENTRIES.saturating_sub(known.len())));
        for note in more.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        if found > MAX_ENTRIES {
            self.notes.push(Note::TooMany(found));
        }
    }
}

/// Runs a reading that may take long; a panic in it goes on here and is caught at the job.
async fn blocking<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(read).await {
        Ok(read) => read,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
