//! One page of hits, as it is shown.

use query::Plan;
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use crate::expansion::Expansion;
use crate::fields::Fields;
use crate::gather::Found;
use crate::marks::{Marker, Marks};
use crate::passage;
use crate::search::article_of;
use crate::shown::Shown;
use crate::{IndexError, SearchHit};

/// What hits are made from.
pub(crate) struct Page<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) fields: &'a Fields,
    pub(crate) plan: &'a Plan,
    pub(crate) expansion: &'a Expansion,
}

impl Page<'_> {
    /// Returns a hit for each document, in their order. They are read in the order in which they lie on disk.
    pub(crate) fn hits(&self, found: &[Found]) -> Result<Vec<SearchHit>, IndexError> {
        let mut by_place: Vec<(usize, &Found)> = found.iter().enumerate().collect();
        by_place.sort_by_key(|(_, one)| one.address);
        let mut hits: Vec<(usize, SearchHit)> = Vec::new();
        for of_segment in by_place.chunk_by(|a, b| a.1.address.segment_ord == b.1.address.segment_ord) {
            let Some((_, first)) = of_segment.first() else { continue };
            let segment = self.searcher.segment_reader(first.address.segment_ord);
            let mut marker = Marker::open(segment, self.fields, self.plan, self.expansion)?;
            for (at, one) in of_segment {
                let shown = stored(self.searcher, self.fields, one.address)?;
                hits.push((*at, hit(one, shown, &marker.marks(one.address.doc_id))));
            }
        }
        hits.sort_by_key(|(at, _)| *at);
        Ok(hits.into_iter().map(|(_, hit)| hit).collect())
    }
}

/// Reads what was kept of a document.
pub(crate) fn stored(searcher: &Searcher, fields: &Fields, address: DocAddress) -> Result<Shown, IndexError> {
    let document: TantivyDocument = searcher.doc(address)?;
    let text = document.get_first(fields.shown).and_then(|value| value.as_str()).unwrap_or_default();
    serde_json::from_str(text).map_err(IndexError::Stored)
}

fn hit(found: &Found, shown: Shown, marks: &Marks) -> SearchHit {
    let places = shown.places();
    let place = |block: u32| {
        usize::try_from(block).ok().and_then(|block| places.get(block)).cloned().unwrap_or_default()
    };
    let (title, title_marks) = passage::title(&shown.title, &marks.of_title(&shown));
    let passage = passage::best(&shown.blocks, &marks.promising(&places), |block| {
        marks.of_block(block, &place(block), &shown.words(block))
    });
    let entities = shown.entities_within(passage.block, &passage.range);
    SearchHit {
        entities,
        article: article_of(found),
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
    }
}
