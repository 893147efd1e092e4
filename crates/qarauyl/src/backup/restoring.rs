//! Makes a house out of backups. It is built beside its place and moved there once it is whole.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use age::x25519::Identity;
use anyhow::{Context, bail};
use archive::{Archive, PublicKey, Verified};
use jiff::Timestamp;
use model::Restored;
use store::{Reading, Restoring, SetAside};

use crate::backup::chain::{Chain, Given};
use crate::backup::contents::{CONTENTS, Contents, Counts, KeyKept};
use crate::backup::making::{Shown, Step};
use crate::backup::members::{
    ARCHIVE, DKIM_KEY, LEXICON, OWN_SOURCES, PASSWORD, PUBLIC_KEY, RETIRED_KEYS, SEAL_KEY, SETTINGS,
    SIGNING_KEY, SOURCES, STORE, STORE_CHANGES, file_name,
};
use crate::backup::pieces::{Pieces, put_changes};
use crate::backup::places;
use crate::backup::reading::{self, Member};
use crate::backup::snapshot::unpacked;
use crate::backup::writing::{put, sync_folder_of};
use crate::commands::index::rebuild;
use crate::house::House;
use crate::settings::Settings;

/// Stands in a folder that is being restored, so that no other folder is ever taken for one.
const MARK: &str = ".being-restored";

/// What came of a restore.
pub(crate) struct Report {
    pub(crate) contents: Contents,
    pub(crate) unneeded: Vec<PathBuf>,
    pub(crate) archive_bytes: u64,
    pub(crate) verified: Option<Verified>,
    pub(crate) counts: Counts,
    pub(crate) aside: SetAside,
    /// How many articles the search index holds; none while the key is missing.
    pub(crate) indexed: Option<u64>,
    /// Settings that were changed.
    pub(crate) changed: Vec<String>,
}

/// A folder in the making. It goes away unless it is moved to its place.
struct Part {
    path: PathBuf,
    settled: bool,
}

impl Part {
    /// Begins beside `dir`. What a restore that was killed has left is removed.
    fn begin(dir: &Path) -> anyhow::Result<Self> {
        if dir.exists() && !is_empty(dir)? {
            bail!("`{}` is not empty: name a folder that is empty or not there yet", dir.display());
        }
        let path = PathBuf::from(format!("{}.part", dir.display()));
        if path.exists() {
            if !path.join(MARK).exists() && !is_empty(&path)? {
                bail!("`{}` is in the way, and was not left by a restore: move it elsewhere", path.display());
            }
            fs::remove_dir_all(&path).with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
        let made = fs::create_dir_all(&path).and_then(|()| File::create(path.join(MARK)));
        made.with_context(|| format!("cannot make the folder `{}`", path.display()))?;
        private(&path)?;
        Ok(Self { path, settled: false })
    }

    fn settle(mut self, dir: &Path) -> anyhow::Result<()> {
        fs::remove_file(self.path.join(MARK))?;
        sync_folder_of(&self.path.join(MARK))?;
        fs::rename(&self.path, dir)
            .with_context(|| format!("cannot move `{}` to `{}`", self.path.display(), dir.display()))?;
        self.settled = true;
        sync_folder_of(dir)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.settled {
            let _the_next_restore_removes_it = fs::remove_dir_all(&self.path);
        }
    }
}

fn is_empty(dir: &Path) -> anyhow::Result<bool> {
    let mut items =
        fs::read_dir(dir).with_context(|| format!("cannot read the folder `{}`", dir.display()))?;
    Ok(items.next().is_none())
}

fn private(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o700))?)
}

/// Restores the newest of `backups` into `dir`. Without the passphrase, a house that has one stays locked.
pub(crate) async fn restore(
    (backups, identities): (&[PathBuf], Vec<Identity>),
    dir: &Path,
    (now, passphrase): (Timestamp, Option<PathBuf>),
    shown: Shown,
) -> anyhow::Result<Report> {
    let mut given = Vec::new();
    for path in backups {
        given.push(Given { path: path.clone(), contents: reading::contents(path, &identities)? });
    }
    let chain = Chain::of(given)?;
    let contents = chain.head.contents.clone();
    let unneeded = chain.unneeded.clone();
    let part = Part::begin(dir)?;
    let home = part.path.clone();
    let (mut settings, changed, archive_bytes) =
        tokio::task::spawn_blocking(move || unpack(&chain, &identities, &home, &shown)).await??;
    let verified = tokio::task::spawn_blocking({
        let (settings, contents) = (settings.clone(), contents.clone());
        move || verified(&settings, &contents)
    })
    .await??;
    if contents.key == KeyKept::Passphrase {
        settings.seal.passphrase_file = passphrase.map(|path| path.display().to_string()).unwrap_or_default();
    }
    let house = House::open(settings).await?;
    let counts = checked(&house, &contents).await?;
    let aside = house.store.begin_restored(Restored { at: now, backup: contents.made }).await?;
    let indexed = if house.store.is_locked() { None } else { Some(rebuild(&house, |_| ()).await?) };
    house.store.close().await;
    part.settle(dir)?;
    Ok(Report { contents, unneeded, archive_bytes, verified, counts, aside, indexed, changed })
}

