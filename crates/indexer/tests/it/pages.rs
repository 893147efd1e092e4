//! What is shown of what was found: pages, counts, passages and marks.

use indexer::{Order, SearchHit};
use jiff::Timestamp;
use model::SourceKind;
use text::Lang;

use crate::given::{self, article, english};

fn marked<'a>(text: &'a str, marks: &[std::ops::Range<usize>]) -> Vec<&'a str> {
    marks.iter().map(|mark| text.get(mark.clone()).unwrap()).collect()
}

fn only(given: &given::Given, query: &str) -> SearchHit {
    given::search(&given.index, query).hits.pop().unwrap()
}

#[test]
fn pages_follow_one_another_without_gap_or_repetition() {
    let mut versions: Vec<_> = (1..=23)
        .zip([1, 2, 3, 4].into_iter().cycle())
        .map(|(id, often)| english(id, &"rail ".repeat(often)))
        .collect();
    let same: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    versions.iter_mut().take(9).for_each(|version| version.version.published = Some(same));
    let given = given::index(&versions);
    for order in [Order::Newest, Order::Best] {
        let mut request = given::request("rail");
        (request.order, request.limit) = (order, 5);
        let mut seen = Vec::new();
        loop {
            let page = given.index.search(&request).unwrap();
            assert_eq!(page.total, 23);
            assert!(page.hits.len() <= 5);
            seen.extend(page.hits.iter().map(|hit| hit.article.0));
            request.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 23, "{order:?}");
        seen.sort_unstable();
        assert_eq!(seen, (1..=23).collect::<Vec<_>>(), "{order:?}");
    }
}

#[test]
fn an_article_that_arrives_between_two_pages_shifts_nothing() {
    let versions: Vec<_> = (1..=6).map(|id| english(id, "rail")).collect();
    let given = given::index(&versions);
    let mut request = given::request("rail");
    request.limit = 3;
    let first = given.index.search(&request).unwrap();
    given.index.put(&[english(7, "rail")]).unwrap();
    request.after = first.next;
    let second = given.index.search(&request).unwrap();
    assert_eq!(given::numbers(&first), [4, 5, 6]);
    assert_eq!(given::numbers(&second), [1, 2, 3]);
    assert_eq!(second.next, None);
}

#[test]
fn newest_comes_first() {
    let given = given::index(&[english(2, "rail"), english(3, "rail"), english(1, "rail")]);
    let order: Vec<i64> = given::search(&given.index, "rail").hits.iter().map(|hit| hit.article.0).collect();
    assert_eq!(order, [3, 2, 1]);
}

#[test]
fn counts_are_over_all_that_matches_and_not_over_the_page() {
    let mut state = article(1, Lang::ZhHans, "新闻", &["rail"]);
    state.source = given::source("ili-daily", "CN", SourceKind::State);
    state.version.published = Some("2026-10-31T23:00:00Z".parse().unwrap());
    let given = given::index(&[state, english(2, "rail"), english(3, "rail"), english(4, "road")]);
    let mut request = given::request("rail");
    request.limit = 1;
    let hits = given.index.search(&request).unwrap();
    assert_eq!((hits.total, hits.hits.len()), (3, 1));
    let pairs = |counts: &[(&str, u64)]| -> Vec<(String, u64)> {
        counts.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()
    };
    assert_eq!(hits.facets.sources, pairs(&[("steppe-herald", 2), ("ili-daily", 1)]));
    assert_eq!(hits.facets.langs, pairs(&[("en-Latn", 2), ("zh-Hans", 1)]));
    assert_eq!(hits.facets.countries, pairs(&[("KZ", 2), ("CN", 1)]));
    assert_eq!(hits.facets.kinds, pairs(&[("independent", 2), ("state", 1)]));
    assert_eq!(hits.facets.months, pairs(&[("2026-10", 1), ("2026-11", 2)]));
}

#[test]
fn hits_are_marked_in_their_own_script() {
    let given = given::index(&[
        article(1, Lang::KkArab, "قورعاس جاڭالىعى", &["بىرىنشى ابزاتس.", "قورعاستا جاڭا بەكەت اشىلدى."]),
        article(2, Lang::ZhHans, "新闻", &["今天，霍尔果斯口岸开放。"]),
        article(3, Lang::KkCyrl, "Жаңалық", &["Қорғаста жаңа бекет ашылды."]),
    ]);
    let hits = given::search(&given.index, "霍尔果斯").hits;
    let passages: Vec<Vec<&str>> = hits.iter().map(|hit| marked(&hit.passage, &hit.passage_marks)).collect();
    assert_eq!(passages, [["Қорғаста"], ["霍尔果斯"], ["قورعاستا"]]);
    assert_eq!(marked(&hits[2].title, &hits[2].title_marks), ["قورعاس"]);
    assert_eq!(hits[0].source_name, "The steppe-herald");
}

#[test]
fn the_passage_shows_where_most_of_the_query_stands() {
    let filler = "Words that nobody asked for go on and on. ".repeat(20);
    let long = format!("{filler}Here the rail meets the river at last. {filler}");
    let given = given::index(&[article(
        1,
        Lang::EnLatn,
        "A headline",
        &["The rail is mentioned first.", &long, "The river is mentioned last."],
    )]);
    let hit = only(&given, "rail river");
    assert!(hit.passage.starts_with("Here the rail meets the river"), "{}", hit.passage);
    assert_eq!(marked(&hit.passage, &hit.passage_marks), ["rail", "river"]);
    assert!(hit.passage.chars().count() <= 300);
}

#[test]
fn within_one_block_the_passage_also_goes_where_most_of_the_query_stands() {
    let filler = "Words that nobody asked for go on and on. ".repeat(20);
    let text = format!("The rail comes first. {filler}Here the rail meets the river at last. {filler}");
    let hit = only(&given::index(&[english(1, &text)]), "rail river");
    assert!(hit.passage.starts_with("Here the rail meets the river"), "{}", hit.passage);
}

#[test]
fn a_long_sentence_is_entered_at_a_word() {
    let text = format!("{}the rail {}", "wandering ".repeat(60), "wandering ".repeat(60));
    let hit = only(&given::index(&[english(1, &text)]), "rail");
    assert_eq!(marked(&hit.passage, &hit.passage_marks), ["rail"]);
    assert!(hit.passage.starts_with("wandering "), "{}", hit.passage);
    assert!(hit.passage.ends_with("wandering"), "{}", hit.passage);
}

#[test]
fn a_query_without_words_shows_how_the_article_begins() {
    let given = given::index(&[article(1, Lang::EnLatn, "Headline", &["", "It begins here."])]);
    let hit = only(&given, "lang:en");
    assert_eq!((hit.passage.as_str(), hit.passage_marks.len()), ("It begins here.", 0));
    let hit = only(&given, "NOT absent");
    assert_eq!(hit.passage, "It begins here.");
}

#[test]
fn an_article_without_text_is_shown_by_its_headline() {
    let hit = only(&given::index(&[article(1, Lang::EnLatn, "Rail", &[])]), "rail");
    assert_eq!((hit.passage.as_str(), marked(&hit.title, &hit.title_marks)), ("", vec!["Rail"]));
}
