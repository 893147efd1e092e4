//! Who is told what, once, and in which mail.

use jiff::Timestamp;
use model::{DeliveryOutcome, Digest, FirstLook, VersionId};
use store::{HeldFinding, Job, JobKind, Sent, Store};

use crate::given::{decided, leased, matched, minutes, poll, polled, read, start, subscribed};

pub(crate) async fn frozen(store: &dyn Store, job: &Job, now: Timestamp) -> Option<Digest> {
    store.freeze_digest(job, "sample.kz", now).await.unwrap()
}

pub(crate) async fn accepted(store: &dyn Store, job: &Job, digest: Option<&Digest>, now: Timestamp) {
    let outcome = match digest {
        Some(_) => DeliveryOutcome::Accepted("250 ok".into()),
        None => DeliveryOutcome::Nothing,
    };
    store.finish_delivery(job, &Sent { digest: digest.map(|digest| digest.id), outcome }, now).await.unwrap();
}

pub(crate) async fn an_alert_is_told_once_to_each_subscriber(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    read(store, "Two", 1, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.matches, counts.alerts, counts.stories), (2, 1, 1));
    let job = leased(store, JobKind::Deliver, start()).await.unwrap();
    let digest = frozen(store, &job, start()).await.unwrap();
    assert_eq!(digest.contents.items.len(), 1);
    assert_eq!(digest.contents.items[0].2.title, "Told");
    accepted(store, &job, Some(&digest), start()).await;
    assert!(leased(store, JobKind::Deliver, start() + minutes(600)).await.is_none());
    assert_eq!(store.counts().await.unwrap().mails, 1);
}

pub(crate) async fn a_frozen_digest_stays_the_same_mail(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    let job = leased(store, JobKind::Deliver, start()).await.unwrap();
    let first = frozen(store, &job, start()).await.unwrap();
    // The process dies here; meanwhile something new is found.
    read(store, "Two", 1, start()).await;
    matched(store, &[watch], Some("new sentences"), start()).await;
    let later = start() + minutes(10);
    let again = leased(store, JobKind::Deliver, later).await.unwrap();
    let second = frozen(store, &again, later).await.unwrap();
    assert_eq!(
        (first.number, &first.message_id, first.frozen),
        (second.number, &second.message_id, second.frozen)
    );
    assert!(first == second);
}

pub(crate) async fn a_daily_digest_comes_even_when_nothing_matched(store: &dyn Store) {
    subscribed(store, "daily").await;
    polled(store, FirstLook::Alert, &[]).await;
    // 08:00 in Almaty is 03:00 UTC.
    let due: Timestamp = "2026-11-24T03:00:00Z".parse().unwrap();
    assert!(leased(store, JobKind::Deliver, due - minutes(1)).await.is_none());
    let job = leased(store, JobKind::Deliver, due).await.unwrap();
    let digest = frozen(store, &job, due).await.unwrap();
    assert!(digest.contents.items.is_empty());
    assert_eq!((digest.contents.readings.read, digest.contents.readings.enabled), (1, 1));
    let tomorrow = due + minutes(24 * 60);
    assert_eq!(digest.contents.next_mail, Some(tomorrow));
    accepted(store, &job, Some(&digest), due).await;
    assert!(leased(store, JobKind::Deliver, tomorrow - minutes(1)).await.is_none());
    let next = leased(store, JobKind::Deliver, tomorrow).await.unwrap();
    let digest = frozen(store, &next, tomorrow).await.unwrap();
    assert_eq!((digest.number, digest.contents.readings.read), (2, 0));
    assert_eq!(digest.contents.readings.unread[0].0, "Steppe Herald");
}

pub(crate) async fn what_was_held_back_is_said_on_mondays(store: &dyn Store) {
    let (watch, _) = subscribed(store, "daily").await;
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    let job = leased(store, JobKind::Match, start()).await.unwrap();
    let mut decided = decided(store, VersionId(job.subject), &[], None).await;
    decided.held = vec![HeldFinding { watch, entity: "khorgos".to_owned(), trap: "lead".to_owned() }];
    store.finish_match(&job, &decided, start()).await.unwrap();
    let tuesday: Timestamp = "2026-11-24T03:00:00Z".parse().unwrap();
    let job = leased(store, JobKind::Deliver, tuesday).await.unwrap();
    let digest = frozen(store, &job, tuesday).await.unwrap();
    assert_eq!(digest.contents.held, []);
    accepted(store, &job, Some(&digest), tuesday).await;
    let monday = tuesday + minutes(6 * 24 * 60);
    let job = leased(store, JobKind::Deliver, monday).await.unwrap();
    let digest = frozen(store, &job, monday).await.unwrap();
    assert_eq!(digest.contents.held, [("lead".to_owned(), 1)]);
}

