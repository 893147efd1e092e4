//! Where a story is likely to come from: the news agency that an outlet names.
//!
//! An agency is named in passing everywhere; it counts where outlets say whom they print: at the head of the first
//! block, at the end of the last, in a by-line, a credit of its own, or beside a word such as "reported".

use std::sync::LazyLock;

use model::{Block, Version};

/// A dateline is at most so long, and so is what stands at the end of a text, in characters.
const LINE: usize = 60;
/// A block of at most so many characters is a credit.
const CREDIT: usize = 80;
/// The word that makes an attribution is at most so far away, in characters.
const NEAR: usize = 30;
/// Endings of inflected names are at most so long, in characters.
const ENDING: usize = 4;

/// An agency and the ways in which it is written.
struct Agency {
    name: &'static str,
    spellings: Vec<Spelling>,
}

struct Spelling {
    written: &'static str,
    small: String,
    /// An abbreviation such as AP, which in small letters may be a word.
    capitals: bool,
}

struct Agencies {
    all: Vec<Agency>,
    says: Vec<&'static str>,
}

static AGENCIES: LazyLock<Agencies> = LazyLock::new(|| {
    let mut agencies = Agencies { all: Vec::new(), says: Vec::new() };
    for row in include_str!("../data/agencies.tsv").lines().filter(|row| !row.starts_with('#')) {
        match row.split_once('\t') {
            Some(("says", words)) => agencies.says = words.split('|').collect(),
            Some((name, spellings)) => {
                let spellings = spellings.split('|').map(Spelling::new).collect();
                agencies.all.push(Agency { name, spellings });
            }
            None => {}
        }
    }
    agencies
});

/// Returns the agency that a version says it comes from.
pub fn origin(version: &Version) -> Option<&'static str> {
    if let Some(name) = version.byline.iter().find_map(|author| first_in(author, |_, _| true)) {
        return Some(name);
    }
    let texts: Vec<&str> = version.blocks.iter().map(|block: &Block| block.text.as_str()).collect();
    let (first, last) = (texts.first()?, texts.last()?);
    in_block(first, true).or_else(|| in_block(last, false))
}

/// Looks in the first or the last block.
fn in_block(block: &str, is_first: bool) -> Option<&'static str> {
    // No more of a block is counted than must be: a hostile page names agencies all through a long one.
    let within = |text: &str, most: usize| text.chars().nth(most).is_none();
    let is_credit = within(block, CREDIT);
    first_in(block, |before, after| {
        is_credit
            || is_first && within(before, LINE) && is_dateline(before, after)
            || !is_first && within(after, ENDING) && is_set_off(before)
            || is_attribution(before, after)
    })
}

/// `ALMATY, Nov 23 (Reuters) -`, `АСТАНА, 23 ноября. /ТАСС/.`, `新华社北京11月23日电`.
fn is_dateline(before: &str, after: &str) -> bool {
    let next = after.trim_start().chars().next();
    let sign = |c: char| matches!(c, ')' | '/' | '-' | '–' | '—' | ':' | '.' | '】' | '）');
    let head: String = after.chars().take(LINE / 2).collect();
    next.is_some_and(sign) && is_set_off(before)
        || before.trim().is_empty() && head.contains(['电', '電', '讯'])
}

/// Nothing, a bracket, a dash or a full stop stands before it: it is no part of a sentence.
fn is_set_off(before: &str) -> bool {
    let last = before.trim_end().chars().next_back();
    last.is_none_or(|c| matches!(c, '(' | '/' | '-' | '–' | '—' | '.' | ',' | ':' | '【' | '（' | '。' | '،'))
}

/// A word such as "reported" stands beside it, in the same sentence.
fn is_attribution(before: &str, after: &str) -> bool {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '。' | '؟');
    let backwards: String = before.chars().rev().take(NEAR).take_while(|c| !ends(*c)).collect();
    let left: String = backwards.chars().rev().collect::<String>().to_lowercase();
    let right: String = after.chars().take(NEAR).take_while(|c| !ends(*c)).collect::<String>().to_lowercase();
    AGENCIES.says.iter().any(|word| stands_in(word, &left) || stands_in(word, &right))
}

fn stands_in(word: &str, text: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, after) =
            (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        is_han(word) || is_bounded(before, after, 0)
    })
}

