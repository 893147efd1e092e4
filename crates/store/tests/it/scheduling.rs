//! What the schedule remembers.

use model::{EndpointId, FirstLook};
use store::{JobKind, Polled, Store};

use crate::given::{entry, leased, minutes, polled, start};

pub(crate) async fn what_a_schedule_learned_is_kept_with_the_poll(store: &dyn Store) {
    polled(store, FirstLook::Archive, &["a"]).await;
    let before = store.scheduled().await.unwrap();
    assert_eq!((before.len(), &before[0].habit), (1, &None));
    let id = before[0].endpoint.id;
    assert_eq!(store.habit(id).await.unwrap(), None);
    assert_eq!(before[0].due, Some(start() + minutes(15)));

    for (habit, kept) in [(Some(vec![1, 0, 255]), vec![1, 0, 255]), (None, vec![1, 0, 255])] {
        let now = store.scheduled().await.unwrap()[0].due.unwrap();
        let job = leased(store, JobKind::Poll, now).await.unwrap();
        let (source, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
        let done = Polled { habit, ..Polled::nothing_new(source, endpoint, now, now + minutes(30)) };
        store.finish_poll(&job, &done).await.unwrap();
        assert_eq!(store.habit(id).await.unwrap(), Some(kept));
    }

    assert_eq!(store.shared_habit().await.unwrap(), None);
    for bytes in [&[1, 2][..], &[3]] {
        store.put_shared_habit(bytes).await.unwrap();
        assert_eq!(store.shared_habit().await.unwrap().as_deref(), Some(bytes));
    }
}

pub(crate) async fn minutes_and_entries_are_told_apart(store: &dyn Store) {
    polled(store, FirstLook::Archive, &["a"]).await;
    let scheduled = store.scheduled().await.unwrap().remove(0);
    let minute = scheduled.due.unwrap().as_second() / 60;
    let booked = store.booked((minute, minute)).await.unwrap();
    assert_eq!(booked.into_iter().collect::<Vec<_>>(), [(minute, 1)]);
    assert!(store.booked((minute + 1, minute + 9)).await.unwrap().is_empty());

    let entries = [entry("a"), entry("b")];
    let before = store.shown_before(scheduled.endpoint.id, &entries).await.unwrap();
    assert_eq!(before.into_iter().collect::<Vec<_>>(), [entries[0].url.identity()]);
    assert!(store.shown_before(EndpointId(-1), &entries).await.unwrap().is_empty());
    assert!(store.shown_before(scheduled.endpoint.id, &[]).await.unwrap().is_empty());
}
