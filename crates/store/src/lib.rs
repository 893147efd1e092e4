//! State and work queue: what the stages meet in.
//!
//! Every stage ends in one call here that keeps its result, closes its job and opens the next ones in one
//! transaction. No transaction handle leaves this crate. SQLite and PostgreSQL hold the same tables.
//! In reading order: [`Job`], who works it off ([`Worker`], [`Handler`]), when it is tried again ([`RetryPolicy`]), what
//! is encrypted at rest ([`Sealer`]), the [`Database`], and one narrow trait per consumer.

mod addresses;
mod administering;
mod config;
mod context;
mod database;
mod explaining;
mod extracting;
mod fetching;
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
mod remembering;
mod retry;
mod rows;
mod scheduling;
mod sealed;
mod sourcing;
mod subscribing;
mod watching;
mod worker;

pub use administering::{Administering, LexiconEntry};
pub use config::{QueueConfig, SealConfig, StoreConfig};
pub use context::VersionInContext;
pub use database::{Database, StoreError};
pub use explaining::{AlertRow, Explaining, LedgerRow};
pub use extracting::{Extracting, Extraction, NewVersion, PageCapture};
pub use fetching::{Fetching, NewCapture, PageToFetch, Polled, UnreadPage};
pub use indexing::Indexing;
pub use job::{Job, JobCount, JobKind, ParkedJob};
pub use key::{Key, KeyError, KeyOrigin, load_key};
pub use looking::{LookRecord, Looked, Looking, PageToLookAt};
pub use mailing::{Mailing, Sent};
pub use matching::{Finding, MatchedVersion, Matching, NewAlert, StoryCandidate, StoryChoice, WatchChanges};
pub use queue::Queue;
pub use reading::{ArticleRecord, CaptureRecord, HouseCounts, Reading, SourceRecord, Telling};
pub use remembering::{KeptRobots, Remembering};
pub use retry::{Failure, RetryPolicy};
pub use scheduling::{Scheduled, Scheduling};
pub use sealed::{SealError, Sealed, Sealer};
pub use sourcing::{ConfiguredEndpoint, ConfiguredSource, Sourcing};
pub use subscribing::{NewSubscriber, Subscribing};
pub use watching::Watching;
pub use worker::{Failed, Handler, Step, Worker};

/// Everything a store can do: the sum of the narrow traits.
pub trait Store:
    Queue
    + Sourcing
    + Fetching
    + Remembering
    + Looking
    + Scheduling
    + Extracting
    + Matching
    + Indexing
    + Mailing
    + Watching
    + Subscribing
    + Reading
    + Explaining
    + Administering
{
}

impl Store for Database {}
