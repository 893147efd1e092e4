//! Reads a backup: decrypts it member by member. A wrong identity, a damaged byte and a missing end are told apart.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use age::stream::StreamReader;
use age::x25519::Identity;
use age::{DecryptError, Decryptor};
use anyhow::{Context, bail};
use tar::Archive;

use crate::backup::contents::{CONTENTS, Contents};

/// A member of a backup, as it is read.
pub(crate) struct Member<'a> {
    pub(crate) name: &'a str,
    pub(crate) bytes: &'a mut dyn Read,
}

/// Reads what a backup says of itself.
pub(crate) fn contents(path: &Path, identities: &[Identity]) -> anyhow::Result<Contents> {
    let mut tar = Archive::new(decrypted(path, identities)?);
    let read = || -> anyhow::Result<Option<Vec<u8>>> {
        let Some(first) = tar.entries()?.next() else { return Ok(None) };
        let mut first = first?;
        if first.path()? != Path::new(CONTENTS) {
            return Ok(None);
        }
        let mut json = Vec::new();
        first.read_to_end(&mut json)?;
        Ok(Some(json))
    };
    let mut read = read;
    let Some(json) = read().with_context(|| damaged(path))? else {
        bail!("`{}` is no backup of a Qarauyl house: it does not begin with {CONTENTS}", path.display());
    };
    Contents::parse(&json).with_context(|| format!("`{}` cannot be used", path.display()))
}

/// Calls `each` with every member in the order in which they lie, and reads to the end, which proves that nothing is
/// missing there.
pub(crate) fn members(
    path: &Path,
    identities: &[Identity],
    mut each: impl FnMut(Member<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut tar = Archive::new(decrypted(path, identities)?);
    for entry in tar.entries().with_context(|| damaged(path))? {
        let mut entry = entry.with_context(|| damaged(path))?;
        let name = entry.path().with_context(|| damaged(path))?.to_string_lossy().into_owned();
        let mut source = Source { entry: &mut entry, failed: false };
        let outcome = each(Member { name: &name, bytes: &mut source });
        if source.failed {
            return outcome.with_context(|| damaged(path));
        }
        outcome?;
    }
    io::copy(&mut tar.into_inner(), &mut io::sink()).with_context(|| damaged(path))?;
    Ok(())
}

/// Remembers whether it was the backup that could not be read, and not the disk that could not be written.
struct Source<'a> {
    entry: &'a mut dyn Read,
    failed: bool,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer);
        self.failed |= read.is_err();
        read
    }
}

/// Opens an encrypted file.
pub(crate) fn decrypted(
    path: &Path,
    identities: &[Identity],
) -> anyhow::Result<StreamReader<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let opened = Decryptor::new_buffered(BufReader::with_capacity(1 << 17, file))
        .and_then(|decryptor| decryptor.decrypt(identities.iter().map(|one| one as &dyn age::Identity)));
    opened.map_err(|error| match error {
        DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed => anyhow::anyhow!(
            "`{}` was made for another key than that of the identity file: name the identity whose public key stood in [backup] recipient",
            path.display()
        ),
        DecryptError::Io(error) => anyhow::Error::new(error).context(damaged(path)),
        DecryptError::InvalidHeader | DecryptError::InvalidMac | DecryptError::UnknownFormat => {
            anyhow::anyhow!("`{}` is no backup, or is damaged at its start: take another copy of it", path.display())
        }
        _ => anyhow::anyhow!(damaged(path)),
    })
}

fn damaged(path: &Path) -> String {
    format!("`{}` is damaged or cut off: take another copy of it", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::writing::Writer;

    #[test]
    fn a_damaged_byte_a_missing_end_and_a_wrong_identity_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (file, identity) = (folder.path().join("backup"), [Identity::generate()]);
        let mut writer = Writer::begin(&file, &identity[0].to_public()).unwrap();
        writer.bytes("one", b"first").unwrap();
        writer.bytes("two", &vec![7; 200_000]).unwrap();
        assert!(!file.exists(), "it has its name once it is whole");
        writer.finish().unwrap();
        let names = |path: &Path| {
            let mut names = Vec::new();
            members(path, &identity, |member| {
                io::copy(member.bytes, &mut io::sink())?;
                names.push(member.name.to_owned());
                Ok(())
            })
            .map(|()| names)
        };
        assert_eq!(names(&file).unwrap(), ["one", "two"]);
        let stranger = [Identity::generate()];
        assert!(decrypted(&file, &stranger).err().unwrap().to_string().contains("another key"));
        let whole = std::fs::read(&file).unwrap();
        let check = |bytes: &[u8], word: &str| {
            let path = folder.path().join("other");
            std::fs::write(&path, bytes).unwrap();
            let error = format!("{:#}", names(&path).unwrap_err());
            assert!(error.contains(word) && error.contains("other"), "{error}");
        };
        let mut changed = whole.clone();
        changed[150_000] ^= 1;
        check(&changed, "damaged or cut off");
        check(&whole[..whole.len() - 100], "damaged or cut off");
        // All members are there, and only the proof that there is nothing more is cut off.
        check(&whole[..65_536 * 3], "damaged or cut off");
        check(b"not encrypted at all", "no backup");
        assert!(
            format!("{:#}", contents(&file, &identity).unwrap_err())
                .contains("does not begin with backup.json")
        );
    }
}
