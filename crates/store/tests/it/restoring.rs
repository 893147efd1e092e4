//! A store that came out of a backup repeats nothing and loses nothing.

use jiff::Timestamp;
use model::{FirstLook, JobId, Restored};
use store::{JobKind, SetAside, Store};

use crate::given::{LEASE, leased, matched, minutes, poll, polled, read, start, subscribed};
use crate::mails::{accepted, frozen};

fn restored() -> Restored {
    Restored { at: start() + minutes(60), backup: start() }
}

pub(crate) async fn what_was_due_waits_for_a_person_and_is_told_on_request(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    let restored = restored();
    let aside = store.begin_restored(restored).await.unwrap();
    assert_eq!(aside, SetAside { jobs: 1, waiting: 1, leases: 0 });
    assert_eq!(store.restores().await.unwrap(), [restored]);
    let parked = store.parked().await.unwrap().pop().unwrap();
    assert!(
        parked
            .last_error
            .starts_with("may have been sent by the old server after the backup of 2026-11-23 10:00 UTC")
    );

    let job = leased(store, JobKind::Deliver, restored.at).await.unwrap();
    assert!(frozen(store, &job, restored.at).await.is_none(), "nothing is told by itself");
    accepted(store, &job, None, restored.at).await;
    poll(store, &["a", "b"], restored.at).await;
    read(store, "Two", 1, restored.at).await;
    matched(store, &[watch], Some("new sentences"), restored.at).await;
    let job = leased(store, JobKind::Deliver, restored.at).await.expect("what is new is told at once");
    let fresh = frozen(store, &job, restored.at).await.unwrap();
    assert_eq!((fresh.contents.items.len(), fresh.contents.restored), (1, Some(restored)));
    accepted(store, &job, Some(&fresh), restored.at).await;

    assert_eq!(store.retry_parked(Some(JobId(parked.id.0)), restored.at).await.unwrap(), 1);
    let job = leased(store, JobKind::Deliver, restored.at).await.unwrap();
    let old = frozen(store, &job, restored.at).await.unwrap();
    assert_eq!((old.contents.items.len(), old.contents.restored), (1, None), "a restore is told once");
    assert_ne!(old.contents.items[0].0, fresh.contents.items[0].0);
    accepted(store, &job, Some(&old), restored.at).await;
    assert!(leased(store, JobKind::Deliver, restored.at + minutes(600)).await.is_none());
    assert!(store.parked().await.unwrap().is_empty());
    assert_eq!(store.counts().await.unwrap().mails, 2);
}

pub(crate) async fn a_frozen_digest_keeps_its_message_id_and_the_rest_follows_it(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    let job = leased(store, JobKind::Deliver, start()).await.unwrap();
    let first = frozen(store, &job, start()).await.unwrap();
    read(store, "Two", 1, start()).await;
    matched(store, &[watch], Some("new sentences"), start()).await;
    // The backup is made here: one digest is frozen and being sent, another alert is due.
    let restored = restored();
    let aside = store.begin_restored(restored).await.unwrap();
    assert_eq!(aside, SetAside { jobs: 1, waiting: 2, leases: 1 });
    let job = leased(store, JobKind::Deliver, restored.at).await.unwrap();
    assert!(frozen(store, &job, restored.at).await.is_none());
    accepted(store, &job, None, restored.at).await;

    store.pause_subscriber(subscriber, true, restored.at).await.unwrap();
    store.retry_parked(None, restored.at).await.unwrap();
    let job = leased(store, JobKind::Deliver, restored.at).await.unwrap();
    assert!(frozen(store, &job, restored.at).await.is_none());
    accepted(store, &job, None, restored.at).await;
    let parked = store.parked().await.unwrap().pop().expect("a pause loses nothing");
    assert!(parked.last_error.contains("paused"), "{}", parked.last_error);

    store.pause_subscriber(subscriber, false, restored.at).await.unwrap();
    // What came in during the pause is looked for at once; what waits since the restore is none of it.
    let job = leased(store, JobKind::Deliver, restored.at).await.unwrap();
    assert!(frozen(store, &job, restored.at).await.is_none());
    accepted(store, &job, None, restored.at).await;
    store.retry_parked(None, restored.at).await.unwrap();
    let job = leased(store, JobKind::Deliver, restored.at).await.unwrap();
    let again = frozen(store, &job, restored.at).await.unwrap();
    assert!(again == first, "the same mail under the same Message-ID");
    accepted(store, &job, Some(&again), restored.at).await;
    let job = leased(store, JobKind::Deliver, restored.at).await.expect("the rest follows");
    let rest = frozen(store, &job, restored.at).await.unwrap();
    assert_eq!((rest.number, rest.contents.items.len()), (2, 1));
    accepted(store, &job, Some(&rest), restored.at).await;
    assert!(leased(store, JobKind::Deliver, restored.at + minutes(600)).await.is_none());
}

pub(crate) async fn a_digest_of_the_timetable_comes_at_its_next_time(store: &dyn Store) {
    subscribed(store, "daily").await;
    polled(store, FirstLook::Alert, &[]).await;
    // 08:00 in Almaty is 03:00 UTC: the old house sent its digest after the backup, this one is restored at noon.
    let noon: Timestamp = "2026-11-24T07:00:00Z".parse().unwrap();
    store.lease(JobKind::Poll, 1, start() + minutes(30), LEASE).await.unwrap();
    let aside = store.begin_restored(Restored { at: noon, backup: start() }).await.unwrap();
    assert_eq!(aside, SetAside { jobs: 0, waiting: 0, leases: 1 });
    assert!(leased(store, JobKind::Deliver, noon + minutes(600)).await.is_none());
    let next: Timestamp = "2026-11-25T03:00:00Z".parse().unwrap();
    let job = leased(store, JobKind::Deliver, next).await.unwrap();
    assert!(frozen(store, &job, next).await.unwrap().contents.restored.is_some());
}
