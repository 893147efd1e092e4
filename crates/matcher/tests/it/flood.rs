//! One wire report in forty outlets among two hundred other articles on its topic: one story, and no stranger in it.

use std::collections::HashSet;
use std::sync::LazyLock;

use matcher::Signature;
use query::{Document, Lexicon, testing};
use test_support::{Flood, Report, TONGUES};
use text::Lang;

use crate::memory::Stories;

/// Copies of the wire.
const COPIES: usize = 40;
/// Other articles of the same week.
const OTHERS: usize = 200;

/// The name that is in many articles, in all scripts, is one word.
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let text = "[[entity]]\nid = \"khorgos\"\nkind = \"place\"\nru = [\"Хоргос\"]\nkk-Cyrl = [\"Қорғас\"]\n\
                kk-Arab = [\"قورعاس\"]\nug-Arab = [\"قورغاس\"]\nzh = [\"霍尔果斯\"]\n";
    Lexicon::from_toml([("places.toml", text)]).unwrap()
});

fn signature(told: &Report) -> Signature {
    let blocks = told.blocks();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    Signature::of(&Document::read(&told.title, &blocks, &LEXICON, testing::facts(told.lang)))
}

/// Stories of other articles, of 60 to 600 words each, and how to go on making articles.
fn week(lang: Lang, seed: u64, others: usize) -> (Stories, Flood) {
    let (mut stories, mut flood) = (Stories::default(), Flood::new(lang, seed));
    for number in 0..others {
        stories.put(&signature(&flood.article(60 + number * 540 / others)));
    }
    assert_eq!(stories.len(), others, "{lang:?}: each of the others is a story of its own");
    (stories, flood)
}

/// Lets a wire of so many words run in forty outlets, each of which changes so many words of a hundred.
fn one_story(week: &mut (Stories, Flood), (words, percent): (usize, usize)) {
    let (stories, flood) = week;
    let wire = flood.article(words);
    let before = stories.len();
    let story = stories.put(&signature(&wire));
    assert_eq!(story, before, "the wire, {words} words, is no copy of the others");
    for number in 0..COPIES {
        let mut copy = flood.copy(&wire, percent);
        if number == 0 && wire.lang == Lang::KkCyrl {
            copy = copy.in_arabic_letters();
        }
        let found = stories.put(&signature(&copy));
        assert_eq!(found, story, "{:?}, {words} words, {percent} % changed, copy {number}", wire.lang);
    }
}

#[test]
fn a_flood_is_one_story_however_long_and_however_edited() {
    for (seed, lang) in (1..).zip(TONGUES) {
        let mut week = week(lang, seed, OTHERS);
        for words in [60, 200, 600] {
            for percent in [5, 15] {
                one_story(&mut week, (words, percent));
            }
        }
    }
}

#[test]
fn an_excerpt_of_the_wire_and_the_wire_with_a_background_are_copies() {
    for (seed, lang) in (11..).zip(TONGUES) {
        let (mut stories, mut flood) = week(lang, seed, 30);
        for words in [200, 400, 600] {
            let wire = flood.article(words);
            let story = stories.put(&signature(&wire));
            let (excerpt, longer) = (flood.copy(&wire.excerpt(60), 3), flood.extended(&wire, words / 10));
            assert_eq!(stories.put(&signature(&excerpt)), story, "{lang:?}, 60 of {words} words");
            assert_eq!(stories.put(&signature(&longer)), story, "{lang:?}, {words} words and as many new");
        }
    }
}

#[test]
fn texts_that_drift_apart_do_not_stay_in_one_story() {
    for (seed, lang) in (21..).zip(TONGUES) {
        let (mut stories, mut flood) = week(lang, seed, 30);
        let mut told = flood.article(250);
        let first = stories.put(&signature(&told));
        let mut seen = HashSet::new();
        for _ in 0..12 {
            told = flood.reworded(&told, 15);
            seen.insert(stories.put(&signature(&told)));
        }
        assert!(seen.contains(&first), "{lang:?}: the first of them is a copy");
        assert_ne!(stories.put(&signature(&told)), first, "{lang:?}: the last of them is none");
    }
}
