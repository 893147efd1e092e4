//! What is read, what it prints, and what every mistake gets, strictly and for the search box.

use super::*;

fn lenient(text: &str) -> (Option<Query>, Option<QueryError>) {
    let now = "2026-11-27T08:00:00Z".parse().unwrap();
    parse_lenient(text, now, &Lexicon::empty())
}

fn check(text: &str, printed: &str) {
    let query = parse(text).unwrap_or_else(|error| panic!("{}", error.pointed_at(text)));
    assert_eq!(query.to_string(), printed);
    assert_eq!(parse(printed).unwrap(), query, "the print of `{text}` reads back to itself");
}

fn fails(text: &str, problem: Problem) {
    assert_eq!(parse(text).unwrap_err().problem, problem, "{text}");
}

#[test]
fn queries_print_so_that_they_read_back() {
    check("khorgos port", "khorgos AND port");
    check("a b OR c NOT d", "(a AND b) OR (c AND NOT d)");
    check("+a -b", "a AND NOT b");
    check("NOT a", "NOT a");
    check("NOT NOT a", "a");
    check("Қорғас НЕМЕСЕ Хоргос", "Қорғас OR Хоргос");
    check("„dry port“~5", "\"dry port\"~5");
    check("(detain* OR arrest) NEAR/5 @kazakhs", "(detain* OR arrest) NEAR/5 @kazakhs");
    check("a PRE/3 b NEAR/2 c", "(a PRE/3 b) NEAR/2 c");
    check("title：（Хоргос）", "title:(Хоргос)");
    check("lang:kk-arab AND country:kz", "lang:kk-Arab AND country:KZ");
    check("after:2026-01-31 url:\"a/b\"", "after:2026-01-31 AND url:\"a/b\"");
    check("=\"Khorgos\" =Ili", "=\"Khorgos\" AND =\"Ili\"");
    check("entity:khorgos 霍尔果*", "@khorgos AND 霍尔果*");
    check("dry-port why?", "dry-port AND why");
}

#[test]
fn every_quotation_mark_quotes() {
    for text in ["\"dry port\"", "“dry port”", "„dry port“", "«dry port»", "»dry port«", "‹dry port›"]
    {
        check(text, "\"dry port\"");
    }
    for text in [
        "「dry port」",
        "『dry port』",
        "＂dry port＂",
        "《dry port》",
        "‘dry port’",
        "'dry port'",
        "‚dry port‘",
    ] {
        check(text, "\"dry port\"");
    }
    check("＝＂Khorgos＂　＋dry　－port", "=\"Khorgos\" AND dry AND NOT port");
    check("“dry port”～５ ＠khorgos", "\"dry port\"~5 AND @khorgos");
    check("＝Khorgos detai＊ w？rd", "=\"Khorgos\" AND detai* AND w?rd");
    check("‘dry port’~3", "\"dry port\"~3");
    check("O‘zbek o'clock g‘uncha", "O‘zbek AND o'clock AND g‘uncha");
    check("«he said “no” to it»", "«he said “no” to it»");
    check("name:‹Serikzhan Bilash›！", "name:\"Serikzhan Bilash\"!");
}

#[test]
fn words_that_look_like_something_else_are_printed_in_quotes() {
    check("\"AND\" port", "\"AND\" AND port");
    check("10:30 kk", "10:30 AND kk");
    check("https://a.test/b?c=d,e:f (x)", "https://a.test/b?c=d,e:f AND x");
    check("a@b.test", "a@b.test");
    check("'tis", "\"'tis\"");
    check("\"x\"-y", "\"x\" AND \"-y\"");
    check("tag:\"AND\" author:\"-x\"", "tag:\"AND\" AND author:\"-x\"");
    check("title:-khorgos", "title:(NOT khorgos)");
    check("a,b;c、d؛e", "a AND b AND c AND d AND e");
    check("Khorgos — port – \u{200f}dry", "Khorgos AND port AND dry");
}

