//! The reading copy: blocks as HTML has them, each in its own language and direction.

use std::ops::Range;

use model::{Block, BlockKind};
use text::{Lang, detect_block};

use crate::face::Tongue;
use crate::marks::Marked;

/// Blocks that belong in one element: the items of a list, the rows of a table, or a single block.
pub(crate) struct GroupView {
    /// What they are: `heading`, `paragraph`, `list`, `quote`, `table`, `caption` or `preformatted`.
    pub(crate) kind: &'static str,
    pub(crate) blocks: Vec<BlockView>,
}

/// A block.
pub(crate) struct BlockView {
    pub(crate) text: Marked,
    pub(crate) tongue: Tongue,
}

/// Returns the groups of an article in `lang`; `marks` says what to highlight in the block of a number.
pub(crate) fn groups(
    blocks: &[Block],
    lang: Lang,
    marks: impl Fn(usize) -> Vec<Range<usize>>,
) -> Vec<GroupView> {
    let mut groups: Vec<GroupView> = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let view = BlockView {
            text: Marked::new(&block.text, &marks(number)),
            tongue: Tongue::of(detect_block(&block.text, lang)),
        };
        let kind = element(block.kind);
        let joins = matches!(kind, "list" | "table");
        match groups.last_mut().filter(|last| joins && last.kind == kind) {
            Some(last) => last.blocks.push(view),
            None => groups.push(GroupView { kind, blocks: vec![view] }),
        }
    }
    groups
}

fn element(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading => "heading",
        BlockKind::Paragraph => "paragraph",
        BlockKind::ListItem => "list",
        BlockKind::Quote => "quote",
        BlockKind::TableRow => "table",
        BlockKind::Caption => "caption",
        BlockKind::Preformatted => "preformatted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(kinds: &[BlockKind]) -> Vec<(&'static str, usize)> {
        let blocks: Vec<Block> = kinds.iter().map(|kind| Block { kind: *kind, text: "a".into() }).collect();
        let groups = groups(&blocks, Lang::EnLatn, |_| Vec::new());
        groups.iter().map(|group| (group.kind, group.blocks.len())).collect()
    }

    #[test]
    fn items_of_a_list_stand_in_one_list_and_paragraphs_apart() {
        use BlockKind::{ListItem, Paragraph, TableRow};
        let found = kinds(&[Paragraph, Paragraph, ListItem, ListItem, TableRow, ListItem]);
        let expected = [("paragraph", 1), ("paragraph", 1), ("list", 2), ("table", 1), ("list", 1)];
        assert_eq!(found, expected);
    }
}
