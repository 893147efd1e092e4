//! `qarauyl watch edit`: another query or name for a watch, with the stories that it wins and loses.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use model::{StoryId, Watch};
use query::{Lexicon, Plan, plan_watch};
use serde::Serialize;
use store::{WatchEdit, Watching};

use super::trial::{Bench, Example, lines, newest};
use super::{fit, named, read};
use crate::house::House;
use crate::output::{Output, or_stdin};

/// What the help begins with.
pub(super) const EXAMPLES: &str = "\
Examples:
  qarauyl watch edit Khorgos --query '@khorgos AND (freight OR rail)' --dry-run
  qarauyl watch edit Khorgos --query -  # type the query, end with Ctrl-D
  qarauyl watch edit Khorgos --rename 'Dry port'";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its name.
    name: String,
    /// Its new query; `-` reads it from stdin, so that it stands in no process list.
    #[arg(long, required_unless_present = "rename")]
    query: Option<String>,
    /// Its new name.
    #[arg(long)]
    rename: Option<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Edited {
    name: String,
    query: String,
    query_before: String,
    changed: bool,
    /// What the new query finds in 30 days beside the old one, and the other way round; none for a new name alone, and
    /// where that cannot be found out.
    difference: Option<Difference>,
}

#[derive(Serialize)]
struct Difference {
    /// Stories that both find.
    kept: usize,
    won: usize,
    lost: usize,
    newest_won: Vec<Example>,
    newest_lost: Vec<Example>,
}

pub(super) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let watch = named(house, &arguments.name).await?;
    let lexicon = house.lexicon().await?;
    let text = arguments.query.as_deref().map(or_stdin).transpose()?;
    let wanted = text.map(|text| read(&text, &lexicon)).transpose()?;
    let name = arguments.rename.as_deref().map(fit).transpose()?.map(str::to_owned);
    if let Some(name) = name.as_deref().filter(|name| *name != watch.name)
        && house.store.watch_named(name).await?.is_some()
    {
        bail!("there is another watch of that name: `qarauyl watch list` shows all");
    }
    let edit = WatchEdit { name, query: wanted.as_ref().map(|(query, _)| query.to_string()) };
    let difference = match &wanted {
        Some((query, plan)) if query.to_string() != watch.query => {
            difference(house, (&watch, &lexicon), plan, out).await
        }
        _ => None,
    };
    if !arguments.dry_run {
        house.store.edit_watch(watch.id, &edit, house.clock.now()).await?;
    }
    let edited = Edited {
        name: edit.name.unwrap_or_else(|| watch.name.clone()),
        query: edit.query.unwrap_or_else(|| watch.query.clone()),
        query_before: watch.query,
        changed: !arguments.dry_run,
        difference,
    };
    out.show(&edited, || plain(&edited))?;
    Ok(ExitCode::SUCCESS)
}

/// What is won and lost; what cannot be found out is said and stops nothing.
async fn difference(
    house: &House,
    (watch, lexicon): (&Watch, &Arc<Lexicon>),
    plan: &Plan,
    out: Output,
) -> Option<Difference> {
    // A query that cannot be read finds nothing.
    let old = plan_watch(&watch.query, lexicon.as_ref()).unwrap_or(Plan::Or(Vec::new()));
    match both(house, lexicon, (&old, plan)).await {
        Ok(Some((old, new))) => Some(compared(&old, &new)),
        Ok(None) => {
            out.say("One of the two finds too many articles in 30 days for stories to be compared: `qarauyl watch test` counts them.");
            None
        }
        Err(error) => {
            out.say(&format!("What it wins and loses cannot be shown: {error:#}"));
            None
        }
    }
}

type Stories = BTreeMap<Option<StoryId>, Example>;

async fn both(
    house: &House,
    lexicon: &Arc<Lexicon>,
    (old, new): (&Plan, &Plan),
) -> anyhow::Result<Option<(Stories, Stories)>> {
    let bench = Bench::open(house, Arc::clone(lexicon)).await?;
    Ok(bench.stories(old).await?.zip(bench.stories(new).await?))
}

fn compared(old: &Stories, new: &Stories) -> Difference {
    let without = |one: &Stories, other: &Stories| -> Stories {
        let beside = one.iter().filter(|(story, _)| !other.contains_key(story));
        beside.map(|(story, example)| (*story, example.clone())).collect()
    };
    let (won, lost) = (without(new, old), without(old, new));
    Difference {
        kept: new.len() - won.len(),
        won: won.len(),
        lost: lost.len(),
        newest_won: newest(&won),
        newest_lost: newest(&lost),
    }
}

fn plain(edited: &Edited) -> String {
    let mut text = vec![format!("{} is read as: {}", edited.name, edited.query)];
    if edited.query != edited.query_before {
        text.push(format!("before: {}", edited.query_before));
    }
    if let Some(Difference { kept, won, lost, newest_won, newest_lost }) = &edited.difference {
        text.push(format!("\nOf the stories of 30 days it finds {kept} as before."));
        text.push(format!("It finds {won} that the old one did not{}", if *won == 0 { "." } else { ":" }));
        text.extend(lines(newest_won));
        text.push(format!("It loses {lost}{}", if *lost == 0 { "." } else { ":" }));
        text.extend(lines(newest_lost));
    }
    text.push(if edited.changed {
        "\nChanged. Number, subscriptions and ledger are the same; articles that came before are not matched again.".to_owned()
    } else {
        "\nNothing was changed: the same without --dry-run changes it.".to_owned()
    });
    text.join("\n")
}
