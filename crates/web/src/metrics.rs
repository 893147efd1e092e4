//! `/metrics`: numbers for Prometheus. No label carries an address, a query or a name that the team chose.

use std::collections::BTreeMap;
use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use store::{HouseCounts, JobCount, Queue, Reading};

use crate::App;
use crate::error::PageError;

pub(crate) async fn show(State(app): State<App>) -> Result<Response, PageError> {
    let counts = app.store.counts().await.map_err(|error| PageError::failed(&error))?;
    let jobs = app.store.job_counts(app.clock.now()).await.map_err(|error| PageError::failed(&error))?;
    let records = app.store.source_records().await.map_err(|error| PageError::failed(&error))?;
    let mut states: BTreeMap<&'static str, u64> = BTreeMap::new();
    for record in records.iter().filter(|record| record.source.enabled) {
        *states.entry(record.state.as_str()).or_default() += 1;
    }
    let text = render(&counts, &jobs, &states, (app.index.documents(), app.index.segments()));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

fn render(
    counts: &HouseCounts,
    jobs: &[JobCount],
    states: &BTreeMap<&'static str, u64>,
    index: (u64, usize),
) -> String {
    let mut text = String::new();
    let mut line = |name: &str, help: &str, values: &[(String, u64)]| {
        // Writing to a string cannot fail.
        let _written = writeln!(text, "# HELP qarauyl_{name} {help}\n# TYPE qarauyl_{name} gauge");
        for (labels, value) in values {
            let _written = writeln!(text, "qarauyl_{name}{labels} {value}");
        }
    };
    let single = |value: u64| vec![(String::new(), value)];
    line("articles", "Canonical URLs.", &single(counts.articles));
    line("captures", "HTTP exchanges of article pages.", &single(counts.captures));
    line("versions", "Texts.", &single(counts.versions));
    line("stories", "Groups of near-duplicates.", &single(counts.stories));
    line("articles_from_feed", "Articles of which only the feed could be read.", &single(counts.from_feed));
    line("matches", "Rows of the ledger.", &single(counts.matches));
    line("alerts", "Things to be told.", &single(counts.alerts));
    line("mails", "Mails taken by a server or the outbox.", &single(counts.mails));
    line("index_documents", "Articles that are searchable.", &single(index.0));
    line("index_segments", "Segments of the index.", &single(u64::try_from(index.1).unwrap_or(0)));
    let of = |state: &str, number: fn(&JobCount) -> u64| -> Vec<(String, u64)> {
        jobs.iter().map(|job| (format!("{{kind=\"{}\",state=\"{state}\"}}", job.kind), number(job))).collect()
    };
    let all =
        [of("ready", |job| job.ready), of("later", |job| job.later), of("parked", |job| job.parked)].concat();
    line("jobs", "Open jobs.", &all);
    let states: Vec<(String, u64)> =
        states.iter().map(|(state, count)| (format!("{{state=\"{state}\"}}"), *count)).collect();
    line("endpoints", "Endpoints that are switched on, by state.", &states);
    text
}
