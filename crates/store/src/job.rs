//! What a job is: one step of one thing, waiting or being worked on.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use model::JobId;

/// The steps of an article's way, and of a mail's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Ask an endpoint for news. Subject: the endpoint.
    Poll,
    /// Fetch an article's page. Subject: the article.
    FetchPage,
    /// Look again at an article's page. Subject: the article.
    Look,
    /// Read title and text from a capture. Subject: the capture.
    Extract,
    /// Run all watches over a version. Subject: the version.
    Match,
    /// Make a version searchable. Subject: the version.
    Index,
    /// Send a subscriber what is due. Subject: the subscriber.
    Deliver,
    /// Compare what was matched with what a search finds. Subject: none.
    Reconcile,
}

impl JobKind {
    /// All kinds, in the order of an article's way.
    pub const ALL: [Self; 8] = [
        Self::Poll,
        Self::FetchPage,
        Self::Look,
        Self::Extract,
        Self::Match,
        Self::Index,
        Self::Deliver,
        Self::Reconcile,
    ];

    /// Returns the word used in the store and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::FetchPage => "fetch-page",
            Self::Look => "look",
            Self::Extract => "extract",
            Self::Match => "match",
            Self::Index => "index",
            Self::Deliver => "deliver",
            Self::Reconcile => "reconcile",
        }
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            format!("`{word}` is no kind of job: use one of {}", Self::ALL.map(Self::as_str).join(", "))
        })
    }
}

/// A leased job. Whoever holds it may finish it, until the lease is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What is to be done.
    pub kind: JobKind,
    /// Unique among the open jobs of its kind.
    pub key: String,
    /// The number of the thing it is about.
    pub subject: i64,
    /// Counts from one: this is the how-manieth try.
    pub attempt: u32,
    /// When it was opened.
    pub created: Timestamp,
    /// Proof that this worker holds it.
    pub lease: i64,
}

/// How many jobs of a kind there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// The kind.
    pub kind: JobKind,
    /// Due now or held by a worker.
    pub ready: u64,
    /// To be done at a later time.
    pub later: u64,
    /// Waiting for a person.
    pub parked: u64,
}

/// A job that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedJob {
    /// Its number.
    pub id: JobId,
    /// What was to be done.
    pub kind: JobKind,
    /// The number of the thing it is about.
    pub subject: i64,
    /// How often it was tried.
    pub attempt: u32,
    /// Why it failed last.
    pub last_error: String,
}

/// A job to be opened, unless one of the same kind and key is open already.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    pub(crate) kind: JobKind,
    pub(crate) key: String,
    /// At most one job of a lane is leased at a time; empty: no such limit.
    pub(crate) lane: String,
    pub(crate) subject: i64,
    pub(crate) due: Timestamp,
}

impl NewJob {
    /// A job without a lane whose key is its subject's number.
    pub(crate) fn about(kind: JobKind, subject: i64, due: Timestamp) -> Self {
        Self { kind, key: subject.to_string(), lane: String::new(), subject, due }
    }

    /// Matches a version. One at a time: a copy must find the story that the one before it began.
    pub(crate) fn matching(version: i64, due: Timestamp) -> Self {
        Self { lane: "match".to_owned(), ..Self::about(JobKind::Match, version, due) }
    }
}
