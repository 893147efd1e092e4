//! The index finds exactly what the language says that it should: no more, no less.

use std::ops::Range;
use std::sync::Arc;

use indexer::{Order, SearchRequest, TantivyIndex};
use model::SourceKind;
use proptest::prelude::*;
use query::{Facts, Lexicon, Plan, Query, evaluate, plan, testing};
use store::VersionInContext;

use crate::given;

fn version(id: i64, (title, blocks, facts): (String, Vec<String>, Facts)) -> VersionInContext {
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let mut version = given::article(id, facts.lang, &title, &blocks);
    version.version.published = Some(facts.published);
    version.article.first_seen = facts.seen;
    (version.edited, version.removed) = (facts.edited, facts.removed);
    version.source = given::source(&facts.source, &facts.country, SourceKind::Independent);
    version
}

/// What must be found, by the definition.
fn expected(plan: &Plan, versions: &[VersionInContext], lexicon: &Lexicon) -> Vec<i64> {
    let matches = |version: &&VersionInContext| evaluate(plan, &version.document(lexicon)).is_some();
    versions.iter().filter(matches).map(|version| version.article.id.0).collect()
}

/// Marks are text, ascending, and lie apart.
fn are_sound(text: &str, marks: &[Range<usize>]) -> Result<(), TestCaseError> {
    prop_assert!(marks.iter().all(|mark| text.get(mark.clone()).is_some_and(|marked| !marked.is_empty())));
    let apart = marks.iter().zip(marks.iter().skip(1)).all(|(one, next)| one.end < next.start);
    prop_assert!(apart, "{:?}", marks);
    Ok(())
}

fn check(
    queries: &[Query],
    index: &TantivyIndex,
    versions: &[VersionInContext],
    lexicon: &Lexicon,
) -> Result<(), TestCaseError> {
    for query in queries {
        let plan = plan(query, lexicon).unwrap();
        for order in [Order::Newest, Order::Best] {
            let request = SearchRequest { plan: plan.clone(), order, limit: 100, after: None };
            let hits = index.search(&request).unwrap();
            let expected = expected(&plan, versions, lexicon);
            prop_assert_eq!(hits.total, expected.len() as u64, "{}", query);
            prop_assert_eq!(given::numbers(&hits), expected, "{}", query);
            for hit in &hits.hits {
                prop_assert!(hit.passage.chars().count() <= 300);
                are_sound(&hit.title, &hit.title_marks)?;
                are_sound(&hit.passage, &hit.passage_marks)?;
            }
        }
    }
    Ok(())
}

proptest! {
    // Each case writes an index to disk and asks it sixteen queries.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn search_finds_exactly_what_the_query_means(
        articles in prop::collection::vec(testing::article(), 1..12),
        again in prop::collection::vec(testing::article(), 0..4),
        queries in prop::collection::vec(testing::query(), 16),
        with_names: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let lexicon = if with_names { given::lexicon() } else { Arc::new(Lexicon::empty()) };
        let index = TantivyIndex::open(&given::config(&folder), Arc::clone(&lexicon)).unwrap();
        let mut versions: Vec<VersionInContext> =
            (1..).zip(articles).map(|(id, article)| version(id, article)).collect();
        // Two segments, and some articles said something else before.
        let half = versions.len() / 2;
        index.put(&versions[..half]).unwrap();
        index.put(&versions[half..]).unwrap();
        let again: Vec<VersionInContext> =
            (1..).zip(again).take(versions.len()).map(|(id, article)| version(id, article)).collect();
        index.put(&again).unwrap();
        versions.splice(..again.len(), again);
        check(&queries, &index, &versions, &lexicon)?;
    }
}
