//! What a backup says of itself, in its first member.

use anyhow::bail;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::HouseCounts;

/// The form of the backups that this program writes, and the newest that it reads.
pub(crate) const FORMAT: u32 = 1;
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
