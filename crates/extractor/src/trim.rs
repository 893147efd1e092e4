//! What within the article's element is not of the article: at its start, inside, and at its end.

use model::BlockKind;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::measure::{ends_sentence, folded};
use crate::phrases::{is_consent, is_credit, is_reading_time, leads_away, stops};
use crate::settle::mass;
use crate::tags::Tag;
use crate::walk::{PageTree, RawBlock};

/// What is known of the article before its text is.
pub(crate) struct Known<'a> {
    pub(crate) title: &'a str,
    pub(crate) byline: &'a [String],
    /// What the page says of it in a sentence or two.
    pub(crate) description: &'a str,
}

/// Most blocks that are searched for sentences set out beside the text.
const MOST_COMPARED: usize = 800;
/// Running text that must stand before a heading of other articles, in mass: above it they are a box beside the start.
const BEFORE_STOP: f32 = 150.0;

/// Takes away what is not of the article.
pub(crate) fn trimmed<'b>(
    tree: &PageTree<'_>,
    mut blocks: Vec<&'b RawBlock>,
    known: &Known<'_>,
) -> Vec<&'b RawBlock> {
    let title = folded(known.title);
    cut_at_stop(tree, &mut blocks);
    blocks.retain(|block| belongs(tree, block, &title));
    drop_linked_lists(tree, &mut blocks);
    drop_start(tree, &mut blocks);
    drop_end(tree, &mut blocks, known);
    drop_repeats(tree, &mut blocks);
    blocks
}

fn belongs(tree: &PageTree<'_>, block: &RawBlock, title: &str) -> bool {
    let text = tree.text_of(block);
    let weight = block.measure.weight;
    // A heading that is a link leads to the thing of which the text below it speaks; lists are judged as a whole.
    let may_be_linked = matches!(block.kind, BlockKind::Heading | BlockKind::ListItem);
    let sentence = block.linked < 0.85 * weight && block.opening < 0.5 * weight && ends_sentence(text);
    let linked = block.linked > 0.5 * weight && weight < 400.0 && !may_be_linked && !sentence;
    let repeats_title = !title.is_empty() && weight < 300.0 && folded(text) == title;
    if is_clock(text) {
        return false;
    }
    let other = leads_away(text) || is_reading_time(text) || is_consent(text) || is_credit(text);
    !linked && !repeats_title && block.kind != BlockKind::Caption && !other
}

/// A line without a letter: the time of a post, a count.
fn is_clock(text: &str) -> bool {
    text.len() <= 8 && !text.chars().any(char::is_alphabetic)
}

/// Behind a heading such as "Related posts" stand other things; only whole paragraphs that lie in the element in which
/// the text before it lay are the article's again.
fn cut_at_stop(tree: &PageTree<'_>, blocks: &mut Vec<&RawBlock>) {
    let mut stopped = false;
    let mut before: FxHashMap<u64, f32> = FxHashMap::default();
    blocks.retain(|block| {
        let weight = block.measure.weight;
        let heading = block.kind == BlockKind::Heading || block.bold > 0.9 * weight || weight < 40.0;
        let home = home(tree, block);
        let held: f32 = before.values().sum();
        if heading && held >= BEFORE_STOP && stops(tree.text_of(block)) {
            stopped = true;
            return false;
        }
        if stopped {
            let prose = weight >= 80.0 && block.linked <= 0.25 * weight && ends_sentence(tree.text_of(block));
            let at_home = before.get(&home).is_some_and(|mass| *mass >= 0.5 * held);
            stopped = !(prose && at_home && block.kind != BlockKind::ListItem);
        }
        if !stopped {
            *before.entry(home).or_default() += mass(block);
        }
        !stopped
    });
}

/// The place in which a block's paragraph stands; places of the same class names are one.
fn home(tree: &PageTree<'_>, block: &RawBlock) -> u64 {
    let mut at = block.place;
    while let Some(place) = tree.places.get(at) {
        let is_line = matches!(
            place.tag,
            Tag::Paragraph | Tag::Item | Tag::List | Tag::Quote | Tag::Heading(_) | Tag::Span | Tag::Link
        );
        if !is_line || place.parent == at {
            return if place.names == 0 { u64::try_from(at).unwrap_or(0) } else { place.names };
        }
        at = place.parent;
    }
    0
}

