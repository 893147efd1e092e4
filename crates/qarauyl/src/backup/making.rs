//! Makes a backup of a house while it works: first the store as it stands, then the archive, which by then holds every
//! capture that the store speaks of.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use age::x25519::Recipient;
use anyhow::{Context, bail};
use archive::{Inventory, inventory, located, manifest_name};
use data_encoding::HEXLOWER;
use jiff::Timestamp;

use crate::backup::contents::{CONTENTS, Contents, FORMAT, KeyKept, StoreFile, WHOLE};
use crate::backup::ledger::{self, LEDGER, Line};
use crate::backup::members::{ARCHIVE, STORE, STORE_CHANGES, Small};
use crate::backup::pieces::{PIECES, Pieces};
use crate::backup::snapshot::Snapshot;
use crate::backup::writing::{Writer, part_of};
use crate::backup::{identity, members};
use crate::house::House;

/// Is called with the bytes that there are to write, and then with those that were written.
pub(crate) type Shown = Arc<dyn Fn(Step) + Send + Sync>;

/// How far a backup or a restore is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Total(u64),
    Bytes(u64),
}

/// What kind of backup is wanted, and where.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) file: PathBuf,
    pub(crate) recipient: String,
    /// What it is among other backups.
    pub(crate) kind: Kind,
}

/// What a backup is among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It needs no other, and later ones may build on it.
    Full,
    /// It holds only what earlier ones lack: files of the archive, and what has changed in the store.
    Increment,
    /// It needs no other, and is thrown away.
    Drill,
}

/// A backup that was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) contents: Contents,
    pub(crate) size: u64,
}

/// So many backups hold no more of the store than what has changed, before one holds it whole again.
const CHANGES: usize = 30;

/// All that is known before the first byte is written.
struct Planned {
    contents: Contents,
    small: Vec<Small>,
    manifest: String,
    archive: PathBuf,
    store: (PathBuf, u64),
}

/// Makes a backup.
pub(crate) async fn make(house: &House, wanted: &Wanted, shown: Shown) -> anyhow::Result<Made> {
    let recipient = identity::recipient(&wanted.recipient)?;
    let folder = folder(house)?;
    if wanted.file.exists() {
        bail!("`{}` is there already and is not overwritten: name another file", wanted.file.display());
    }
    let _one_at_a_time = turn(&folder, &wanted.file)?;
    let lines = ledger::read(&folder.join(LEDGER))?;
    let builds_on = if wanted.kind == Kind::Increment { ledger::chain(&lines)? } else { Vec::new() };
    let made = house.clock.now();
    // Now and then the store is held whole again: one file that is lost makes all changes since useless.
    let is_turn = builds_on.len().is_multiple_of(CHANGES);
    let last = builds_on.last().filter(|_| !is_turn);
    let before = last.and_then(|last| Pieces::noted(&folder.join(PIECES), &last.id));
    let changed_since = before.as_ref().and_then(|_| builds_on.last()).map(|last| last.id.clone());
    let snapshot = Snapshot::take(&house.store, &folder, before).await?;
    let archive = house.settings.archive.dir.clone();
    let listed = {
        let archive = archive.clone();
        tokio::task::spawn_blocking(move || inventory(&archive))
            .await?
            .context("the archive cannot be listed")?
    };
    let (small, key) = members::read(house)?;
    let manifest = listed.manifest.clone();
    let mut contents = contents((house, made), listed, &builds_on, (&snapshot, key));
    let (size, root) = (snapshot.pieces.size, snapshot.pieces.root());
    contents.format = if changed_since.is_some() { FORMAT } else { WHOLE };
    contents.store = Some(StoreFile { size, root, changed_since });
    let store = (snapshot.packed.clone(), snapshot.size);
    let planned = Planned { contents, small, manifest, archive, store };
    let (file, kind) = (wanted.file.clone(), wanted.kind);
    let (contents, size) = tokio::task::spawn_blocking(move || {
        let size = write(&planned, (&file, &recipient), &shown);
        if size.is_err() {
            // What is not whole is of no use to anyone.
            let _gone = fs::remove_file(part_of(&file));
        }
        size.map(|size| (planned.contents, size))
    })
    .await??;
    if kind != Kind::Drill {
        ledger::append(&folder.join(LEDGER), &Line::of(&contents))?;
        // What is not noted is not taken for known: the next increment then holds the store whole.
        if let Err(error) = snapshot.pieces.note(&folder.join(PIECES), &contents.id) {
            tracing::warn!(%error, "the backup is whole, and the next increment will hold the store whole");
        }
    }
    Ok(Made { contents, size })
}

