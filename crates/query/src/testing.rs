//! Generators of random queries and articles, for the tests that hold the readers of the language equal.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use text::{Lang, Script};

use crate::name::is_sounded;
use crate::{Document, Facts, Filter, Lexicon, Part, Query, Seen};

mod naive;

pub use naive::matches;

/// Few words, so that random queries meet random articles often; in all scripts, with inflected forms.
const WORDS: &[&str] = &[
    "Қорғас",
    "Қорғаста",
    "قورعاس",
    "Khorgos",
    "Хоргосе",
    "霍尔果斯",
    "伊宁市",
    "border",
    "borders",
    "port",
    "dry",
    "граница",
    "границе",
    "шекара",
    "شەكارا",
    "detained",
    "qala",
    "қала",
    "қалалар",
    "新疆",
];

/// A word of the small vocabulary.
pub fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(str::to_owned)
}

fn phrase() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 2..4).prop_map(|words| words.join(" "))
}

/// A text that has a place, so that something can be near it.
fn placed() -> impl Strategy<Value = Query> {
    prop_oneof![
        4 => word().prop_map(Query::Word),
        1 => word().prop_map(Query::Exact),
        1 => word().prop_filter("names have vowels", |word| is_sounded(word)).prop_map(|text| Query::Name { text, mails: false }),
        2 => phrase().prop_map(|text| Query::Phrase { text, slop: 0 }),
        1 => prop::sample::select(vec!["bord*", "қал*", "порт*", "po?t", "霍尔*", "Хорг*", "قور*"])
            .prop_map(|pattern| Query::Pattern(pattern.to_owned())),
    ]
}

fn text() -> impl Strategy<Value = Query> {
    let long = prop::collection::vec(word(), 2..5).prop_map(|words| words.join(" "));
    prop_oneof![
        5 => placed(),
        1 => (long, 1..6_u32).prop_map(|(text, slop)| Query::Phrase { text, slop }),
    ]
}

fn side() -> impl Strategy<Value = Query> {
    prop_oneof![
        4 => placed(),
        1 => prop::collection::vec(placed(), 2..4).prop_map(Query::Or),
    ]
}

fn near() -> impl Strategy<Value = Query> {
    (side(), side(), 1..6_u32, any::<bool>()).prop_map(|(left, right, distance, ordered)| Query::Near {
        left: Box::new(left),
        right: Box::new(right),
        distance,
        ordered,
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        prop::sample::select(vec!["kk", "en-Latn", "zh"]).prop_map(|lang| Filter::Lang(lang.to_owned())),
        Just(Filter::Script(Script::Arabic)),
        Just(Filter::Source("one".to_owned())),
        Just(Filter::Country("KZ".to_owned())),
        Just(Filter::Kind("state".to_owned())),
        prop::sample::select(vec!["writer", "Aigerim Writer", "nobody"])
            .prop_map(|name| Filter::Author(name.to_owned())),
        prop::sample::select(vec!["/1", "TEST/news", "test"]).prop_map(|url| Filter::Url(url.to_owned())),
        (1..3_i64).prop_map(Filter::Story),
        Just(Filter::After(jiff::civil::date(2026, 6, 1))),
        Just(Filter::Before(jiff::civil::date(2026, 6, 1))),
        Just(Filter::Since(crate::midnight(jiff::civil::date(2026, 6, 1)) + SignedDuration::from_hours(9))),
        seen().prop_map(Filter::Seen),
        Just(Filter::Edited),
        Just(Filter::Removed),
    ]
}

/// A stretch of whole days or of moments, open at one end or at none.
fn seen() -> impl Strategy<Value = Seen> {
    let moment = |day: i8| crate::midnight(jiff::civil::date(2026, day, 1)) + SignedDuration::from_hours(7);
    (1..6_i8, 6..12_i8, 0..4_u8).prop_map(move |(first, last, form)| match form {
        0 => Seen { from: Some(crate::midnight(jiff::civil::date(2026, first, 1))), before: None },
        1 => Seen { from: None, before: Some(crate::midnight(jiff::civil::date(2026, last, 1))) },
        _ => Seen { from: Some(moment(first)), before: Some(moment(last)) },
    })
}

/// A random query.
pub fn query() -> impl Strategy<Value = Query> {
    let part = prop::sample::select(vec![Part::Title, Part::Body]);
    let leaf = prop_oneof![
        6 => text(),
        2 => near(),
        1 => filter().prop_map(Query::Filter),
        1 => (part, text()).prop_map(|(part, inner)| Query::In(part, Box::new(inner))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::Or),
            inner.prop_map(|inner| match inner {
                Query::Not(twice) => *twice,
                other => Query::Not(Box::new(other)),
            }),
        ]
    })
}

