//! The secrets of a house in one encrypted file, so that whoever takes the machine finds none of them in the open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use age::Decryptor;
use age::x25519::{Identity, Recipient};
use anyhow::{Context, bail};
use store::StoreConfig;

use crate::backup::members::{DKIM_KEY, PASSWORD, SEAL_KEY, SIGNING_KEY, file_name};
use crate::backup::reading;
use crate::backup::writing::{Writer, put, sync_folder_of};
use crate::key_change;
use crate::settings::Settings;

const PASSPHRASE: &str = "keys/passphrase";
const OUTBOX: &str = "outbox/";
/// The ending under which a key is sealed that may not be in force yet.
const NEXT: &str = ".next";
/// The ending of a secret that is being erased.
const ERASING: &str = "erasing";

/// A secret that lies on the disk, and under which name it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    name: String,
    pub(crate) path: PathBuf,
}

/// Returns the folder of the data.
pub(crate) fn folder(store: &StoreConfig) -> PathBuf {
    let file = store.file().and_then(|file| file.parent().map(Path::to_owned));
    file.unwrap_or_else(|| PathBuf::from("data"))
}

/// Refuses what needs the secrets while they are sealed.
pub(crate) fn refuse(folder: &Path) -> anyhow::Result<()> {
    if files(folder).is_empty() {
        return Ok(());
    }
    bail!("the house is sealed: `qarauyl unseal --identity FILE` opens it again")
}

/// Returns the sealed files, the first one first. A house that was sealed again while it was sealed has several.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    (1..=u32::MAX).map(|number| file(folder, number)).take_while(|path| path.exists()).collect()
}

fn file(folder: &Path, number: u32) -> PathBuf {
    folder.join(if number == 1 { "sealed.age".to_owned() } else { format!("sealed-{number}.age") })
}

/// Lists the secrets that lie on the disk.
pub(crate) fn secrets(settings: &Settings) -> anyhow::Result<Vec<Secret>> {
    let mut found = Vec::new();
    for (name, path) in places(settings).into_iter().filter(|(_, path)| !path.as_os_str().is_empty()) {
        // A pipe that gives a passphrase holds nothing.
        if path.is_file() {
            found.push(Secret { name: name.to_owned(), path: path.clone() });
        }
        // A key of which it could not be told whether it is in force.
        let next = key_change::next(&path);
        if next.is_file() {
            found.push(Secret { name: format!("{name}{NEXT}"), path: next });
        }
    }
    let outbox = &settings.mailer.outbox;
    let items = match fs::read_dir(outbox) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        items => items.with_context(|| format!("cannot read the folder `{}`", outbox.display()))?,
    };
    for item in items {
        let item = item?;
        if item.path().is_file() {
            let name = format!("{OUTBOX}{}", item.file_name().to_string_lossy());
            found.push(Secret { name, path: item.path() });
        }
    }
    Ok(found)
}

