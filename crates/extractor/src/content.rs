//! Which of a page's blocks are the article.
//!
//! The container is found by following the mass of running text down from the body for as long as one child holds
//! nearly all of it; elements that the page itself marks as the article are taken when they hold enough. Then the
//! lines around the text that are not of it are taken away.

use std::collections::HashMap;

use ego_tree::NodeId;
use model::{Block, BlockKind};
use scraper::{ElementRef, Html, Selector};

use crate::blocks::{RawBlock, masses, read_blocks, weight};
use crate::boilerplate::{is_reading_time, leads_away};

/// Share of the mass that one child must hold for the search to go down into it.
const NEARLY_ALL: f64 = 0.85;
/// Share of the page's mass that an element marked as the article must hold to be believed.
const ENOUGH: f64 = 0.4;
/// Least text of an article, in weight: below it there is none.
const LEAST: f64 = 60.0;

/// What was found.
pub(crate) struct Content {
    pub(crate) blocks: Vec<Block>,
    /// How much running text there is.
    pub(crate) mass: f64,
}

/// Finds the article of a page whose headline is `title`.
pub(crate) fn find(html: &Html, title: &str) -> Option<Content> {
    let root = html.root_element();
    let strict = from(read_blocks(root, false), html, title);
    if strict.as_ref().is_some_and(|content| content.mass >= 4.0 * LEAST) {
        return strict;
    }
    // A page whose names mislead: once more with everything, and the fuller reading wins.
    let loose = from(read_blocks(root, true), html, title);
    match (strict, loose) {
        (Some(strict), Some(loose)) if loose.mass > 3.0 * strict.mass => Some(loose),
        (Some(strict), _) => Some(strict),
        (None, loose) => loose,
    }
}

fn from(raw: Vec<RawBlock>, html: &Html, title: &str) -> Option<Content> {
    let masses = masses(&raw);
    let body = html.root_element();
    let container = container(body, html, &masses);
    let inside: Vec<RawBlock> = raw.into_iter().filter(|block| block.path.contains(&container)).collect();
    let kept = trimmed(inside, title);
    let mass: f64 = kept.iter().map(RawBlock::mass).sum();
    let text: f64 = kept.iter().map(|block| block.weight).sum();
    let blocks: Vec<Block> =
        kept.into_iter().map(|block| Block { kind: block.kind, text: block.text }).collect();
    (text >= LEAST && mass > 0.0).then_some(Content { blocks, mass })
}

fn container(root: ElementRef<'_>, html: &Html, masses: &HashMap<NodeId, f64>) -> NodeId {
    let mass = |id: NodeId| masses.get(&id).copied().unwrap_or(0.0);
    let total = mass(root.id());
    let mut current = marked(html, &mass, total).unwrap_or(root);
    loop {
        let heaviest = current.child_elements().max_by(|a, b| mass(a.id()).total_cmp(&mass(b.id())));
        match heaviest {
            Some(child) if mass(child.id()) >= NEARLY_ALL * mass(current.id()) && holds_blocks(child) => {
                current = child;
            }
            _ => return current.id(),
        }
    }
}

/// A paragraph is no container, even when it is the only one.
fn holds_blocks(element: ElementRef<'_>) -> bool {
    !matches!(
        element.value().name(),
        "p" | "li" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "td" | "span" | "a" | "b" | "strong"
    )
}

/// The element that the page marks as the article, when it holds enough of the page's text.
fn marked<'a>(html: &'a Html, mass: &impl Fn(NodeId) -> f64, total: f64) -> Option<ElementRef<'a>> {
    let candidates = ["[itemprop=articleBody]", "[property='articleBody']", "article", "main, [role=main]"];
    for selector in candidates {
        let Ok(selector) = Selector::parse(selector) else { continue };
        let heaviest = html.select(&selector).max_by(|a, b| mass(a.id()).total_cmp(&mass(b.id())));
        if let Some(element) = heaviest.filter(|element| mass(element.id()) >= ENOUGH * total && total > 0.0)
        {
            return Some(element);
        }
    }
    None
}

/// Takes away what is not of the article at its start, inside and at its end.
fn trimmed(mut blocks: Vec<RawBlock>, title: &str) -> Vec<RawBlock> {
    let title_words = folded(title);
    blocks.retain(|block| {
        let linked = block.links > 0.5 && block.weight < 400.0;
        let repeats_title = !title_words.is_empty() && folded(&block.text) == title_words;
        !linked
            && !repeats_title
            && !leads_away(&block.text)
            && !is_reading_time(&block.text)
            && block.kind != BlockKind::Caption
    });
    drop_linked_lists(&mut blocks);
    drop_start(&mut blocks);
    drop_end(&mut blocks);
    drop_repeats(&mut blocks);
    blocks
}

/// Short lines before the first running text: category, date, author, share counts.
fn drop_start(blocks: &mut Vec<RawBlock>) {
    let first =
        blocks.iter().position(|block| block.mass() >= 40.0 || block.weight >= 60.0 && block.has_sentence());
    let Some(first) = first else { return };
    let mut at = 0;
    blocks.retain(|block| {
        at += 1;
        at > first || block.weight >= 45.0 && block.has_sentence()
    });
}

/// Headings and short lines after the last running text.
fn drop_end(blocks: &mut Vec<RawBlock>) {
    while let Some(last) = blocks.last() {
        let closes = last.kind == BlockKind::Heading || last.weight < 25.0 && !ends_sentence(&last.text);
        if !closes || blocks.len() == 1 {
            return;
        }
        blocks.pop();
    }
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '»', ')', '）', '」'])
        .ends_with(['.', '!', '?', '。', '！', '？', '؟', '۔', '…'])
}

/// A run of list items most of which are links is a list of other articles.
fn drop_linked_lists(blocks: &mut Vec<RawBlock>) {
    let mut drop = vec![false; blocks.len()];
    let mut start = 0;
    for run in blocks.chunk_by(|a, b| (a.kind == BlockKind::ListItem) == (b.kind == BlockKind::ListItem)) {
        let list = run.first().is_some_and(|block| block.kind == BlockKind::ListItem);
        let weight: f64 = run.iter().map(|block| block.weight).sum();
        let linked: f64 = run.iter().map(|block| block.weight * block.links).sum();
        let short = run.iter().all(|block| block.weight < 20.0 && !block.has_sentence());
        if list && (linked > 0.4 * weight || short) {
            drop.iter_mut().skip(start).take(run.len()).for_each(|one| *one = true);
        }
        start += run.len();
    }
    let mut drop = drop.into_iter();
    blocks.retain(|_| !drop.next().unwrap_or(false));
}

/// The same long text twice: a teaser above the article, a copy for printing.
fn drop_repeats(blocks: &mut Vec<RawBlock>) {
    let mut seen = std::collections::HashSet::new();
    blocks.retain(|block| block.weight < 40.0 || seen.insert(folded(&block.text)));
}

pub(crate) fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Brings text that structured data carries to blocks: one a line.
pub(crate) fn blocks_of(text: &str) -> Option<Content> {
    let paragraph = |line: &str| Block {
        kind: BlockKind::Paragraph,
        text: line.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let blocks: Vec<Block> = text.lines().filter(|line| !line.trim().is_empty()).map(paragraph).collect();
    let mass = weight(text);
    (mass >= LEAST).then_some(Content { blocks, mass })
}
