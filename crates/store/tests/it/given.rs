//! What tests start from: a source, entries, versions, watches, subscribers.

use jiff::{SignedDuration, Timestamp};
use model::{
    Block, BlockKind, CanonicalUrl, CaptureId, CaptureLocation, EndpointId, EndpointKind, EndpointState,
    Entry, Excerpt, FirstLook, Frequency, Mode, Novelty, Source, SubscriberId, Validators, VersionId,
    WatchId,
};
use store::{
    ConfiguredEndpoint, ConfiguredSource, Extraction, Finding, Job, JobKind, MatchedVersion, NewAlert,
    NewCapture, NewSubscriber, NewVersion, Polled, Store, StoryChoice, StorySentence,
};
use text::Lang;

pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(30);

pub(crate) fn start() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub(crate) fn source(first_look: FirstLook) -> ConfiguredSource {
    ConfiguredSource {
        source: Source {
            name: "Steppe Herald".into(),
            country: "KZ".into(),
            languages: vec![Lang::parse("kk-Cyrl").unwrap()],
            schedule: "*/15 * * * *".into(),
            timezone: "Asia/Almaty".into(),
            first_look,
            ..Source::new("steppe-herald".parse().unwrap())
        },
        endpoints: vec![ConfiguredEndpoint {
            kind: EndpointKind::Feed,
            url: "https://herald.test/feed.xml".parse().unwrap(),
            selectors: String::new(),
            first_due: start(),
        }],
        domains: Vec::new(),
    }
}

pub(crate) fn entry(name: &str) -> Entry {
    Entry {
        url: CanonicalUrl::parse(&format!("https://herald.test/{name}")).unwrap(),
        title: format!("Title of {name}"),
        summary: "A summary from the feed".into(),
        content: String::new(),
        published: Some(start()),
    }
}

pub(crate) fn version(text: &str) -> NewVersion {
    NewVersion {
        title: "Title".into(),
        byline: vec!["A. Writer".into()],
        published: Some(start()),
        lang: Lang::parse("en-Latn").unwrap(),
        blocks: vec![Block { kind: BlockKind::Paragraph, text: text.into() }],
        fingerprint: format!("hash of {text}"),
        addresses: Vec::new(),
    }
}

/// Leases one due job of `kind`.
pub(crate) async fn leased(store: &dyn Store, kind: JobKind, now: Timestamp) -> Option<Job> {
    store.lease(kind, 1, now, LEASE).await.unwrap().into_iter().next()
}

/// Configures one source and polls it once with `names` as its entries.
pub(crate) async fn polled(store: &dyn Store, first_look: FirstLook, names: &[&str]) -> u32 {
    store.sync_sources(&[source(first_look)], start()).await.unwrap();
    poll(store, names, start()).await
}

/// Polls the one endpoint with `names` as its entries; returns how many were new.
pub(crate) async fn poll(store: &dyn Store, names: &[&str], now: Timestamp) -> u32 {
    let job = leased(store, JobKind::Poll, now).await.expect("a poll is due");
    let (source, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    let polled = Polled {
        entries: names.iter().map(|name| entry(name)).collect(),
        validators: Validators { etag: Some("\"1\"".into()), last_modified: None },
        state: EndpointState::Ok,
        ..Polled::nothing_new(source, endpoint, now, now + minutes(15))
    };
    store.finish_poll(&job, &polled).await.unwrap()
}

/// Fetches the next page that is due and keeps it as a capture at `offset`.
pub(crate) async fn fetched(store: &dyn Store, offset: u64, now: Timestamp) {
    let job = leased(store, JobKind::FetchPage, now).await.expect("a page is due");
    let page = store.page(model::ArticleId(job.subject)).await.unwrap().unwrap();
    let capture = NewCapture {
        article: page.article.id,
        fetched: now,
        status: 200,
        payload_sha256: "ab".repeat(32),
        location: CaptureLocation { file: "a.warc.gz".into(), offset, length: 10 },
        next_look: Some(now + minutes(60)),
    };
    store.finish_fetch(&job, &capture).await.unwrap();
}

/// Extracts the next capture that is due as `extraction`.
pub(crate) async fn extracted(store: &dyn Store, extraction: &Extraction, now: Timestamp) {
    let job = leased(store, JobKind::Extract, now).await.expect("a capture is due");
    let page = store.page_capture(CaptureId(job.subject)).await.unwrap().unwrap();
    store.finish_extract(&job, &page, extraction, now).await.unwrap();
}

/// Brings one entry as far as its Match job.
pub(crate) async fn read(store: &dyn Store, text: &str, offset: u64, now: Timestamp) {
    fetched(store, offset, now).await;
    extracted(store, &Extraction::Read(version(text)), now).await;
}

/// Decides the next Match job: each of `watches` alerts with `novelty`, or only matches when it is `None`.
pub(crate) async fn matched(
    store: &dyn Store,
    watches: &[WatchId],
    novelty: Option<&str>,
    now: Timestamp,
) -> Job {
    let job = leased(store, JobKind::Match, now).await.expect("a version is due");
    let decided = decided(store, VersionId(job.subject), watches, novelty).await;
    store.finish_match(&job, &decided, now).await.unwrap();
    job
}

pub(crate) async fn decided(
    store: &dyn Store,
    version: VersionId,
    watches: &[WatchId],
    novelty: Option<&str>,
) -> MatchedVersion {
    let finding = |watch: &WatchId| Finding {
        watch: *watch,
        clauses: vec![0],
        alert: novelty.map(|novelty| NewAlert {
            novelty: Novelty(novelty.into()),
            excerpt: Excerpt { title: "Told".into(), passage: "p".into(), ..Excerpt::default() },
        }),
    };
    let candidates = store.story_candidates(&[77], start()).await.unwrap();
    let story = match candidates.first() {
        Some(candidate) => StoryChoice::Existing(candidate.story),
        None => StoryChoice::New { signature: vec![1, 2], shingles: vec![77], since: start() },
    };
    MatchedVersion {
        context: store.version(version).await.unwrap().unwrap(),
        revision: store.watch_revision().await.unwrap(),
        story,
        origin: None,
        sentences: vec![StorySentence { hash: 5, words: vec![7, 8] }],
        held: Vec::new(),
        findings: watches.iter().map(finding).collect(),
    }
}

/// Adds a watch and a subscriber who wants to hear of it.
pub(crate) async fn subscribed(store: &dyn Store, frequency: &str) -> (WatchId, SubscriberId) {
    let watch = store.add_watch("Border", "khorgos", start()).await.unwrap();
    let new = NewSubscriber {
        address: "aigul@sample.kz".parse().unwrap(),
        language: "en".into(),
        timezone: "Asia/Almaty".into(),
    };
    let subscriber = store.add_subscriber(&new, start()).await.unwrap();
    let wish = (frequency.parse::<Frequency>().unwrap(), Mode::Full);
    store.subscribe(subscriber, watch, wish, start()).await.unwrap();
    (watch, subscriber)
}
