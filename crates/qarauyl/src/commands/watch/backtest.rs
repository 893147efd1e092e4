//! `qarauyl watch test`: what a watch would have told, had it been there.
//!
//! The index names the stories in which the query finds anything; each of their versions is then read from the store and
//! judged as the matcher judges it, from the first one on.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indexer::{Order, SearchRequest, TantivyIndex};
use jiff::Timestamp;
use matcher::{Judged, judged};
use model::{Novelty, StoryId};
use query::{Filter, Lexicon, Plan, Query, Seen, parse_at};
use serde::Serialize;
use store::{Explaining, VersionInContext, Watching};

use super::read;
use crate::house::House;
use crate::output::{NOTHING, Output, or_stdin, table};

/// How many hits the index is asked for at a time.
const PAGE: usize = 1_000;

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
    let versions = matching_versions(house, &index, (&plan, window), &lexicon).await?;
    let tested = Tested {
        reading: query.to_string(),
        seen: window.map(|window| window.to_string()),
        articles: versions.iter().map(|(context, _)| context.article.id).collect::<BTreeSet<_>>().len(),
        stories: versions.iter().map(|(context, _)| context.article.story).collect::<BTreeSet<_>>().len(),
        alerts: versions.iter().filter(|(_, judged)| judged.told).count(),
        clauses: clauses(&query, &versions, |clause| {
            let alone = within(query::plan(clause, &lexicon)?, window);
            Ok(index.search(&request(alone, None, 1))?.total)
        })?,
        list: versions.iter().rev().take(arguments.limit).map(listed).collect(),
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

fn within(plan: Plan, window: Option<Seen>) -> Plan {
    match window {
        Some(seen) => Plan::And(vec![plan, Plan::Filter(Filter::Seen(seen))]),
        None => plan,
    }
}

fn request(plan: Plan, after: Option<indexer::Cursor>, limit: usize) -> SearchRequest {
    SearchRequest { plan, order: Order::Newest, limit, after }
}

/// Returns the versions that match and were seen in the window, oldest first, each with what would have been told.
async fn matching_versions(
    house: &House,
    index: &TantivyIndex,
    (plan, window): (&Plan, Option<Seen>),
    lexicon: &Lexicon,
) -> anyhow::Result<Vec<(VersionInContext, Judged)>> {
    let mut found = Vec::new();
    for story in stories(index, &within(plan.clone(), window))? {
        let versions = house.store.story_versions(story).await?;
        let judged = judged(plan, &versions, lexicon);
        found.extend(versions.into_iter().zip(judged).filter(|(context, judged)| {
            judged.hits.is_some() && window.is_none_or(|window| window.holds(context.article.first_seen))
        }));
    }
    found.sort_by_key(|(context, _)| context.version.id.0);
    Ok(found)
}

/// Returns the stories of all articles that the index finds.
fn stories(index: &TantivyIndex, plan: &Plan) -> anyhow::Result<BTreeSet<StoryId>> {
    let mut stories = BTreeSet::new();
    let mut after = None;
    loop {
        let page = index.search(&request(plan.clone(), after, PAGE))?;
        stories.extend(page.hits.iter().filter_map(|hit| hit.story));
        after = page.next;
        if after.is_none() {
            return Ok(stories);
        }
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

fn listed((context, judged): &(VersionInContext, Judged)) -> Listed {
    Listed {
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
        vec![one.article.to_string(), day, one.source.clone(), one.told.to_owned(), one.title.clone()]
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
        table(&["article", "seen", "source", "told", "title"], &rows)
    )
}
