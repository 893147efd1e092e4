//! One walk over the tree: blocks of text in reading order, the places that hold them, and what speaks of metadata.
//!
//! Nothing is judged here. Each element that breaks the line or has a telling name becomes a [`Place`], each run of text
//! between them a [`RawBlock`]; a place holds a range of blocks, for both are in the order of the page.

use std::hash::BuildHasher;

use ego_tree::{NodeId, NodeRef};
use model::BlockKind;
use rustc_hash::{FxBuildHasher, FxHashMap};
use scraper::Node;
use scraper::node::Element;

use crate::evidence::{Evidence, Position};
use crate::measure::Measure;
use crate::names::{self, BOILERPLATE, CONTENT, DECLARED, Flags, HIDDEN};
use crate::phrases::tells_new_tab;
use crate::tags::{Tag, role_flags};

/// A run of text as it stands on the page.
#[derive(Debug, Clone)]
pub(crate) struct RawBlock {
    pub(crate) kind: BlockKind,
    /// Level of a heading; 0 for all else.
    pub(crate) level: u8,
    /// Where its text lies in [`PageTree::text`].
    pub(crate) span: (usize, usize),
    /// The innermost place around it.
    pub(crate) place: usize,
    /// What the places around it are.
    pub(crate) flags: Flags,
    pub(crate) measure: Measure,
    /// Weight of its text in links.
    pub(crate) linked: f32,
    /// Weight of its text in bold.
    pub(crate) bold: f32,
    /// Weight of the link with which it opens.
    pub(crate) opening: f32,
}

/// An element around blocks.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The place around it; its own number for the outermost.
    pub(crate) parent: usize,
    pub(crate) tag: Tag,
    /// Its class names: places that share them are of one kind.
    pub(crate) names: u64,
    /// What it says of itself.
    pub(crate) own: Flags,
    /// What it and all around it say.
    pub(crate) flags: Flags,
    /// Its first block, and the one after its last.
    pub(crate) blocks: (usize, usize),
    /// The place after its last descendant.
    pub(crate) end: usize,
}

/// The page as blocks and places.
#[derive(Debug, Default)]
pub(crate) struct PageTree<'a> {
    /// The text of all blocks.
    pub(crate) text: String,
    pub(crate) blocks: Vec<RawBlock>,
    /// In the order of their start tags.
    pub(crate) places: Vec<Place>,
    pub(crate) evidence: Evidence<'a>,
}

impl PageTree<'_> {
    /// Returns the text of a block.
    pub(crate) fn text_of(&self, block: &RawBlock) -> &str {
        self.text.get(block.span.0..block.span.1).unwrap_or_default()
    }
}

/// Walks over everything below `root`.
pub(crate) fn walk(root: NodeRef<'_, Node>) -> PageTree<'_> {
    walk_without(root, Vec::new())
}

/// Walks over everything below `root` but the `removed` elements.
pub(crate) fn walk_without(root: NodeRef<'_, Node>, removed: Vec<NodeId>) -> PageTree<'_> {
    let mut walker = Walker { removed, ..Walker::default() };
    let mut node = root;
    loop {
        if walker.enter(node)
            && let Some(child) = node.first_child()
        {
            node = child;
            continue;
        }
        loop {
            walker.leave(node);
            if node.id() == root.id() {
                return walker.finish();
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return walker.finish() };
            node = parent;
        }
    }
}

/// Text before and after the element is a block of its own.
const BREAKS: u8 = 1;
/// The element is a place.
const IS_PLACE: u8 = 1 << 1;
/// Its text is a link's.
const IN_LINK: u8 = 1 << 2;
/// Its text is bold.
const IN_BOLD: u8 = 1 << 3;

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    place: usize,
    /// What it and all around it say of themselves.
    flags: Flags,
    kind: BlockKind,
    level: u8,
    /// The four above.
    traits: u8,
}

impl Open {
    fn is(self, what: u8) -> bool {
        self.traits & what != 0
    }
}

#[derive(Default)]
struct Walker<'a> {
    tree: PageTree<'a>,
    open: Vec<Open>,
    removed: Vec<NodeId>,
    /// Names that were judged before: themes repeat theirs.
    judged: FxHashMap<&'a str, Flags>,
    start: usize,
    measure: Measure,
    linked: f32,
    bold: f32,
    opening: f32,
    space: bool,
    breaks: u32,
}

