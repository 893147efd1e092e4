//! A house for tests: a store in a scratch folder, a clock that stands still, and articles that have come as far as
//! their Match job.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::{
    ArticleId, BETWEEN_LOOKS, Block, BlockKind, CanonicalUrl, CaptureId, CaptureLocation, Clock, EndpointId,
    EndpointKind, EndpointState, Entry, FirstLook, LOOK_MARGIN, Sight, Source,
};
use store::{
    ConfiguredEndpoint, ConfiguredSource, Database, Extracting, Extraction, Fetching, Job, JobKind, Looked,
    Looking, NewCapture, NewVersion, Polled, Queue, QueueConfig, RetryPolicy, Sealer, Sourcing,
};

/// A house that goes away with its folder.
#[derive(Debug)]
pub struct TestHouse {
    /// Its store, with a key.
    pub store: Arc<Database>,
    /// Its clock, which stands still until a test moves it.
    pub clock: Clock,
    folder: tempfile::TempDir,
    captures: std::sync::atomic::AtomicU64,
}

impl TestHouse {
    /// Opens a house with one source, whose backlog is treated as `first_look` says. Its first poll found nothing
    /// yet.
    pub async fn open(first_look: FirstLook) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/house.db", folder.path().display());
        let store = Arc::new(Database::open(&url, Some(Sealer::new(&[9; 32]))).await.unwrap());
        let clock = Clock::fixed("2026-11-23T10:00:00Z".parse().unwrap());
        store.sync_sources(&[source(first_look, clock.now())], clock.now()).await.unwrap();
        Self { store, clock, folder, captures: std::sync::atomic::AtomicU64::new(0) }
    }

    /// Returns its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns how its workers take jobs.
    pub fn queue_config(&self) -> QueueConfig {
        let second = SignedDuration::from_secs(1);
        let retry = RetryPolicy { first_wait: second, longest_wait: second, attempts: 3 };
        QueueConfig { lease: second * 30, idle: second, retry }
    }

    /// Publishes articles in one poll and reads each as far as its Match job. An article is its name, title and text.
    pub async fn publish(&self, articles: &[(&str, &str, &str)]) {
        self.poll(articles).await;
        for _ in articles {
            self.read_next(articles).await;
        }
    }

    /// Lets looks find that the page of an article is gone, until it is called removed; something else of its outlet
    /// is read in between.
    pub async fn remove(&self, name: &str) {
        self.look(name, Sight::Gone).await;
        self.clock.advance(SignedDuration::from_mins(1));
        self.poll(&[]).await;
        self.look(name, Sight::Gone).await;
    }

    /// Lets the next look at the page of an article find the page that was there before.
    pub async fn bring_back(&self, name: &str) {
        self.look(name, Sight::Same).await;
    }

    /// Lets the next look at the page of an article find another text, and reads it as far as its Match job.
    pub async fn edit(&self, article: (&str, &str, &str)) {
        self.look(article.0, Sight::Page).await;
        self.extract_next(&[article]).await;
    }

    async fn look(&self, name: &str, sight: Sight) {
        self.clock.advance(BETWEEN_LOOKS + LOOK_MARGIN);
        let now = self.clock.now();
        let length = SignedDuration::from_secs(30);
        // Pages of one outlet are looked at one after the other.
        while let Some(job) = self.store.lease(JobKind::Look, 1, now, length).await.unwrap().pop() {
            let page = self.store.page_to_look_at(ArticleId(job.subject)).await.unwrap().unwrap();
            let is_meant = page.page.article.url.as_str().ends_with(&format!("/{name}"));
            let article = page.page.article.id;
            let captured = is_meant && sight == Sight::Page;
            let looked = Looked {
                article,
                at: now,
                sight: if is_meant { sight } else { Sight::Same },
                status: 0,
                capture: captured.then(|| self.capture(article)),
                reason: String::new(),
                next: Some(now + BETWEEN_LOOKS),
            };
            self.store.finish_look(&job, &page, &looked).await.unwrap();
        }
    }

    async fn poll(&self, articles: &[(&str, &str, &str)]) {
        // The endpoint is polled every quarter of an hour; a second poll waits for its time.
        if self.peek(JobKind::Poll).await.is_none() {
            self.clock.advance(SignedDuration::from_mins(15));
        }
        let job = self.lease(JobKind::Poll).await;
        let (source, endpoint) = self.store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
        let now = self.clock.now();
        let polled = Polled {
            entries: articles.iter().map(|(name, title, _)| entry(name, title, now)).collect(),
            state: EndpointState::Ok,
            ..Polled::nothing_new(source, endpoint, now, now + SignedDuration::from_mins(15))
        };
        self.store.finish_poll(&job, &polled).await.unwrap();
    }

    async fn peek(&self, kind: JobKind) -> Option<()> {
        self.store.is_busy(&[kind], self.clock.now()).await.unwrap().then_some(())
    }

    async fn lease(&self, kind: JobKind) -> Job {
        let length = SignedDuration::from_secs(30);
        self.store.lease(kind, 1, self.clock.now(), length).await.unwrap().pop().expect("a job is due")
    }

    async fn read_next(&self, articles: &[(&str, &str, &str)]) {
        let now = self.clock.now();
        let job = self.lease(JobKind::FetchPage).await;
        let page = self.store.page(ArticleId(job.subject)).await.unwrap().unwrap();
        let capture = NewCapture { next_look: Some(now + BETWEEN_LOOKS), ..self.capture(page.article.id) };
        self.store.finish_fetch(&job, &capture).await.unwrap();
        self.extract_next(articles).await;
    }

    /// A capture of a page, in a place of its own.
    fn capture(&self, article: ArticleId) -> NewCapture {
        let offset = self.captures.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        NewCapture {
            article,
            fetched: self.clock.now(),
            status: 200,
            payload_sha256: "ab".repeat(32),
            location: CaptureLocation { file: "test.warc.gz".to_owned(), offset, length: 1 },
            next_look: None,
        }
    }

    async fn extract_next(&self, articles: &[(&str, &str, &str)]) {
        let now = self.clock.now();
        let job = self.lease(JobKind::Extract).await;
        let kept = self.store.page_capture(CaptureId(job.subject)).await.unwrap().unwrap();
        let address = kept.article.url.as_str();
        let (_, title, text) =
            articles.iter().find(|(name, ..)| address.ends_with(&format!("/{name}"))).unwrap();
        let extraction = Extraction::Read(version(title, text, now));
        self.store.finish_extract(&job, &kept, &extraction, now).await.unwrap();
    }
}

