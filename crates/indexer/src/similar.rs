//! Articles that are like one: those that share its rarest words.

use std::collections::HashMap;

use model::ArticleId;
use query::{Part, Plan, Spans};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};
use text::{Key, KeyKind, analyze, detect_block};

use crate::best::best;
use crate::build::Build;
use crate::compile::ranking;
use crate::expansion::Expansion;
use crate::fields::number_of;
use crate::keys::terms_of;
use crate::page::{Page, stored};
use crate::score::rarity;
use crate::shown::Shown;
use crate::statistics::Statistics;
use crate::{IndexError, SearchHit};

/// So many characters tell what an article is about; the rest says it again.
const ENOUGH: usize = 6_000;

/// So many of its rarest words are looked for.
const WORDS: usize = 25;

/// Returns the documents that are most like an article; `None` when the index does not have it.
pub(crate) fn similar(
    searcher: &Searcher,
    build: &Build,
    article: ArticleId,
    most: usize,
) -> Result<Option<Vec<SearchHit>>, IndexError> {
    let Some(address) = address_of(searcher, build, article)? else { return Ok(None) };
    let shown = stored(searcher, &build.fields, address)?;
    let keys = rarest(searcher, build, frequencies(&shown))?;
    let text = |key: Key| Plan::Text { part: Part::Anywhere, spans: Spans::Keys(vec![key]), clause: 0 };
    let plan = Plan::Or(keys.into_iter().map(text).collect());
    let statistics = Statistics::of(searcher, &build.terms);
    let ranking = ranking(&plan, (&statistics, &build.fields), &Expansion::default())?;
    // One more, for the article is most like itself.
    let mut found = best(searcher, &build.facts, &ranking, most.saturating_add(1))?;
    found.retain(|one| one.address != address);
    found.truncate(most);
    let nothing = Plan::And(Vec::new());
    let page = Page { searcher, fields: &build.fields, plan: &nothing, expansion: &Expansion::default() };
    Ok(Some(page.hits(&found)?))
}

fn address_of(searcher: &Searcher, build: &Build, article: ArticleId) -> tantivy::Result<Option<DocAddress>> {
    let term = Term::from_field_u64(build.fields.article, number_of(article));
    for (ord, segment) in (0_u32..).zip(searcher.segment_readers()) {
        let index = segment.inverted_index(build.fields.article)?;
        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
        while postings.doc() != TERMINATED {
            if segment.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc())) {
                return Ok(Some(DocAddress::new(ord, postings.doc())));
            }
            postings.advance();
        }
    }
    Ok(None)
}

/// How often each word stands in an article, in its shortest form: the one that most of its forms share. A word of the
/// headline says as much as three of the text.
fn frequencies(shown: &Shown) -> HashMap<Key, f32> {
    let mut frequencies = HashMap::new();
    let mut left = ENOUGH;
    for (text, weight) in
        std::iter::once((&shown.title, 3.0)).chain(shown.blocks.iter().map(|block| (block, 1.0)))
    {
        for token in analyze(text, detect_block(text, shown.lang())) {
            let words = token.keys.iter().filter(|key| key.kind() == KeyKind::Peeled);
            let Some(key) = words.min_by_key(|key| key.text().len()) else { continue };
            // Numbers and single letters are of no subject.
            if key.text().chars().count() > 1 && key.text().chars().all(char::is_alphabetic) {
                *frequencies.entry(key.clone()).or_insert(0.0) += weight;
            }
        }
        left = left.saturating_sub(text.chars().count());
        if left == 0 {
            break;
        }
    }
    frequencies
}

/// The words that are frequent here and rare elsewhere, but not only here.
fn rarest(searcher: &Searcher, build: &Build, frequencies: HashMap<Key, f32>) -> tantivy::Result<Vec<Key>> {
    let all = u32::try_from(searcher.num_docs()).unwrap_or(u32::MAX);
    let mut worth: Vec<(f32, Key)> = Vec::new();
    for (key, often) in frequencies {
        let mut with = 0_u64;
        for term in terms_of(&key) {
            with += searcher.doc_freq(&Term::from_field_text(build.fields.body, term.as_str()))?;
        }
        if with > 1 {
            let with = u32::try_from(with).unwrap_or(u32::MAX).min(all);
            // A word that is said ten times is not ten times as telling.
            worth.push((often / (often + 2.0) * rarity(with, all).powi(2), key));
        }
    }
    worth.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(worth.into_iter().take(WORDS).map(|(_, key)| key).collect())
}
