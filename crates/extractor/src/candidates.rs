//! Which elements may be the article's, and which of them is.
//!
//! Four readings stand beside each other: elements that call themselves the article's text, `article`, `main`, and the
//! element that holds the bulk of the page's running text. Where they disagree, what lies between them decides.

use model::BlockKind;
use rustc_hash::FxHashMap;

use crate::names::{BOILERPLATE, CONTENT, DECLARED};
use crate::settle::{CARD_BLOCKS, CARD_MASS, DECLARED_LEAST, Sums, mass};
use crate::tags::Tag;
use crate::walk::{PageTree, Place, RawBlock};

/// Share of the mass that one child must hold for the search to go down into it whatever lies beside it.
const NEARLY_ALL: f32 = 0.85;
/// The same when what lies beside it is no running text.
const MOST: f32 = 0.5;
/// Share of the page's mass that an element marked as the article must hold to be believed.
const ENOUGH: f32 = 0.4;
/// Weight below which a line above a headline is its kicker: "Opinion", "3 hours ago".
const KICKER: f32 = 40.0;

/// Returns the blocks of the article's element.
pub(crate) fn container(tree: &PageTree<'_>, sums: &Sums) -> (usize, usize) {
    let total = sums.total();
    let bulk = descend(tree, sums, 0, MOST);
    let marked = marked(tree, sums, total).map(|at| {
        // An element that calls itself the text is believed; `article` and `main` hold other things beside it.
        let names_itself = tree.places.get(at).is_some_and(|place| place.own & CONTENT != 0);
        descend(tree, sums, at, if names_itself { NEARLY_ALL } else { MOST })
    });
    let chosen = match marked {
        Some(marked) => better(tree, sums, marked, bulk),
        None => bulk,
    };
    tree.places.get(chosen).map_or((0, 0), |place| place.blocks)
}

/// Of the element that is marked and the one that holds the bulk, the latter when it adds running text of the same sort.
fn better(tree: &PageTree<'_>, sums: &Sums, marked: usize, bulk: usize) -> usize {
    let (Some(inner), Some(outer)) = (tree.places.get(marked), tree.places.get(bulk)) else { return bulk };
    let around = bulk <= marked && inner.end <= outer.end;
    let (inside, all) = (sums.between(inner.blocks), sums.between(outer.blocks));
    if !around || all < 1.8 * inside {
        return marked;
    }
    if prose(tree, sums, outer.blocks, inner.blocks) >= 0.7 * (all - inside) { bulk } else { marked }
}

/// Goes down from `from` for as long as one child holds nearly all, or the `least` share with no running text beside it.
fn descend(tree: &PageTree<'_>, sums: &Sums, from: usize, least: f32) -> usize {
    let mut current = from;
    while let Some(place) = tree.places.get(current) {
        let here = sums.between(place.blocks);
        let Some((at, child)) = heaviest_child(tree, sums, current) else { return current };
        let held = sums.between(child.blocks);
        if !holds_blocks(child.tag) || held < least * here {
            return current;
        }
        if held < NEARLY_ALL * here && prose(tree, sums, place.blocks, child.blocks) > 0.5 * (here - held) {
            return current;
        }
        current = at;
    }
    current
}

fn heaviest_child<'t>(tree: &'t PageTree<'_>, sums: &Sums, parent: usize) -> Option<(usize, &'t Place)> {
    let end = tree.places.get(parent)?.end;
    let mut best: Option<(usize, &Place, f32)> = None;
    let mut at = parent + 1;
    while at < end {
        let child = tree.places.get(at)?;
        let mass = sums.between(child.blocks);
        if best.is_none_or(|(_, _, most)| mass > most) {
            best = Some((at, child, mass));
        }
        at = child.end.max(at + 1);
    }
    best.map(|(at, child, _)| (at, child))
}

