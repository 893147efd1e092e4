//! `qarauyl explain`: why a watch matched an article, or did not; what was new in it, and what was told.
//!
//! All but the ledger's row and the alerts is decided again, by the words that decide it for mails.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use matcher::{Judged, judged};
use model::{ArticleId, CanonicalUrl, Watch, WatchState};
use query::{Facts, Filter, Hit, Lexicon, Part, Plan, Query, evaluate, plan};
use serde::Serialize;
use store::{Explaining, Matching, Reading, VersionInContext};

use super::watch::{backtest, named, read};
use crate::house::House;
use crate::output::{Output, or_stdin, table};

/// Letters shown on either side of a hit.
const AROUND: usize = 40;
/// Most places that are shown of a clause.
const PLACES: usize = 5;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The watch's name; `-` reads it from stdin.
    watch: String,
    /// The article's number or address.
    article: String,
    /// The number of one of its versions; without it the newest.
    #[arg(long)]
    version: Option<i64>,
}

#[derive(Serialize)]
struct Explained {
    watch: String,
    reading: String,
    article: i64,
    url: String,
    title: String,
    version: i64,
    story: Option<i64>,
    /// Whether the watch matches, decided now.
    matches: bool,
    clauses: Vec<Clause>,
    facts: Vec<Fact>,
    news: News,
    ledger: Ledger,
    alerts: Vec<Alert>,
    says: String,
}

#[derive(Serialize)]
struct Clause {
    number: u32,
    text: String,
    found: usize,
    places: Vec<String>,
}

#[derive(Serialize)]
struct Fact {
    asked: String,
    is: String,
    holds: bool,
}

#[derive(Serialize)]
struct News {
    /// Sentences that its story did not have.
    new_sentences: usize,
    /// Whether the rest matches without them.
    known_part_matches: bool,
    /// Whether it would be told, and why not.
    told: &'static str,
}

#[derive(Serialize)]
struct Ledger {
    /// When the version was read, if it is noted that the watch matched it.
    noted: Option<String>,
    clauses: Vec<u32>,
    backlog: bool,
    /// The revision of the watch list that the version was matched against; 0: not yet.
    revision: i64,
    /// The revision now.
    revision_now: i64,
}

#[derive(Serialize)]
struct Alert {
    article: i64,
    version: i64,
    found: String,
    what: &'static str,
    told: u64,
    waiting: u64,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let watch = named(house, &or_stdin(&arguments.watch)?).await?;
    let lexicon = house.lexicon().await?;
    let (query, plan) = read(&watch.query, &lexicon).context("the watch cannot be read any more")?;
    let context = version(house, arguments).await?;
    let versions = match context.article.story {
        Some(story) => house.store.story_versions(story).await?,
        None => vec![context.clone()],
    };
    let judged = judged(&plan, &versions, &lexicon);
    let at = versions.iter().zip(judged).find(|(one, _)| one.version.id == context.version.id);
    let (context, judged) = at.context("the version is in no story: it waits to be matched")?;
    let document = context.document(&lexicon);
    let ledger = ledger(house, &watch, context).await?;
    let explained = Explained {
        reading: query.to_string(),
        article: context.article.id.0,
        url: context.article.url.as_str().to_owned(),
        title: context.version.title.clone(),
        version: context.version.id.0,
        story: context.article.story.map(|story| story.0),
        matches: judged.hits.is_some(),
        clauses: clauses(&query, context, &document, &lexicon)?,
        facts: query.filters().into_iter().map(|filter| fact(filter, &document.facts)).collect(),
        news: News {
            new_sentences: judged.added,
            known_part_matches: judged.known_matches,
            told: if judged.hits.is_some() { backtest::told(&judged) } else { "no: it does not match" },
        },
        says: says(&judged, &ledger, &watch, &plan),
        alerts: alerts(house, &watch, context).await?,
        ledger,
        watch: watch.name,
    };
    out.show(&explained, || plain(&explained))?;
    Ok(ExitCode::SUCCESS)
}

