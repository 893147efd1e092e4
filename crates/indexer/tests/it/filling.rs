//! The service that fills the index.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use indexer::{IndexService, TantivyIndex};
use jiff::Timestamp;
use model::{ArticleId, JobId, VersionId};
use store::{Failure, Handler, Indexing, Job, JobKind, StoreError, VersionInContext};

use crate::given::{self, config, english, found, lexicon, open};

/// A store of articles, which notes what was finished and how much was searchable then.
struct Shelf {
    versions: Vec<VersionInContext>,
    finished: Mutex<Vec<(i64, u64)>>,
    index: Arc<TantivyIndex>,
}

#[async_trait]
impl Indexing for Shelf {
    async fn newest_of(&self, versions: &[VersionId]) -> Result<Vec<VersionInContext>, StoreError> {
        let wanted = |one: &&VersionInContext| versions.contains(&one.version.id);
        Ok(self.versions.iter().filter(wanted).cloned().collect())
    }

    async fn finish_index(&self, jobs: &[Job]) -> Result<(), StoreError> {
        let searchable = self.index.documents();
        self.finished.lock().unwrap().extend(jobs.iter().map(|job| (job.id.0, searchable)));
        Ok(())
    }

    async fn articles_after(&self, _: ArticleId, _: u32) -> Result<Vec<VersionInContext>, StoreError> {
        Ok(Vec::new())
    }
}

fn job(id: i64) -> Job {
    Job {
        id: JobId(id),
        kind: JobKind::Index,
        key: id.to_string(),
        subject: id,
        attempt: 1,
        created: Timestamp::UNIX_EPOCH,
        lease: 1,
    }
}

fn shelf(index: &Arc<TantivyIndex>) -> Arc<Shelf> {
    Arc::new(Shelf {
        versions: vec![english(1, "rail"), english(2, "rail")],
        finished: Mutex::default(),
        index: Arc::clone(index),
    })
}

#[tokio::test]
async fn jobs_are_finished_after_their_versions_became_searchable() {
    let folder = tempfile::tempdir().unwrap();
    let index = Arc::new(open(&folder));
    let shelf = shelf(&index);
    let service = IndexService::new(shelf.clone(), Arc::clone(&index));
    // The store knows no third version: its article is gone, and there is nothing to index.
    service.handle(&[job(1), job(2), job(3)]).await.unwrap();
    assert_eq!(*shelf.finished.lock().unwrap(), [(1, 2), (2, 2), (3, 2)]);
    service.handle(&[job(1)]).await.unwrap();
    assert_eq!(found(&index, "rail"), [1, 2], "a job done twice changes nothing");
}

#[tokio::test]
async fn jobs_stay_open_when_the_index_cannot_be_written() {
    let given = given::index(&[english(9, "rail")]);
    let second = TantivyIndex::open(&config(&given.folder), lexicon()).unwrap();
    let second = Arc::new(second);
    let shelf = shelf(&second);
    let failed = IndexService::new(shelf.clone(), second).handle(&[job(1)]).await.unwrap_err();
    assert_eq!(failed.failure, Failure::Passing);
    assert!(failed.reason.contains("another process"), "{}", failed.reason);
    assert!(shelf.finished.lock().unwrap().is_empty());
}

/// An article of which the engine could not count the words.
fn endless(id: i64) -> VersionInContext {
    let mut version = english(id, "rail");
    let block = version.version.blocks.first().unwrap().clone();
    let empty = model::Block { text: String::new(), ..block.clone() };
    version.version.blocks = vec![empty; 1_100_000];
    version.version.blocks.push(block);
    version
}

#[tokio::test]
async fn an_article_that_cannot_be_indexed_fails_alone_and_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let index = Arc::new(open(&folder));
    let shelf = Arc::new(Shelf {
        versions: vec![english(1, "rail"), endless(2), english(3, "rail")],
        finished: Mutex::default(),
        index: Arc::clone(&index),
    });
    let service = IndexService::new(shelf.clone(), Arc::clone(&index));
    let failed = service.handle(&[job(1), job(2), job(3)]).await.unwrap_err();
    assert_eq!(failed.failure, Failure::Final);
    assert_eq!(failed.only, [JobId(2)]);
    assert_eq!(failed.reason, "article 2 cannot be indexed: its text has too many blocks");
    assert_eq!(*shelf.finished.lock().unwrap(), [(1, 2), (3, 2)]);
    assert_eq!(found(&index, "rail"), [1, 3]);
}

#[test]
fn small_segments_are_merged_when_nothing_came_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(&folder);
    for id in 1..=5 {
        index.put(&[english(id, "rail")]).unwrap();
    }
    assert_eq!(index.tidy().unwrap(), 0, "something came since it was last asked");
    assert_eq!(index.tidy().unwrap(), 5);
    index.close().unwrap();
    assert_eq!(index.segments(), 1);
    assert_eq!(found(&index, "rail"), [1, 2, 3, 4, 5]);
    index.put(&[english(6, "rail")]).unwrap();
    assert_eq!(found(&index, "rail"), [1, 2, 3, 4, 5, 6], "what was closed is opened again");
}
