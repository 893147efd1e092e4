//! The small files of a house: what a backup holds beside store and archive, and under which names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use store::{KeyOrigin, load_key};
use zeroize::Zeroizing;

use crate::backup::contents::KeyKept;
use crate::house::House;

pub(crate) const SETTINGS: &str = "settings.toml";
pub(crate) const SEAL_KEY: &str = "keys/seal";
pub(crate) const SIGNING_KEY: &str = "keys/manifest";
pub(crate) const PUBLIC_KEY: &str = "keys/manifest.pub";
/// Public halves of keys that signed the manifest before.
pub(crate) const RETIRED_KEYS: &str = "keys/manifest.retired";
pub(crate) const PASSWORD: &str = "mailer/password";
pub(crate) const DKIM_KEY: &str = "keys/dkim";
pub(crate) const OWN_SOURCES: &str = "sources/own/";
pub(crate) const SOURCES: &str = "sources/all/";
pub(crate) const LEXICON: &str = "lexicon/";
pub(crate) const STORE: &str = "store.db.gz";
pub(crate) const STORE_CHANGES: &str = "store.changes.gz";
pub(crate) const ARCHIVE: &str = "archive/";

/// A small file in memory, wiped when it is dropped: keys are among them.
pub(crate) struct Small {
    pub(crate) name: String,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// Reads all small files. The settings come first, even when there are none: they say where the others belong.
pub(crate) fn read(house: &House) -> anyhow::Result<(Vec<Small>, KeyKept)> {
    let settings = &house.settings;
    let mut found =
        vec![Small { name: SETTINGS.to_owned(), bytes: of_file(&settings.file)?.unwrap_or_default() }];
    let (key, kept) = seal_key(house)?;
    let signing = &settings.archive.signing_key_file;
    let public = PathBuf::from(format!("{}.pub", signing.display()));
    let password = &settings.mailer.smtp.password_file;
    let files = [
        (SEAL_KEY, key),
        (SIGNING_KEY, of_file(signing)?),
        (PUBLIC_KEY, of_file(&public)?),
        (RETIRED_KEYS, of_file(&archive::retired_keys_file(signing))?),
        (DKIM_KEY, of_file(&settings.mailer.dkim.key_file)?),
        (PASSWORD, if password.is_empty() { None } else { of_file(Path::new(password))? }),
    ];
    for (name, bytes) in files {
        found.extend(bytes.map(|bytes| Small { name: name.to_owned(), bytes }));
    }
    for (prefix, folder) in [
        (OWN_SOURCES, &settings.sources.own),
        (SOURCES, &settings.sources.directory),
        (LEXICON, &settings.lexicon.directory),
    ] {
        found.extend(of_folder(prefix, folder)?);
    }
    Ok((found, kept))
}

/// The key as it was loaded, wherever it came from. A passphrase is not asked for again: a pipe gives it only once.
fn seal_key(house: &House) -> anyhow::Result<(Option<Zeroizing<Vec<u8>>>, KeyKept)> {
    if house.key == KeyOrigin::Passphrase {
        return Ok((None, KeyKept::Passphrase));
    }
    let (Some(key), _) = load_key(&house.settings.seal)? else { return Ok((None, KeyKept::None)) };
    let text = Zeroizing::new(HEXLOWER.encode(key.as_slice()));
    Ok((Some(Zeroizing::new(text.as_bytes().to_vec())), KeyKept::Yes))
}

fn of_file(path: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => Ok(Some(Zeroizing::new(read.with_context(|| format!("cannot read `{}`", path.display()))?))),
    }
}

/// Reads the `*.toml` files of a folder; one that is not named or not there has none.
fn of_folder(prefix: &str, folder: &str) -> anyhow::Result<Vec<Small>> {
    let cannot = || format!("cannot read the folder `{folder}`");
    if folder.is_empty() || !Path::new(folder).is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for item in fs::read_dir(folder).with_context(cannot)? {
        let path = item.with_context(cannot)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let name = format!("{prefix}{name}");
        found.extend(of_file(&path)?.map(|bytes| Small { name, bytes }));
    }
    Ok(found)
}

/// Returns the part of a member's name that names a file in a folder, and refuses one that leaves the folder.
pub(crate) fn file_name<'a>(name: &'a str, prefix: &str) -> anyhow::Result<Option<&'a str>> {
    let Some(rest) = name.strip_prefix(prefix) else { return Ok(None) };
    if Path::new(rest).file_name().and_then(|name| name.to_str()) == Some(rest) {
        return Ok(Some(rest));
    }
    bail!("the backup holds a file whose name leads elsewhere: it was not made by this program");
}