/// Finds the version that is asked for.
async fn version(house: &House, arguments: &Arguments) -> anyhow::Result<VersionInContext> {
    let id = if let Ok(number) = arguments.article.parse::<i64>() {
        ArticleId(number)
    } else {
        let url = CanonicalUrl::parse(&arguments.article).map_err(|_| {
            anyhow::anyhow!("`{}` is neither number nor address of an article", arguments.article)
        })?;
        house.store.article_at(&url).await?.context("no article has that address")?
    };
    let record = house.store.article(id).await?.context("there is no article of that number")?;
    let wanted = |version: &&model::Version| arguments.version.is_none_or(|wanted| version.id.0 == wanted);
    let Some(version) = record.versions.iter().find(wanted) else {
        let known: Vec<String> = record.versions.iter().map(|version| version.id.to_string()).collect();
        if known.is_empty() {
            bail!("nothing of the article has been read yet");
        }
        bail!("the article has no such version: it has {}", known.join(", "));
    };
    house.store.version(version.id).await?.context("the version is gone")
}

fn clauses(
    query: &Query,
    context: &VersionInContext,
    document: &query::Document,
    lexicon: &Lexicon,
) -> anyhow::Result<Vec<Clause>> {
    let mut explained = Vec::new();
    for (number, clause) in (0_u32..).zip(query.clauses()) {
        let hits = evaluate(&plan(&clause, lexicon)?, document).unwrap_or_default();
        explained.push(Clause {
            number,
            text: clause.to_string(),
            found: hits.len(),
            places: hits.iter().take(PLACES).map(|hit| place(context, hit)).collect(),
        });
    }
    Ok(explained)
}

/// Shows a hit with what stands around it.
fn place(context: &VersionInContext, hit: &Hit) -> String {
    let block = usize::try_from(hit.block).ok().and_then(|block| context.version.blocks.get(block));
    let (part, text) = match hit.part {
        Part::Title => ("title".to_owned(), context.version.title.as_str()),
        _ => (format!("block {}", hit.block + 1), block.map_or("", |block| block.text.as_str())),
    };
    let before: Vec<char> =
        text.get(..hit.range.start).unwrap_or_default().chars().rev().take(AROUND).collect();
    let behind: String = text.get(hit.range.end..).unwrap_or_default().chars().take(AROUND).collect();
    let before: String = before.into_iter().rev().collect();
    format!("{part}: …{before}[{}]{behind}…", text.get(hit.range.clone()).unwrap_or_default())
}

fn fact(filter: &Filter, facts: &Facts) -> Fact {
    let is = match filter {
        Filter::Lang(_) => facts.lang.as_str().to_owned(),
        Filter::Script(_) => facts.lang.script().as_str().to_owned(),
        Filter::Source(_) => facts.source.clone(),
        Filter::Country(_) => facts.country.clone(),
        Filter::Kind(_) => facts.kind.clone(),
        Filter::Author(_) => facts.authors.join(", "),
        Filter::Tag(_) => facts.tags.join(", "),
        Filter::Url(_) => facts.url.clone(),
        Filter::Story(_) => facts.story.map(|story| story.to_string()).unwrap_or_default(),
        Filter::After(_) | Filter::Before(_) | Filter::Since(_) => facts.published.to_string(),
        Filter::Seen(_) => facts.seen.to_string(),
        Filter::Edited => if facts.edited { "edited" } else { "not edited" }.to_owned(),
        Filter::Removed => if facts.removed { "removed" } else { "not removed" }.to_owned(),
    };
    Fact { asked: filter.to_string(), is, holds: filter.holds(facts) }
}

