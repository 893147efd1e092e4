//! `qarauyl watch history`: what was done to a watch, when and by whom.

use std::process::ExitCode;

use anyhow::Context;
use serde::Serialize;
use store::{WatchChange, WatchEvent, Watching};

use crate::house::House;
use crate::output::{Output, table};

#[derive(Serialize)]
struct History {
    id: i64,
    events: Vec<Event>,
    /// Versions that it matched.
    matches: u64,
    /// What there was to be told of these.
    alerts: u64,
    /// How often one of those stood in somebody's mail.
    told: u64,
    /// How often one of those waits for somebody's next mail.
    waiting: u64,
}

#[derive(Serialize)]
struct Event {
    at: String,
    /// Empty for the house itself.
    person: String,
    what: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
}

pub(super) async fn run(house: &House, name: &str, out: Output) -> anyhow::Result<ExitCode> {
    let known = house.store.watch_history(name).await?;
    let known =
        known.context("no watch has or had that name: `qarauyl watch list` shows those that are there")?;
    let history = History {
        id: known.watch.0,
        events: known.events.into_iter().map(event).collect(),
        matches: known.matches,
        alerts: known.alerts,
        told: known.told,
        waiting: known.waiting,
    };
    out.show(&history, || plain(&history))?;
    Ok(ExitCode::SUCCESS)
}

fn event(event: WatchEvent) -> Event {
    let (what, from, to) = match event.change {
        WatchChange::Added { query } => ("added", String::new(), query),
        WatchChange::Reworded { from, to } => ("query changed", from, to),
        WatchChange::Renamed { from, to } => ("renamed", from, to),
        WatchChange::Paused => ("paused", String::new(), String::new()),
        WatchChange::Resumed => ("resumed", String::new(), String::new()),
        WatchChange::Quarantined { reason } => ("cannot be read", String::new(), reason),
        WatchChange::Readable => ("can be read again", String::new(), String::new()),
        WatchChange::Removed => ("removed", String::new(), String::new()),
    };
    Event { at: event.at.to_string(), person: event.person, what, from, to }
}

fn plain(history: &History) -> String {
    let row = |one: &Event| {
        let person = if one.person.is_empty() { "(the house)" } else { one.person.as_str() };
        let said = if one.from.is_empty() { one.to.clone() } else { format!("{} → {}", one.from, one.to) };
        let at = one.at.get(..19).unwrap_or(&one.at).replace('T', " ");
        vec![at, person.to_owned(), one.what.to_owned(), said]
    };
    let rows: Vec<Vec<String>> = history.events.iter().map(row).collect();
    let events = if rows.is_empty() {
        "What was done to it was not noted yet then.".to_owned()
    } else {
        table(&["when (UTC)", "who", "what", ""], &rows)
    };
    let History { matches, alerts, told, waiting, .. } = history;
    format!(
        "{events}\n\nIt matched {matches} versions of articles, of which {alerts} were news; told {told} times, {waiting} wait for the next mail."
    )
}
