//! `qarauyl restore`: makes a house out of backups.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use model::Clock;
use serde::Serialize;

use crate::backup::contents::KeyKept;
use crate::backup::identity;
use crate::backup::restoring::{Report, restore};
use crate::commands::backup::{absolute, progress};
use crate::output::{NOTHING, Output};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The backup, with all that it builds on, in any order; then the folder of the new house, empty or not there yet.
    #[arg(required = true, num_args = 2.., value_names = ["BACKUP", "DIR"])]
    paths: Vec<PathBuf>,
    /// The identity file, as `qarauyl backup keygen` wrote it.
    #[arg(long)]
    identity: PathBuf,
    /// Say what was checked, each with its figure.
    #[arg(long)]
    verify: bool,
}

#[derive(Serialize)]
struct Restored {
    dir: String,
    backup: String,
    made: String,
    checks: Vec<(String, String)>,
    problems: Vec<String>,
    parked_mails: u64,
    index: Option<u64>,
    changed_settings: Vec<String>,
    variables: Vec<String>,
    unneeded: Vec<String>,
}

pub(crate) async fn run(arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let (dir, backups) =
        arguments.paths.split_last().context("name the backup and the folder of the new house")?;
    let dir = absolute(dir)?;
    let backups: Vec<PathBuf> = backups.iter().map(|path| absolute(path)).collect::<anyhow::Result<_>>()?;
    let identities = identity::identities(&arguments.identity)?;
    let (bar, shown) = progress(out);
    let report = restore((&backups, identities), &dir, (Clock::system().now(), None), shown).await;
    bar.finish_and_clear();
    let report = report?;
    let restored = restored(&dir.display().to_string(), &report);
    out.show(&restored, || said(&restored, arguments.verify))?;
    if report.contents.key == KeyKept::Passphrase {
        out.say("The passphrase was not in the backup: give it as [seal] passphrase_file says, then `qarauyl index rebuild`.");
    }
    Ok(if restored.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NOTHING) })
}

fn restored(dir: &str, report: &Report) -> Restored {
    let broken = report.verified.iter().flat_map(|verified| &verified.problems);
    Restored {
        dir: dir.to_owned(),
        backup: report.contents.id.clone(),
        made: report.contents.made.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        checks: checks(report),
        problems: broken.map(|one| format!("{}: {}", one.file, one.what)).collect(),
        parked_mails: report.aside.jobs,
        index: report.indexed,
        changed_settings: report.changed.clone(),
        variables: report.contents.variables.clone(),
        unneeded: report.unneeded.iter().map(|path| path.display().to_string()).collect(),
    }
}

fn checks(report: &Report) -> Vec<(String, String)> {
    let contents = &report.contents;
    let manifest = report.verified.as_ref().map_or_else(
        || "there was none yet".to_owned(),
        |verified| {
            format!(
                "{} entries, {} files and {} records proven, {} dropped on purpose, root {}",
                verified.entries, verified.files, verified.records, verified.dropped, verified.root
            )
        },
    );
    let index = report.indexed.map_or_else(
        || "waits for the key: `qarauyl index rebuild`".to_owned(),
        |articles| format!("made anew, {articles} articles"),
    );
    [
        (
            "archive files",
            format!("{} are what the list says, {} bytes", contents.archive.len(), report.archive_bytes),
        ),
        ("manifest", manifest),
        ("store", format!("sound; {}, as the backup says", report.counts)),
        (
            "mails",
            format!("{} alerts and digests wait in {} parked jobs", report.aside.waiting, report.aside.jobs),
        ),
        ("search index", index),
    ]
    .map(|(what, says)| (what.to_owned(), says))
    .into()
}

fn said(restored: &Restored, verify: bool) -> String {
    let mut lines = vec![format!("{} holds the house as it was at {}.", restored.dir, restored.made)];
    if verify {
        lines.extend(restored.checks.iter().map(|(what, says)| format!("  {what:<14} {says}")));
    }
    lines.extend(restored.problems.iter().map(|one| format!("BROKEN already at the old server: {one}")));
    lines.extend(restored.unneeded.iter().map(|path| format!("not needed: {path}")));
    if !restored.changed_settings.is_empty() {
        lines.push("Paths that led out of the old house lead into this one now; the old text is in qarauyl.toml.before:".to_owned());
        lines.extend(restored.changed_settings.iter().map(|line| format!("  {line}")));
    }
    if !restored.variables.is_empty() {
        lines.push(format!(
            "These variables stood above the settings of the old server: {}",
            restored.variables.join(", ")
        ));
    }
    if restored.parked_mails > 0 {
        lines.push("What was due at that time may have been mailed by the old server since: it waits in `qarauyl jobs`.".to_owned());
    }
    lines.push(format!("Next:\n  qarauyl --home {0} doctor\n  qarauyl --home {0} run", restored.dir));
    lines.join("\n")
}