/// Lays all members of all backups in their places, each file of the archive against its hash.
fn unpack(
    chain: &Chain,
    identities: &[Identity],
    home: &Path,
    shown: &Shown,
) -> anyhow::Result<(Settings, Vec<String>, u64)> {
    let head = &chain.head.contents;
    shown(Step::Total(head.archive.iter().map(|file| file.size).sum()));
    let (mut settled, mut files, mut bytes) = (None, 0, 0);
    for given in std::iter::once(&chain.head).chain(&chain.earlier) {
        reading::members(&given.path, identities, |member| {
            let is_head = given.contents.id == head.id;
            match (member.name, &settled) {
                (CONTENTS, _) => return Ok(()),
                (SETTINGS, None) => {
                    let mut text = String::new();
                    member.bytes.read_to_string(&mut text)?;
                    settled = Some(places::settle(home, &text, head.key)?);
                    return Ok(());
                }
                (_, None) => bail!("`{}` does not begin with its settings", given.path.display()),
                (_, Some(_)) => {}
            }
            let Some((settings, _)) = &settled else { return Ok(()) };
            if [STORE, STORE_CHANGES].contains(&member.name) {
                return store_member(settings, (&chain.store, &given.contents.id), member);
            }
            if let Some(size) = archive_file((head, &given.contents.id), settings, member, (is_head, shown))?
            {
                (files, bytes) = (files + 1, bytes + size);
            }
            Ok(())
        })?;
    }
    if files < head.archive.len() {
        bail!("{} files of the archive are in none of the backups", head.archive.len() - files);
    }
    let (settings, changed) = settled.context("the backup holds no settings")?;
    put_store_together(&settings, chain)?;
    make_archive_index(&settings)?;
    Ok((settings, changed, bytes))
}

/// Lays one member in its place. Returns the size of a file of the archive that the newest backup wants from this one.
fn archive_file(
    (head, id): (&Contents, &str),
    settings: &Settings,
    member: Member<'_>,
    (is_head, shown): (bool, &Shown),
) -> anyhow::Result<Option<u64>> {
    let name = file_name(member.name, ARCHIVE)?.filter(|name| *name != archive::manifest_name());
    let Some(name) = name else {
        if is_head {
            small(settings, member)?;
        }
        return Ok(None);
    };
    let Some(wanted) = head.files_in(id).find(|file| file.name == name) else { return Ok(None) };
    let (size, sha256) =
        put(&settings.archive.dir.join(name), member.bytes, &|bytes| shown(Step::Bytes(bytes)))?;
    if (size, &sha256) != (wanted.size, &wanted.sha256) {
        bail!(
            "archive file `{name}` in the backup is not what its list says: take another copy of the backup"
        );
    }
    Ok(Some(size))
}

/// Lays the store in its place, or changes of it beside it, as far as the newest backup wants it from this one.
fn store_member(
    settings: &Settings,
    (wanted, id): (&[String], &str),
    member: Member<'_>,
) -> anyhow::Result<()> {
    let path = store_path(settings)?;
    let is_whole = member.name == STORE;
    let Some(at) = wanted.iter().position(|one| one == id) else { return Ok(()) };
    if is_whole != (at == 0) {
        bail!("backup {id} holds the store otherwise than it says: take another copy of the backup");
    }
    let path = if is_whole { path } else { changes_path(&path, at) };
    let mut packed = member.bytes;
    put(&path, &mut unpacked(&mut packed), &|_| ()).map(drop)
}

/// Puts the changes of the store into it, in their order, and compares what comes of it with what the backup says.
fn put_store_together(settings: &Settings, chain: &Chain) -> anyhow::Result<()> {
    let path = store_path(settings)?;
    let contents = |id: &String| {
        let mut all = std::iter::once(&chain.head).chain(&chain.earlier);
        all.find(|one| one.contents.id == *id).and_then(|one| one.contents.store.as_ref())
    };
    for (at, id) in chain.store.iter().enumerate().skip(1) {
        let changes = changes_path(&path, at);
        let cannot = || format!("backup {id} holds no changes of the store: take another copy of it");
        let mut opened = File::open(&changes).with_context(cannot)?;
        put_changes(&path, &mut opened, contents(id).with_context(cannot)?.size)?;
        fs::remove_file(&changes).with_context(|| format!("cannot remove `{}`", changes.display()))?;
    }
    let Some(wanted) = &chain.head.contents.store else { return Ok(()) };
    let opened = File::open(&path).context("the backup holds no store")?;
    if Pieces::of(&mut BufReader::new(opened))?.root() != wanted.root {
        bail!("the restored store is not what the backup says: take another copy of the backups");
    }
    Ok(())
}

