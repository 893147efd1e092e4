//! The index: one build is searched and written at a time; when a rebuild switches, all processes follow.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use model::ArticleId;
use query::{Lexicon, Plan};
use store::VersionInContext;

use crate::build::{Build, Numbered};
use crate::fields::{Fields, ReadVersion, number_of};
use crate::folder::{Folder, Look};
use crate::spelling::{self, Respelling};
use crate::writing::Writing;
use crate::{Config, IndexError, SearchHit, SearchHits, SearchRequest, clauses, search, similar};

/// The archive index.
#[derive(Debug)]
pub struct TantivyIndex {
    folder: Folder,
    lexicon: Arc<Lexicon>,
    memory_bytes: usize,
    living: Mutex<Living>,
    /// One writer for the life of the process, opened when there is something to write: searching needs none.
    writing: Mutex<Option<Writing>>,
}

/// The build that is searched, and what `CURRENT` looked like when it named it.
#[derive(Debug)]
struct Living {
    build: Arc<Build>,
    look: Option<Look>,
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

/// A version that cannot be indexed, now or later; all others of its batch were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its article.
    pub article: ArticleId,
    /// What is wrong with it.
    pub reason: &'static str,
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
            living: Mutex::new(Living { build: Arc::new(build), look: None }),
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

    /// Makes versions searchable in place of what their articles said before, and commits. Returns those that cannot be
    /// indexed.
    ///
    /// # Errors
    /// When another process writes, or the engine fails; then nothing of the batch is searchable.
    pub fn put(&self, versions: &[VersionInContext]) -> Result<Vec<Refused>, IndexError> {
        let read: Vec<ReadVersion> =
            versions.iter().map(|version| ReadVersion::read(version.clone(), &self.lexicon)).collect();
        self.put_read(&read)
    }

    /// Makes versions searchable whose words are known already; else as [`TantivyIndex::put`].
    ///
    /// # Errors
    /// When another process writes, or the engine fails; then nothing of the batch is searchable.
    pub fn put_read(&self, versions: &[ReadVersion]) -> Result<Vec<Refused>, IndexError> {
        if versions.is_empty() {
            return Ok(Vec::new());
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

    fn write(
        &self,
        writing: &mut Option<Writing>,
        versions: &[ReadVersion],
    ) -> Result<Vec<Refused>, IndexError> {
        let writing = match writing {
            Some(writing) => writing,
            None => writing.insert(self.start_writing()?),
        };
        let fields = writing.build.fields;
        let (first, mut refused) = documents(&fields, versions)?;
        let first = std::cell::Cell::new(Some(first));
        // Made anew only when the engine did not take them at once.
        let again =
            || first.take().or_else(|| Some(documents(&fields, versions).ok()?.0)).unwrap_or_default();
        refused.extend(not_taken(writing.put(&again)?));
        writing.build.newest()?;
        Ok(refused)
    }

    fn start_writing(&self) -> Result<Writing, IndexError> {
        // Once the lock is ours no rebuild can switch, so the living build stays the living one.
        let lock = self.folder.lock_writing()?;
        Writing::start(self.follow()?, self.memory_bytes, lock)
    }

    /// Begins to merge small segments, unless something was put since this was last asked: for a house that asks every
    /// minute. Returns how many are merged.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn tidy(&self) -> Result<usize, IndexError> {
        let mut writing = held(&self.writing);
        match &mut *writing {
            Some(writing) => writing.tidy(),
            None => writing.insert(self.start_writing()?).tidy(),
        }
    }

    /// Ends writing: waits until segments that are being merged are merged. Without it a process that ends leaves
    /// that work to the next one.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn close(&self) -> Result<(), IndexError> {
        held(&self.writing).take().map_or(Ok(()), Writing::close)
    }

    /// Answers a search on what was committed last, by any process.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchHits, IndexError> {
        let (build, searcher) = self.snapshot()?;
        search::search(&searcher, &build, request)
    }

    /// Returns the articles that answer a plan best, each with its score, the best first: without counts and without
    /// what is shown of them, which costs far less than a page.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn best(&self, plan: &Plan, most: usize) -> Result<Vec<(ArticleId, f32)>, IndexError> {
        let (build, searcher) = self.snapshot()?;
        search::ranked(&searcher, &build, plan, most)
    }

    /// Returns how many articles each text of a plan finds by itself, by its number among them: what finds nothing is a
    /// dead term.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn clause_counts(&self, plan: &Plan) -> Result<Vec<u64>, IndexError> {
        let (build, searcher) = self.snapshot()?;
        Ok(clauses::counts(&searcher, &build, plan)?)
    }

    /// Returns what may have been meant by the words of a typed query that hardly any article has, the likeliest first.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn respellings(&self, typed: &str) -> Result<Vec<Respelling>, IndexError> {
        let (build, searcher) = self.snapshot()?;
        spelling::respellings(&searcher, &build, typed)
    }

    /// Returns the most frequent words that begin as typed, each with its number of articles.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn words_beginning(&self, typed: &str, most: usize) -> Result<Vec<(String, u64)>, IndexError> {
        let (build, searcher) = self.snapshot()?;
        spelling::beginning(&searcher, &build, typed, most)
    }

    /// Returns the articles that share an article's rarest words, the most like it first; `None` when it is not in the
    /// index.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn similar(&self, article: ArticleId, most: usize) -> Result<Option<Vec<SearchHit>>, IndexError> {
        let (build, searcher) = self.snapshot()?;
        similar::similar(&searcher, &build, article, most)
    }

    fn snapshot(&self) -> Result<(Arc<Build>, tantivy::Searcher), IndexError> {
        let look = || self.follow().and_then(|build| Ok((Arc::clone(&build), build.newest()?)));
        // A rebuild may switch and remove the old files between two lines of this: then the second look succeeds.
        look().or_else(|_| look())
    }

    fn known(&self) -> Arc<Build> {
        Arc::clone(&held(&self.living).build)
    }

    /// Returns the living build, opened anew if a rebuild has switched.
    fn follow(&self) -> Result<Arc<Build>, IndexError> {
        let look = self.folder.look();
        let mut living = held(&self.living);
        if look.is_none() || look != living.look {
            let current = self.folder.living()?;
            if let Some(name) = current.filter(|name| *name != living.build.name) {
                living.build = Arc::new(Build::open(&self.folder, &name)?);
            }
            living.look = look;
        }
        Ok(Arc::clone(&living.build))
    }
}

/// Says of articles, by their numbers, that the engine cannot take them.
pub(crate) fn not_taken(numbers: Vec<u64>) -> Vec<Refused> {
    let article = |number| ArticleId(i64::try_from(number).unwrap_or(i64::MAX));
    let refused = |number| Refused { article: article(number), reason: "the engine does not take it" };
    numbers.into_iter().map(refused).collect()
}

/// Makes the documents of versions, apart from those that cannot be indexed.
pub(crate) fn documents(
    fields: &Fields,
    versions: &[ReadVersion],
) -> Result<(Vec<Numbered>, Vec<Refused>), IndexError> {
    let (mut documents, mut refused) = (Vec::new(), Vec::new());
    for version in versions {
        let article = version.context.article.id;
        match fields.document(version)? {
            Ok(document) => documents.push((number_of(article), document)),
            Err(reason) => refused.push(Refused { article, reason }),
        }
    }
    Ok((documents, refused))
}
