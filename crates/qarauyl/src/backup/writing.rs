//! Writes a backup: members in one tar stream, encrypted as they are written. The file has its name once it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::Encryptor;
use age::stream::StreamWriter;
use age::x25519::Recipient;
use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tar::{Builder, Header};

/// Is told of every byte that was written.
pub(crate) type Progress<'a> = &'a (dyn Fn(u64) + Send + Sync);

/// A backup in the making.
pub(crate) struct Writer {
    file: PathBuf,
    part: PathBuf,
    tar: Builder<StreamWriter<BufWriter<File>>>,
}

/// Returns under which name a file lies until it is whole.
pub(crate) fn part_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.part", file.display()))
}

impl Writer {
    /// Begins a backup for `recipient`. A file that is there already is never overwritten.
    pub(crate) fn begin(file: &Path, recipient: &Recipient) -> anyhow::Result<Self> {
        if file.exists() {
            bail!("`{}` is there already and is not overwritten: name another file", file.display());
        }
        let part = part_of(file);
        let cannot = || format!("cannot write `{}`: check the folder and its owner", part.display());
        let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
        let output = BufWriter::with_capacity(1 << 17, opened.with_context(cannot)?);
        let encryptor = Encryptor::with_recipients(std::iter::once(recipient as _))?;
        let tar = Builder::new(encryptor.wrap_output(output).with_context(cannot)?);
        Ok(Self { file: file.to_owned(), part, tar })
    }

    /// Adds a member from memory.
    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let mut header = header(u64::try_from(bytes.len())?);
        self.tar.append_data(&mut header, name, bytes).with_context(|| self.cannot())
    }

    /// Adds the first `size` bytes of a file, and returns their SHA-256 in small hexadecimal letters.
    pub(crate) fn file(
        &mut self,
        name: &str,
        (path, size): (&Path, u64),
        progress: Progress<'_>,
    ) -> anyhow::Result<String> {
        let source = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut measured = Measured { source: source.take(size), hasher: Sha256::new(), size: 0, progress };
        self.tar.append_data(&mut header(size), name, &mut measured).with_context(|| self.cannot())?;
        if measured.size != size {
            bail!("`{}` has become shorter while it was read: try again", path.display());
        }
        Ok(HEXLOWER.encode(&measured.hasher.finalize()))
    }

    /// Ends the stream, sees to it that it is on the disk, and gives it its name. Returns its size.
    pub(crate) fn finish(self) -> anyhow::Result<u64> {
        let Self { file, part, tar } = self;
        let size = flushed(tar).with_context(|| format!("cannot write `{}` to its end", part.display()))?;
        if file.exists() {
            bail!("`{}` has appeared meanwhile and is not overwritten: name another file", file.display());
        }
        fs::rename(&part, &file).with_context(|| format!("cannot give `{}` its name", file.display()))?;
        sync_folder_of(&file)?;
        Ok(size)
    }

    fn cannot(&self) -> String {
        format!("cannot write `{}`: check whether the disk is full", self.part.display())
    }
}

/// Ends the encrypted stream: without its last piece a file counts as cut off.
fn flushed(tar: Builder<StreamWriter<BufWriter<File>>>) -> io::Result<u64> {
    let output = tar.into_inner()?.finish()?;
    let file = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// A name is only there after a power cut when its folder was written, too.
pub(crate) fn sync_folder_of(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.with_context(|| format!("the folder `{}` cannot be written", folder.display()))
}

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header
}

/// Counts and hashes what is read through it.
struct Measured<'a> {
    source: io::Take<File>,
    hasher: Sha256,
    size: u64,
    progress: Progress<'a>,
}

impl Read for Measured<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        let read = u64::try_from(count).unwrap_or_default();
        self.size += read;
        (self.progress)(read);
        Ok(count)
    }
}

/// Copies `source` into a new file that only its owner can read, hashing on the way, and returns size and SHA-256.
pub(crate) fn put(
    path: &Path,
    source: &mut dyn Read,
    progress: Progress<'_>,
) -> anyhow::Result<(u64, String)> {
    let cannot = || format!("cannot write `{}`", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).with_context(cannot)?;
    let (mut buffer, mut hasher, mut size) = (vec![0_u8; 1 << 16], Sha256::new(), 0);
    loop {
        // What is wrong with the source is told by whoever knows it.
        let count = source.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
        file.write_all(read).with_context(cannot)?;
        let read = u64::try_from(count)?;
        size += read;
        progress(read);
    }
    file.sync_all().with_context(cannot)?;
    Ok((size, HEXLOWER.encode(&hasher.finalize())))
}
