//! Matching again, and what was held back.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{VersionId, WatchId};

use crate::database::open_job;
use crate::job::NewJob;
use crate::{Database, HeldVersion, StoreError};

/// What looks after the ledger needs.
#[async_trait]
pub trait Reconciling: Send + Sync {
    /// Opens Match jobs for versions that were matched before: what is missing is added, and nothing is told twice.
    async fn match_again(&self, versions: &[VersionId], now: Timestamp) -> Result<(), StoreError>;

    /// Lists what traps of the lexicon held back from a watch since then, newest first.
    async fn held_back(&self, watch: WatchId, since: Timestamp) -> Result<Vec<HeldVersion>, StoreError>;
}

#[async_trait]
impl Reconciling for Database {
    async fn match_again(&self, versions: &[VersionId], now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for version in versions {
            open_job(&mut transaction, NewJob::matching(version.0, now), now).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn held_back(&self, watch: WatchId, since: Timestamp) -> Result<Vec<HeldVersion>, StoreError> {
        self.held_since(watch, since).await
    }
}
