//! What a backup says of itself, in its first member.

use anyhow::bail;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::HouseCounts;

/// The newest form of backups that this program reads. It writes this one where only what has changed in the store is in it.
pub(crate) const FORMAT: u32 = 2;
/// The form of a backup that holds the store whole, which older programs read as well.
pub(crate) const WHOLE: u32 = 1;
/// The name of the member that holds this.
pub(crate) const CONTENTS: &str = "backup.json";

/// A backup as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) format: u32,
    pub(crate) id: String,
    pub(crate) made: Timestamp,
    /// The version of the program that made it.
    pub(crate) program: String,
    /// The backups that it builds on, the full one first; none: it is a full one.
    pub(crate) builds_on: Vec<Named>,
    /// All files of the archive at that time, wherever they lie.
    pub(crate) archive: Vec<ArchiveFile>,
    /// What the store was; none in backups of older versions, which hold it whole.
    #[serde(default)]
    pub(crate) store: Option<StoreFile>,
    pub(crate) manifest_entries: u64,
    pub(crate) manifest_root: String,
    pub(crate) counts: Counts,
    pub(crate) key: KeyKept,
    /// The variables that stood above the settings file: they are not in the backup.
    pub(crate) variables: Vec<String>,
}

/// A backup by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) made: Timestamp,
}

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ArchiveFile {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// The backup in which it lies.
    pub(crate) held_in: String,
}

/// The file of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoreFile {
    pub(crate) size: u64,
    /// One hash over all of it.
    pub(crate) root: String,
    /// The backup since which this one holds the changes; none: it is whole.
    pub(crate) changed_since: Option<String>,
}

/// Whether the key of the sealed columns is in the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyKept {
    /// It is, as it was loaded.
    Yes,
    /// It is derived from a passphrase, which is stored nowhere.
    Passphrase,
    /// The house had none.
    None,
}

/// How much of everything the store held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) articles: u64,
    pub(crate) captures: u64,
    pub(crate) versions: u64,
    pub(crate) stories: u64,
    pub(crate) matches: u64,
    pub(crate) alerts: u64,
    pub(crate) mails: u64,
}

impl From<&HouseCounts> for Counts {
    fn from(counts: &HouseCounts) -> Self {
        Self {
            articles: counts.articles,
            captures: counts.captures,
            versions: counts.versions,
            stories: counts.stories,
            matches: counts.matches,
            alerts: counts.alerts,
            mails: counts.mails,
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { articles, captures, versions, stories, matches, alerts, mails } = self;
        write!(
            f,
            "{articles} articles, {captures} captures, {versions} texts, {stories} stories, {matches} matches, {alerts} alerts, {mails} mails"
        )
    }
}

impl Contents {
    /// Reads what a backup says of itself.
    pub(crate) fn parse(json: &[u8]) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let Form { format } = serde_json::from_slice(json)?;
        if format > FORMAT {
            bail!("it is of form {format}, this program reads up to {FORMAT}: install the newer program");
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// Returns the backup that the store of this one is changed from; none when it is whole.
    pub(crate) fn store_before(&self) -> Option<&str> {
        self.store.as_ref().and_then(|store| store.changed_since.as_deref())
    }

    /// Returns the files of the archive that lie in the backup called `id`.
    pub(crate) fn files_in<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a ArchiveFile> {
        self.archive.iter().filter(move |file| file.held_in == id)
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.id, self.made.strftime("%Y-%m-%d %H:%M:%S UTC"))
    }
}
