//! `/metrics`: numbers for Prometheus. No label carries an address, a query or a name that the team chose.

use std::collections::BTreeMap;
use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use indexer::Numbers;
use jiff::Timestamp;
use store::{HouseCounts, JobCount, Queue, Reading, Reconciliation, Reconciling, SourceRecord};

use crate::App;
use crate::error::PageError;
use crate::face::Face;
use crate::health::numbers;

pub(crate) async fn show(State(app): State<App>, face: Face) -> Result<Response, PageError> {
    let counts = app.store.counts().await.map_err(|error| face.failed(&error))?;
    let jobs = app.store.job_counts(app.clock.now()).await.map_err(|error| face.failed(&error))?;
    let records = app.store.source_records().await.map_err(|error| face.failed(&error))?;
    let mut metrics = Metrics::default();
    metrics.of_house(&counts, app.locked);
    metrics.of_jobs(&jobs);
    let last = app.store.last_reconciliation().await.map_err(|error| face.failed(&error))?;
    metrics.of_reconciliation(last);
    metrics.of_endpoints(&records);
    metrics.of_index(numbers(&app).await);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.text).into_response())
}

/// The text, as it grows.
#[derive(Default)]
struct Metrics {
    text: String,
}

impl Metrics {
    /// Writes one metric: for each set of labels, a number.
    fn gauge(&mut self, name: &str, help: &str, values: &[(String, i128)]) {
        // Writing to a string cannot fail.
        let _written = writeln!(self.text, "# HELP qarauyl_{name} {help}\n# TYPE qarauyl_{name} gauge");
        for (labels, value) in values {
            let _written = writeln!(self.text, "qarauyl_{name}{labels} {value}");
        }
    }

    fn single(&mut self, name: &str, help: &str, value: impl Into<i128>) {
        self.gauge(name, help, &[(String::new(), value.into())]);
    }

    fn of_house(&mut self, counts: &HouseCounts, locked: bool) {
        self.single("articles", "Canonical URLs.", counts.articles);
        self.single("captures", "HTTP exchanges of article pages.", counts.captures);
        self.single("versions", "Texts.", counts.versions);
        self.single("stories", "Groups of near-duplicates.", counts.stories);
        self.single("articles_from_feed", "Articles of which only the feed could be read.", counts.from_feed);
        self.single("matches", "Rows of the ledger.", counts.matches);
        self.single("alerts", "Things to be told.", counts.alerts);
        self.single("mails", "Mails taken by a server or the outbox.", counts.mails);
        self.single("locked", "1 when matching and mailing wait for the key.", u8::from(locked));
    }

    /// What the last comparison of ledger and archive found; nothing before the first.
    fn of_reconciliation(&mut self, last: Option<Reconciliation>) {
        let Some(last) = last else { return };
        self.single("reconciled", "When ledger and archive were compared.", last.at.as_second());
        self.single("matches_missing", "Matches that the ledger lacked then.", last.missing);
        self.single("matches_superfluous", "Matches that no search found then.", last.superfluous);
    }

    fn of_jobs(&mut self, jobs: &[JobCount]) {
        let mut values = Vec::new();
        for job in jobs {
            for (state, count) in [("ready", job.ready), ("later", job.later), ("parked", job.parked)] {
                let labels = format!("{{kind=\"{}\",state=\"{state}\"}}", job.kind);
                values.push((labels, count.into()));
            }
        }
        self.gauge("jobs", "Open jobs.", &values);
    }

    fn of_endpoints(&mut self, records: &[SourceRecord]) {
        let mut states: BTreeMap<String, i128> = BTreeMap::new();
        for record in records.iter().filter(|record| record.source.enabled) {
            *states.entry(format!("{{state=\"{}\"}}", record.state)).or_default() += 1;
        }
        let values: Vec<_> = states.into_iter().collect();
        self.gauge("endpoints", "Endpoints that are switched on, by state.", &values);
        let second = |time: Option<Timestamp>| time.map_or(0, Timestamp::as_second);
        let polled = second(records.iter().filter_map(|record| record.last_polled).max());
        let read = second(records.iter().filter_map(|record| record.last_read).max());
        self.single("last_poll_seconds", "When an endpoint was asked last, Unix time; 0: never.", polled);
        self.single("last_read_seconds", "When an endpoint last answered with something readable.", read);
    }

    fn of_index(&mut self, numbers: Option<Numbers>) {
        self.single("index_up", "1 when the index can be read.", u8::from(numbers.is_some()));
        let Some(numbers) = numbers else { return };
        self.single("index_documents", "Articles that are searchable.", numbers.documents);
        let segments = i128::try_from(numbers.segments).unwrap_or(i128::MAX);
        self.single("index_segments", "Segments of the index.", segments);
        let commit = numbers.last_commit.as_second();
        self.single("index_commit_seconds", "When something was made searchable last, Unix time.", commit);
    }
}