/// A random query that may ask for the entity of [`lexicon`].
pub fn query_with_names() -> impl Strategy<Value = Query> {
    let entity = || Query::Entity("khorgos".to_owned());
    prop_oneof![
        4 => query(),
        1 => Just(entity()),
        1 => query().prop_map(move |other| Query::And(vec![entity(), other])),
        1 => (placed(), 1..6_u32).prop_map(move |(other, distance)| Query::Near {
            left: Box::new(entity()),
            right: Box::new(other),
            distance,
            ordered: false,
        }),
    ]
}

/// A lexicon of one place.
pub fn lexicon() -> Lexicon {
    let toml = r#"
[[entity]]
id = "khorgos"
kind = "place"
kk-Cyrl = ["Қорғас"]
kk-Arab = ["قورعاس"]
zh = ["霍尔果斯"]
ru = ["Хоргос"]
en = ["Khorgos"]
"#;
    Lexicon::from_toml([("test.toml", toml)]).unwrap_or_else(|_| Lexicon::empty())
}

/// The texts of a random article: its title and its blocks.
pub fn article() -> impl Strategy<Value = (String, Vec<String>, Facts)> {
    let line = |most| prop::collection::vec(word(), 0..most).prop_map(|words| words.join(" "));
    let langs =
        prop::sample::select(vec![Lang::KkCyrl, Lang::KkArab, Lang::EnLatn, Lang::RuCyrl, Lang::ZhHans]);
    let authors = prop::sample::select(vec!["", "Aigerim Writer", "Someone Else"]);
    let more = (authors, 0..3_i64, 0..48_i64);
    let states = any::<(bool, bool, bool)>();
    (line(4), prop::collection::vec(line(9), 0..3), langs, states, 0..12_i8, more).prop_map(
        |(title, blocks, lang, (first, edited, removed), month, (author, story, hours))| {
            let published = jiff::civil::date(2026, month.max(1), 15);
            let published = crate::midnight(published) + SignedDuration::from_hours(hours);
            let facts = Facts {
                lang,
                source: if first { "one" } else { "two" }.to_owned(),
                country: if first { "KZ" } else { "CN" }.to_owned(),
                kind: if first { "independent" } else { "state" }.to_owned(),
                authors: Some(author.to_owned()).filter(|author| !author.is_empty()).into_iter().collect(),
                tags: Vec::new(),
                url: "https://one.test/a".to_owned(),
                story: Some(story).filter(|story| *story > 0),
                published,
                seen: published + SignedDuration::from_hours(7),
                edited,
                removed,
            };
            (title, blocks, facts)
        },
    )
}

/// A random article, read without a lexicon.
pub fn document() -> impl Strategy<Value = Document> {
    article().prop_map(|(title, blocks, facts)| {
        let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
        Document::read(&title, &blocks, &Lexicon::empty(), facts)
    })
}

/// Facts for a test that is about words.
pub fn facts(lang: Lang) -> Facts {
    Facts {
        lang,
        source: "one".to_owned(),
        country: "KZ".to_owned(),
        kind: "independent".to_owned(),
        authors: vec!["Aigerim Writer".to_owned()],
        tags: Vec::new(),
        url: "https://one.test/a".to_owned(),
        story: None,
        published: Timestamp::UNIX_EPOCH,
        seen: Timestamp::UNIX_EPOCH,
        edited: false,
        removed: false,
    }
}
