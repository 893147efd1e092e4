//! The one writer of a process: batches go in whole, and small segments are merged while nothing comes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tantivy::indexer::NoMergePolicy;
use tantivy::{IndexWriter, TantivyError};

use crate::IndexError;
use crate::build::{Build, Numbered};
use crate::folder::WriteLock;
use crate::merging::{WhileFilling, while_idle};

/// So often merging is tried before an index is left untidy, with a pause after each try in vain.
const TIDYING: usize = 100;
const PAUSE: Duration = Duration::from_millis(300);

/// The engine's writer, and the right to use it. The writer ends before the right does.
pub(crate) struct Writing {
    writer: IndexWriter,
    pub(crate) build: Arc<Build>,
    /// Whether anything came since it was last looked.
    busy: bool,
    lock: WriteLock,
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writing").field(&self.build).finish()
    }
}

impl Writing {
    pub(crate) fn start(build: Arc<Build>, memory_bytes: usize, lock: WriteLock) -> Result<Self, IndexError> {
        Ok(Self { writer: build.writer(memory_bytes)?, build, busy: true, lock })
    }

    /// Makes documents searchable, and returns the numbers of the articles that the engine cannot take. `documents` is
    /// asked again when the batch as a whole was not taken.
    pub(crate) fn put(&mut self, documents: &dyn Fn() -> Vec<Numbered>) -> Result<Vec<u64>, IndexError> {
        self.busy = true;
        match self.commit(documents()) {
            Ok(()) => Ok(Vec::new()),
            Err(failed) => self.put_apart(failed, documents()),
        }
    }

    /// Takes documents in without making them searchable: they are kept with the next [`Writing::commit`], which may be
    /// the first to tell that one of them cannot be.
    pub(crate) fn hold(&self, documents: Vec<Numbered>) -> Result<(), IndexError> {
        self.build.add(&self.writer, documents)
    }

    /// Puts documents in that were not taken together: by halves, until those are alone that the engine cannot take.
    /// Returns the numbers of their articles.
    pub(crate) fn put_apart(
        &mut self,
        failed: IndexError,
        documents: Vec<Numbered>,
    ) -> Result<Vec<u64>, IndexError> {
        if !may_be_a_document(&failed) {
            return Err(failed);
        }
        self.begin_again()?;
        let (mut refused, mut taken) = (Vec::new(), 0_usize);
        let mut open = halves(documents);
        while let Some(part) = open.pop() {
            match self.commit(part.clone()) {
                Ok(()) => taken += part.len(),
                Err(error) if may_be_a_document(&error) => {
                    self.begin_again()?;
                    match &part[..] {
                        [(number, _)] => refused.push(*number),
                        _ => open.extend(halves(part)),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        // When nothing at all goes in, it is not for what the documents say.
        if taken == 0 { Err(failed) } else { Ok(refused) }
    }

    /// Makes documents searchable, with those that are held.
    pub(crate) fn commit(&mut self, documents: Vec<Numbered>) -> Result<(), IndexError> {
        self.hold(documents)?;
        self.writer.commit()?;
        Ok(())
    }

    /// Takes back what was not committed; a writer that a document ended goes on.
    fn begin_again(&mut self) -> Result<(), IndexError> {
        self.writer.rollback()?;
        self.writer.set_merge_policy(Box::new(WhileFilling));
        Ok(())
    }

    /// Begins to merge small segments, unless something was written since this was last asked. Returns how many.
    pub(crate) fn tidy(&mut self) -> Result<usize, IndexError> {
        if std::mem::take(&mut self.busy) {
            return Ok(0);
        }
        let small = while_idle(self.build.segments()?);
        if !small.is_empty() {
            // It goes on in the engine's own thread; nobody waits for it here.
            drop(self.writer.merge(&small));
        }
        Ok(small.len())
    }

    /// Merges what is worth it, and waits for it. A merge that the engine has begun by itself may take segments away
    /// meanwhile: then it is looked again. An index that stays untidy is whole all the same.
    pub(crate) fn tidy_up(&mut self) -> Result<(), IndexError> {
        self.writer.set_merge_policy(Box::new(NoMergePolicy));
        for _ in 0..TIDYING {
            let small = while_idle(self.build.segments()?);
            if small.is_empty() {
                break;
            }
            if self.writer.merge(&small).wait().is_err() {
                std::thread::sleep(PAUSE);
            }
        }
        Ok(())
    }

    /// Waits until all merging is done, and ends.
    pub(crate) fn close(self) -> Result<(), IndexError> {
        let build = Arc::clone(&self.build);
        self.finish()?;
        build.newest().map(drop)
    }

    /// Waits until all merging is done, and ends; the right to write is left.
    pub(crate) fn finish(self) -> Result<WriteLock, IndexError> {
        self.writer.wait_merging_threads()?;
        Ok(self.lock)
    }
}

/// Parts documents in two, the first to be taken from the end.
fn halves(mut documents: Vec<Numbered>) -> Vec<Vec<Numbered>> {
    let rest = documents.split_off(documents.len() / 2);
    if documents.is_empty() { vec![rest] } else { vec![rest, documents] }
}

/// Whether an error may come from one document of a batch, and not from the disk or another process.
fn may_be_a_document(error: &IndexError) -> bool {
    use TantivyError::{ErrorInThread, InvalidArgument, SchemaError, SystemError};
    matches!(
        error,
        IndexError::Engine(ErrorInThread(_) | InvalidArgument(_) | SchemaError(_) | SystemError(_))
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use tantivy::TantivyDocument;

    use super::*;
    use crate::folder::Folder;

    fn writing(folder: &tempfile::TempDir) -> Writing {
        let folder = Folder::open(&folder.path().join("index")).unwrap();
        let build = Build::create(&folder, &folder.begin().unwrap()).unwrap();
        Writing::start(Arc::new(build), 15_000_000, folder.lock_writing().unwrap()).unwrap()
    }

    pub(crate) fn document(writing: &Writing, number: u64, sound: bool) -> Numbered {
        let mut document = TantivyDocument::new();
        let fields = writing.build.fields;
        document.add_u64(fields.article, number);
        document.add_i64(fields.published, 0);
        if !sound {
            // A value of another kind than its field ends the engine's writer.
            document.add_text(fields.article, "seventeen");
        }
        (number, document)
    }

    #[test]
    fn a_document_that_ends_the_writer_is_the_only_one_that_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let mut writing = writing(&folder);
        let documents: Vec<Numbered> =
            (1..=9).map(|number| document(&writing, number, ![2, 9].contains(&number))).collect();
        assert_eq!(writing.put(&|| documents.clone()).unwrap(), [2, 9]);
        assert_eq!(writing.build.newest().unwrap().num_docs(), 7);
        let next = document(&writing, 10, true);
        assert_eq!(writing.put(&|| vec![next.clone()]).unwrap(), [0_u64; 0]);
        assert_eq!(writing.build.newest().unwrap().num_docs(), 8);
    }

    #[test]
    fn a_document_that_is_alone_and_not_taken_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut writing = writing(&folder);
        let bad = document(&writing, 1, false);
        assert!(writing.put(&|| vec![bad.clone()]).is_err());
        let next = document(&writing, 2, true);
        assert_eq!(writing.put(&|| vec![next.clone()]).unwrap(), [0_u64; 0], "the writer goes on");
    }
}
