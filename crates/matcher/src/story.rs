//! Stories: near-duplicates recognised by what their word sequences have in common.
//!
//! A few shingles of each text, those with the least hashes, find candidates (Broder 1997); a candidate is then
//! compared exactly: how many of the shorter text's words stand in a row of three that the longer one has, too. So an
//! excerpt is a copy of the wire, and so is the wire with a background added. A copy joins a story when it resembles
//! the version that began it, not just any member: a chain of small changes does not draw a whole topic into one story.

use model::StoryId;
use query::Document;
use rustc_hash::FxHashSet;
use store::StoryCandidate;

use crate::word::words;

/// Words of a shingle.
const SHINGLE: usize = 3;
/// Under so many shingles a story is found. An excerpt of a tenth of the text has four of them.
const KEPT: usize = 40;
/// With so many shingles a story is looked for: more than are kept, so that a long text finds the short one in it.
const SOUGHT: usize = 128;
/// The share of the shorter text's words that the longer one has, in hundredths, from which on it is a copy. Measured on
/// generated texts in four languages: two articles on one topic have up to 30, a copy with 15 of 100 words changed and a
/// sentence dropped has at least 55 at 60 words, and at least 66 at 300.
const COVERED: usize = 50;
/// Texts of fewer words say little that others do not: more of them must be covered.
const BRIEF: usize = 30;
/// The share for these.
const BRIEF_COVERED: usize = 80;
/// Texts of fewer words are too short to be told apart by shingles: only an equal one is a copy.
const SHORT: usize = 12;
/// A text that is so many times longer is no copy: a review of the week has all its stories in it.
const TIMES: usize = 12;
/// Words that are kept of a text.
const LONGEST: usize = 2_000;
/// How a signature is written; the first byte says so.
const FORM: u8 = 2;

/// What a text looks like, for comparison: its words in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    words: Vec<u32>,
}

impl Signature {
    /// Returns the signature of an article: its text's, for outlets write headlines of their own, and its headline's
    /// where there is hardly any text.
    pub fn of(document: &Document) -> Self {
        let mut found = words(&document.body);
        if found.len() < SHORT {
            found.splice(0..0, words(&document.title));
        }
        let mut words: Vec<u32> = found.into_iter().map(|word| word.hash).collect();
        // A name of three words in one script is one word in another.
        words.dedup();
        words.truncate(LONGEST);
        Self { words }
    }

    /// Returns the signature of a text whose words have these hashes.
    pub fn of_words(words: Vec<u32>) -> Self {
        Self { words }
    }

    /// Returns the shingles under which it is found.
    pub fn kept(&self) -> Vec<i64> {
        self.least(KEPT)
    }

    /// Returns the shingles by which stories like it are found.
    pub fn sought(&self) -> Vec<i64> {
        self.least(SOUGHT)
    }

    fn least(&self, count: usize) -> Vec<i64> {
        let mut hashes: Vec<u64> = self.shingles().collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.into_iter().take(count).map(|hash| i64::from_ne_bytes(hash.to_ne_bytes())).collect()
    }

    fn shingles(&self) -> impl Iterator<Item = u64> {
        let size = SHINGLE.min(self.words.len().max(1));
        self.words.windows(size).map(|window| fold(window.iter().map(|word| u64::from(*word))))
    }

    /// Returns it in the form in which it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes
    }

    /// Reads what [`Signature::to_bytes`] wrote; `None` for what an older version wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        let (chunks, []) = rest.as_chunks::<4>() else { return None };
        (*form == FORM)
            .then(|| Self { words: chunks.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect() })
    }

    /// Returns whether the other is a copy of this, or this of the other.
    pub fn is_alike(&self, other: &Self) -> bool {
        let (shorter, longer) =
            if self.words.len() <= other.words.len() { (self, other) } else { (other, self) };
        let length = shorter.words.len();
        if length < SHORT {
            return self == other;
        }
        let least = if length < BRIEF { BRIEF_COVERED } else { COVERED };
        longer.words.len() <= length * TIMES && shorter.covered_by(longer) * 100 >= least * length
    }

    /// How many of its words stand in a shingle that the other has, too.
    pub fn covered_by(&self, other: &Self) -> usize {
        let theirs: FxHashSet<u64> = other.shingles().collect();
        let size = SHINGLE.min(self.words.len());
        let (mut covered, mut end) = (0, 0);
        for (start, shingle) in self.shingles().enumerate() {
            if theirs.contains(&shingle) {
                covered += start + size - end.max(start);
                end = start + size;
            }
        }
        covered
    }

    /// Returns the story that it belongs to: of several, the one that has most in common with it, and of these the
    /// oldest. `None`: it begins one.
    pub fn choose(&self, candidates: &[StoryCandidate]) -> Option<StoryId> {
        let mut best: Option<(usize, StoryId)> = None;
        for candidate in candidates {
            let Some(other) = Self::from_bytes(&candidate.signature).filter(|other| self.is_alike(other))
            else {
                continue;
            };
            let common = self.covered_by(&other);
            if best.is_none_or(|(most, _)| common > most) {
                best = Some((common, candidate.story));
            }
        }
        best.map(|(_, story)| story)
    }
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
        assert!(wire.kept().iter().any(|shingle| signature(&longer).sought().contains(shingle)));
    }

    #[test]
    fn an_excerpt_is_a_copy_and_a_review_that_has_it_among_others_is_none() {
        let (excerpt, _) = WIRE.split_once("Trains between").unwrap();
        let wire = signature(WIRE);
        assert!(wire.is_alike(&signature(excerpt)));
        assert!(signature(excerpt).is_alike(&wire));
        let other: Vec<String> = (0..TIMES * 40).map(|number| format!("word{number}")).collect();
        assert!(!signature(excerpt).is_alike(&signature(&format!("{} {excerpt}", other.join(" ")))));
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
        assert_eq!(choice, Some(StoryId(2)));
        assert_eq!(signature("Something else entirely").choose(&[candidate(1, WIRE)]), None);
    }

    #[test]
    fn a_signature_reads_back_and_one_of_an_older_form_does_not() {
        let wire = signature(WIRE);
        assert_eq!(Signature::from_bytes(&wire.to_bytes()), Some(wire));
        assert_eq!(Signature::from_bytes(&[0; 513]), None);
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
