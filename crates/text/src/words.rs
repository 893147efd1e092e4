//! Cuts a text into words and runs of Chinese characters.

use std::ops::Range;

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
    let mut open: Option<(Range<usize>, bool)> = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let (script, alphanumeric) = script_and_alphanumeric(c);
        let han = script == Script::Han;
        let inside = han || alphanumeric;
        // A mark, a tatweel or an invisible sign goes on with the word that it stands in.
        let goes_on = !inside
            && !c.is_ascii()
            && (is_combining_mark(c) || c == 'ـ' || is_invisible(c) || parts_latin(text, at, c));
        match &mut open {
            Some((range, of_han)) if (inside && *of_han == han) || (goes_on && !*of_han) => range.end = end,
            _ if goes_on => {}
            _ => {
                pieces.extend(open.take().map(close));
                open = inside.then_some((at..end, han));
            }
        }
    }
    pieces.extend(open.map(close));
    pieces
}

/// A middle dot between Latin letters parts two that would else be read as one: `n·g`. Elsewhere it parts names.
fn parts_latin(text: &str, at: usize, c: char) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| Script::of(c) == Script::Latin);
    let (before, after) =
        (text.get(..at).unwrap_or_default(), text.get(at + c.len_utf8()..).unwrap_or_default());
    c == '·' && latin(before.chars().next_back()) && latin(after.chars().next())
}

fn close((range, han): (Range<usize>, bool)) -> Piece {
    if han { Piece::Han(range) } else { Piece::Word(range) }
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
    }
}