/// The mass of whole paragraphs in `outer` that lie outside `inner`.
fn prose(tree: &PageTree<'_>, sums: &Sums, outer: (usize, usize), inner: (usize, usize)) -> f32 {
    let outside = (outer.0..inner.0).chain(inner.1..outer.1);
    let mut link = None;
    let mut sum = 0.0;
    for at in outside {
        let Some(block) = tree.blocks.get(at) else { break };
        let weight = block.measure.weight;
        if weight >= 20.0 && block.linked >= 0.8 * weight {
            link = Some(at);
        } else if is_prose(block) && !link.is_some_and(|link| is_teaser(tree, sums, block, link)) {
            sum += mass(block);
        }
    }
    sum
}

/// Whether the block stands in a small box that opens with a line that is all link: it is a teaser of what that leads to.
fn is_teaser(tree: &PageTree<'_>, sums: &Sums, block: &RawBlock, link: usize) -> bool {
    let mut at = block.place;
    while let Some(place) = tree.places.get(at) {
        if place.blocks.0 <= link {
            let small = place.blocks.1 - place.blocks.0 <= CARD_BLOCKS;
            let above = tree.blocks.get(place.blocks.0..link).unwrap_or_default();
            let opens = above.iter().all(|block| block.measure.weight < KICKER);
            return opens && small && sums.between(place.blocks) <= CARD_MASS;
        }
        if place.parent == at {
            break;
        }
        at = place.parent;
    }
    false
}

fn is_prose(block: &RawBlock) -> bool {
    let weight = block.measure.weight;
    block.flags & BOILERPLATE == 0
        && matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote)
        && weight >= 60.0
        && block.linked <= 0.25 * weight
        && block.measure.ends > 0
}

fn holds_blocks(tag: Tag) -> bool {
    !matches!(
        tag,
        Tag::Paragraph | Tag::Item | Tag::Quote | Tag::Heading(_) | Tag::Cell | Tag::Span | Tag::Link
    )
}

/// The element that the page marks as the article, when it holds enough of the page's text; what is declared for machines
/// is believed however much stands beside it.
fn marked(tree: &PageTree<'_>, sums: &Sums, total: f32) -> Option<usize> {
    type Kind = (fn(&Place) -> bool, f32);
    let kinds: [Kind; 4] = [
        (|place| place.own & DECLARED != 0, DECLARED_LEAST),
        (|place| place.own & CONTENT != 0, ENOUGH * total),
        (|place| place.tag == Tag::Article, ENOUGH * total),
        (|place| place.tag == Tag::Main, ENOUGH * total),
    ];
    kinds.into_iter().find_map(|(fits, least)| {
        let at = heaviest(tree, sums, fits)?;
        let held = tree.places.get(at).map_or(0.0, |place| sums.between(place.blocks));
        (held >= least && total > 0.0).then_some(at)
    })
}

/// The heaviest place that fits; where several of one kind share the text, the place around them all.
fn heaviest(tree: &PageTree<'_>, sums: &Sums, fits: fn(&Place) -> bool) -> Option<usize> {
    let held = |at: usize| tree.places.get(at).map_or(0.0, |place| sums.between(place.blocks));
    let fitting = tree.places.iter().enumerate().filter(|(_, place)| fits(place));
    let fitting: Vec<usize> = fitting.map(|(at, _)| at).collect();
    let best = fitting.iter().copied().max_by(|a, b| held(*a).total_cmp(&held(*b)))?;
    let kind = tree.places.get(best)?.names;
    let mut groups: FxHashMap<u64, f32> = FxHashMap::default();
    for at in &fitting {
        let names = tree.places.get(*at).map_or(0, |place| place.names);
        *groups.entry(names).or_default() += held(*at);
    }
    let together = groups.get(&kind).copied().unwrap_or(0.0);
    if kind == 0 || held(best) >= 0.7 * together {
        return Some(best);
    }
    let kin = fitting.into_iter().filter(|at| tree.places.get(*at).is_some_and(|place| place.names == kind));
    kin.reduce(|a, b| around(tree, a, b))
}

/// The innermost place around two.
fn around(tree: &PageTree<'_>, a: usize, b: usize) -> usize {
    let mut at = a;
    while let Some(place) = tree.places.get(at) {
        if at <= b && b < place.end || at == place.parent {
            return at;
        }
        at = place.parent;
    }
    a
}
