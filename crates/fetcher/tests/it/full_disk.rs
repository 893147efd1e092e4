//! A disk without room: polls wait, none counts as tried, and all goes on when there is room again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use archive::Archive;
use axum::Router;
use axum::routing::get;
use fetcher::PoliteClient;
use jiff::Timestamp;
use model::{Clock, EndpointKind, FirstLook, Source};
use store::{ConfiguredEndpoint, ConfiguredSource, Database, JobKind, Queue, Sourcing, Step};

use crate::house::{NOW, config, poller, serve, tools};

const FEED: &str = "<rss version=\"2.0\"><channel><title>a</title><item><title>One</title>\
    <link>http://herald.test/one</link></item></channel></rss>";

pub(crate) fn source(now: Timestamp) -> ConfiguredSource {
    ConfiguredSource {
        source: Source {
            name: "Herald".to_owned(),
            schedule: "*/15 * * * *".to_owned(),
            first_look: FirstLook::Alert,
            ..Source::new("herald".parse().unwrap())
        },
        endpoints: vec![ConfiguredEndpoint {
            kind: EndpointKind::Feed,
            url: "http://herald.test/feed.xml".parse().unwrap(),
            selectors: String::new(),
            first_due: now,
        }],
        domains: Vec::new(),
    }
}

#[tokio::test]
async fn polls_wait_for_room_and_go_on_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let (free, now) = (Arc::new(AtomicU64::new(0)), NOW.parse::<Timestamp>().unwrap());
    let clock = Clock::fixed(now);
    let address = serve(Router::new().route("/feed.xml", get(async || FEED))).await;
    let store = Arc::new(
        Database::open(&format!("sqlite:{}/house.db", folder.path().display()), None).await.unwrap(),
    );
    store.sync_sources(&[source(now)], now).await.unwrap();
    let said = Arc::clone(&free);
    let kept = archive::Config { min_free_bytes: 1000, ..archive::Config::at(folder.path()) };
    let archive = Archive::open_on(&kept, clock.clone(), Box::new(move |_| Ok(said.load(Ordering::Relaxed))));
    let client = PoliteClient::new(&config(address), clock.clone()).unwrap();
    let worker = poller(tools(&store, archive, client, &clock), &store);
    store.poll_all(now).await.unwrap();
    for _try in 0..5 {
        assert_eq!(worker.step().await.unwrap(), Step::Idle);
    }
    assert!(store.parked().await.unwrap().is_empty());
    free.store(1000, Ordering::Relaxed);
    assert_eq!(worker.step().await.unwrap(), Step::Worked);
    let counts = store.job_counts(now).await.unwrap();
    assert!(counts.iter().any(|count| count.kind == JobKind::FetchPage && count.ready == 1), "{counts:?}");
}
