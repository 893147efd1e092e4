//! `qarauyl source check`: asks each endpoint once, and keeps nothing.

use std::process::ExitCode;

use fetcher::{PoliteClient, Polled, poll};
use indicatif::ProgressBar;
use jiff::Timestamp;
use model::{Endpoint, EndpointState};
use serde::Serialize;
use store::ConfiguredSource;

use crate::house::House;
use crate::output::{NOTHING, Output, is_watched, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The sources that are switched off as well.
    #[arg(long)]
    all: bool,
    /// One source only, by its id.
    #[arg(long)]
    source: Option<String>,
}

/// What an endpoint answered.
#[derive(Serialize)]
pub(in crate::commands) struct Checked {
    pub(in crate::commands) source: String,
    endpoint: String,
    enabled: bool,
    pub(in crate::commands) state: &'static str,
    entries: usize,
    newest: Option<Timestamp>,
    pub(in crate::commands) reason: String,
}

#[derive(Serialize)]
struct Report {
    endpoints: Vec<Checked>,
    can_be_enabled: Vec<String>,
    unwatched: Vec<(String, Vec<String>)>,
}

pub(super) async fn run(house: &House, asked: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let client = PoliteClient::new(&house.settings.fetcher, house.clock.clone())?;
    let mut sources = house.sources()?;
    let named = |id: &str| asked.source.as_deref().is_none_or(|one| one == id);
    sources.retain(|one| (asked.all || one.source.enabled) && named(one.source.id.as_str()));
    let bar = if out.json || !is_watched() {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(u64::try_from(sources.len())?)
    };
    let mut endpoints = Vec::new();
    for source in &sources {
        for number in 0..source.endpoints.len() {
            endpoints.extend(ask(&client, source, number).await);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = report(endpoints, &sources, house.clock.now());
    out.show(&report, || plain(&report))?;
    let fine = report.endpoints.iter().any(|one| one.entries > 0);
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::from(NOTHING) })
}

/// Asks one endpoint of a source once.
pub(in crate::commands) async fn ask(
    client: &PoliteClient,
    configured: &ConfiguredSource,
    number: usize,
) -> Option<Checked> {
    let endpoint = configured.endpoints.get(number)?;
    let asked = Endpoint {
        selectors: endpoint.selectors.clone(),
        ..Endpoint::new(configured.source.id.clone(), endpoint.kind, endpoint.url.clone())
    };
    let mut checked = Checked {
        source: configured.source.id.to_string(),
        endpoint: endpoint.url.to_string(),
        enabled: configured.source.enabled,
        state: EndpointState::Unchanged.as_str(),
        entries: 0,
        newest: None,
        reason: String::new(),
    };
    match poll(client, &configured.source, &asked).await {
        Ok(Polled::NotModified(_)) => {}
        Ok(Polled::Read(read)) => {
            checked.state = EndpointState::Ok.as_str();
            checked.entries = read.parsed.entries.len();
            checked.newest = read.parsed.entries.iter().filter_map(|entry| entry.published).max();
            // What was mended or passed over does not make it fail, and a person should know.
            let notes: Vec<String> = read.parsed.notes.iter().map(ToString::to_string).collect();
            checked.reason = notes.join("; ");
        }
        Err(error) => {
            checked.state = error.state().as_str();
            checked.reason = error.to_string();
        }
    }
    Some(checked)
}

/// Says which disabled sources have a recent entry, and what stays unwatched in each language.
fn report(endpoints: Vec<Checked>, sources: &[ConfiguredSource], now: Timestamp) -> Report {
    let recent = now - jiff::SignedDuration::from_hours(24 * 14);
    let lives = |one: &&Checked| one.newest.is_some_and(|newest| newest > recent);
    let mut can_be_enabled: Vec<String> =
        endpoints.iter().filter(|one| !one.enabled).filter(lives).map(|one| one.source.clone()).collect();
    can_be_enabled.dedup();
    let mut unwatched: Vec<(String, Vec<String>)> = Vec::new();
    for source in sources
        .iter()
        .filter(|one| !endpoints.iter().any(|end| end.source == one.source.id.as_str() && end.entries > 0))
    {
        for lang in &source.source.languages {
            let name = source.source.name.clone();
            match unwatched.iter_mut().find(|(code, _)| code == lang.code()) {
                Some((_, names)) => names.push(name),
                None => unwatched.push((lang.code().to_owned(), vec![name])),
            }
        }
    }
    unwatched.sort();
    Report { endpoints, can_be_enabled, unwatched }
}

fn plain(report: &Report) -> String {
    let cells: Vec<Vec<String>> = report
        .endpoints
        .iter()
        .map(|one| {
            let newest = one.newest.map_or_else(String::new, |time| time.strftime("%Y-%m-%d").to_string());
            vec![
                one.source.clone(),
                one.state.to_owned(),
                one.entries.to_string(),
                newest,
                one.reason.clone(),
            ]
        })
        .collect();
    let mut text = table(&["source", "state", "entries", "newest", "why"], &cells);
    if !report.can_be_enabled.is_empty() {
        text.push_str("\n\nThese are switched off and have recent entries. Set enabled = true in their files to read them:\n  ");
        text.push_str(&report.can_be_enabled.join("\n  "));
    }
    for (lang, names) in &report.unwatched {
        text.push_str("\n\nUnwatched in ");
        text.push_str(lang);
        text.push_str(": ");
        text.push_str(&names.join(", "));
    }
    text
}
