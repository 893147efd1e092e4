//! What is looked for in one field, and where it stands there.
//!
//! This is the definition. The matcher and the index bring the positions of keys; what is made of them is decided
//! here and in [`places`] alone, so that both always agree.

use std::collections::HashSet;

use text::Key;

use crate::Pattern;
use crate::places::{self, Placed, Span};

/// What is looked for in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spans {
    /// Any of these keys.
    Keys(Vec<Key>),
    /// A surface key that the pattern fits.
    Pattern(Pattern),
    /// One directly after the other.
    Phrase(Vec<Spans>),
    /// All of them, none over another, each moved from its place in the phrase so that the furthest two differ by at
    /// most `slop` positions: the sloppy phrase of Lucene. Two neighbours in the other order differ by 2.
    Sloppy {
        /// What must be there, in the order of the phrase.
        parts: Vec<Spans>,
        /// By how many positions they may be moved against one another.
        slop: u32,
    },
    /// All of them in any order, none over another, with at most `slop` positions between them in all.
    Window {
        /// What must be there.
        parts: Vec<Spans>,
        /// How many other positions may stand between.
        slop: u32,
    },
    /// Both, at most `distance` positions apart; neighbours are 1 apart.
    Near {
        /// One.
        left: Box<Spans>,
        /// The other.
        right: Box<Spans>,
        /// How far.
        distance: u32,
        /// Whether the left one stands first.
        ordered: bool,
    },
    /// Any of these.
    Any(Vec<Spans>),
}

/// Knows at which positions of one field of one article a key stands.
pub trait Positions {
    /// Returns the positions of `key`, ascending.
    fn of_key(&self, key: &Key) -> Vec<u32>;
    /// Returns the positions of all surface keys that `pattern` fits, ascending.
    fn of_pattern(&self, pattern: &Pattern) -> Vec<u32>;
}

