//! What a mail shows of a match: the passage around the hits, in the article's own script.

use std::ops::Range;

use model::{Excerpt, Named};
use query::{Document, Hit, Lexicon, Part};
use store::VersionInContext;
use text::sentences;

/// Longest passage, in characters.
const LONGEST: usize = 400;

/// Most entities that are named beside a passage.
const NAMED: usize = 8;

/// A version, read, and the lexicon that it was read with.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The version.
    pub context: &'a VersionInContext,
    /// The same, as the query language sees it.
    pub document: &'a Document,
    /// Where its entities are named.
    pub lexicon: &'a Lexicon,
}

/// Returns what a mail shows of a version for a watch called `watch_name` that found `hits`.
pub fn excerpt(told: Told<'_>, watch_name: &str, hits: &[Hit]) -> Excerpt {
    let Told { context, document, lexicon } = told;
    let version = &context.version;
    let Passage { text: passage, highlights, block, range } = passage(context, hits);
    let ids = document.entities(|token| token.is_within(block, &range));
    Excerpt {
        named: named(&ids, lexicon),
        watch_name: watch_name.to_owned(),
        title: version.title.clone(),
        passage,
        highlights,
        lang: Some(version.lang),
        source_name: context.source.name.clone(),
        url: context.article.url.as_str().to_owned(),
        published: version.published,
        from_feed: version.origin == model::Origin::Feed,
    }
}

fn named(ids: &[&str], lexicon: &Lexicon) -> Vec<Named> {
    let entities = ids.iter().filter_map(|id| lexicon.entity(id));
    entities.take(NAMED).map(|one| Named { kind: one.kind.clone(), names: one.names_for_readers() }).collect()
}

/// A piece of a block.
#[derive(Debug, Default)]
struct Passage {
    text: String,
    highlights: Vec<Range<usize>>,
    block: u32,
    /// The bytes of the block.
    range: Range<usize>,
}

/// The block with most clauses, cut to the sentences around its first hit; the first block when only the title or
/// nothing in particular was hit.
fn passage(context: &VersionInContext, hits: &[Hit]) -> Passage {
    let blocks = &context.version.blocks;
    let in_block = |number: u32| hits.iter().filter(move |hit| hit.part == Part::Body && hit.block == number);
    let clauses = |number: u32| {
        let mut found: Vec<u32> = in_block(number).map(|hit| hit.clause).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let numbered = (0_u32..).zip(blocks);
    // Of equals the first: what stands early in an article is its news.
    let best = numbered.rev_by_clauses(clauses);
    let Some((number, block)) = best else { return Passage::default() };
    let mut marks: Vec<Range<usize>> = in_block(number).map(|hit| hit.range.clone()).collect();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let window = window(&block.text, marks.first().map_or(0, |mark| mark.start));
    let (text, highlights) = cut(&block.text, window.clone(), &marks);
    Passage { text, highlights, block: number, range: window }
}

/// Picks the numbered item with the most clauses, the first of equals.
trait MostClauses<T>: Iterator<Item = (u32, T)> + Sized {
    fn rev_by_clauses(self, clauses: impl Fn(u32) -> usize) -> Option<(u32, T)> {
        let mut best: Option<(usize, (u32, T))> = None;
        for item in self {
            let count = clauses(item.0);
            if best.as_ref().is_none_or(|(most, _)| count > *most) {
                best = Some((count, item));
            }
        }
        best.map(|(_, item)| item)
    }
}

impl<T, I: Iterator<Item = (u32, T)>> MostClauses<T> for I {}

/// The sentences from the one that holds `hit` on, as many as fit, and those before it while there is room.
fn window(text: &str, hit: usize) -> Range<usize> {
    let length = |range: &Range<usize>| text.get(range.clone()).map_or(0, |part| part.chars().count());
    let all = sentences(text);
    let at = all.iter().position(|sentence| hit < sentence.end).unwrap_or(0);
    let Some(first) = all.get(at) else { return 0..text.len() };
    let mut window = first.clone();
    if length(&window) > LONGEST {
        return around(text, hit);
    }
    for next in all.iter().skip(at + 1) {
        let wider = window.start..next.end;
        if length(&wider) > LONGEST {
            break;
        }
        window = wider;
    }
    for before in all.iter().take(at).rev() {
        let wider = before.start..window.end;
        if length(&wider) > LONGEST {
            break;
        }
        window = wider;
    }
    window
}

/// Part of an overlong sentence, cut between words where the script has spaces.
fn around(text: &str, hit: usize) -> Range<usize> {
    let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = bounds.partition_point(|bound| *bound < hit);
    let from = at.saturating_sub(LONGEST / 4);
    let to = (from + LONGEST).min(bounds.len() - 1);
    let (start, end) =
        (bounds.get(from).copied().unwrap_or(0), bounds.get(to).copied().unwrap_or(text.len()));
    let piece = text.get(start..end).unwrap_or_default();
    let skip = if start == 0 {
        0
    } else {
        piece.find(char::is_whitespace).filter(|skip| start + skip < hit).unwrap_or(0)
    };
    let keep = if end == text.len() {
        piece.len()
    } else {
        piece.rfind(char::is_whitespace).filter(|keep| *keep > skip).unwrap_or(piece.len())
    };
    start + skip..start + keep
}

fn cut(text: &str, window: Range<usize>, marks: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let piece = text.get(window.clone()).unwrap_or_default();
    let lead = piece.len() - piece.trim_start().len();
    let passage = piece.trim().to_owned();
    let start = window.start + lead;
    let mut inside: Vec<Range<usize>> = Vec::new();
    for mark in marks.iter().filter(|mark| start <= mark.start && mark.end <= start + passage.len()) {
        let mark = mark.start - start..mark.end - start;
        match inside.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => inside.push(mark),
        }
    }
    (passage, inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_cut_at_sentences_around_the_hit() {
        let text = "First sentence. The port of Khorgos was closed. Last sentence.";
        let hit = text.find("Khorgos").unwrap();
        let (passage, marks) = cut(text, window(text, hit), &[std::ops::Range { start: hit, end: hit + 7 }]);
        assert_eq!(passage, text);
        assert_eq!(passage.get(marks[0].clone()).unwrap(), "Khorgos");
    }

    #[test]
    fn an_overlong_sentence_is_cut_between_characters_of_any_script() {
        for word in ["қала ", "قالا ", "口岸"] {
            let text = word.repeat(300);
            let hit = text.char_indices().nth(700).map_or(0, |(at, _)| at);
            let (passage, _) = cut(&text, window(&text, hit), &[]);
            assert!((1..=LONGEST).contains(&passage.chars().count()), "{word}");
        }
    }

    #[test]
    fn marks_that_touch_become_one() {
        let (_, marks) = cut("伊宁市", 0..9, &[0..6, 3..9]);
        assert_eq!((marks.len(), marks[0].clone()), (1, 0..9));
    }
}
