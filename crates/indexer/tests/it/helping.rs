//! What helps a reader on: other spellings, words that begin so, dead terms, articles like one.

use model::ArticleId;
use text::Lang;

use crate::given::{self, article, english, index, planned};

fn respelled(given: &given::Given, typed: &str) -> Vec<(String, u64)> {
    let found = given.index.respellings(typed).unwrap();
    found.into_iter().map(|one| (one.word, one.articles)).collect()
}

#[test]
fn a_slip_is_told_from_a_word_that_articles_have() {
    let mut versions: Vec<_> = (1..=5).map(|id| english(id, "The Terminal opened at the border")).collect();
    versions.push(english(6, "A rare terminus"));
    let given = index(&versions);
    assert_eq!(respelled(&given, "termnial"), [("terminal".to_owned(), 5)]);
    assert_eq!(respelled(&given, "teminal borde"), [("terminal".to_owned(), 5), ("border".to_owned(), 5)]);
    assert_eq!(respelled(&given, "terminal border"), [], "what is found needs no help");
    assert_eq!(respelled(&given, "terminus"), [], "a rare word is no slip of another");
    let place = given.index.respellings("the termnial").unwrap().pop().unwrap().place;
    assert_eq!(place, 4..12);
}

#[test]
fn an_article_that_has_a_word_twice_is_one_article() {
    let mut versions: Vec<_> = (1..=11).map(|id| english(id, "The terminal opened")).collect();
    // A misspelled word in headline and text, in two forms.
    let slip = article(12, Lang::EnLatn, "Termnials", &["Two termnials and a termnial are closed."]);
    versions.push(slip);
    let given = index(&versions);
    assert_eq!(respelled(&given, "termnial"), [("terminal".to_owned(), 11)], "one article may be wrong");
    for id in 13..=14 {
        given.index.put(&[article(id, Lang::EnLatn, "Termnials", &["Two termnials."])]).unwrap();
    }
    assert_eq!(respelled(&given, "termnial"), [], "three are not");
}

#[test]
fn other_spellings_are_shown_in_the_script_that_was_typed() {
    let cyrillic = (1..=4).map(|id| article(id, Lang::KkCyrl, "Жаңалық", &["Жаңа шекара бекеті ашылды."]));
    let arabic = (5..=9).map(|id| article(id, Lang::KkArab, "جاڭالىق", &["جاڭا شەكارا بەكەتى اشىلدى."]));
    let given = index(&cyrillic.chain(arabic).collect::<Vec<_>>());
    let words: Vec<String> = respelled(&given, "шекраа").into_iter().map(|(word, _)| word).collect();
    assert_eq!(words, ["шекара"]);
}

#[test]
fn beginnings_are_completed_by_the_most_frequent_words() {
    let mut versions: Vec<_> = (1..=3).map(|id| english(id, "detained and detention")).collect();
    versions.push(english(4, "Detained again"));
    let given = index(&versions);
    let words = given.index.words_beginning("Det", 5).unwrap();
    assert_eq!(words, [("detained".to_owned(), 4), ("detention".to_owned(), 3)]);
    assert_eq!(given.index.words_beginning("Det", 1).unwrap().len(), 1);
    assert_eq!(given.index.words_beginning("d", 5).unwrap(), [], "one letter begins too much");
    assert_eq!(given.index.words_beginning("two words", 5).unwrap(), []);
}

#[test]
fn each_text_of_a_query_is_counted_by_itself() {
    let given = index(&[english(1, "rail road"), english(2, "rail river"), english(3, "dry port")]);
    let counts = |query| given.index.clause_counts(&planned(query)).unwrap();
    assert_eq!(counts("rail river"), [2, 1]);
    assert_eq!(counts("rail absent -road lang:en"), [2, 0, 1]);
    assert_eq!(counts("\"dry port\" OR \"port dry\" OR ri*"), [1, 0, 1]);
    given.index.put(&[english(2, "nothing")]).unwrap();
    assert_eq!(counts("rail river"), [1, 0], "what was replaced is not counted");
}

#[test]
fn articles_that_share_rare_words_are_like_one_another() {
    let mut versions: Vec<_> =
        (10..=40).map(|id| english(id, "The weather was fine and the market open")).collect();
    versions.push(english(1, "The activist Bekzhanov was detained in Zharkent and the market was open"));
    versions.push(english(2, "Bekzhanov, detained last week, was moved from Zharkent"));
    versions.push(english(3, "A court in Zharkent heard the case"));
    let given = index(&versions);
    let like = |id| given.index.similar(ArticleId(id), 2).unwrap();
    let numbers: Vec<i64> = like(1).unwrap().iter().map(|hit| hit.article.0).collect();
    assert_eq!(numbers, [2, 3]);
    assert!(like(99).is_none(), "the index does not have it");
    given.index.put(&[english(2, "The weather was fine")]).unwrap();
    assert_eq!(like(1).unwrap().first().unwrap().article.0, 3, "by what it says now");
}