#[test]
fn facts_are_read_and_printed() {
    check("is:edited IS:removed", "is:edited AND is:removed");
    check("seen:2026-11-01", "seen:2026-11-01");
    check("seen:2026-11-01..2026-11-20", "seen:2026-11-01..2026-11-20");
    check("after:\"2026-11-20T08:00:00Z\"", "after:\"2026-11-20T08:00:00Z\"");
    let now = "2026-11-27T08:00:00Z".parse().unwrap();
    let read = |text: &str| parse_at(text, now).unwrap().to_string();
    assert_eq!(read("last:7d port"), "after:\"2026-11-20T08:00:00Z\" AND port");
    assert_eq!(read("seen:7d"), "seen:\"2026-11-20T08:00:00Z..\"");
}

#[test]
fn every_error_names_its_place_and_a_remedy() {
    let long = "\"w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14 w15 w16 w17 w18 w19 w20\"~2";
    let place = |text: &str, problem: Problem, place: &str| {
        let error = parse(text).unwrap_err();
        assert_eq!((error.problem, text.get(error.place.clone()).unwrap()), (problem, place), "{text}");
        assert!(error.to_string().starts_with("at character "), "{error}");
    };
    place("(a", Problem::OpenParenthesis, "(");
    place("a (", Problem::OpenParenthesis, "(");
    place("a)", Problem::StrayParenthesis, ")");
    place("a () b", Problem::EmptyGroup, "(");
    place("a AND", Problem::Dangling, "AND");
    place("OR a", Problem::Dangling, "OR");
    place("a OR AND b", Problem::Dangling, "AND");
    place("NOT", Problem::Dangling, "NOT");
    place("a \"b", Problem::OpenQuote, "\"b");
    place("a : b", Problem::Colon, ":");
    place("a - b", Problem::Sign, "-");
    place("a dry~2", Problem::Tilde, "dry~2");
    place("=\"dry port\"~2", Problem::Tilde, "~2");
    place("colour:red", Problem::Field, "colour:");
    place("lang:xx", Problem::Value, "lang:xx");
    place("a last:7d", Problem::Moving, "last:7d");
    place("name:2026", Problem::Name, "name:2026");
    place("name:\"a b c d e f g\"", Problem::Name, "name:\"a b c d e f g\"");
    place("a NEAR/0 b", Problem::Distance, "NEAR/0");
    place("a NEAR b", Problem::Distance, "NEAR");
    place("\"a b\"~101", Problem::Distance, "~101");
    place("b a*", Problem::Pattern, "a*");
    place("b *ab", Problem::Pattern, "*ab");
    place("b co-op*", Problem::PatternWords, "co-op*");
    place("b \"detain* them\"", Problem::QuotedPattern, "\"detain* them\"");
    place("b &", Problem::NoLetters, "&");
    place("b \"\"", Problem::NoLetters, "\"\"");
    place("a NEAR/2 lang:kk", Problem::NearWhat, "NEAR/2");
    place(long, Problem::SlopWords, long);
    place("title:(a body:b)", Problem::PartInPart, "body:");
    place("\"a b\"~2 PRE/3 c", Problem::NearWhat, "PRE/3");
    place("entity:\"a b\"", Problem::Entity, "entity:\"a b\"");
    let shown = parse("ab lang:xx").unwrap_err().pointed_at("ab lang:xx");
    assert!(shown.contains("   ^^^^^^^\nat character 4"), "{shown}");
    let wrong = |query: &str| parse(query).unwrap_err().to_string();
    assert!(wrong("қорғас шекара:x").starts_with("at character 8:"), "{}", wrong("қорғас шекара:x"));
    assert!(wrong("新疆 (").starts_with("at character 4:"), "{}", wrong("新疆 ("));
}

#[test]
fn limits_are_errors() {
    fails("", Problem::Empty);
    fails(" ,", Problem::Empty);
    fails(&"(".repeat(5_000), Problem::TooDeep);
    fails(&"title:".repeat(1_000), Problem::PartInPart);
    fails(&"a ".repeat(2_000), Problem::TooMany);
    fails(&"a".repeat(9_000), Problem::TooLong);
    fails(&vec!["abc*"; 201].join(" "), Problem::Patterns);
    fails(&"ab NEAR/1 ".repeat(60), Problem::TooDeep);
    // Its print, with every AND spelled out, is what is kept of a watch.
    fails(&"abcdef ".repeat(1_000), Problem::TooLong);
    assert!(parse(&vec!["abc*"; 200].join(" ")).is_ok());
    let deep = |levels: usize| format!("{}c{}", "a (b OR ".repeat(levels), ")".repeat(levels));
    assert!(parse(&deep(25)).is_ok());
    fails(&deep(26), Problem::TooDeep);
}

