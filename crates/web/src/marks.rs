//! Texts cut at their highlights; the template escapes each piece.

use std::ops::Range;

use askama::Template;

/// A text whose hits are marked. It is HTML, escaped by its own template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = "{% for piece in pieces %}{% if piece.marked %}<mark>{{ piece.text }}</mark>{% else %}{{ piece.text }}{% endif %}{% endfor %}",
    ext = "html"
)]
pub(crate) struct Marked {
    pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    marked: bool,
}

impl Marked {
    /// Cuts `text` at `marks`, which ascend; one that does not fit is passed over. The pieces together are the text.
    pub(crate) fn new(text: &str, marks: &[Range<usize>]) -> Self {
        let mut pieces = Vec::new();
        let mut at = 0;
        let mut push = |range: Range<usize>, marked| {
            if let Some(piece) = text.get(range).filter(|piece| !piece.is_empty()) {
                pieces.push(Piece { text: piece.to_owned(), marked });
            }
        };
        for mark in marks {
            if mark.start >= at && text.get(mark.clone()).is_some() {
                push(at..mark.start, false);
                push(mark.clone(), true);
                at = mark.end;
            }
        }
        push(at..text.len(), false);
        Self { pieces }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::single_range_in_vec_init, reason = "marks are ranges, and here there is one")]

    use super::*;

    #[test]
    fn the_pieces_together_are_the_text() {
        for marks in [vec![], vec![0..2, 4..6], vec![1..2], vec![0..99], vec![2..4, 0..2]] {
            let marked = Marked::new("шекара", &marks);
            let whole: String = marked.pieces.into_iter().map(|piece| piece.text).collect();
            assert_eq!(whole, "шекара", "{marks:?}");
        }
    }

    #[test]
    fn what_is_marked_and_what_is_not_are_both_escaped() {
        let marked = Marked::new("<b>&</b>", &[0..3]).to_string();
        assert!(marked.contains("<mark>") && !marked.contains("<b>") && !marked.contains("</b>"), "{marked}");
    }
}
