//! `qarauyl archive`: proves what is kept, finds it, and makes its index anew. Opens no store and no connection.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use archive::{Archive, IndexLine, PublicKey, Verified};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use model::Clock;
use serde::Serialize;
use url::Url;

use super::examples;
use crate::output::{NOTHING, Output, is_watched, table};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Prove that every file is there, unchanged, or was dropped by a signed entry. Exit code 0: proven; 1: not.
    #[command(before_help = examples::ARCHIVE_VERIFY)]
    Verify(Verify),
    /// Print the captures of an address. Exit code 3: there is none.
    #[command(before_help = examples::ARCHIVE_FIND)]
    Find(Find),
    /// Make the index anew from the files.
    #[command(before_help = examples::ARCHIVE_INDEX)]
    Index,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The folder of the archive; without it, that of the settings.
    dir: Option<PathBuf>,
    /// A public key as 64 hexadecimal digits, or a file that holds it; without it, those of this house. May be given
    /// more than once.
    #[arg(long = "public-key", value_name = "KEY")]
    keys: Vec<String>,
    /// The root that was written down before: the manifest must hold the entry with this hash.
    #[arg(long, value_name = "HASH")]
    root: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Find {
    /// The address, as it was fetched; http and https, www. and none fall together.
    url: Url,
    /// Only the capture nearest to this time: 2026-11-23, 2026-11-23T10:00:00Z or 20261123100000, in UTC.
    #[arg(long, value_parser = moment)]
    at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Verdict {
    whole: bool,
    entries: u64,
    files: u64,
    records: u64,
    dropped: u64,
    root: String,
    public_keys: Vec<String>,
    problems: Vec<Broken>,
    unsealed: Vec<String>,
}

#[derive(Serialize)]
struct Broken {
    file: String,
    record_offset: Option<u64>,
    what: String,
}

#[derive(Serialize)]
struct Found {
    fetched: Timestamp,
    status: Option<u16>,
    mime: Option<String>,
    url: String,
    payload_sha256: String,
    file: String,
    offset: u64,
    length: u64,
}

#[derive(Serialize)]
struct Indexed {
    files: u64,
    captures: u64,
    damaged: Vec<String>,
}

pub(crate) fn run(settings: &Settings, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Verify(arguments) => verify(settings, arguments, out),
        Action::Find(arguments) => find(settings, arguments, out),
        Action::Index => index(settings, out),
    }
}

