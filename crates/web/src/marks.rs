//! Texts cut at their highlights, for templates that escape each piece.

use std::ops::Range;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) marked: bool,
}

/// Cuts `text` at `marks`, which ascend; one that does not fit is passed over. The pieces together are the text.
pub(crate) fn pieces(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
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
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_together_are_the_text() {
        for marks in [vec![], vec![0..2, 4..6], vec![0..2, 3..4], vec![0..2, 4..99], vec![2..4, 0..2]] {
            let whole: String = pieces("шекара", &marks).into_iter().map(|piece| piece.text).collect();
            assert_eq!(whole, "шекара", "{marks:?}");
        }
    }
}