impl<'a> Walker<'a> {
    /// Returns whether the children of `node` are walked.
    fn enter(&mut self, node: NodeRef<'a, Node>) -> bool {
        match node.value() {
            Node::Text(text) => {
                self.push(text);
                false
            }
            Node::Element(element) => self.enter_element(node, element),
            Node::Document | Node::Fragment => true,
            _ => false,
        }
    }

    fn enter_element(&mut self, node: NodeRef<'a, Node>, element: &'a Element) -> bool {
        let tag = if self.removed.contains(&node.id()) { Tag::Never } else { Tag::of(element.name()) };
        let around = self.open.last().copied();
        let in_heading = around.is_some_and(|open| open.kind == BlockKind::Heading);
        let tag = match tag {
            Tag::Button if !in_heading => Tag::Never,
            // A row of one cell is layout.
            Tag::Row if cells(node) < 2 => Tag::Division,
            tag => tag,
        };
        let mut flags = 0;
        if !matches!(tag, Tag::Never) {
            flags = self.flags(tag, element);
            let around = around.map_or(0, |open| open.flags);
            let position = Position { at: self.tree.blocks.len(), own: flags, flags: flags | around };
            self.tree.evidence.note(node, element, tag, position);
        }
        if matches!(tag, Tag::Break) {
            self.line_break();
        }
        if matches!(tag, Tag::Cell) {
            self.space = true;
        }
        // A link or an emphasis inside a sentence keeps its place there, whatever it is called.
        let in_line = matches!(tag, Tag::Link | Tag::Bold | Tag::Emphasis);
        let own = if in_line { flags & HIDDEN } else { flags };
        let is_place = tag.is_block() || own & (BOILERPLATE | CONTENT) != 0;
        let breaks = tag.is_block() || own & BOILERPLATE != 0;
        if breaks {
            self.flush();
        }
        let parent = around.map_or(0, |open| open.place);
        let place = if is_place { self.place(tag, own, parent, kin(element)) } else { parent };
        let (kind, level) =
            tag.kind(around.map_or((BlockKind::Paragraph, 0), |open| (open.kind, open.level)));
        let inherited = around.map_or(0, |open| open.traits & (IN_LINK | IN_BOLD));
        let of = |holds: bool, what: u8| if holds { what } else { 0 };
        self.open.push(Open {
            place,
            flags: flags | around.map_or(0, |open| open.flags),
            kind,
            level,
            traits: inherited
                | of(breaks, BREAKS)
                | of(is_place, IS_PLACE)
                | of(tag == Tag::Link, IN_LINK)
                | of(tag == Tag::Bold, IN_BOLD),
        });
        !matches!(tag, Tag::Never | Tag::Head) || matches!(tag, Tag::Head) && self.note_head(node)
    }

    /// The head holds no text, only evidence.
    fn note_head(&mut self, head: NodeRef<'a, Node>) -> bool {
        for node in head.children() {
            if let Node::Element(element) = node.value() {
                let position = Position { at: 0, own: 0, flags: 0 };
                self.tree.evidence.note(node, element, Tag::of(element.name()), position);
            }
        }
        false
    }

    fn place(&mut self, tag: Tag, own: Flags, parent: usize, names: u64) -> usize {
        let first = self.tree.blocks.len();
        self.tree.places.push(Place { parent, tag, names, own, flags: own, blocks: (first, first), end: 0 });
        self.tree.places.len() - 1
    }

    fn flags(&mut self, tag: Tag, element: &'a Element) -> Flags {
        let mut flags = tag.flags();
        // Names of the page's frame say what the page has, not what it is.
        let named = !matches!(tag, Tag::Root | Tag::Body | Tag::Head);
        for (name, value) in element.attrs() {
            match name {
                "class" | "id" if named => flags |= self.of_names(value),
                "role" => flags |= role_flags(value),
                "hidden" => flags |= HIDDEN,
                "aria-hidden" if value == "true" && tag != Tag::Division => flags |= HIDDEN,
                "style" if hides(value) => flags |= HIDDEN,
                "itemprop" if value == "articleBody" => flags |= CONTENT | DECLARED,
                _ => {}
            }
        }
        flags
    }

