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

/// Returns the sentences around the place where most of the query stands; the beginning when nothing was hit.
pub(crate) fn best(blocks: &[String], hits: &[Hit]) -> Marked {
    let mut best: Option<(usize, usize)> = None;
    for (number, _) in blocks.iter().enumerate() {
        let mut clauses: Vec<u32> = in_block(hits, number).map(|hit| hit.clause).collect();
        clauses.sort_unstable();
        clauses.dedup();
        if best.is_none_or(|(most, _)| clauses.len() > most) {
            best = Some((clauses.len(), number));
        }
    }
    let Some((_, number)) = best else { return (String::new(), Vec::new()) };
    let Some(text) = blocks.get(number) else { return (String::new(), Vec::new()) };
    let marks = merged(in_block(hits, number).map(|hit| hit.range.clone()).collect());
    cut(text, &marks)
}

fn in_block(hits: &[Hit], number: usize) -> impl Iterator<Item = &Hit> {
    hits.iter().filter(move |hit| hit.part == Part::Body && usize::try_from(hit.block) == Ok(number))
}

fn cut(text: &str, marks: &[Range<usize>]) -> Marked {
    let hit = marks.first().map_or(0, |mark| mark.start);
    let sentence =
        sentences(text).into_iter().find(|sentence| hit < sentence.end).map_or(0, |sentence| sentence.start);
    let ahead = text.get(sentence..hit).map_or(0, |part| part.chars().count());
    // A sentence that goes on for long before the hit is entered near it.
    let start = if ahead < LONGEST / 2 { sentence } else { nth_before(text, hit, LONGEST / 4) };
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| start + last_space(rest, at));
    let shift = |mark: &Range<usize>| mark.start - start..mark.end - start;
    let inside = marks.iter().filter(|mark| start <= mark.start && mark.end <= end).map(shift);
    (text.get(start..end).unwrap_or_default().to_owned(), inside.collect())
}

fn nth_before(text: &str, at: usize, count: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.char_indices().rev().nth(count).map_or(0, |(start, _)| start)
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
            let (passage, marks) = cut(&text, std::slice::from_ref(&mark));
            assert!((100..=LONGEST).contains(&passage.chars().count()), "{word} {}", passage.chars().count());
            assert_eq!(marks.len(), 1);
            assert_eq!(passage.get(marks[0].clone()), text.get(mark));
        }
    }
}
