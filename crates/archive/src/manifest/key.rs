//! The key that signs the manifest: made when it is first needed, read by nobody but the service.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ed25519_dalek::{SigningKey, VerifyingKey};
use jiff::Timestamp;
use rand::random;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::folder::files::sync_dir;
use crate::folder::sealer::SealError;
use crate::manifest::chain::{Chain, MANIFEST};

/// A key that cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Its file cannot be read or made.
    #[error("cannot use the key file `{path}`: see [archive] signing_key_file")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is of another form.
    #[error("`{0}` holds no Ed25519 key: 64 hexadecimal digits are expected")]
    Form(String),
}

/// The public half of a signing key: whoever has it can check the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(crate) VerifyingKey);

impl PublicKey {
    /// Reads a key: 64 hexadecimal digits, or the name of a file that holds them.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        if let Some(key) = Self::parse(text) {
            return Ok(key);
        }
        let path = Path::new(text);
        let inside = fs::read_to_string(path).map_err(|source| unusable(path, source))?;
        Self::parse(&inside).ok_or_else(|| KeyError::Form(text.to_owned()))
    }

    /// Returns the public half of the key in `path`; `None` when there is no such file.
    pub fn of_signing_key(path: &Path) -> Result<Option<Self>, KeyError> {
        Ok(read(path)?.map(|key| Self(key.verifying_key())))
    }

    /// Returns the public half of the key in `path`, and of those that signed before it.
    pub fn all_of_house(path: &Path) -> Result<Vec<Self>, KeyError> {
        let mut all: Vec<Self> = Self::of_signing_key(path)?.into_iter().collect();
        let retired = retired_keys_file(path);
        let text = match fs::read_to_string(&retired) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(all),
            text => text.map_err(|source| unusable(&retired, source))?,
        };
        for line in text.lines() {
            let key = Self::parse(line).ok_or_else(|| KeyError::Form(retired.display().to_string()))?;
            if !all.contains(&key) {
                all.push(key);
            }
        }
        Ok(all)
    }

    /// Reads 64 hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        VerifyingKey::from_bytes(&bytes(text)?).ok().map(Self)
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(self.0.as_bytes()))
    }
}

/// Returns where the public halves of keys lie that signed before the one in `path`, one a line.
pub fn retired_keys_file(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.retired", path.display()))
}

/// Notes the public half of the key in `path` as that of a key that signs no more, and is on the disk when it returns. The
/// key itself is still there.
pub fn retire_signing_key(path: &Path) -> Result<(), KeyError> {
    let Some(key) = PublicKey::of_signing_key(path)? else { return Ok(()) };
    let retired = retired_keys_file(path);
    let mut text = fs::read_to_string(&retired).or_else(|error| {
        let is_new = error.kind() == io::ErrorKind::NotFound;
        if is_new { Ok(String::new()) } else { Err(unusable(&retired, error)) }
    })?;
    if text.lines().any(|line| PublicKey::parse(line) == Some(key)) {
        return Ok(());
    }
    text = format!("{text}{key}\n");
    let new = PathBuf::from(format!("{}.{}", retired.display(), std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&new).and_then(
        |mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        },
    );
    written.and_then(|()| fs::rename(&new, &retired)).map_err(|source| unusable(&retired, source))?;
    let folder = retired.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_dir(folder.unwrap_or(Path::new("."))).map_err(|source| unusable(&retired, source))
}

/// Makes the signing key in `path` unless it is there, lets it begin its reign in the manifest of the archive in `dir`, and
/// returns its public half. Nobody else may write the manifest meanwhile.
///
/// # Errors
/// When the key or the manifest cannot be read or written.
pub fn make_signing_key(path: &Path, dir: &Path, now: Timestamp) -> Result<PublicKey, SealError> {
    let key = load_or_create(path)?;
    if dir.join(MANIFEST).exists() {
        Chain::open(dir)?.begin(now, &key)?;
    }
    Ok(PublicKey(key.verifying_key()))
}

/// Returns the signing key in `path`. When there is none it is made, readable by its owner alone, and its public half
/// is written beside it with the suffix `.pub`.
pub(crate) fn load_or_create(path: &Path) -> Result<SigningKey, KeyError> {
    let key = match read(path)? {
        Some(key) => key,
        None => made(path)?,
    };
    show(path, &key).map_err(|source| unusable(path, source))?;
    Ok(key)
}

fn made(path: &Path) -> Result<SigningKey, KeyError> {
    let key = SigningKey::from_bytes(&Zeroizing::new(random::<[u8; 32]>()));
    match create(path, &key) {
        // Another process was quicker: its key counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            read(path)?.ok_or_else(|| KeyError::Form(path.display().to_string()))
        }
        Err(error) => Err(unusable(path, error)),
        Ok(()) => Ok(key),
    }
}

/// Writes the public half beside the key, unless it lies there already: a crash may have left that of the key before.
fn show(path: &Path, key: &SigningKey) -> io::Result<()> {
    let beside = PathBuf::from(format!("{}.pub", path.display()));
    let text = format!("{}\n", PublicKey(key.verifying_key()));
    if fs::read_to_string(&beside).is_ok_and(|there| there == text) {
        return Ok(());
    }
    fs::write(beside, text)
}

/// Writes beside its place and moves there: half a key must never be found.
fn create(path: &Path, key: &SigningKey) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    let new = beside(&format!(".{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(Zeroizing::new(HEXLOWER.encode(key.as_bytes()) + "\n").as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&new, path);
    fs::remove_file(&new)?;
    linked
}

fn read(path: &Path) -> Result<Option<SigningKey>, KeyError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => Zeroizing::new(text.map_err(|source| unusable(path, source))?),
    };
    let secret =
        bytes(&text).map(Zeroizing::new).ok_or_else(|| KeyError::Form(path.display().to_string()))?;
    Ok(Some(SigningKey::from_bytes(&secret)))
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    let decoded = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?);
    decoded.as_slice().try_into().ok()
}

fn unusable(path: &Path, source: io::Error) -> KeyError {
    KeyError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data/manifest.key");
        assert_eq!(PublicKey::of_signing_key(&path).unwrap(), None);
        let key = load_or_create(&path).unwrap();
        assert_eq!(load_or_create(&path).unwrap(), key);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let public = PublicKey(key.verifying_key());
        let beside = format!("{}.pub", path.display());
        assert_eq!(PublicKey::read(&beside).unwrap(), public);
        assert_eq!(PublicKey::read(&public.to_string()).unwrap(), public);
        assert_eq!(fs::read_dir(dir.path().join("data")).unwrap().count(), 2);
        retire_signing_key(&path).unwrap();
        retire_signing_key(&path).unwrap();
        assert_eq!(PublicKey::all_of_house(&path).unwrap(), [public], "noted once");
        fs::remove_file(&path).unwrap();
        let next = make_signing_key(&path, dir.path(), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(PublicKey::all_of_house(&path).unwrap(), [next, public]);
        fs::write(&beside, format!("{public}\n")).unwrap();
        load_or_create(&path).unwrap();
        assert_eq!(PublicKey::read(&beside).unwrap(), next);
        fs::write(&path, "abc").unwrap();
        assert!(matches!(load_or_create(&path), Err(KeyError::Form(_))));
    }
}
