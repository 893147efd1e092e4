//! What a page says about itself in JSON-LD (schema.org). Evidence, not truth: lists carry the same for other articles.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::measure::folded;
use crate::page::Form;

/// Deepest nesting of JSON-LD that is read.
const DEEPEST: u32 = 12;
/// Most articles of one page that are kept.
const MOST: usize = 32;

/// One article of which the page speaks.
#[derive(Debug, Default, Clone)]
pub(crate) struct Described {
    pub(crate) headline: String,
    pub(crate) authors: Vec<String>,
    pub(crate) published: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) section: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) image: Option<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) language: Option<String>,
    /// `isAccessibleForFree` is false: only part of the text is on the page.
    pub(crate) paid: bool,
    /// What kind of article it is.
    pub(crate) form: Form,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Structured {
    pub(crate) articles: Vec<Described>,
    /// What the page as such says of its dates.
    pub(crate) page_published: Option<String>,
    pub(crate) page_modified: Option<String>,
    /// The name of the site or of its publisher.
    pub(crate) site: Option<String>,
    /// People by their identifier in the graph.
    people: FxHashMap<String, String>,
}

impl Structured {
    /// Reads JSON-LD scripts; one that is broken is passed over.
    pub(crate) fn read(scripts: &[&str]) -> Self {
        let mut found = Self::default();
        let values: Vec<Value> = scripts.iter().filter_map(|script| parse(script)).collect();
        for value in &values {
            found.read_people(value, 0);
        }
        for value in &values {
            found.read_value(value, 0);
        }
        found
    }

    /// Returns the description of the page's own article: the one whose headline the page's title repeats, else the
    /// first that has one.
    pub(crate) fn main(&self, title: &str) -> Option<&Described> {
        let title = folded(title);
        let says_the_same = |one: &&Described| {
            let headline = folded(&one.headline);
            headline.len() >= 8
                && !title.is_empty()
                && (title.contains(&headline) || headline.contains(&title))
        };
        self.articles.iter().find(says_the_same).or_else(|| self.articles.first())
    }

