//! The key of the sealed columns: where it comes from, and what that place protects.

use std::env::var_os;
use std::fs;
use std::path::{Path, PathBuf};

use argon2::Argon2;
use data_encoding::HEXLOWER_PERMISSIVE;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::SealConfig;

/// A passphrase of fewer characters protects nothing.
const SHORTEST: usize = 12;

/// Where a key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// A systemd credential.
    Credential,
    /// Derived from a passphrase.
    Passphrase,
    /// A file on a disk of this machine.
    File(PathBuf),
    /// Nowhere: the store stays locked.
    None,
}

/// Why a configured key could not be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Its file could not be read.
    #[error("cannot read the key from `{path}`: {source}; see [seal] in the configuration")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not of the right form.
    #[error("`{0}` holds no key: it must hold 64 hexadecimal digits, as `qarauyl init` writes them")]
    Form(PathBuf),
    /// The passphrase is too short to protect anything.
    #[error("the passphrase in `{0}` is shorter than 12 characters: take a longer one")]
    Short(PathBuf),
}

/// A key of 32 bytes that is wiped from memory when it is dropped.
pub type Key = Zeroizing<[u8; 32]>;

/// Looks for the key: systemd credential first, then passphrase, then key file.
/// A key file that is not there yet leaves the store locked, and so does a passphrase that nobody has given since the
/// machine was started; it is no error.
///
/// # Errors
/// When a configured place holds something that is no key.
pub fn load_key(config: &SealConfig) -> Result<(Option<Key>, KeyOrigin), KeyError> {
    if let Some(path) = credential_path(&config.credential) {
        return Ok((Some(read_hex(&path)?), KeyOrigin::Credential));
    }
    if !config.passphrase_file.is_empty() {
        let path = Path::new(&config.passphrase_file);
        if !is_there(path)? {
            return Ok((None, KeyOrigin::None));
        }
        return Ok((Some(derive(path)?), KeyOrigin::Passphrase));
    }
    let path = PathBuf::from(&config.key_file);
    if config.key_file.is_empty() || !is_there(&path)? {
        return Ok((None, KeyOrigin::None));
    }
    Ok((Some(read_hex(&path)?), KeyOrigin::File(path)))
}

/// A folder that may not be searched hides whether the file is there: that is no locked house, but a wrong permission.
fn is_there(path: &Path) -> Result<bool, KeyError> {
    path.try_exists().map_err(|source| KeyError::Unreadable { path: path.to_owned(), source })
}

/// systemd hands credentials over in a folder that only the service can read (systemd.exec(5)).
fn credential_path(name: &str) -> Option<PathBuf> {
    let folder = var_os("CREDENTIALS_DIRECTORY")?;
    let path = PathBuf::from(folder).join(name);
    (!name.is_empty() && path.exists()).then_some(path)
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| KeyError::Unreadable { path: path.to_owned(), source })
}

fn read_hex(path: &Path) -> Result<Key, KeyError> {
    let text = read(path)?;
    let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok().map(Zeroizing::new);
    let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    key.map(Zeroizing::new).ok_or_else(|| KeyError::Form(path.to_owned()))
}

fn derive(path: &Path) -> Result<Key, KeyError> {
    let text = read(path)?;
    if text.trim().chars().count() < SHORTEST {
        return Err(KeyError::Short(path.to_owned()));
    }
    key_of_passphrase(&text).ok_or_else(|| KeyError::Form(path.to_owned()))
}

/// Derives the key from a passphrase; `None` when that is too short to protect anything.
///
/// Argon2id with its default cost. The salt is fixed because the key must come out the same on a restored
/// machine that has the passphrase and nothing else.
pub fn key_of_passphrase(passphrase: &str) -> Option<Key> {
    let passphrase = passphrase.trim();
    if passphrase.chars().count() < SHORTEST {
        return None;
    }
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::default()
        .hash_password_into(passphrase.as_bytes(), b"qarauyl sealing key 1", key.as_mut())
        .ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(key_file: &Path, passphrase_file: &str) -> SealConfig {
        SealConfig {
            key_file: key_file.display().to_string(),
            credential: String::new(),
            passphrase_file: passphrase_file.to_owned(),
        }
    }

    #[test]
    fn a_missing_key_file_leaves_the_store_locked_and_a_bad_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert_eq!(load_key(&config(&path, "")).unwrap().1, KeyOrigin::None);
        fs::write(&path, "ab".repeat(32)).unwrap();
        let (key, origin) = load_key(&config(&path, "")).unwrap();
        assert_eq!((*key.unwrap(), origin), ([0xab; 32], KeyOrigin::File(path.clone())));
        fs::write(&path, "abcd").unwrap();
        assert!(matches!(load_key(&config(&path, "")), Err(KeyError::Form(_))));
    }

    #[test]
    fn the_same_passphrase_gives_the_same_key_and_a_short_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phrase");
        let name = path.display().to_string();
        assert_eq!(load_key(&config(&path, &name)).unwrap().1, KeyOrigin::None, "locked until it is given");
        fs::write(&path, "correct horse battery\n").unwrap();
        let first = load_key(&config(&path, &name)).unwrap().0.unwrap();
        fs::write(&path, "correct horse battery").unwrap();
        assert_eq!(first, load_key(&config(&path, &name)).unwrap().0.unwrap());
        fs::write(&path, "short").unwrap();
        assert!(matches!(load_key(&config(&path, &name)), Err(KeyError::Short(_))));
    }
}
