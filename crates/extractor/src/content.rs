//! Which of a page's blocks are the article.

use model::{Block, BlockKind};

use crate::candidates::container;
use crate::measure::{ends_sentence, folded};
use crate::names::{BOILERPLATE, CAPTION, COMMENT, RELATED};
use crate::phrases::leads_away;
use crate::settle::{Sums, mass};
use crate::trim::{Known, trimmed};
use crate::walk::{PageTree, RawBlock};

/// Least text of an article, in weight: below it there is none.
pub(crate) const LEAST: f32 = 60.0;

/// What was found.
pub(crate) struct Content {
    pub(crate) blocks: Vec<Block>,
    /// The blocks of its element, and the one after them.
    pub(crate) range: (usize, usize),
    /// How much running text there is.
    pub(crate) mass: f32,
}

/// Finds the article of a page of which something is known.
pub(crate) fn find(tree: &PageTree<'_>, known: &Known<'_>) -> Option<Content> {
    let strict = from(tree, known, BOILERPLATE);
    if strict.as_ref().is_some_and(|content| content.mass >= 4.0 * LEAST) {
        return strict;
    }
    let loose = from(tree, known, 0);
    match (strict, loose) {
        (Some(strict), Some(loose)) if loose.mass > 3.0 * strict.mass => Some(loose),
        (Some(strict), _) => Some(strict),
        (None, loose) => loose,
    }
}

fn from(tree: &PageTree<'_>, known: &Known<'_>, out: u32) -> Option<Content> {
    let kept_mass = |block: &RawBlock| if block.flags & out == 0 { mass(block) } else { 0.0 };
    let sums = Sums::of(&tree.blocks, kept_mass);
    let range = container(tree, &sums);
    let inside = tree.blocks.get(range.0..range.1).unwrap_or_default();
    let inside: Vec<&RawBlock> = inside.iter().filter(|block| block.flags & out == 0).collect();
    let mut kept = trimmed(tree, inside, known);
    let lead = if out == 0 { Vec::new() } else { standfirst(tree, range.0, known) };
    kept.splice(0..0, lead);
    let total: f32 = kept.iter().map(|block| mass(block)).sum();
    let text: f32 = kept.iter().map(|block| block.measure.weight).sum();
    let blocks: Vec<Block> = kept
        .into_iter()
        .map(|block| Block { kind: block.kind, text: tree.text_of(block).to_owned() })
        .collect();
    (text >= LEAST && total > 0.0).then_some(Content { blocks, range, mass: total })
}

/// The sentence or two under the headline that tell the story in short: text between the headline and the article's
/// element, which many news sites put into the header.
fn standfirst<'t>(tree: &'t PageTree<'_>, first: usize, known: &Known<'_>) -> Vec<&'t RawBlock> {
    let title = folded(known.title);
    let before = tree.blocks.get(..first).unwrap_or_default();
    let is_first = |block: &RawBlock| block.kind == BlockKind::Heading && block.level == 1;
    let says_it = |block: &RawBlock| {
        let text = folded(tree.text_of(block));
        !text.is_empty() && (title.contains(&text) || text.contains(&title))
    };
    let headline = before.iter().rposition(|block| is_first(block) && says_it(block));
    let headline = headline.or_else(|| before.iter().rposition(is_first));
    let Some(headline) = headline else { return Vec::new() };
    let between = tree.blocks.get(headline + 1..first).unwrap_or_default();
    let described = folded(known.description);
    between.iter().filter(|block| is_standfirst(tree, block, &described)).collect()
}

fn is_standfirst(tree: &PageTree<'_>, block: &RawBlock, described: &str) -> bool {
    let text = tree.text_of(block);
    let weight = block.measure.weight;
    if block.kind == BlockKind::Caption || block.linked > 0.3 * weight || leads_away(text) {
        return false;
    }
    // What the page says of itself in its head is the standfirst, whatever the box is called.
    if weight >= 25.0 && block.flags & (CAPTION | RELATED | COMMENT) == 0 {
        let text = folded(text);
        let same = described.contains(&text) || text.contains(described) && described.len() >= 30;
        if text.len() >= 30 && same {
            return true;
        }
    }
    block.flags & BOILERPLATE == 0
        && (weight >= 40.0 && ends_sentence(text) || weight >= 60.0 && block.measure.has_sentence())
}
