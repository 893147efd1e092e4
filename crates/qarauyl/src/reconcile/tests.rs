//! A small house, random watches: ledger and archive agree, and what one lacks is found and mended.

use indexer::IndexService;
use matcher::MatchService;
use model::FirstLook;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use query::{parse_watch, testing};
use store::{Finding, MatchedVersion, Queue, Reading, Step, StoryChoice, Watching, Worker};
use test_support::TestHouse;

use super::*;

struct Small {
    house: TestHouse,
    reconciler: Reconciler,
}

impl Small {
    async fn open() -> Self {
        let house = TestHouse::open(FirstLook::Alert).await;
        let lexicon = Arc::new(Lexicon::empty());
        let config = indexer::Config { directory: house.folder().join("index"), memory_bytes: 15_000_000 };
        let index = Arc::new(TantivyIndex::open(&config, Arc::clone(&lexicon)).unwrap());
        let (store, clock) = (Arc::clone(&house.store), house.clock.clone());
        Self { reconciler: Reconciler { store, index, lexicon, clock }, house }
    }

    async fn watch(&self, number: usize, query: &str) {
        self.house.store.add_watch(&format!("watch {number}"), query, self.house.clock.now()).await.unwrap();
    }

    /// Matches and indexes all that waits.
    async fn work(&self) {
        let config = matcher::Config { story_window: SignedDuration::from_hours(720) };
        let (house, index) = (&self.house, Arc::clone(&self.reconciler.index));
        let store = || Arc::<store::Database>::clone(&house.store);
        let matching = MatchService::new(store(), Arc::new(Lexicon::empty()), house.clock.clone(), config);
        let matcher = Worker::new(matching, store(), house.clock.clone(), house.queue_config());
        while matcher.step().await.unwrap() == Step::Worked {}
        let indexing = IndexService::new(store(), index);
        let indexer = Worker::new(indexing, store(), house.clock.clone(), house.queue_config());
        while indexer.step().await.unwrap() == Step::Worked {}
    }

    async fn compared(&self) -> (u64, u64) {
        let found = self.reconciler.compare(3).await.unwrap();
        (found.missing, found.superfluous)
    }
}

fn some<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn what_a_search_finds_is_what_was_matched() {
    let small = Small::open().await;
    for (number, query) in some(testing::query(), 60).iter().enumerate() {
        let text = query.to_string();
        // A stored watch is read from its text, as in the house. A story gets its number when its first article has been
        // matched: nobody asks for it before.
        if parse_watch(&text).is_ok() && !text.contains("story:") {
            small.watch(number, &text).await;
        }
    }
    let articles = some(testing::article(), 25);
    let told: Vec<(String, String, String)> = articles
        .iter()
        .enumerate()
        .map(|(number, (title, blocks, _))| (format!("a{number}"), title.clone(), blocks.join("\n")))
        .collect();
    let told: Vec<(&str, &str, &str)> =
        told.iter().map(|(name, title, text)| (name.as_str(), title.as_str(), text.as_str())).collect();
    small.house.publish(&told).await;
    small.work().await;
    assert!(small.house.store.counts().await.unwrap().matches > 50, "the watches are about the articles");
    assert_eq!(small.compared().await, (0, 0));
}

/// Ends the Match job that waits as a matcher would that found just these watches.
async fn matched_wrongly(house: &TestHouse, watches: &[WatchId]) {
    let now = house.clock.now();
    let job = house
        .store
        .lease(JobKind::Match, 1, now, SignedDuration::from_secs(30))
        .await
        .unwrap()
        .pop()
        .unwrap();
    let finding = |watch: &WatchId| Finding { watch: *watch, clauses: vec![0], alert: None };
    let matched = MatchedVersion {
        context: house.store.version(VersionId(job.subject)).await.unwrap().unwrap(),
        revision: house.store.watch_revision().await.unwrap(),
        story: StoryChoice::New { signature: Vec::new(), shingles: Vec::new(), since: now },
        origin: None,
        sentences: Vec::new(),
        findings: watches.iter().map(finding).collect(),
        held: Vec::new(),
    };
    house.store.finish_match(&job, &matched, now).await.unwrap();
}

#[tokio::test]
async fn a_match_that_was_missed_is_found_and_told_once_and_one_too_many_is_counted() {
    let small = Small::open().await;
    small.watch(1, "border").await;
    small.watch(2, "airport").await;
    let text = "The border was closed on Monday morning, officials said.";
    small.house.publish(&[("a", "Border closed", text)]).await;
    matched_wrongly(&small.house, &[WatchId(2)]).await;
    small.work().await;
    for _ in 0..2 {
        let now = small.house.clock.now();
        let found = small.reconciler.compare(3).await.unwrap();
        small.house.store.keep_reconciliation(&found, None).await.unwrap();
        assert_eq!(small.house.store.last_reconciliation().await.unwrap(), Some(found));
        assert_eq!((found.at, found.watches, found.versions, found.superfluous), (now, 2, 1, 1));
        small.work().await;
        let counts = small.house.store.counts().await.unwrap();
        assert_eq!((counts.alerts, counts.matches), (1, 2), "what was missing is there, and told once");
    }
    assert_eq!(small.compared().await, (0, 1));
}

#[tokio::test]
async fn a_watch_that_came_later_misses_nothing_of_before() {
    let small = Small::open().await;
    small
        .house
        .publish(&[("a", "Border closed", "The border was closed on Monday morning, officials said.")])
        .await;
    small.work().await;
    small.watch(1, "border").await;
    assert_eq!(small.compared().await, (0, 0));
}

#[test]
fn the_next_night_is_todays_or_tomorrows() {
    let zone = TimeZone::get("Asia/Almaty").unwrap();
    let at = Time::constant(3, 30, 0, 0);
    let check = |now: &str, expected: &str| {
        let (now, expected): (Timestamp, Timestamp) = (now.parse().unwrap(), expected.parse().unwrap());
        assert_eq!(next_at(at, &zone, now), expected);
    };
    check("2026-11-23T10:00:00Z", "2026-11-23T22:30:00Z");
    check("2026-11-23T22:00:00Z", "2026-11-23T22:30:00Z");
    check("2026-11-23T22:30:00Z", "2026-11-24T22:30:00Z");
}
