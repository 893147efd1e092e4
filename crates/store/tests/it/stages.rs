//! Each stage ends in one call that keeps its result and opens the next job.

use jiff::Timestamp;
use model::{EndpointState, FirstLook, Origin, Sight, VersionId};
use store::{Extraction, JobKind, Store, StoreError, StoryChoice, UnreadPage};

use crate::given::{
    decided, extracted, fetched, leased, matched, minutes, poll, polled, read, source, start, version,
};

pub(crate) async fn sources_follow_the_configuration(store: &dyn Store) {
    let mut configured = source(FirstLook::Archive);
    store.sync_sources(std::slice::from_ref(&configured), start()).await.unwrap();
    configured.source.name = "New name".into();
    configured.source.proxy = Some("socks5h://herald@127.0.0.1:9050".parse().unwrap());
    configured.source.accept_language = "kk, ru;q=0.5".into();
    store.sync_sources(std::slice::from_ref(&configured), start()).await.unwrap();
    let known = store.sources().await.unwrap();
    assert_eq!(known, vec![configured.source.clone()]);
    assert_eq!(store.source_records().await.unwrap().len(), 1);
    store.sync_sources(&[], start()).await.unwrap();
    assert!(!store.source(&configured.source.id).await.unwrap().unwrap().enabled);
    assert!(leased(store, JobKind::Poll, start() + minutes(60)).await.is_none());
    assert!(store.source_records().await.unwrap().is_empty());
}

pub(crate) async fn a_poll_opens_a_page_for_each_new_entry_only(store: &dyn Store) {
    assert_eq!(polled(store, FirstLook::Alert, &["a", "b"]).await, 2);
    assert!(leased(store, JobKind::Poll, start() + minutes(14)).await.is_none());
    assert_eq!(poll(store, &["b", "c"], start() + minutes(15)).await, 1);
    assert_eq!(store.counts().await.unwrap().articles, 3);
    let record = store.source_records().await.unwrap().remove(0);
    assert_eq!((record.state, record.last_read), (EndpointState::Ok, Some(start() + minutes(15))));
}

pub(crate) async fn an_article_goes_from_entry_to_index(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "Some text", 0, start()).await;
    let job = matched(store, &[], None, start()).await;
    let index = leased(store, JobKind::Index, start()).await.unwrap();
    assert_eq!(index.subject, job.subject);
    let newest = store.newest_of(&[VersionId(index.subject)]).await.unwrap();
    assert_eq!(newest[0].version.text(), "Some text");
    assert!(newest[0].article.story.is_some());
    store.finish_index(&[index]).await.unwrap();
    // The next poll and a later look are always open.
    let again = [JobKind::Poll, JobKind::Look];
    let all: Vec<JobKind> = JobKind::ALL.into_iter().filter(|kind| !again.contains(kind)).collect();
    assert!(!store.is_busy(&all, Timestamp::MAX).await.unwrap());
    let record = store.article(newest[0].article.id).await.unwrap().unwrap();
    assert_eq!((record.versions.len(), record.captures.len()), (1, 1));
    assert_eq!(store.articles_after(model::ArticleId(0), 10).await.unwrap().len(), 1);
}

pub(crate) async fn the_same_text_makes_no_second_version(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "Same", 0, start()).await;
    matched(store, &[], None, start()).await;
    // The page is looked at again: a person retries it.
    let job = leased(store, JobKind::FetchPage, start()).await;
    assert!(job.is_none(), "a finished page is not fetched again by itself");
    assert_eq!(store.counts().await.unwrap().versions, 1);
}

pub(crate) async fn a_page_that_cannot_be_read_goes_on_with_the_feeds_text(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    let job = leased(store, JobKind::FetchPage, start()).await.unwrap();
    let page = UnreadPage {
        article: model::ArticleId(job.subject),
        due: Some(start() + minutes(60)),
        reason: "the page answered 403".into(),
        from_feed: true,
    };
    store.fail_fetch(&job, &page, start()).await.unwrap();
    let job = leased(store, JobKind::Match, start()).await.unwrap();
    let context = store.version(VersionId(job.subject)).await.unwrap().unwrap();
    assert_eq!(context.version.origin, Origin::Feed);
    assert_eq!(context.version.title, "Title of a");
    assert_eq!(context.version.text(), "A summary from the feed");
    assert_eq!(store.counts().await.unwrap().from_feed, 1);
}

