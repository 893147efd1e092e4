//! Later looks at the page of an article.

use jiff::Timestamp;
use model::{ArticleId, CaptureLocation, Excerpt, FirstLook, Novelty, Presence, Sight, VersionId};
use store::{Extraction, JobKind, Looked, NewAlert, NewCapture, Store};

use crate::given::{
    decided, extracted, fetched, leased, matched, minutes, poll, polled, read, start, subscribed, version,
};

/// Makes the look that is due, with what it finds; pages are captures of their own at `offset`.
async fn look(store: &dyn Store, sight: Sight, offset: u64, now: Timestamp) -> ArticleId {
    let job = leased(store, JobKind::Look, now).await.expect("a look is due");
    let article = ArticleId(job.subject);
    let page = store.page_to_look_at(article).await.unwrap().expect("the page was captured");
    let capture = (sight != Sight::Outage).then(|| NewCapture {
        article,
        fetched: now,
        status: if sight == Sight::Gone { 404 } else { 200 },
        payload_sha256: "cd".repeat(32),
        location: CaptureLocation { file: "looks.warc.gz".into(), offset, length: 10 },
        next_look: None,
    });
    let status = capture.as_ref().map_or(0, |one| one.status);
    let reason = String::new();
    let next = Some(now + minutes(61));
    let looked = Looked { article, at: now, sight, status, capture, reason, next };
    store.finish_look(&job, &page, &looked).await.unwrap();
    article
}

async fn presence(store: &dyn Store, article: ArticleId) -> Presence {
    store.looks(article).await.unwrap().0
}

/// One article that was read at the start, and the time of its first look.
async fn given(store: &dyn Store) -> Timestamp {
    polled(store, FirstLook::Alert, &["one"]).await;
    read(store, "The first text.", 1, start()).await;
    start() + minutes(60)
}

pub(crate) async fn a_look_at_the_same_page_changes_nothing(store: &dyn Store) {
    let now = given(store).await;
    assert!(leased(store, JobKind::Look, now - minutes(1)).await.is_none(), "not before its time");
    let article = look(store, Sight::Same, 2, now).await;
    let (presence, _, looks) = store.looks(article).await.unwrap();
    assert_eq!((presence, looks.len(), looks[0].sight), (Presence::Present, 1, Sight::Same));
    assert!(leased(store, JobKind::Extract, now).await.is_none());
}

pub(crate) async fn an_edited_text_becomes_a_version_and_is_said(store: &dyn Store) {
    let now = given(store).await;
    let article = look(store, Sight::Page, 2, now).await;
    assert_eq!(presence(store, article).await, Presence::Present, "not before it was read");
    extracted(store, &Extraction::Read(version("The first text, edited.")), now).await;
    let (presence, since, looks) = store.looks(article).await.unwrap();
    assert_eq!((presence, since, looks[0].sight), (Presence::Changed, Some(now), Sight::Edited));
    assert_eq!(store.article(article).await.unwrap().unwrap().versions.len(), 2);
    let later = now + minutes(61);
    look(store, Sight::Page, 3, later).await;
    extracted(store, &Extraction::Read(version("The first text, edited.")), later).await;
    let (presence, since, looks) = store.looks(article).await.unwrap();
    assert_eq!((presence, since, looks[0].sight), (Presence::Changed, Some(now), Sight::SameText));
    assert_eq!(store.article(article).await.unwrap().unwrap().versions.len(), 2);
}

pub(crate) async fn two_looks_that_find_nothing_make_it_removed_until_it_is_back(store: &dyn Store) {
    let first = given(store).await;
    let article = look(store, Sight::Gone, 2, first).await;
    assert_eq!(presence(store, article).await, Presence::Missing);
    let second = first + minutes(61);
    look(store, Sight::Outage, 3, second).await;
    assert_eq!(presence(store, article).await, Presence::Missing, "an outage says nothing");
    let third = second + minutes(61);
    look(store, Sight::Gone, 4, third).await;
    assert_eq!(presence(store, article).await, Presence::Missing, "nothing of the outlet was read since");
    poll(store, &["one"], third + minutes(1)).await;
    let fourth = third + minutes(61);
    look(store, Sight::Gone, 5, fourth).await;
    assert_eq!(presence(store, article).await, Presence::Removed);
    let fifth = fourth + minutes(61);
    look(store, Sight::Page, 6, fifth).await;
    extracted(store, &Extraction::Read(version("The first text.")), fifth).await;
    assert_eq!(presence(store, article).await, Presence::Back);
}

