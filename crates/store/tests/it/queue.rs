//! Leases, lanes, and what happens to jobs that fail.

use model::FirstLook;
use store::{JobKind, Store, StoreError};

use crate::given::{LEASE, leased, minutes, polled, start};

pub(crate) async fn a_job_is_leased_once_and_given_again_when_the_lease_runs_out(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    let first = leased(store, JobKind::FetchPage, start()).await.unwrap();
    assert_eq!(first.attempt, 1);
    assert!(leased(store, JobKind::FetchPage, start()).await.is_none());
    let again = leased(store, JobKind::FetchPage, start() + LEASE).await.unwrap();
    assert_eq!((again.id, again.attempt), (first.id, 2));
    assert_ne!(again.lease, first.lease);
}

pub(crate) async fn of_a_lane_one_job_is_leased_at_a_time(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a", "b", "c"]).await;
    let together = store.lease(JobKind::FetchPage, 10, start(), LEASE).await.unwrap();
    assert_eq!(together.len(), 1, "all three pages are of one registered domain");
    assert!(leased(store, JobKind::FetchPage, start()).await.is_none());
    store.give_back(&together[0], None, "gone").await.unwrap();
    assert!(leased(store, JobKind::FetchPage, start()).await.is_some());
}

pub(crate) async fn a_lost_lease_can_finish_nothing(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    let lost = leased(store, JobKind::FetchPage, start()).await.unwrap();
    let held = leased(store, JobKind::FetchPage, start() + LEASE).await.unwrap();
    assert!(matches!(store.drop_job(&lost).await, Err(StoreError::LeaseLost(_))));
    assert!(matches!(store.give_back(&lost, None, "").await, Err(StoreError::LeaseLost(_))));
    store.drop_job(&held).await.unwrap();
}

pub(crate) async fn a_renewed_lease_is_kept(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    let job = leased(store, JobKind::FetchPage, start()).await.unwrap();
    store.renew(std::slice::from_ref(&job), start() + LEASE * 2).await.unwrap();
    assert!(leased(store, JobKind::FetchPage, start() + LEASE).await.is_none());
    assert!(
        store.is_busy(&[JobKind::FetchPage], start() - minutes(1)).await.unwrap(),
        "a leased job is work"
    );
    store.drop_job(&job).await.unwrap();
    assert!(!store.is_busy(&[JobKind::FetchPage], start() + minutes(60)).await.unwrap());
}

pub(crate) async fn a_parked_job_waits_for_a_person(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    let job = leased(store, JobKind::FetchPage, start()).await.unwrap();
    store.give_back(&job, None, "the page answered 410").await.unwrap();
    assert!(leased(store, JobKind::FetchPage, start() + minutes(600)).await.is_none());
    let parked = store.parked().await.unwrap();
    assert_eq!(parked.len(), 1);
    assert_eq!((parked[0].id, parked[0].last_error.as_str()), (job.id, "the page answered 410"));
    let counts = store.job_counts(start()).await.unwrap();
    let pages = counts.iter().find(|count| count.kind == JobKind::FetchPage).unwrap();
    assert_eq!((pages.parked, pages.ready, pages.later), (1, 0, 0));
    assert_eq!(store.retry_parked(Some(job.id), start()).await.unwrap(), 1);
    assert_eq!(leased(store, JobKind::FetchPage, start()).await.unwrap().attempt, 1);
}

pub(crate) async fn leases_of_living_processes_are_left_alone(store: &dyn Store) {
    polled(store, FirstLook::Alert, &["a"]).await;
    let _held = leased(store, JobKind::FetchPage, start()).await.unwrap();
    assert_eq!(store.free_dead_leases().await.unwrap(), 0);
}
