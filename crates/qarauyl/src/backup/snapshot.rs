//! The store as it stands at one moment: packed beside it for as long as the backup is made, whole or what has changed.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use store::{Database, FrozenFile};

use crate::backup::contents::Counts;
use crate::backup::pieces::Pieces;

const COPY: &str = "backup-store.db";

/// A packed copy of the store. It goes away with this.
pub(crate) struct Snapshot {
    folder: PathBuf,
    pub(crate) packed: PathBuf,
    pub(crate) size: u64,
    pub(crate) counts: Counts,
    /// What its file was.
    pub(crate) pieces: Pieces,
}

impl Snapshot {
    /// Packs the store into `folder`: whole, or what is not as it was `before`. What an earlier attempt has left there is
    /// removed.
    pub(crate) async fn take(
        store: &Database,
        folder: &Path,
        before: Option<Pieces>,
    ) -> anyhow::Result<Self> {
        clear(folder)?;
        let mut frozen = store.freeze().await.context("the store cannot be copied")?;
        // What was sound at the last backup that is whole is looked through again at the next one, and by whoever restores.
        if before.is_none()
            && let Some(damage) = frozen.damages().await?.first()
        {
            bail!("the store is damaged ({damage}): restore it from the last backup");
        }
        let counts = Counts::from(&frozen.counts().await?);
        let packed = folder.join(format!("{COPY}.gz"));
        let mut snapshot =
            Self { folder: folder.to_owned(), packed, size: 0, counts, pieces: Pieces::default() };
        let (from, to) = (frozen.reader(), snapshot.packed.clone());
        (snapshot.size, snapshot.pieces) =
            tokio::task::spawn_blocking(move || pack(from, &to, before.as_ref())).await??;
        frozen.thaw().await?;
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

/// Packs a file, or what of it is not as it was before.
fn pack(mut from: FrozenFile, to: &Path, before: Option<&Pieces>) -> anyhow::Result<(u64, Pieces)> {
    let written = || -> io::Result<(u64, Pieces)> {
        let output = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        let mut packer = GzEncoder::new(output, Compression::new(4));
        let pieces = match before {
            None => Pieces::copied(&mut from, &mut packer)?,
            Some(before) => Pieces::changed(before, &mut from, &mut packer)?,
        };
        let mut output = packer.finish()?;
        output.flush()?;
        Ok((output.metadata()?.len(), pieces))
    };
    let mut written = written;
    written().with_context(|| format!("cannot write `{}`: check whether the disk is full", to.display()))
}

/// Reads a packed store.
pub(crate) fn unpacked(packed: &mut dyn Read) -> impl Read + '_ {
    GzDecoder::new(packed)
}

/// Removes the copy, and what older versions laid beside it.
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
