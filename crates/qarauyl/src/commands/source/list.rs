//! `qarauyl source list`: the sources with the state of their endpoints.

use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;
use store::Reading;

use crate::house::House;
use crate::output::{Output, table};

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

pub(super) async fn run(house: &House, out: Output) -> anyhow::Result<ExitCode> {
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