async fn ledger(house: &House, watch: &Watch, context: &VersionInContext) -> anyhow::Result<Ledger> {
    let row = house.store.ledger_row(watch.id, context.version.id).await?;
    Ok(Ledger {
        noted: row.as_ref().map(|row| row.found.to_string()),
        backlog: row.as_ref().is_some_and(|row| row.backlog),
        clauses: row.map(|row| row.clauses).unwrap_or_default(),
        revision: house.store.matched_revision(context.version.id).await?,
        revision_now: house.store.watch_revision().await?,
    })
}

async fn alerts(house: &House, watch: &Watch, context: &VersionInContext) -> anyhow::Result<Vec<Alert>> {
    let Some(story) = context.article.story else { return Ok(Vec::new()) };
    let alerts = house.store.alerts_of(watch.id, story).await?;
    let alert = |row: store::AlertRow| Alert {
        article: row.article.0,
        version: row.version.0,
        found: row.created.to_string(),
        what: match &row.novelty {
            novelty if novelty.is_first() => "first of the story",
            novelty if novelty.is_removal() => "removed",
            _ => "new sentences",
        },
        told: row.told,
        waiting: row.waiting,
    };
    Ok(alerts.into_iter().map(alert).collect())
}

/// Says in a sentence what is to be made of it.
fn says(judged: &Judged, ledger: &Ledger, watch: &Watch, plan: &Plan) -> String {
    let matches = judged.hits.is_some();
    let text = match (matches, ledger.noted.is_some()) {
        _ if ledger.revision == 0 => "The version waits to be matched.",
        (true, true) => "It matches, and the ledger says so.",
        (false, false) => "It does not match, and the ledger has no row.",
        (true, false) if ledger.revision < ledger.revision_now => {
            "It matches now, and did not when it was read: the watch, the watch list or the lexicon has changed since."
        }
        (true, false) => "It matches now, and the ledger has no row: the lexicon has changed since.",
        (false, true) => {
            "It does not match now, and the ledger says that it did: watch, lexicon or article has changed since."
        }
    };
    let state = if watch.state == WatchState::Active { "" } else { " The watch is not active." };
    let facts_alone = if plan.has_text() { "" } else { " The watch asks for no text." };
    format!("{text}{state}{facts_alone}")
}

fn plain(explained: &Explained) -> String {
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let mut lines = vec![
        format!("{}: {}", explained.watch, explained.reading),
        format!(
            "article {} version {}: {}\n  {}",
            explained.article, explained.version, explained.title, explained.url
        ),
        format!("\nmatches: {}. {}\n", yes(explained.matches), explained.says),
    ];
    for clause in &explained.clauses {
        let found =
            if clause.found == 0 { "not found".to_owned() } else { format!("found {} times", clause.found) };
        lines.push(format!("{}  {found}", clause.text));
        lines.extend(clause.places.iter().map(|place| format!("    {place}")));
    }
    for fact in &explained.facts {
        lines.push(format!("{}  holds: {} (it is: {})", fact.asked, yes(fact.holds), fact.is));
    }
    let (news, ledger) = (&explained.news, &explained.ledger);
    lines.push(format!(
        "\nstory {}: {} sentences are new; the part that was known matches: {}; told: {}",
        explained.story.map_or("–".to_owned(), |story| story.to_string()),
        news.new_sentences,
        yes(news.known_part_matches),
        news.told
    ));
    lines.push(format!(
        "ledger: {}; matched against revision {} of the watch list, which is {} now\n",
        ledger.noted.as_ref().map_or("no row".to_owned(), |noted| format!("a row, read {noted}")),
        ledger.revision,
        ledger.revision_now
    ));
    let row = |one: &Alert| {
        let (article, version) = (one.article.to_string(), one.version.to_string());
        vec![
            one.found.clone(),
            article,
            version,
            one.what.to_owned(),
            one.told.to_string(),
            one.waiting.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = explained.alerts.iter().map(row).collect();
    lines.push(table(&["alert of", "article", "version", "what was new", "told", "waiting"], &rows));
    lines.join("\n")
}
