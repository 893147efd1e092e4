//! What has to be copied so that the archive lies elsewhere as well, while it goes on growing here.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::folder::files;
use crate::folder::sealer::lock;
use crate::manifest::chain::{MANIFEST, read};
use crate::manifest::entry::{Event, Signed};
use crate::manifest::verify::digest_of;

/// The files of an archive at one moment. Until then acknowledged captures are in them.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The manifest's text.
    pub manifest: String,
    /// How many entries it has.
    pub entries: u64,
    /// SHA-256 of the last entry; empty when there is none.
    pub root: String,
    /// The files, by name.
    pub files: Vec<Listed>,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name in the folder. One that is being written has the suffix `.open`.
    pub name: String,
    /// So many bytes of it count; what a file that is being written has beyond them comes later.
    pub size: u64,
    /// SHA-256 of these bytes, in small hexadecimal letters: for a sealed file, what the manifest says.
    pub sha256: String,
}

/// Returns the name that the manifest has in the folder of an archive.
pub fn manifest_name() -> &'static str {
    MANIFEST
}

/// Lists the archive in `dir`; an archive that is not there yet has nothing in it. Sealing waits meanwhile, captures go on.
/// Sealed files are not read: whoever copies them compares their hashes.
pub fn inventory(dir: &Path) -> io::Result<Inventory> {
    if !dir.is_dir() {
        return Ok(Inventory::default());
    }
    let _sealing_waits = lock(dir)?;
    let mut inventory =
        Inventory { manifest: whole_lines(read(&dir.join(MANIFEST))?), ..Inventory::default() };
    let mut sealed = BTreeMap::new();
    for signed in inventory.manifest.lines().filter_map(Signed::parse) {
        (inventory.entries, inventory.root) = (signed.entry.number, signed.hash);
        match signed.entry.event {
            Event::Closed { file, size, sha256, .. } => {
                sealed.insert(file, (size, sha256));
            }
            Event::Dropped { file, .. } => {
                sealed.remove(&file);
            }
            Event::Begin { .. } => {}
        }
    }
    for name in present(dir)? {
        let (size, sha256) = match sealed.remove(&name) {
            Some(known) => known,
            None => measured(dir, &name)?,
        };
        // A file to which nothing was written yet.
        if size > 0 {
            inventory.files.push(Listed { name, size, sha256 });
        }
    }
    Ok(inventory)
}

/// Closed files first, and those that are being written; one that is closed meanwhile is seen under one of its names.
fn present(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for item in fs::read_dir(dir)? {
        let name = item?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".open").filter(|name| name.ends_with(".warc.gz")).map(str::to_owned));
    }
    let mut open = Vec::new();
    let closed = files::closed(dir)?;
    for name in names {
        if !closed.contains(&name) {
            open.push(format!("{name}.open"));
        }
    }
    Ok(closed.into_iter().chain(open).collect())
}

/// Measures a file that no entry names yet, as far as it is written now. Half a record at its end was never acknowledged,
/// and is cut off by whoever writes on in the copy.
fn measured(dir: &Path, name: &str) -> io::Result<(u64, String)> {
    let file = fs::File::open(located(dir, name))?;
    let size = file.metadata()?.len();
    let (_, sha256) = digest_of(file.take(size))?;
    Ok((size, sha256))
}

/// Returns where a listed file lies now: one that was being written may have been closed meanwhile.
pub fn located(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    match name.strip_suffix(".open") {
        Some(closed) if !path.exists() => dir.join(closed),
        _ => path,
    }
}

/// A last line without its end was never acknowledged.
fn whole_lines(mut text: String) -> String {
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    text
}
