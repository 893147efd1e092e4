//! The one writer of a process: batches go in whole, and small segments are merged while nothing comes.

use std::fmt;
use std::sync::Arc;

use tantivy::{IndexWriter, TantivyError};

use crate::IndexError;
use crate::build::{Build, Numbered};
use crate::folder::WriteLock;
use crate::merging::{WhileFilling, while_idle};

/// The engine's writer, and the right to use it. The writer ends before the right does.
pub(crate) struct Writing {
    writer: IndexWriter,
    pub(crate) build: Arc<Build>,
    /// Whether anything came since it was last looked.
    busy: bool,
    _lock: WriteLock,
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writing").field(&self.build).finish()
    }
}

impl Writing {
    pub(crate) fn start(build: Arc<Build>, memory_bytes: usize, lock: WriteLock) -> Result<Self, IndexError> {
        Ok(Self { writer: build.writer(memory_bytes)?, build, busy: true, _lock: lock })
    }

    /// Makes documents searchable, and returns the numbers of the articles that the engine cannot take. `documents` is
    /// asked again when the batch as a whole was not taken: then its documents are put in one by one.
    pub(crate) fn put(&mut self, documents: &dyn Fn() -> Vec<Numbered>) -> Result<Vec<u64>, IndexError> {
        self.busy = true;
        let Err(failed) = self.commit(documents()) else { return Ok(Vec::new()) };
        if !may_be_a_document(&failed) {
            return Err(failed);
        }
        self.begin_again()?;
        let (mut refused, mut taken) = (Vec::new(), 0_usize);
        for (number, document) in documents() {
            match self.commit(vec![(number, document)]) {
                Ok(()) => taken += 1,
                Err(error) if may_be_a_document(&error) => {
                    self.begin_again()?;
                    refused.push(number);
                }
                Err(error) => return Err(error),
            }
        }
        // When nothing at all goes in, it is not for what the documents say.
        if taken == 0 { Err(failed) } else { Ok(refused) }
    }

    fn commit(&mut self, documents: Vec<Numbered>) -> Result<(), IndexError> {
        self.build.add(&self.writer, documents)?;
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

    /// Waits until all merging is done, and ends.
    pub(crate) fn close(self) -> Result<(), IndexError> {
        self.writer.wait_merging_threads()?;
        self.build.newest().map(drop)
    }
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
mod tests {
    use tantivy::TantivyDocument;

    use super::*;
    use crate::folder::Folder;

    fn writing(folder: &tempfile::TempDir) -> Writing {
        let folder = Folder::open(&folder.path().join("index")).unwrap();
        let build = Build::create(&folder, &folder.begin().unwrap()).unwrap();
        Writing::start(Arc::new(build), 15_000_000, folder.lock_writing().unwrap()).unwrap()
    }

    fn document(writing: &Writing, number: u64, sound: bool) -> Numbered {
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
        let batch = [(1, true), (2, false), (3, true)];
        let documents: Vec<Numbered> =
            batch.iter().map(|(number, sound)| document(&writing, *number, *sound)).collect();
        assert_eq!(writing.put(&|| documents.clone()).unwrap(), [2]);
        assert_eq!(writing.build.newest().unwrap().num_docs(), 2);
        let next = document(&writing, 4, true);
        assert_eq!(writing.put(&|| vec![next.clone()]).unwrap(), [0_u64; 0]);
        assert_eq!(writing.build.newest().unwrap().num_docs(), 3);
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
