//! Cuts a text into words and runs of Chinese characters.

use std::ops::Range;
use std::str::CharIndices;

use unicode_normalization::char::is_combining_mark;

use crate::Script;
use crate::normalise::is_invisible;
use crate::script::script_and_alphanumeric;

/// A piece of text that becomes tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Letters and digits.
    Word(Range<usize>),
    /// Chinese characters without a break.
    Han(Range<usize>),
}

/// Returns the pieces of `text` in order; what stands between them is no part of any word.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    // A word of most languages takes some ten bytes.
    let mut pieces = Vec::with_capacity(text.len() / 8);
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        match part(c) {
            Part::Word => pieces.push(Piece::Word(at..end_of_word(text, &mut letters))),
            Part::Han => pieces.push(Piece::Han(at..end_of_run(text, &mut letters))),
            Part::Other => {}
        }
    }
    pieces
}

/// What pieces are made of.
enum Part {
    Word,
    Han,
    Other,
}

#[inline]
fn part(c: char) -> Part {
    match script_and_alphanumeric(c) {
        (Script::Han, _) => Part::Han,
        (_, true) => Part::Word,
        _ => Part::Other,
    }
}

/// Goes on to the end of the word whose first letter has been taken, and returns it.
#[inline]
fn end_of_word(text: &str, letters: &mut CharIndices<'_>) -> usize {
    let mut ahead = letters.clone();
    while let Some((at, c)) = ahead.next() {
        match part(c) {
            Part::Word => {}
            Part::Other if stands_within(text, at, c) => {}
            _ => return at,
        }
        *letters = ahead.clone();
    }
    text.len()
}

/// Goes on to the end of the run of Chinese characters whose first has been taken, and returns it.
fn end_of_run(text: &str, letters: &mut CharIndices<'_>) -> usize {
    let mut end = letters.offset();
    let mut ahead = letters.clone();
    while let Some((at, c)) = ahead.next() {
        match part(c) {
            Part::Han => end = ahead.offset(),
            Part::Other if stands_within(text, at, c) => {}
            _ => break,
        }
        *letters = ahead.clone();
    }
    end
}

/// A mark, a tatweel or an invisible sign goes on with the word that it stands in.
fn stands_within(text: &str, at: usize, c: char) -> bool {
    !c.is_ascii() && (is_combining_mark(c) || c == 'ـ' || is_invisible(c) || parts_latin(text, at, c))
}

/// A middle dot between Latin letters parts two that would else be read as one: `n·g`. Elsewhere it parts names.
fn parts_latin(text: &str, at: usize, c: char) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| Script::of(c) == Script::Latin);
    let (before, after) =
        (text.get(..at).unwrap_or_default(), text.get(at + c.len_utf8()..).unwrap_or_default());
    c == '·' && latin(before.chars().next_back()) && latin(after.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_chinese_runs_are_cut_apart() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Word(range) | Piece::Han(range) => text.get(range).unwrap(),
                })
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Қорғас, 2026 жылы", &["Қорғас", "2026", "жылы"]);
        check("在霍尔果斯Khorgos口岸。", &["在霍尔果斯", "Khorgos", "口岸"]);
        check("Kazakistan'da", &["Kazakistan", "da"]);
        check("  — ", &[]);
        check(
            "霍尔\u{200b}果斯\u{200b}, e\u{301}t\u{ad}é ـa",
            &["霍尔\u{200b}果斯", "e\u{301}t\u{ad}é", "ـa"],
        );
        check("qa\u{301}霍\u{301}b1", &["qa\u{301}", "霍", "b1"]);
    }
}
