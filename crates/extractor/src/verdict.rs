//! Whether a page is an article at all, and whether it is the whole of one.
//!
//! An index, a check for robots, an error that is served as success and a wall of consent all have text; none of them is
//! an article, and each would raise alerts of its own. What a page says at length is never called a wall.

use std::sync::LazyLock;

use model::{Block, BlockKind};
use url::Url;

use crate::ExtractError;
use crate::measure::{Measure, ends_sentence};
use crate::names::{BOILERPLATE, COMMENT, NAV};
use crate::phrases::is_consent;
use crate::walk::PageTree;

/// Running text of a page that is an article whatever else it says, in weight.
const AT_LENGTH: f32 = 1_200.0;
/// Running text below which a page full of headlines is an index.
const FEW_WORDS: f32 = 700.0;
/// The longest teaser, and the most that teasers say together.
const ONE_TEASER: f32 = 150.0;
const MANY_TEASERS: f32 = 3_000.0;
/// Headlines of an index.
const HEADLINES: usize = 12;

struct Sign {
    verdict: &'static str,
    in_title: bool,
    words: &'static str,
}

static SIGNS: LazyLock<Vec<Sign>> = LazyLock::new(|| {
    let lines = include_str!("../data/walls.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut signs = Vec::new();
    for line in lines {
        let mut cells = line.split('\t');
        if let (Some(verdict), Some(place), Some(words)) = (cells.next(), cells.next(), cells.next()) {
            signs.push(Sign { verdict, in_title: place == "title", words });
        }
    }
    signs
});

/// What is known of a page when it is judged.
pub(crate) struct Judged<'a> {
    pub(crate) tree: &'a PageTree<'a>,
    /// What was taken for the article.
    pub(crate) blocks: &'a [Block],
    /// The headline, and what the page's title element says.
    pub(crate) titles: [&'a str; 2],
    /// Whether the page says that it is an article (JSON-LD, OpenGraph).
    pub(crate) says_article: bool,
    pub(crate) url: Option<&'a Url>,
}

/// Returns why the page is no article; `None` when it may be one.
pub(crate) fn no_article(page: &Judged<'_>) -> Option<ExtractError> {
    let prose = prose(page.blocks);
    if prose < AT_LENGTH
        && let Some(error) = wall(page)
    {
        return Some(error);
    }
    let consents = page.blocks.iter().filter(|block| is_consent(&block.text)).count();
    if !page.blocks.is_empty() && 2 * consents > page.blocks.len() {
        return Some(ExtractError::ConsentWall);
    }
    if page.says_article || headlines(page.tree) < HEADLINES {
        return None;
    }
    // Teasers may say much together; none of them says much alone.
    let longest = page.blocks.iter().map(|block| Measure::of(&block.text).weight).fold(0.0, f32::max);
    let teasers = longest < ONE_TEASER && prose < MANY_TEASERS;
    (prose < FEW_WORDS || teasers || page.url.is_some_and(is_front)).then_some(ExtractError::Index)
}

/// The address of a whole site, where no article stands.
fn is_front(url: &Url) -> bool {
    url.path().trim_matches('/').is_empty() && url.query().is_none()
}

fn wall(page: &Judged<'_>) -> Option<ExtractError> {
    let titles = page.titles.map(str::to_lowercase);
    let lines: Vec<String> = page
        .tree
        .blocks
        .iter()
        .filter(|block| block.measure.weight < 300.0)
        .take(60)
        .map(|block| page.tree.text_of(block).to_lowercase())
        .collect();
    let holds = |sign: &&Sign| {
        if sign.in_title {
            titles.iter().any(|title| begins(title, sign.words))
        } else {
            lines.iter().any(|line| line.contains(sign.words))
        }
    };
    match SIGNS.iter().find(holds)?.verdict {
        "challenge" => Some(ExtractError::Challenge),
        "error" => Some(ExtractError::ErrorPage),
        _ => Some(ExtractError::ConsentWall),
    }
}

/// A title begins with the words, and they end there: "404 migrants" is a headline.
fn begins(title: &str, words: &str) -> bool {
    let Some(rest) = title.strip_prefix(words) else { return false };
    let numbers = words.chars().all(|c| c.is_ascii_digit());
    if !numbers {
        return !rest.starts_with(char::is_alphabetic);
    }
    let rest = rest.trim_start();
    rest.is_empty()
        || rest.starts_with(|c: char| !c.is_alphanumeric())
        || ["not found", "error", "page", "forbidden", "internal", "service", "bad gateway"]
            .iter()
            .any(|word| rest.starts_with(word))
}

/// The weight of whole paragraphs.
fn prose(blocks: &[Block]) -> f32 {
    let paragraph = |block: &&Block| {
        !matches!(block.kind, BlockKind::Heading | BlockKind::Caption) && ends_sentence(&block.text)
    };
    blocks
        .iter()
        .filter(paragraph)
        .map(|block| Measure::of(&block.text).weight)
        .filter(|weight| *weight >= 40.0)
        .sum()
}

/// How many links on the page are as long as headlines.
fn headlines(tree: &PageTree<'_>) -> usize {
    let is_headline = |block: &&crate::walk::RawBlock| {
        let weight = block.measure.weight;
        block.flags & (BOILERPLATE & (COMMENT | NAV)) == 0
            && (20.0..200.0).contains(&weight)
            && (block.linked >= 0.8 * weight || block.opening >= 20.0)
    };
    tree.blocks.iter().filter(is_headline).count()
}

/// Returns whether `next` is the next part of the article at `own`, not the next article: the same address with a
/// number at its end.
pub(crate) fn is_next_part(own: &Url, next: &Url) -> bool {
    if own.host_str() != next.host_str() || own == next {
        return false;
    }
    let stem = |path: &str| {
        let path = path.trim_end_matches('/');
        let path = path
            .rsplit_once('.')
            .filter(|(_, end)| end.len() <= 5 && !end.contains('/'))
            .map_or(path, |(stem, _)| stem);
        path.to_owned()
    };
    let (own_stem, next_stem) = (stem(own.path()), stem(next.path()));
    let query = next.query_pairs().any(|(name, value)| {
        matches!(&*name, "page" | "p" | "seite" | "pn") && value.chars().all(|c| c.is_ascii_digit())
    });
    if own_stem == next_stem {
        return query;
    }
    let own_bare = own_stem.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['/', '-', '_']);
    let rest = next_stem.strip_prefix(own_stem.as_str()).or_else(|| {
        let part = own_stem.len() - own_bare.len();
        next_stem.strip_prefix(own_bare).filter(|_| (2..=3).contains(&part) && own_bare.len() > 1)
    });
    rest.is_some_and(|rest| {
        let rest = rest.trim_start_matches(['/', '-', '_']);
        let rest = rest
            .strip_prefix("page")
            .or_else(|| rest.strip_prefix("p"))
            .unwrap_or(rest)
            .trim_start_matches(['/', '-', '_']);
        (1..=2).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_part_is_told_from_the_next_article() {
        let check = |own: &str, next: &str, expected: bool| {
            assert_eq!(is_next_part(&own.parse().unwrap(), &next.parse().unwrap()), expected, "{own} {next}");
        };
        check("https://herald.test/a/border", "https://herald.test/a/border/2", true);
        check("https://herald.test/a/border", "https://herald.test/a/border?page=2", true);
        check(
            "https://paper.test/n1/2026/1123/c1-22.html",
            "https://paper.test/n1/2026/1123/c1-22-2.html",
            true,
        );
        check("https://paper.test/c22_2.html", "https://paper.test/c22_3.html", true);
        check("https://herald.test/a/border", "https://herald.test/a/harvest", false);
        check("https://herald.test/a/1001", "https://herald.test/a/1002", false);
    }

    #[test]
    fn a_number_in_a_headline_is_no_error() {
        assert!(begins("404 not found", "404") && begins("404 | herald", "404") && begins("404", "404"));
        assert!(!begins("404 containers crossed the border", "404"));
        assert!(!begins("please waiters, say guests", "please wait"));
    }
}
