//! State and work queue: what the stages meet in, the same on SQLite and PostgreSQL. Every stage ends in one call and one
//! transaction, which never leaves this crate. In reading order: [`Job`], [`Worker`] and [`Handler`], [`RetryPolicy`],
//! [`Sealer`], [`Database`], and one narrow trait per consumer.

mod addresses;
mod administering;
mod config;
mod context;
mod copying;
mod database;
mod disclosing;
mod editing;
mod explaining;
mod extracting;
mod fetching;
mod freezing;
mod history;
mod indexing;
mod job;
mod key;
mod looking;
mod mailing;
mod matching;
mod migrate;
mod noticing;
mod queue;
mod reading;
mod reconciling;
mod remarking;
mod remembering;
mod resealing;
mod restoring;
mod retry;
mod rows;
mod scheduling;
mod sealed;
mod sourcing;
mod subscribing;
mod sum;
#[cfg(feature = "testing")]
pub mod testing;
mod watching;
mod worker;

pub use administering::{Administering, LexiconEntry};
pub use config::{QueueConfig, SealConfig, StoreConfig};
pub use context::VersionInContext;
pub use database::{Database, StoreError};
pub use disclosing::{DigestRecord, Disclosing};
pub use editing::WatchEdit;
pub use explaining::{AlertRow, Explaining, LedgerRow};
pub use extracting::{Extracting, Extraction, NewVersion, PageCapture};
pub use fetching::{Fetching, NewCapture, PageToFetch, Polled, UnreadPage};
pub use freezing::{Frozen, FrozenFile};
pub use history::{WatchChange, WatchEvent, WatchHistory};
pub use indexing::Indexing;
pub use job::{Job, JobCount, JobKind, ParkedJob};
pub use key::{Key, KeyError, KeyOrigin, key_of_passphrase, load_key};
pub use looking::{LookRecord, Looked, Looking, PageToLookAt};
pub use mailing::{Mailing, Sent};
pub use matching::{
    Finding, HeldFinding, HeldVersion, MatchedVersion, Matching, NewAlert, StoryCandidate, StoryChoice,
    StorySentence, WatchChanges,
};
pub use queue::Queue;
pub use reading::{ArticleRecord, CaptureRecord, HouseCounts, Reading, SourceRecord, Telling};
pub use reconciling::{LedgerVersion, Reconciliation, Reconciling};
pub use remarking::{Remark, Remarked, Remarking, StoryArticle, StoryRecord};
pub use remembering::{KeptRobots, Remembering};
pub use resealing::Resealed;
pub use restoring::{Restoring, SetAside};
pub use retry::{Failure, RetryPolicy};
pub use scheduling::{Scheduled, Scheduling};
pub use sealed::{SealError, Sealed, Sealer};
pub use sourcing::{ConfiguredEndpoint, ConfiguredSource, Sourcing};
pub use subscribing::{NewSubscriber, Subscribing};
pub use sum::Store;
pub use watching::Watching;
pub use worker::{Failed, Handler, Step, Worker};
