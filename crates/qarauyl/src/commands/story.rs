//! `qarauyl story`: what a story is, and what the team makes of it. Marks and notes change nothing in what is mailed.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use model::{Mark, StoryId};
use serde::Serialize;
use store::{Remark, Remarked, Remarking, StoryRecord};

use crate::house::House;
use crate::output::{NOTHING, Output, or_stdin, table};

/// What the help of `qarauyl story` begins with.
pub(crate) const EXAMPLES: &str = "\
Examples:
  qarauyl story show 12
  qarauyl story mark 12 relevant
  qarauyl story note 12 -  # type the note, end with Ctrl-D
  qarauyl story list --marked relevant";

/// No note is longer.
const MAX_NOTE: usize = 10_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Show a story: its articles, and what was said of it.
    #[command(
        before_help = "Examples:\n  qarauyl story show 12  # the number that search and watch test show"
    )]
    Show {
        /// Its number.
        story: i64,
    },
    /// Mark a story; what is matched and mailed stays the same.
    #[command(before_help = "Examples:\n  qarauyl story mark 12 relevant\n  qarauyl story mark 12 none")]
    Mark {
        /// Its number.
        story: i64,
        /// relevant or noise; none takes the mark away.
        mark: String,
    },
    /// Write a note to a story, sealed.
    #[command(before_help = "Examples:\n  qarauyl story note 12 -  # type the note, end with Ctrl-D")]
    Note {
        /// Its number.
        story: i64,
        /// The note; `-` reads it from stdin, so that it stands in no process list.
        text: String,
    },
    /// List the stories that were spoken of.
    #[command(before_help = "Examples:\n  qarauyl story list --marked relevant")]
    List {
        /// Only those with this mark: relevant or noise.
        #[arg(long)]
        marked: Option<String>,
    },
}

#[derive(Serialize)]
struct Shown {
    story: i64,
    mark: Option<&'static str>,
    first_seen: String,
    first_source: String,
    origin: String,
    articles: Vec<Telling>,
    said: Vec<Said>,
}

#[derive(Serialize)]
struct Telling {
    article: i64,
    seen: String,
    source: String,
    title: String,
    url: String,
}

#[derive(Serialize)]
struct Said {
    at: String,
    person: String,
    /// relevant, noise or none, where it is about the mark.
    mark: Option<&'static str>,
    note: Option<String>,
}

#[derive(Serialize)]
struct Row {
    story: i64,
    mark: Option<&'static str>,
    notes: usize,
    seen: String,
    source: String,
    title: String,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Show { story } => {
            let record = house.store.story(StoryId(*story)).await?.with_context(|| missing(*story))?;
            let story = shown(*story, record);
            out.show(&story, || plain(&story))?;
        }
        Action::Mark { story, mark } => {
            let mark = if mark == "none" { None } else { Some(mark_of(mark)?) };
            remark(house, *story, &Remark::Marked(mark)).await?;
            out.say("Marked. What is matched and mailed stays the same.");
        }
        Action::Note { story, text } => {
            let text = or_stdin(text)?;
            if text.trim().is_empty() || text.chars().count() > MAX_NOTE {
                bail!("a note has one to {MAX_NOTE} letters");
            }
            remark(house, *story, &Remark::Noted(text.trim().to_owned())).await?;
            out.say("Noted, sealed: `qarauyl story show` shows it.");
        }
        Action::List { marked } => {
            return list(house, marked.as_deref().map(mark_of).transpose()?, out).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn missing(story: i64) -> String {
    format!("there is no story {story}: `qarauyl search` and `qarauyl watch test` show the numbers")
}

fn mark_of(word: &str) -> anyhow::Result<Mark> {
    word.parse()
        .map_err(|_| anyhow::anyhow!("`{word}` is no mark: use relevant, noise, or none to take it away"))
}

async fn remark(house: &House, story: i64, remark: &Remark) -> anyhow::Result<()> {
    if !house.store.remark(StoryId(story), remark, house.clock.now()).await? {
        bail!(missing(story));
    }
    Ok(())
}

async fn list(house: &House, wanted: Option<Mark>, out: Output) -> anyhow::Result<ExitCode> {
    let mut rows = Vec::new();
    for (story, mark) in house.store.marks().await? {
        if wanted.is_some() && mark != wanted {
            continue;
        }
        let Some(record) = house.store.story(story).await? else { continue };
        let Some(first) = record.articles.first() else { continue };
        rows.push(Row {
            story: story.0,
            mark: mark.map(Mark::as_str),
            notes: record.remarks.iter().filter(|one| matches!(one.remark, Remark::Noted(_))).count(),
            seen: day(&record.facts.first_seen.to_string()),
            source: first.source_name.clone(),
            title: first.title.clone(),
        });
    }
    rows.reverse();
    out.show(&rows, || {
        let cells = |one: &Row| {
            let mark = one.mark.unwrap_or_default().to_owned();
            let (story, notes) = (one.story.to_string(), one.notes.to_string());
            vec![story, mark, notes, one.seen.clone(), one.source.clone(), one.title.clone()]
        };
        let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
        table(&["story", "mark", "notes", "seen", "source", "title"], &cells)
    })?;
    Ok(if rows.is_empty() { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

fn day(time: &str) -> String {
    time.get(..10).unwrap_or_default().to_owned()
}

fn shown(story: i64, record: StoryRecord) -> Shown {
    let marks = record.remarks.iter().rev().find_map(|one| match one.remark {
        Remark::Marked(mark) => Some(mark),
        Remark::Noted(_) => None,
    });
    let articles = record.articles.into_iter().map(|one| Telling {
        article: one.id.0,
        seen: one.first_seen.to_string(),
        source: one.source_name,
        title: one.title,
        url: one.url,
    });
    Shown {
        story,
        mark: marks.flatten().map(Mark::as_str),
        first_seen: record.facts.first_seen.to_string(),
        first_source: record.facts.first_source,
        origin: record.facts.origin,
        articles: articles.collect(),
        said: record.remarks.into_iter().map(said).collect(),
    }
}

fn said(one: Remarked) -> Said {
    let (mark, note) = match one.remark {
        Remark::Marked(mark) => (Some(mark.map_or("none", Mark::as_str)), None),
        Remark::Noted(note) => (None, Some(note)),
    };
    Said { at: one.at.to_string(), person: one.person, mark, note }
}

fn plain(story: &Shown) -> String {
    let origin =
        if story.origin.is_empty() { String::new() } else { format!(", likely from {}", story.origin) };
    let mark = story.mark.map(|mark| format!(", marked {mark}")).unwrap_or_default();
    let mut text = vec![format!(
        "story {}{mark}: first seen {} at {}{origin}",
        story.story,
        day(&story.first_seen),
        story.first_source
    )];
    for one in &story.said {
        let what = match (&one.mark, &one.note) {
            (_, Some(note)) => note.replace('\n', "\n    "),
            (mark, None) => format!("marked {}", mark.unwrap_or("none")),
        };
        text.push(format!("  {} {}: {what}", day(&one.at), one.person));
    }
    let row =
        |one: &Telling| vec![one.article.to_string(), day(&one.seen), one.source.clone(), one.title.clone()];
    let rows: Vec<Vec<String>> = story.articles.iter().map(row).collect();
    text.push(format!("\n{}", table(&["article", "seen", "source", "title"], &rows)));
    text.join("\n")
}
