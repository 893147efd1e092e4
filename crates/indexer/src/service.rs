//! The service: makes matched versions searchable, many at a time.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use model::VersionId;
use store::{Failed, Handler, Indexing, Job, JobKind, VersionInContext};

use crate::{IndexError, Refused, TantivyIndex};

/// Fills the index.
pub struct IndexService {
    store: Arc<dyn Indexing>,
    index: Arc<TantivyIndex>,
}

impl fmt::Debug for IndexService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexService")
    }
}

impl IndexService {
    /// Makes a service that fills `index` from `store`.
    pub fn new(store: Arc<dyn Indexing>, index: Arc<TantivyIndex>) -> Self {
        Self { store, index }
    }
}

#[async_trait]
impl Handler for IndexService {
    const KIND: JobKind = JobKind::Index;
    /// A commit is dear whether it holds one article or hundreds.
    const BATCH: u32 = 500;

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        let versions: Vec<VersionId> = jobs.iter().map(|job| VersionId(job.subject)).collect();
        let newest = self.store.newest_of(&versions).await?;
        let index = Arc::clone(&self.index);
        let put = tokio::task::spawn_blocking(move || index.put(&newest)).await;
        let refused =
            put.map_err(|_| Failed::passing(&"the index panicked"))?.map_err(|error| failed(&error))?;
        let Some(Refused { article, reason }) = refused.first() else {
            return Ok(self.store.finish_index(jobs).await?);
        };
        let reason = format!("article {} cannot be indexed: {reason}", article.0);
        let (bad, good) = self.split(jobs, &refused).await?;
        self.store.finish_index(&good).await?;
        Err(Failed::last(&reason).only(&bad))
    }
}

impl IndexService {
    /// Parts the jobs whose article was refused from all others.
    async fn split(&self, jobs: &[Job], refused: &[Refused]) -> Result<(Vec<Job>, Vec<Job>), Failed> {
        let (mut bad, mut good) = (Vec::new(), Vec::new());
        for job in jobs {
            let newest = self.store.newest_of(&[VersionId(job.subject)]).await?;
            let is_refused = |one: &VersionInContext| refused.iter().any(|bad| bad.article == one.article.id);
            if newest.iter().any(is_refused) { bad.push(job.clone()) } else { good.push(job.clone()) }
        }
        Ok((bad, good))
    }
}

/// A reason that stands alone: with the causes, which are of files and the engine and hold no text of an article.
fn failed(error: &IndexError) -> Failed {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        reason = format!("{reason}: {inner}");
        cause = inner.source();
    }
    Failed::passing(&reason)
}
