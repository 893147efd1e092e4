//! What is found: scripts, boolean signs, phrases, distances, patterns and facts.

use indexer::{Order, SearchRequest};
use model::{Origin, SourceKind};
use text::Lang;

use crate::given::{self, article, english, found, index, numbers, request, search};

#[test]
fn one_name_is_found_in_every_script() {
    let given = given::index(&[
        article(1, Lang::KkCyrl, "Жаңалық", &["Қорғаста жаңа бекет ашылды."]),
        article(2, Lang::KkArab, "جاڭالىق", &["قورعاستا جاڭا بەكەت اشىلدى."]),
        article(3, Lang::ZhHans, "新闻", &["霍尔果斯口岸今天开放。"]),
        article(4, Lang::RuCyrl, "Новость", &["В Хоргосе открыли терминал."]),
        english(5, "The gate at Khorgos opened."),
        english(6, "The port of Aktau opened."),
    ]);
    assert_eq!(found(&given.index, "@khorgos"), [1, 2, 3, 4, 5]);
    assert_eq!(found(&given.index, "Хоргос"), [1, 2, 3, 4, 5]);
    assert_eq!(found(&given.index, "=Khorgos"), [5]);
    assert_eq!(found(&given.index, "口岸"), [3]);
    assert_eq!(found(&given.index, "бекет"), [1, 2], "one word in two scripts");
}

#[test]
fn boolean_signs_mean_what_they_say() {
    let given = given::index(&[
        english(1, "rail and road"),
        english(2, "rail and river"),
        english(3, "river"),
        article(4, Lang::EnLatn, "rail", &[]),
    ]);
    let find = |query| found(&given.index, query);
    assert_eq!(find("rail river"), [2]);
    assert_eq!(find("rail OR river"), [1, 2, 3, 4]);
    assert_eq!(find("rail -river"), [1, 4]);
    assert_eq!(find("NOT rail"), [3], "a negation alone");
    assert_eq!(find("river OR NOT rail"), [2, 3]);
    assert_eq!(find("NOT (rail AND NOT road)"), [1, 3]);
    assert_eq!(find("title:rail"), [4]);
    assert_eq!(find("body:rail"), [1, 2]);
    assert_eq!(find("absent"), [0_i64; 0]);
}

#[test]
fn a_phrase_stands_together_in_one_block() {
    let given = given::index(&[
        english(1, "a dry port in the steppe"),
        english(2, "a port that is dry"),
        article(3, Lang::EnLatn, "All is dry", &["port of call"]),
        article(4, Lang::EnLatn, "Two blocks", &["it was dry", "port of call"]),
    ]);
    let find = |query| found(&given.index, query);
    assert_eq!(find("\"dry port\""), [1]);
    assert_eq!(find("\"dry port\"~3"), [1]);
    assert_eq!(find("\"dry port\"~4"), [1, 2]);
    assert_eq!(find("dry NEAR/4 port"), [1, 2]);
    assert_eq!(find("dry NEAR/2 port"), [1]);
    assert_eq!(find("dry PRE/4 port"), [1]);
    assert_eq!(find("NOT \"dry port\""), [2, 3, 4]);
    assert_eq!(find("dry port"), [1, 2, 3, 4]);
}

#[test]
fn patterns_fit_words_as_they_are_written() {
    let given = given::index(&[
        english(1, "they detained him"),
        english(2, "the detention went on"),
        english(3, "a word with a work"),
    ]);
    let find = |query| found(&given.index, query);
    assert_eq!(find("detain*"), [1]);
    assert_eq!(find("det*n*"), [1, 2]);
    assert_eq!(find("wo?d"), [3]);
    assert_eq!(find("det?in*"), [1]);
    assert_eq!(find("det?in"), [0_i64; 0], "a pattern fits whole words");
    assert_eq!(find("NOT det*"), [3]);
}

#[test]
fn facts_are_filters() {
    let mut elsewhere = article(1, Lang::KkArab, "جاڭالىق", &["بەكەت"]);
    elsewhere.source = given::source("ili-daily", "CN", SourceKind::State);
    elsewhere.version.byline = vec!["Serik Aman".to_owned(), "Bota Aman".to_owned()];
    let mut old = english(2, "rail");
    old.version.published = Some("2025-12-31T23:59:59Z".parse().unwrap());
    let mut undated = english(3, "rail");
    undated.version.published = None;
    undated.article.first_seen = "2026-01-01T00:00:00Z".parse().unwrap();
    undated.version.origin = Origin::Feed;
    let given = given::index(&[elsewhere, old, undated]);
    let find = |query| found(&given.index, query);
    assert_eq!(find("lang:kk"), [1]);
    assert_eq!(find("lang:en-Latn"), [2, 3]);
    assert_eq!(find("script:arab"), [1]);
    assert_eq!(find("source:ili-daily"), [1]);
    assert_eq!(find("country:kz"), [2, 3]);
    assert_eq!(find("kind:state"), [1]);
    assert_eq!(find("author:\"aman serik\""), [1]);
    assert_eq!(find("author:\"serik bota\""), [0_i64; 0], "two authors are not one");
    assert_eq!(find("url:NEWS/2"), [2]);
    assert_eq!(find("story:3"), [3]);
    assert_eq!(find("after:2026-01-01"), [1, 3]);
    assert_eq!(find("before:2026-01-01"), [2]);
    assert_eq!(find("rail -lang:kk before:2026-01-02"), [2, 3]);
    let feed: Vec<bool> = given::search(&given.index, "rail").hits.iter().map(|hit| hit.from_feed).collect();
    assert_eq!(feed, [true, false]);
}

#[test]
fn the_exact_form_outranks_the_peeled_and_the_title_outranks_the_body() {
    let given = given::index(&[
        english(1, "one border"),
        english(2, "two borders"),
        article(3, Lang::EnLatn, "border", &["three words"]),
        english(4, "four words"),
    ]);
    let mut request = given::request("border");
    request.order = indexer::Order::Best;
    let hits = given.index.search(&request).unwrap();
    let order: Vec<i64> = hits.hits.iter().map(|hit| hit.article.0).collect();
    assert_eq!(order, [3, 1, 2]);
}

#[test]
fn what_only_sounds_like_a_name_comes_last_and_says_so() {
    let house = index(&[
        article(1, Lang::RuCyrl, "Суд", &["Активист Ерлан Бекжанов вышел на свободу"]),
        article(2, Lang::EnLatn, "Court", &["The activist Erlan Bekzhanov was released"]),
        article(3, Lang::ZhHans, "法院", &["活动人士叶尔兰·别克江诺夫昨天获释。"]),
    ]);
    for order in [Order::Newest, Order::Best] {
        let one = |after| {
            let hits = house.index.search(&SearchRequest {
                order,
                limit: 1,
                after,
                ..request("name:\"Erlan Bekzhanov\"")
            });
            hits.unwrap()
        };
        let mut seen = Vec::new();
        let mut page = one(None);
        loop {
            seen.extend(page.hits.iter().map(|hit| (hit.article.0, hit.heard)));
            let Some(next) = page.next else { break };
            page = one(Some(next));
        }
        assert_eq!((seen[0], seen.len()), ((2, false), 3), "{order:?} {seen:?}");
        assert!(seen[1..].iter().all(|(_, heard)| *heard), "{seen:?}");
    }
    assert_eq!(numbers(&search(&house.index, "\"Erlan Bekzhanov\"")), [2]);
}
