//! Answers what was asked: reads the query, adds the filters, runs the search.

use std::sync::Arc;

use indexer::{IndexError, SearchHits, SearchRequest};
use query::{Plan, Query, QueryError, parse_lenient, plan};

use crate::App;
use crate::asked::Asked;
use crate::error::PageError;
use crate::face::Face;
use crate::helping::{Help, help};

/// How many hits a page holds.
const PAGE: usize = 20;

/// What came of a search.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The query as it was understood.
    pub(crate) query: Option<Query>,
    /// What was wrong with it first; what could be read was looked for all the same.
    pub(crate) problem: Option<QueryError>,
    /// What was found; `None` when nothing was looked for.
    pub(crate) found: Option<SearchHits>,
    /// What helps on when little was found.
    pub(crate) help: Help,
}

impl Answer {
    /// Returns the query and its filters in canonical print.
    pub(crate) fn reading(&self, asked: &Asked) -> String {
        let mut parts: Vec<Query> = match &self.query {
            Some(Query::And(parts)) => parts.clone(),
            Some(other) => vec![other.clone()],
            None => Vec::new(),
        };
        parts.extend(asked.filters.iter().map(|(_, filter)| Query::Filter(filter.clone())));
        match parts.pop() {
            Some(only) if parts.is_empty() => only.to_string(),
            Some(last) => {
                parts.push(last);
                Query::And(parts).to_string()
            }
            None => String::new(),
        }
    }
}

/// Reads and runs a search.
pub(crate) async fn answer(app: &App, face: &Face, asked: &Asked) -> Result<Answer, PageError> {
    if !asked.anything {
        return Ok(Answer::default());
    }
    let (query, problem) = if asked.q.is_empty() {
        (None, None)
    } else {
        parse_lenient(&asked.q, app.clock.now(), &app.lexicon)
    };
    let filters = asked.filters.iter().map(|(_, filter)| Plan::Filter(filter.clone()));
    let planned = match &query {
        Some(query) => {
            plan(query, &app.lexicon).map(|plan| Plan::And([plan].into_iter().chain(filters).collect()))
        }
        // A query without a single word must not be answered with everything.
        None if !asked.q.is_empty() => return Ok(Answer { query, problem, ..Answer::default() }),
        None => Ok(Plan::And(filters.collect())),
    };
    match planned {
        Ok(plan) => {
            let request = SearchRequest { plan, order: asked.order, limit: PAGE, after: asked.cursor };
            let (found, help) = search(app, face, (asked.q.clone(), query.clone()), request).await?;
            Ok(Answer { query, problem, found: Some(found), help })
        }
        Err(error) => {
            let error = error.placed_in(&asked.q, &app.lexicon);
            Ok(Answer { query, problem: Some(error), ..Answer::default() })
        }
    }
}

async fn search(
    app: &App,
    face: &Face,
    (typed, query): (String, Option<Query>),
    request: SearchRequest,
) -> Result<(SearchHits, Help), PageError> {
    let index = Arc::clone(&app.index);
    let answered = tokio::task::spawn_blocking(move || {
        let hits = index.search(&request)?;
        let first_page = query.as_ref().filter(|_| request.after.is_none());
        let help =
            first_page.map(|query| help(&index, (&typed, query, &request.plan), hits.total)).transpose()?;
        Ok::<_, IndexError>((hits, help.unwrap_or_default()))
    });
    let answered = answered.await;
    answered.map_err(|error| face.failed(&error))?.map_err(|error| face.failed(&error))
}
