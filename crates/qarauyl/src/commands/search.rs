//! `qarauyl search`: the archive, from the command line.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indexer::{Order, SearchHit, SearchRequest};
use query::{parse_lenient, plan};
use serde::Serialize;

use crate::house::House;
use crate::output::{NOTHING, Output, or_stdin};

/// Other spellings are looked for when fewer articles are found.
const FEW: u64 = 10;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What is looked for; `-` reads it from stdin.
    query: String,
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
    title: String,
    passage: String,
    lang: &'static str,
    source: String,
    url: String,
    published: String,
    from_feed: bool,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let text = or_stdin(&arguments.query)?;
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
    let found = Found {
        did_you_mean: respellings
            .into_iter()
            .map(|one| Instead { word: one.word, articles: one.articles })
            .collect(),
        reading: query.to_string(),
        problem,
        total: hits.total,
        hits: hits.hits.into_iter().map(hit).collect(),
    };
    if let Some(problem) = &found.problem {
        out.say(problem);
    }
    out.show(&found, || plain(&found))?;
    Ok(if found.total == 0 { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

fn hit(hit: SearchHit) -> Hit {
    Hit {
        article: hit.article.0,
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
    for hit in &found.hits {
        let day = hit.published.get(..10).unwrap_or_default();
        lines.push(format!(
            "\n{}\n  {day}  {}  [{}]  {}\n  {}",
            hit.title, hit.source, hit.lang, hit.url, hit.passage
        ));
    }
    lines.join("\n")
}
