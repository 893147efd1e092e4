//! The search page: a form whose every filter stands in the address, hits in their own script and direction.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use indexer::Order;
use model::Source;
use query::{Lexicon, QueryError};
use store::Sourcing;

use crate::App;
use crate::answer::{Answer, answer};
use crate::asked::{Asked, cursor_text};
use crate::chart::{Chart, chart};
use crate::error::{PageError, json, page};
use crate::face::Face;
use crate::facet::{FacetView, ListView, UsedView, facets, lists, used, without_filters};
use crate::hit::{HitView, hits};
use crate::marks::Marked;
use crate::named::{Named, named};
use crate::wire::search_json;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    face: Face,
    asked: Asked,
    best: bool,
    lists: Vec<ListView>,
    used: Vec<UsedView>,
    without_filters: String,
    problem: Option<ProblemView>,
    names: Vec<Named>,
    /// Other spellings: the address that asks for each, the word, how many articles have it.
    instead: Vec<(String, String, u64)>,
    /// The texts that no article has.
    dead: String,
    reading: String,
    found: Option<FoundView>,
    searchable: u64,
}

/// What was wrong with the query.
struct ProblemView {
    /// Whether what could be read of it was looked for all the same.
    answered: bool,
    text: String,
    /// The query with the wrong place marked.
    place: Marked,
}

/// What was found.
struct FoundView {
    total: u64,
    hits: Vec<HitView>,
    facets: Vec<FacetView>,
    chart: Option<Chart>,
    next: Option<String>,
    first: Option<String>,
}

pub(crate) async fn show(State(app): State<App>, face: Face) -> Result<Response, PageError> {
    let asked = Asked::read(&face.here);
    let answer = answer(&app, &face, &asked).await?;
    let next = next(&face, &answer);
    if face.json {
        return Ok(json(&search_json(&asked, answer, next)));
    }
    let sources = app.store.sources().await.map_err(|error| face.failed(&error))?;
    let searchable = if asked.anything { 0 } else { app.index.documents() };
    let names = answer.query.as_ref().map(|query| named(query, &app.lexicon)).unwrap_or_default();
    let problem = answer.problem.as_ref().map(|error| problem(&face, &asked, error, answer.found.is_some()));
    Ok(page(&SearchPage {
        best: asked.order == Order::Best,
        lists: lists(&face, &sources),
        used: used(&face, &asked, &sources),
        without_filters: without_filters(&face),
        problem,
        names,
        instead: instead(&face, &answer),
        dead: answer.help.dead.join(", "),
        reading: answer.reading(&asked),
        found: found(&face, &asked, answer, (&app.lexicon, &sources, next)),
        searchable,
        asked,
        face,
    }))
}

fn instead(face: &Face, answer: &Answer) -> Vec<(String, String, u64)> {
    let link = |query: &str| face.here.clone().without("cursor").with("q", query).to_string();
    answer.help.instead.iter().map(|one| (link(&one.query), one.word.clone(), one.articles)).collect()
}

/// Returns the address of the page after this one.
fn next(face: &Face, answer: &Answer) -> Option<String> {
    let cursor = answer.found.as_ref()?.next?;
    Some(face.here.clone().with("cursor", cursor_text(cursor)).to_string())
}

fn found(
    face: &Face,
    asked: &Asked,
    answer: Answer,
    (lexicon, sources, next): (&Lexicon, &[Source], Option<String>),
) -> Option<FoundView> {
    let found = answer.found?;
    Some(FoundView {
        total: found.total,
        facets: facets(face, asked, &found.facets, sources),
        chart: chart(face, &found.facets),
        hits: hits(face, lexicon, found.hits, &asked.q),
        first: asked.cursor.map(|_| face.here.clone().without("cursor").to_string()),
        next,
    })
}

fn problem(face: &Face, asked: &Asked, error: &QueryError, answered: bool) -> ProblemView {
    let own = face.words.of(&format!("problem_{:?}", error.problem)).map(str::to_owned);
    // The place is shown in the query itself; `query` counts it in bytes, which no reader can.
    let english = || {
        let text = error.to_string();
        text.split_once(": ").map_or(text.clone(), |(_, rest)| rest.to_owned())
    };
    let place = if error.place.is_empty() { Vec::new() } else { vec![error.place.clone()] };
    ProblemView { answered, text: own.unwrap_or_else(english), place: Marked::new(&asked.q, &place) }
}
