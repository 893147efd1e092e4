//! What people do by hand: watches edited, paused, removed; stories marked; what was kept of a person.

use jiff::Timestamp;
use model::{DeliveryOutcome, FirstLook, Mark, StoryId, WatchId, WatchState};
use store::{Extraction, JobKind, Remark, Sent, Store, StoreError, WatchChange, WatchEdit};

use crate::given::{
    extracted, fetched, leased, matched, minutes, poll, polled, read, start, subscribed, version,
};

fn renamed(name: &str) -> WatchEdit {
    WatchEdit { name: Some(name.into()), query: None }
}

fn reworded(query: &str) -> WatchEdit {
    WatchEdit { name: None, query: Some(query.into()) }
}

async fn state_of(store: &dyn Store, watch: WatchId) -> WatchState {
    let watches = store.watches().await.unwrap();
    watches.into_iter().find(|one| one.id == watch).unwrap().state
}

/// Delivers what is due to a subscriber at once, and returns how many watches it speaks of.
async fn told(store: &dyn Store, now: Timestamp) -> Option<usize> {
    let job = leased(store, JobKind::Deliver, now).await?;
    let digest = store.freeze_digest(&job, "sample.org", now).await.unwrap();
    let outcome = DeliveryOutcome::Accepted("250".into());
    let sent = Sent { digest: digest.as_ref().map(|digest| digest.id), outcome };
    store.finish_delivery(&job, &sent, now).await.unwrap();
    Some(digest.map_or(0, |digest| digest.contents.watches.len()))
}

pub(crate) async fn an_edited_watch_keeps_its_number_and_is_found_by_its_new_name(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "daily").await;
    store.add_watch("Other", "port", start()).await.unwrap();
    let before = store.watch_revision().await.unwrap();
    let both = WatchEdit { name: Some("Gate".into()), query: Some("khorgos AND rail".into()) };
    store.edit_watch(watch, &both, start()).await.unwrap();
    assert!(store.watch_named("Border").await.unwrap().is_none());
    let edited = store.watch_named("Gate").await.unwrap().unwrap();
    assert_eq!(
        (edited.id, edited.query.as_str(), edited.state),
        (watch, "khorgos AND rail", WatchState::Active)
    );
    assert_eq!(store.subscriptions(subscriber).await.unwrap()[0].watch, watch);
    let changes = store.watch_changes(before).await.unwrap().watches;
    assert_eq!((changes.len(), changes[0].id), (1, watch));
    let taken = store.edit_watch(watch, &renamed("Other"), start()).await;
    assert!(matches!(taken, Err(StoreError::Exists(_))));
    assert_eq!(store.watch_named("Gate").await.unwrap().unwrap().id, watch, "nothing of it was kept");
}

pub(crate) async fn a_watch_that_is_paused_while_it_cannot_be_read_is_not_unreadable(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    let unreadable = [(watch, "what is wrong".to_owned())];
    store.note_unreadable(&unreadable, start()).await.unwrap();
    assert_eq!(told(store, start()).await, Some(1));
    assert!(store.pause_watch(watch, true, start()).await.unwrap());
    assert!(!store.pause_watch(watch, true, start()).await.unwrap(), "it is paused already");
    assert_eq!(state_of(store, watch).await, WatchState::Paused);
    // Nobody is told that it can be read again, now or when something else is told.
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    assert_eq!(told(store, start() + minutes(1)).await, Some(0));
    assert!(store.pause_watch(watch, false, start() + minutes(2)).await.unwrap());
    assert_eq!(state_of(store, watch).await, WatchState::Active);
    let later = start() + minutes(3);
    store.note_unreadable(&unreadable, later).await.unwrap();
    let reason = "what is wrong".to_owned();
    assert_eq!(state_of(store, watch).await, WatchState::Quarantined { since: later, reason });
    assert_eq!(told(store, later).await, Some(1), "that it is so again is told again");
}

pub(crate) async fn an_edit_makes_a_watch_readable_again_and_tells_it(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    store.note_unreadable(&[(watch, "what is wrong".to_owned())], start()).await.unwrap();
    assert_eq!(told(store, start()).await, Some(1));
    store.edit_watch(watch, &renamed("Gate"), start()).await.unwrap();
    assert!(matches!(state_of(store, watch).await, WatchState::Quarantined { .. }), "a name mends nothing");
    store.edit_watch(watch, &reworded("khorgos"), start()).await.unwrap();
    assert_eq!(state_of(store, watch).await, WatchState::Active);
    assert_eq!(told(store, start() + minutes(1)).await, Some(1));
}

