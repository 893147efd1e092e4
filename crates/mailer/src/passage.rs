//! A passage in pieces, some of them marked: what either form of a mail writes out in its own way.

use std::ops::Range;

use crate::line::visible;

/// A piece of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) marked: bool,
}

/// Cuts a passage at its highlights, which may overlap and come in any order. One that does not fit the text is passed
/// over: a mail without a mark is better than no mail.
pub(crate) fn pieces(passage: &str, highlights: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |range: Range<usize>, marked| {
        let text = passage.get(range).map(visible).unwrap_or_default();
        if !text.is_empty() {
            pieces.push(Piece { text, marked });
        }
    };
    for mark in joined(passage, highlights) {
        push(at..mark.start, false);
        at = mark.end;
        push(mark, true);
    }
    push(at..passage.len(), false);
    pieces
}

/// Returns the highlights that fit, in order, those that touch made one.
fn joined(passage: &str, highlights: &[Range<usize>]) -> Vec<Range<usize>> {
    let fits = |mark: &&Range<usize>| passage.get((*mark).clone()).is_some_and(|text| !text.is_empty());
    let mut marks: Vec<Range<usize>> = highlights.iter().filter(fits).cloned().collect();
    marks.sort_by_key(|mark| mark.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => joined.push(mark),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(passage: &str, highlights: &[(usize, usize)]) -> String {
        let highlights: Vec<_> = highlights.iter().map(|(start, end)| *start..*end).collect();
        let piece = |piece: Piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text };
        pieces(passage, &highlights).into_iter().map(piece).collect()
    }

    #[test]
    fn a_passage_is_cut_at_its_highlights_and_loses_nothing() {
        let check = |highlights: &[(usize, usize)], expected: &str| {
            assert_eq!(shown("Қорғас порты жабылды", highlights), expected, "{highlights:?}");
        };
        check(&[], "Қорғас порты жабылды");
        check(&[(0, 12)], "[Қорғас] порты жабылды");
        check(&[(13, 23), (0, 12)], "[Қорғас] [порты] жабылды");
        check(&[(0, 12), (2, 23)], "[Қорғас порты] жабылды");
        check(&[(0, 23), (0, 12)], "[Қорғас порты] жабылды");
    }

    #[test]
    fn a_highlight_that_does_not_fit_is_passed_over() {
        for highlight in [(0, 1), (5, 900), (12, 2), (4, 4)] {
            assert_eq!(shown("Қорғас", &[highlight]), "Қорғас");
        }
    }

    #[test]
    fn a_line_break_within_a_passage_forges_no_line_of_the_mail() {
        assert_eq!(shown("a\r\n---\nb", &[(0, 1)]), "[a]  --- b");
    }
}