/// Returns the first agency named in `text` at a place that `fits`, told what stands before and after it.
fn first_in(text: &str, fits: impl Fn(&str, &str) -> bool) -> Option<&'static str> {
    let small = text.to_lowercase();
    // Some letters change their length when they become small; then only abbreviations are looked for.
    let same = small.len() == text.len();
    let mut best: Option<(usize, usize, &'static str)> = None;
    for agency in &AGENCIES.all {
        for spelling in agency.spellings.iter().filter(|spelling| same || spelling.capitals) {
            let (haystack, needle) = if spelling.capitals {
                (text, spelling.written)
            } else {
                (small.as_str(), spelling.small.as_str())
            };
            for (at, _) in haystack.match_indices(needle) {
                let end = at + needle.len();
                let (before, after) =
                    (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
                let ending = if spelling.capitals { 0 } else { ENDING };
                // Of names that begin at one place the longest is meant.
                let place = (at, usize::MAX - needle.len(), agency.name);
                let is_word = is_han(needle) || is_bounded(before, after, ending);
                if is_word && best.is_none_or(|best| place < best) && fits(before, without_ending(after)) {
                    best = Some(place);
                }
            }
        }
    }
    best.map(|(.., name)| name)
}

/// Whether a word ends here, or goes on for no more than an ending.
fn is_bounded(before: &str, after: &str, ending: usize) -> bool {
    !before.chars().next_back().is_some_and(char::is_alphanumeric)
        && after.chars().take_while(|c| c.is_alphanumeric()).count() <= ending
}

fn without_ending(after: &str) -> &str {
    after
        .trim_start_matches(['\'', '’', '»', '"', '”'])
        .trim_start_matches(|c: char| c.is_alphabetic() && !is_han_letter(c))
}

fn is_han(text: &str) -> bool {
    text.chars().any(is_han_letter)
}

fn is_han_letter(letter: char) -> bool {
    text::Script::of(letter) == text::Script::Han
}

impl Spelling {
    fn new(written: &'static str) -> Self {
        let capitals = written.chars().count() <= 4 && written.chars().all(char::is_uppercase);
        Self { written, small: written.to_lowercase(), capitals }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::{ArticleId, BlockKind, Origin, VersionId};
    use text::Lang;

    use super::*;

    const FILLER: &str = "The terminal can handle two hundred thousand containers a year, and employs four hundred people from the town.";

    fn check(byline: &[&str], blocks: &[&str], expected: Option<&str>) {
        let block = |text: &&str| Block { kind: BlockKind::Paragraph, text: (*text).to_owned() };
        let version = Version {
            id: VersionId(1),
            article: ArticleId(1),
            capture: None,
            origin: Origin::Page,
            title: "Terminal opened".to_owned(),
            byline: byline.iter().map(|name| (*name).to_owned()).collect(),
            published: None,
            lang: Lang::EnLatn,
            blocks: blocks.iter().map(block).collect(),
            fingerprint: String::new(),
            created: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(origin(&version), expected, "{byline:?} {blocks:?}");
    }

    #[test]
    fn datelines_name_the_agency_in_every_script() {
        let named =
            |line: &str, agency| check(&[], &[&format!("{line} {FILLER} {FILLER}"), FILLER], Some(agency));
        named("ALMATY, Nov 23 (Reuters) -", "Reuters");
        named("АСТАНА, 23 ноября. /ТАСС/.", "TASS");
        named("АЛМАТЫ — ТАСС.", "TASS");
        named("АСТАНА. ҚазАқпарат –", "Kazinform");
        named("KazTAG.", "KazTAG");
        named("新华社乌鲁木齐11月23日电", "Xinhua");
        named("中新社霍尔果斯11月23日电 题：", "China News Service");
        named("BEIJING (AP) —", "AP");
    }

    #[test]
    fn attributions_name_the_agency() {
        let named = |line: &str, agency| check(&[], &[&format!("{FILLER} {line}"), FILLER], Some(agency));
        named("The terminal was opened on Monday, Reuters reported.", "Reuters");
        named("Терминал открыт в понедельник, сообщает ТАСС.", "TASS");
        named("Об этом передаёт «Интерфакс».", "Interfax");
        named("Бұл туралы ҚазАқпарат хабарлайды.", "Kazinform");
        named("据新华社报道，码头星期一启用。", "Xinhua");
        named("Reuters'in haberine göre terminal pazartesi açıldı.", "Reuters");
    }

    #[test]
    fn credits_ends_and_by_lines_name_the_agency() {
        check(&[], &[FILLER, "Источник: РИА Новости"], Some("RIA Novosti"));
        check(&[], &[FILLER, &format!("{FILLER} (AFP)")], Some("AFP"));
        check(&["Радио Свободная Азия"], &[FILLER], Some("RFA"));
        check(&[], &["来源：新华网", FILLER], Some("Xinhua"));
    }

    #[test]
    fn an_agency_that_is_only_spoken_of_is_no_origin() {
        check(&[], &[FILLER, "Reuters reported on it.", FILLER], None);
        let spoken = format!(
            "{FILLER} The office of Reuters in the town has been closed since the spring of the year."
        );
        check(&[], &[&spoken, FILLER], None);
        check(&[], &[&format!("The ap was opened on Monday, they reported. {FILLER}"), FILLER], None);
        check(&[], &[], None);
    }
}
