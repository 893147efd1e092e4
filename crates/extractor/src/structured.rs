//! What a page says about itself: JSON-LD (schema.org), `OpenGraph`, meta elements, microdata. Evidence, not truth.

use scraper::{Html, Selector};
use serde_json::Value;

/// Deepest nesting of JSON-LD that is read.
const DEEPEST: u32 = 12;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Structured {
    /// Meta elements by name or property, in small letters.
    pub(crate) meta: Vec<(String, String)>,
    pub(crate) headline: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) published: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) canonical: Option<String>,
    pub(crate) language: Option<String>,
}

impl Structured {
    pub(crate) fn read(html: &Html) -> Self {
        let mut found = Self::default();
        for element in select(html, "meta[content]") {
            let name = element
                .attr("property")
                .or_else(|| element.attr("name"))
                .or_else(|| element.attr("itemprop"));
            let http = element.attr("http-equiv");
            if let (Some(name), Some(content)) = (name.or(http), element.attr("content")) {
                found.meta.push((name.to_ascii_lowercase(), content.trim().to_owned()));
            }
        }
        for element in select(html, "script[type='application/ld+json']") {
            let text: String = element.text().collect();
            let text = text.trim().trim_start_matches("<!--").trim_end_matches("-->").trim_end_matches(';');
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                found.read_json(&value, 0);
            }
        }
        found.canonical =
            select(html, "link[rel=canonical]").next().and_then(|link| link.attr("href")).map(str::to_owned);
        found.language = html
            .root_element()
            .attr("lang")
            .or_else(|| html.root_element().attr("xml:lang"))
            .map(str::to_owned);
        found
    }

    /// Returns the first meta element of any of `names` that says something.
    pub(crate) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let values = self.meta.iter().filter(|(known, value)| known == name && !value.is_empty());
            values.map(|(_, value)| value.as_str()).next()
        })
    }

    fn read_json(&mut self, value: &Value, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read_json(item, depth + 1)),
            Value::Object(object) => {
                if is_article(object.get("@type")) {
                    self.read_article(object);
                }
                for name in ["@graph", "mainEntity", "mainEntityOfPage"] {
                    if let Some(inner) = object.get(name) {
                        self.read_json(inner, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn read_article(&mut self, object: &serde_json::Map<String, Value>) {
        let text = |name: &str| {
            object
                .get(name)
                .and_then(Value::as_str)
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        self.headline = self.headline.take().or_else(|| text("headline")).or_else(|| text("name"));
        self.published =
            self.published.take().or_else(|| text("datePublished")).or_else(|| text("dateCreated"));
        self.modified = self.modified.take().or_else(|| text("dateModified"));
        self.body = self.body.take().or_else(|| text("articleBody"));
        if self.authors.is_empty() {
            names(object.get("author"), &mut self.authors);
        }
    }
}

fn is_article(kind: Option<&Value>) -> bool {
    let fits = |kind: &Value| {
        kind.as_str().is_some_and(|kind| {
            kind.ends_with("Article")
                || matches!(kind, "BlogPosting" | "Report" | "LiveBlogPosting" | "Review")
        })
    };
    match kind {
        Some(Value::Array(kinds)) => kinds.iter().any(fits),
        Some(kind) => fits(kind),
        None => false,
    }
}

fn names(value: Option<&Value>, found: &mut Vec<String>) {
    match value {
        Some(Value::String(name)) => found.push(name.clone()),
        Some(Value::Array(items)) => items.iter().for_each(|item| names(Some(item), found)),
        Some(Value::Object(object)) => names(object.get("name"), found),
        _ => {}
    }
}

/// Selects by a selector that is known to be right.
pub(crate) fn select<'a>(
    html: &'a Html,
    selector: &str,
) -> impl Iterator<Item = scraper::ElementRef<'a>> + use<'a> {
    let found: Vec<_> =
        Selector::parse(selector).map(|selector| html.select(&selector).collect()).unwrap_or_default();
    found.into_iter()
}
