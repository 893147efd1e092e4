//! One build of the index: the engine over one folder.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::IndexWriterOptions;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{
    Index, IndexSettings, IndexSortByField, IndexWriter, Order, Searcher, TantivyDocument, TantivyError, Term,
};

use crate::IndexError;
use crate::facets::KnownFacts;
use crate::fields::{Fields, schema};
use crate::folder::Folder;
use crate::merging::WhileFilling;
use crate::terms::KnownTerms;
use crate::view::{View, analysed};

/// The least memory that the engine's writer accepts.
const LEAST_MEMORY: usize = 15_000_000;

/// A build, opened.
pub(crate) struct Build {
    pub(crate) name: String,
    pub(crate) fields: Fields,
    pub(crate) facts: KnownFacts,
    pub(crate) terms: Arc<KnownTerms>,
    /// Where the writer writes.
    index: Index,
    view: View,
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
            let index = analysed(open(MmapDirectory::open(path).map_err(TantivyError::from)?)?);
            Ok(Self {
                name: name.to_owned(),
                fields: schema().1,
                facts: KnownFacts::default(),
                terms: Arc::default(),
                index,
                view: View::open(path)?,
            })
        };
        all().map_err(|source| IndexError::Broken { path: path.to_owned(), source })
    }

    /// Returns what was committed last, by any process.
    pub(crate) fn newest(&self) -> Result<Searcher, IndexError> {
        self.view.newest()
    }

    /// Returns what was committed when last it was looked.
    pub(crate) fn known(&self) -> Searcher {
        self.view.known()
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
