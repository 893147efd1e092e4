//! `qarauyl backup drill`: a backup that cannot be restored is none, so that this house is restored beside itself and
//! compared.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use age::x25519::Identity;
use anyhow::{Context, bail};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use model::{VersionId, WatchId};
use serde::Serialize;
use store::Reconciling;

use super::{Home, absolute, open, progress};
use crate::backup::identity;
use crate::backup::making::{Kind, Wanted, folder, make};
use crate::backup::places::rooted;
use crate::backup::restoring::{Report, restore, unseen};
use crate::house::House;
use crate::output::Output;
use crate::reconcile::Reconciler;
use crate::settings::{FILE, Settings};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The identity file of `[backup] recipient`; without it, a key is made for the drill and thrown away.
    #[arg(long)]
    identity: Option<PathBuf>,
    /// Over how many days the answers of all watches are compared.
    #[arg(long, default_value_t = 30)]
    days: u32,
}

#[derive(Serialize)]
struct Drilled {
    bytes: u64,
    seconds: f64,
    checks: Vec<(String, String)>,
    differences: u64,
}

/// What each watch answers, and of which versions it was asked.
struct Answers {
    versions: BTreeSet<VersionId>,
    found: HashSet<(WatchId, VersionId)>,
}

pub(super) async fn run(home: Home<'_>, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let given = arguments.identity.as_ref().map(|file| absolute(file)).transpose()?;
    let house = open(home).await?;
    let identities = match &given {
        Some(file) => identity::identities(file)?,
        None => vec![Identity::generate()],
    };
    let recipient = recipient(&house, &identities, given.is_some())?;
    let scratch = Scratch::make(&folder(&house)?.join("drill"))?;
    let started = house.clock.now();
    let wanted = Wanted { file: scratch.0.join("backup.age"), recipient, kind: Kind::Drill };
    let (bar, shown) = progress(out);
    let made = make(&house, &wanted, shown).await;
    bar.finish_and_clear();
    let made = made?;
    let dir = scratch.0.join("house");
    let passphrase = passphrase(&house);
    let report =
        restore((&[wanted.file], identities), &dir, (house.clock.now(), passphrase), unseen()).await?;
    let (checks, differences) = compared(&house, (&dir, &report), arguments.days).await?;
    let seconds = started.duration_until(house.clock.now()).as_secs_f64();
    let drilled = Drilled { bytes: made.size, seconds, checks, differences };
    out.show(&drilled, || said(&drilled))?;
    Ok(if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The drill is made with the key that real backups are made with, or with one of its own.
fn recipient(house: &House, identities: &[Identity], is_given: bool) -> anyhow::Result<String> {
    let keys: Vec<String> = identities.iter().map(|one| one.to_public().to_string()).collect();
    let wanted = &house.settings.backup.recipient;
    if is_given && !keys.contains(wanted) {
        bail!(
            "the identity is not that of [backup] recipient: backups of this house could not be read with it"
        );
    }
    let key = if is_given { Some(wanted.clone()) } else { keys.into_iter().next() };
    key.context("there is no key to make the drill with")
}

/// The passphrase is in no backup: the restored house reads it where this one does. A pipe gives it only once.
fn passphrase(house: &House) -> Option<PathBuf> {
    let path = Path::new(&house.settings.seal.passphrase_file);
    if path.is_file() { absolute(path).ok() } else { None }
}

/// Compares the two houses, and returns each check with its figures and the number of differences.
async fn compared(
    house: &House,
    (dir, report): (&Path, &Report),
    days: u32,
) -> anyhow::Result<(Vec<(String, String)>, u64)> {
    let contents = &report.contents;
    let root = if contents.manifest_root.is_empty() { "-" } else { &contents.manifest_root };
    let archive = format!("{} files, {} bytes, hash by hash", contents.archive.len(), report.archive_bytes);
    // Counts and root were compared on the way: a restore that finds others fails.
    let mut checks = vec![
        ("store", format!("{}, in both", report.counts)),
        ("archive", archive),
        ("manifest", format!("root {root}, in both")),
    ];
    let broken = report.verified.as_ref().map_or(0, |verified| verified.problems.len());
    let mut differences = u64::try_from(broken)?;
    if broken > 0 {
        checks.push(("broken", format!("{broken} archive files: `qarauyl archive verify` names them")));
    }
    if house.store.is_locked() || report.indexed.is_none() {
        checks
            .push(("watches", "not compared: the key is missing, or a pipe gives the passphrase".to_owned()));
    } else {
        let (said, unlike) = answers_compared(house, dir, days).await?;
        checks.push(("watches", said));
        differences += unlike;
    }
    Ok((checks.into_iter().map(|(what, says)| (what.to_owned(), says)).collect(), differences))
}

async fn answers_compared(house: &House, dir: &Path, days: u32) -> anyhow::Result<(String, u64)> {
    let length = SignedDuration::from_hours(24) * i32::try_from(days).unwrap_or(i32::MAX);
    let since = house.clock.now().checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut settings = rooted(Settings::load(&dir.join(FILE), false, &[])?, dir);
    settings.seal.passphrase_file =
        passphrase(house).map(|path| path.display().to_string()).unwrap_or_default();
    let restored = House::open(settings).await?;
    let (ours, theirs) = (answers(house, since).await?, answers(&restored, since).await?);
    restored.store.close().await;
    // This house goes on working: what it has read since the backup is not in the other.
    let both: BTreeSet<VersionId> = ours.versions.intersection(&theirs.versions).copied().collect();
    let of_both = |answers: &Answers| -> HashSet<(WatchId, VersionId)> {
        answers.found.iter().filter(|(_, version)| both.contains(version)).copied().collect()
    };
    let (ours, theirs) = (of_both(&ours), of_both(&theirs));
    let unlike = u64::try_from(ours.symmetric_difference(&theirs).count())?;
    let says = format!(
        "{} watches over {} articles of {days} days: {} answers here, {} there, {unlike} differ",
        house.store.revised_watches().await?.len(),
        both.len(),
        ours.len(),
        theirs.len()
    );
    Ok((says, unlike))
}

async fn answers(house: &House, since: Timestamp) -> anyhow::Result<Answers> {
    let lexicon = house.lexicon().await?;
    let index = house.index(&lexicon)?;
    let (versions, found) = Reconciler::new(house, index, lexicon).answers(since).await?;
    Ok(Answers { versions, found })
}

fn said(drilled: &Drilled) -> String {
    let mut lines: Vec<String> =
        drilled.checks.iter().map(|(what, says)| format!("{what:<9} {says}")).collect();
    lines.push(format!(
        "{} bytes, backed up and restored in {:.1} s; both are removed.",
        drilled.bytes, drilled.seconds
    ));
    lines.push(if drilled.differences == 0 {
        "The restored house is this house.".to_owned()
    } else {
        format!(
            "DIFFERENT in {} places: do not rely on backups before this is understood.",
            drilled.differences
        )
    });
    lines.join("\n")
}

/// A folder that goes away with this.
struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder anew: what a drill that was killed has left is removed.
    fn make(path: &Path) -> anyhow::Result<Self> {
        let path = absolute(path)?;
        if path.exists() {
            std::fs::remove_dir_all(&path).with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot make the folder `{}`", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            let folder = self.0.display();
            tracing::warn!(%error, %folder, "the folder of the drill could not be removed: remove it");
        }
    }
}