pub(crate) async fn the_history_of_a_watch_outlives_it(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    store.edit_watch(watch, &reworded("ghulja"), start() + minutes(1)).await.unwrap();
    store.edit_watch(watch, &reworded("ghulja"), start() + minutes(1)).await.unwrap();
    store.edit_watch(watch, &renamed("Gate"), start() + minutes(2)).await.unwrap();
    store.pause_watch(watch, true, start() + minutes(3)).await.unwrap();
    store.pause_watch(watch, false, start() + minutes(4)).await.unwrap();
    store.remove_watch(watch, start() + minutes(5)).await.unwrap();
    let history = store.watch_history("Gate").await.unwrap().unwrap();
    let changes: Vec<WatchChange> = history.events.iter().map(|event| event.change.clone()).collect();
    assert_eq!(
        changes,
        [
            WatchChange::Added { query: "khorgos".into() },
            WatchChange::Reworded { from: "khorgos".into(), to: "ghulja".into() },
            WatchChange::Renamed { from: "Border".into(), to: "Gate".into() },
            WatchChange::Paused,
            WatchChange::Resumed,
            WatchChange::Removed,
        ]
    );
    assert_eq!(history.events[5].at, start() + minutes(5));
    assert_eq!((history.watch, history.matches, history.alerts), (watch, 1, 1));
    assert_eq!((history.told, history.waiting), (0, 1));
    assert_eq!(store.watch_history("Border").await.unwrap().unwrap().watch, watch, "by its former name");
    // Whoever has the name now is meant by it.
    let second = store.add_watch("Border", "port", start()).await.unwrap();
    assert_eq!(store.watch_history("Border").await.unwrap().unwrap().watch, second);
    assert!(store.watch_history("Nobody").await.unwrap().is_none());
}

pub(crate) async fn versions_that_were_replaced_are_listed(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[], None, start()).await;
    read(store, "Two", 1, start()).await;
    matched(store, &[], None, start()).await;
    assert!(store.superseded_versions(model::VersionId(0), start(), 9).await.unwrap().is_empty());
    let sight = model::Sight::Page;
    poll(store, &["c"], start() + minutes(15)).await;
    fetched(store, 2, start() + minutes(15)).await;
    let again = Some(start() + minutes(60));
    extracted(store, &Extraction::Unreadable { again, sight }, start() + minutes(15)).await;
    let job = matched(store, &[], None, start() + minutes(15)).await;
    fetched(store, 3, start() + minutes(60)).await;
    extracted(store, &Extraction::Read(version("The page itself")), start() + minutes(60)).await;
    let replaced = store.superseded_versions(model::VersionId(0), start(), 9).await.unwrap();
    assert_eq!((replaced.len(), replaced[0].version.id.0), (1, job.subject));
    assert!(store.superseded_versions(replaced[0].version.id, start(), 9).await.unwrap().is_empty());
    let later = start() + minutes(16);
    assert!(store.superseded_versions(model::VersionId(0), later, 9).await.unwrap().is_empty());
}

pub(crate) async fn marks_and_notes_are_kept_with_a_story(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    assert!(!store.remark(StoryId(1), &Remark::Noted("too early".into()), start()).await.unwrap());
    matched(store, &[], None, start()).await;
    let story = StoryId(1);
    let remarks = [
        Remark::Marked(Some(Mark::Noise)),
        Remark::Noted("asked the outlet".into()),
        Remark::Marked(Some(Mark::Relevant)),
    ];
    for (minute, remark) in (0..).zip(&remarks) {
        assert!(store.remark(story, remark, start() + minutes(minute)).await.unwrap());
    }
    let record = store.story(story).await.unwrap().unwrap();
    let said: Vec<Remark> = record.remarks.iter().map(|one| one.remark.clone()).collect();
    assert_eq!((said.as_slice(), record.remarks[1].at), (&remarks[..], start() + minutes(1)));
    assert_eq!((record.articles.len(), record.articles[0].title.as_str()), (1, "Title"));
    assert_eq!(store.marks().await.unwrap().get(&story), Some(&Some(Mark::Relevant)));
    store.remark(story, &Remark::Marked(None), start()).await.unwrap();
    assert_eq!(store.marks().await.unwrap().get(&story), Some(&None));
    assert!(store.story(StoryId(99)).await.unwrap().is_none());
}

#[tokio::test]
async fn changes_are_noted_in_the_name_of_who_makes_them() {
    let house = crate::engines::sqlite().await;
    let store = house.store.used_by("aigul");
    let watch = store::Watching::add_watch(&store, "Border", "khorgos", start()).await.unwrap();
    store::Watching::note_unreadable(&store, &[(watch, "wrong".to_owned())], start()).await.unwrap();
    let history = store::Watching::watch_history(&store, "Border").await.unwrap().unwrap();
    let persons: Vec<&str> = history.events.iter().map(|event| event.person.as_str()).collect();
    assert_eq!(persons, ["aigul", ""], "the house itself has no name");
}
