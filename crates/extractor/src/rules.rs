//! Site rules: a source's own CSS selectors, which are trusted before everything else.

use model::Block;
use scraper::{ElementRef, Html, Selector};
use serde::Deserialize;
use thiserror::Error;

use crate::walk::walk_without;

/// CSS selectors of one source, as `[source.rules]` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRules {
    /// The element that holds the text.
    #[serde(default)]
    pub content: Option<String>,
    /// The headline.
    #[serde(default)]
    pub title: Option<String>,
    /// The authors.
    #[serde(default)]
    pub byline: Option<String>,
    /// The date of publication.
    #[serde(default)]
    pub date: Option<String>,
    /// What is taken out of the content.
    #[serde(default)]
    pub remove: Option<String>,
}

/// A rule that cannot be used.
#[derive(Debug, Error)]
pub enum RulesError {
    /// It is no CSS selector.
    #[error("rules.{field} = `{selector}` is no CSS selector: try it in a browser's inspector first")]
    Selector {
        /// The field.
        field: &'static str,
        /// The selector.
        selector: String,
    },
    /// The table has other fields.
    #[error("the rules cannot be read: {0}")]
    Form(String),
}

impl SiteRules {
    /// Reads rules as they are kept with a source, and checks them; `None` for an empty text.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub fn parse(toml_text: &str) -> Result<Option<Self>, RulesError> {
        if toml_text.trim().is_empty() {
            return Ok(None);
        }
        let rules: Self =
            toml::from_str(toml_text).map_err(|error| RulesError::Form(error.message().to_owned()))?;
        for (field, selector) in rules.fields() {
            if let Some(selector) = selector.filter(|selector| Selector::parse(selector).is_err()) {
                return Err(RulesError::Selector { field, selector: selector.to_owned() });
            }
        }
        Ok(Some(rules))
    }

    fn fields(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("content", self.content.as_deref()),
            ("title", self.title.as_deref()),
            ("byline", self.byline.as_deref()),
            ("date", self.date.as_deref()),
            ("remove", self.remove.as_deref()),
        ]
    }

    /// Returns the text that the content rule finds; `None` when it finds nothing.
    pub(crate) fn blocks(&self, html: &Html) -> Option<Vec<Block>> {
        let content = Selector::parse(self.content.as_deref()?).ok()?;
        let removed = match self.remove.as_deref().map(Selector::parse) {
            Some(Ok(remove)) => html.select(&remove).map(|element| element.id()).collect(),
            _ => Vec::new(),
        };
        let mut blocks = Vec::new();
        for element in html.select(&content) {
            let tree = walk_without(*element, removed.clone());
            let read = tree.blocks.iter();
            blocks.extend(read.map(|block| Block { kind: block.kind, text: tree.text_of(block).to_owned() }));
        }
        (!blocks.is_empty()).then_some(blocks)
    }

    /// Returns the text of the first element that `selector` finds.
    pub(crate) fn text(html: &Html, selector: Option<&str>) -> Option<String> {
        let selector = Selector::parse(selector?).ok()?;
        let text_of = |element: ElementRef<'_>| {
            let attribute = element.attr("datetime").or_else(|| element.attr("content"));
            let text = attribute.map_or_else(|| element.text().collect::<String>(), str::to_owned);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        html.select(&selector).map(text_of).find(|text| !text.is_empty())
    }
}