fn source(first_look: FirstLook, now: Timestamp) -> ConfiguredSource {
    let source = Source {
        name: "Steppe Herald".to_owned(),
        country: "KZ".to_owned(),
        languages: vec![text::Lang::EnLatn],
        schedule: "*/15 * * * *".to_owned(),
        first_look,
        ..Source::new("steppe-herald".parse().unwrap())
    };
    let url = "https://herald.test/feed.xml".parse().unwrap();
    ConfiguredSource {
        source,
        endpoints: vec![ConfiguredEndpoint {
            kind: EndpointKind::Feed,
            url,
            selectors: String::new(),
            first_due: now,
        }],
        domains: Vec::new(),
    }
}

fn entry(name: &str, title: &str, now: Timestamp) -> Entry {
    let url = CanonicalUrl::parse(&format!("https://herald.test/{name}")).unwrap();
    Entry { title: title.to_owned(), published: Some(now), ..Entry::new(url) }
}

fn version(title: &str, text: &str, now: Timestamp) -> NewVersion {
    let block = |line: &str| Block { kind: BlockKind::Paragraph, text: line.to_owned() };
    NewVersion {
        title: title.to_owned(),
        byline: vec!["Aigerim Writer".to_owned()],
        published: Some(now),
        lang: text::detect(&format!("{title}\n{text}")),
        blocks: text.lines().map(block).collect(),
        fingerprint: text::fingerprint(&format!("{title}\n{text}")).to_hex(),
        addresses: Vec::new(),
    }
}
