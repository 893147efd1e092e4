//! Answers a search: all that matches is counted, one page of it is shown.

use model::ArticleId;
use query::Plan;
use tantivy::Searcher;

use crate::best::best;
use crate::build::Build;
use crate::compile::{compile, ranking};
use crate::expansion::Expansion;
use crate::gather::{Found, Gather, Gathered, Newest};
use crate::page::Page;
use crate::statistics::Statistics;
use crate::{Cursor, IndexError, Order, SearchHits, SearchRequest};

/// Most hits of a page.
const MOST: usize = 1_000;

/// One search over one snapshot of the index.
struct Search<'a> {
    searcher: &'a Searcher,
    statistics: Statistics<'a>,
    build: &'a Build,
    request: &'a SearchRequest,
    expansion: Expansion,
}

/// Runs `request`.
pub(crate) fn search(
    searcher: &Searcher,
    build: &Build,
    request: &SearchRequest,
) -> Result<SearchHits, IndexError> {
    let (statistics, expansion) =
        (Statistics::of(searcher, &build.terms), Expansion::of(&request.plan, &build.terms));
    let search = Search { searcher, statistics, build, request, expansion };
    let unheard = request.plan.is_heard().then(|| request.plan.unheard());
    // Hits that do not come in the order of time alone are paged by their number.
    if request.order == Order::Best || unheard.is_some() {
        search.by_number(unheard.as_ref())
    } else {
        search.by_time()
    }
}

/// Returns the articles that answer best, each with its score; nothing is counted and nothing is shown.
pub(crate) fn ranked(
    searcher: &Searcher,
    build: &Build,
    plan: &Plan,
    most: usize,
) -> Result<Vec<(ArticleId, f32)>, IndexError> {
    let statistics = Statistics::of(searcher, &build.terms);
    let ranking = ranking(plan, (&statistics, &build.fields), &Expansion::of(plan, &build.terms))?;
    let found = best(searcher, &build.facts, &ranking, most)?;
    Ok(found.iter().map(|one| (article_of(one), one.score)).collect())
}

pub(crate) fn article_of(found: &Found) -> ArticleId {
    ArticleId(i64::try_from(found.article).unwrap_or(i64::MAX))
}

impl Search<'_> {
    fn by_time(&self) -> Result<SearchHits, IndexError> {
        let limit = self.request.limit.min(MOST);
        let after = |cursor: Cursor| (cursor.value, u64::try_from(cursor.article.0).unwrap_or(0));
        // One more than is shown tells whether there is another page.
        let newest = Newest { most: limit + 1, after: self.request.after.map(after) };
        let gathered = self.gather(&self.request.plan, newest, true)?;
        let shown = gathered.newest.get(..limit.min(gathered.newest.len())).unwrap_or_default();
        let next = shown.last().filter(|_| gathered.newest.len() > limit);
        let next = next.map(|last| Cursor { value: last.published, article: article_of(last) });
        self.hits(&gathered, shown, next)
    }

    /// What was only heard comes last.
    fn by_number(&self, unheard: Option<&Plan>) -> Result<SearchHits, IndexError> {
        let gathered = self.gather(&self.request.plan, Newest { most: 0, after: None }, true)?;
        let total = usize::try_from(gathered.total()).unwrap_or(usize::MAX);
        let start =
            self.request.after.map_or(0, |cursor| usize::try_from(cursor.value).unwrap_or(0)).min(total);
        let end = start.saturating_add(self.request.limit.min(MOST)).min(total);
        let mut found = self.top(unheard.unwrap_or(&self.request.plan), end)?;
        if let Some(unheard) = unheard.filter(|_| found.len() < end) {
            let heard = Plan::And(vec![self.request.plan.clone(), Plan::Not(Box::new(unheard.clone()))]);
            let more = self.top(&heard, end - found.len())?;
            found.extend(more.into_iter().map(|one| Found { heard: true, ..one }));
        }
        let shown = found.get(start.min(found.len())..end.min(found.len())).unwrap_or_default();
        let next = shown.last().filter(|_| end < total);
        let value = i64::try_from(end).unwrap_or(i64::MAX);
        let next = next.map(|last| Cursor { value, article: article_of(last) });
        self.hits(&gathered, shown, next)
    }

    /// Returns the first documents in the order that is asked for.
    fn top(&self, plan: &Plan, most: usize) -> Result<Vec<Found>, IndexError> {
        Ok(match self.request.order {
            Order::Newest => self.gather(plan, Newest { most, after: None }, false)?.newest,
            Order::Best => {
                let ranking = ranking(plan, (&self.statistics, &self.build.fields), &self.expansion)?;
                best(self.searcher, &self.build.facts, &ranking, most)?
            }
        })
    }

    fn gather(&self, plan: &Plan, newest: Newest, counted: bool) -> Result<Gathered, IndexError> {
        let query = compile(plan, (&self.statistics, &self.build.fields), &self.expansion)?;
        let facts = self.build.facts.of(self.searcher)?;
        Ok(self.searcher.search(&*query, &Gather { newest, facts, counted })?)
    }

    fn hits(
        &self,
        gathered: &Gathered,
        shown: &[Found],
        next: Option<Cursor>,
    ) -> Result<SearchHits, IndexError> {
        let Self { searcher, build, request, expansion, .. } = self;
        let page = Page { searcher, fields: &build.fields, plan: &request.plan, expansion };
        Ok(SearchHits {
            total: gathered.total(),
            hits: page.hits(shown)?,
            facets: build.facts.facets(&gathered.counted),
            next,
        })
    }
}
