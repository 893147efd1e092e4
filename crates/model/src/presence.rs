//! Whether an article is still where it was, and how its text changed: what later looks at its page say.
//!
//! An outage says nothing. One look that finds nothing says nothing yet: a page is called removed only after a second one,
//! at least an hour later, and only when the rest of the outlet was read in between.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::source::{UnknownWord, words};
use crate::{Block, Version};

/// The least time between the two looks that call a page removed.
pub const BETWEEN_LOOKS: SignedDuration = SignedDuration::from_hours(1);
/// So much later than that a second look is due, so that the two are an hour apart by any clock.
pub const LOOK_MARGIN: SignedDuration = SignedDuration::from_mins(2);

/// Share of a text's pieces that its next version must keep to be called the same article.
const KEPT: f64 = 0.2;
/// Letters of a piece of text: long enough that two articles share none by chance.
const PIECE: usize = 12;
/// Texts of fewer pieces tell nothing.
const FEW: usize = 40;

words!(
    /// How an article stands at its outlet.
    Presence, "presence", {
        /// Its page shows what it showed.
        Present = "present",
        /// Its text was edited.
        Changed = "changed",
        /// Another text stands in its place.
        Replaced = "replaced",
        /// The last look did not find it; a second one will tell.
        Missing = "missing",
        /// It is not there any more.
        Removed = "removed",
        /// It was removed, and is there again.
        Back = "back",
    }
);

words!(
    /// What one later look at a page found.
    Sight, "finding of a look", {
        /// The same page, byte for byte.
        Same = "same",
        /// A page with the same text.
        SameText = "same-text",
        /// An edited text.
        Edited = "edited",
        /// Another text.
        Replaced = "replaced",
        /// A page that is yet to be read, or from which no text can be read.
        Page = "page",
        /// That the page is not there.
        Gone = "gone",
        /// Nothing: the outlet could not be reached, or something stood in front of the page.
        Outage = "outage",
    }
);

/// What is known of an article when a look at it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How it stood.
    pub presence: Presence,
    /// Since when no look has found it; `None` when the last one did.
    pub missing_since: Option<Timestamp>,
    /// When anything else of its outlet was last read.
    pub outlet_read: Option<Timestamp>,
}

impl Standing {
    /// Returns how the article stands after a look at `at` that found `sight`, and since when it has been missing.
    pub fn after(self, sight: Sight, at: Timestamp) -> (Presence, Option<Timestamp>) {
        match sight {
            Sight::Outage => (self.presence, self.missing_since),
            Sight::Gone if self.presence == Presence::Removed => (Presence::Removed, self.missing_since),
            Sight::Gone => {
                let since = self.missing_since.unwrap_or(at);
                let outlet_is_there = self.outlet_read.is_some_and(|read| read > since);
                let removed = since + BETWEEN_LOOKS <= at && outlet_is_there;
                (if removed { Presence::Removed } else { Presence::Missing }, Some(since))
            }
            Sight::Edited => (Presence::Changed, None),
            Sight::Replaced => (Presence::Replaced, None),
            Sight::Same | Sight::SameText | Sight::Page => (self.found(), None),
        }
    }

    /// An article that was missing for one look alone never went away.
    fn found(self) -> Presence {
        match self.presence {
            Presence::Removed => Presence::Back,
            Presence::Missing => Presence::Present,
            presence => presence,
        }
    }
}

impl Version {
    /// Returns whether `next` is another text in this one's place, rather than this one edited.
    ///
    /// Compares pieces of twelve letters, whatever the script; short texts count as edited.
    pub fn is_replaced_by(&self, next: &[Block]) -> bool {
        let (old, new) = (pieces(&self.blocks), pieces(next));
        if old.len() < FEW || new.len() < FEW {
            return false;
        }
        let kept = u32::try_from(old.intersection(&new).count()).unwrap_or(u32::MAX);
        f64::from(kept) < KEPT * f64::from(u32::try_from(old.len()).unwrap_or(u32::MAX))
    }
}

fn pieces(blocks: &[Block]) -> HashSet<String> {
    let letters: Vec<char> = blocks
        .iter()
        .flat_map(|block| block.text.chars())
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    letters.windows(PIECE).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ArticleId, BlockKind, Origin, VersionId};

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000 + hours)
    }

    fn standing(presence: Presence, missing: Option<i64>, read: i64) -> Standing {
        Standing { presence, missing_since: missing.map(at), outlet_read: Some(at(read)) }
    }

    #[test]
    fn removed_takes_two_looks_an_hour_apart_and_an_outlet_that_is_there() {
        let first = standing(Presence::Present, None, 0).after(Sight::Gone, at(1));
        assert_eq!(first, (Presence::Missing, Some(at(1))));
        let again = |read, now| standing(Presence::Missing, Some(1), read).after(Sight::Gone, at(now)).0;
        assert_eq!(again(2, 2), Presence::Removed);
        assert_eq!(again(1, 9), Presence::Missing, "nothing else of the outlet was read");
        let soon = Standing { outlet_read: Some(at(2)), ..standing(Presence::Missing, Some(1), 2) };
        assert_eq!(soon.after(Sight::Gone, at(1) + SignedDuration::from_mins(59)).0, Presence::Missing);
    }

    #[test]
    fn an_outage_changes_nothing() {
        for presence in Presence::ALL {
            let standing = standing(*presence, Some(3), 9);
            assert_eq!(standing.after(Sight::Outage, at(20)), (*presence, Some(at(3))));
        }
    }

    #[test]
    fn what_was_removed_comes_back_and_what_was_missing_never_went() {
        let found = |presence| standing(presence, Some(3), 9).after(Sight::SameText, at(20));
        assert_eq!(found(Presence::Removed), (Presence::Back, None));
        assert_eq!(found(Presence::Missing), (Presence::Present, None));
        assert_eq!(found(Presence::Changed), (Presence::Changed, None));
        assert_eq!(standing(Presence::Removed, Some(3), 9).after(Sight::Gone, at(20)).0, Presence::Removed);
    }

    #[test]
    fn an_edit_keeps_most_and_a_replacement_next_to_nothing_in_any_script() {
        let block = |text: &str| Block { kind: BlockKind::Paragraph, text: text.to_owned() };
        let check = |old: &str, new: &str, expected: bool| {
            let version = Version {
                id: VersionId(1),
                article: ArticleId(1),
                capture: None,
                origin: Origin::Page,
                title: String::new(),
                byline: Vec::new(),
                published: None,
                lang: text::Lang::parse("kk-Cyrl").unwrap(),
                blocks: vec![block(old)],
                fingerprint: String::new(),
                created: at(0),
            };
            assert_eq!(version.is_replaced_by(&[block(new)]), expected, "{new}");
        };
        let old =
            "Шекарадағы бекет дүйсенбіден бастап тәулік бойы жұмыс істейді, деп хабарлады кеден қызметі.";
        check(old, &format!("{old} Кезек екі есе азайды."), false);
        check(
            old,
            "Қаладағы жаңа мектепте сабақ басталды, оқушылар саны былтырғыдан екі есе артық болды.",
            true,
        );
        check(old, "Қысқа.", false);
        let chinese = "边境口岸从星期一起全天开放，海关部门表示，货车排队的时间缩短了一半以上，司机们对此表示欢迎。口岸的建设历时两年，期间居民绕道而行。";
        check(chinese, &format!("{chinese}记者现场报道。"), false);
    }
}