/// Returns the folder of the data, in which the store lies.
pub(crate) fn folder(house: &House) -> anyhow::Result<PathBuf> {
    let Some(path) = house.settings.store.file() else {
        bail!(
            "the store lies on a PostgreSQL server, which this command does not copy: make a copy with \
             `pg_dump --format=custom --file=qarauyl.dump`, and keep it with a copy of the archive folder, the key file, \
             the signing key and qarauyl.toml; `pg_restore` brings it back"
        );
    };
    Ok(path.parent().map(Path::to_owned).unwrap_or_default())
}

/// Takes the turn of making a backup. What one that was killed has left is removed.
fn turn(folder: &Path, file: &Path) -> anyhow::Result<File> {
    let path = folder.join("backup.lock");
    let cannot = || format!("cannot write `{}`", path.display());
    let opened = OpenOptions::new().create(true).read(true).append(true).open(&path);
    let mut lock = opened.with_context(cannot)?;
    if lock.try_lock().is_err() {
        bail!("another backup of this house is being made: wait for it");
    }
    let mut left = String::new();
    lock.read_to_string(&mut left).with_context(cannot)?;
    for part in left.lines().map(PathBuf::from) {
        if part.extension().is_some_and(|end| end == "part") && part.exists() {
            fs::remove_file(&part).with_context(|| format!("cannot remove `{}`", part.display()))?;
        }
    }
    let part = part_of(file);
    if part.exists() {
        bail!("`{}` is there already and is nobody's unfinished backup: move it away", part.display());
    }
    lock.set_len(0).with_context(cannot)?;
    writeln!(lock, "{}", part.display()).with_context(cannot)?;
    Ok(lock)
}

fn contents(
    (house, made): (&House, Timestamp),
    listed: Inventory,
    builds_on: &[&Line],
    (snapshot, key): (&Snapshot, KeyKept),
) -> Contents {
    let id = HEXLOWER.encode(&rand::random::<[u8; 8]>());
    Contents {
        format: WHOLE,
        store: None,
        archive: ledger::placed(listed.files, builds_on, &id),
        id,
        made,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        builds_on: ledger::named(builds_on),
        manifest_entries: listed.entries,
        manifest_root: listed.root,
        counts: snapshot.counts.clone(),
        key,
        variables: house.settings.variables.clone(),
    }
}

fn write(planned: &Planned, (file, recipient): (&Path, &Recipient), shown: &Shown) -> anyhow::Result<u64> {
    let Planned { contents, small, manifest, archive, store } = planned;
    let files: Vec<_> = contents.files_in(&contents.id).collect();
    shown(Step::Total(store.1 + files.iter().map(|file| file.size).sum::<u64>()));
    let progress = |bytes| shown(Step::Bytes(bytes));
    let mut writer = Writer::begin(file, recipient)?;
    writer.bytes(CONTENTS, &serde_json::to_vec_pretty(contents)?)?;
    for Small { name, bytes } in small {
        writer.bytes(name, bytes)?;
    }
    let name = if contents.store_before().is_some() { STORE_CHANGES } else { STORE };
    writer.file(name, (&store.0, store.1), &progress)?;
    writer.bytes(&format!("{ARCHIVE}{}", manifest_name()), manifest.as_bytes())?;
    for one in files {
        let path = located(archive, &one.name);
        let sha256 = writer.file(&format!("{ARCHIVE}{}", one.name), (&path, one.size), &progress)?;
        if sha256 != one.sha256 {
            bail!(
                "archive file `{}` is not what the manifest says: `qarauyl archive verify` says more; restore it from an \
                 earlier backup, or move it out of the folder to make a backup without it",
                one.name
            );
        }
    }
    writer.finish()
}
