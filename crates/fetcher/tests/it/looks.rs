//! Later looks at a page, from the first capture to its removal and return, over a server that changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use archive::Archive;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use fetcher::{LookService, PageService, PoliteClient, PollService};
use jiff::{SignedDuration, Timestamp};
use model::{ArticleId, Clock, Presence, Sight};
use store::{Database, JobKind, Looking, Queue, Sourcing, Step, Worker};
use tempfile::TempDir;

use crate::full_disk::source;
use crate::house::{NOW, config, poller, serve, tools, tried_once, worker};

const FEED: &str = "<rss version=\"2.0\"><channel><title>a</title><item><title>One</title>\
    <link>http://herald.test/news/one</link></item></channel></rss>";

struct House {
    store: Arc<Database>,
    clock: Clock,
    polls: Worker<PollService>,
    pages: Worker<PageService>,
    looks: Worker<LookService>,
    /// What the page answers.
    status: Arc<AtomicU16>,
    _folder: TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = NOW.parse::<Timestamp>().unwrap();
        let clock = Clock::fixed(now);
        let status = Arc::new(AtomicU16::new(200));
        let answers = Arc::clone(&status);
        let page = get(async move || {
            let status = StatusCode::from_u16(answers.load(Ordering::Relaxed)).unwrap();
            // 203 stands for another text.
            (status, if status == 203 { "<p>Edited.</p>" } else { "<p>A page.</p>" })
        });
        let routes = Router::new().route("/feed.xml", get(async || FEED)).route("/news/one", page);
        let config = config(serve(routes).await);
        let url = format!("sqlite:{}/house.db", folder.path().display());
        let store = Arc::new(Database::open(&url, None).await.unwrap());
        store.sync_sources(&[source(now)], now).await.unwrap();
        let archive = Archive::open(&archive::Config::at(folder.path()), clock.clone());
        let client = PoliteClient::new(&config, clock.clone()).unwrap();
        let tools = tools(&store, archive, client, &clock);
        let plan = config.looks.clone();
        let looking = Arc::<Database>::clone(&store);
        let looks = LookService { tools: tools.clone(), looking, plan: plan.clone() };
        let pages = PageService { tools: tools.clone(), retry: tried_once(), looks: plan };
        Self {
            polls: poller(tools, &store),
            pages: worker(pages, &store, &clock),
            looks: worker(looks, &store, &clock),
            store,
            clock,
            status,
            _folder: folder,
        }
    }

    /// Lets `minutes` pass, polls the feed, and makes the look that is due, which the page answers with `status`.
    async fn look_after(&self, minutes: i64, status: u16) -> (Presence, Sight) {
        self.clock.advance(SignedDuration::from_mins(minutes));
        self.status.store(status, Ordering::Relaxed);
        self.polls.step().await.unwrap();
        assert_eq!(self.looks.step().await.unwrap(), Step::Worked, "a look is due");
        assert_eq!(self.looks.step().await.unwrap(), Step::Idle, "one look at a time");
        let (presence, _, looks) = self.store.looks(ArticleId(1)).await.unwrap();
        (presence, looks.first().unwrap().sight)
    }
}

#[tokio::test]
async fn a_page_is_looked_at_again_and_called_removed_after_two_looks_alone() {
    let house = House::new().await;
    house.polls.step().await.unwrap();
    assert_eq!(house.pages.step().await.unwrap(), Step::Worked);
    assert_eq!(house.looks.step().await.unwrap(), Step::Idle, "not before an hour has gone");
    assert_eq!(house.look_after(60, 200).await, (Presence::Present, Sight::Same));
    // The next of the plan, a day after the first capture.
    assert_eq!(house.look_after(23 * 60, 503).await, (Presence::Present, Sight::Outage));
    assert_eq!(house.look_after(60, 404).await, (Presence::Missing, Sight::Gone));
    assert_eq!(house.look_after(62, 503).await, (Presence::Missing, Sight::Outage));
    assert_eq!(house.look_after(60, 410).await, (Presence::Removed, Sight::Gone));
    assert!(!house.store.is_busy(&[JobKind::Look], Timestamp::MAX).await.unwrap(), "the plan is at its end");
    assert!(house.store.parked().await.unwrap().is_empty());
}

#[tokio::test]
async fn another_payload_is_read_again() {
    let house = House::new().await;
    house.polls.step().await.unwrap();
    house.pages.step().await.unwrap();
    house.status.store(203, Ordering::Relaxed);
    assert_eq!(house.look_after(60, 203).await, (Presence::Present, Sight::Page));
    let counts = house.store.job_counts(house.clock.now()).await.unwrap();
    let extract = counts.iter().find(|count| count.kind == JobKind::Extract).unwrap();
    assert_eq!(extract.ready, 2, "the first capture, and the one of the look");
}