impl Spans {
    /// Returns where this stands, ascending and without repetition.
    pub fn find(&self, positions: &dyn Positions) -> Vec<Span> {
        let mut found = match self {
            Self::Keys(keys) => places::words(keys.iter().flat_map(|key| positions.of_key(key))),
            Self::Pattern(pattern) => places::words(positions.of_pattern(pattern)),
            Self::Phrase(parts) => phrase(parts, positions),
            Self::Sloppy { parts, slop } => {
                let mut place = 0_u32;
                let mut placed = Vec::new();
                for part in parts {
                    placed.push(Placed { place, spans: part.find(positions) });
                    place = place.saturating_add(part.width());
                }
                places::sloppy(&placed, *slop)
            }
            Self::Window { parts, slop } => {
                let found: Vec<Vec<Span>> = parts.iter().map(|part| part.find(positions)).collect();
                places::window(&found, *slop)
            }
            Self::Near { left, right, distance, ordered } => {
                places::near(&left.find(positions), &right.find(positions), *distance, *ordered)
            }
            Self::Any(parts) => parts.iter().flat_map(|part| part.find(positions)).collect(),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Returns how many positions it takes in a phrase.
    pub fn width(&self) -> u32 {
        match self {
            Self::Keys(_) | Self::Pattern(_) => 1,
            Self::Phrase(parts) | Self::Sloppy { parts, .. } | Self::Window { parts, .. } => {
                parts.iter().map(Self::width).sum()
            }
            Self::Near { left, right, .. } => left.width() + right.width(),
            Self::Any(parts) => parts.first().map_or(1, Self::width),
        }
    }

    /// Returns the patterns in it, each once.
    pub fn patterns(&self) -> Vec<&Pattern> {
        let mut found: Vec<&Pattern> = match self {
            Self::Keys(_) => Vec::new(),
            Self::Pattern(pattern) => vec![pattern],
            Self::Phrase(parts)
            | Self::Sloppy { parts, .. }
            | Self::Window { parts, .. }
            | Self::Any(parts) => parts.iter().flat_map(Self::patterns).collect(),
            Self::Near { left, right, .. } => [left.patterns(), right.patterns()].concat(),
        };
        let mut known = HashSet::new();
        found.retain(|pattern| known.insert(*pattern));
        found
    }

    /// Returns what to highlight: the words and phrases themselves, not what stands between them.
    pub fn highlights(&self, positions: &dyn Positions) -> Vec<Span> {
        let mut marks = match self {
            Self::Near { left, right, distance, ordered } => {
                let near = places::pairs(&left.find(positions), &right.find(positions), *distance, *ordered);
                let inside = |side: &Self, wanted: Vec<Span>| -> Vec<Span> {
                    let mut marks = side.highlights(positions);
                    places::keep_within(&mut marks, wanted);
                    marks
                };
                let mut marks = inside(left, near.iter().map(|(a, _)| *a).collect());
                marks.extend(inside(right, near.iter().map(|(_, b)| *b).collect()));
                marks
            }
            Self::Sloppy { parts, .. } | Self::Window { parts, .. } => {
                let mut marks = parts.iter().flat_map(|part| part.highlights(positions)).collect();
                places::keep_within(&mut marks, self.find(positions));
                marks
            }
            Self::Any(parts) => parts.iter().flat_map(|part| part.highlights(positions)).collect(),
            Self::Keys(_) | Self::Pattern(_) | Self::Phrase(_) => self.find(positions),
        };
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

fn phrase(parts: &[Spans], positions: &dyn Positions) -> Vec<Span> {
    let Some((first, rest)) = parts.split_first() else { return Vec::new() };
    let mut open = first.find(positions);
    for part in rest {
        if open.is_empty() {
            return open;
        }
        open = places::followed(&open, &part.find(positions));
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field in which the word at each position is a letter.
    struct Letters(&'static str);

    impl Positions for Letters {
        fn of_key(&self, key: &Key) -> Vec<u32> {
            let letter = key.text();
            (0_u32..).zip(self.0.chars()).filter(|(_, c)| c.to_string() == letter).map(|(at, _)| at).collect()
        }
        fn of_pattern(&self, _: &Pattern) -> Vec<u32> {
            Vec::new()
        }
    }

    fn word(letter: &str) -> Spans {
        Spans::Keys(vec![Key::peeled(letter)])
    }

    fn check(field: &'static str, spans: &Spans, expected: &[(u32, u32)]) {
        let found: Vec<(u32, u32)> =
            spans.find(&Letters(field)).iter().map(|span| (span.start, span.end)).collect();
        assert_eq!(found, expected, "{field} {spans:?}");
    }

    #[test]
    fn a_phrase_is_one_word_directly_after_the_other() {
        let phrase = Spans::Phrase(vec![word("a"), word("b")]);
        check("abxab", &phrase, &[(0, 2), (3, 5)]);
        check("axb", &phrase, &[]);
        check("ba", &phrase, &[]);
    }

    #[test]
    fn near_counts_positions_and_pre_wants_the_order() {
        let near = |distance, ordered| Spans::Near {
            left: Box::new(word("a")),
            right: Box::new(word("b")),
            distance,
            ordered,
        };
        check("axb", &near(2, false), &[(0, 3)]);
        check("axb", &near(1, false), &[]);
        check("bxa", &near(2, false), &[(0, 3)]);
        check("bxa", &near(2, true), &[]);
    }

    #[test]
    fn a_window_wants_all_words_each_at_a_place_of_its_own() {
        let window = |slop| Spans::Window { parts: vec![word("a"), word("b"), word("a")], slop };
        check("baxa", &window(1), &[(0, 4)]);
        check("baxa", &window(0), &[]);
        check("ab", &window(5), &[]);
    }

    #[test]
    fn a_sloppy_phrase_counts_how_far_its_words_are_moved() {
        let sloppy = |letters: &[&str], slop| Spans::Sloppy {
            parts: letters.iter().map(|letter| word(letter)).collect(),
            slop,
        };
        check("axb", &sloppy(&["a", "b"], 1), &[(0, 3)]);
        check("axb", &sloppy(&["a", "b"], 0), &[]);
        check("ba", &sloppy(&["a", "b"], 2), &[(0, 2)]);
        check("ba", &sloppy(&["a", "b"], 1), &[]);
        check("axbxc", &sloppy(&["a", "b", "c"], 2), &[(0, 5)]);
        check("axbxc", &sloppy(&["a", "b", "c"], 1), &[]);
        check("acb", &sloppy(&["a", "b", "c"], 2), &[(0, 3)]);
        check("acb", &sloppy(&["a", "b", "c"], 1), &[]);
        check("ab", &sloppy(&["a", "b", "a"], 5), &[]);
        check("aba", &sloppy(&["a", "a"], 1), &[(0, 3)]);
    }

    #[test]
    fn one_word_over_and_over_is_answered_soon() {
        let sloppy = Spans::Sloppy { parts: vec![word("a"); 20], slop: 100 };
        check("aaaaaaaaaaaaaaaaaaa", &sloppy, &[]);
    }

    #[test]
    fn only_the_words_are_highlighted_not_what_stands_between() {
        let near = Spans::Near {
            left: Box::new(word("a")),
            right: Box::new(word("b")),
            distance: 3,
            ordered: false,
        };
        let marks = near.highlights(&Letters("axxbxxxxxa"));
        assert_eq!(marks, [Span { start: 0, end: 1 }, Span { start: 3, end: 4 }]);
    }
}
