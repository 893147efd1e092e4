//! The engine alone: one text field of title and body, the same tokens, the same facts and stored text.

use std::path::Path;

use query::Lexicon;
use rustix::time::ClockId;
use store::VersionInContext;
use tantivy::schema::{FAST, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::store::Compressor;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument, Term};

use crate::corpus::{self, Corpus};
use crate::{BATCH, Filled, MEMORY_BYTES, bytes_under, seconds, timed};

/// Fills an index of the engine's own. The tokens come as words between spaces, which is the cheapest way to hand
/// them over.
pub(crate) fn fill(folder: &Path, corpus: &Corpus, lexicon: &Lexicon) -> Filled {
    std::fs::create_dir_all(folder).unwrap();
    let start = seconds(ClockId::ProcessCPUTime);
    let (mut analysis, mut reading) = (0.0, 0.0);
    let (mut tokens, mut text_bytes) = (0, 0);
    let schema = schema();
    let compression = Compressor::default();
    let settings = IndexSettings { docstore_compression: compression, ..IndexSettings::default() };
    let index = Index::builder().schema(schema.clone()).settings(settings).create_in_dir(folder).unwrap();
    let mut writer: IndexWriter = index.writer_with_num_threads(1, MEMORY_BYTES).unwrap();
    let mut batches = corpus.batches(BATCH);
    loop {
        let (versions, took) = timed(|| batches.next());
        reading += took;
        let Some(versions) = versions else { break };
        text_bytes += versions.iter().map(corpus::text_bytes).sum::<u64>();
        let (texts, took) =
            timed(|| -> Vec<(String, u64)> { versions.iter().map(|one| words(one, lexicon)).collect() });
        analysis += took;
        for (version, (words, count)) in versions.iter().zip(texts) {
            tokens += count;
            let number = u64::try_from(version.article.id.0).unwrap();
            writer.delete_term(Term::from_field_u64(schema.get_field("article").unwrap(), number));
            writer.add_document(document(&schema, version, words)).unwrap();
        }
        writer.commit().unwrap();
    }
    writer.wait_merging_threads().unwrap();
    let engine = seconds(ClockId::ProcessCPUTime) - start - analysis - reading;
    Filled { analysis, engine, tokens, text_bytes, disk_bytes: bytes_under(folder) }
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    schema.add_u64_field("article", INDEXED | FAST);
    schema.add_i64_field("published", FAST);
    schema.add_i64_field("story", FAST);
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    schema.add_text_field("text", words);
    for name in ["lang", "source", "country", "kind", "author", "url"] {
        schema.add_text_field(name, TextOptions::default().set_fast("raw"));
    }
    schema.add_text_field("stored", TextOptions::default() | STORED);
    schema.build()
}

fn words(version: &VersionInContext, lexicon: &Lexicon) -> (String, u64) {
    let document = version.document(lexicon);
    let keys: Vec<&str> = corpus::keys(&document).map(text::Key::as_str).collect();
    (keys.join(" "), keys.len() as u64)
}

fn document(schema: &Schema, version: &VersionInContext, words: String) -> TantivyDocument {
    let facts = version.facts();
    let mut document = TantivyDocument::new();
    let field = |name| schema.get_field(name).unwrap();
    document.add_u64(field("article"), u64::try_from(version.article.id.0).unwrap());
    document.add_i64(field("published"), facts.published.as_millisecond());
    document.add_i64(field("story"), facts.story.unwrap());
    document.add_text(field("text"), words);
    for (name, value) in [
        ("lang", facts.lang.as_str()),
        ("source", facts.source.as_str()),
        ("country", facts.country.as_str()),
        ("kind", facts.kind.as_str()),
        ("url", facts.url.as_str()),
    ] {
        document.add_text(field(name), value);
    }
    let mut stored = version.version.title.clone();
    for block in &version.version.blocks {
        stored.push('\n');
        stored.push_str(&block.text);
    }
    document.add_text(field("stored"), stored);
    document
}
