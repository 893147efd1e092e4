//! Another key of the sealed columns, so that at any moment of the change the house can be opened.
//!
//! The new key is written beside the place of the old one (`key.next`), the store is sealed anew in one transaction, and
//! only then the old key is written over and the new one moved to its place. Whoever opens the house next ends what a
//! crash has cut short ([`settle`]). Nobody has the house open meanwhile: each command holds a lock ([`Opened`]).

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use store::{Database, Key, KeyOrigin, Resealed, SealConfig, Sealer, StoreError, load_key};

use crate::backup::writing::sync_folder_of;
use crate::commands::{keep_owner, write_new};
use crate::house::House;
use crate::sealed;
use crate::settings::Settings;

/// The ending of a key that is not in force yet, or since a crash.
const NEXT: &str = "next";

/// Says that this process has the house open, and with the key of now.
#[derive(Debug)]
pub(crate) struct Opened(File);

impl Opened {
    /// Waits for nobody: a key that is being changed is in nobody's way for long.
    pub(crate) fn begin(settings: &Settings) -> anyhow::Result<Self> {
        let lock = lock(settings)?;
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                bail!("the key of this house is being changed: ask again in a moment")
            }
            locked => locked.with_context(|| cannot_lock(settings))?,
        }
        Ok(Self(lock))
    }

    /// Makes sure that nobody else has the house open, and lets nobody open it.
    pub(crate) fn alone(&self) -> anyhow::Result<()> {
        if self.0.try_lock().is_err() {
            bail!("another qarauyl command is at work in this house: let it end, then ask again");
        }
        Ok(())
    }
}

fn cannot_lock(settings: &Settings) -> String {
    let folder = sealed::folder(&settings.store);
    format!("the folder `{}` cannot be locked: let it lie on a file system of this machine", folder.display())
}

/// The folder of the data itself is locked: a file could belong to somebody who once had a look as root.
fn lock(settings: &Settings) -> anyhow::Result<File> {
    let folder = sealed::folder(&settings.store);
    let opened = fs::create_dir_all(&folder).and_then(|()| File::open(&folder));
    opened.with_context(|| format!("cannot read the folder `{}`", folder.display()))
}

/// Seals the store with `key`, whose text from then on lies in `place`; without a place, somebody has it in mind.
pub(crate) async fn change(
    house: &House,
    place: Option<&Path>,
    (text, key): (&str, &Key),
) -> anyhow::Result<Resealed> {
    house.opened.alone()?;
    if let Some(place) = place {
        let next = next(place);
        // The key of now opens the store, so that this one was never in force.
        if next.exists() {
            sealed::erase(&next)?;
        }
        write_new(&next, text, 0o600)?;
        keep_owner(place, &next)?;
        File::open(&next).and_then(|file| file.sync_all())?;
        sync_folder_of(&next)?;
    }
    let (store, resealed) = match house.store.reseal(Sealer::new(key)).await {
        Ok(resealed) => resealed,
        Err(error) => {
            let in_force = Database::is_sealed_with(&house.settings.store.url, &Sealer::new(key)).await;
            return Err(error).context(match in_force {
                Ok(false) => "nothing was changed: the old key is in force",
                _ => "the old key or the new one is in force: keep both, and try the new one first",
            });
        }
    };
    if let Some(place) = place {
        put_in_force(place)?;
    }
    store.close().await;
    Ok(resealed)
}

/// Ends a change that was cut short: what was sealed with the new key is opened with it from now on, and a new key with
/// which nothing was sealed is written over. Returns whether it could be told which of the two it is.
pub(crate) async fn settle(settings: &Settings) -> anyhow::Result<bool> {
    for (place, config) in places(settings) {
        let (next, erased) = (next(&place), sealed::erasing(&place));
        if !next.exists() && !erased.exists() {
            continue;
        }
        // Whoever changes the key now holds this.
        let alone = lock(settings)?;
        if alone.try_lock().is_err() {
            return Ok(false);
        }
        if next.exists() {
            match fits(settings, &config).await? {
                Some(true) => {
                    put_in_force(&place)?;
                    tracing::warn!("a change of the key that was cut short is done: the new key is in force");
                }
                Some(false) => sealed::erase(&next)?,
                None => return Ok(false),
            }
        }
        if erased.exists() && place.exists() {
            sealed::wipe(&erased).with_context(|| format!("cannot remove `{}`", erased.display()))?;
        }
    }
    Ok(true)
}

/// Whether the store is sealed with a key; `None` where it cannot be asked.
async fn fits(settings: &Settings, config: &SealConfig) -> anyhow::Result<Option<bool>> {
    // Half a key was never in force.
    let Ok((Some(key), _)) = load_key(config) else { return Ok(Some(false)) };
    // A disk that is not mounted tells nothing.
    if settings.store.file().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    match Database::is_sealed_with(&settings.store.url, &Sealer::new(&key)).await {
        Err(StoreError::Database(_)) => Ok(None),
        fits => Ok(Some(fits?)),
    }
}

/// Where a key may lie, each with how what lies beside it would be read.
fn places(settings: &Settings) -> Vec<(PathBuf, SealConfig)> {
    let none =
        || SealConfig { key_file: String::new(), credential: String::new(), passphrase_file: String::new() };
    let (key, passphrase) = (&settings.seal.key_file, &settings.seal.passphrase_file);
    let beside = |file: &str| next(Path::new(file)).display().to_string();
    let mut places = Vec::new();
    if !key.is_empty() {
        places.push((PathBuf::from(key), SealConfig { key_file: beside(key), ..none() }));
    }
    if !passphrase.is_empty() {
        let config = SealConfig { passphrase_file: beside(passphrase), ..none() };
        places.push((PathBuf::from(passphrase), config));
    }
    places
}

/// The old key is written over first: until the new one is in its place, `settle` finds it beside.
fn put_in_force(place: &Path) -> anyhow::Result<()> {
    if place.is_file() {
        sealed::erase(place)?;
    }
    fs::rename(next(place), place).with_context(|| format!("cannot write `{}`", place.display()))?;
    sync_folder_of(place)
}

/// Where a key lies that is not in force yet.
pub(crate) fn next(place: &Path) -> PathBuf {
    PathBuf::from(format!("{}.{NEXT}", place.display()))
}

/// Where a new key is to lie. A credential is not ours to write: the file beside it takes the key until it is sealed.
pub(crate) fn place_of(house: &House) -> anyhow::Result<PathBuf> {
    match &house.key {
        KeyOrigin::File(path) => Ok(path.clone()),
        KeyOrigin::Credential if !house.settings.seal.key_file.is_empty() => {
            Ok(PathBuf::from(&house.settings.seal.key_file))
        }
        KeyOrigin::Credential => bail!(
            "[seal] key_file names no file: write key_file = \"data/key\" there, where the new key can lie until systemd-creds has sealed it"
        ),
        KeyOrigin::Passphrase => bail!("the key comes from a passphrase: qarauyl key passphrase"),
        KeyOrigin::None => bail!("the house is locked: put the key where [seal] in the settings says"),
    }
}