fn store_path(settings: &Settings) -> anyhow::Result<PathBuf> {
    placed(settings, STORE, settings.store.file().context("the restored store has no file")?)
}

fn changes_path(store: &Path, number: usize) -> PathBuf {
    PathBuf::from(format!("{}.changes-{number}", store.display()))
}

/// Lays a small file in its place.
fn small(settings: &Settings, Member { name, bytes }: Member<'_>) -> anyhow::Result<()> {
    let signing = &settings.archive.signing_key_file;
    let mut bytes: Box<dyn Read + '_> = Box::new(bytes);
    let path = match name {
        SEAL_KEY => PathBuf::from(&settings.seal.key_file),
        SIGNING_KEY => signing.clone(),
        PUBLIC_KEY => PathBuf::from(format!("{}.pub", signing.display())),
        RETIRED_KEYS => archive::retired_keys_file(signing),
        DKIM_KEY => settings.mailer.dkim.key_file.clone(),
        PASSWORD => PathBuf::from(&settings.mailer.smtp.password_file),
        _ => {
            let folders = [
                (OWN_SOURCES, PathBuf::from(&settings.sources.own)),
                (SOURCES, PathBuf::from(&settings.sources.directory)),
                (LEXICON, PathBuf::from(&settings.lexicon.directory)),
                (ARCHIVE, settings.archive.dir.clone()),
            ];
            let found = folders.iter().find_map(|(prefix, folder)| {
                file_name(name, prefix).transpose().map(|name| name.map(|name| folder.join(name)))
            });
            found.transpose()?.context(
                "the backup holds something that this program does not know: install the newer program",
            )?
        }
    };
    let path = placed(settings, name, path)?;
    // Two settings may name one folder.
    if !path.exists() {
        put(&path, &mut bytes, &|_| ())?;
    }
    Ok(())
}

/// What the settings name no place for, since a variable of the old house did, lies beside the store.
fn placed(settings: &Settings, name: &str, path: PathBuf) -> anyhow::Result<PathBuf> {
    if path.is_absolute() {
        return Ok(path);
    }
    let store = settings.store.file().context("the restored store has no file")?;
    let place = store
        .with_file_name("unplaced")
        .join(path.file_name().unwrap_or(name.rsplit('/').next().unwrap_or(name).as_ref()));
    tracing::warn!(place = %place.display(), "the settings name no place for this: a variable of the old house did");
    Ok(place)
}

/// The archive's index is derived; the file that was being written is made whole and closed on the way.
fn make_archive_index(settings: &Settings) -> anyhow::Result<()> {
    if !settings.archive.dir.is_dir() {
        return Ok(());
    }
    let archive = Archive::open(&settings.archive, model::Clock::system());
    let (_, _, damaged) = archive.reindex(|_| ()).context("the archive's index cannot be made")?;
    for one in damaged {
        tracing::warn!(file = one, "a file of the archive was damaged before the backup was made");
    }
    Ok(())
}

/// Has the archive proven by its own verifier. The files are those of the backup: what is broken was so at the old server.
fn verified(settings: &Settings, contents: &Contents) -> anyhow::Result<Option<Verified>> {
    if contents.manifest_entries == 0 {
        return Ok(None);
    }
    let keys = PublicKey::all_of_house(&settings.archive.signing_key_file)?;
    if keys.is_empty() {
        bail!("the backup holds a manifest and no key that signed it: it cannot be proven");
    }
    let found = archive::verify(&settings.archive.dir, &keys, Some(&contents.manifest_root), |_| ())?;
    if found.root != contents.manifest_root {
        bail!("the manifest in the backup is not the one that it names: take another copy of the backup");
    }
    Ok(Some(found))
}

/// Has the engine look through the store, and compares what is in it with what the backup says.
async fn checked(house: &House, contents: &Contents) -> anyhow::Result<Counts> {
    if let Some(damage) = house.store.damages().await?.first() {
        bail!(
            "the restored store is damaged ({damage}): take another copy of the backups, or leave out the newest increments, \
             which may have been made of a damaged store"
        );
    }
    let counts = Counts::from(&house.store.counts().await?);
    if counts != contents.counts {
        bail!("the restored store holds {counts}; the backup says {}", contents.counts);
    }
    if contents.key == KeyKept::Yes && house.store.is_locked() {
        bail!("the key of the backup was not found by the restored settings: see [seal] in them");
    }
    Ok(counts)
}

/// A way of showing nothing.
pub(crate) fn unseen() -> Shown {
    Arc::new(|_| ())
}
