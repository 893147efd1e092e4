//! One build of the index: the engine over one folder.

use std::fmt;
use std::path::Path;

use tantivy::directory::MmapDirectory;
use tantivy::indexer::LogMergePolicy;
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, TantivyError,
    Term,
};

use crate::IndexError;
use crate::fields::{Fields, schema};
use crate::folder::Folder;

/// The least memory that the engine's writer accepts.
const LEAST_MEMORY: usize = 15_000_000;

/// A build, opened.
pub(crate) struct Build {
    pub(crate) name: String,
    pub(crate) fields: Fields,
    index: Index,
    reader: IndexReader,
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
        Self::over(&folder.build(name), name, |directory| {
            Index::create(directory, schema().0, IndexSettings::default())
        })
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
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
            Ok(Self { name: name.to_owned(), fields: schema().1, index, reader })
        };
        all().map_err(|source| IndexError::Broken { path: path.to_owned(), source })
    }

    /// Returns what was committed last, by any process.
    pub(crate) fn newest(&self) -> Result<Searcher, IndexError> {
        self.reader.reload()?;
        Ok(self.reader.searcher())
    }

    /// Returns what was committed when last it was looked.
    pub(crate) fn known(&self) -> Searcher {
        self.reader.searcher()
    }

    pub(crate) fn writer(&self, memory_bytes: usize) -> Result<IndexWriter, IndexError> {
        let writer = self.index.writer_with_num_threads(1, memory_bytes.max(LEAST_MEMORY))?;
        let mut policy = LogMergePolicy::default();
        // By default deletions alone never make a segment worth merging.
        policy.set_del_docs_ratio_before_merge(0.25);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
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
