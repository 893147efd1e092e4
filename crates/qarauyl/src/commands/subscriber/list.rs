//! `qarauyl subscriber list`: who hears of what; addresses are masked.

use serde::Serialize;
use store::{Subscribing, Watching};

use crate::house::House;
use crate::output::{Output, table};

#[derive(Serialize)]
struct Row {
    address: String,
    language: String,
    timezone: String,
    paused: bool,
    subscriptions: Vec<String>,
}

pub(super) async fn run(house: &House, expose: bool, out: Output) -> anyhow::Result<()> {
    let names: Vec<(model::WatchId, String)> =
        house.store.watches().await?.into_iter().map(|watch| (watch.id, watch.name)).collect();
    let mut rows = Vec::new();
    for subscriber in house.store.subscribers().await? {
        let subscriptions = house.store.subscriptions(subscriber.id).await?;
        let named = |id| names.iter().find(|(watch, _)| *watch == id).map_or("", |(_, name)| name.as_str());
        rows.push(Row {
            address: if expose {
                subscriber.address.expose().to_owned()
            } else {
                subscriber.address.to_string()
            },
            language: subscriber.language,
            timezone: subscriber.timezone,
            paused: subscriber.paused,
            subscriptions: subscriptions
                .iter()
                .map(|one| format!("{} ({}, {})", named(one.watch), one.frequency, one.mode))
                .collect(),
        });
    }
    out.show(&rows, || {
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let state = if row.paused { "paused" } else { "active" };
                vec![
                    row.address.clone(),
                    state.to_owned(),
                    row.language.clone(),
                    row.timezone.clone(),
                    row.subscriptions.join("; "),
                ]
            })
            .collect();
        table(&["subscriber", "state", "language", "time zone", "subscriptions"], &cells)
    })
}
