//! A query prints so that it reads back to itself, whatever stands in it.

use jiff::Timestamp;
use proptest::prelude::*;
use query::{Filter, Lexicon, Part, Query, parse, parse_at, parse_lenient, parse_watch, plan};

/// Texts that look like something else.
const AWKWARD: &[&str] = &[
    "AND",
    "or",
    "НЕ",
    "и",
    "NEAR/5",
    "PRE",
    "near/x",
    "10:30",
    "title:x",
    "a:b",
    "-x",
    "+x",
    "=x",
    "@x",
    "'tis",
    "kings'",
    "o'clock",
    "‘x",
    "x’",
    "a@b.test",
    "https://a.test/b?c=d",
    "dry-port",
    "x~2",
    "why?",
    "!",
    "x!",
    "(x)",
    "a,b",
    "&&",
    "he said “no”",
    "«x» and „y“",
    "a \"b\" c",
    "𝔘𝔫𝔦",
    "e\u{301}",
    "ﷺ",
    "x\u{200f}y",
    "x\u{200b}",
    "霍尔果斯",
    "١٢",
    "ﬁ",
];

/// Pieces of queries, sense and nonsense.
const PIECES: &[&str] = &[
    "a",
    "қорғас",
    "port*",
    "w?rd",
    "和",
    "and",
    "or",
    "not",
    "не",
    "AND",
    "OR",
    "NOT",
    "ИЛИ",
    "NEAR/5",
    "PRE/2",
    "NEAR",
    "near/3",
    "(",
    ")",
    "（",
    "\"",
    "“",
    "”",
    "«",
    "»",
    "'",
    "‘",
    "’",
    "+",
    "-",
    "=",
    "@",
    ":",
    "!",
    "~3",
    "～５",
    "title:",
    "body:",
    "name:",
    "lang:",
    "kk",
    "last:",
    "7d",
    "seen:",
    "2026-11-01..",
    "is:",
    "edited",
    "after:",
    "2026-01-31",
    "entity:",
    "tag:",
    "10:30",
    "https://",
    "*",
    "?",
    ",",
    "—",
    "\u{200f}",
    "/",
    "&&",
    "||",
    "x",
    "。",
    "Bilash",
];

fn awkward() -> impl Strategy<Value = Query> {
    let text = prop_oneof![
        prop::sample::select(AWKWARD).prop_map(str::to_owned),
        prop::collection::vec(prop::sample::select(AWKWARD), 1..4).prop_map(|words| words.join(" ")),
        "\\PC{1,8}",
    ];
    // No reader keeps blanks at the ends of a text.
    (text.prop_map(|text| text.trim().to_owned()), 0..7_u8).prop_map(|(text, form)| match form {
        0 | 1 => Query::Word(text),
        2 => Query::Phrase { text, slop: 0 },
        3 => Query::Phrase { text, slop: 4 },
        4 => Query::Exact(text),
        5 => Query::Filter(Filter::Tag(text)),
        _ => Query::In(Part::Title, Box::new(Query::Word(text))),
    })
}

fn tree() -> impl Strategy<Value = Query> {
    awkward().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::Or),
            inner.prop_map(|inner| Query::Not(Box::new(inner))),
        ]
    })
}

fn soup() -> impl Strategy<Value = String> {
    let piece = (prop::sample::select(PIECES), prop::sample::select(&["", " ", " "][..]));
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.iter().flat_map(|(a, b)| [*a, *b]).collect())
}

/// What `query` prints reads back to it, and can be looked for.
fn holds(query: &Query) -> Result<(), TestCaseError> {
    let printed = query.to_string();
    let read = parse(&printed).map_err(|error| TestCaseError::fail(error.pointed_at(&printed)))?;
    prop_assert_eq!(&read, query, "{}", printed);
    if !printed.contains('@') {
        prop_assert!(plan(query, &Lexicon::empty()).is_ok(), "{}", printed);
    }
    Ok(())
}

#[test]
fn what_a_person_leaves_half_typed_is_printed_as_it_is_read() {
    for text in ["name:\"~3 !", "name:\"Айгүл ! !\"", "name:\"~3\" !"] {
        let now = "2026-11-27T08:00:00Z".parse::<Timestamp>().unwrap();
        let (query, _) = parse_lenient(text, now, &Lexicon::empty());
        holds(&query.unwrap()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// A tree that no text is read as, such as a word with a space, is refused or prints as what means the same.
    #[test]
    fn awkward_texts_survive_printing(query in tree()) {
        let printed = query.to_string();
        if let Ok(read) = parse(&printed) {
            holds(&read)?;
            prop_assert_eq!(read.to_string(), printed);
            let meant = |query: &Query| plan(query, &Lexicon::empty());
            prop_assert_eq!(meant(&read), meant(&query));
        }
    }

    #[test]
    fn whatever_is_read_prints_and_reads_back(text in soup()) {
        let now = "2026-11-27T08:00:00Z".parse::<Timestamp>().unwrap();
        if let Ok(query) = parse_at(&text, now) {
            holds(&query)?;
            prop_assert_eq!(parse_lenient(&text, now, &Lexicon::empty()).0.filter(|_| !text.contains(['@', ':'])), Some(query).filter(|_| !text.contains(['@', ':'])));
        }
        if let Ok(query) = parse_watch(&text) {
            prop_assert_eq!(parse_watch(&query.to_string()).ok(), Some(query));
        }
    }

    #[test]
    fn the_search_box_reads_anything(text in soup()) {
        let now = "2026-11-27T08:00:00Z".parse::<Timestamp>().unwrap();
        let (query, error) = parse_lenient(&text, now, &Lexicon::empty());
        prop_assert!(query.is_some() || error.is_some(), "{}", text);
        prop_assert!(error.is_none_or(|error| text.get(error.place).is_some()));
        if let Some(query) = query {
            holds(&query)?;
            prop_assert!(plan(&query, &Lexicon::empty()).is_ok());
        }
    }
}
