//! `qarauyl subscriber add`: a person, and what they want to hear of. Said again, it says what changed.

use anyhow::bail;
use clap::Args;
use jiff::tz::TimeZone;
use mailer::LANGUAGES;
use model::{EmailAddress, Frequency, Mode, Subscriber, Subscription, WatchId};
use serde::Serialize;
use store::{NewSubscriber, Subscribing, Watching};

use crate::commands::watch::named;
use crate::house::House;
use crate::output::{Output, or_stdin};

/// What the help begins with.
pub(super) const EXAMPLES: &str = "\
Examples:
  qarauyl subscriber add - --watch Khorgos  # type the address, end with Ctrl-D
  qarauyl subscriber add - --watch Khorgos --frequency instant --language kk
  qarauyl subscriber add - --frequency weekly@mon:08:00 --timezone Asia/Almaty";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The address; `-` reads it from stdin, so that it stands in no process list.
    address: String,
    /// The watches to hear of. When none is named: all of them, for somebody new; those that they hear of, for one that is
    /// there.
    #[arg(long)]
    watch: Vec<String>,
    /// instant, hourly, daily@08:00 or weekly@mon:08:00, in the subscriber's own time zone; for a new subscription
    /// daily@08:00 when not given.
    #[arg(long)]
    frequency: Option<String>,
    /// full: titles, passages and links; counts: numbers only; for a new subscription full when not given.
    #[arg(long)]
    mode: Option<String>,
    /// The language of mails: en, ru, kk, zh, tr or ug; the team's when not given.
    #[arg(long)]
    language: Option<String>,
    /// The time zone, such as Asia/Almaty; the team's when not given.
    #[arg(long)]
    timezone: Option<String>,
}

#[derive(Serialize)]
struct Added {
    /// Masked.
    address: String,
    new: bool,
    language: Setting,
    timezone: Setting,
    subscriptions: Vec<Changed>,
}

#[derive(Serialize)]
struct Setting {
    is: String,
    /// What it was, where it is another now.
    was: Option<String>,
}

#[derive(Serialize)]
struct Changed {
    watch: String,
    is: String,
    /// What it was, where it is another now.
    was: Option<String>,
    new: bool,
}

/// What is asked for, as far as it was said.
struct Asked {
    address: EmailAddress,
    watches: Vec<String>,
    frequency: Option<Frequency>,
    mode: Option<Mode>,
    language: Option<String>,
    timezone: Option<String>,
}

pub(super) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<()> {
    let asked = Asked {
        address: or_stdin(&arguments.address)?.parse()?,
        watches: arguments.watch.clone(),
        frequency: arguments.frequency.as_deref().map(str::parse).transpose()?,
        mode: arguments.mode.as_deref().map(str::parse).transpose()?,
        language: arguments.language.clone(),
        timezone: arguments.timezone.clone(),
    };
    let added = add(house, &asked).await?;
    out.show(&added, || plain(&added))
}

/// Adds somebody whose settings are all known, as a part of another command: what came of it is said, not shown.
pub(super) async fn known(
    house: &House,
    new: &NewSubscriber,
    watches: &[String],
    (frequency, mode): (Frequency, Mode),
    out: Output,
) -> anyhow::Result<()> {
    let asked = Asked {
        address: new.address.clone(),
        watches: watches.to_vec(),
        frequency: Some(frequency),
        mode: Some(mode),
        language: Some(new.language.clone()),
        timezone: Some(new.timezone.clone()),
    };
    out.say(&plain(&add(house, &asked).await?));
    Ok(())
}

async fn add(house: &House, asked: &Asked) -> anyhow::Result<Added> {
    check(asked)?;
    let known = house.store.subscriber_at(&asked.address).await?;
    let before = match &known {
        Some(known) => house.store.subscriptions(known.id).await?,
        None => Vec::new(),
    };
    let wanted = wanted(house, &asked.watches, &before).await?;
    let (subscriber, language, timezone) = settled(house, asked, known.as_ref()).await?;
    let mut subscriptions = Vec::new();
    for (watch, name) in wanted {
        let old = before.iter().find(|one| one.watch == watch);
        let (frequency, mode) = asked.over(old);
        house.store.subscribe(subscriber.id, watch, (frequency, mode), house.clock.now()).await?;
        let was = old.filter(|old| (old.frequency, old.mode) != (frequency, mode));
        subscriptions.push(Changed {
            watch: name,
            is: format!("{frequency}, {mode}"),
            was: was.map(|old| format!("{}, {}", old.frequency, old.mode)),
            new: old.is_none(),
        });
    }
    let (address, new) = (subscriber.address.to_string(), known.is_none());
    Ok(Added { address, new, language, timezone, subscriptions })
}

