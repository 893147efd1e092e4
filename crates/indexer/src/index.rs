//! The index: one build is searched and written at a time; when a rebuild switches, all processes follow.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use query::Lexicon;
use store::VersionInContext;
use tantivy::IndexWriter;

use crate::build::{Build, Numbered};
use crate::fields::{ReadVersion, number_of};
use crate::folder::{Folder, WriteLock};
use crate::{Config, IndexError, SearchHits, SearchRequest, search};

/// The archive index.
#[derive(Debug)]
pub struct TantivyIndex {
    folder: Folder,
    lexicon: Arc<Lexicon>,
    memory_bytes: usize,
    living: Mutex<Arc<Build>>,
    /// One writer for the life of the process, opened when there is something to write: searching needs none.
    writing: Mutex<Option<Writing>>,
}

/// The state of the index, for whoever watches over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// How many articles are searchable.
    pub documents: u64,
    /// In how many segments they lie.
    pub segments: usize,
    /// When something was committed last; when it was begun, if nothing was.
    pub last_commit: Timestamp,
}

/// The engine's writer, and the right to use it. The writer ends before the right does.
struct Writing {
    writer: IndexWriter,
    build: Arc<Build>,
    _lock: WriteLock,
}

impl std::fmt::Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Writing").field(&self.build).finish()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TantivyIndex {
    /// Opens the living index, or begins one. It is searched here while another process may write to it.
    ///
    /// # Errors
    /// When the folder cannot be used or the files of the index are broken.
    pub fn open(config: &Config, lexicon: Arc<Lexicon>) -> Result<Self, IndexError> {
        let folder = Folder::open(&config.directory)?;
        let build = folder.alone(|| {
            if let Some(name) = folder.living()? {
                return Build::open(&folder, &name);
            }
            let name = folder.begin()?;
            let build = Build::create(&folder, &name)?;
            folder.point_at(&name)?;
            Ok(build)
        })?;
        Ok(Self {
            folder,
            lexicon,
            memory_bytes: config.memory_bytes,
            living: Mutex::new(Arc::new(build)),
            writing: Mutex::new(None),
        })
    }

    /// Returns whether this index was begun empty and never filled from the store: what the store held at that time
    /// is missing. A house that is new has nothing to fill it from; see [`TantivyIndex::mark_whole`].
    pub fn needs_rebuild(&self) -> bool {
        self.folder.is_unbuilt(&self.known().name)
    }

    /// Notes that the index lacks nothing that the store holds: for the start of a house without articles.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn mark_whole(&self) -> Result<(), IndexError> {
        self.folder.mark_built(&self.known().name)
    }

    /// Returns how many articles are searchable.
    pub fn documents(&self) -> u64 {
        self.snapshot().map_or_else(|_| self.known().known().num_docs(), |(_, searcher)| searcher.num_docs())
    }

    /// Returns in how many segments they lie.
    pub fn segments(&self) -> usize {
        self.known().known().segment_readers().len()
    }

    /// Returns the folder of the living build.
    pub fn directory(&self) -> PathBuf {
        self.folder.build(&self.known().name)
    }

    /// Ends writing: waits until segments that are being merged are merged. Without it a process that ends leaves
    /// that work to the next one.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn close(&self) -> Result<(), IndexError> {
        let Some(writing) = held(&self.writing).take() else { return Ok(()) };
        writing.writer.wait_merging_threads()?;
        writing.build.newest().map(drop)
    }

    /// Returns the state of the index.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn numbers(&self) -> Result<Numbers, IndexError> {
        let (build, searcher) = self.snapshot()?;
        let path: PathBuf = self.folder.build(&build.name).join("meta.json");
        let modified =
            fs::metadata(&path).and_then(|meta| meta.modified()).map_err(IndexError::file(&path))?;
        Ok(Numbers {
            documents: searcher.num_docs(),
            segments: searcher.segment_readers().len(),
            last_commit: Timestamp::try_from(modified).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }

    /// Makes versions searchable in place of what their articles said before, and commits.
    ///
    /// # Errors
    /// When another process writes, or the engine fails; then nothing of the batch is searchable.
    pub fn put(&self, versions: &[VersionInContext]) -> Result<(), IndexError> {
        let read: Vec<ReadVersion> =
            versions.iter().map(|version| ReadVersion::read(version.clone(), &self.lexicon)).collect();
        self.put_read(&read)
    }

    /// Makes versions searchable whose words are known already, and commits; else as [`TantivyIndex::put`].
    ///
    /// # Errors
    /// When another process writes, or the engine fails; then nothing of the batch is searchable.
    pub fn put_read(&self, versions: &[ReadVersion]) -> Result<(), IndexError> {
        if versions.is_empty() {
            return Ok(());
        }
        let mut writing = held(&self.writing);
        let result = self.write(&mut writing, versions);
        if result.is_err() {
            // A writer that failed once stays broken: without it nothing of the batch is kept, and the next one
            // opens another.
            *writing = None;
        }
        result
    }

    fn write(&self, writing: &mut Option<Writing>, versions: &[ReadVersion]) -> Result<(), IndexError> {
        let writing = match writing {
            Some(writing) => writing,
            None => writing.insert(self.start_writing()?),
        };
        writing.build.add(&writing.writer, documents(&writing.build, versions)?)?;
        writing.writer.commit()?;
        writing.build.newest().map(drop)
    }

    fn start_writing(&self) -> Result<Writing, IndexError> {
        // Once the lock is ours no rebuild can switch, so the living build stays the living one.
        let lock = self.folder.lock_writing()?;
        let build = self.follow()?;
        Ok(Writing { writer: build.writer(self.memory_bytes)?, build, _lock: lock })
    }

    /// Answers a search on what was committed last, by any process.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchHits, IndexError> {
        let (build, searcher) = self.snapshot()?;
        search::search(&searcher, &build.fields, &self.lexicon, request)
    }

    fn snapshot(&self) -> Result<(Arc<Build>, tantivy::Searcher), IndexError> {
        let look = || self.follow().and_then(|build| Ok((Arc::clone(&build), build.newest()?)));
        // A rebuild may switch and remove the old files between two lines of this: then the second look succeeds.
        look().or_else(|_| look())
    }

    fn known(&self) -> Arc<Build> {
        Arc::clone(&held(&self.living))
    }

    /// Returns the living build, opened anew if a rebuild has switched.
    fn follow(&self) -> Result<Arc<Build>, IndexError> {
        let current = self.folder.living()?;
        let mut living = held(&self.living);
        if let Some(name) = current.filter(|name| *name != living.name) {
            *living = Arc::new(Build::open(&self.folder, &name)?);
        }
        Ok(Arc::clone(&living))
    }
}

pub(crate) fn documents(build: &Build, versions: &[ReadVersion]) -> Result<Vec<Numbered>, IndexError> {
    let one = |version: &ReadVersion| {
        let document = build.fields.document(version).map_err(IndexError::Stored)?;
        Ok((number_of(version.context.article.id), document))
    };
    versions.iter().map(one).collect()
}
