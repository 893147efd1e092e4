//! Which backup holds which file of the archive: a list beside the data, with names and hashes alone.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use archive::Listed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::backup::contents::{ArchiveFile, Contents, Named};

/// The list's name in the folder of the data.
pub(crate) const LEDGER: &str = "backups.jsonl";

/// One backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) made: Timestamp,
    /// The backup that it builds on; none for a full one.
    pub(crate) parent: Option<String>,
    /// The files that lie in it, with their SHA-256.
    pub(crate) files: BTreeMap<String, String>,
}

impl Line {
    /// Returns what the list keeps of a backup.
    pub(crate) fn of(contents: &Contents) -> Self {
        let files = contents.files_in(&contents.id);
        Self {
            id: contents.id.clone(),
            made: contents.made,
            parent: contents.builds_on.last().map(|named| named.id.clone()),
            files: files.map(|file| (file.name.clone(), file.sha256.clone())).collect(),
        }
    }
}

/// Reads the list; a line that a crash has torn is passed over.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        text => {
            let text = text.with_context(|| format!("cannot read `{}`", path.display()))?;
            Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
        }
    }
}

/// Adds a backup to the list.
pub(crate) fn append(path: &Path, line: &Line) -> anyhow::Result<()> {
    let text = format!("{}\n", serde_json::to_string(line)?);
    let written = OpenOptions::new().create(true).append(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.with_context(|| {
        format!(
            "the backup is whole, but cannot be noted in `{}`: make the next one without --increment",
            path.display()
        )
    })
}

/// Returns the backups that an increment builds on, the full one first.
pub(crate) fn chain(lines: &[Line]) -> anyhow::Result<Vec<&Line>> {
    let Some(mut line) = lines.last() else {
        bail!("there is no earlier backup to build on: make a full one first, without --increment");
    };
    let mut chain = vec![line];
    while let Some(parent) = &line.parent {
        let found = lines.iter().find(|one| one.id == *parent);
        line = found.filter(|_| chain.len() <= lines.len()).with_context(|| {
            format!("`{LEDGER}` does not know backup {parent} any more: make a full one, without --increment")
        })?;
        chain.push(line);
    }
    chain.reverse();
    Ok(chain)
}

/// Decides for each file whether it goes into the backup called `id` or lies in one that it builds on.
pub(crate) fn placed(files: Vec<Listed>, builds_on: &[&Line], id: &str) -> Vec<ArchiveFile> {
    let held =
        |file: &Listed| builds_on.iter().rev().find(|line| line.files.get(&file.name) == Some(&file.sha256));
    let placed = |file: Listed| {
        let held_in = held(&file).map_or(id, |line| line.id.as_str()).to_owned();
        ArchiveFile { name: file.name, size: file.size, sha256: file.sha256, held_in }
    };
    files.into_iter().map(placed).collect()
}

/// Returns the names of the backups of a chain.
pub(crate) fn named(chain: &[&Line]) -> Vec<Named> {
    chain.iter().map(|line| Named { id: line.id.clone(), made: line.made }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, parent: Option<&str>, files: &[(&str, &str)]) -> Line {
        Line {
            id: id.to_owned(),
            made: Timestamp::UNIX_EPOCH,
            parent: parent.map(str::to_owned),
            files: files.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned())).collect(),
        }
    }

    #[test]
    fn an_increment_builds_on_the_last_backup_and_all_before_it() {
        let lines = [
            line("a", None, &[]),
            line("b", None, &[]),
            line("c", Some("b"), &[]),
            line("d", Some("c"), &[]),
        ];
        let ids: Vec<&str> = chain(&lines).unwrap().iter().map(|line| line.id.as_str()).collect();
        assert_eq!(ids, ["b", "c", "d"]);
        assert!(chain(&[]).unwrap_err().to_string().contains("without --increment"));
        assert!(chain(&lines[2..]).unwrap_err().to_string().contains("backup b"));
        assert!(chain(&[line("x", Some("x"), &[])]).is_err(), "a list that was tampered with ends");
    }

    #[test]
    fn a_file_goes_in_again_only_when_it_has_changed() {
        let (full, increment) =
            (line("full", None, &[("1", "aa"), ("2.open", "bb")]), line("inc", Some("full"), &[("3", "cc")]));
        let listed =
            |name: &str, hash: &str| Listed { name: name.to_owned(), size: 1, sha256: hash.to_owned() };
        let files = vec![listed("1", "aa"), listed("2.open", "b2"), listed("3", "cc"), listed("4", "dd")];
        let placed = placed(files, &[&full, &increment], "new");
        let held: Vec<&str> = placed.iter().map(|file| file.held_in.as_str()).collect();
        assert_eq!(held, ["full", "new", "inc", "new"]);
    }
}
