//! One build of the index: the engine over one folder.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::IndexWriterOptions;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{
    Index, IndexReader, IndexSettings, IndexSortByField, IndexWriter, Order, ReloadPolicy, Searcher,
    TantivyDocument, TantivyError, Term,
};

use crate::IndexError;
use crate::facets::KnownFacts;
use crate::fields::{Fields, schema};
use crate::folder::{Folder, Look, look};
use crate::keys::{KEYS, KeyTokenizer};
use crate::merging::WhileFilling;
use crate::terms::KnownTerms;

/// The least memory that the engine's writer accepts.
const LEAST_MEMORY: usize = 15_000_000;

/// A build, opened.
pub(crate) struct Build {
    pub(crate) name: String,
    pub(crate) fields: Fields,
    pub(crate) facts: KnownFacts,
    pub(crate) terms: Arc<KnownTerms>,
    index: Index,
    reader: IndexReader,
    /// The file that every commit writes anew.
    meta: PathBuf,
    /// What that file looked like when the reader last followed it.
    followed: Mutex<Option<Look>>,
}

/// A document, and the article it says the words of.
pub(crate) type Numbered = (u64, TantivyDocument);

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Build").field(&self.name).finish()
    }
}

impl Build {
    /// Makes the engine's files in a folder just begun.
    pub(crate) fn create(folder: &Folder, name: &str) -> Result<Self, IndexError> {
        Self::over(&folder.build(name), name, |directory| Index::create(directory, schema().0, settings()))
    }

    /// Opens a build that was made before. A folder without the engine's files is broken, never empty.
    pub(crate) fn open(folder: &Folder, name: &str) -> Result<Self, IndexError> {
        Self::over(&folder.build(name), name, Index::open)
    }

    fn over(
        path: &Path,
        name: &str,
        open: impl FnOnce(MmapDirectory) -> tantivy::Result<Index>,
    ) -> Result<Self, IndexError> {
        let all = || {
            let index = open(MmapDirectory::open(path).map_err(TantivyError::from)?)?;
            index.tokenizers().register(KEYS, TextAnalyzer::from(KeyTokenizer::default()));
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
            Ok(Self {
                name: name.to_owned(),
                fields: schema().1,
                facts: KnownFacts::default(),
                terms: Arc::default(),
                index,
                reader,
                meta: path.join("meta.json"),
                followed: Mutex::default(),
            })
        };
        all().map_err(|source| IndexError::Broken { path: path.to_owned(), source })
    }

    /// Returns what was committed last, by any process.
    pub(crate) fn newest(&self) -> Result<Searcher, IndexError> {
        // Opening all segments anew costs more than most searches.
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let look = look(&self.meta).map_err(IndexError::file(&self.meta))?;
        if *followed != Some(look) {
            self.reader.reload()?;
            *followed = Some(look);
        }
        Ok(self.reader.searcher())
    }

    /// Returns what was committed when last it was looked.
    pub(crate) fn known(&self) -> Searcher {
        self.reader.searcher()
    }

    pub(crate) fn writer(&self, memory_bytes: usize) -> Result<IndexWriter, IndexError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(memory_bytes.max(LEAST_MEMORY))
            .num_merge_threads(1)
            .build();
        let writer = self.index.writer_with_options(options)?;
        writer.set_merge_policy(Box::new(WhileFilling));
        Ok(writer)
    }

    /// Returns the segments that are searchable, each with its number of documents.
    pub(crate) fn segments(&self) -> Result<Vec<(u32, SegmentId)>, IndexError> {
        let segments = self.index.searchable_segment_metas()?;
        Ok(segments.iter().map(|segment| (segment.num_docs(), segment.id())).collect())
    }

    /// Puts documents in place of what their articles said before. Nothing is searchable before the commit.
    pub(crate) fn add(&self, writer: &IndexWriter, documents: Vec<Numbered>) -> Result<(), IndexError> {
        for (article, document) in documents {
            writer.delete_term(Term::from_field_u64(self.fields.article, article));
            writer.add_document(document)?;
        }
        Ok(())
    }
}

/// Documents are sorted by time, so that the newest come first and filters of time are ranges.
fn settings() -> IndexSettings {
    IndexSettings {
        sort_by_field: Some(IndexSortByField { field: "published".to_owned(), order: Order::Desc }),
        docstore_compression: Compressor::Zstd(ZstdCompressor::default()),
        ..IndexSettings::default()
    }
}
