//! The index finds exactly what the language says that it should: no more, no less.

use std::ops::Range;
use std::sync::Arc;

use std::collections::BTreeMap;

use indexer::{Facets, Order, SearchHit, SearchRequest, TantivyIndex};
use model::StoryId;
use proptest::prelude::*;
use query::{Facts, Hit, Lexicon, Part, Plan, Query, evaluate, plan, testing};
use store::VersionInContext;

use crate::given;

fn version(id: i64, (title, blocks, facts): (String, Vec<String>, Facts)) -> VersionInContext {
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let mut version = given::article(id, facts.lang, &title, &blocks);
    version.version.published = Some(facts.published);
    version.article.first_seen = facts.seen;
    (version.edited, version.removed) = (facts.edited, facts.removed);
    version.version.byline.clone_from(&facts.authors);
    version.article.story = facts.story.map(StoryId);
    version.source = given::source(&facts.source, &facts.country, facts.kind.parse().unwrap());
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

/// Counts over the articles that must be found.
fn facets(expected: &[i64], versions: &[VersionInContext]) -> Facets {
    let found = || versions.iter().filter(|version| expected.contains(&version.article.id.0));
    let count = |word: &dyn Fn(&VersionInContext) -> String| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        found().for_each(|version| *counts.entry(word(version)).or_default() += 1);
        counts.into_iter().collect::<Vec<_>>()
    };
    let by_size = |mut counts: Vec<(String, u64)>| {
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    };
    Facets {
        sources: by_size(count(&|version| version.facts().source)),
        langs: by_size(count(&|version| version.facts().lang.as_str().to_owned())),
        countries: by_size(count(&|version| version.facts().country)),
        kinds: by_size(count(&|version| version.facts().kind)),
        months: count(&|version| version.facts().published.strftime("%Y-%m").to_string()),
    }
}

/// Marks that touch are one.
fn joined(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => joined.push(mark),
        }
    }
    joined
}

/// What is marked is what the definition says, in the headline and in a passage of one of the blocks, and no block has
/// more of the query than the passage could show.
fn marks_what_is_meant(
    hit: &SearchHit,
    plan: &Plan,
    version: &VersionInContext,
    lexicon: &Lexicon,
) -> Result<(), TestCaseError> {
    let meant = evaluate(plan, &version.document(lexicon)).unwrap();
    let of = |part: Part| meant.iter().filter(move |hit| hit.part == part);
    let title = joined(of(Part::Title).map(|hit| hit.range.clone()).collect());
    prop_assert_eq!(&hit.title_marks, &title);
    if of(Part::Body).next().is_none() {
        prop_assert!(hit.passage_marks.is_empty());
        return Ok(());
    }
    let fits = |(number, block): (usize, &model::Block)| {
        block.text.match_indices(hit.passage.as_str()).any(|(start, passage)| {
            let end = start + passage.len();
            let inside = |one: &&Hit| {
                usize::try_from(one.block).unwrap() == number
                    && start <= one.range.start
                    && one.range.end <= end
            };
            let marks =
                of(Part::Body).filter(inside).map(|one| one.range.start - start..one.range.end - start);
            joined(marks.collect()) == hit.passage_marks
        })
    };
    let fits = version.version.blocks.iter().enumerate().any(fits);
    prop_assert!(fits, "{:?} {:?} {:?}", hit.passage, hit.passage_marks, meant);
    Ok(())
}

/// The same hits, two at a time.
fn paged(index: &TantivyIndex, request: SearchRequest) -> Vec<i64> {
    let mut request = SearchRequest { limit: 2, ..request };
    let mut seen = Vec::new();
    loop {
        let page = index.search(&request).unwrap();
        assert!(page.hits.len() <= 2);
        seen.extend(page.hits.iter().map(|hit| hit.article.0));
        request.after = page.next;
        if page.next.is_none() {
            return seen;
        }
    }
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
            prop_assert_eq!(given::numbers(&hits), expected.clone(), "{}", query);
            prop_assert_eq!(&hits.facets, &facets(&expected, versions), "{}", query);
            for hit in &hits.hits {
                prop_assert!(hit.passage.chars().count() <= 300);
                are_sound(&hit.title, &hit.title_marks)?;
                are_sound(&hit.passage, &hit.passage_marks)?;
                let version = versions.iter().find(|version| version.article.id == hit.article).unwrap();
                marks_what_is_meant(hit, &plan, version, lexicon)?;
            }
            let whole: Vec<i64> = hits.hits.iter().map(|hit| hit.article.0).collect();
            prop_assert_eq!(paged(index, request), whole, "{} {:?}", query, order);
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
        // Merging drops what was replaced, and words are rarer then: between two pages that may change their order.
        index.close().unwrap();
        check(&queries, &index, &versions, &lexicon)?;
    }
}