fn places(settings: &Settings) -> [(&'static str, PathBuf); 5] {
    [
        (SEAL_KEY, PathBuf::from(&settings.seal.key_file)),
        (PASSPHRASE, PathBuf::from(&settings.seal.passphrase_file)),
        (SIGNING_KEY, settings.archive.signing_key_file.clone()),
        (DKIM_KEY, settings.mailer.dkim.key_file.clone()),
        (PASSWORD, PathBuf::from(&settings.mailer.smtp.password_file)),
    ]
}

/// Writes the secrets into the next sealed file, looks whether it is whole, and only then removes them.
pub(crate) fn seal(folder: &Path, secrets: &[Secret], recipient: &Recipient) -> anyhow::Result<PathBuf> {
    let number = u32::try_from(files(folder).len())? + 1;
    let path = file(folder, number);
    let mut writer = Writer::begin(&path, recipient)?;
    for Secret { name, path } in secrets {
        let size = path.metadata().with_context(|| format!("cannot read `{}`", path.display()))?.len();
        writer.file(name, (path, size), &|_| ())?;
    }
    let size = writer.finish()?;
    let found = path.metadata()?.len();
    let header = Decryptor::new_buffered(BufReader::new(File::open(&path)?));
    if found != size || header.is_err() {
        bail!(
            "`{}` did not come out whole: nothing was removed; check the disk and seal again",
            path.display()
        );
    }
    for secret in secrets {
        erase(&secret.path)?;
    }
    Ok(path)
}

/// Writes over what a kill has left of secrets on the disk: files half erased, half put back or half written, and the
/// house that a drill restores. Nothing of it is the only copy.
pub(crate) fn erase_leftovers(folder: &Path, settings: &Settings) -> anyhow::Result<()> {
    for (_, path) in places(settings) {
        for ending in [ERASING, "unsealing", "new"] {
            let left = PathBuf::from(format!("{}.{ending}", path.display()));
            if !path.as_os_str().is_empty() && left.is_file() {
                wipe(&left)
                    .with_context(|| format!("cannot remove `{}`: remove it yourself", left.display()))?;
            }
        }
    }
    let drill = folder.join("drill");
    if drill.is_dir() {
        wipe_folder(&drill)
            .with_context(|| format!("cannot remove `{}`: remove it yourself", drill.display()))?;
    }
    Ok(())
}

fn wipe_folder(folder: &Path) -> io::Result<()> {
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() { wipe_folder(&path)? } else { wipe(&path)? }
    }
    fs::remove_dir(folder)
}

/// Takes a secret from its place, so that nobody takes what is left of it for the secret, writes over it and removes it.
pub(crate) fn erase(path: &Path) -> anyhow::Result<()> {
    let aside = erasing(path);
    let cannot =
        || format!("`{}` is of no use any more and cannot be removed: remove it yourself", path.display());
    fs::rename(path, &aside).with_context(cannot)?;
    sync_folder_of(path)?;
    wipe(&aside).with_context(cannot)?;
    sync_folder_of(path)
}

/// Where a secret lies while it is written over.
pub(crate) fn erasing(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.{ERASING}", path.display()))
}

/// Writes over a file and removes it.
pub(crate) fn wipe(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = [0_u8; 4096];
    while left > 0 {
        let count = usize::try_from(left).unwrap_or(zeros.len()).min(zeros.len());
        file.write_all(zeros.get(..count).unwrap_or_default())?;
        left -= u64::try_from(count).unwrap_or(left);
    }
    file.sync_all()?;
    fs::remove_file(path)
}

/// Puts all secrets back in their places, and removes the sealed files once they are. Returns how many there were.
pub(crate) fn unseal(folder: &Path, settings: &Settings, identities: &[Identity]) -> anyhow::Result<usize> {
    let sealed = files(folder);
    if sealed.is_empty() {
        bail!("the house is not sealed: there is no `{}`", file(folder, 1).display());
    }
    let mut count = 0;
    for path in &sealed {
        reading::members(path, identities, |member| {
            let place = place(settings, member.name)?;
            let new = PathBuf::from(format!("{}.unsealing", place.display()));
            if new.exists() {
                fs::remove_file(&new)?;
            }
            put(&new, member.bytes, &|_| ())?;
            fs::rename(&new, &place).with_context(|| format!("cannot write `{}`", place.display()))?;
            count += 1;
            sync_folder_of(&place)
        })?;
    }
    // The last first: what is left after a crash is still a row of files.
    for path in sealed.iter().rev() {
        fs::remove_file(path).with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    Ok(count)
}

fn place(settings: &Settings, name: &str) -> anyhow::Result<PathBuf> {
    if let Some(mail) = file_name(name, OUTBOX)? {
        return Ok(settings.mailer.outbox.join(mail));
    }
    let known = name.strip_suffix(NEXT).unwrap_or(name);
    let found =
        places(settings).into_iter().find(|(one, path)| *one == known && !path.as_os_str().is_empty());
    let (_, path) = found.with_context(|| {
        format!(
            "`{name}` was sealed, and the settings name no place for it: give them the path that they had"
        )
    })?;
    Ok(if known == name { path } else { key_change::next(&path) })
}
