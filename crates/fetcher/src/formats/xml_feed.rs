//! Reads RSS, RDF and Atom, sound or not: tags that never close, bare `&`, a feed torn in the middle.
//!
//! Looks for items and, inside them, for the fields that make an entry. What the end of the bytes cut off is no value:
//! half an address would lead to a page that is not there. Why no XML parser: `docs/decisions/0003-one-feed-reader.md`.

use url::Url;

use super::entries::RawItem;
use super::soup::{Piece, Soup, Tag, local};

/// Elements that hold one entry.
const ITEMS: &[&str] = &["item", "entry"];
/// Elements that are a whole feed.
const ROOTS: &[&str] = &["rss", "feed", "rdf"];
/// Elements whose end cannot lie inside a field.
const AROUND: &[&str] = &["item", "entry", "channel", "feed", "rss", "rdf"];
/// Fields that cannot lie inside a title, address or date.
const FIELDS: &[&str] = &[
    "title",
    "link",
    "guid",
    "id",
    "pubdate",
    "published",
    "updated",
    "description",
    "summary",
    "encoded",
    "author",
    "category",
    "creator",
    "enclosure",
    "date",
];

/// Fields by what they say, those that are trusted more first.
const DATES: &[&str] = &[
    "pubdate",
    "published",
    "issued",
    "dc:date",
    "date",
    "dcterms:created",
    "created",
    "updated",
    "modified",
];

/// What an element inside an item is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Link,
    Id,
    Summary,
    Content,
    /// The page's address behind `FeedBurner`'s redirect.
    Original,
    /// A date, and its place in the order of trust.
    Date(usize),
    /// Something with a title, an address or a date of its own: the feed that an item was taken from, its author.
    Other,
}

impl Field {
    fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("atom:").or(name.strip_prefix("rss:")).unwrap_or(&name);
        Some(match name {
            "title" => Self::Title,
            "link" => Self::Link,
            "guid" | "id" => Self::Id,
            "description" | "summary" => Self::Summary,
            "content" | "content:encoded" | "media:description" => Self::Content,
            "feedburner:origlink" => Self::Original,
            "source" | "author" | "image" | "textinput" => Self::Other,
            _ => Self::Date(DATES.iter().position(|date| *date == name)?),
        })
    }
}

/// An item while it is read.
#[derive(Default)]
struct Item {
    raw: RawItem,
    base: Option<Url>,
    link: Option<String>,
    /// An address that is used when nothing better is there, and how good it is: smaller is better.
    fallback: Option<(u8, String)>,
    date_rank: Option<usize>,
}

/// What was read of a feed.
#[derive(Default)]
pub(super) struct Read {
    pub(super) items: Vec<RawItem>,
    /// How many items there were.
    pub(super) found: usize,
    /// Whether every item, and the feed itself, was ended.
    pub(super) is_whole: bool,
    /// Where relative addresses start (RFC 4287, 2); `None`: where the feed was found.
    base: Option<Url>,
    item: Option<Item>,
}

/// Reads a feed; at most `most` of its items are returned. `None` when there is neither an item nor a feed's root
/// element: a feed whose items are all gone is still one.
pub(super) fn read(text: &str, most: usize) -> Option<Read> {
    let mut read = Read { is_whole: true, ..Read::default() };
    let (mut has_root, mut is_ended) = (false, false);
    let mut soup = Soup::new(text);
    while let Some(piece) = soup.next() {
        match piece {
            Piece::Open(tag) if is_one_of(tag.local(), ITEMS) && !is_media(tag.name) => {
                // The one before was never ended.
                read.is_whole &= read.item.is_none();
                read.end_item(most);
                read.found += 1;
                read.item = Some(Item::new(&tag, read.base.as_ref()));
            }
            Piece::Close(name) if is_one_of(local(name), ITEMS) => read.end_item(most),
            Piece::Close(name) if is_one_of(local(name), ROOTS) => is_ended = true,
            Piece::Open(tag) => match &mut read.item {
                Some(item) => item.field(&tag, &mut soup),
                None => has_root |= read.outside(&tag),
            },
            _ => {}
        }
    }
    read.is_whole &= is_ended && read.item.is_none();
    read.end_item(most);
    (has_root || read.found > 0).then_some(read)
}

impl Read {
    fn end_item(&mut self, most: usize) {
        let item = self.item.take().filter(|_| self.items.len() < most);
        self.items.extend(item.map(Item::finish));
    }

