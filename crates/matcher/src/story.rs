//! Stories: near-duplicates recognised by what their word sequences have in common.
//!
//! A signature estimates the Jaccard similarity of two texts' shingles (`MinHash`, Broder 1997); bands of it find
//! candidates. A copy joins a story when it resembles the version that began it, not just any member: a chain of
//! small changes does not draw a whole topic into one story.

use std::collections::HashSet;

use query::{Document, Placed};
use store::{StoryCandidate, StoryChoice};
use text::Key;

use crate::novelty::hash_of;

/// Words of a shingle.
const SHINGLE: usize = 4;
/// Numbers of a signature.
const NUMBERS: usize = 128;
/// Numbers of a band: 32 bands of 4 find four of five pairs of similarity 0.5, and nearly all above 0.65.
const BAND: usize = 4;
/// Least similarity of a copy.
const ALIKE: f64 = 0.5;
/// Texts of fewer shingles are too short to be told apart by them: only an equal one is a copy.
const SHORT: usize = 8;

/// What a text looks like, for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    numbers: Vec<u32>,
    short: bool,
}

impl Signature {
    /// Returns the signature of an article.
    pub fn of(document: &Document) -> Self {
        let words: Vec<u64> =
            document.title.tokens.iter().chain(&document.body.tokens).filter_map(word).collect();
        let size = SHINGLE.min(words.len().max(1));
        let shingles: HashSet<u64> = words.windows(size).map(|window| fold(window.iter().copied())).collect();
        let short = shingles.len() < SHORT;
        let numbers = (0_u64..).take(NUMBERS).map(|seed| least(&shingles, seed)).collect();
        Self { numbers, short }
    }

    /// Returns the bands under which candidates are found.
    pub fn bands(&self) -> Vec<i64> {
        let band = |(number, chunk): (u64, &[u32])| {
            let folded = fold(chunk.iter().map(|number| u64::from(*number)).chain([number]));
            i64::from_ne_bytes(folded.to_ne_bytes())
        };
        (0_u64..).zip(self.numbers.chunks(BAND)).map(band).collect()
    }

    /// Returns it in the form in which it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.short)];
        bytes.extend(self.numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Reads what [`Signature::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (short, rest) = bytes.split_first()?;
        let (chunks, []) = rest.as_chunks::<4>() else { return None };
        let numbers: Vec<u32> = chunks.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect();
        (numbers.len() == NUMBERS).then_some(Self { numbers, short: *short == 1 })
    }

    /// Returns whether the other is a copy of this, or this of the other.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.alikeness(other) >= if self.short || other.short { 1.0 } else { ALIKE }
    }

    fn alikeness(&self, other: &Self) -> f64 {
        let same = self.numbers.iter().zip(&other.numbers).filter(|(a, b)| a == b).count();
        f64::from(u32::try_from(same).unwrap_or(0)) / f64::from(u32::try_from(NUMBERS).unwrap_or(1))
    }

    /// Returns the story that it belongs to: of several, the one that is most alike, and of these the oldest.
    pub fn choose(&self, candidates: &[StoryCandidate]) -> StoryChoice {
        let mut best: Option<(f64, &StoryCandidate)> = None;
        for candidate in candidates {
            let Some(other) = Self::from_bytes(&candidate.signature).filter(|other| self.is_alike(other))
            else {
                continue;
            };
            let alikeness = self.alikeness(&other);
            if best.is_none_or(|(most, _)| alikeness > most) {
                best = Some((alikeness, candidate));
            }
        }
        match best {
            Some((_, candidate)) => StoryChoice::Existing(candidate.story),
            None => StoryChoice::New { signature: self.to_bytes(), bands: self.bands() },
        }
    }
}

/// The shortest of a word's forms, so that a copy that inflects a name otherwise is still a copy.
fn word(token: &Placed) -> Option<u64> {
    let forms = token.keys.iter().filter(|key| key.kind() == text::KeyKind::Peeled);
    forms.map(Key::as_str).min_by_key(|form| (form.len(), *form)).map(hash_of)
}

/// The least hash of the shingles under one of the signature's orders.
fn least(shingles: &HashSet<u64>, seed: u64) -> u32 {
    let order = mix(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
    let hash = |shingle: &u64| mix(shingle ^ order) >> 32;
    shingles.iter().map(hash).min().and_then(|hash| u32::try_from(hash).ok()).unwrap_or(u32::MAX)
}

fn fold(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0xcbf2_9ce4_8422_2325, |folded, part| mix(folded.rotate_left(5) ^ part))
}

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use model::StoryId;
    use query::{Lexicon, testing};
    use text::detect;

    use super::*;

    const WIRE: &str = "A new freight terminal was opened on Monday at the dry port on the border, officials said. \
        The terminal can handle two hundred thousand containers a year and employs four hundred people from the \
        town. Trains between the two countries have waited for days this autumn because of works on the line. \
        Traders hope that the queue of lorries will become shorter before the winter, when the pass is often closed. \
        The company that built the terminal did not say how much it had cost or who had paid for the cranes.";

    fn signature(text: &str) -> Signature {
        Signature::of(&Document::read("", &[text], &Lexicon::empty(), testing::facts(detect(text))))
    }

    #[test]
    fn small_edits_leave_a_copy_a_copy() {
        let wire = signature(WIRE);
        for (from, to) in
            [("Monday", "Nov. 23"), ("officials said", "the ministry says"), ("four hundred", "400")]
        {
            assert!(wire.is_alike(&signature(&WIRE.replace(from, to))), "{from}");
        }
        let longer =
            format!("{WIRE} A spokesman added that a second terminal is planned for the coming spring.");
        assert!(wire.is_alike(&signature(&longer)));
        assert!(wire.bands().iter().any(|band| signature(&longer).bands().contains(band)));
    }

    #[test]
    fn another_article_on_the_same_topic_is_no_copy() {
        let other = "Lorry drivers at the border complained on Tuesday about the queue at the dry port, where a freight \
            terminal was opened the day before. Some of them have slept in their cabs for a week. Customs officers \
            blamed a new computer system, and asked for patience until the end of the month.";
        assert!(!signature(WIRE).is_alike(&signature(other)));
    }

    #[test]
    fn a_short_text_is_a_copy_of_its_equal_only() {
        assert!(signature("Border closed").is_alike(&signature("border closed")));
        assert!(!signature("Border closed").is_alike(&signature("Border closed today")));
    }

    #[test]
    fn the_most_alike_story_is_chosen_and_a_stranger_begins_one() {
        let candidate =
            |story, text| StoryCandidate { story: StoryId(story), signature: signature(text).to_bytes() };
        let edited = WIRE.replace("Monday", "Tuesday").replace("autumn", "year");
        let choice = signature(WIRE).choose(&[candidate(1, edited.as_str()), candidate(2, WIRE)]);
        assert_eq!(choice, StoryChoice::Existing(StoryId(2)));
        assert!(matches!(
            signature("Something else entirely").choose(&[candidate(1, WIRE)]),
            StoryChoice::New { .. }
        ));
    }

    #[test]
    fn a_copy_in_the_other_script_of_the_language_is_a_copy() {
        let cyrillic =
            "қала базарында жаңа дүкен ашылды және адамдар көп келді бірақ баға қымбат болды деп айтты";
        let arabic =
            "قالا بازارىندا جاڭا دۇكەن اشىلدى جانە ادامدار كوپ كەلدى بىراق باعا قىمبات بولدى دەپ ايتتى";
        assert!(signature(cyrillic).is_alike(&signature(arabic)));
    }
}
