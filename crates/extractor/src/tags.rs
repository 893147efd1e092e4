//! What the elements of HTML are to an article: blocks, lines, places that never hold its text.

use model::BlockKind;

use crate::names::{CAPTION, DIALOG, FOOT, FORM, Flags, META, NAV, SIDE};

/// An element, as far as extraction tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Holds no text of the page at all.
    Never,
    Root,
    Head,
    Body,
    Title,
    Meta,
    LinkRelation,
    Division,
    Section,
    Article,
    Main,
    Header,
    Footer,
    Nav,
    Aside,
    Form,
    Dialog,
    Paragraph,
    Heading(u8),
    List,
    Item,
    Quote,
    Table,
    Row,
    Cell,
    Preformatted,
    Figure,
    Caption,
    Address,
    Rule,
    Break,
    Link,
    Bold,
    Emphasis,
    Time,
    Span,
    /// Text only inside a heading, where it is the title of a fold (WAI-ARIA, "accordion").
    Button,
    Other,
}

impl Tag {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "p" => Self::Paragraph,
            "a" => Self::Link,
            "span" => Self::Span,
            "br" => Self::Break,
            "b" | "strong" => Self::Bold,
            "em" | "i" | "u" | "mark" | "font" | "small" | "big" | "abbr" | "cite" | "q" | "code" => {
                Self::Emphasis
            }
            "li" | "dd" | "dt" => Self::Item,
            "ul" | "ol" | "dl" => Self::List,
            "h1" => Self::Heading(1),
            "h2" => Self::Heading(2),
            "h3" => Self::Heading(3),
            "h4" => Self::Heading(4),
            "h5" | "h6" => Self::Heading(5),
            "section" => Self::Section,
            "article" => Self::Article,
            "main" => Self::Main,
            "header" | "hgroup" => Self::Header,
            "footer" => Self::Footer,
            "nav" | "menu" => Self::Nav,
            "aside" => Self::Aside,
            "form" => Self::Form,
            "dialog" => Self::Dialog,
            "blockquote" => Self::Quote,
            "table" | "tbody" | "thead" | "tfoot" => Self::Table,
            "tr" => Self::Row,
            "td" | "th" => Self::Cell,
            "pre" => Self::Preformatted,
            "figure" => Self::Figure,
            "figcaption" | "caption" => Self::Caption,
            "address" => Self::Address,
            "hr" => Self::Rule,
            "time" => Self::Time,
            "html" => Self::Root,
            "head" => Self::Head,
            "body" => Self::Body,
            "title" => Self::Title,
            "meta" => Self::Meta,
            "link" => Self::LinkRelation,
            "script" | "style" | "noscript" | "template" | "svg" | "math" | "iframe" | "select"
            | "option" | "input" | "textarea" | "canvas" | "object" | "embed" | "audio" | "video" | "map"
            | "datalist" | "progress" | "meter" | "frameset" | "noembed" | "noframes" => Self::Never,
            "button" => Self::Button,
            // Elements that a site invents are drawn in the line, and hold what they like.
            "div" | "center" | "details" | "summary" | "fieldset" => Self::Division,
            _ if name.contains('-') => Self::Division,
            _ => Self::Other,
        }
    }

    /// Whether text before and after it is a block of its own.
    pub(crate) fn is_block(self) -> bool {
        !matches!(
            self,
            Self::Never
                | Self::Break
                | Self::Link
                | Self::Bold
                | Self::Emphasis
                | Self::Time
                | Self::Span
                | Self::Button
                | Self::Cell
                | Self::Other
                | Self::Meta
                | Self::LinkRelation
                | Self::Title
        )
    }

    /// What the element is by itself (HTML standard, "sections" and "grouping content").
    pub(crate) fn flags(self) -> Flags {
        match self {
            Self::Nav => NAV,
            Self::Aside => SIDE,
            Self::Footer => FOOT,
            Self::Form => FORM,
            Self::Dialog => DIALOG,
            Self::Caption | Self::Figure => CAPTION,
            Self::Address => META,
            _ => 0,
        }
    }

    /// What a block in it is, and its level as a heading, inside a block that is `around`.
    pub(crate) fn kind(self, around: (BlockKind, u8)) -> (BlockKind, u8) {
        match self {
            Self::Heading(level) => (BlockKind::Heading, level),
            Self::Item => (BlockKind::ListItem, 0),
            Self::Quote => (BlockKind::Quote, 0),
            Self::Row => (BlockKind::TableRow, 0),
            Self::Caption => (BlockKind::Caption, 0),
            Self::Preformatted => (BlockKind::Preformatted, 0),
            // A layout table or list holds paragraphs of its own.
            Self::Paragraph | Self::Division
                if matches!(around.0, BlockKind::TableRow | BlockKind::ListItem) =>
            {
                (BlockKind::Paragraph, 0)
            }
            _ => around,
        }
    }
}

/// What a role says (WAI-ARIA 1.2, landmarks and dialogs).
pub(crate) fn role_flags(role: &str) -> Flags {
    match role {
        "navigation" | "banner" | "menu" | "menubar" | "toolbar" | "search" => NAV,
        "complementary" => SIDE,
        "contentinfo" => FOOT,
        "dialog" | "alertdialog" => DIALOG,
        _ => 0,
    }
}
