//! Settles what each place is: what names say, held against what the places hold.

use model::BlockKind;
use rustc_hash::FxHashMap;

use crate::names::{
    BOILERPLATE, CAPTION, COMMENT, CONSENT, CONTENT, DECLARED, FOLD, Flags, HIDDEN, RELATED, WIDGET,
};
use crate::tags::Tag;
use crate::walk::{PageTree, Place, RawBlock};

/// Share of the page's running text that a place must hold for its name to be overruled.
const OVERRULED: f32 = 0.5;
/// The same for comments and lists of other articles, which are long by nature.
const OVERRULED_LATE: f32 = 0.9;

/// Least text of an element that is declared to be the article's, in mass.
pub(crate) const DECLARED_LEAST: f32 = 150.0;

/// Running text that makes a box inside the article part of it, in mass: two paragraphs.
const TEXT_IN_BOX: f32 = 400.0;

/// Most blocks of a card, and most running text in it.
pub(crate) const CARD_BLOCKS: usize = 8;
pub(crate) const CARD_MASS: f32 = 600.0;
/// Most blocks between two cards of a row.
const CARD_GAP: usize = 3;
/// Share of the page's running text that cards may hold and still be cards.
const CARDS_SHARE: f32 = 0.3;

/// How much a block speaks for being running text.
pub(crate) fn mass(block: &RawBlock) -> f32 {
    let weight = block.measure.weight;
    if weight < 20.0 || matches!(block.kind, BlockKind::Heading | BlockKind::Caption) {
        return 0.0;
    }
    let links = (block.linked / weight).min(1.0);
    if links >= 0.5 {
        return 0.0;
    }
    let sentence = if block.measure.has_sentence() { 1.0 } else { 0.35 };
    weight * (1.0 - links) * (1.0 - links) * sentence
}

/// Sums of masses, so that any range of blocks costs two look-ups.
#[derive(Debug)]
pub(crate) struct Sums(Vec<f32>);

impl Sums {
    pub(crate) fn of(blocks: &[RawBlock], mass: impl Fn(&RawBlock) -> f32) -> Self {
        let mut sums = Vec::with_capacity(blocks.len() + 1);
        let mut sum = 0.0;
        sums.push(sum);
        for block in blocks {
            sum += mass(block);
            sums.push(sum);
        }
        Self(sums)
    }

    pub(crate) fn between(&self, (first, end): (usize, usize)) -> f32 {
        let at = |index: usize| self.0.get(index).or(self.0.last()).copied().unwrap_or(0.0);
        at(end) - at(first)
    }

    pub(crate) fn total(&self) -> f32 {
        self.0.last().copied().unwrap_or(0.0)
    }
}

/// Settles the flags of all places and blocks.
pub(crate) fn settle(tree: &mut PageTree<'_>) {
    mark_teasers(&mut tree.blocks);
    let sums = Sums::of(&tree.blocks, |block| if block.flags == 0 { mass(block) } else { 0.0 });
    let total = sums.total();
    let kin = masses_of_kin(tree, &sums);
    let overruled = believe_declared(tree);
    for at in 0..tree.places.len() {
        let inherited = match tree.places.get(at) {
            Some(place) if place.parent != at => {
                tree.places.get(place.parent).map_or(0, |parent| parent.flags)
            }
            _ => 0,
        };
        let Some(place) = tree.places.get_mut(at) else { return };
        let held = kin.get(&place.names).copied().unwrap_or(0.0).max(sums.between(place.blocks));
        let share = if total > 0.0 { held / total } else { 0.0 };
        let mut own = settled(place.own, place.tag, share, overruled);
        // Page builders call the boxes of a text widgets; a fold hides its text until it is opened.
        if (inherited | own) & CONTENT != 0 && sums.between(place.blocks) >= TEXT_IN_BOX {
            own &= !WIDGET;
        }
        if (inherited | own) & FOLD != 0 {
            own &= !HIDDEN;
        }
        place.own = own;
        place.flags = own | inherited;
    }
    for block in &mut tree.blocks {
        block.flags |= tree.places.get(block.place).map_or(0, |place| place.flags);
        // A figure may be a table.
        if block.kind == BlockKind::TableRow {
            block.flags &= !CAPTION;
        }
    }
    mark_cards(tree);
}