pub(crate) async fn an_instant_mail_is_not_sent_for_nothing(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    store.pause_subscriber(subscriber, true, start()).await.unwrap();
    let job = leased(store, JobKind::Deliver, start()).await.unwrap();
    assert!(frozen(store, &job, start()).await.is_none(), "a paused subscriber gets nothing");
    accepted(store, &job, None, start()).await;
    assert!(leased(store, JobKind::Deliver, start() + minutes(9)).await.is_none(), "it is not tried again");
    store.pause_subscriber(subscriber, false, start() + minutes(9)).await.unwrap();
    let job = leased(store, JobKind::Deliver, start() + minutes(9)).await.expect("what waited is told now");
    assert_eq!(frozen(store, &job, start() + minutes(9)).await.unwrap().contents.items.len(), 1);
}

pub(crate) async fn what_is_kept_of_a_person_can_be_told(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    assert_eq!(store.waiting_for(subscriber).await.unwrap(), 1);
    let job = leased(store, JobKind::Deliver, start()).await.unwrap();
    let digest = frozen(store, &job, start()).await.unwrap();
    let kept = store.digests_of(subscriber).await.unwrap();
    assert_eq!((kept.len(), kept[0].number, kept[0].sent, kept[0].deliveries.len()), (1, 1, None, 0));
    accepted(store, &job, Some(&digest), start()).await;
    let kept = store.digests_of(subscriber).await.unwrap();
    assert_eq!((kept[0].sent, kept[0].frequency.as_str()), (Some(start()), "instant"));
    assert_eq!(kept[0].deliveries, [(start(), "250 ok".to_owned())]);
    assert_eq!((kept[0].articles.len(), store.waiting_for(subscriber).await.unwrap()), (1, 0));
}

pub(crate) async fn another_time_zone_moves_what_is_due(store: &dyn Store) {
    subscribed(store, "daily").await;
    let mut subscriber = store.subscribers().await.unwrap().remove(0);
    subscriber.timezone = "UTC".into();
    subscriber.language = "zh".into();
    store.change_subscriber(&subscriber, start()).await.unwrap();
    assert_eq!(store.subscribers().await.unwrap(), [subscriber]);
    let due: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    assert!(leased(store, JobKind::Deliver, due - minutes(1)).await.is_none());
    assert!(leased(store, JobKind::Deliver, due).await.is_some());
}

pub(crate) async fn what_comes_in_while_a_mail_is_sent_gets_the_next_one(store: &dyn Store) {
    let (watch, _) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a", "b"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    let job = leased(store, JobKind::Deliver, start()).await.unwrap();
    let digest = frozen(store, &job, start()).await.unwrap();
    read(store, "Two", 1, start()).await;
    matched(store, &[watch], Some("new sentences"), start()).await;
    accepted(store, &job, Some(&digest), start()).await;
    let next =
        leased(store, JobKind::Deliver, start()).await.expect("the second alert has a mail of its own");
    let second = frozen(store, &next, start()).await.unwrap();
    assert_eq!((second.number, second.contents.items.len()), (2, 1));
}

pub(crate) async fn backlog_is_counted_and_not_told(store: &dyn Store) {
    let (watch, _) = subscribed(store, "daily").await;
    polled(store, FirstLook::Archive, &["a"]).await;
    read(store, "Old news", 0, start()).await;
    matched(store, &[watch], None, start()).await;
    let due: Timestamp = "2026-11-24T03:00:00Z".parse().unwrap();
    let job = leased(store, JobKind::Deliver, due).await.unwrap();
    let digest = frozen(store, &job, due).await.unwrap();
    assert_eq!((digest.contents.items.len(), digest.contents.older_matches), (0, 1));
    accepted(store, &job, Some(&digest), due).await;
    // What the next poll finds is no backlog any more.
    poll(store, &["a", "b"], due).await;
    read(store, "Fresh news", 1, due).await;
    let job = leased(store, JobKind::Match, due).await.unwrap();
    let context = store.version(model::VersionId(job.subject)).await.unwrap().unwrap();
    assert!(!context.article.backlog);
}

pub(crate) async fn a_removed_subscriber_leaves_nothing_behind(store: &dyn Store) {
    let (watch, subscriber) = subscribed(store, "instant").await;
    polled(store, FirstLook::Alert, &["a"]).await;
    read(store, "One", 0, start()).await;
    matched(store, &[watch], Some(""), start()).await;
    store.remove_subscriber(subscriber).await.unwrap();
    assert!(store.subscribers().await.unwrap().is_empty());
    assert!(leased(store, JobKind::Deliver, start() + minutes(600)).await.is_none());
}
