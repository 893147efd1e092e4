//! The fields of the index, and what of an article goes into them.

use model::{ArticleId, Origin, StoryId};
use query::{Document, Facts, Field as Text, Lexicon};
use serde::{Deserialize, Serialize};
use store::VersionInContext;
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use text::Lang;

/// Grows whenever the fields change: an index of another version is built anew.
pub(crate) const FIELDS_VERSION: u32 = 2;

/// What `state` says of an article whose text was changed.
pub(crate) const EDITED: &str = "edited";
/// What `state` says of an article that is not at its address any more.
pub(crate) const REMOVED: &str = "removed";

/// The fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// The article's number: by it a document is replaced.
    pub(crate) article: Field,
    pub(crate) published: Field,
    pub(crate) seen: Field,
    /// `edited` and `removed`, where it is.
    pub(crate) state: Field,
    pub(crate) story: Field,
    pub(crate) title: Field,
    pub(crate) body: Field,
    pub(crate) lang: Field,
    pub(crate) source: Field,
    pub(crate) country: Field,
    pub(crate) kind: Field,
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

/// What is kept of an article to show it and to mark its hits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with one another")]
pub(crate) struct Shown {
    pub(crate) title: String,
    pub(crate) blocks: Vec<String>,
    pub(crate) lang: String,
    pub(crate) source: String,
    pub(crate) source_name: String,
    pub(crate) country: String,
    pub(crate) kind: String,
    pub(crate) authors: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) url: String,
    pub(crate) story: Option<i64>,
    pub(crate) published_ms: i64,
    pub(crate) seen_ms: i64,
    pub(crate) edited: bool,
    pub(crate) removed: bool,
    pub(crate) from_feed: bool,
}

/// Makes the schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let keys = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
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
        lang: schema.add_text_field("lang", word()),
        source: schema.add_text_field("source", word()),
        country: schema.add_text_field("country", word()),
        kind: schema.add_text_field("kind", word()),
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
    /// Makes the document of a version.
    pub(crate) fn document(&self, version: &ReadVersion) -> Result<TantivyDocument, serde_json::Error> {
        let ReadVersion { context, document: Document { title, body, facts } } = version;
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
        document.add_pre_tokenized_text(self.title, stacked(title));
        document.add_pre_tokenized_text(self.body, stacked(body));
        for (field, value) in [
            (self.lang, facts.lang.as_str()),
            (self.source, facts.source.as_str()),
            (self.country, facts.country.as_str()),
            (self.kind, facts.kind.as_str()),
            (self.url, facts.url.as_str()),
        ] {
            document.add_text(field, value);
        }
        facts.authors.iter().for_each(|author| document.add_text(self.author, author));
        facts.tags.iter().for_each(|tag| document.add_text(self.tag, tag));
        document.add_text(self.shown, serde_json::to_string(&Shown::of(context, facts.clone()))?);
        Ok(document)
    }
}

/// All keys of a token at its one position.
fn stacked(field: &Text) -> PreTokenizedString {
    let mut tokens = Vec::new();
    for placed in &field.tokens {
        let position = usize::try_from(placed.position).unwrap_or(usize::MAX);
        tokens.extend(placed.keys.iter().map(|key| Token {
            offset_from: 0,
            offset_to: 0,
            position,
            text: key.as_str().to_owned(),
            position_length: 1,
        }));
    }
    PreTokenizedString { text: String::new(), tokens }
}

impl Shown {
    fn of(context: &VersionInContext, facts: Facts) -> Self {
        Self {
            title: context.version.title.clone(),
            blocks: context.version.blocks.iter().map(|block| block.text.clone()).collect(),
            lang: facts.lang.as_str().to_owned(),
            source: facts.source,
            source_name: context.source.name.clone(),
            country: facts.country,
            kind: facts.kind,
            authors: facts.authors,
            tags: facts.tags,
            url: facts.url,
            story: facts.story,
            published_ms: facts.published.as_millisecond(),
            seen_ms: facts.seen.as_millisecond(),
            edited: facts.edited,
            removed: facts.removed,
            from_feed: context.version.origin == Origin::Feed,
        }
    }

    /// Returns the facts that were indexed.
    pub(crate) fn facts(&self) -> Facts {
        Facts {
            lang: self.lang(),
            source: self.source.clone(),
            country: self.country.clone(),
            kind: self.kind.clone(),
            authors: self.authors.clone(),
            tags: self.tags.clone(),
            url: self.url.clone(),
            story: self.story,
            published: self.published(),
            seen: jiff::Timestamp::from_millisecond(self.seen_ms).unwrap_or(jiff::Timestamp::MAX),
            edited: self.edited,
            removed: self.removed,
        }
    }

    pub(crate) fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Unknown)
    }

    pub(crate) fn story_id(&self) -> Option<StoryId> {
        self.story.map(StoryId)
    }

    pub(crate) fn published(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.published_ms).unwrap_or(jiff::Timestamp::MAX)
    }
}