/// Removes the one article of a house by two looks; returns it, and when it was removed.
async fn removed(store: &dyn Store) -> (ArticleId, Timestamp) {
    let first = start() + minutes(60);
    let article = look(store, Sight::Gone, 2, first).await;
    poll(store, &["one"], first + minutes(1)).await;
    look(store, Sight::Gone, 3, first + minutes(61)).await;
    (article, first + minutes(61))
}

pub(crate) async fn a_removal_is_matched_and_indexed_again(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    given(store).await;
    matched(store, &[watch], Some(""), start()).await;
    assert!(leased(store, JobKind::Index, start()).await.is_some(), "the first Index job is being done");
    let (article, at) = removed(store).await;
    let version = store.article(article).await.unwrap().unwrap().versions[0].id;
    let context = store.version(version).await.unwrap().unwrap();
    assert!(context.removed && context.facts().removed && !context.edited);
    let job = leased(store, JobKind::Match, at).await.expect("the version is matched again");
    assert_eq!((job.subject, job.key.as_str()), (version.0, format!("{version}:removed").as_str()));
    let gone = Novelty::of_removal("https://herald.test/one");
    let other = store.add_watch("Removed", "is:removed", start()).await.unwrap();
    let late = store.add_watch("Late", "khorgos", start()).await.unwrap();
    let mut again = decided(store, version, &[watch, other, late], None).await;
    again.findings[1].alert = Some(NewAlert { novelty: gone, excerpt: Excerpt::default() });
    again.findings[2].alert = Some(NewAlert { novelty: Novelty::default(), excerpt: Excerpt::default() });
    store.finish_match(&job, &again, at).await.unwrap();
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.matches, 3, "the ledger has one row for each watch");
    assert_eq!(counts.alerts, 2, "a watch that was added later is not told of what is old");
    assert!(
        leased(store, JobKind::Index, at).await.is_some(),
        "the index hears of it beside the job that is open"
    );
    assert!(leased(store, JobKind::Match, at).await.is_none());
}

pub(crate) async fn what_is_back_is_matched_and_indexed_again(store: &dyn Store) {
    given(store).await;
    matched(store, &[], None, start()).await;
    let (_, at) = removed(store).await;
    matched(store, &[], None, at).await;
    let back = at + minutes(61);
    look(store, Sight::Same, 4, back).await;
    let job = matched(store, &[], None, back).await;
    assert!(job.key.ends_with(":back"), "{}", job.key);
    let still = back + minutes(61);
    look(store, Sight::Same, 5, still).await;
    assert!(leased(store, JobKind::Match, still).await.is_none(), "nothing changed");
}

pub(crate) async fn an_article_is_edited_when_its_page_says_something_else(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["one"]).await;
    fetched(store, 1, start()).await;
    extracted(store, &Extraction::Unreadable { again: Some(start()), sight: Sight::Page }, start()).await;
    let edited = async |now: Timestamp| {
        let job = matched(store, &[], None, now).await;
        store.version(VersionId(job.subject)).await.unwrap().unwrap().facts().edited
    };
    assert!(!edited(start()).await, "the feed's text");
    read(store, "The first text.", 2, start()).await;
    assert!(!edited(start()).await, "the page is no edition of its feed");
    let now = start() + minutes(60);
    look(store, Sight::Page, 3, now).await;
    extracted(store, &Extraction::Read(version("The first text, edited.")), now).await;
    assert!(edited(now).await);
}

pub(crate) async fn an_error_that_is_served_as_a_page_is_looked_at_again_soon(store: &dyn Store) {
    let now = given(store).await;
    let article = look(store, Sight::Page, 2, now).await;
    let gone = Extraction::Unreadable { again: Some(now), sight: Sight::Gone };
    extracted(store, &gone, now).await;
    assert_eq!(presence(store, article).await, Presence::Missing);
    assert!(leased(store, JobKind::FetchPage, now).await.is_none(), "a look fetches nothing twice");
    let page = store.page_to_look_at(article).await.unwrap().unwrap();
    assert_eq!(page.last.0.offset, 1, "the error is not the page");
    assert_eq!(page.last.1, "ab".repeat(32));
}
