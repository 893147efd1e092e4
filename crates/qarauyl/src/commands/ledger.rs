//! `qarauyl ledger`: what was read, and what was told to whom. Subscribers stand by number, watches by name.

use std::collections::HashMap;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::{Reading, Reconciliation, Reconciling, Watching};

use super::examples;
use crate::commands::watch;
use crate::house::House;
use crate::output::{Output, table};
use crate::reconcile::Reconciler;

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

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List what traps of the lexicon held back from a watch.
    #[command(before_help = examples::HELD)]
    Held {
        /// The name of the watch.
        watch: String,
        /// Over how many days.
        #[arg(long, default_value_t = 7)]
        days: u32,
    },
    /// Compare what was matched with what a search of the archive finds, and match again what is missing.
    #[command(before_help = examples::RECONCILE)]
    Reconcile {
        /// Over how many days.
        #[arg(long)]
        days: Option<u32>,
    },
}

#[derive(Serialize)]
struct Held {
    found: String,
    title: String,
    url: String,
    /// Entities, each with what kept it out.
    traps: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Reconciled {
    days: u32,
    watches: u64,
    versions: u64,
    missing: u64,
    superfluous: u64,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        None => whole(house, out).await,
        Some(Action::Held { watch, days }) => held(house, watch, *days, out).await,
        Some(Action::Reconcile { days }) => reconcile(house, *days, out).await,
    }
}

async fn held(house: &House, name: &str, days: u32, out: Output) -> anyhow::Result<ExitCode> {
    let watch = watch::named(house, name).await?;
    let length = SignedDuration::from_hours(24) * i32::try_from(days).unwrap_or(i32::MAX);
    let since = house.clock.now().checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH);
    let held = house.store.held_back(watch.id, since).await?.into_iter().map(|one| Held {
        found: one.found.to_string(),
        title: one.title,
        url: one.url,
        traps: one.traps,
    });
    let held: Vec<Held> = held.collect();
    out.show(&held, || {
        let trap = |one: &Held| {
            one.traps
                .iter()
                .map(|(entity, trap)| format!("@{entity} ({trap})"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let rows: Vec<Vec<String>> = held
            .iter()
            .map(|one| vec![one.found.clone(), trap(one), one.title.clone(), one.url.clone()])
            .collect();
        format!(
            "{} held back in {days} days.\n{}",
            held.len(),
            table(&["found", "not taken for", "title", "address"], &rows)
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn reconcile(house: &House, days: Option<u32>, out: Output) -> anyhow::Result<ExitCode> {
    let lexicon = house.lexicon().await?;
    let index = house.index(&lexicon)?;
    let days = days.unwrap_or(house.settings.reconcile.days);
    let found = Reconciler::new(house, index, lexicon).compare(days).await?;
    house.store.keep_reconciliation(&found, None).await?;
    let Reconciliation { watches, versions, missing, superfluous, .. } = found;
    out.show(&Reconciled { days, watches, versions, missing, superfluous }, || {
        format!(
            "{watches} watches and {versions} articles of {days} days compared: {missing} matches were missing{}, \
             {superfluous} are in the ledger and found by no search.",
            if missing == 0 { "" } else { " and are made now (qarauyl run)" }
        )
    })?;
    // What matched once and does not now, such as a page that came back, is no fault.
    Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn whole(house: &House, out: Output) -> anyhow::Result<ExitCode> {
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
