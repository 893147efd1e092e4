//! Which elements may be the article's, and which of them is.
//!
//! Four readings stand beside each other: elements that call themselves the article's text, `article`, `main`, and the
//! element that holds the bulk of the page's running text. Where they disagree, what lies between them decides.

use model::BlockKind;
use rustc_hash::FxHashMap;

use crate::names::CONTENT;
use crate::settle::{Sums, mass};
use crate::tags::Tag;
use crate::walk::{PageTree, Place, RawBlock};

/// Share of the mass that one child must hold for the search to go down into it whatever lies beside it.
const NEARLY_ALL: f32 = 0.85;
/// The same when what lies beside it is no running text.
const MOST: f32 = 0.5;
/// Share of the page's mass that an element marked as the article must hold to be believed.
const ENOUGH: f32 = 0.4;

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
    if prose(tree, outer.blocks, inner.blocks) >= 0.7 * (all - inside) { bulk } else { marked }
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
        if held < NEARLY_ALL * here && prose(tree, place.blocks, child.blocks) > 0.5 * (here - held) {
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
fn prose(tree: &PageTree<'_>, outer: (usize, usize), inner: (usize, usize)) -> f32 {
    let is_prose = |block: &&RawBlock| {
        block.flags & crate::names::BOILERPLATE == 0
            && matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote)
            && block.measure.weight >= 60.0
            && block.linked <= 0.25 * block.measure.weight
            && block.measure.ends > 0
    };
    let before = tree.blocks.get(outer.0..inner.0).unwrap_or_default();
    let after = tree.blocks.get(inner.1..outer.1).unwrap_or_default();
    before.iter().chain(after).filter(is_prose).map(mass).sum()
}

fn holds_blocks(tag: Tag) -> bool {
    !matches!(
        tag,
        Tag::Paragraph | Tag::Item | Tag::Quote | Tag::Heading(_) | Tag::Cell | Tag::Span | Tag::Link
    )
}

/// The element that the page marks as the article, when it holds enough of the page's text.
fn marked(tree: &PageTree<'_>, sums: &Sums, total: f32) -> Option<usize> {
    let kinds: [fn(&Place) -> bool; 3] =
        [|place| place.own & CONTENT != 0, |place| place.tag == Tag::Article, |place| place.tag == Tag::Main];
    kinds.into_iter().find_map(|fits| {
        let at = heaviest(tree, sums, fits)?;
        let held = tree.places.get(at).map_or(0.0, |place| sums.between(place.blocks));
        (held >= ENOUGH * total && total > 0.0).then_some(at)
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
