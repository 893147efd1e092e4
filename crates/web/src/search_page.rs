//! The search page: a form whose every filter stands in the address, hits in their own script and direction.

use askama::Template;
use axum::extract::{Query as Form, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use indexer::{Cursor, Order, SearchHit, SearchHits, SearchRequest};
use model::ArticleId;
use query::{Plan, parse_lenient, plan};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::error::{PageError, page};
use crate::marks::{Piece, pieces};

/// How many hits a page holds.
const PAGE: usize = 20;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    format: String,
    after: Option<i64>,
    after_article: Option<i64>,
}

#[derive(Template)]
#[template(path = "search.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a place of the template that is shown or not")]
struct SearchPage {
    q: String,
    best: bool,
    locked: bool,
    asked: bool,
    reading: String,
    problem: String,
    total: u64,
    hits: Vec<HitView>,
    facets: Vec<FacetView>,
    months: Vec<MonthView>,
    next: Option<String>,
}

struct HitView {
    title: Vec<Piece>,
    passage: Vec<Piece>,
    lang: &'static str,
    dir: &'static str,
    source: String,
    published: String,
    domain: String,
    from_feed: bool,
    link: String,
}

struct FacetView {
    name: &'static str,
    values: Vec<(String, u64, String)>,
}

struct MonthView {
    month: String,
    count: u64,
    x: usize,
    y: u64,
    height: u64,
}

/// The same as JSON.
#[derive(Serialize)]
struct SearchJson {
    query: String,
    problem: Option<String>,
    total: u64,
    hits: Vec<HitJson>,
}

#[derive(Serialize)]
struct HitJson {
    article: i64,
    title: String,
    passage: String,
    lang: &'static str,
    source: String,
    url: String,
    published: String,
    from_feed: bool,
}

pub(crate) async fn show(
    State(app): State<App>,
    Form(asked): Form<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let (query, error) = if asked.q.trim().is_empty() { (None, None) } else { parse_lenient(&asked.q) };
    let planned = query.as_ref().map(|query| plan(query, &app.lexicon));
    let mut problem = error.map(|error| error.to_string()).unwrap_or_default();
    let found = match planned {
        Some(Ok(plan)) => Some(search(&app, plan, &asked).await?),
        Some(Err(error)) => {
            problem = error.to_string();
            None
        }
        None => None,
    };
    let reading = query.map(|query| query.to_string()).unwrap_or_default();
    if asked.format == "json" || accepts_json(&headers) {
        return Ok(json(reading, problem, found.unwrap_or_default()));
    }
    Ok(page(&view(&app, asked, (reading, problem), found)))
}

fn accepts_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

async fn search(app: &App, plan: Plan, asked: &Asked) -> Result<SearchHits, PageError> {
    let order = if asked.order == "best" { Order::Best } else { Order::Newest };
    let after =
        asked.after.map(|value| Cursor { value, article: ArticleId(asked.after_article.unwrap_or(0)) });
    let request = SearchRequest { plan, order, limit: PAGE, after };
    let index = std::sync::Arc::clone(&app.index);
    let answered = tokio::task::spawn_blocking(move || index.search(&request)).await;
    answered.map_err(|error| PageError::failed(&error))?.map_err(|error| PageError::failed(&error))
}

fn view(
    app: &App,
    asked: Asked,
    (reading, problem): (String, String),
    found: Option<SearchHits>,
) -> SearchPage {
    let is_asked = found.is_some();
    let found = found.unwrap_or_default();
    let next = found.next.map(|cursor| {
        let order = if asked.order == "best" { "&order=best" } else { "" };
        format!("/?q={}{order}&after={}&after_article={}", encoded(&asked.q), cursor.value, cursor.article)
    });
    SearchPage {
        best: asked.order == "best",
        locked: app.locked,
        asked: is_asked,
        total: found.total,
        facets: facets(&found, &asked.q),
        months: months(&found.facets.months),
        hits: found.hits.into_iter().map(|hit| hit_view(hit, &asked.q)).collect(),
        q: asked.q,
        reading,
        problem,
        next,
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn hit_view(hit: SearchHit, q: &str) -> HitView {
    let domain =
        url::Url::parse(&hit.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    HitView {
        title: pieces(&hit.title, &hit.title_marks),
        passage: pieces(&hit.passage, &hit.passage_marks),
        lang: hit.lang.as_str(),
        dir: hit.lang.direction().as_str(),
        source: hit.source_name,
        published: hit.published.strftime("%Y-%m-%d").to_string(),
        domain,
        from_feed: hit.from_feed,
        link: format!("/articles/{}?q={}", hit.article, encoded(q)),
    }
}

fn facets(found: &SearchHits, q: &str) -> Vec<FacetView> {
    let narrowed = |field: &str, value: &str| format!("/?q={}", encoded(&format!("({q}) {field}:{value}")));
    let view = |name, field: &str, values: &[(String, u64)]| FacetView {
        name,
        values: values
            .iter()
            .take(12)
            .map(|(value, count)| (value.clone(), *count, narrowed(field, value)))
            .collect(),
    };
    vec![
        view("Language", "lang", &found.facets.langs),
        view("Source", "source", &found.facets.sources),
        view("Country", "country", &found.facets.countries),
        view("Kind", "kind", &found.facets.kinds),
    ]
}

/// Bars of a chart 60 units high.
fn months(counts: &[(String, u64)]) -> Vec<MonthView> {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let last = counts.iter().rev().take(36).rev();
    last.enumerate()
        .map(|(at, (month, count))| {
            let height = (count * 60 / most).max(1);
            MonthView { month: month.clone(), count: *count, x: at * 16, y: 60 - height, height }
        })
        .collect()
}

fn json(query: String, problem: String, found: SearchHits) -> Response {
    let hit = |hit: SearchHit| HitJson {
        article: hit.article.0,
        title: hit.title,
        passage: hit.passage,
        lang: hit.lang.as_str(),
        source: hit.source,
        url: hit.url,
        published: hit.published.to_string(),
        from_feed: hit.from_feed,
    };
    let problem = Some(problem).filter(|problem| !problem.is_empty());
    let answer =
        SearchJson { query, problem, total: found.total, hits: found.hits.into_iter().map(hit).collect() };
    let text = serde_json::to_string(&answer).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}
