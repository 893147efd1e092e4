//! Digests: the alerts due for one subscriber at one time, and their way to a mail server.

use std::fmt;

use jiff::Timestamp;

use crate::{AlertId, DigestId, Excerpt, Mode, Notice, StoryFacts, StoryId, Subscriber};

/// One mail's worth of alerts. Number, Message-ID and contents are fixed before the first attempt, so that a
/// mail that is sent again is the same mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Digest {
    /// Its number in the store.
    pub id: DigestId,
    /// Who it is for.
    pub subscriber: Subscriber,
    /// The subscriber's running number, from 1: a gap means that a mail was lost on the way.
    pub number: u32,
    /// The `Message-ID` with its angle brackets.
    pub message_id: String,
    /// When it was frozen: the mail's `Date`.
    pub frozen: Timestamp,
    /// What it says.
    pub contents: DigestContents,
}

/// What a digest says.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DigestContents {
    /// The alerts, in the order of finding.
    pub items: Vec<(AlertId, StoryId, Excerpt)>,
    /// What is known of their stories.
    pub stories: Vec<(StoryId, StoryFacts)>,
    /// How much is said.
    pub mode: Option<Mode>,
    /// How many matches in the backlog are not told one by one.
    pub older_matches: u32,
    /// What the lexicon's traps held back in the last week, by trap; said once a week.
    pub held: Vec<(String, u32)>,
    /// What is to be told of sources: troubles that began, and troubles that are over.
    pub news: Vec<SourceNews>,
    /// What is to be told of the subscriber's own watches.
    pub watches: Vec<WatchNews>,
    /// That the house was restored, for a subscriber who was not told of it yet.
    pub restored: Option<Restored>,
    /// How the sources did.
    pub readings: Readings,
    /// When the next digest comes at the latest; `None` for instant mails.
    pub next_mail: Option<Timestamp>,
}

/// What a digest tells of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNews {
    /// Its name as readers know it.
    pub source_name: String,
    /// What happened to it.
    pub notice: Notice,
}

/// What a digest tells of one watch: that it cannot be read any more, or can again.
#[derive(Clone, PartialEq, Eq)]
pub struct WatchNews {
    /// What the team calls it.
    pub watch_name: String,
    /// Since when it could not be read.
    pub since: Timestamp,
    /// What is wrong and what to write instead; empty when all is well again.
    pub reason: String,
}

impl WatchNews {
    /// Returns whether it can be read again.
    pub fn is_over(&self) -> bool {
        self.reason.is_empty()
    }
}

impl fmt::Debug for WatchNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchNews").field("since", &self.since).finish_non_exhaustive()
    }
}

/// That the house was made anew from a backup: what was found in between may have been told by the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// When.
    pub at: Timestamp,
    /// When the backup was made.
    pub backup: Timestamp,
}

/// How many sources could be read in the last day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readings {
    /// Sources that are switched on.
    pub enabled: u32,
    /// Of these, how many answered with something readable.
    pub read: u32,
    /// Names and states of those that did not, in plain words.
    pub unread: Vec<(String, String)>,
}

/// One attempt to hand a digest to a mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which digest.
    pub digest: DigestId,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: DeliveryOutcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The server took it, with these words (or the outbox file's name).
    Accepted(String),
    /// There was nothing to tell and nothing to send.
    Nothing,
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest").field("id", &self.id).field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for DigestContents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestContents").field("items", &self.items.len()).finish_non_exhaustive()
    }
}