    fn of_names(&mut self, value: &'a str) -> Flags {
        *self.judged.entry(value).or_insert_with(|| names::of_names(value))
    }

    fn leave(&mut self, node: NodeRef<'a, Node>) {
        if !node.value().is_element() {
            return;
        }
        let Some(open) = self.open.pop() else { return };
        if open.is(BREAKS) {
            // The text belongs to the element that is being left.
            self.flush_as(open);
        }
        if open.is(IS_PLACE) {
            let (blocks, places) = (self.tree.blocks.len(), self.tree.places.len());
            if let Some(place) = self.tree.places.get_mut(open.place) {
                place.blocks.1 = blocks;
                place.end = places;
            }
        }
    }

    fn line_break(&mut self) {
        self.breaks += 1;
        // Two line breaks are how old pages part paragraphs; one after a long sentence is how Chinese ones do.
        let text = self.tree.text.get(self.start..).unwrap_or_default();
        if self.breaks >= 2 || self.measure.weight >= 60.0 && crate::measure::ends_sentence(text) {
            self.flush();
        } else {
            self.space = true;
        }
    }

    fn push(&mut self, text: &str) {
        if self.open.last().is_some_and(|open| open.is(IN_LINK)) && tells_new_tab(text) {
            return;
        }
        let before = self.measure.weight;
        for c in text.chars() {
            if c.is_whitespace() {
                self.space = true;
                continue;
            }
            if self.space && self.tree.text.len() > self.start {
                self.tree.text.push(' ');
            }
            self.space = false;
            self.tree.text.push(c);
            self.measure.add(c);
        }
        let added = self.measure.weight - before;
        if added > 0.0 {
            self.breaks = 0;
        }
        if let Some(open) = self.open.last() {
            // As long as nothing but a link was read, the block opens with one.
            self.opening += if open.is(IN_LINK) && self.linked >= before { added } else { 0.0 };
            self.linked += if open.is(IN_LINK) { added } else { 0.0 };
            self.bold += if open.is(IN_BOLD) || open.kind == BlockKind::Heading { added } else { 0.0 };
        }
    }

    fn flush(&mut self) {
        if let Some(open) = self.open.last().copied() {
            self.flush_as(open);
        }
    }

    fn flush_as(&mut self, open: Open) {
        self.breaks = 0;
        self.space = false;
        let measure = std::mem::take(&mut self.measure);
        let (linked, bold) = (std::mem::take(&mut self.linked), std::mem::take(&mut self.bold));
        let opening = std::mem::take(&mut self.opening);
        if measure.weight <= 0.0 {
            self.tree.text.truncate(self.start);
            return;
        }
        let span = (self.start, self.tree.text.len());
        self.start = span.1;
        self.tree.blocks.push(RawBlock {
            kind: open.kind,
            level: open.level,
            span,
            place: open.place,
            flags: 0,
            measure,
            linked,
            bold,
            opening,
        });
    }

    fn finish(mut self) -> PageTree<'a> {
        self.flush();
        self.tree
    }
}

fn cells(row: NodeRef<'_, Node>) -> usize {
    let is_cell = |child: &NodeRef<'_, Node>| {
        child.value().as_element().is_some_and(|element| matches!(element.name(), "td" | "th"))
    };
    row.children().filter(is_cell).count()
}

/// A number that elements of the same class names share; 0 without any.
fn kin(element: &Element) -> u64 {
    element.attrs().find(|(name, _)| *name == "class").map_or(0, |(_, value)| FxBuildHasher.hash_one(value))
}

/// Whether an inline style takes the element out of sight.
fn hides(style: &str) -> bool {
    let mut flat =
        style.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| byte.to_ascii_lowercase());
    let flat: Vec<u8> = flat.by_ref().take(400).collect();
    let has = |what: &[u8]| flat.windows(what.len()).any(|window| window == what);
    has(b"display:none") || has(b"visibility:hidden")
}
