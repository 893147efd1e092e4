//! The best passage of a hit, with its marks.

use std::ops::Range;

use query::{Hit, Part};
use text::sentences;

/// Longest passage, in characters.
const LONGEST: usize = 300;

/// A text with ranges of bytes to highlight.
pub(crate) type Marked = (String, Vec<Range<usize>>);

/// Returns the title with its marks.
pub(crate) fn title(title: &str, hits: &[Hit]) -> Marked {
    let marks = hits.iter().filter(|hit| hit.part == Part::Title).map(|hit| hit.range.clone());
    (title.to_owned(), merged(marks.collect()))
}

/// A piece of a block.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    pub(crate) text: String,
    pub(crate) marks: Vec<Range<usize>>,
    /// The block's number.
    pub(crate) block: u32,
    /// Its bytes of the block.
    pub(crate) range: Range<usize>,
}

/// Returns the sentences where most of the query stands; the beginning when nothing was hit. `promising` has the blocks
/// with hits, in order, each with how many texts of the query stand in it; `hits` reads one of them, in the order of
/// the text. A block that cannot show more than another is not read.
pub(crate) fn best(
    blocks: &[String],
    promising: &[(u32, usize)],
    mut hits: impl FnMut(u32) -> Vec<Hit>,
) -> Passage {
    let mut best: Option<(u32, Window)> = None;
    for (block, clauses) in promising {
        // The first of equals, so that the passage is the one that a reader comes to first.
        if best.as_ref().is_some_and(|(_, old)| old.clauses >= *clauses) {
            continue;
        }
        let hits = hits(*block);
        let hits: Vec<&Hit> = hits.iter().collect();
        let better = |new: &Window| best.as_ref().is_none_or(|(_, old)| new.clauses > old.clauses);
        if let Some(found) = best_window(text_of(blocks, *block), &hits).filter(better) {
            best = Some((*block, found));
        }
    }
    if let Some((block, Window { range, marks, .. })) = best {
        return passage(blocks, block, range, marks);
    }
    let first = (0_u32..).zip(blocks).find(|(_, block)| !block.trim().is_empty());
    first.map_or_else(Passage::default, |(number, text)| {
        passage(blocks, number, bounds(text, &[], 0), Vec::new())
    })
}

fn text_of(blocks: &[String], block: u32) -> &str {
    usize::try_from(block).ok().and_then(|block| blocks.get(block)).map_or("", String::as_str)
}

fn passage(blocks: &[String], block: u32, range: Range<usize>, marks: Vec<Range<usize>>) -> Passage {
    let text = text_of(blocks, block).get(range.clone()).unwrap_or_default().to_owned();
    Passage { text, marks, block, range }
}

/// A piece of a block.
struct Window {
    range: Range<usize>,
    marks: Vec<Range<usize>>,
    /// How many texts of the query stand in it.
    clauses: usize,
}

/// Tries a window at each hit, and keeps the first of those that show most of the query.
fn best_window(text: &str, hits: &[&Hit]) -> Option<Window> {
    let sentences = sentences(text);
    let mut best: Option<(usize, Range<usize>)> = None;
    for hit in hits {
        let window = bounds(text, &sentences, hit.range.start);
        let mut clauses: Vec<u32> = inside(hits, &window).map(|hit| hit.clause).collect();
        clauses.sort_unstable();
        clauses.dedup();
        if best.as_ref().is_none_or(|(most, _)| clauses.len() > *most) {
            best = Some((clauses.len(), window));
        }
    }
    let (clauses, window) = best?;
    let marks = inside(hits, &window).map(|hit| hit.range.start - window.start..hit.range.end - window.start);
    let marks = merged(marks.collect());
    Some(Window { range: window, marks, clauses })
}

/// The hits that a window shows whole; `hits` are in the order of the text.
fn inside<'a>(hits: &'a [&Hit], window: &Range<usize>) -> impl Iterator<Item = &'a &'a Hit> {
    let (from, end) = (hits.partition_point(|hit| hit.range.start < window.start), window.end);
    hits.iter()
        .skip(from)
        .take_while(move |hit| hit.range.start < end)
        .filter(move |hit| hit.range.end <= end)
}

/// Where to cut so that the place `hit` is shown: whole sentences in front, words at both ends.
fn bounds(text: &str, sentences: &[Range<usize>], hit: usize) -> Range<usize> {
    let at = sentences.partition_point(|sentence| sentence.end <= hit);
    let sentence = sentences.get(at).map_or(0, |sentence| sentence.start.min(hit));
    let ahead = text.get(sentence..hit).map_or(0, |part| part.chars().take(LONGEST).count());
    // A sentence that goes on for long before the hit is entered near it.
    let start = if ahead < LONGEST / 2 { sentence } else { words_before(text, hit) };
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| start + last_space(rest, at));
    start..end
}

/// Goes back a quarter of a passage, to the beginning of a word where there is one.
fn words_before(text: &str, hit: usize) -> usize {
    let before = text.get(..hit).unwrap_or_default();
    let back = before.char_indices().rev().nth(LONGEST / 4).map_or(0, |(start, _)| start);
    let between = text.get(back..hit).unwrap_or_default();
    let mut spaces = between.char_indices().skip_while(|(_, c)| !c.is_whitespace());
    spaces.find(|(_, c)| !c.is_whitespace()).map_or(back, |(at, _)| back + at)
}

/// Cuts between words where there is a space within the last third.
fn last_space(text: &str, at: usize) -> usize {
    let piece = text.get(..at).unwrap_or(text);
    piece.rfind(char::is_whitespace).filter(|space| *space > piece.len() * 2 / 3).unwrap_or(piece.len())
}

fn merged(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut kept: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match kept.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => kept.push(mark),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_measured_in_characters_of_any_script() {
        for word in ["қала ", "قالا ", "口岸"] {
            let text = word.repeat(400);
            let at = text.char_indices().nth(800).map_or(0, |(at, _)| at);
            let mark = at..at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let hit = Hit { part: Part::Body, block: 0, range: mark.clone(), clause: 0 };
            let Passage { text: passage, marks, .. } =
                best(std::slice::from_ref(&text), &[(0, 1)], |_| vec![hit.clone()]);
            assert!((100..=LONGEST).contains(&passage.chars().count()), "{word} {}", passage.chars().count());
            assert_eq!(marks.len(), 1);
            assert_eq!(passage.get(marks[0].clone()), text.get(mark));
        }
    }
}
