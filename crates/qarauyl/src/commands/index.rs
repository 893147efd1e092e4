//! `qarauyl index`: the search index, which is derived from the store.

use std::process::ExitCode;

use clap::Subcommand;
use indicatif::ProgressBar;
use model::ArticleId;
use serde::Serialize;
use store::{Indexing, Reading};

use super::examples;
use crate::house::House;
use crate::output::{Output, is_watched};

/// How many articles are read from the store at a time.
const BATCH: u32 = 200;

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Build the index anew from the store, beside the old one, and switch.
    #[command(before_help = examples::INDEX)]
    Rebuild,
}

#[derive(Serialize)]
struct Rebuilt {
    articles: u64,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    let Action::Rebuild = action;
    let total = house.store.counts().await?.articles;
    let bar = if out.json || !is_watched() { ProgressBar::hidden() } else { ProgressBar::new(total) };
    let articles = rebuild(house, |count| bar.inc(count)).await?;
    bar.finish_and_clear();
    let rebuilt = Rebuilt { articles };
    out.show(&rebuilt, || format!("The index holds {articles} articles."))?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the index anew, and returns how many articles it holds; those that it cannot take are left out. Calls `each`
/// with the number of every few.
pub(crate) async fn rebuild(house: &House, each: impl Fn(u64)) -> anyhow::Result<u64> {
    let lexicon = house.lexicon().await?;
    let rebuild = indexer::Rebuild::begin(&house.settings.indexer, lexicon)?;
    let (mut after, mut articles) = (ArticleId(0), 0);
    loop {
        let batch = house.store.articles_after(after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = last.article.id;
        let count = u64::try_from(batch.len())?;
        articles += count;
        articles -= refused(&rebuild.add(&batch)?)?;
        each(count);
    }
    Ok(articles - refused(&rebuild.switch()?)?)
}

/// Says which articles cannot be indexed, and returns how many.
fn refused(refused: &[indexer::Refused]) -> anyhow::Result<u64> {
    for indexer::Refused { article, reason } in refused {
        tracing::warn!(article.id = article.0, reason, "an article cannot be indexed");
    }
    Ok(u64::try_from(refused.len())?)
}
