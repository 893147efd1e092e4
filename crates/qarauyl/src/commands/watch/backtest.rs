//! `qarauyl watch test`: what a watch would have told, had it been there.
//!
//! Every version of the archive is judged as the matcher judges it, also those that a later one has replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use matcher::Judged;
use model::{Mark, Novelty, StoryId};
use query::{Filter, Query, Seen, parse_at};
use serde::Serialize;
use store::{Remarking, VersionInContext, Watching};

use super::found::Searched;
use super::read;
use crate::house::House;
use crate::output::{NOTHING, Output, or_stdin, table};

/// What the help begins with.
pub(super) const EXAMPLES: &str = "\
Examples:
  qarauyl watch test Khorgos --since 30d
  qarauyl watch test 'khorgos AND detain*' --since 2026-11-01..2026-11-20
  qarauyl watch test - --limit 100  # type the query, end with Ctrl-D";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The query, or the name of a watch; `-` reads it from stdin.
    query: String,
    /// Only articles that were first seen since: 12h, 30d, 2w, 3m, a day, or two days with .. between them.
    #[arg(long)]
    since: Option<String>,
    /// How many articles are shown.
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

#[derive(Serialize)]
struct Tested {
    /// The query as it is read.
    reading: String,
    /// From when on articles were seen, and until when.
    seen: Option<String>,
    /// Articles that match, of all versions.
    articles: usize,
    /// Stories that they belong to.
    stories: usize,
    /// Alerts that subscribers would have had.
    alerts: usize,
    clauses: Vec<Clause>,
    list: Vec<Listed>,
}

#[derive(Serialize)]
struct Clause {
    text: String,
    /// Articles in which it alone is found.
    articles: u64,
    /// Articles that match and in which it is found.
    matching: usize,
}

#[derive(Serialize)]
struct Listed {
    article: i64,
    version: i64,
    story: Option<i64>,
    /// What the team makes of its story, where it said so.
    mark: Option<&'static str>,
    seen: String,
    source: String,
    title: String,
    url: String,
    clauses: BTreeSet<u32>,
    /// Whether it would have been told, and why not.
    told: &'static str,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let asked = or_stdin(&arguments.query)?;
    let lexicon = house.lexicon().await?;
    let stored = if house.store.is_locked() { None } else { house.store.watch_named(&asked).await? };
    let text = stored.map_or(asked, |watch| watch.query);
    let (query, plan) = read(&text, &lexicon)?;
    let window = arguments.since.as_deref().map(|since| window(since, house.clock.now())).transpose()?;
    let index = house.index(&lexicon)?;
    let searched = Searched { store: Arc::clone(&house.store), index, lexicon, window };
    let versions = searched.versions(&plan).await?;
    let marks = if house.store.is_locked() { BTreeMap::new() } else { house.store.marks().await? };
    let tested = Tested {
        reading: query.to_string(),
        seen: window.map(|window| window.to_string()),
        articles: versions.iter().map(|(context, _)| context.article.id).collect::<BTreeSet<_>>().len(),
        stories: versions.iter().map(|(context, _)| context.article.story).collect::<BTreeSet<_>>().len(),
        alerts: versions.iter().filter(|(_, judged)| judged.told).count(),
        clauses: clauses(&query, &versions, |clause| {
            searched.articles(&query::plan(clause, &searched.lexicon)?)
        })?,
        list: versions.iter().rev().take(arguments.limit).map(|one| listed(one, &marks)).collect(),
    };
    out.show(&tested, || plain(&tested))?;
    Ok(if tested.articles == 0 { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

/// Reads `--since` as `seen:` is read.
fn window(since: &str, now: Timestamp) -> anyhow::Result<Seen> {
    match parse_at(&format!("seen:\"{since}\""), now) {
        Ok(Query::Filter(Filter::Seen(seen))) => Ok(seen),
        _ => anyhow::bail!(
            "`{since}` is no time: write 12h, 30d, 2w, 3m, 2026-11-01 or 2026-11-01..2026-11-20"
        ),
    }
}

fn clauses(
    query: &Query,
    versions: &[(VersionInContext, Judged)],
    mut alone: impl FnMut(&Query) -> anyhow::Result<u64>,
) -> anyhow::Result<Vec<Clause>> {
    let mut counted = Vec::new();
    for (number, clause) in (0_u32..).zip(query.clauses()) {
        let has = |judged: &Judged| judged.hits.iter().flatten().any(|hit| hit.clause == number);
        let matching: BTreeSet<i64> = versions
            .iter()
            .filter(|(_, judged)| has(judged))
            .map(|(context, _)| context.article.id.0)
            .collect();
        counted.push(Clause {
            articles: alone(&clause).context("a clause cannot be looked for by itself")?,
            text: clause.to_string(),
            matching: matching.len(),
        });
    }
    Ok(counted)
}

fn listed((context, judged): &(VersionInContext, Judged), marks: &BTreeMap<StoryId, Option<Mark>>) -> Listed {
    let mark = context.article.story.and_then(|story| marks.get(&story).copied().flatten());
    Listed {
        mark: mark.map(Mark::as_str),
        article: context.article.id.0,
        version: context.version.id.0,
        story: context.article.story.map(|story| story.0),
        seen: context.article.first_seen.to_string(),
        source: context.source.name.clone(),
        title: context.version.title.clone(),
        url: context.article.url.as_str().to_owned(),
        clauses: judged.hits.iter().flatten().map(|hit| hit.clause).collect(),
        told: told(judged),
    }
}

/// Says in words what would have been told of a version that matches.
pub(crate) fn told(judged: &Judged) -> &'static str {
    match &judged.novelty {
        _ if judged.backlog => "no: backlog",
        None => "no: nothing new in its story",
        Some(_) if !judged.told => "no: the same was told before",
        Some(novelty) if novelty.is_removal() => "yes: it was removed",
        Some(novelty) if *novelty == Novelty::default() => "yes: first of its story",
        Some(_) => "yes: new sentences",
    }
}

fn plain(tested: &Tested) -> String {
    let clauses: Vec<Vec<String>> = tested
        .clauses
        .iter()
        .map(|one| vec![one.text.clone(), one.articles.to_string(), one.matching.to_string()])
        .collect();
    let row = |one: &Listed| {
        let day = one.seen.get(..10).unwrap_or_default().to_owned();
        let story = one.story.map_or_else(String::new, |story| story.to_string());
        let mark = one.mark.unwrap_or_default().to_owned();
        let (source, told, title) = (one.source.clone(), one.told.to_owned(), one.title.clone());
        vec![one.article.to_string(), story, mark, day, source, told, title]
    };
    let rows: Vec<Vec<String>> = tested.list.iter().map(row).collect();
    let seen = tested.seen.as_ref().map(|seen| format!(" seen {seen}")).unwrap_or_default();
    format!(
        "Read as: {}\n{} articles{seen} of {} stories match; {} alerts would have been told.\n\n{}\n\n{}",
        tested.reading,
        tested.articles,
        tested.stories,
        tested.alerts,
        table(&["clause", "alone", "in what matches"], &clauses),
        table(&["article", "story", "mark", "seen", "source", "told", "title"], &rows)
    )
}
