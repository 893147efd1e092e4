//! `qarauyl lexicon`: the team's own entities, which lie sealed in the store and in no file.

mod entry;
mod import;
mod list;
mod verdict;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use query::Lexicon;
use store::{Administering, LexiconEntry};

use crate::house::House;
use crate::output::{Output, or_stdin};

/// What the help of `qarauyl lexicon` begins with.
pub(crate) const EXAMPLES: &str = "\
Examples:
  qarauyl lexicon import names.csv --dry-run
  qarauyl lexicon list
  qarauyl lexicon remove cousin";

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Add or replace entities: TOML in the form of config/lexicon, read from stdin, so that no name lies in a file.
    #[command(
        before_help = "Examples:\n  qarauyl lexicon add  # type or pipe in [[entity]] …, end with Ctrl-D"
    )]
    Add,
    /// Make a list of names the team's own entities; what is ambiguous is shown before anything is kept.
    #[command(before_help = import::EXAMPLES)]
    Import(import::Arguments),
    /// List the ids of the team's own entities.
    #[command(before_help = "Examples:\n  qarauyl lexicon list")]
    List,
    /// Remove an entity.
    #[command(before_help = "Examples:\n  qarauyl lexicon remove cousin")]
    Remove {
        /// Its id; `-` reads it from stdin.
        id: String,
    },
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Add => add(house, &or_stdin("-")?, out).await?,
        Action::Import(arguments) => return import::run(house, arguments, out).await,
        Action::List => {
            let ids: Vec<String> =
                house.store.lexicon_entries().await?.into_iter().map(|entry| entry.id).collect();
            out.show(&ids, || ids.join("\n"))?;
        }
        Action::Remove { id } => {
            if !house.store.remove_lexicon_entry(&or_stdin(id)?).await? {
                bail!("the team has no entity of that id: `qarauyl lexicon list` shows all");
            }
            out.say("Removed. New articles are read without it; `qarauyl index rebuild` takes it out of the index.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(house: &House, toml: &str, out: Output) -> anyhow::Result<()> {
    let read = Lexicon::from_toml([("stdin", toml)]).context("the entity cannot be read")?;
    let [entity] = read.entities() else { bail!("give one [[entity]] at a time") };
    let entry = LexiconEntry { id: entity.id.clone(), toml: toml.to_owned() };
    let own: Vec<LexiconEntry> = house.store.lexicon_entries().await?;
    let known =
        house.lexicon().await?.entity(&entity.id).is_some() && !own.iter().any(|one| one.id == entity.id);
    if known {
        bail!("the public lexicon has an entity of that id: choose another");
    }
    house.store.put_lexicon_entry(&entry, house.clock.now()).await?;
    out.say("Kept, sealed. Running services take it up when they are started again; `qarauyl index rebuild` finds it in the archive.");
    Ok(())
}
