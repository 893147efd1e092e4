//! What polls make of an endpoint over time, from the server on loopback to what the store knows: gaps and how they are
//! filled, trouble that is told once, and what outlives a restart.

use std::fmt::Write;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use archive::Archive;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fetcher::{PoliteClient, PollService};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Endpoint, EndpointState, FirstLook, Mode, Source};
use store::{
    Database, JobKind, Mailing, NewSubscriber, Queue, Reading, Scheduling, Sealer, SourceRecord, Sourcing,
    Step, Subscribing, Watching, Worker,
};
use tempfile::TempDir;

use crate::full_disk::source;
use crate::house::{NOW, config, poller, serve, tools};

/// A store and a clock that outlive the processes that poll.
struct House {
    folder: TempDir,
    store: Arc<Database>,
    clock: Clock,
    address: SocketAddr,
}

impl House {
    async fn open(routes: Router) -> Self {
        let (folder, now) = (tempfile::tempdir().unwrap(), NOW.parse::<Timestamp>().unwrap());
        let url = format!("sqlite:{}/house.db", folder.path().display());
        let store = Database::open(&url, Some(Sealer::new(&[7; 32]))).await.unwrap();
        store.sync_sources(&[source(now)], now).await.unwrap();
        Self { folder, store: Arc::new(store), clock: Clock::fixed(now), address: serve(routes).await }
    }

    /// Starts a process that polls.
    fn process(&self) -> Worker<PollService> {
        let client = PoliteClient::new(&config(self.address), self.clock.clone()).unwrap();
        let client = client.remembering(Arc::<Database>::clone(&self.store));
        let archive = Archive::open(&archive::Config::at(self.folder.path()), self.clock.clone());
        poller(tools(&self.store, archive, client, &self.clock), &self.store)
    }

    /// Polls once, `hours` later, and returns how the endpoint does then.
    async fn poll(&self, process: &Worker<PollService>, hours: i64) -> SourceRecord {
        self.clock.advance(SignedDuration::from_hours(hours));
        self.store.poll_all(self.clock.now()).await.unwrap();
        assert_eq!(process.step().await.unwrap(), Step::Worked);
        self.store.source_records().await.unwrap().remove(0)
    }

    async fn endpoint(&self) -> Endpoint {
        self.store.scheduled().await.unwrap().remove(0).endpoint
    }

    /// Counts the pages that wait to be fetched.
    async fn pages(&self) -> u64 {
        let counts = self.store.job_counts(self.clock.now()).await.unwrap();
        counts.iter().filter(|count| count.kind == JobKind::FetchPage).map(|count| count.ready).sum()
    }
}

/// A feed that shows some of the stories of the house's first day, one an hour; each has a number.
fn feed(stories: Range<i64>) -> String {
    let mut feed = String::from("<rss version=\"2.0\"><channel><title>Herald</title>");
    for story in stories.rev() {
        let date = hour(story).strftime("%a, %d %b %Y %H:%M:%S GMT");
        write!(feed, "<item><title>S{story}</title><link>http://herald.test/{story}</link><pubDate>{date}</pubDate></item>")
            .unwrap();
    }
    feed + "</channel></rss>"
}

fn sitemap(stories: Range<i64>) -> String {
    let mut sitemap = String::from("<urlset>");
    for story in stories {
        write!(
            sitemap,
            "<url><loc>http://herald.test/{story}</loc><news:news><news:publication_date>{}</news:publication_date>\
             <news:title>S{story}</news:title></news:news></url>",
            hour(story)
        )
        .unwrap();
    }
    sitemap + "</urlset>"
}

/// Story 0 was published when the house was opened.
fn hour(story: i64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(story)
}

/// Serves a feed that holds five stories: up to story 0 at the first poll, up to story 20 at the next.
fn hasty() -> Router {
    let polls = Arc::new(AtomicU32::new(0));
    let answer = async move |State(polls): State<Arc<AtomicU32>>| {
        if polls.fetch_add(1, Ordering::SeqCst) == 0 { feed(-4..1) } else { feed(16..21) }
    };
    Router::new().route("/feed.xml", get(answer)).with_state(polls)
}

#[tokio::test]
async fn a_gap_is_filled_from_the_sitemap_that_robots_txt_names() {
    let robots = get(async || "User-agent: *\nDisallow:\nSitemap: http://herald.test/news.xml\n");
    let lists = get(async || sitemap(-9..21));
    let house = House::open(hasty().route("/robots.txt", robots).route("/news.xml", lists)).await;
    let process = house.process();
    assert_eq!(house.poll(&process, 0).await.state, EndpointState::Ok);
    assert_eq!(house.pages().await, 5);
    let record = house.poll(&process, 20).await;
    assert_eq!((record.state, record.reason.as_str()), (EndpointState::Ok, ""));
    // Stories 1 to 20, five of them from the feed. What the sitemap says of the time before was known or is old.
    assert_eq!(house.pages().await, 25);
}