/// Short lines before the first running text: category, date, author, share counts.
fn drop_start(tree: &PageTree<'_>, blocks: &mut Vec<&RawBlock>) {
    let first = blocks.iter().position(|block| {
        mass(block) >= 40.0 || block.measure.weight >= 60.0 && block.measure.has_sentence()
    });
    let Some(first) = first else { return };
    let mut at = 0;
    blocks.retain(|block| {
        at += 1;
        let heading =
            at == first && block.kind == BlockKind::Heading && block.level > 1 && block.measure.weight >= 8.0;
        // A bold line right before the text is the headline of a post that has no other.
        let bold = at == first && block.bold >= 0.9 * block.measure.weight && block.measure.weight >= 30.0;
        at > first || heading || bold || block.measure.weight >= 25.0 && ends_sentence(tree.text_of(block))
    });
}

/// Headings, short lines and notes about the author after the last running text.
fn drop_end(tree: &PageTree<'_>, blocks: &mut Vec<&RawBlock>, known: &Known<'_>) {
    while let Some(last) = blocks.last() {
        let text = tree.text_of(last);
        let closes = last.kind == BlockKind::Heading
            || last.measure.weight < 25.0 && !ends_sentence(text) && last.kind != BlockKind::ListItem
            || is_about_author(text, known.byline);
        if !closes || blocks.len() == 1 {
            return;
        }
        blocks.pop();
    }
}

/// A closing paragraph that opens with the author's name tells who wrote, not what happened.
fn is_about_author(text: &str, byline: &[String]) -> bool {
    byline.iter().any(|name| name.contains(' ') && text.starts_with(name.as_str()))
}

/// A run of list items most of which are links is a list of other articles, unless a line before it announces it.
fn drop_linked_lists(tree: &PageTree<'_>, blocks: &mut Vec<&RawBlock>) {
    let mut drop = vec![false; blocks.len()];
    let mut start = 0;
    let mut announced = false;
    for run in blocks.chunk_by(|a, b| (a.kind == BlockKind::ListItem) == (b.kind == BlockKind::ListItem)) {
        let list = run.first().is_some_and(|block| block.kind == BlockKind::ListItem);
        let weight: f32 = run.iter().map(|block| block.measure.weight).sum();
        // A list that says something before each link is the author's.
        let linked: f32 = run.iter().map(|block| block.opening).sum();
        if list && !announced && linked > 0.4 * weight {
            drop.iter_mut().skip(start).take(run.len()).for_each(|one| *one = true);
        }
        announced = run.last().is_some_and(|block| tree.text_of(block).ends_with([':', '：']));
        start += run.len();
    }
    let mut drop = drop.into_iter();
    blocks.retain(|_| !drop.next().unwrap_or(false));
}

/// The same long text twice: a teaser above the article, a sentence set out in large letters beside it.
fn drop_repeats(tree: &PageTree<'_>, blocks: &mut Vec<&RawBlock>) {
    let texts: Vec<String> = blocks.iter().map(|block| folded(tree.text_of(block))).collect();
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    for text in &texts {
        *counts.entry(text.as_str()).or_default() += 1;
    }
    let mut seen = FxHashSet::default();
    // Each is looked for in all others: what has more blocks than any article is spared.
    let few = blocks.len() <= MOST_COMPARED;
    let whole = texts.join("\n");
    let mut at = 0;
    blocks.retain(|block| {
        let text = texts.get(at).map_or("", String::as_str);
        at += 1;
        let first = seen.insert(text);
        // What stands there three times and more is repeated by its author.
        let twice = counts.get(text) == Some(&2) && !first;
        block.measure.weight < 40.0
            || block.kind == BlockKind::Preformatted
            || !(twice || few && block.measure.weight < 300.0 && is_set_out(block, text, &whole))
    });
}

/// Whether a short block of large letters or a quote says what a paragraph says too.
fn is_set_out(block: &RawBlock, text: &str, whole: &str) -> bool {
    let could_be = !matches!(block.kind, BlockKind::ListItem | BlockKind::Preformatted);
    could_be && text_stands_inside(text, whole)
}

/// Whether `text` is part of a longer line of `whole`.
fn text_stands_inside(text: &str, whole: &str) -> bool {
    whole.match_indices(text).any(|(at, _)| {
        let before = whole.get(..at).unwrap_or_default();
        let after = whole.get(at + text.len()..).unwrap_or_default();
        !(before.is_empty() || before.ends_with('\n')) || !(after.is_empty() || after.starts_with('\n'))
    })
}
