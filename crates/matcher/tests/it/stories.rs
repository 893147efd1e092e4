//! The matcher over a real store: who is told what, once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use matcher::{Config, MatchService, quarantine};
use model::{ArticleId, FirstLook, Frequency, Mode, StoryFacts, VersionId, WatchState};
use query::Lexicon;
use store::{NewSubscriber, Reading, Reconciling, Step, Subscribing, Watching, Worker};
use test_support::{Flood, Report, TestHouse};
use text::Lang;

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
    alerts_with(house, Lexicon::empty()).await
}

async fn alerts_with(house: &TestHouse, lexicon: Lexicon) -> u64 {
    let lexicon = Arc::new(lexicon);
    let config = Config { story_window: SignedDuration::from_hours(720) };
    let matching = Arc::<store::Database>::clone(&house.store);
    let service = MatchService::new(matching, lexicon, house.clock.clone(), config);
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

#[tokio::test]
async fn a_flood_is_told_once_and_a_copy_with_more_by_itself() {
    let house = TestHouse::open(FirstLook::Alert).await;
    watch(&house, "Drivers", "асанов").await;
    let mut flood = Flood::new(Lang::KkCyrl, 31);
    let wire = flood.article(250).with("Шекарада жүргізуші Асанов кеше кешке ұсталды");
    let mut reports: Vec<Report> = (0..40).map(|_| flood.copy(&wire, 5)).collect();
    reports[7] = reports[7].in_arabic_letters();
    reports.extend((0..200).map(|number| flood.article(60 + number)));
    publish(&house, "flood", &reports).await;
    assert_eq!(alerts(&house).await, 1);
    assert_eq!(house.store.counts().await.unwrap().stories, 201);
    let more =
        flood.copy(&wire, 5).with("Жүргізуші Асанов екі күннен кейін босатылды").with("Ол үйіне қайтты");
    publish(&house, "more", std::slice::from_ref(&more)).await;
    assert_eq!(alerts(&house).await, 2, "the copy with two new sentences is told");
    publish(&house, "again", &[flood.copy(&more, 5)]).await;
    assert_eq!(alerts(&house).await, 2, "the next outlet that has them is not");
    assert_eq!(house.store.counts().await.unwrap().stories, 201);
}

#[tokio::test]
async fn a_version_that_is_matched_again_doubles_nothing_and_catches_up() {
    let house = watching(FirstLook::Alert).await;
    let more = format!("{WIRE}\nThree drivers were detained at Khorgos later in the evening.");
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    house.publish(&[("b", "Terminal opened", &more)]).await;
    assert_eq!(alerts(&house).await, 2);
    let versions = [VersionId(1), VersionId(2)];
    house.store.match_again(&versions, house.clock.now()).await.unwrap();
    assert_eq!(alerts(&house).await, 2);
    let counts = house.store.counts().await.unwrap();
    assert_eq!((counts.stories, counts.matches), (1, 2));

    watch(&house, "Both", "khorgos AND detained").await;
    for _ in 0..2 {
        house.store.match_again(&versions, house.clock.now()).await.unwrap();
        assert_eq!(alerts(&house).await, 3, "the watch that was added meanwhile is told, once");
        assert_eq!(house.store.counts().await.unwrap().matches, 3);
    }

    watch(&house, "Any", "detained OR terminal").await;
    house.store.match_again(&versions, house.clock.now()).await.unwrap();
    assert_eq!(alerts(&house).await, 5, "each version told something that the one before had not");
}

async fn publish(house: &TestHouse, name: &str, reports: &[Report]) {
    let named = |(number, report): (usize, &Report)| {
        (format!("{name}{number}"), report.title.clone(), report.blocks().join("\n"))
    };
    let named: Vec<(String, String, String)> = reports.iter().enumerate().map(named).collect();
    let articles: Vec<(&str, &str, &str)> =
        named.iter().map(|(name, title, text)| (name.as_str(), title.as_str(), text.as_str())).collect();
    house.publish(&articles).await;
}

#[tokio::test]
async fn a_story_knows_who_had_it_first_and_which_agency_its_copies_name() {
    let house = watching(FirstLook::Alert).await;
    let wire = |line: &str| format!("{line}{WIRE}");
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    let first_seen = house.clock.now();
    for (name, line) in [("b", "ALMATY, Nov 23 (Reuters) - "), ("c", "BEIJING (AP) — ")] {
        house.publish(&[(name, "Terminal opened", &wire(line))]).await;
    }
    assert_eq!(alerts(&house).await, 1);
    let story = house.store.article(ArticleId(3)).await.unwrap().unwrap().story;
    let first_source = "Steppe Herald".to_owned();
    let origin = "Reuters".to_owned();
    assert_eq!(story, Some(StoryFacts { first_seen, first_source, origin, articles: 3 }));
}

#[tokio::test]
async fn what_a_trap_holds_back_is_noted_for_the_watches_that_it_concerns() {
    let house = TestHouse::open(FirstLook::Alert).await;
    watch(&house, "Port", "@khorgos").await;
    watch(&house, "Port and train", "@khorgos AND пойыз").await;
    watch(&house, "Bilash", "@bilash").await;
    let lexicon = Lexicon::from_toml([(
        "names.toml",
        "[[entity]]\nid = \"khorgos\"\nkind = \"place\"\nkk-Cyrl = [\"Қорғас\"]\nnot_forms = [\"қорғасын*\"]\ntrap = \"lead\"\n\
         [[entity]]\nid = \"bilash\"\nkind = \"person\"\nkk-Cyrl = [\"Білаш\"]\nambiguous = [\"Білаш\"]\n\
         needs_context = [\"лагерь\"]\nnamesake = \"composer\"\n",
    )])
    .unwrap();
    let articles = [
        ("lead", "Металл", "Зауыт былтыр Қорғасынан айырылды, деп хабарлады министрлік өкілі сәрсенбіде."),
        (
            "song",
            "Ән",
            "Сахнада Білаш жазған ескі әндер орындалды, көрермен көп жиналды, кеш ұзаққа созылды.",
        ),
        (
            "port",
            "Порт",
            "Порттағы Қорғас бекетінде кезек көбейді, ал базар Қорғасынан айырылды, деді сатушы.",
        ),
    ];
    house.publish(&articles).await;
    assert_eq!(alerts_with(&house, lexicon).await, 1, "the port alone is told");
    for (name, expected) in [
        ("Port", vec![("Металл", "khorgos", "lead")]),
        ("Port and train", vec![]),
        ("Bilash", vec![("Ән", "bilash", "composer")]),
    ] {
        let watch = house.store.watch_named(name).await.unwrap().unwrap().id;
        let held = house.store.held_back(watch, Timestamp::UNIX_EPOCH).await.unwrap();
        let held: Vec<(&str, &str, &str)> = held
            .iter()
            .map(|one| (one.title.as_str(), one.traps[0].0.as_str(), one.traps[0].1.as_str()))
            .collect();
        assert_eq!(held, expected, "{name}");
    }
}

#[tokio::test]
async fn what_comes_again_next_year_begins_a_story() {
    let house = watching(FirstLook::Alert).await;
    house.publish(&[("a", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 1);
    house.clock.advance(SignedDuration::from_hours(31 * 24));
    house.publish(&[("b", "Terminal opened", WIRE)]).await;
    assert_eq!(alerts(&house).await, 2);
    assert_eq!(house.store.counts().await.unwrap().stories, 2);
}
