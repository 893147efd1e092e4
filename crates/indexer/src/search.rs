//! Answers a search: all that matches is counted, one page of it is shown.

use std::collections::HashMap;

use model::ArticleId;
use query::{Document, Lexicon, Plan, evaluate};
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use crate::docs::Segment;
use crate::facets::Counting;
use crate::fields::{Fields, Shown};
use crate::{Cursor, IndexError, Order, SearchHit, SearchHits, SearchRequest, passage};

/// Most hits of a page.
const MOST: usize = 1_000;

/// A document that matches, with what it is sorted by.
#[derive(Debug, Clone, Copy)]
struct Found {
    address: DocAddress,
    article: u64,
    published: i64,
    score: f32,
    /// Whether it was found by the sound of a name alone.
    heard: bool,
}

/// Runs `request` over one snapshot of the index.
pub(crate) fn search(
    searcher: &Searcher,
    fields: &Fields,
    lexicon: &Lexicon,
    request: &SearchRequest,
) -> Result<SearchHits, IndexError> {
    let unheard = request.plan.is_heard().then(|| request.plan.unheard());
    let (mut found, counting) = gather(searcher, fields, request, unheard.as_ref())?;
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    sort(&mut found, request.order);
    // Hits that do not come in the order of time alone are paged by their number.
    let by_number = request.order == Order::Best || unheard.is_some();
    let limit = request.limit.min(MOST);
    let start = found.iter().position(|one| is_after(one, &found, request, by_number)).unwrap_or(found.len());
    let page = found.get(start..).unwrap_or_default();
    let shown = page.get(..limit.min(page.len())).unwrap_or_default();
    let mut hits = Vec::new();
    for one in shown {
        hits.push(hit(searcher, fields, lexicon, (request, one))?);
    }
    let next = shown.last().filter(|_| page.len() > shown.len()).map(|last| Cursor {
        value: if by_number {
            i64::try_from(start + shown.len()).unwrap_or(i64::MAX)
        } else {
            last.published
        },
        article: ArticleId(i64::try_from(last.article).unwrap_or(i64::MAX)),
    });
    Ok(SearchHits { total, hits, facets: counting.into_facets(), next })
}

fn gather(
    searcher: &Searcher,
    fields: &Fields,
    request: &SearchRequest,
    unheard: Option<&Plan>,
) -> Result<(Vec<Found>, Counting), IndexError> {
    let mut found = Vec::new();
    let mut counting = Counting::default();
    for (ord, reader) in (0_u32..).zip(searcher.segment_readers()) {
        let segment = Segment::open(reader, fields)?;
        let docs = segment.matching(&request.plan)?;
        counting.add(reader, &docs)?;
        let asked_for = unheard.map(|plan| segment.matching(plan)).transpose()?;
        let mut scores: HashMap<u32, f32> = HashMap::new();
        if request.order == Order::Best {
            scores.extend(docs.iter().map(|doc| (doc, 0.0)));
            segment
                .texts(&request.plan, &mut |field, spans, weight| field.score(spans, &mut scores, weight))?;
        }
        let (articles, published) =
            (reader.fast_fields().u64("article")?, reader.fast_fields().i64("published")?);
        found.extend(docs.iter().map(|doc| Found {
            address: DocAddress::new(ord, doc),
            article: articles.first(doc).unwrap_or(0),
            published: published.first(doc).unwrap_or(0),
            score: scores.get(&doc).copied().unwrap_or(0.0),
            heard: asked_for.as_ref().is_some_and(|docs| !docs.contains(doc)),
        }));
    }
    Ok((found, counting))
}

/// What was only heard comes last. Ties are broken by the article's number, so that pages neither overlap nor leave a
/// gap.
fn sort(found: &mut [Found], order: Order) {
    found.sort_by(|a, b| {
        let newer = b.published.cmp(&a.published).then(b.article.cmp(&a.article));
        let better = match order {
            Order::Newest => newer,
            Order::Best => b.score.total_cmp(&a.score).then(newer),
        };
        a.heard.cmp(&b.heard).then(better)
    });
}

/// Whether a document belongs to the page that is asked for or to a later one.
fn is_after(one: &Found, found: &[Found], request: &SearchRequest, by_number: bool) -> bool {
    let Some(cursor) = request.after else { return true };
    if by_number {
        let shown = usize::try_from(cursor.value).unwrap_or(0);
        found.get(shown).is_some_and(|first| first.address == one.address)
    } else {
        let article = u64::try_from(cursor.article.0).unwrap_or(0);
        (one.published, one.article) < (cursor.value, article)
    }
}

fn hit(
    searcher: &Searcher,
    fields: &Fields,
    lexicon: &Lexicon,
    (request, found): (&SearchRequest, &Found),
) -> Result<SearchHit, IndexError> {
    let document: TantivyDocument = searcher.doc(found.address)?;
    let text = document.get_first(fields.shown).and_then(|value| value.as_str()).unwrap_or_default();
    let shown: Shown = serde_json::from_str(text).map_err(IndexError::Stored)?;
    let blocks: Vec<&str> = shown.blocks.iter().map(String::as_str).collect();
    let read = Document::read(&shown.title, &blocks, lexicon, shown.facts());
    let hits = evaluate(&request.plan, &read).unwrap_or_default();
    let (title, title_marks) = passage::title(&shown.title, &hits);
    let passage = passage::best(&shown.blocks, &hits);
    let entities = read.entities(|token| token.is_within(passage.block, &passage.range));
    Ok(SearchHit {
        entities: entities.into_iter().map(str::to_owned).collect(),
        article: ArticleId(i64::try_from(found.article).unwrap_or(i64::MAX)),
        story: shown.story_id(),
        title,
        title_marks,
        passage: passage.text,
        passage_marks: passage.marks,
        lang: shown.lang(),
        published: shown.published(),
        source: shown.source,
        source_name: shown.source_name,
        url: shown.url,
        from_feed: shown.from_feed,
        heard: found.heard,
    })
}
