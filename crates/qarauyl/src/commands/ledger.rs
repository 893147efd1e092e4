//! `qarauyl ledger`: what was read, and what was told to whom. Subscribers stand by number, watches by name.

use std::collections::HashMap;
use std::process::ExitCode;

use serde::Serialize;
use store::{Reading, Watching};

use crate::house::House;
use crate::output::{Output, table};

#[derive(Serialize)]
struct Ledger {
    articles: Vec<(String, String)>,
    told: Vec<Told>,
    mails: u64,
}

#[derive(Serialize)]
struct Told {
    watch: String,
    subscriber: i64,
    story: String,
    mails: u64,
}

pub(crate) async fn run(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    let names: HashMap<i64, String> =
        house.store.watches().await?.into_iter().map(|watch| (watch.id.0, watch.name)).collect();
    let told = house.store.tellings().await?.into_iter().map(|telling| Told {
        watch: names
            .get(&telling.watch.0)
            .cloned()
            .unwrap_or_else(|| format!("removed watch {}", telling.watch)),
        subscriber: telling.subscriber.0,
        story: telling.story,
        mails: telling.mails,
    });
    let mut told: Vec<Told> = told.collect();
    told.sort_by(|a, b| (&a.watch, a.subscriber, &a.story).cmp(&(&b.watch, b.subscriber, &b.story)));
    let ledger =
        Ledger { articles: house.store.texts().await?, told, mails: house.store.counts().await?.mails };
    out.show(&ledger, || plain(&ledger))?;
    Ok(ExitCode::SUCCESS)
}

fn plain(ledger: &Ledger) -> String {
    let row = |told: &Told| {
        vec![told.watch.clone(), told.subscriber.to_string(), told.mails.to_string(), told.story.clone()]
    };
    let rows: Vec<Vec<String>> = ledger.told.iter().map(row).collect();
    format!(
        "{} articles read, {} mails sent.\n\n{}",
        ledger.articles.len(),
        ledger.mails,
        table(&["watch", "subscriber", "mails", "story"], &rows)
    )
}