fn verify(settings: &Settings, arguments: &Verify, out: Output) -> anyhow::Result<ExitCode> {
    let dir = arguments.dir.as_ref().unwrap_or(&settings.archive.dir);
    if !dir.is_dir() {
        bail!("there is no folder `{}`: name the folder of an archive", dir.display());
    }
    let keys = keys(&settings.archive.signing_key_file, &arguments.keys)?;
    let bar = progress(out);
    let verified = archive::verify(dir, &keys, arguments.root.as_deref(), |file| {
        bar.set_message(file.to_owned());
        bar.tick();
    });
    bar.finish_and_clear();
    let verified = verified.with_context(|| format!("the archive in `{}` cannot be read", dir.display()))?;
    let verdict = verdict(verified, &keys);
    out.show(&verdict, || said(&verdict))?;
    Ok(if verdict.whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns the keys that were given, or those of this house.
fn keys(signing_key: &Path, given: &[String]) -> anyhow::Result<Vec<PublicKey>> {
    if !given.is_empty() {
        return given.iter().map(|key| Ok(PublicKey::read(key)?)).collect();
    }
    let keys = PublicKey::all_of_house(signing_key)?;
    if keys.is_empty() {
        bail!(
            "there is no key in `{}`: give the public key of the house that made this archive with --public-key",
            signing_key.display()
        );
    }
    Ok(keys)
}

fn verdict(verified: Verified, keys: &[PublicKey]) -> Verdict {
    let broken =
        |one: archive::Problem| Broken { file: one.file, record_offset: one.record_offset, what: one.what };
    Verdict {
        whole: verified.is_whole(),
        entries: verified.entries,
        files: verified.files,
        records: verified.records,
        dropped: verified.dropped,
        root: verified.root,
        public_keys: keys.iter().map(ToString::to_string).collect(),
        problems: verified.problems.into_iter().map(broken).collect(),
        unsealed: verified.unsealed,
    }
}

fn said(verdict: &Verdict) -> String {
    let mut lines: Vec<String> = verdict
        .problems
        .iter()
        .map(|one| match one.record_offset {
            Some(offset) => format!("BROKEN {}, record at byte {offset}: {}", one.file, one.what),
            None => format!("BROKEN {}: {}", one.file, one.what),
        })
        .collect();
    lines.extend(verdict.unsealed.iter().map(|file| format!("unsealed {file}: nothing is proven of it yet")));
    lines.push(format!(
        "{} files with {} records are unchanged, {} were dropped on purpose, {} problems.",
        verdict.files,
        verdict.records,
        verdict.dropped,
        verdict.problems.len()
    ));
    lines.push(format!("entries {}\nroot    {}", verdict.entries, verdict.root));
    lines.extend(verdict.public_keys.iter().map(|key| format!("key     {key}")));
    lines.join("\n")
}

fn find(settings: &Settings, arguments: &Find, out: Output) -> anyhow::Result<ExitCode> {
    let archive = Archive::open(&settings.archive, Clock::system());
    let found: Vec<Found> = archive.find(&arguments.url, arguments.at)?.into_iter().map(found).collect();
    out.show(&found, || {
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        table(&["fetched", "status", "type", "address", "record"], &rows)
    })?;
    if found.is_empty() {
        out.say("No capture of this address is kept.");
        return Ok(ExitCode::from(NOTHING));
    }
    Ok(ExitCode::SUCCESS)
}

fn found(line: IndexLine) -> Found {
    Found {
        fetched: line.fetched,
        status: line.status,
        mime: line.mime,
        url: line.url,
        payload_sha256: line.payload_sha256,
        file: line.location.file,
        offset: line.location.offset,
        length: line.location.length,
    }
}

fn row(found: &Found) -> Vec<String> {
    vec![
        found.fetched.to_string(),
        found.status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
        found.mime.clone().unwrap_or_else(|| "-".to_owned()),
        found.url.clone(),
        format!("{} {}+{}", found.file, found.offset, found.length),
    ]
}

fn index(settings: &Settings, out: Output) -> anyhow::Result<ExitCode> {
    let archive = Archive::open(&settings.archive, Clock::system());
    let bar = progress(out);
    let made = archive.reindex(|file| {
        bar.set_message(file.to_owned());
        bar.tick();
    });
    bar.finish_and_clear();
    let (files, captures, damaged) = made?;
    let indexed = Indexed { files, captures, damaged };
    out.show(&indexed, || {
        let head = format!("The index names {captures} captures in {files} closed files.");
        let damaged = indexed.damaged.iter().map(|one| format!("LEFT OUT {one}"));
        [head].into_iter().chain(damaged).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if indexed.damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn progress(out: Output) -> ProgressBar {
    if out.json || !is_watched() { ProgressBar::hidden() } else { ProgressBar::new_spinner() }
}

/// Reads a time in one of the forms that people and tools write.
fn moment(text: &str) -> Result<Timestamp, String> {
    let utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok();
    let stamp = || DateTime::strptime("%Y%m%d%H%M%S", text).ok().and_then(utc);
    let time = text.parse().ok().or_else(stamp).or_else(|| text.parse().ok().and_then(utc));
    time.ok_or_else(|| "write it as 2026-11-23, 2026-11-23T10:00:00Z or 20261123100000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_that_people_and_tools_write() {
        let check = |text: &str, expected: &str| assert_eq!(moment(text).unwrap().to_string(), expected);
        check("2026-11-23", "2026-11-23T00:00:00Z");
        check("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z");
        check("2026-11-23T10:00:00+05:00", "2026-11-23T05:00:00Z");
        check("20261123100000", "2026-11-23T10:00:00Z");
        assert!(moment("yesterday").is_err());
    }
}