pub(crate) async fn a_later_capture_becomes_the_next_version(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    fetched(store, 0, start()).await;
    let again = Some(start() + minutes(60));
    extracted(store, &Extraction::Unreadable { again, sight: Sight::Page }, start()).await;
    matched(store, &[], None, start()).await;
    assert!(leased(store, JobKind::FetchPage, start() + minutes(59)).await.is_none());
    fetched(store, 100, start() + minutes(60)).await;
    extracted(store, &Extraction::Read(version("The page itself")), start() + minutes(60)).await;
    let job = leased(store, JobKind::Match, start() + minutes(60)).await.unwrap();
    let context = store.version(VersionId(job.subject)).await.unwrap().unwrap();
    assert_eq!(context.version.origin, Origin::Page);
    let record = store.article(context.article.id).await.unwrap().unwrap();
    assert_eq!(
        record.versions.iter().map(|version| version.origin).collect::<Vec<_>>(),
        [Origin::Page, Origin::Feed]
    );
    assert_eq!(store.counts().await.unwrap().from_feed, 0);
}

pub(crate) async fn a_content_rule_that_finds_nothing_marks_its_source(store: &dyn Store) {
    let ruled = |rules: &str| {
        let mut configured = source(FirstLook::Alert);
        rules.clone_into(&mut configured.source.rules);
        configured
    };
    store.sync_sources(&[ruled("content = '.text'")], start()).await.unwrap();
    poll(store, &["a", "b", "c"], start()).await;
    let state = async || {
        let record = store.source_records().await.unwrap().remove(0);
        (record.state, record.since)
    };
    fetched(store, 0, start()).await;
    extracted(store, &Extraction::ReadWithoutRule(version("One")), start()).await;
    assert_eq!(state().await, (EndpointState::Empty, Some(start())));
    fetched(store, 1, start()).await;
    extracted(store, &Extraction::ReadWithoutRule(version("Two")), start() + minutes(5)).await;
    assert_eq!(state().await, (EndpointState::Empty, Some(start())), "it tells since when");
    store.sync_sources(&[ruled("content = '.text'")], start()).await.unwrap();
    assert_eq!(state().await.0, EndpointState::Empty, "the same rule stays empty");
    store.sync_sources(&[ruled("content = '.story'")], start()).await.unwrap();
    assert_eq!(state().await.0, EndpointState::Ok, "a new rule has its own chance");
    fetched(store, 2, start()).await;
    extracted(store, &Extraction::Read(version("Three")), start()).await;
    assert_eq!(state().await.0, EndpointState::Ok);
}

pub(crate) async fn a_match_under_an_old_watch_list_is_refused(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "Some text", 0, start()).await;
    let job = leased(store, JobKind::Match, start()).await.unwrap();
    let old = decided(store, VersionId(job.subject), &[], None).await;
    let watch = store.add_watch("New", "khorgos", start()).await.unwrap();
    assert!(matches!(store.finish_match(&job, &old, start()).await, Err(StoreError::WatchesChanged)));
    let new = decided(store, VersionId(job.subject), &[watch], Some("")).await;
    store.finish_match(&job, &new, start()).await.unwrap();
    assert_eq!(store.counts().await.unwrap().alerts, 1);
}

pub(crate) async fn an_index_job_shows_the_newest_version(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    fetched(store, 0, start()).await;
    extracted(store, &Extraction::Unreadable { again: Some(start()), sight: Sight::Page }, start()).await;
    let first = matched(store, &[], None, start()).await;
    read(store, "The page itself", 1, start()).await;
    let newest = store.newest_of(&[VersionId(first.subject)]).await.unwrap();
    assert_eq!(newest[0].version.text(), "The page itself");
}

pub(crate) async fn a_story_that_is_not_looked_for_any_more_is_not_found_by_anything(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "Old", 0, start()).await;
    matched(store, &[], None, start()).await;
    let later = start() + minutes(60);
    read(store, "New", 1, later).await;
    let job = leased(store, JobKind::Match, later).await.unwrap();
    let mut new = decided(store, VersionId(job.subject), &[], None).await;
    new.story = StoryChoice::New { signature: vec![3], shingles: vec![77, 78], since: later };
    store.finish_match(&job, &new, later).await.unwrap();
    let found = store.story_candidates(&[77], Timestamp::UNIX_EPOCH).await.unwrap();
    let signatures: Vec<&[u8]> = found.iter().map(|one| one.signature.as_slice()).collect();
    assert_eq!(signatures, [[3]], "the old one is gone, the new one is not");
}
