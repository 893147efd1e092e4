//! What class names and ids say about an element.
//!
//! The words are in `data/names.tsv`. They are hints, not truth: what an element with such a name holds decides too.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What an element is by its name, role or kind; several may hold at once.
pub(crate) type Flags = u32;

pub(crate) const NAV: Flags = 1;
pub(crate) const RELATED: Flags = 1 << 1;
pub(crate) const COMMENT: Flags = 1 << 2;
pub(crate) const SHARE: Flags = 1 << 3;
pub(crate) const CONSENT: Flags = 1 << 4;
pub(crate) const FORM: Flags = 1 << 5;
pub(crate) const AD: Flags = 1 << 6;
pub(crate) const META: Flags = 1 << 7;
pub(crate) const SIDE: Flags = 1 << 8;
pub(crate) const FOOT: Flags = 1 << 9;
pub(crate) const CAPTION: Flags = 1 << 10;
pub(crate) const HIDDEN: Flags = 1 << 11;
pub(crate) const DIALOG: Flags = 1 << 12;
pub(crate) const RATING: Flags = 1 << 13;
pub(crate) const PLAYER: Flags = 1 << 14;
/// A box of a site's or a page builder's making.
pub(crate) const WIDGET: Flags = 1 << 15;
/// The element calls itself the article's text.
pub(crate) const CONTENT: Flags = 1 << 20;
/// The element names an author.
pub(crate) const AUTHOR: Flags = 1 << 21;
/// The element names a date.
pub(crate) const DATE: Flags = 1 << 22;
/// The element folds its text away until a reader opens it.
pub(crate) const FOLD: Flags = 1 << 23;
/// The element is declared to be the article's text, for machines (schema.org, `articleBody`).
pub(crate) const DECLARED: Flags = 1 << 24;
/// All that is not of the article.
pub(crate) const BOILERPLATE: Flags = (1 << 16) - 1;

/// Longest word of the table; longer ones in names are machine-made.
const LONGEST_WORD: usize = 20;

/// Second words, and what they say after the first.
type Pairs = Vec<(&'static str, Flags)>;

#[derive(Default)]
struct Words {
    /// By word: what it says alone, and what it says before another.
    words: FxHashMap<&'static str, (Flags, Pairs)>,
    /// By whole name.
    names: FxHashMap<&'static str, Flags>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut table = Words::default();
    let lines = include_str!("../data/names.tsv").lines().filter(|line| !line.starts_with('#'));
    for (kind, names) in lines.filter_map(|line| line.split_once('\t')) {
        let flag = flag_of(kind);
        for name in names.split(if names.contains('|') { '|' } else { ' ' }) {
            if let Some(whole) = name.strip_prefix('=') {
                *table.names.entry(whole).or_default() |= flag;
            } else if let Some((first, second)) = name.split_once(' ') {
                table.words.entry(first).or_default().1.push((second, flag));
            } else {
                table.words.entry(name).or_default().0 |= flag;
            }
        }
    }
    table
});

fn flag_of(kind: &str) -> Flags {
    match kind {
        "nav" => NAV,
        "related" => RELATED,
        "comment" => COMMENT,
        "share" => SHARE,
        "consent" => CONSENT,
        "form" => FORM,
        "ad" => AD,
        "meta" => META,
        "side" => SIDE,
        "foot" => FOOT,
        "caption" => CAPTION,
        "hidden" => HIDDEN,
        "dialog" => DIALOG,
        "rating" => RATING,
        "player" => PLAYER,
        "content" => CONTENT,
        "author" => AUTHOR,
        "date" => DATE,
        "fold" => FOLD,
        "widget" => WIDGET,
        _ => 0,
    }
}

/// Returns what a `class` or `id` attribute says.
pub(crate) fn of_names(attribute: &str) -> Flags {
    attribute.split_ascii_whitespace().map(of_name).fold(0, |all, one| all | one)
}

fn of_name(name: &str) -> Flags {
    let table = &*WORDS;
    let mut flags = table.names.get(name).copied().unwrap_or(0);
    let mut before: &[(&str, Flags)] = &[];
    let mut word = String::with_capacity(LONGEST_WORD);
    let mut lower = false;
    let (mut first, mut only_pairs) = (true, false);
    for c in name.chars().chain(std::iter::once('-')) {
        let cut = !c.is_ascii_alphabetic() || (lower && c.is_ascii_uppercase());
        lower = c.is_ascii_lowercase();
        if cut && !word.is_empty() {
            // `has-sidebar` and `no-comments` say what lies around, not what it is.
            if matches!(word.as_str(), "has" | "with" | "no" | "without" | "is" | "not") {
                return flags;
            }
            // Elementor calls every block of a page a widget.
            if word == "elementor" {
                return of_elementor(name);
            }
            // `category-newsletter` and `tag-comments` say what a WordPress article is about.
            let topic = first && matches!(word.as_str(), "category" | "tag" | "topic");
            only_pairs |= topic;
            first = false;
            flags |= before.iter().find(|(second, _)| *second == word).map_or(0, |(_, flag)| *flag);
            let known = table.words.get(word.as_str());
            flags |= known.filter(|_| !only_pairs).map_or(0, |(flag, _)| *flag);
            before = known.map_or(&[], |(_, pairs)| pairs.as_slice());
            word.clear();
        }
        if c.is_ascii_alphabetic() && word.len() < LONGEST_WORD {
            word.push(c.to_ascii_lowercase());
        }
    }
    flags
}

fn of_elementor(name: &str) -> Flags {
    let rest = name.split("lementor").last().unwrap_or_default().trim_start_matches("-widget");
    if rest.is_empty() { 0 } else { of_name(rest) & !(WIDGET | PLAYER) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words_before_they_are_judged() {
        let check = |name: &str, expected: Flags| assert_eq!(of_names(name), expected, "{name}");
        check("navy-story", 0);
        check("main_nav", NAV);
        check("shareBar", SHARE);
        check("post-meta", META);
        check("content-shadow", 0);
        check("related-posts", RELATED);
        check("adventure", 0);
        check("td-post-content", CONTENT);
        check("hidden", HIDDEN);
        check("overflow-hidden", 0);
        check("article has-sidebar", 0);
        check("elementor-widget elementor-widget-container", 0);
        check("elementor-widget-theme-post-content", CONTENT);
        check("articleBody", CONTENT);
        check("page-Elementor-elementor-share", SHARE);
    }
}
