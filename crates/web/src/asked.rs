//! What an address asks of the archive: the query, the filters beside it, the order, the page.

use indexer::{Cursor, Order};
use jiff::civil::Date;
use model::{ArticleId, SourceId, SourceKind};
use query::Filter;
use text::Lang;

use crate::address::Address;

/// The filters that stand beside the query, each a parameter of its own.
pub(crate) const FILTERS: [&str; 6] = ["lang", "source", "country", "kind", "after", "before"];

/// A search as the address has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The query as it was typed.
    pub(crate) q: String,
    /// The filters that could be read, by parameter.
    pub(crate) filters: Vec<(&'static str, Filter)>,
    /// The filters that could not, as they were written.
    pub(crate) unread: Vec<String>,
    /// In which order hits come.
    pub(crate) order: Order,
    /// Where the page before ended.
    pub(crate) cursor: Option<Cursor>,
    /// Whether anything is asked for; an empty form that was sent asks for everything.
    pub(crate) anything: bool,
}

impl Asked {
    /// Reads an address.
    pub(crate) fn read(address: &Address) -> Self {
        let mut filters = Vec::new();
        let mut unread = Vec::new();
        for name in FILTERS {
            let value = address.value(name);
            match filter(name, value) {
                Some(filter) => filters.push((name, filter)),
                None if value.is_empty() => {}
                None => unread.push(format!("{name}={value}")),
            }
        }
        let q = address.value("q").to_owned();
        let order = if address.value("order") == "best" { Order::Best } else { Order::Newest };
        Self {
            anything: !q.is_empty() || !filters.is_empty() || !address.value("order").is_empty(),
            q,
            filters,
            unread,
            order,
            cursor: cursor(address.value("cursor")),
        }
    }
}

fn filter(name: &str, value: &str) -> Option<Filter> {
    match name {
        // A language in all its scripts, or in one.
        "lang" if value.eq_ignore_ascii_case("und") => Some(Filter::Lang("und".to_owned())),
        "lang" => {
            let lang = Lang::parse(value)?;
            let whole = lang.code() == value.to_ascii_lowercase();
            Some(Filter::Lang(if whole { lang.code() } else { lang.as_str() }.to_owned()))
        }
        "source" => value.parse::<SourceId>().ok().map(|id| Filter::Source(id.as_str().to_owned())),
        "country" => {
            let fits = value.len() == 2 && value.chars().all(|c| c.is_ascii_alphabetic());
            fits.then(|| Filter::Country(value.to_ascii_uppercase()))
        }
        "kind" => value.parse::<SourceKind>().ok().map(|kind| Filter::Kind(kind.as_str().to_owned())),
        "after" => value.parse::<Date>().ok().map(Filter::After),
        "before" => value.parse::<Date>().ok().map(Filter::Before),
        _ => None,
    }
}

/// Reads `sort value.article`.
fn cursor(text: &str) -> Option<Cursor> {
    let (value, article) = text.split_once('.')?;
    Some(Cursor { value: value.parse().ok()?, article: ArticleId(article.parse().ok()?) })
}

/// Writes a cursor as a parameter.
pub(crate) fn cursor_text(cursor: Cursor) -> String {
    format!("{}.{}", cursor.value, cursor.article)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Asked {
        Asked::read(&Address::read("/", query))
    }

    #[test]
    fn filters_that_cannot_be_read_are_named_and_not_dropped_silently() {
        let asked = read("q=a&lang=kk&country=kz&kind=goverment&after=2026-13-01&before=2026-12-01");
        let words: Vec<String> = asked.filters.iter().map(|(_, filter)| filter.to_string()).collect();
        assert_eq!(words, ["lang:kk", "country:KZ", "before:2026-12-01"]);
        assert_eq!(asked.unread, ["kind=goverment", "after=2026-13-01"]);
    }

    #[test]
    fn a_language_is_meant_in_all_its_scripts_or_in_one() {
        let check = |value: &str, word: &str| {
            assert_eq!(read(&format!("lang={value}")).filters, [("lang", Filter::Lang(word.into()))]);
        };
        check("KK", "kk");
        check("kk-arab", "kk-Arab");
        check("zh-tw", "zh-Hant");
        check("und", "und");
    }

    #[test]
    fn a_cursor_reads_back_and_a_broken_one_is_the_first_page() {
        let cursor = Cursor { value: -5, article: ArticleId(17) };
        assert_eq!(read(&format!("cursor={}", cursor_text(cursor))).cursor, Some(cursor));
        for text in ["", "5", "a.1", "5.x", "99999999999999999999.1"] {
            assert_eq!(read(&format!("cursor={text}")).cursor, None, "{text}");
        }
    }

    #[test]
    fn a_bare_address_asks_for_nothing_and_a_sent_form_for_everything() {
        assert!(!read("").anything && !read("ui=ru").anything);
        assert!(read("q=&order=newest").anything && read("lang=kk").anything && read("q=a").anything);
    }
}
