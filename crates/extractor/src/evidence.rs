//! What on a page speaks of its headline, authors and dates: gathered during the walk, judged elsewhere.

use ego_tree::NodeRef;
use scraper::Node;
use scraper::node::Element;

use crate::names::{AUTHOR, COMMENT, DATE, FOOT, Flags, NAV, RELATED, SIDE};
use crate::tags::Tag;

/// Parts of a page that speak of other things than its article.
const ELSEWHERE: Flags = COMMENT | RELATED | NAV | FOOT | SIDE;

/// Folders in which sites keep the pages of their authors.
const AUTHOR_FOLDERS: &[&str] = &[
    "author",
    "authors",
    "autor",
    "autores",
    "autoren",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "staff",
    "newsteam",
    "people",
    "contributor",
    "contributors",
    "columnist",
    "columnists",
    "journalist",
    "reporter",
    "reporters",
    "profil",
    "profile",
    "profiles",
    "byline",
    "writer",
    "writers",
    "avtor",
    "avtory",
    "author_list",
    "yazar",
    "yazarlar",
];

/// Most elements of one sort that are kept: a page with more is a list.
const MOST: usize = 64;

/// An element that says something, with the attribute in which it says it for machines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) node: NodeRef<'a, Node>,
    pub(crate) value: Option<&'a str>,
    /// How many blocks of text stand before it.
    pub(crate) at: usize,
}

/// Where an element stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    /// How many blocks of text stand before it.
    pub(crate) at: usize,
    /// What it says of itself.
    pub(crate) own: Flags,
    /// What it and all around it say of themselves.
    pub(crate) flags: Flags,
}

impl Said<'_> {
    /// Returns what it says to readers, white space folded, cut after `longest` bytes.
    pub(crate) fn text(&self, longest: usize) -> String {
        text_of(self.node, longest)
    }
}

/// All evidence of a page.
#[derive(Debug, Default)]
pub(crate) struct Evidence<'a> {
    /// Meta elements by name or property, in small letters.
    pub(crate) metas: Vec<(String, &'a str)>,
    pub(crate) title: Option<Said<'a>>,
    pub(crate) canonical: Option<&'a str>,
    pub(crate) next: Option<&'a str>,
    pub(crate) language: Option<&'a str>,
    /// Headings of the first two levels.
    pub(crate) headings: Vec<(u8, Said<'a>)>,
    pub(crate) times: Vec<Said<'a>>,
    /// Microdata properties (schema.org).
    pub(crate) props: Vec<(&'a str, Said<'a>)>,
    /// Elements named after a date.
    pub(crate) dated: Vec<Said<'a>>,
    /// Elements named after an author.
    pub(crate) authors: Vec<Said<'a>>,
    /// Links that say that they lead to an author.
    pub(crate) author_links: Vec<Said<'a>>,
    /// Links into the part of the site where its authors have their pages.
    pub(crate) profile_links: Vec<Said<'a>>,
    /// Links that say that they lead to a tag.
    pub(crate) tag_links: Vec<Said<'a>>,
}

impl<'a> Evidence<'a> {
    /// Returns the first meta element of any of `names` that says something.
    pub(crate) fn meta(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.all_meta(name).next())
    }

    /// Returns all meta elements of a name that say something.
    pub(crate) fn all_meta(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let said = self.metas.iter().filter(move |(known, value)| known == name && !value.trim().is_empty());
        said.map(|(_, value)| value.trim())
    }

    pub(crate) fn note(
        &mut self,
        node: NodeRef<'a, Node>,
        element: &'a Element,
        tag: Tag,
        position: Position,
    ) {
        let Position { at, flags, .. } = position;
        let elsewhere = flags & ELSEWHERE != 0;
        match tag {
            Tag::Meta => self.note_meta(node, element, at),
            Tag::LinkRelation => self.note_relation(element),
            Tag::Root => self.language = attr(element, "lang").or_else(|| attr(element, "xml:lang")),
            Tag::Title if self.title.is_none() => self.title = Some(Said { node, value: None, at }),
            Tag::Heading(level) if level <= 2 && self.headings.len() < MOST => {
                self.headings.push((level, Said { node, value: None, at }));
            }
            // A post of a channel carries its time in its footer.
            Tag::Time if flags & (COMMENT | RELATED | NAV | SIDE) == 0 => {
                keep(&mut self.times, Said { node, value: attr(element, "datetime"), at });
            }
            Tag::Link => self.note_link(node, element, position),
            _ => {}
        }
        if tag != Tag::Meta
            && let Some(name) = attr(element, "itemprop")
        {
            let value = ["content", "datetime"].iter().find_map(|name| attr(element, name));
            if self.props.len() < MOST {
                self.props.push((name, Said { node, value, at }));
            }
        }
        if elsewhere {
            return;
        }
        let value =
            ["datetime", "content", "data-time", "data-date"].iter().find_map(|name| attr(element, name));
        if position.own & DATE != 0 {
            keep(&mut self.dated, Said { node, value, at });
        }
        if position.own & AUTHOR != 0 {
            keep(&mut self.authors, Said { node, value: None, at });
        }
    }

    fn note_meta(&mut self, node: NodeRef<'a, Node>, element: &'a Element, at: usize) {
        let Some(content) = attr(element, "content") else { return };
        let names = ["property", "name", "itemprop", "http-equiv"];
        if let Some(name) = names.iter().find_map(|name| attr(element, name)) {
            self.metas.push((name.to_ascii_lowercase(), content));
        }
        if let Some(name) = attr(element, "itemprop").filter(|_| self.props.len() < MOST) {
            self.props.push((name, Said { node, value: Some(content), at }));
        }
    }

    fn note_relation(&mut self, element: &'a Element) {
        let (Some(rel), Some(href)) = (attr(element, "rel"), attr(element, "href")) else { return };
        match rel {
            "canonical" => self.canonical = self.canonical.or(Some(href)),
            "next" => self.next = self.next.or(Some(href)),
            _ => {}
        }
    }

    fn note_link(&mut self, node: NodeRef<'a, Node>, element: &'a Element, position: Position) {
        let said = Said { node, value: attr(element, "href"), at: position.at };
        if said.value.is_some_and(leads_to_author) && position.flags & ELSEWHERE == 0 {
            keep(&mut self.profile_links, said);
        }
        let Some(rel) = attr(element, "rel") else { return };
        for word in rel.split_ascii_whitespace() {
            match word {
                "author" if position.flags & (COMMENT | RELATED) == 0 => keep(&mut self.author_links, said),
                "tag" => keep(&mut self.tag_links, said),
                "next" => self.next = self.next.or(said.value),
                _ => {}
            }
        }
    }
}

/// Whether an address is that of one page in a folder of authors.
fn leads_to_author(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let mut parts = path.rsplit('/').skip(1).take(2);
    parts.any(|part| AUTHOR_FOLDERS.contains(&part))
}

fn keep<'a>(into: &mut Vec<Said<'a>>, said: Said<'a>) {
    if into.len() < MOST {
        into.push(said);
    }
}

/// Returns an attribute. (`Element::attr` makes an atom of the name at each call.)
pub(crate) fn attr<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Returns the text below a node, white space folded, cut after `longest` bytes.
pub(crate) fn text_of(node: NodeRef<'_, Node>, longest: usize) -> String {
    let mut text = String::new();
    for part in node.descendants() {
        match part.value() {
            Node::Text(words) => text.push_str(words),
            Node::Element(element) if Tag::of(element.name()).is_block() || element.name() == "br" => {
                text.push('\n');
            }
            _ => {}
        }
        if text.len() > longest {
            break;
        }
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
