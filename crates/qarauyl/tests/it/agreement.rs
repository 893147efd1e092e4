//! What a strict search finds is what the alert would have sent: matcher, index and definition agree on any query and
//! any article.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexer::{Config, Order, SearchRequest, TantivyIndex};
use jiff::Timestamp;
use matcher::Watchlist;
use model::{
    Article, ArticleId, Block, BlockKind, CanonicalUrl, FirstLook, Origin, Source, StoryId, Version,
    VersionId, WatchId,
};
use proptest::prelude::*;
use query::{Facts, plan, testing};
use store::VersionInContext;

fn context(number: i64, title: &str, blocks: &[String], facts: &Facts) -> VersionInContext {
    let block = |text: &String| Block { kind: BlockKind::Paragraph, text: text.clone() };
    VersionInContext {
        version: Version {
            id: VersionId(number),
            article: ArticleId(number),
            capture: None,
            origin: Origin::Page,
            title: title.to_owned(),
            byline: facts.authors.clone(),
            published: Some(facts.published),
            lang: facts.lang,
            blocks: blocks.iter().map(block).collect(),
            fingerprint: String::new(),
            created: Timestamp::UNIX_EPOCH,
        },
        article: Article {
            id: ArticleId(number),
            source: facts.source.parse().unwrap(),
            url: CanonicalUrl::parse(&format!("https://one.test/{number}")).unwrap(),
            first_seen: facts.seen,
            backlog: false,
            story: facts.story.map(StoryId),
        },
        source: Source {
            country: facts.country.clone(),
            kind: facts.kind.parse().unwrap(),
            first_look: FirstLook::Alert,
            ..Source::new(facts.source.parse().unwrap())
        },
        edited: facts.edited,
        removed: facts.removed,
    }
}

/// Each case holds 40 queries against 25 articles of one index: 140,000 pairs over 5,600 queries in all. Two million
/// pairs are had by `PROPTEST_CASES=2000 cargo test -p qarauyl --test it agreement`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok()).unwrap_or(140)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn matcher_index_and_definition_agree(
        articles in prop::collection::vec(testing::article(), 25),
        queries in prop::collection::vec(testing::query_with_names(), 40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let lexicon = Arc::new(testing::lexicon());
        let config = Config { directory: folder.path().to_owned(), memory_bytes: 15_000_000 };
        let index = TantivyIndex::open(&config, Arc::clone(&lexicon)).unwrap();
        let contexts: Vec<VersionInContext> =
            (1..).zip(&articles).map(|(number, (title, blocks, facts))| context(number, title, blocks, facts)).collect();
        let (first, second) = contexts.split_at(contexts.len() / 2);
        index.put(first).unwrap();
        index.put(second).unwrap();
        let plans: Vec<_> = queries.iter().map(|query| plan(query, &lexicon).unwrap()).collect();
        let list = Watchlist::new((0..).map(WatchId).zip(plans.iter().cloned()));
        let documents: Vec<_> = contexts.iter().map(|context| context.document(&lexicon)).collect();
        let matched: Vec<BTreeSet<WatchId>> =
            documents.iter().map(|document| list.matches(document).into_iter().map(|one| one.watch).collect()).collect();
        for (number, one) in plans.iter().enumerate() {
            let request = SearchRequest { plan: one.clone(), order: Order::Newest, limit: 100, after: None };
            let found: BTreeSet<i64> = index.search(&request).unwrap().hits.iter().map(|hit| hit.article.0).collect();
            let watch = WatchId(i64::try_from(number).unwrap());
            for (at, document) in documents.iter().enumerate() {
                let defined = testing::matches(one, document);
                let article = i64::try_from(at).unwrap() + 1;
                prop_assert_eq!(found.contains(&article), defined, "index, query {}", &queries[number]);
                prop_assert_eq!(matched[at].contains(&watch), defined, "matcher, query {}", &queries[number]);
            }
        }
    }
}
