//! Which article an address is, and whose article a page is.

use jiff::Timestamp;
use model::{ArticleId, CanonicalUrl, EndpointId, EndpointState, Entry, FirstLook, SourceKind, VersionId};
use store::{Extraction, JobKind, NewVersion, Polled, Store};

use crate::given::{extracted, fetched, leased, minutes, source, start, version};

fn pointing_to(address: &str, title: &str) -> Entry {
    Entry { url: CanonicalUrl::parse(address).unwrap(), title: title.into(), ..crate::given::entry("x") }
}

async fn poll_of(store: &dyn Store, entries: Vec<Entry>, now: Timestamp) -> u32 {
    let job = leased(store, JobKind::Poll, now).await.expect("a poll is due");
    let (source, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    let polled = Polled {
        entries,
        state: EndpointState::Ok,
        ..Polled::nothing_new(source, endpoint, now, now + minutes(15))
    };
    store.finish_poll(&job, &polled).await.unwrap()
}

pub(crate) async fn twins_of_one_address_are_one_article(store: &dyn Store) {
    store.sync_sources(&[source(FirstLook::Alert)], start()).await.unwrap();
    let first =
        ["https://herald.test/news/1", "https://m.herald.test/news/1/", "http://www.herald.test/amp/news/1"];
    let entries = first.iter().map(|address| pointing_to(address, "t")).collect();
    assert_eq!(poll_of(store, entries, start()).await, 1);
    let later = start() + minutes(15);
    let again = vec![
        pointing_to("https://herald.test/news/1?amp=1", "t"),
        pointing_to("https://herald.test/news/2", "t"),
    ];
    assert_eq!(poll_of(store, again, later).await, 1);
    let job = leased(store, JobKind::Poll, later + minutes(15)).await.unwrap();
    let (_, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    assert_eq!(endpoint.newest.unwrap().as_str(), "https://herald.test/news/2");
}

pub(crate) async fn a_page_elsewhere_is_not_the_sources_own(store: &dyn Store) {
    let mut other = source(FirstLook::Alert);
    other.source.id = "ili-daily".parse().unwrap();
    other.endpoints[0].url = "https://feeds.ili.test/rss".parse().unwrap();
    other.source.enabled = false;
    let mut herald = source(FirstLook::Alert);
    herald.domains = vec!["herald-photos.test".into()];
    store.sync_sources(&[herald, other], start()).await.unwrap();
    let pages = [
        ("https://kaz.herald.test/1", "steppe-herald"),
        ("https://herald-photos.test/2", "steppe-herald"),
        ("https://www.ili.test/3", "ili-daily"),
        ("https://nobody-knows.test/4", "elsewhere-nobody-h-knows-test"),
        ("https://t.me/someone/5", "elsewhere-t-me"),
    ];
    let entries = pages.iter().map(|(address, _)| pointing_to(address, "t")).collect();
    assert_eq!(poll_of(store, entries, start()).await, 5);
    let mut found = Vec::new();
    while let Some(job) = leased(store, JobKind::FetchPage, start()).await {
        let page = store.page(ArticleId(job.subject)).await.unwrap().unwrap();
        assert_eq!(page.source.id, page.article.source);
        if page.source.id.as_str().starts_with("elsewhere") {
            assert_eq!((page.source.kind, page.source.enabled), (SourceKind::Unlisted, false));
            assert_eq!(page.source.name, page.article.url.domain());
        }
        found.push((page.article.url.as_str().to_owned(), page.article.source.to_string()));
    }
    found.sort();
    let mut expected: Vec<(String, String)> =
        pages.iter().map(|(address, source)| ((*address).to_owned(), (*source).to_owned())).collect();
    expected.sort();
    assert_eq!(found, expected);
}

/// Reads the article of the next capture with `addresses` as what its page says of itself.
async fn read_as(
    store: &dyn Store,
    (title, text): (&str, &str),
    addresses: &[&str],
    (offset, now): (u64, Timestamp),
) {
    fetched(store, offset, now).await;
    let addresses = addresses.iter().map(|text| CanonicalUrl::parse(text).unwrap()).collect();
    let read = NewVersion { title: title.into(), addresses, ..version(text) };
    extracted(store, &Extraction::Read(read), now).await;
}

pub(crate) async fn what_a_page_calls_its_address_is_known_from_then_on(store: &dyn Store) {
    store.sync_sources(&[source(FirstLook::Alert)], start()).await.unwrap();
    poll_of(store, vec![pointing_to("https://herald.test/?p=7", "Border")], start()).await;
    read_as(
        store,
        ("Border", "Text"),
        &["https://herald.test/?p=7", "https://herald.test/border"],
        (0, start()),
    )
    .await;
    let later = start() + minutes(15);
    assert_eq!(poll_of(store, vec![pointing_to("https://m.herald.test/border", "Border")], later).await, 0);
    // A feed of short links: the page is one that is known already, and nothing is read twice.
    let later = later + minutes(15);
    assert_eq!(poll_of(store, vec![pointing_to("https://herald.test/?p=8", "Border")], later).await, 1);
    read_as(
        store,
        ("Border", "Text"),
        &["https://herald.test/?p=8", "https://herald.test/border"],
        (20, later),
    )
    .await;
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.articles, counts.versions, counts.captures), (1, 1, 2));
    assert_eq!(
        poll_of(store, vec![pointing_to("https://herald.test/?p=8", "Border")], later + minutes(15)).await,
        0
    );
}

pub(crate) async fn a_site_that_gives_all_its_pages_one_address_keeps_its_articles(store: &dyn Store) {
    store.sync_sources(&[source(FirstLook::Alert)], start()).await.unwrap();
    let one = ["https://herald.test/1", "https://herald.test/news"];
    let two = ["https://herald.test/2", "https://herald.test/news"];
    poll_of(store, vec![pointing_to(one[0], "One"), pointing_to(two[0], "Two")], start()).await;
    read_as(store, ("One", "First"), &one, (0, start())).await;
    read_as(store, ("Two", "Second"), &two, (20, start())).await;
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.articles, counts.versions), (2, 2));
}

pub(crate) async fn a_short_link_belongs_to_the_outlet_that_it_leads_to(store: &dyn Store) {
    store.sync_sources(&[source(FirstLook::Alert)], start()).await.unwrap();
    poll_of(store, vec![pointing_to("https://short.test/x", "Border")], start()).await;
    read_as(store, ("Border", "Text"), &["https://www.herald.test/border"], (0, start())).await;
    let job = leased(store, JobKind::Match, start()).await.unwrap();
    let context = store.version(VersionId(job.subject)).await.unwrap().unwrap();
    assert_eq!(context.source.id.as_str(), "steppe-herald");
}