#[tokio::test]
async fn a_gap_that_nothing_fills_is_told_and_over_after_some_days() {
    let house = House::open(hasty()).await;
    let watch = house.store.add_watch("Border", "khorgos", house.clock.now()).await.unwrap();
    let reader = NewSubscriber {
        address: "reader@sample.example".parse().unwrap(),
        language: "en".to_owned(),
        timezone: "UTC".to_owned(),
    };
    let reader = house.store.add_subscriber(&reader, house.clock.now()).await.unwrap();
    let wish = ("daily".parse().unwrap(), Mode::Full);
    house.store.subscribe(reader, watch, wish, house.clock.now()).await.unwrap();
    let process = house.process();
    house.poll(&process, 0).await;
    let record = house.poll(&process, 20).await;
    assert_eq!(record.state, EndpointState::Gap);
    assert!(
        record.reason.contains("sitemap") && record.reason.contains("2026-11-24 06:00 UTC"),
        "{}",
        record.reason
    );
    assert_eq!(house.pages().await, 10);
    assert_eq!(house.poll(&process, 71).await.state, EndpointState::Gap);
    assert_eq!(house.poll(&process, 1).await.state, EndpointState::Unchanged);
    let job = house.store.lease(JobKind::Deliver, 1, house.clock.now(), SignedDuration::from_mins(1)).await;
    let digest = house.store.freeze_digest(&job.unwrap()[0], "sample.example", house.clock.now()).await;
    let news = digest.unwrap().unwrap().contents.news;
    assert_eq!(news.len(), 1, "{news:?}");
    assert_eq!((news[0].notice.state, news[0].notice.recovered), (EndpointState::Gap, true));
}

#[tokio::test]
async fn a_failure_is_a_trouble_with_its_cause_until_the_endpoint_is_read() {
    let polls = Arc::new(AtomicU32::new(0));
    let answer = async move |State(polls): State<Arc<AtomicU32>>| -> Response {
        match polls.fetch_add(1, Ordering::SeqCst) {
            0 | 4 => feed(-4..1).into_response(),
            _ => StatusCode::BAD_GATEWAY.into_response(),
        }
    };
    let house = House::open(Router::new().route("/feed.xml", get(answer)).with_state(polls)).await;
    let process = house.process();
    house.poll(&process, 0).await;
    for (hours, told) in [(1, false), (3, false), (3, true)] {
        let record = house.poll(&process, hours).await;
        assert_eq!(record.state, EndpointState::Broken);
        assert!(record.reason.contains("502"), "{}", record.reason);
        let trouble = house.endpoint().await.health.trouble.unwrap();
        assert_eq!(!trouble.told.is_empty(), told, "{trouble:?}");
    }
    assert_eq!(house.poll(&process, 1).await.state, EndpointState::Unchanged);
    assert_eq!(house.endpoint().await.health.trouble, None);
}

#[tokio::test]
async fn what_is_known_of_a_server_outlives_a_restart() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let robots = get(async move || {
        count.fetch_add(1, Ordering::SeqCst);
        "User-agent: *\nDisallow: /private"
    });
    let answer = get(async |headers: HeaderMap| match headers.get("if-none-match") {
        Some(tag) if tag == "\"v1\"" => StatusCode::NOT_MODIFIED.into_response(),
        _ => ([("etag", "\"v1\"")], feed(-4..1)).into_response(),
    });
    let house = House::open(Router::new().route("/robots.txt", robots).route("/feed.xml", answer)).await;
    assert_eq!(house.poll(&house.process(), 0).await.state, EndpointState::Ok);
    for known in 1..3 {
        assert_eq!(house.poll(&house.process(), 1).await.state, EndpointState::Unchanged);
        let conduct = house.endpoint().await.conduct;
        assert_eq!((conduct.unchanged_polls, conduct.unchanged_at), (known, Some(house.clock.now())));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "robots.txt is believed for a day, whoever asks");
}

#[tokio::test]
async fn a_robots_txt_is_passed_by_where_a_person_has_decided_so() {
    let forbids = get(async || "User-agent: *\nDisallow: /");
    let routes = Router::new().route("/robots.txt", forbids).route("/feed.xml", get(async || feed(-4..1)));
    let house = House::open(routes).await;
    let record = house.poll(&house.process(), 0).await;
    assert_eq!(record.state, EndpointState::Excluded);
    let mut decided = source(house.clock.now());
    decided.source = Source {
        robots_override: "the editors agreed by letter of 3 November".to_owned(),
        first_look: FirstLook::Archive,
        ..decided.source
    };
    house.store.sync_sources(&[decided], house.clock.now()).await.unwrap();
    let record = house.poll(&house.process(), 1).await;
    assert_eq!(record.state, EndpointState::Ok);
    assert_eq!(record.source.robots_override, "the editors agreed by letter of 3 November");
}
