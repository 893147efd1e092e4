//! `qarauyl search`: the archive, from the command line.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indexer::{Order, SearchHit, SearchRequest};
use model::{ArticleId, Mark, StoryId};
use query::{parse_lenient, plan};
use serde::Serialize;
use store::Remarking;

use crate::house::House;
use crate::output::{NOTHING, Output, or_stdin, table};

/// Other spellings are looked for when fewer articles are found.
const FEW: u64 = 10;

/// What the help begins with.
pub(crate) const EXAMPLES: &str = "\
Examples:
  qarauyl search 'khorgos AND detain*'
  qarauyl search '@khorgos kind:state last:7d' --by best
  qarauyl search --like 17  # the articles most like article 17
  qarauyl search khor --words  # words of the archive that begin so";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What is looked for; `-` reads it from stdin.
    #[arg(required_unless_present = "like", default_value = "")]
    query: String,
    /// Shows the articles most like this one, by its number.
    #[arg(long, value_name = "ARTICLE", conflicts_with = "query")]
    like: Option<i64>,
    /// Shows the words of the archive that begin as the query does, the most frequent first.
    #[arg(long)]
    words: bool,
    /// In which order hits come.
    #[arg(long, value_enum, default_value_t = By::Newest)]
    by: By,
    /// How many hits are shown.
    #[arg(long, default_value_t = 10)]
    limit: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Newest,
    Best,
}

#[derive(Serialize)]
struct Found {
    reading: String,
    problem: Option<String>,
    /// Words that may have been meant, when little was found.
    did_you_mean: Vec<Instead>,
    total: u64,
    hits: Vec<Hit>,
}

#[derive(Serialize)]
struct Instead {
    word: String,
    articles: u64,
}

#[derive(Serialize)]
struct Hit {
    article: i64,
    story: Option<i64>,
    /// What the team makes of its story, where it said so and the key is there.
    mark: Option<&'static str>,
    title: String,
    passage: String,
    lang: &'static str,
    source: String,
    url: String,
    published: String,
    from_feed: bool,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    if let Some(article) = arguments.like {
        return like(house, ArticleId(article), (arguments.limit, out)).await;
    }
    let text = or_stdin(&arguments.query)?;
    if arguments.words {
        return words(house, text.trim(), (arguments.limit, out)).await;
    }
    let lexicon = house.lexicon().await?;
    let (query, error) = parse_lenient(&text, house.clock.now(), &lexicon);
    let problem = error.map(|error| error.pointed_at(&text));
    let Some(query) = query else { anyhow::bail!(problem.unwrap_or_default()) };
    let index = house.index(&lexicon)?;
    let order = match arguments.by {
        By::Newest => Order::Newest,
        By::Best => Order::Best,
    };
    let request = SearchRequest {
        plan: plan(&query, &lexicon)?,
        order,
        limit: arguments.limit.clamp(1, 1_000),
        after: None,
    };
    let hits = index.search(&request)?;
    let respellings = if hits.total < FEW { index.respellings(&text)? } else { Vec::new() };
    let marks = marks(house).await?;
    let found = Found {
        did_you_mean: respellings
            .into_iter()
            .map(|one| Instead { word: one.word, articles: one.articles })
            .collect(),
        reading: query.to_string(),
        problem,
        total: hits.total,
        hits: hits.hits.into_iter().map(|one| hit(one, &marks)).collect(),
    };
    if let Some(problem) = &found.problem {
        out.say(problem);
    }
    out.show(&found, || plain(&found))?;
    Ok(if found.total == 0 { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

/// Articles that share the rarest words of one.
async fn like(house: &House, article: ArticleId, (limit, out): (usize, Output)) -> anyhow::Result<ExitCode> {
    let index = house.index(&house.lexicon().await?)?;
    let Some(similar) = index.similar(article, limit.clamp(1, 1_000))? else {
        anyhow::bail!(
            "no article {} is in the index: see the numbers with `qarauyl search --json`",
            article.0
        );
    };
    let marks = marks(house).await?;
    let hits: Vec<Hit> = similar.into_iter().map(|one| hit(one, &marks)).collect();
    out.show(&hits, || hits.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(if hits.is_empty() { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

/// Words of the archive that begin so.
async fn words(house: &House, typed: &str, (limit, out): (usize, Output)) -> anyhow::Result<ExitCode> {
    let index = house.index(&house.lexicon().await?)?;
    let found = index.words_beginning(typed, limit.clamp(1, 1_000))?;
    let words: Vec<Instead> = found.into_iter().map(|(word, articles)| Instead { word, articles }).collect();
    out.show(&words, || {
        let row = |one: &Instead| vec![one.word.clone(), one.articles.to_string()];
        table(&["word", "articles"], &words.iter().map(row).collect::<Vec<_>>())
    })?;
    Ok(if words.is_empty() { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

type Marks = BTreeMap<StoryId, Option<Mark>>;

/// What the team marked; nothing without the key.
async fn marks(house: &House) -> anyhow::Result<Marks> {
    Ok(if house.store.is_locked() { Marks::new() } else { house.store.marks().await? })
}

fn hit(hit: SearchHit, marks: &Marks) -> Hit {
    let mark = hit.story.and_then(|story| marks.get(&story).copied().flatten());
    Hit {
        article: hit.article.0,
        story: hit.story.map(|story| story.0),
        mark: mark.map(Mark::as_str),
        title: hit.title,
        passage: hit.passage,
        lang: hit.lang.as_str(),
        source: hit.source_name,
        url: hit.url,
        published: hit.published.to_string(),
        from_feed: hit.from_feed,
    }
}

fn plain(found: &Found) -> String {
    let mut lines = vec![format!("{} articles for {}", found.total, found.reading)];
    for Instead { word, articles } in &found.did_you_mean {
        lines.push(format!("Did you mean {word}? {articles} articles have it."));
    }
    lines.extend(found.hits.iter().map(line));
    lines.join("\n")
}

fn line(hit: &Hit) -> String {
    let day = hit.published.get(..10).unwrap_or_default();
    let Hit { title, source, lang, url, passage, .. } = hit;
    let story = hit.story.map(|story| format!("  story {story}")).unwrap_or_default();
    let mark = hit.mark.map(|mark| format!(", {mark}")).unwrap_or_default();
    format!("\n{title}\n  {day}  {source}  [{lang}]{story}{mark}  {url}\n  {passage}")
}
