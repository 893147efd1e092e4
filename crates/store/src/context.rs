//! A version with all that the query language asks about it.

use model::{Article, Presence, Source, Version};
use query::{Document, Facts, HeldBack, Lexicon};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::rows::{article_of, source_of, version_of, word};

/// A version with its article and source.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "two facts that have nothing to do with one another")]
pub struct VersionInContext {
    /// The version.
    pub version: Version,
    /// Its article.
    pub article: Article,
    /// Its source.
    pub source: Source,
    /// Whether its text was changed after its page was first read.
    pub edited: bool,
    /// Whether it is not at its address any more.
    pub removed: bool,
}

/// The columns of an article `a` that say how it stands, beside those of version, article and source.
pub(crate) const STATE_COLUMNS: &str = "a.presence as a_presence,
 (select count(*) from versions r where r.article = a.id and r.origin = 'page') as a_readings";

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
            seen: self.article.first_seen,
            edited: self.edited,
            removed: self.removed,
        }
    }

    /// Returns the article as the query language sees it: the same for the matcher and for the index.
    pub fn document(&self, lexicon: &Lexicon) -> Document {
        self.document_with_traps(lexicon).0
    }

    /// Returns the same, and which names a trap of the lexicon kept out.
    pub fn document_with_traps(&self, lexicon: &Lexicon) -> (Document, Vec<HeldBack>) {
        let blocks: Vec<&str> = self.version.blocks.iter().map(|block| block.text.as_str()).collect();
        Document::read_with_traps(&self.version.title, &blocks, lexicon, self.facts())
    }
}

/// Reads a row of version, article and source columns and of [`STATE_COLUMNS`].
pub(crate) fn context_of(row: &AnyRow) -> Result<VersionInContext, StoreError> {
    let presence: Presence = word("presence", row.try_get("a_presence")?)?;
    Ok(VersionInContext {
        version: version_of(row)?,
        article: article_of(row)?,
        source: source_of(row)?,
        // What the feed said before the page was read is no edition of it.
        edited: row.try_get::<i64, _>("a_readings")? > 1,
        removed: presence == Presence::Removed,
    })
}