    /// Reads a tag outside of items; answers whether it is a feed's root.
    fn outside(&mut self, tag: &Tag<'_>) -> bool {
        if self.base.is_none() {
            self.base = tag.attribute("xml:base").and_then(|base| Url::parse(base.trim()).ok());
        }
        is_one_of(tag.local(), ROOTS)
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// `media:title`, `itunes:item` and the like say something of a picture or a sound.
fn is_media(name: &str) -> bool {
    ["media:", "itunes:", "image:", "podcast:"]
        .iter()
        .any(|prefix| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
}

impl Item {
    fn new(tag: &Tag<'_>, base: Option<&Url>) -> Self {
        // RSS 1.0 names an item by its page's address.
        let about = tag.attribute("rdf:about").map(|about| (3, about));
        let own = tag.attribute("xml:base");
        let own = own.and_then(|own| base.map_or_else(|| Url::parse(&own), |base| base.join(&own)).ok());
        Self { fallback: about, base: own.or_else(|| base.cloned()), ..Self::default() }
    }

    fn field(&mut self, tag: &Tag<'_>, soup: &mut Soup<'_>) {
        let Some(field) = Field::named(tag.name) else { return };
        if field == Field::Link {
            return self.link(tag, soup);
        }
        if tag.is_empty {
            return;
        }
        let is_long = matches!(field, Field::Summary | Field::Content);
        let inside = soup.inside(tag.name, |name| {
            is_one_of(local(name), AROUND)
                || !is_long && field != Field::Other && is_one_of(local(name), FIELDS)
        });
        // Half a description says something; half an address or date says something else.
        if !inside.is_whole && !is_long {
            return;
        }
        let text = inside.text();
        match field {
            Field::Title => set(&mut self.raw.title, text),
            Field::Summary => set(&mut self.raw.summary, text),
            Field::Content => set(&mut self.raw.content, text),
            Field::Original => self.link = Some(text),
            Field::Id => self.id(tag, &text),
            Field::Date(rank) => {
                if self.date_rank.is_none_or(|known| rank < known) && !text.trim().is_empty() {
                    (self.raw.date, self.date_rank) = (text, Some(rank));
                }
            }
            Field::Link | Field::Other => {}
        }
    }

    /// RSS writes the address inside, Atom into `href`; some feeds mix both.
    fn link(&mut self, tag: &Tag<'_>, soup: &mut Soup<'_>) {
        let address = tag.attribute("href").unwrap_or_default();
        if address.trim().is_empty() {
            if tag.is_empty {
                return;
            }
            let inside = soup
                .inside(tag.name, |name| is_one_of(local(name), AROUND) || is_one_of(local(name), FIELDS));
            if inside.is_whole && self.link.as_deref().is_none_or(|link| link.trim().is_empty()) {
                self.link = Some(inside.text());
            }
            return;
        }
        let rel = tag.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        match rel.as_str() {
            "" | "alternate" => {
                self.link = self.link.take().filter(|link| !link.trim().is_empty()).or(Some(address));
            }
            "self" | "edit" | "replies" | "enclosure" | "hub" | "next" | "license" | "via" | "related" => {
                self.fall_back(4, address);
            }
            _ => self.fall_back(2, address),
        }
    }

    fn id(&mut self, tag: &Tag<'_>, text: &str) {
        let text = text.trim();
        let is_page = tag.attribute("ispermalink").is_none_or(|value| !value.eq_ignore_ascii_case("false"));
        if text.starts_with("http://") || text.starts_with("https://") {
            self.fall_back(if is_page { 1 } else { 3 }, text.to_owned());
        }
    }

    fn fall_back(&mut self, rank: u8, address: String) {
        if self.fallback.as_ref().is_none_or(|(known, _)| rank < *known) {
            self.fallback = Some((rank, address));
        }
    }

    fn finish(self) -> RawItem {
        let link = self.link.map(|link| link.trim().to_owned()).filter(|link| !link.is_empty());
        let address = link.or(self.fallback.map(|(_, address)| address)).unwrap_or_default();
        let based = self.base.filter(|_| !address.is_empty()).and_then(|base| base.join(&address).ok());
        RawItem { address: based.map_or(address, String::from), ..self.raw }
    }
}

/// Keeps the first value that says something.
fn set(place: &mut String, text: String) {
    if place.trim().is_empty() {
        *place = text;
    }
}
