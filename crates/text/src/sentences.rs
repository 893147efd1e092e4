//! Sentences, in every script: where a passage may be cut, and what a copy of a story added.

use std::ops::Range;

/// Returns the byte ranges of the sentences of `text`, without the white space between them.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        if ends_here(c, next) {
            push(&mut found, text, start..end);
            start = end;
        }
    }
    push(&mut found, text, start..text.len());
    found
}

/// A full stop ends a sentence before white space only: 3.5, U.S., example.org.
fn ends_here(c: char, next: Option<char>) -> bool {
    match c {
        '\n' | '。' | '！' | '？' | '؟' | '۔' | '…' => true,
        '.' | '!' | '?' => next.is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '»' | '”')),
        _ => false,
    }
}

fn push(found: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let piece = text.get(range.clone()).unwrap_or_default();
    let start = range.start + piece.len() - piece.trim_start().len();
    let end = range.start + piece.trim_end().len();
    if start < end {
        found.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_in_every_script() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> =
                sentences(text).into_iter().map(|range| text.get(range).unwrap()).collect();
            assert_eq!(found, expected);
        };
        check("One. Two 3.5! Three", &["One.", "Two 3.5!", "Three"]);
        check("口岸开通。记者报道！", &["口岸开通。", "记者报道！"]);
        check("بىر جۇمۇش؟ ەكىنشى۔", &["بىر جۇمۇش؟", "ەكىنشى۔"]);
        check("\n\n", &[]);
    }
}