fn check(asked: &Asked) -> anyhow::Result<()> {
    if let Some(zone) = asked.timezone.as_deref().filter(|zone| TimeZone::get(zone).is_err()) {
        bail!("`{zone}` is no time zone that is known: write it as Asia/Almaty");
    }
    let unknown = |language: &&str| !LANGUAGES.contains(language);
    if let Some(language) = asked.language.as_deref().filter(unknown) {
        bail!("no mail is written in `{language}`: use one of {}", LANGUAGES.join(", "));
    }
    Ok(())
}

/// The watches that are meant, with their names.
async fn wanted(
    house: &House,
    names: &[String],
    before: &[Subscription],
) -> anyhow::Result<Vec<(WatchId, String)>> {
    let mut wanted = Vec::new();
    for name in names {
        let watch = named(house, name).await?;
        wanted.push((watch.id, watch.name));
    }
    if names.is_empty() {
        let all = house.store.watches().await?.into_iter();
        let meant = all.filter(|watch| before.is_empty() || before.iter().any(|one| one.watch == watch.id));
        wanted = meant.map(|watch| (watch.id, watch.name)).collect();
    }
    if wanted.is_empty() {
        bail!("there is no watch to subscribe to yet: qarauyl watch add NAME QUERY");
    }
    Ok(wanted)
}

/// Adds the subscriber, or gives the one that is there the settings that were named; says what these were.
async fn settled(
    house: &House,
    asked: &Asked,
    known: Option<&Subscriber>,
) -> anyhow::Result<(Subscriber, Setting, Setting)> {
    let team = &house.settings.team;
    let setting = |named: Option<&String>, was: Option<&String>, usual: &String| {
        let is = named.or(was).unwrap_or(usual).clone();
        let was = was.filter(|was| **was != is).cloned();
        Setting { is, was }
    };
    let was = |of: fn(&Subscriber) -> &String| known.map(of);
    let language = setting(asked.language.as_ref(), was(|one| &one.language), &team.language);
    let timezone = setting(asked.timezone.as_ref(), was(|one| &one.timezone), &team.timezone);
    let now = house.clock.now();
    let subscriber = if let Some(known) = known {
        let changed =
            Subscriber { language: language.is.clone(), timezone: timezone.is.clone(), ..known.clone() };
        if changed != *known {
            house.store.change_subscriber(&changed, now).await?;
        }
        changed
    } else {
        let (language, timezone) = (language.is.clone(), timezone.is.clone());
        let new = NewSubscriber { address: asked.address.clone(), language, timezone };
        let id = house.store.add_subscriber(&new, now).await?;
        let NewSubscriber { address, language, timezone } = new;
        Subscriber { id, address, language, timezone, paused: false, created: now }
    };
    Ok((subscriber, language, timezone))
}

impl Asked {
    /// What was not said stays as it is, and is the usual for what is new.
    fn over(&self, old: Option<&Subscription>) -> (Frequency, Mode) {
        let frequency = self.frequency.or(old.map(|old| old.frequency)).unwrap_or(Frequency::DEFAULT);
        (frequency, self.mode.or(old.map(|old| old.mode)).unwrap_or(Mode::Full))
    }
}

fn plain(added: &Added) -> String {
    let Added { address, new, language, timezone, subscriptions } = added;
    let mut text = vec![if *new {
        format!("{address} is a subscriber now, in {} and {}.", language.is, timezone.is)
    } else {
        format!("{address} is a subscriber already.")
    }];
    for (what, setting) in [("language", language), ("time zone", timezone)] {
        text.extend(setting.was.as_ref().map(|was| format!("  {what}: {was} → {}", setting.is)));
    }
    for Changed { watch, is, was, new } in subscriptions {
        text.push(match was {
            _ if *new => format!("  {watch}: {is}"),
            Some(was) => format!("  {watch}: {was} → {is}"),
            None => format!("  {watch}: as before, {is}"),
        });
    }
    text.join("\n")
}
