//! What is sealed can be used, and only with the key.

use jiff::Timestamp;
use model::{DeliveryOutcome, Frequency, Mode, WatchState};
use store::{
    Administering, Database, JobKind, LexiconEntry, NewSubscriber, Sealer, Sent, Store, StoreError,
    Subscribing, WatchEdit, Watching,
};

use crate::given::{leased, minutes, start, subscribed};

pub(crate) async fn watches_and_addresses_can_be_found_and_used_once(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "daily").await;
    assert_eq!(store.watch_named("Border").await.unwrap().unwrap().query, "khorgos");
    assert!(matches!(store.add_watch("Border", "other", start()).await, Err(StoreError::Exists(_))));
    let found = store.subscriber_at(&"Aigul@sample.kz".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(found.id, subscriber);
    let again = NewSubscriber {
        address: "aigul@sample.kz".parse().unwrap(),
        language: "en".into(),
        timezone: "UTC".into(),
    };
    assert!(matches!(store.add_subscriber(&again, start()).await, Err(StoreError::Exists(_))));
    let wishes = store.subscriptions(subscriber).await.unwrap();
    assert_eq!(
        (wishes[0].watch, wishes[0].frequency, wishes[0].mode),
        (watch, Frequency::DEFAULT, Mode::Full)
    );
}

pub(crate) async fn the_teams_own_lexicon_is_kept(store: &dyn Store) {
    let entry = LexiconEntry { id: "cousin".into(), toml: "[[entity]]".into() };
    store.put_lexicon_entry(&entry, start()).await.unwrap();
    store.put_lexicon_entry(&LexiconEntry { toml: "[[entity]] # 2".into(), ..entry }, start()).await.unwrap();
    let kept = store.lexicon_entries().await.unwrap();
    assert_eq!((kept.len(), kept[0].toml.as_str()), (1, "[[entity]] # 2"));
    assert!(store.remove_lexicon_entry("cousin").await.unwrap());
    assert!(!store.remove_lexicon_entry("cousin").await.unwrap());
}

pub(crate) async fn a_list_of_names_is_kept_whole_or_not_at_all(store: &dyn Store) {
    let entry = |id: &str| LexiconEntry { id: id.into(), toml: format!("[[entity]] # {id}") };
    let list = [entry("cousin"), entry("uncle")];
    store.put_lexicon_entries(&list, Some(("Family", "@cousin OR @uncle")), start()).await.unwrap();
    assert_eq!(store.lexicon_entries().await.unwrap(), list);
    assert_eq!(store.watch_named("Family").await.unwrap().unwrap().query, "@cousin OR @uncle");
    let taken = store.put_lexicon_entries(&[entry("aunt")], Some(("Family", "@aunt")), start()).await;
    assert!(matches!(taken, Err(StoreError::Exists(_))));
    assert_eq!(store.lexicon_entries().await.unwrap(), list, "nothing is half kept");
}

pub(crate) async fn every_change_of_a_watch_moves_the_revision(store: &dyn Store) {
    let mut last = store.watch_revision().await.unwrap();
    let (watch, _) = subscribed(store, "daily").await;
    let mut moved = async || {
        let now = store.watch_revision().await.unwrap();
        assert!(now > last);
        last = now;
    };
    moved().await;
    assert!(store.pause_watch(watch, true, start()).await.unwrap());
    moved().await;
    let edit = WatchEdit { name: None, query: Some("ghulja".into()) };
    store.edit_watch(watch, &edit, start()).await.unwrap();
    moved().await;
    store.remove_watch(watch, start()).await.unwrap();
    moved().await;
    assert!(store.watches().await.unwrap().is_empty());
}

pub(crate) async fn who_has_read_the_watch_list_reads_only_what_changed(store: &dyn Store) {
    let first = store.add_watch("First", "khorgos", start()).await.unwrap();
    let second = store.add_watch("Second", "bilash", start()).await.unwrap();
    let all = store.watch_changes(-1).await.unwrap();
    let names = |changes: &store::WatchChanges| -> Vec<String> {
        changes.watches.iter().map(|watch| watch.name.clone()).collect()
    };
    assert_eq!((names(&all), all.removed.len()), (vec!["First".to_owned(), "Second".to_owned()], 0));
    store.pause_watch(first, true, start()).await.unwrap();
    store.remove_watch(second, start()).await.unwrap();
    let later = store.watch_changes(all.revision).await.unwrap();
    assert_eq!((names(&later), later.removed), (vec!["First".to_owned()], vec![second]));
    assert_eq!(later.watches[0].state, WatchState::Paused);
    let none = store.watch_changes(later.revision).await.unwrap();
    assert_eq!((none.revision, none.watches.len(), none.removed.len()), (later.revision, 0, 0));
    // What the ledger says of a watch is never said of another.
    let third = store.add_watch("Third", "ghulja", start()).await.unwrap();
    assert!(third > second);
}

