//! What is told of sources, and what is known of an endpoint's other ways.

use jiff::Timestamp;
use model::{EndpointId, EndpointKind, EndpointState, FirstLook, Health, Notice, SourceNews, Trouble};
use store::{ConfiguredEndpoint, Extraction, JobKind, Polled, Store};

use crate::given::{extracted, fetched, leased, minutes, poll, source, start, subscribed, version};
use crate::mails::{accepted, frozen};

fn notice(state: EndpointState, recovered: bool) -> Notice {
    Notice { state, recovered, since: start(), reason: "why".to_owned() }
}

async fn poll_with(store: &dyn Store, notice: Option<Notice>, now: Timestamp) {
    let job = leased(store, JobKind::Poll, now).await.expect("a poll is due");
    let (source, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    let trouble = notice.as_ref().map(|notice| Trouble {
        state: notice.state,
        since: now,
        state_since: now,
        polls: 1,
        told: vec![notice.state],
    });
    let health = Health { trouble, ..Health::default() };
    let polled = Polled {
        notice,
        health: health.clone(),
        ..Polled::nothing_new(source, endpoint, now, now + minutes(15))
    };
    store.finish_poll(&job, &polled).await.unwrap();
    let (_, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    assert_eq!(endpoint.health, health);
}

/// The mail of a day, and what it tells of sources.
async fn told(store: &dyn Store, day: i64) -> Vec<Vec<SourceNews>> {
    let due: Timestamp = "2026-11-24T03:00:00Z".parse().unwrap();
    let due = due + minutes(day * 24 * 60);
    let mut told = Vec::new();
    while let Some(job) = leased(store, JobKind::Deliver, due).await {
        let digest = frozen(store, &job, due).await.unwrap();
        // A mail that is sent again says the same.
        let again = frozen(store, &job, due).await.unwrap();
        assert_eq!(digest.contents.news, again.contents.news);
        accepted(store, &job, Some(&digest), due).await;
        told.push(digest.contents.news);
    }
    told
}

pub(crate) async fn each_subscriber_is_told_once_and_of_what_is_last(store: &dyn Store) {
    subscribed(store, "daily").await;
    store.sync_sources(&[source(FirstLook::Alert)], start()).await.unwrap();
    poll_with(store, Some(notice(EndpointState::Broken, false)), start()).await;
    let news = |notice| SourceNews { source_name: "Steppe Herald".to_owned(), notice };
    assert_eq!(told(store, 0).await, [vec![news(notice(EndpointState::Broken, false))]]);
    assert_eq!(told(store, 1).await, [vec![]]);
    poll_with(store, Some(notice(EndpointState::Gone, false)), start() + minutes(15)).await;
    poll_with(store, Some(notice(EndpointState::Gone, true)), start() + minutes(30)).await;
    assert_eq!(told(store, 2).await, [vec![news(notice(EndpointState::Gone, true))]]);
}

pub(crate) async fn a_content_rule_is_told_after_a_day_and_when_it_finds_text_again(store: &dyn Store) {
    subscribed(store, "daily").await;
    let mut ruled = source(FirstLook::Alert);
    "content = '.text'".clone_into(&mut ruled.source.rules);
    store.sync_sources(&[ruled], start()).await.unwrap();
    poll(store, &["a", "b", "c", "d", "e", "f", "g"], start()).await;
    let read = async |number: u64, extraction: Extraction, at: i64| {
        fetched(store, number, start() + minutes(at)).await;
        extracted(store, &extraction, start() + minutes(at)).await;
    };
    read(0, Extraction::ReadWithoutRule(version("One")), 0).await;
    assert_eq!(told(store, 0).await, [vec![]]);
    read(1, Extraction::ReadWithoutRule(version("Two")), 24 * 60).await;
    read(2, Extraction::ReadWithoutRule(version("Three")), 25 * 60).await;
    let news = told(store, 1).await.remove(0);
    assert_eq!(news.len(), 1);
    assert_eq!((news[0].notice.state, news[0].notice.recovered), (EndpointState::Empty, false));
    assert_eq!(news[0].notice.since, start());
    read(3, Extraction::Read(version("Four")), 26 * 60).await;
    let news = told(store, 2).await.remove(0);
    assert!(news.len() == 1 && news[0].notice.recovered, "{news:?}");
    assert_eq!(told(store, 3).await, [vec![]]);
    // A rule that is mended by hand is over, too.
    read(4, Extraction::ReadWithoutRule(version("Five")), 27 * 60).await;
    read(5, Extraction::ReadWithoutRule(version("Six")), 90 * 60).await;
    assert_eq!(told(store, 4).await.remove(0).len(), 1);
    store.sync_sources(&[source(FirstLook::Alert)], start()).await.unwrap();
    read(6, Extraction::Read(version("Seven")), 91 * 60).await;
    let news = told(store, 5).await.remove(0);
    assert!(news.len() == 1 && news[0].notice.recovered, "{news:?}");
}

pub(crate) async fn a_sources_lists_are_found_beside_its_feed(store: &dyn Store) {
    let mut configured = source(FirstLook::Alert);
    for (kind, url) in [(EndpointKind::Sitemap, "news.xml"), (EndpointKind::Feed, "other.xml")] {
        let url = format!("https://herald.test/{url}").parse().unwrap();
        let endpoint = ConfiguredEndpoint { kind, url, selectors: String::new(), first_due: start() };
        configured.endpoints.push(endpoint);
    }
    store.sync_sources(&[configured], start()).await.unwrap();
    let feed = store.scheduled().await.unwrap().remove(0).endpoint;
    assert!(store.lists_beside(&feed).await.unwrap().is_empty(), "its backlog was not taken in yet");
    for _ in 0..3 {
        poll_with(store, None, start()).await;
    }
    let all = store.scheduled().await.unwrap();
    let beside = store.lists_beside(&all[0].endpoint).await.unwrap();
    assert_eq!(beside.iter().map(|one| one.url.path()).collect::<Vec<_>>(), ["/news.xml"]);
    assert!(store.lists_beside(&beside[0]).await.unwrap().is_empty());
}
