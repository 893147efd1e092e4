//! A version with all that the query language asks about it.

use model::{Article, Source, Version};
use query::{Document, Facts, Lexicon};
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::rows::{article_of, source_of, version_of};

/// A version with its article and source.
#[derive(Debug, Clone)]
pub struct VersionInContext {
    /// The version.
    pub version: Version,
    /// Its article.
    pub article: Article,
    /// Its source.
    pub source: Source,
}

impl VersionInContext {
    /// Returns the facts that filters ask for.
    pub fn facts(&self) -> Facts {
        Facts {
            lang: self.version.lang,
            source: self.source.id.as_str().to_owned(),
            country: self.source.country.clone(),
            kind: self.source.kind.as_str().to_owned(),
            authors: self.version.byline.clone(),
            tags: Vec::new(),
            url: self.article.url.as_str().to_owned(),
            story: self.article.story.map(|story| story.0),
            published: self.version.published.unwrap_or(self.article.first_seen),
        }
    }

    /// Returns the article as the query language sees it: the same for the matcher and for the index.
    pub fn document(&self, lexicon: &Lexicon) -> Document {
        let blocks: Vec<&str> = self.version.blocks.iter().map(|block| block.text.as_str()).collect();
        Document::read(&self.version.title, &blocks, lexicon, self.facts())
    }
}

/// Reads a row of version, article and source columns.
pub(crate) fn context_of(row: &AnyRow) -> Result<VersionInContext, StoreError> {
    Ok(VersionInContext { version: version_of(row)?, article: article_of(row)?, source: source_of(row)? })
}
