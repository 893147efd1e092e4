//! Which of the backups that were given are needed to restore the newest of them, and which are missing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;

use crate::backup::contents::{Contents, Named};

/// A backup that was given, and what it says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) path: PathBuf,
    pub(crate) contents: Contents,
}

/// The newest backup, and those in which its files lie.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) head: Given,
    pub(crate) earlier: Vec<Given>,
    /// Backups that were given and hold nothing that is needed.
    pub(crate) unneeded: Vec<PathBuf>,
}

impl Chain {
    /// Orders backups that were given in any order.
    pub(crate) fn of(given: Vec<Given>) -> anyhow::Result<Self> {
        let mut given = given;
        given.sort_by_key(|one| one.contents.made);
        let Some(head) = given.pop() else { bail!("no backup was named") };
        let needed: BTreeSet<&str> = head.contents.archive.iter().map(|file| file.held_in.as_str()).collect();
        let is_there = |id: &str| id == head.contents.id || given.iter().any(|one| one.contents.id == id);
        let missing: Vec<String> =
            needed.iter().filter(|id| !is_there(id)).map(|id| name(&head.contents, id)).collect();
        if !missing.is_empty() {
            bail!(
                "`{}` needs backups that were not named: {}; name their files as well",
                head.path.display(),
                missing.join(", ")
            );
        }
        let mut chain = Self { earlier: Vec::new(), unneeded: Vec::new(), head: head.clone() };
        for one in given {
            let is_twice = chain.earlier.iter().any(|earlier| earlier.contents.id == one.contents.id);
            if needed.contains(one.contents.id.as_str()) && !is_twice && one.contents.id != head.contents.id {
                chain.earlier.push(one);
            } else {
                chain.unneeded.push(one.path);
            }
        }
        Ok(chain)
    }
}

/// Names a missing backup by id and time, as far as the newest knows it.
fn name(head: &Contents, id: &str) -> String {
    let known = head.builds_on.iter().find(|named| named.id == id);
    known.map_or_else(|| id.to_owned(), Named::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::contents::{ArchiveFile, Counts, FORMAT, KeyKept};

    fn given(id: &str, second: i64, builds_on: &[(&str, i64)], files: &[(&str, &str)]) -> Given {
        let made = |second| jiff::Timestamp::from_second(second).unwrap();
        let named = |(id, second): &(&str, i64)| Named { id: (*id).to_owned(), made: made(*second) };
        let file = |(name, held_in): &(&str, &str)| ArchiveFile {
            name: (*name).to_owned(),
            size: 1,
            sha256: "aa".to_owned(),
            held_in: (*held_in).to_owned(),
        };
        let contents = Contents {
            format: FORMAT,
            id: id.to_owned(),
            made: made(second),
            program: "0".to_owned(),
            builds_on: builds_on.iter().map(named).collect(),
            archive: files.iter().map(file).collect(),
            manifest_entries: 0,
            manifest_root: String::new(),
            counts: Counts::default(),
            key: KeyKept::None,
            variables: Vec::new(),
        };
        Given { path: id.into(), contents }
    }

    #[test]
    fn backups_are_ordered_and_what_is_not_needed_is_told() {
        let full = given("full", 10, &[], &[("1", "full")]);
        let first = given("first", 20, &[("full", 10)], &[("1", "full"), ("2", "first")]);
        let last = given("last", 30, &[("full", 10), ("first", 20)], &[("1", "full"), ("3", "last")]);
        let chain = Chain::of(vec![last.clone(), full.clone(), first.clone(), full.clone()]).unwrap();
        assert_eq!(chain.head.contents.id, "last");
        assert_eq!(chain.earlier.len(), 1, "the second file is not in the archive any more");
        assert_eq!(chain.unneeded, [PathBuf::from("full"), PathBuf::from("first")]);
        let error = Chain::of(vec![first, last]).unwrap_err().to_string();
        assert!(error.contains("full of 1970-01-01 00:00:10 UTC"), "{error}");
    }
}
