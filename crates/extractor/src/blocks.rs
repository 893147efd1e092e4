//! From the tree to blocks of text, each with the element that holds it and how much of it is links.

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use model::BlockKind;
use scraper::{ElementRef, Node};
use text::Script;

use crate::boilerplate::is_boilerplate;

/// A block of text as it stands on the page.
#[derive(Debug, Clone)]
pub(crate) struct RawBlock {
    pub(crate) kind: BlockKind,
    pub(crate) text: String,
    /// Share of the text that lies in links, from 0 to 1.
    pub(crate) links: f64,
    /// How much text it is: letters, with a Chinese character counting for as much as it says.
    pub(crate) weight: f64,
    /// The elements around it, outermost first.
    pub(crate) path: Vec<NodeId>,
}

impl RawBlock {
    /// How much it speaks for being an article's text.
    pub(crate) fn mass(&self) -> f64 {
        let fair = self.weight >= 20.0
            && self.links < 0.5
            && !matches!(self.kind, BlockKind::Heading | BlockKind::Caption);
        let sentence = if self.has_sentence() { 1.0 } else { 0.35 };
        if fair { self.weight * (1.0 - self.links).powi(2) * sentence } else { 0.0 }
    }

    /// Whether it has the punctuation of running text, in any script.
    pub(crate) fn has_sentence(&self) -> bool {
        self.text
            .contains(['.', '!', '?', ',', '。', '！', '？', '，', '、', '؟', '،', '۔', '…', '”', '»', '"'])
    }
}

/// Reads all blocks below `root`, boilerplate left out unless `all` is asked for.
pub(crate) fn read_blocks(root: ElementRef<'_>, all: bool) -> Vec<RawBlock> {
    let mut reader = Reader::default();
    let mut skipping: Option<NodeId> = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) if skipping.is_none() => match node.value() {
                Node::Text(text) => reader.push(text),
                Node::Element(element)
                    if !always_kept(element) && (is_never(element) || !all && is_boilerplate(element)) =>
                {
                    skipping = Some(node.id());
                }
                Node::Element(element) => reader.open(node.id(), element.name()),
                _ => {}
            },
            Edge::Close(node) if skipping == Some(node.id()) => skipping = None,
            Edge::Close(node) if skipping.is_none() => {
                if let Node::Element(element) = node.value() {
                    reader.close(element.name());
                }
            }
            Edge::Open(_) | Edge::Close(_) => {}
        }
    }
    reader.flush();
    reader.blocks
}

fn always_kept(element: &scraper::node::Element) -> bool {
    matches!(element.name(), "html" | "body")
}

fn is_never(element: &scraper::node::Element) -> bool {
    matches!(
        element.name(),
        "script" | "style" | "noscript" | "template" | "head" | "svg" | "iframe" | "select" | "button"
    )
}

/// Returns how much article text lies below each element.
pub(crate) fn masses(blocks: &[RawBlock]) -> HashMap<NodeId, f64> {
    let mut masses = HashMap::new();
    for block in blocks {
        let mass = block.mass();
        for id in &block.path {
            *masses.entry(*id).or_insert(0.0) += mass;
        }
    }
    masses
}

#[derive(Default)]
struct Reader {
    blocks: Vec<RawBlock>,
    path: Vec<NodeId>,
    kinds: Vec<BlockKind>,
    text: String,
    linked: f64,
    links_open: u32,
    breaks: u32,
}

impl Reader {
    fn open(&mut self, id: NodeId, name: &str) {
        if name == "br" {
            self.breaks += 1;
            // Two line breaks are how old pages part paragraphs.
            if self.breaks >= 2 { self.flush() } else { self.text.push(' ') }
        } else if is_block(name) {
            self.flush();
        } else if matches!(name, "td" | "th") {
            self.text.push(' ');
        }
        self.links_open += u32::from(name == "a");
        self.path.push(id);
        self.kinds.push(kind_of(name, self.kinds.last().copied()));
    }

    fn close(&mut self, name: &str) {
        if is_block(name) {
            self.flush();
        }
        self.links_open = self.links_open.saturating_sub(u32::from(name == "a"));
        self.path.pop();
        self.kinds.pop();
    }

    fn push(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.breaks = 0;
        }
        self.text.push_str(text);
        if self.links_open > 0 {
            self.linked += weight(text);
        }
    }

    fn flush(&mut self) {
        self.breaks = 0;
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        let linked = std::mem::take(&mut self.linked);
        let weight = weight(&text);
        if text.is_empty() || weight <= 0.0 {
            return;
        }
        let kind = self.kinds.last().copied().unwrap_or(BlockKind::Paragraph);
        self.blocks.push(RawBlock {
            kind,
            text,
            links: (linked / weight).min(1.0),
            weight,
            path: self.path.clone(),
        });
    }
}

/// Letters and digits; a Chinese character says as much as two and a half letters.
pub(crate) fn weight(text: &str) -> f64 {
    let of = |c: char| match Script::of(c) {
        Script::Han => 2.5,
        _ if c.is_alphanumeric() => 1.0,
        _ => 0.0,
    };
    text.chars().map(of).sum()
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "tbody"
            | "tr"
            | "blockquote"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "figure"
            | "figcaption"
            | "hr"
            | "center"
            | "body"
            | "details"
            | "summary"
            | "address"
            | "fieldset"
            | "caption"
    )
}

fn kind_of(name: &str, around: Option<BlockKind>) -> BlockKind {
    let around = around.unwrap_or(BlockKind::Paragraph);
    match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => BlockKind::Heading,
        "li" | "dd" | "dt" => BlockKind::ListItem,
        "blockquote" => BlockKind::Quote,
        "tr" => BlockKind::TableRow,
        "figcaption" | "caption" => BlockKind::Caption,
        "pre" => BlockKind::Preformatted,
        // A layout table or list holds paragraphs of its own.
        "p" | "div" if matches!(around, BlockKind::TableRow | BlockKind::ListItem) => BlockKind::Paragraph,
        _ => around,
    }
}