/// What all places of the same class names hold together: a body may be laid out in many boxes of one kind.
fn masses_of_kin(tree: &PageTree<'_>, sums: &Sums) -> FxHashMap<u64, f32> {
    let mut masses = FxHashMap::default();
    let mut ends: FxHashMap<u64, usize> = FxHashMap::default();
    for (at, place) in tree.places.iter().enumerate() {
        if place.names == 0 || place.own & BOILERPLATE == 0 {
            continue;
        }
        // One inside another of its kind is counted with it.
        let end = ends.entry(place.names).or_insert(0);
        if at >= *end {
            *end = place.end;
            *masses.entry(place.names).or_insert(0.0) += sums.between(place.blocks);
        }
    }
    masses
}

/// A small box that opens with a link and goes on with text about it is a card of another article, as long as such boxes
/// are not what the page is made of.
fn mark_cards(tree: &mut PageTree<'_>) {
    let sums = Sums::of(&tree.blocks, mass);
    let mut cards: Vec<(usize, usize)> = Vec::new();
    for place in &tree.places {
        let inside = tree.blocks.get(place.blocks.0..place.blocks.1).unwrap_or_default();
        let (Some(first), true) = (inside.first(), (2..=CARD_BLOCKS).contains(&inside.len())) else {
            continue;
        };
        let weight = first.measure.weight;
        let opens = weight >= 20.0 && first.linked >= 0.8 * weight && first.kind != BlockKind::ListItem;
        let after_last = cards.last().is_none_or(|card| card.1 <= place.blocks.0);
        if opens && after_last && sums.between(place.blocks) <= CARD_MASS {
            cards.push(place.blocks);
        }
    }
    let held: f32 = cards.iter().map(|card| sums.between(*card)).sum();
    if held > CARDS_SHARE * sums.total() {
        return;
    }
    for run in cards.chunk_by(|a, b| b.0 <= a.1 + CARD_GAP) {
        let written =
            |card: &(usize, usize)| tree.blocks.get(card.0).is_some_and(|block| block.flags & CONTENT != 0);
        // Three and more in a row inside the text are the items of which it speaks.
        if run.len() >= 3 && run.iter().all(written) {
            continue;
        }
        for (first, end) in run {
            let inside = tree.blocks.get_mut(*first..*end).unwrap_or_default();
            for block in inside {
                block.flags |= RELATED;
            }
        }
    }
}

/// Three or more blocks in a row that open with a link and go on without one are teasers of other articles.
fn mark_teasers(blocks: &mut [RawBlock]) {
    let is_teaser = |block: &RawBlock| {
        let rest = block.measure.weight - block.linked;
        block.opening >= 15.0 && rest > 0.0 && block.kind == BlockKind::ListItem
    };
    for run in blocks.chunk_by_mut(|a, b| is_teaser(a) == is_teaser(b)) {
        // Headlines are longer than the names with which lists of addresses and sources open.
        let opening: f32 = run.iter().map(|block| block.opening).sum();
        let headlines = run.iter().fold(0.0, |sum, _| sum + 32.0) <= opening;
        if run.len() >= 3 && headlines && run.first().is_some_and(is_teaser) {
            for block in run {
                block.flags |= RELATED;
            }
        }
    }
}

/// A page that declares which element is the article's text names its boxes after other things than what they hold: a
/// body may be called `breaking-news`. Returns the share that any other place must hold for its name to be overruled.
fn believe_declared(tree: &mut PageTree<'_>) -> f32 {
    if !tree.places.iter().any(|place| place.own & DECLARED != 0) {
        return OVERRULED;
    }
    let all = Sums::of(&tree.blocks, mass);
    let declares = |place: &Place| place.own & DECLARED != 0 && all.between(place.blocks) >= DECLARED_LEAST;
    let declared: Vec<usize> =
        tree.places.iter().enumerate().filter(|(_, place)| declares(place)).map(|(at, _)| at).collect();
    for first in &declared {
        let mut at = *first;
        while let Some(place) = tree.places.get_mut(at) {
            place.own &= !(BOILERPLATE & !HIDDEN);
            if place.parent == at {
                break;
            }
            at = place.parent;
        }
    }
    if declared.is_empty() { OVERRULED } else { OVERRULED_LATE }
}

fn settled(own: Flags, tag: Tag, share: f32, overruled: f32) -> Flags {
    let late = own & (RELATED | COMMENT | CONSENT) != 0;
    let kept_out = own & BOILERPLATE != 0;
    if !kept_out {
        return own;
    }
    if late {
        return if share >= OVERRULED_LATE { own & !BOILERPLATE } else { own & !CONTENT };
    }
    let is_frame = matches!(tag, Tag::Nav | Tag::Aside | Tag::Footer);
    if own & CONTENT != 0 && !is_frame || share >= overruled { own & !BOILERPLATE } else { own & !CONTENT }
}