#[tokio::test]
async fn nothing_sealed_can_be_read_from_the_files_and_another_key_is_refused() {
    let house = crate::engines::sqlite().await;
    subscribed(&house.store, "daily").await;
    house.store.close().await;
    let folder = house.folder();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for canary in ["Border", "khorgos", "aigul"] {
            let found =
                bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()));
            assert!(!found, "{canary} lies in the open");
        }
    }
    let url = format!("sqlite:{}/house.db", folder.display());
    let other = store::Database::open(&url, Some(Sealer::new(&[2; 32]))).await;
    assert!(matches!(other, Err(StoreError::Sealed(_))));
    let locked = store::Database::open(&url, None).await.unwrap();
    assert!(locked.is_locked());
    assert!(matches!(store::Watching::watches(&locked).await, Err(StoreError::Locked)));
    assert!(store::Reading::counts(&locked).await.is_ok(), "what is not sealed can be read");
}

pub(crate) async fn a_watch_that_cannot_be_read_is_set_apart_told_and_taken_back(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "instant").await;
    let paused = store.add_watch("Paused", "port", start()).await.unwrap();
    store.pause_watch(paused, true, start()).await.unwrap();
    let both = [(watch, "what is wrong".to_owned()), (paused, "what is wrong".to_owned())];
    let revision = store.watch_revision().await.unwrap();
    assert_eq!(store.note_unreadable(&both, start()).await.unwrap(), 1);
    assert_eq!(store.note_unreadable(&both, start() + minutes(5)).await.unwrap(), 0, "nothing changed");
    assert!(store.watch_revision().await.unwrap() == revision + 1);
    let states: Vec<WatchState> =
        store.watches().await.unwrap().into_iter().map(|watch| watch.state).collect();
    let apart = WatchState::Quarantined { since: start(), reason: "what is wrong".into() };
    assert_eq!(states, [apart, WatchState::Paused]);

    let told = async |now: Timestamp| {
        let job = leased(store, JobKind::Deliver, now).await.expect("it is told at once");
        assert_eq!(job.subject, subscriber.0);
        let digest = store.freeze_digest(&job, "sample.org", now).await.unwrap().unwrap();
        let outcome = DeliveryOutcome::Accepted("250".into());
        store.finish_delivery(&job, &Sent { digest: Some(digest.id), outcome }, now).await.unwrap();
        digest.contents.watches
    };
    let news = told(start()).await;
    assert_eq!(
        (news.len(), news[0].watch_name.as_str(), news[0].reason.as_str()),
        (1, "Border", "what is wrong")
    );
    assert_eq!(store.note_unreadable(&[], start() + minutes(9)).await.unwrap(), 1);
    let changed = store.watch_changes(revision + 1).await.unwrap().watches;
    assert_eq!((changed.len(), &changed[0].state), (1, &WatchState::Active), "it runs again");
    let news = told(start() + minutes(9)).await;
    assert!(news.len() == 1 && news[0].is_over() && news[0].since == start());
    assert!(leased(store, JobKind::Deliver, start() + minutes(9)).await.is_none());
}

pub(crate) async fn another_key_opens_all_that_the_old_one_did(store: &Database) {
    let (watch, subscriber) = subscribed(store, "daily").await;
    let renamed = WatchEdit { name: Some("Khorgos".into()), query: None };
    store.edit_watch(watch, &renamed, start()).await.unwrap();
    let gone = store.add_watch("Gone", "ghulja", start()).await.unwrap();
    store.remove_watch(gone, start()).await.unwrap();
    let entry = LexiconEntry { id: "cousin".into(), toml: "[[entity]]".into() };
    store.put_lexicon_entry(&entry, start()).await.unwrap();
    let (again, done) = store.reseal(Sealer::new(&[2; 32])).await.unwrap();
    assert!(done.values >= 8 && done.nameless == 0, "{done:?}");
    assert!(matches!(store.watches().await, Err(StoreError::Sealed(_))), "the old key opens nothing more");
    let found = again.watch_named("Khorgos").await.unwrap().unwrap();
    assert_eq!((found.id, found.query.as_str()), (watch, "khorgos"));
    for (name, expected) in [("Border", watch), ("Khorgos", watch), ("Gone", gone)] {
        let history = again.watch_history(name).await.unwrap().unwrap();
        assert_eq!(history.watch, expected, "{name}");
        assert!(!history.events.is_empty());
    }
    let reader = again.subscriber_at(&"AIGUL@sample.kz".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(reader.id, subscriber);
    assert_eq!(again.lexicon_entries().await.unwrap(), [entry]);
    assert!(again.remove_lexicon_entry("cousin").await.unwrap());
}
