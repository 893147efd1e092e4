//! The store as it stands at one moment: a copy beside it for as long as the backup is made.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use store::{Database, Reading};

use crate::backup::contents::Counts;

const COPY: &str = "backup-store.db";

/// A packed copy of the store. It goes away with this.
pub(crate) struct Snapshot {
    folder: PathBuf,
    pub(crate) packed: PathBuf,
    pub(crate) size: u64,
    pub(crate) counts: Counts,
}

impl Snapshot {
    /// Copies and packs the store into `folder`. What an earlier attempt has left there is removed.
    pub(crate) async fn take(store: &Database, folder: &Path) -> anyhow::Result<Self> {
        clear(folder)?;
        let packed = folder.join(format!("{COPY}.gz"));
        let mut snapshot = Self { folder: folder.to_owned(), packed, size: 0, counts: Counts::default() };
        let copy = folder.join(COPY);
        store.copy_into(&copy).await.context("the store cannot be copied: check whether the disk is full")?;
        snapshot.counts = counts(&copy).await?;
        let (from, to) = (copy, snapshot.packed.clone());
        snapshot.size = tokio::task::spawn_blocking(move || pack(&from, &to)).await??;
        Ok(snapshot)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(error) = clear(&self.folder) {
            tracing::warn!(%error, "the copy of the store could not be removed: the next backup removes it");
        }
    }
}

/// Counts what the copy holds, and has its soundness looked at.
async fn counts(copy: &Path) -> anyhow::Result<Counts> {
    let opened = Database::open(&format!("sqlite:{}", copy.display()), None).await?;
    let damages = opened.damages().await?;
    let counts = Counts::from(&opened.counts().await?);
    opened.close().await;
    match damages.first() {
        None => Ok(counts),
        Some(damage) => bail!("the store is damaged ({damage}): restore it from the last backup"),
    }
}

/// Packs a file and removes it.
fn pack(from: &Path, to: &Path) -> anyhow::Result<u64> {
    let written = || -> io::Result<u64> {
        let output = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        let mut packer = GzEncoder::new(output, Compression::new(4));
        io::copy(&mut File::open(from)?, &mut packer)?;
        let mut output = packer.finish()?;
        output.flush()?;
        fs::remove_file(from)?;
        Ok(output.metadata()?.len())
    };
    written().with_context(|| format!("cannot write `{}`: check whether the disk is full", to.display()))
}

/// Reads a packed store.
pub(crate) fn unpacked(packed: &mut dyn Read) -> impl Read + '_ {
    GzDecoder::new(packed)
}

/// Removes the copy with all that the engine lays beside it.
fn clear(folder: &Path) -> anyhow::Result<()> {
    for suffix in ["", ".gz", "-wal", "-shm", "-journal"] {
        let path = folder.join(format!("{COPY}{suffix}"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove `{}`", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}