    fn read_people(&mut self, value: &Value, depth: u32) {
        match value {
            Value::Array(items) if depth < DEEPEST => {
                for item in items {
                    self.read_people(item, depth + 1);
                }
            }
            Value::Object(object) if depth < DEEPEST => {
                if let (Some(id), Some(name)) = (text(object, "@id"), text(object, "name")) {
                    self.people.insert(id, name);
                }
                for inner in object.values() {
                    self.read_people(inner, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn read_value(&mut self, value: &Value, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read_value(item, depth + 1)),
            Value::Object(object) => {
                if is_kind(object, is_article) {
                    self.read_article(object);
                }
                if is_kind(object, |kind| kind.ends_with("Page")) {
                    self.page_published =
                        self.page_published.take().or_else(|| text(object, "datePublished"));
                    self.page_modified = self.page_modified.take().or_else(|| text(object, "dateModified"));
                }
                if is_kind(object, |kind| matches!(kind, "WebSite" | "NewsMediaOrganization")) {
                    self.site = self.site.take().or_else(|| text(object, "name"));
                }
                for name in ["@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement", "item"]
                {
                    if let Some(inner) = object.get(name) {
                        self.read_value(inner, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn read_article(&mut self, object: &Map<String, Value>) {
        if self.articles.len() >= MOST {
            return;
        }
        let mut found = Described {
            headline: text(object, "headline").or_else(|| text(object, "name")).unwrap_or_default(),
            published: text(object, "datePublished").or_else(|| text(object, "dateCreated")),
            modified: text(object, "dateModified"),
            body: text(object, "articleBody").or_else(|| text(object, "text")),
            section: first(object.get("articleSection")),
            image: first(object.get("image")).or_else(|| first(object.get("thumbnailUrl"))),
            publisher: first(object.get("publisher")),
            language: first(object.get("inLanguage")),
            paid: matches!(object.get("isAccessibleForFree"), Some(Value::Bool(false)))
                || text(object, "isAccessibleForFree").is_some_and(|said| said.eq_ignore_ascii_case("false")),
            form: if is_kind(object, |kind| kind == "LiveBlogPosting") {
                Form::LiveBlog
            } else {
                Form::Article
            },
            ..Described::default()
        };
        self.names(object.get("author").or_else(|| object.get("creator")), &mut found.authors);
        self.names(object.get("keywords"), &mut found.tags);
        self.articles.push(found);
    }

    fn names(&self, value: Option<&Value>, found: &mut Vec<String>) {
        match value {
            Some(Value::String(name)) => found.push(clean(name)),
            Some(Value::Array(items)) => items.iter().for_each(|item| self.names(Some(item), found)),
            Some(Value::Object(object)) => match (object.get("name"), text(object, "@id")) {
                (Some(name), _) => self.names(Some(name), found),
                (None, Some(id)) => found.extend(self.people.get(&id).cloned()),
                (None, None) => {}
            },
            _ => {}
        }
    }
}

fn parse(script: &str) -> Option<Value> {
    // Some templates wrap the script as XHTML once asked.
    let text = script.split_once("<![CDATA[").map_or(script, |(_, rest)| rest);
    let text = text.rsplit_once("]]>").map_or(text, |(inner, _)| inner);
    let start = text.find(['{', '['])?;
    let end = text.rfind(['}', ']'])? + 1;
    let text = text.get(start..end)?;
    serde_json::from_str(text).ok().or_else(|| {
        // Line breaks inside strings are forbidden by JSON and common on pages.
        let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        serde_json::from_str(&flat).ok()
    })
}

fn is_kind(object: &Map<String, Value>, fits: impl Fn(&str) -> bool) -> bool {
    let bare = |kind: &Value| kind.as_str().is_some_and(|kind| fits(kind.rsplit('/').next().unwrap_or(kind)));
    match object.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(bare),
        Some(kind) => bare(kind),
        None => false,
    }
}

fn is_article(kind: &str) -> bool {
    kind.ends_with("Article")
        || matches!(kind, "BlogPosting" | "Report" | "LiveBlogPosting" | "Review" | "Posting")
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(clean).filter(|text| !text.is_empty())
}

/// The first text of a value: itself, its name or address, or that of its first item.
fn first(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(clean(text)).filter(|text| !text.is_empty()),
        Value::Array(items) => items.iter().find_map(|item| first(Some(item))),
        Value::Object(object) => ["name", "url", "@id"].iter().find_map(|name| text(object, name)),
        _ => None,
    }
}

/// Character references stand in JSON-LD though JSON knows none: templates escape twice.
fn clean(text: &str) -> String {
    let text = text.trim();
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut clean = text.to_owned();
    for (name, character) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&rsquo;", "’"),
        ("&lsquo;", "‘"),
        ("&#8217;", "’"),
        ("&#8216;", "‘"),
        ("&#8220;", "“"),
        ("&#8221;", "”"),
        ("&#8211;", "–"),
        ("&ndash;", "–"),
        ("&mdash;", "—"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        if clean.contains(name) {
            clean = clean.replace(name, character);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_own_article_is_told_from_those_it_lists() {
        let found = Structured::read(&[
            r##"{"@graph":[{"@type":"NewsArticle","headline":"Another story altogether"},
               {"@type":"http://schema.org/NewsArticle","headline":"Rail line &amp; road opened","author":{"@id":"#p1"},"isAccessibleForFree":"False"},
               {"@type":"Person","@id":"#p1","name":"Aigul Example"}]}"##,
            "{broken",
        ]);
        let main = found.main("Rail line & road opened | Steppe Herald").unwrap();
        assert_eq!((main.authors.as_slice(), main.paid), (&["Aigul Example".to_owned()][..], true));
        assert!(found.main("").is_some_and(|one| one.headline.starts_with("Another")));
    }

    #[test]
    fn a_line_break_inside_a_string_is_forgiven() {
        let found = Structured::read(&["//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"A\nB\"}\n//]]>"]);
        assert_eq!(found.articles.len(), 1);
    }
}