#[test]
fn an_error_of_the_plan_gets_its_place() {
    let lexicon = Lexicon::empty();
    for (text, place) in [("қорғас @nowhere", "@nowhere"), ("a entity:nowhere", "entity:nowhere")] {
        let error = crate::plan(&parse(text).unwrap(), &lexicon).unwrap_err().placed_in(text, &lexicon);
        assert_eq!(text.get(error.place.clone()), Some(place));
        assert!(error.to_string().starts_with("at character "), "{error}");
    }
}

#[test]
fn a_watch_mails_what_sounds_alike_only_when_it_says_so() {
    let heard = parse_watch("port NOT name:Bilash").unwrap_err();
    assert_eq!((heard.problem, heard.place.start), (Problem::Heard, 9));
    check("name:\"Serikzhan Bilash\"! port", "name:\"Serikzhan Bilash\"! AND port");
    check("name:Bilash!", "name:\"Bilash\"!");
    assert!(parse_watch("name:Bilash!").is_ok());
}

#[test]
fn a_watch_does_not_move_with_the_clock() {
    for (text, place) in [("port last:7d", 5..12), ("port seen:7d", 5..12), ("port seen:2026-11-01", 5..10)] {
        let moving = parse_watch(text).unwrap_err();
        assert_eq!((moving.problem, moving.place), (Problem::Moving, place), "{text}");
    }
    assert!(parse_watch("port after:2026-11-01 is:removed").is_ok());
}

#[test]
fn a_typo_in_the_search_box_still_searches() {
    let reads = |text: &str, reading: &str, problem: Problem| {
        let (query, error) = lenient(text);
        assert_eq!(query.map(|query| query.to_string()).unwrap_or_default(), reading, "{text}");
        assert_eq!(error.map(|error| error.problem), Some(problem), "{text}");
    };
    reads("(khorgos AND \"dry port", "khorgos AND \"dry port\"", Problem::OpenQuote);
    reads("(khorgos OR port", "khorgos OR port", Problem::OpenParenthesis);
    reads("a) b", "a AND b", Problem::StrayParenthesis);
    reads(")", "", Problem::StrayParenthesis);
    reads("a () b", "a AND b", Problem::EmptyGroup);
    reads("OR a AND", "a", Problem::Dangling);
    reads("a AND OR b NOT", "a AND b", Problem::Dangling);
    reads("NEAR/3 a NEAR/2", "a", Problem::Dangling);
    reads("a - b", "a AND b", Problem::Sign);
    reads("colour:red NOT big:\"x y\"", "(colour AND red) AND NOT (big AND \"x y\")", Problem::Field);
    reads("lang:klingon a", "klingon AND a", Problem::Value);
    reads("lang: a", "a", Problem::Value);
    reads("a NEAR/900 b", "a NEAR/5 b", Problem::Distance);
    reads("\"a b\"~x", "\"a b\"~5 AND x", Problem::Distance);
    reads("dry~2", "dry", Problem::Tilde);
    reads("a* co-op*", "a AND co-op", Problem::Pattern);
    reads("a NEAR/2 lang:kk", "a AND lang:kk", Problem::NearWhat);
    reads("title:(a body:b)", "title:(a AND b)", Problem::PartInPart);
    reads("@nowhere", "nowhere", Problem::Entity);
    reads("name:2026 a", "\"2026\" AND a", Problem::Name);
    reads(
        "\"w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14 w15 w16 w17 w18 w19 w20\"~2",
        "\"w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14 w15 w16 w17 w18 w19 w20\"",
        Problem::SlopWords,
    );
    reads("a NEAR/2 \"b c\"~1", "a AND \"b c\"~1", Problem::NearWhat);
    reads("& a", "a", Problem::NoLetters);
    reads("  ", "", Problem::Empty);
    assert_eq!(lenient("last:1d a").1, None);
    assert_eq!(lenient(&"(".repeat(5_000)).0, None);
    assert!(lenient(&"қ ".repeat(5_000)).0.is_some());
}
