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
    /// The ids of the backups that the store is made from: the one that holds it whole, then those that hold changes, in order.
    pub(crate) store: Vec<String>,
    /// Backups that were given and hold nothing that is needed.
    pub(crate) unneeded: Vec<PathBuf>,
}

impl Chain {
    /// Orders backups that were given in any order.
    pub(crate) fn of(given: Vec<Given>) -> anyhow::Result<Self> {
        let mut given = given;
        // The newest is the one on which no other builds: a clock may have been set back.
        let builds_on: BTreeSet<String> =
            given.iter().flat_map(|one| &one.contents.builds_on).map(|named| named.id.clone()).collect();
        given.sort_by_key(|one| (!builds_on.contains(&one.contents.id), one.contents.made));
        let Some(head) = given.pop() else { bail!("no backup was named") };
        let store = store(&head, &given)?;
        let files = head.contents.archive.iter().map(|file| file.held_in.as_str());
        let needed: BTreeSet<&str> = files.chain(store.iter().map(String::as_str)).collect();
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
        let mut chain =
            Self { earlier: Vec::new(), store: store.clone(), unneeded: Vec::new(), head: head.clone() };
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

/// Returns the ids of the backups that the store of the newest is made from, the whole one first. One that was not named is
/// the first of them: what it builds on is not known.
fn store(head: &Given, given: &[Given]) -> anyhow::Result<Vec<String>> {
    let (mut ids, mut at) = (vec![head.contents.id.clone()], head);
    while let Some(before) = at.contents.store_before() {
        if ids.iter().any(|id| id == before) {
            bail!("`{}` builds on itself: it was not made by this program", head.path.display());
        }
        ids.push(before.to_owned());
        let Some(found) = given.iter().find(|one| one.contents.id == before) else { break };
        at = found;
    }
    ids.reverse();
    Ok(ids)
}

/// Names a missing backup by id and time, as far as the newest knows it.
fn name(head: &Contents, id: &str) -> String {
    let known = head.builds_on.iter().find(|named| named.id == id);
    known.map_or_else(|| id.to_owned(), Named::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::contents::{ArchiveFile, Counts, FORMAT, KeyKept, StoreFile};

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
            store: None,
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
        let early = given("early", 5, &[("full", 10)], &[("1", "full"), ("4", "early")]);
        let chain = Chain::of(vec![early, full]).unwrap();
        assert_eq!(chain.head.contents.id, "early", "the clock was set back before it was made");
        let error = Chain::of(vec![first, last]).unwrap_err().to_string();
        assert!(error.contains("full of 1970-01-01 00:00:10 UTC"), "{error}");
    }

    #[test]
    fn the_store_is_made_from_a_whole_one_and_all_changes_since() {
        let changed = |id: &str, second, since: &str| {
            let mut one = given(id, second, &[("full", 10)], &[("1", "full")]);
            let (size, root) = (1, String::new());
            one.contents.store = Some(StoreFile { size, root, changed_since: Some(since.to_owned()) });
            one
        };
        let full = given("full", 10, &[], &[("1", "full")]);
        let (first, last) = (changed("first", 20, "full"), changed("last", 30, "first"));
        let chain = Chain::of(vec![last.clone(), full.clone(), first]).unwrap();
        assert_eq!(chain.store, ["full", "first", "last"]);
        assert_eq!(chain.earlier.len(), 2, "no file lies in the first, and changes of the store do");
        let error = Chain::of(vec![full.clone(), last]).unwrap_err().to_string();
        assert!(error.contains("needs backups that were not named: first"), "{error}");
        assert!(Chain::of(vec![full, changed("round", 40, "round")]).is_err());
    }
}
