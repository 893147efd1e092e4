//! `qarauyl lexicon import`: a list of names becomes the team's own entries. What is ambiguous is shown first.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use indexer::{Order, SearchRequest, TantivyIndex};
use query::{Lexicon, Query, plan};
use serde::Serialize;
use store::{Administering, LexiconEntry, Watching};

use super::list::{self, Row};
use super::verdict::{Known, Verdict, judge};
use crate::house::House;
use crate::output::{NOTHING, Output, table};

/// What the help begins with.
pub(super) const EXAMPLES: &str = "\
Examples:
  qarauyl lexicon import names.csv --dry-run
  qarauyl lexicon import names.csv --accept --watch Relatives
  qarauyl lexicon import -  # the list from stdin, so that it lies in no file";

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "two wishes, each with a flag of its own")]
pub(crate) struct Arguments {
    /// The list: CSV in UTF-8, separated by commas, semicolons or tabs; `-` reads it from stdin. Its first line names the
    /// columns: name, and where wanted id, kind (person, place, organisation, term), aliases (separated by ;), lang, note.
    file: PathBuf,
    /// Show what would come of each name, and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Keep also what there is a warning about.
    #[arg(long)]
    accept: bool,
    /// Make one watch of this name for all that is kept: (@a OR @b …).
    #[arg(long)]
    watch: Option<String>,
}

#[derive(Serialize)]
struct Report {
    names: Vec<Judged>,
    kept: bool,
    /// The query of the watch, where one was asked for.
    watch: Option<String>,
}

#[derive(Serialize)]
struct Judged {
    line: u64,
    name: String,
    id: String,
    verdict: &'static str,
    why: String,
}

pub(super) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let rows = list::read(&bytes(arguments)?)?;
    if rows.is_empty() {
        bail!("the list has no names: its first line names the columns, the others are read");
    }
    let own = house.store.lexicon_entries().await?;
    let lexicon = house.lexicon().await?;
    let index = house.index(&lexicon)?;
    let (articles, hits) = hits(&index, &lexicon, &rows)?;
    let ids = own.iter().map(|entry| entry.id.clone()).collect();
    let verdicts = judge(&rows, &Known { lexicon: &lexicon, own: ids, articles, hits });
    let entries: Vec<LexiconEntry> = verdicts.iter().filter_map(|one| one.entry.clone().ok()).collect();
    let query = match &arguments.watch {
        Some(name) if !entries.is_empty() => Some(watch_of(house, name.trim(), &entries).await?),
        _ => None,
    };
    let warned = verdicts.iter().any(|one| one.entry.is_err() || !one.warnings.is_empty());
    let keep = !arguments.dry_run && !entries.is_empty() && (arguments.accept || !warned);
    let report = Report { names: verdicts.iter().map(judged).collect(), kept: keep, watch: query };
    // Shown before anything is kept.
    out.show(&report, || plain(&report))?;
    if keep {
        let watch = arguments.watch.as_deref().map(str::trim).zip(report.watch.as_deref());
        house.store.put_lexicon_entries(&entries, watch, house.clock.now()).await?;
    }
    out.say(&ending(keep, arguments, entries.len()));
    Ok(if keep && entries.len() == rows.len() { ExitCode::SUCCESS } else { ExitCode::from(NOTHING) })
}

fn bytes(arguments: &Arguments) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if arguments.file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("the list cannot be read from stdin")?;
        return Ok(bytes);
    }
    std::fs::read(&arguments.file).with_context(|| format!("cannot read `{}`", arguments.file.display()))
}

/// Counts the articles, and those that have each name of the list.
fn hits(
    index: &TantivyIndex,
    lexicon: &Lexicon,
    rows: &[Row],
) -> anyhow::Result<(u64, HashMap<String, u64>)> {
    let mut hits = HashMap::new();
    if index.documents() == 0 {
        return Ok((0, hits));
    }
    for name in rows.iter().flat_map(|row| std::iter::once(&row.name).chain(&row.aliases)) {
        let phrase = Query::Phrase { text: name.clone(), slop: 0 };
        let Ok(plan) = plan(&phrase, lexicon) else { continue };
        let request = SearchRequest { plan, order: Order::Newest, limit: 1, after: None };
        hits.insert(name.clone(), index.search(&request)?.total);
    }
    Ok((index.documents(), hits))
}

/// The query of the watch for all that is kept; an error where they do not fit into one.
async fn watch_of(house: &House, name: &str, entries: &[LexiconEntry]) -> anyhow::Result<String> {
    crate::commands::watch::fit(name)?;
    if house.store.watch_named(name).await?.is_some() {
        bail!("there is a watch of that name: choose another with --watch");
    }
    let read = |entries: &[LexiconEntry]| query::parse_watch(&any_of(entries)).map(|query| query.to_string());
    if let Ok(query) = read(entries) {
        return Ok(query);
    }
    let fit = (1..entries.len())
        .rev()
        .step_by(8)
        .find(|many| entries.get(..*many).is_some_and(|some| read(some).is_ok()));
    bail!(
        "{} names do not fit into one watch, which may have 1,024 terms and 8 KB; about {} of these do: split the list, and give each part a watch",
        entries.len(),
        fit.unwrap_or(0)
    )
}

fn any_of(entries: &[LexiconEntry]) -> String {
    entries.iter().map(|entry| format!("@{}", entry.id)).collect::<Vec<_>>().join(" OR ")
}

fn judged(verdict: &Verdict) -> Judged {
    let (said, mut why) = match &verdict.entry {
        Err(reason) => ("refused", vec![reason.clone()]),
        Ok(_) if verdict.warnings.is_empty() => ("kept", Vec::new()),
        Ok(_) => ("kept, look", Vec::new()),
    };
    why.extend(verdict.warnings.iter().cloned());
    let why = why.join("; ");
    Judged { line: verdict.line, name: verdict.name.clone(), id: verdict.id.clone(), verdict: said, why }
}

fn plain(report: &Report) -> String {
    let row = |one: &Judged| {
        let id = format!("@{}", one.id);
        vec![one.line.to_string(), one.verdict.to_owned(), id, one.name.clone(), one.why.clone()]
    };
    let rows: Vec<Vec<String>> = report.names.iter().map(row).collect();
    let watch = report.watch.as_ref().map(|query| format!("\n\nThe watch: {query}")).unwrap_or_default();
    format!("{}{watch}", table(&["line", "verdict", "id", "name", "why"], &rows))
}

fn ending(kept: bool, arguments: &Arguments, fine: usize) -> String {
    if kept {
        return format!(
            "Kept, sealed: {fine} names. Start `qarauyl run` again, and articles are read with them from then on; `qarauyl index rebuild` finds them in the archive."
        );
    }
    if fine == 0 {
        return "Nothing was kept: every name was refused.".to_owned();
    }
    if arguments.dry_run {
        return "Nothing was kept: a dry run.".to_owned();
    }
    format!(
        "Nothing was kept: look at what is refused and at the warnings, then keep the other {fine} names by the same with --accept."
    )
}
