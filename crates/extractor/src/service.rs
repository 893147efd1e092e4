//! The service: reads kept captures and hands what it found to the store.

use std::sync::Arc;

use archive::{Archive, decode};
use async_trait::async_trait;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{CanonicalUrl, CaptureId, Clock, Sight};
use store::{Extracting, Extraction, Failed, Handler, Job, JobKind, NewVersion, PageCapture};
use text::{detect, fingerprint};

use crate::{ExtractError, Extracted, Page, SiteRules, extract};

/// How long after it was first seen a page without text is fetched again.
const HOPE: SignedDuration = SignedDuration::from_hours(72);
/// When it is fetched again.
const AGAIN: SignedDuration = SignedDuration::from_hours(12);

/// Extracts captures.
pub struct ExtractService {
    /// Where results are kept.
    pub store: Arc<dyn Extracting>,
    /// Where captures lie.
    pub archive: Arc<Archive>,
    /// The time.
    pub clock: Clock,
    /// A capture that unpacks to more bytes than this is cut.
    pub max_decoded_bytes: usize,
    /// How many captures are read side by side.
    pub width: usize,
}

impl std::fmt::Debug for ExtractService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExtractService").field("width", &self.width).finish_non_exhaustive()
    }
}

#[async_trait]
impl Handler for ExtractService {
    const KIND: JobKind = JobKind::Extract;

    fn width(&self) -> usize {
        self.width
    }

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            let Some(page) = self.store.page_capture(CaptureId(job.subject)).await? else {
                return Err(Failed::last(&"the capture is not in the store any more"));
            };
            let now = self.clock.now();
            let (archive, most) = (Arc::clone(&self.archive), self.max_decoded_bytes);
            let read = tokio::task::spawn_blocking(move || (read_page(&archive, &page, most), page)).await;
            let (read, page) = read.map_err(|_| Failed::passing(&"the extractor panicked"))?;
            let extraction = extraction(read?, &page, now);
            self.store.finish_extract(job, &page, &extraction, now).await?;
        }
        Ok(())
    }
}

/// What was read, with the addresses that the page may be known under.
type Read = Result<(Vec<CanonicalUrl>, Extracted), ExtractError>;

fn extraction(read: Read, page: &PageCapture, now: Timestamp) -> Extraction {
    match read {
        Ok((addresses, extracted)) if extracted.rule_found_nothing => {
            let (id, source) = (page.article.id.0, page.source.id.as_str());
            tracing::warn!(
                article.id = id,
                source.id = source,
                "the content rule found nothing, the general algorithm stepped in"
            );
            Extraction::ReadWithoutRule(version_of(extracted, addresses, page))
        }
        Ok((addresses, extracted)) => Extraction::Read(version_of(extracted, addresses, page)),
        Err(error) => {
            let hopeful = page.article.first_seen + HOPE > now && error != ExtractError::NotHtml;
            let (id, source) = (page.article.id.0, page.source.id.as_str());
            tracing::info!(article.id = id, source.id = source, reason = %error, "no text on the page, the feed's stands in");
            Extraction::Unreadable { again: hopeful.then(|| now + AGAIN), sight: sight_of(&error) }
        }
    }
}

/// What a page without an article says of the article: an error that is served as a page says that it is gone, a wall
/// in front of it says nothing.
fn sight_of(error: &ExtractError) -> Sight {
    match error {
        ExtractError::ErrorPage => Sight::Gone,
        ExtractError::Challenge | ExtractError::ConsentWall => Sight::Outage,
        ExtractError::NotHtml | ExtractError::Empty | ExtractError::Index => Sight::Page,
    }
}

fn read_page(archive: &Archive, page: &PageCapture, most: usize) -> Result<Read, Failed> {
    let stored = archive.read(&page.capture.location).map_err(|error| Failed::passing(&error))?;
    let coding = stored.response.content_encoding();
    let Ok(decoded) = decode(&coding, &stored.response.body, most) else {
        return Ok(Err(ExtractError::Empty));
    };
    let rules = SiteRules::parse(&page.source.rules).ok().flatten();
    // Where the redirects ended is the page's address; what it says of others counts from there.
    let found_at = CanonicalUrl::parse(&stored.url).unwrap_or_else(|_| page.article.url.clone());
    let read = extract(&Page {
        bytes: &decoded.bytes,
        url: Some(found_at.url()),
        content_type: stored.response.content_type(),
        rules: rules.as_ref(),
        zone: TimeZone::get(&page.source.timezone).unwrap_or(TimeZone::UTC),
        fetched: page.capture.fetched,
    });
    Ok(read.map(|extracted| (addresses(&found_at, &extracted), extracted)))
}

/// Where the page was found, and what it calls its address. It may only speak for its own registrant: a page that
/// claims another outlet's address would take that outlet's place.
fn addresses(found_at: &CanonicalUrl, extracted: &Extracted) -> Vec<CanonicalUrl> {
    let claimed = extracted.canonical.clone().and_then(|url| CanonicalUrl::from_url(url).ok());
    let claimed = claimed.filter(|claimed| claimed.is_of_one_site(found_at) && claimed != found_at);
    [found_at.clone()].into_iter().chain(claimed).collect()
}

/// The feed's word stands in for a title or a date that the page does not give.
fn version_of(extracted: Extracted, addresses: Vec<CanonicalUrl>, page: &PageCapture) -> NewVersion {
    let text = extracted.text();
    let entry = page.entry.as_ref();
    let title = Some(extracted.title).filter(|title| !title.is_empty());
    let title = title.or_else(|| entry.map(|entry| entry.title.clone())).unwrap_or_default();
    NewVersion {
        byline: extracted.byline,
        published: extracted
            .published
            .map(|time| time.timestamp())
            .or_else(|| entry.and_then(|entry| entry.published)),
        lang: detect(&format!("{title}\n{text}")),
        fingerprint: fingerprint(&format!("{title}\n{text}")).to_hex(),
        blocks: extracted.blocks,
        addresses,
        title,
    }
}
