//! The matcher over a real store: who is told what, once.

use std::sync::Arc;

use matcher::{MatchService, quarantine};
use model::{FirstLook, Frequency, Mode, WatchState};
use query::Lexicon;
use store::{NewSubscriber, Reading, Step, Subscribing, Watching, Worker};
use test_support::TestHouse;

const WIRE: &str = "A new freight terminal was opened on Monday at the dry port of Khorgos on the border, officials said.\n\
    The terminal can handle two hundred thousand containers a year and employs four hundred people from the town.\n\
    Trains between the two countries have waited for days this autumn because of works on the line.\n\
    Traders hope that the queue of lorries will become shorter before the winter, when the pass is often closed.";

/// A house whose one subscriber watches Khorgos.
async fn watching(first_look: FirstLook) -> TestHouse {
    let house = TestHouse::open(first_look).await;
    watch(&house, "Border", "khorgos").await;
    house
}

async fn watch(house: &TestHouse, name: &str, query: &str) {
    let now = house.clock.now();
    let watch = house.store.add_watch(name, query, now).await.unwrap();
    let address = "aigul@sample.kz".parse().unwrap();
    let subscriber = if let Some(known) = house.store.subscriber_at(&address).await.unwrap() {
        known.id
    } else {
        let new = NewSubscriber { address, language: "en".to_owned(), timezone: "UTC".to_owned() };
        house.store.add_subscriber(&new, now).await.unwrap()
    };
    house.store.subscribe(subscriber, watch, (Frequency::Instant, Mode::Full), now).await.unwrap();
}

/// Matches all that waits, and returns how many alerts there are.
async fn alerts(house: &TestHouse) -> u64 {
    let lexicon = Arc::new(Lexicon::empty());
    let service =
        MatchService::new(Arc::<store::Database>::clone(&house.store), lexicon, house.clock.clone());
    let worker = Worker::new(service, Arc::clone(&house.store), house.clock.clone(), house.queue_config());
    while worker.step().await.unwrap() == Step::Worked {}
    house.store.counts().await.unwrap().alerts
}

#[tokio::test]
async fn a_copy_is_not_told_again() {
    let house = watching(FirstLook::Alert).await;
    house
        .publish(&[
            ("a", "Terminal opened", WIRE),
            ("b", "Terminal opened", &WIRE.replace("Traders hope", "Merchants hope")),
        ])
        .await;
    assert_eq!(alerts(&house).await, 1);
    let counts = house.store.counts().await.unwrap();
    assert_eq!((counts.stories, counts.matches), (1, 2));
}

#[tokio::test]
async fn a_copy_that_adds_a_sentence_with_a_hit_is_told() {
    let house = watching(FirstLook::Alert).await;
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1);
    let more = format!("{WIRE}\nThree drivers were detained at Khorgos later in the evening.");
    house.publish(&[("b", "Terminal opened", &more)]).await;
    assert_eq!(alerts(&house).await, 2);
    house.publish(&[("c", "Terminal opened", &more)]).await;
    assert_eq!(alerts(&house).await, 2, "the same addition in a third outlet is no news");
}

#[tokio::test]
async fn what_the_known_part_did_not_match_is_told_from_the_whole() {
    let house = TestHouse::open(FirstLook::Alert).await;
    watch(&house, "Both", "khorgos AND detained").await;
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 0);
    let more = format!("{WIRE}\nThree lorry drivers were detained later in the evening.");
    house.publish(&[("b", "Terminal opened", &more)]).await;
    assert_eq!(alerts(&house).await, 1);
}

#[tokio::test]
async fn backlog_is_matched_and_not_told_but_its_next_copy_is() {
    let house = watching(FirstLook::Archive).await;
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 0);
    assert_eq!(house.store.counts().await.unwrap().matches, 1);
    house.publish(&[("b", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1, "the story was seen in the backlog only, so it is untold");
}

#[tokio::test]
async fn a_watch_that_is_added_later_sees_what_comes_later() {
    let house = watching(FirstLook::Alert).await;
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1);
    watch(&house, "Trains", "train").await;
    house
        .publish(&[(
            "b",
            "Night train",
            "The night train to the lake was late again on Friday, and nobody said why it was.",
        )])
        .await;
    assert_eq!(alerts(&house).await, 2);
}

#[tokio::test]
async fn a_watch_whose_query_cannot_be_read_leaves_the_others_alone() {
    let house = watching(FirstLook::Alert).await;
    watch(&house, "Broken", "(khorgos AND").await;
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1);
}

#[tokio::test]
async fn a_removal_is_told_to_those_who_ask_for_it_once() {
    let house = watching(FirstLook::Alert).await;
    watch(&house, "Gone", "khorgos AND is:removed").await;
    house.publish(&[("a", "Terminal opened", WIRE), ("b", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1, "nothing was removed yet");
    house.remove("a").await;
    assert_eq!(alerts(&house).await, 2, "the watch that asks for it is told, the other knows the story");
    watch(&house, "Late", "freight").await;
    house.remove("b").await;
    assert_eq!(alerts(&house).await, 3, "another page of the story; a later watch is not told of old news");
    house.bring_back("a").await;
    house.remove("a").await;
    assert_eq!(alerts(&house).await, 3, "the same page again");
    assert_eq!(house.store.counts().await.unwrap().matches, 6, "a row for each watch and version");
}

#[tokio::test]
async fn a_watch_that_cannot_be_read_any_more_waits_in_sight_and_comes_back() {
    let house = watching(FirstLook::Alert).await;
    watch(&house, "Named", "@khorgos").await;
    let review = async |lexicon: &Lexicon| {
        let changed = quarantine(&*house.store, lexicon, house.clock.now()).await.unwrap();
        let state = house.store.watch_named("Named").await.unwrap().unwrap().state;
        (changed, state)
    };
    let WatchState::Quarantined { reason, .. } = review(&Lexicon::empty()).await.1 else {
        panic!("it is not quarantined")
    };
    assert!(
        reason.starts_with("at character 1: the lexicon has no such entity") && !reason.contains("khorgos")
    );
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1, "the others go on");
    let named = "[[entity]]\nid = \"khorgos\"\nkind = \"place\"\nen = [\"Khorgos\"]\n";
    let lexicon = Lexicon::from_toml([("names.toml", named)]).unwrap();
    assert_eq!(review(&lexicon).await, (1, WatchState::Active));
}
