//! The fields of the index, and what of an article goes into them.

use model::ArticleId;
use query::{Document, Facts, Lexicon};
use store::VersionInContext;
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};

use crate::IndexError;
use crate::keys::{KEYS, written};
use crate::shown::Shown;

/// Grows whenever the fields change: an index of another version is built anew.
pub const FIELDS_VERSION: u32 = 2;

/// What `state` says of an article whose text was changed.
pub(crate) const EDITED: &str = "edited";
/// What `state` says of an article that is not at its address any more.
pub(crate) const REMOVED: &str = "removed";

/// The last position that the engine can count to, with room to spare; a text of a million blocks goes beyond it.
const LAST_POSITION: u32 = 1 << 30;

/// Stands between the words that are counted for the facets.
pub(crate) const BETWEEN: char = '\u{1f}';

/// The fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// The article's number: by it a document is replaced.
    pub(crate) article: Field,
    /// Documents of a segment are sorted by it, the newest first.
    pub(crate) published: Field,
    pub(crate) seen: Field,
    /// `edited` and `removed`, where it is.
    pub(crate) state: Field,
    pub(crate) story: Field,
    pub(crate) title: Field,
    pub(crate) body: Field,
    /// Source, language, country and kind in one word: one look-up counts them all.
    pub(crate) facet: Field,
    pub(crate) author: Field,
    pub(crate) tag: Field,
    pub(crate) url: Field,
    /// What is shown of a hit, as JSON.
    pub(crate) shown: Field,
}

/// A version whose words are known: what the index takes in.
#[derive(Debug, Clone)]
pub struct ReadVersion {
    /// The version.
    pub context: VersionInContext,
    /// Its words and facts.
    pub document: Document,
}

impl ReadVersion {
    /// Finds the words of a version.
    pub fn read(context: VersionInContext, lexicon: &Lexicon) -> Self {
        let document = context.document(lexicon);
        Self { context, document }
    }
}

/// Makes the schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let keys = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(KEYS)
            .set_fieldnorms(true)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let word = || TextOptions::default().set_fast("raw");
    let fields = Fields {
        article: schema.add_u64_field("article", INDEXED | FAST),
        published: schema.add_i64_field("published", FAST),
        seen: schema.add_i64_field("seen", FAST),
        state: schema.add_text_field("state", word()),
        story: schema.add_i64_field("story", FAST),
        title: schema.add_text_field("title", keys.clone()),
        body: schema.add_text_field("body", keys),
        facet: schema.add_text_field("facet", word()),
        author: schema.add_text_field("author", word()),
        tag: schema.add_text_field("tag", word()),
        url: schema.add_text_field("url", word()),
        shown: schema.add_text_field("shown", TextOptions::default() | STORED),
    };
    (schema.build(), fields)
}

/// The article's number as the index keeps it; numbers of the store are never negative.
pub(crate) fn number_of(article: ArticleId) -> u64 {
    u64::try_from(article.0).unwrap_or(0)
}

impl Fields {
    /// Makes the document of a version, or says why it cannot be indexed: inside the engine it would end the writer, and
    /// with it the whole batch.
    pub(crate) fn document(
        &self,
        version: &ReadVersion,
    ) -> Result<Result<TantivyDocument, &'static str>, IndexError> {
        let ReadVersion { context, document: Document { title, body, facts } } = version;
        let last = |field: &query::Field| field.tokens.last().map_or(0, |token| token.position);
        if last(title).max(last(body)) > LAST_POSITION {
            return Ok(Err("its text has too many blocks"));
        }
        let (Some(title), Some(body)) = (written(title), written(body)) else {
            return Ok(Err("a word of its text holds control characters"));
        };
        let mut document = TantivyDocument::new();
        document.add_u64(self.article, number_of(context.article.id));
        document.add_i64(self.published, facts.published.as_millisecond());
        document.add_i64(self.seen, facts.seen.as_millisecond());
        for (state, holds) in [(EDITED, facts.edited), (REMOVED, facts.removed)] {
            if holds {
                document.add_text(self.state, state);
            }
        }
        if let Some(story) = facts.story {
            document.add_i64(self.story, story);
        }
        document.add_text(self.title, title);
        document.add_text(self.body, body);
        document.add_text(self.facet, facet_of(facts));
        document.add_text(self.url, &facts.url);
        facts.authors.iter().for_each(|author| document.add_text(self.author, author));
        facts.tags.iter().for_each(|tag| document.add_text(self.tag, tag));
        let shown = serde_json::to_string(&Shown::of(version)).map_err(IndexError::Stored)?;
        document.add_text(self.shown, shown);
        Ok(Ok(document))
    }
}

fn facet_of(facts: &Facts) -> String {
    [facts.source.as_str(), facts.lang.as_str(), facts.country.as_str(), facts.kind.as_str()]
        .join(BETWEEN.encode_utf8(&mut [0; 4]))
}
