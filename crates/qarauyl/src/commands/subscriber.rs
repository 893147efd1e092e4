//! `qarauyl subscriber`: who is mailed, of what, and how often.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use jiff::tz::TimeZone;
use model::{EmailAddress, Frequency, Mode, Subscriber};
use serde::Serialize;
use store::{NewSubscriber, Subscribing, Watching};

use super::watch::named;
use crate::house::House;
use crate::output::{Output, or_stdin, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Add a subscriber, or more subscriptions: qarauyl subscriber add - --watch Khorgos --frequency instant
    Add {
        /// The address; `-` reads it from stdin, so that it stands in no process list.
        address: String,
        /// The watches to hear of; all of them when none is named.
        #[arg(long)]
        watch: Vec<String>,
        /// instant, hourly, daily@08:00 or weekly@mon:08:00, in the subscriber's own time zone.
        #[arg(long, default_value = "daily@08:00")]
        frequency: String,
        /// full: titles, passages and links; counts: numbers only.
        #[arg(long, default_value = "full")]
        mode: String,
        /// The language of mails: en, ru or kk; the team's when not given.
        #[arg(long)]
        language: Option<String>,
        /// The time zone, such as Asia/Almaty; the team's when not given.
        #[arg(long)]
        timezone: Option<String>,
    },
    /// List all subscribers.
    List {
        /// Show addresses in full.
        #[arg(long)]
        expose: bool,
    },
    /// Hold mails back, or let them go again with --resume.
    Pause {
        /// The address; `-` reads it from stdin.
        address: String,
        /// Let mails go again.
        #[arg(long)]
        resume: bool,
    },
    /// Remove a subscriber with all that was kept of their mails.
    Remove {
        /// The address; `-` reads it from stdin.
        address: String,
    },
}

#[derive(Serialize)]
struct Row {
    address: String,
    language: String,
    timezone: String,
    paused: bool,
    subscriptions: Vec<String>,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Add { address, watch, frequency, mode, language, timezone } => {
            let new = NewSubscriber {
                address: address_of(address)?,
                language: language.clone().unwrap_or_else(|| house.settings.team.language.clone()),
                timezone: timezone.clone().unwrap_or_else(|| house.settings.team.timezone.clone()),
            };
            let wish = (frequency.parse::<Frequency>()?, mode.parse::<Mode>()?);
            add(house, &new, watch, wish, out).await?;
        }
        Action::List { expose } => list(house, *expose, out).await?,
        Action::Pause { address, resume } => {
            let subscriber = at(house, &address_of(address)?).await?;
            house.store.pause_subscriber(subscriber.id, !resume).await?;
            out.say(if *resume {
                "Mails go again."
            } else {
                "Mails are held back; what is found meanwhile waits."
            });
        }
        Action::Remove { address } => {
            let subscriber = at(house, &address_of(address)?).await?;
            house.store.remove_subscriber(subscriber.id).await?;
            out.say("Removed, with all that was kept of their mails.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn address_of(argument: &str) -> anyhow::Result<EmailAddress> {
    Ok(or_stdin(argument)?.parse()?)
}

async fn at(house: &House, address: &EmailAddress) -> anyhow::Result<Subscriber> {
    house.store.subscriber_at(address).await?.context("there is no subscriber with that address")
}

/// Adds a subscriber, or more subscriptions to one that is known.
pub(super) async fn add(
    house: &House,
    new: &NewSubscriber,
    watches: &[String],
    wish: (Frequency, Mode),
    out: Output,
) -> anyhow::Result<()> {
    if TimeZone::get(&new.timezone).is_err() {
        bail!("`{}` is no time zone that is known: write it as Asia/Almaty", new.timezone);
    }
    let mut wanted = Vec::new();
    for name in watches {
        wanted.push(named(house, name).await?.id);
    }
    if watches.is_empty() {
        wanted = house.store.watches().await?.into_iter().map(|watch| watch.id).collect();
    }
    if wanted.is_empty() {
        bail!("there is no watch to subscribe to yet: qarauyl watch add NAME QUERY");
    }
    let now = house.clock.now();
    let subscriber = match house.store.subscriber_at(&new.address).await? {
        Some(known) => known.id,
        None => house.store.add_subscriber(new, now).await?,
    };
    for watch in &wanted {
        house.store.subscribe(subscriber, *watch, wish, now).await?;
    }
    out.say(&format!("{} is subscribed to {} watches, {}.", new.address, wanted.len(), wish.0));
    Ok(())
}

async fn list(house: &House, expose: bool, out: Output) -> anyhow::Result<()> {
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
