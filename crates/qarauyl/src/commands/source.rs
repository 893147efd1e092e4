//! `qarauyl source`: who is read, and whether they answer.

use std::process::ExitCode;

use clap::Subcommand;
use fetcher::{PoliteClient, Polled, poll};
use indicatif::ProgressBar;
use jiff::Timestamp;
use model::{Endpoint, EndpointId, EndpointState, Validators};
use serde::Serialize;
use store::{ConfiguredSource, Reading};

use crate::house::House;
use crate::output::{NOTHING, Output, is_watched, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List the sources with the state of their endpoints.
    List,
    /// Ask each endpoint once and say what it answers; nothing is kept.
    Check {
        /// The sources that are switched off as well.
        #[arg(long)]
        all: bool,
        /// One source only, by its id.
        #[arg(long)]
        source: Option<String>,
    },
}

#[derive(Serialize)]
struct Listed {
    source: String,
    name: String,
    country: String,
    kind: &'static str,
    enabled: bool,
    endpoint: String,
    state: &'static str,
    reason: String,
    last_read: Option<Timestamp>,
    articles: u64,
}

#[derive(Serialize)]
struct Checked {
    source: String,
    endpoint: String,
    enabled: bool,
    state: &'static str,
    entries: usize,
    newest: Option<Timestamp>,
    reason: String,
}

#[derive(Serialize)]
struct Report {
    endpoints: Vec<Checked>,
    can_be_enabled: Vec<String>,
    unwatched: Vec<(String, Vec<String>)>,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::List => list(house, out).await,
        Action::Check { all, source } => check(house, *all, source.as_deref(), out).await,
    }
}

async fn list(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    store::Sourcing::sync_sources(&*house.store, &house.sources()?, house.clock.now()).await?;
    let rows: Vec<Listed> = house.store.source_records().await?.into_iter().map(listed).collect();
    out.show(&rows, || {
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let state = if row.enabled { row.state } else { "switched off" };
                let last = row
                    .last_read
                    .map_or_else(|| "never".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M").to_string());
                vec![
                    row.source.clone(),
                    row.country.clone(),
                    row.kind.to_owned(),
                    state.to_owned(),
                    last,
                    row.articles.to_string(),
                    row.endpoint.clone(),
                ]
            })
            .collect();
        table(&["source", "country", "kind", "state", "last read (UTC)", "articles", "endpoint"], &cells)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn listed(record: store::SourceRecord) -> Listed {
    Listed {
        source: record.source.id.to_string(),
        name: record.source.name,
        country: record.source.country,
        kind: record.source.kind.as_str(),
        enabled: record.source.enabled,
        endpoint: record.endpoint_url,
        state: record.state.as_str(),
        reason: record.reason,
        last_read: record.last_read,
        articles: record.articles,
    }
}

async fn check(house: &House, all: bool, only: Option<&str>, out: Output) -> anyhow::Result<ExitCode> {
    let client = PoliteClient::new(&house.settings.fetcher, house.clock.clone())?;
    let mut sources = house.sources()?;
    sources.retain(|one| (all || one.source.enabled) && only.is_none_or(|id| one.source.id.as_str() == id));
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

async fn ask(client: &PoliteClient, configured: &ConfiguredSource, number: usize) -> Option<Checked> {
    let endpoint = configured.endpoints.get(number)?;
    let asked = Endpoint {
        id: EndpointId(0),
        source: configured.source.id.clone(),
        kind: endpoint.kind,
        url: endpoint.url.clone(),
        validators: Validators::default(),
        state: EndpointState::New,
        last_read: None,
        looked: false,
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
        Ok(Polled::NotModified) => {}
        Ok(Polled::Read(read)) => {
            checked.state = EndpointState::Ok.as_str();
            checked.entries = read.parsed.entries.len();
            checked.newest = read.parsed.entries.iter().filter_map(|entry| entry.published).max();
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
