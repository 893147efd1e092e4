//! The index on disk: one folder a version, and a file that names the living one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use query::Lexicon;
use store::VersionInContext;
use tantivy::indexer::LogMergePolicy;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};
use thiserror::Error;

use crate::fields::{FIELDS_VERSION, Fields, number_of, schema};
use crate::{Config, SearchHits, SearchRequest, search};

/// The file that names the living folder.
const CURRENT: &str = "CURRENT";

/// Why the index could not do what was asked.
#[derive(Debug, Error)]
pub enum IndexError {
    /// The engine failed.
    #[error("the index failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
    /// A file of the index's folder could not be used.
    #[error("cannot use `{path}`: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What was kept of a document cannot be read.
    #[error("a document of the index cannot be read: `qarauyl index rebuild` makes it anew")]
    Stored,
}

/// The archive index.
pub struct TantivyIndex {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    lexicon: Arc<Lexicon>,
    memory_bytes: usize,
    /// One writer for the life of the process, opened when there is something to write: searching needs none.
    writer: Mutex<Option<IndexWriter>>,
    /// Whether there was no index of this version, while there may be articles in the store.
    fresh: bool,
}

impl std::fmt::Debug for TantivyIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TantivyIndex").field("fresh", &self.fresh).finish_non_exhaustive()
    }
}

impl TantivyIndex {
    /// Opens the living index, or begins one of this version.
    ///
    /// # Errors
    /// When the folder cannot be used or its files are broken.
    pub fn open(config: &Config, lexicon: Arc<Lexicon>) -> Result<Self, IndexError> {
        let folder = living(&config.directory)?;
        let known = folder.as_ref().is_some_and(|name| name.starts_with(&version()));
        let name = folder.filter(|_| known).unwrap_or_else(|| format!("{}-1", version()));
        let opened = Self::open_folder(&config.directory.join(&name), config, lexicon, !known)?;
        if !known {
            point_at(&config.directory, &name)?;
        }
        Ok(opened)
    }

    pub(crate) fn open_folder(
        folder: &Path,
        config: &Config,
        lexicon: Arc<Lexicon>,
        fresh: bool,
    ) -> Result<Self, IndexError> {
        fs::create_dir_all(folder).map_err(|source| IndexError::File { path: folder.to_owned(), source })?;
        let (schema, fields) = schema();
        let directory =
            tantivy::directory::MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let index = Index::open_or_create(directory, schema)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            index,
            reader,
            fields,
            lexicon,
            memory_bytes: config.memory_bytes,
            writer: Mutex::new(None),
            fresh,
        })
    }

    /// Returns whether the store may hold articles that this index has never seen.
    pub fn needs_rebuild(&self) -> bool {
        self.fresh && self.documents() == 0
    }

    /// Returns how many articles are searchable.
    pub fn documents(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Returns in how many segments they lie.
    pub fn segments(&self) -> usize {
        self.reader.searcher().segment_readers().len()
    }

    /// Makes versions searchable in place of what their articles said before, and commits.
    ///
    /// # Errors
    /// When the engine fails; then nothing of the batch is searchable.
    pub fn put(&self, versions: &[VersionInContext]) -> Result<(), IndexError> {
        let documents = self.documents_of(versions)?;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.write(&mut writer, documents);
        if result.is_err() {
            // A writer that failed once stays broken: the next batch opens a new one.
            *writer = None;
        }
        result?;
        drop(writer);
        Ok(self.reader.reload()?)
    }

    fn documents_of(&self, versions: &[VersionInContext]) -> Result<Vec<(u64, TantivyDocument)>, IndexError> {
        let one = |context: &VersionInContext| {
            let document = self.fields.document(context, &self.lexicon).map_err(|_| IndexError::Stored)?;
            Ok((number_of(context.article.id), document))
        };
        versions.iter().map(one).collect()
    }

    fn write(
        &self,
        writer: &mut Option<IndexWriter>,
        documents: Vec<(u64, TantivyDocument)>,
    ) -> Result<(), IndexError> {
        let writer = match writer {
            Some(writer) => writer,
            None => writer.insert(self.open_writer()?),
        };
        for (article, document) in documents {
            writer.delete_term(Term::from_field_u64(self.fields.article, article));
            writer.add_document(document)?;
        }
        writer.commit()?;
        Ok(())
    }

    fn open_writer(&self) -> Result<IndexWriter, IndexError> {
        let writer = self.index.writer_with_num_threads(1, self.memory_bytes.max(15_000_000))?;
        let mut policy = LogMergePolicy::default();
        // By default deletions alone never make a segment worth merging.
        policy.set_del_docs_ratio_before_merge(0.25);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Answers a search on what was committed last, by any process.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchHits, IndexError> {
        self.reader.reload()?;
        search::search(&self.reader.searcher(), &self.fields, &self.lexicon, request)
    }
}

/// Names fields and analyser: an index of other ones is left alone and not read.
pub(crate) fn version() -> String {
    format!("v{FIELDS_VERSION}-{}", text::ANALYSER_VERSION)
}

/// Returns the folder that `CURRENT` names.
pub(crate) fn living(directory: &Path) -> Result<Option<String>, IndexError> {
    let path = directory.join(CURRENT);
    match fs::read_to_string(&path) {
        Ok(name) => Ok(Some(name.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(IndexError::File { path, source }),
    }
}

/// Makes `name` the living folder, at once or not at all.
pub(crate) fn point_at(directory: &Path, name: &str) -> Result<(), IndexError> {
    let (open, path) = (directory.join("CURRENT.part"), directory.join(CURRENT));
    let write = || -> std::io::Result<()> {
        fs::write(&open, format!("{name}\n"))?;
        fs::File::open(&open)?.sync_all()?;
        fs::rename(&open, &path)
    };
    write().map_err(|source| IndexError::File { path: path.clone(), source })
}
