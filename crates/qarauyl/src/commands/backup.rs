//! `qarauyl backup`: one encrypted file that holds all that this house cannot make anew.

mod drill;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use model::Clock;
use serde::Serialize;

use super::examples;
use crate::backup::contents::KeyKept;
use crate::backup::identity;
use crate::backup::making::{Kind, Made, Shown, Step, Wanted, make};
use crate::house::{self, House};
use crate::logging;
use crate::output::{Output, is_watched};

/// The folder that is home, and the settings file when it lies elsewhere.
pub(crate) type Home<'a> = (&'a Path, Option<&'a PathBuf>);

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    /// The file to write; one that is there is never overwritten.
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Only what earlier backups lack: files of the archive, and what has changed in the store; everything else whole.
    #[arg(long)]
    increment: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the key of backups: an identity file, to be kept off the server. Prints the public key for `[backup] recipient`.
    #[command(before_help = examples::BACKUP_KEYGEN)]
    Keygen {
        /// The file to write.
        file: PathBuf,
    },
    /// Back up, restore beside, compare the two houses, and remove both.
    #[command(before_help = examples::BACKUP_DRILL)]
    Drill(drill::Arguments),
}

#[derive(Serialize)]
struct Generated {
    identity: String,
    recipient: String,
}

#[derive(Serialize)]
struct Written {
    file: String,
    bytes: u64,
    id: String,
    builds_on: Vec<String>,
    archive_files: usize,
    archive_files_inside: usize,
    root: String,
    articles: u64,
    key: KeyKept,
}

pub(crate) async fn run(home: Home<'_>, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        Some(Action::Keygen { file }) => keygen(file, out),
        Some(Action::Drill(arguments)) => drill::run(home, arguments, out).await,
        None => write(home, arguments, out).await,
    }
}

fn keygen(file: &Path, out: Output) -> anyhow::Result<ExitCode> {
    let recipient = identity::generate(file, Clock::system().now())?;
    let generated = Generated { identity: file.display().to_string(), recipient };
    out.show(&generated, || {
        format!(
            "{}\n\nThis is the public key: write it into the settings of the server,\n  [backup]\n  recipient = \"{}\"\n\
             The other half lies in {}. Whoever has it can read every backup, and without it no backup can be read:\n\
             keep it off the server, in two places.",
            generated.recipient, generated.recipient, generated.identity
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn write(home: Home<'_>, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let file = arguments.file.as_ref().context("name the file to write")?;
    let file = absolute(file)?;
    let house = open(home).await?;
    let kind = if arguments.increment { Kind::Increment } else { Kind::Full };
    let wanted = Wanted { file, recipient: house.settings.backup.recipient.clone(), kind };
    let (bar, shown) = progress(out);
    let made = make(&house, &wanted, shown).await;
    bar.finish_and_clear();
    house.store.close().await;
    let written = written(&wanted.file, &made?);
    out.show(&written, || said(&written))?;
    match written.key {
        KeyKept::Yes => {}
        KeyKept::Passphrase => {
            out.say("The passphrase is not in the backup: without it, watches and subscribers cannot be read.");
        }
        KeyKept::None => out.say(
            "NO KEY is in the backup, because none was found: without it, watches and subscribers cannot be read. A systemd \
             credential is there for the service alone: see docs/guide/backup.md.",
        ),
    }
    Ok(ExitCode::SUCCESS)
}

fn written(file: &Path, made: &Made) -> Written {
    let contents = &made.contents;
    Written {
        file: file.display().to_string(),
        bytes: made.size,
        id: contents.id.clone(),
        builds_on: contents.builds_on.iter().map(ToString::to_string).collect(),
        archive_files: contents.archive.len(),
        archive_files_inside: contents.files_in(&contents.id).count(),
        root: contents.manifest_root.clone(),
        articles: contents.counts.articles,
        key: contents.key,
    }
}

fn said(written: &Written) -> String {
    let builds_on = if written.builds_on.is_empty() {
        "It needs no other backup.".to_owned()
    } else {
        format!("It needs these as well:\n  {}", written.builds_on.join("\n  "))
    };
    format!(
        "Wrote {}: {} bytes, backup {}, {} articles, {} of {} archive files.\n{builds_on}\nroot {}\n\
         Copy it to another machine. `qarauyl backup drill` shows that a whole backup of this house can be restored; an \
         increment shows it there: qarauyl restore --verify",
        written.file,
        written.bytes,
        written.id,
        written.articles,
        written.archive_files_inside,
        written.archive_files,
        if written.root.is_empty() { "-" } else { &written.root }
    )
}

/// Opens the house of the command line.
pub(crate) async fn open((home, config): Home<'_>) -> anyhow::Result<House> {
    let settings = house::settings(home, config)?;
    logging::start(&settings.log);
    House::open(settings).await
}

/// A path as it was meant where the command was typed: opening the house changes the folder.
pub(crate) fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("cannot find `{}`", path.display()))
}

/// A bar for whoever looks on.
pub(crate) fn progress(out: Output) -> (ProgressBar, Shown) {
    let bar = if out.json || !is_watched() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let shown: Shown = Arc::new(move |step| match step {
        Step::Total(bytes) => shown.set_length(bytes),
        Step::Bytes(bytes) => shown.inc(bytes),
    });
    (bar, shown)
}
