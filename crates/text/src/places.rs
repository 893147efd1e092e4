//! Where the tokens of a text stand, without what they are found by: for marking what is shown.

use std::ops::Range;

use crate::words::{Piece, pieces};

/// Returns the bytes of each token that [`analyze`](crate::analyze) makes of `text`, and of those that it leaves out
/// because they have no keys, which happens to words that are nothing but marks. Costs a fraction of an analysis.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Word(range) => places.push(range),
            Piece::Han(range) => add_run(&mut places, text, range),
        }
    }
    places
}

/// The overlapping pairs of a run of Chinese characters, and its last one.
fn add_run(places: &mut Vec<Range<usize>>, text: &str, run: Range<usize>) {
    let characters = text.get(run.clone()).unwrap_or_default().char_indices();
    let mut before = None;
    for (at, character) in characters {
        let here = run.start + at..run.start + at + character.len_utf8();
        if let Some(start) = before.replace(here.start) {
            places.push(start..here.end);
        }
    }
    places.extend(before.map(|start| start..run.end));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, analyze};

    #[test]
    fn places_are_those_of_the_tokens() {
        for (text, lang) in [
            ("Қорғаста 2026 жылы «жаңа» терминал ашылды.", Lang::KkCyrl),
            ("قورعاستا جاڭا بەكەت اشىلدى، دەپ حابارلادى.", Lang::KkArab),
            ("今天，霍尔果斯Khorgos口岸开放。斯", Lang::ZhHans),
            ("Kazakistan'da n·g o‘zbek a\u{301}b", Lang::EnLatn),
            ("  — ", Lang::EnLatn),
        ] {
            let tokens: Vec<Range<usize>> =
                analyze(text, lang).iter().map(|token| token.start..token.end).collect();
            assert_eq!(places(text), tokens, "{text}");
        }
    }
}
