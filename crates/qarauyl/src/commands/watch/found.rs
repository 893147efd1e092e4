//! What a query finds in the archive, judged version by version as the matcher judges.
//!
//! The index names the stories in which the query finds anything. It holds the newest version of each article alone; those
//! that were replaced are read from the store. Each version of the stories so found is then judged, from the first one on.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexer::{Cursor, Order, SearchRequest, TantivyIndex};
use jiff::Timestamp;
use matcher::{Judged, judged};
use model::{StoryId, VersionId};
use query::{Filter, Lexicon, Plan, Seen, evaluate};
use store::{Database, Explaining, VersionInContext};

/// How many hits the index is asked for at a time.
const PAGE: usize = 1_000;

/// How many replaced versions the store is asked for at a time.
const REPLACED: u32 = 200;

/// The archive, as far as it was seen in a window.
pub(super) struct Searched {
    pub(super) store: Arc<Database>,
    pub(super) index: Arc<TantivyIndex>,
    pub(super) lexicon: Arc<Lexicon>,
    /// When articles must have been seen first.
    pub(super) window: Option<Seen>,
}

impl Searched {
    /// Returns the versions that match and were seen in the window, oldest first, each with what would have been told.
    pub(super) async fn versions(&self, plan: &Plan) -> anyhow::Result<Vec<(VersionInContext, Judged)>> {
        let mut stories = self.indexed(plan)?;
        stories.extend(self.replaced(plan).await?);
        let mut found = Vec::new();
        for story in stories {
            let versions = self.store.story_versions(story).await?;
            let judged = judged(plan, &versions, &self.lexicon);
            found.extend(versions.into_iter().zip(judged).filter(|(context, judged)| {
                judged.hits.is_some()
                    && self.window.is_none_or(|window| window.holds(context.article.first_seen))
            }));
        }
        found.sort_by_key(|(context, _)| context.version.id.0);
        Ok(found)
    }

    /// Counts the articles whose newest version matches: quick, whatever it finds.
    pub(super) fn articles(&self, plan: &Plan) -> anyhow::Result<u64> {
        Ok(self.index.search(&self.request(plan, None, 1))?.total)
    }

    fn request(&self, plan: &Plan, after: Option<Cursor>, limit: usize) -> SearchRequest {
        let plan = match self.window {
            Some(seen) => Plan::And(vec![plan.clone(), Plan::Filter(Filter::Seen(seen))]),
            None => plan.clone(),
        };
        SearchRequest { plan, order: Order::Newest, limit, after }
    }

    /// The stories of all articles that the index finds.
    fn indexed(&self, plan: &Plan) -> anyhow::Result<BTreeSet<StoryId>> {
        let mut stories = BTreeSet::new();
        let mut after = None;
        loop {
            let page = self.index.search(&self.request(plan, after, PAGE))?;
            stories.extend(page.hits.iter().filter_map(|hit| hit.story));
            after = page.next;
            if after.is_none() {
                return Ok(stories);
            }
        }
    }

    /// The stories in which a version matches that was replaced since.
    async fn replaced(&self, plan: &Plan) -> anyhow::Result<BTreeSet<StoryId>> {
        let mut stories = BTreeSet::new();
        let mut after = VersionId(0);
        let since = self.window.and_then(|window| window.from).unwrap_or(Timestamp::UNIX_EPOCH);
        loop {
            let page = self.store.superseded_versions(after, since, REPLACED).await?;
            let Some(last) = page.last() else { return Ok(stories) };
            after = last.version.id;
            let seen = page
                .iter()
                .filter(|context| self.window.is_none_or(|window| window.holds(context.article.first_seen)));
            stories.extend(
                seen.filter(|context| matched_once(plan, context, &self.lexicon))
                    .filter_map(|context| context.article.story),
            );
        }
    }
}

/// Whether a version that was replaced may have matched as it stood: its page was there then, and perhaps not edited yet.
fn matched_once(plan: &Plan, context: &VersionInContext, lexicon: &Lexicon) -> bool {
    let mut document = context.document(lexicon);
    document.facts.removed = false;
    [false, true].into_iter().any(|edited| {
        document.facts.edited = edited;
        evaluate(plan, &document).is_some()
    })
}

#[cfg(test)]
mod tests {
    use indexer::IndexService;
    use jiff::SignedDuration;
    use matcher::MatchService;
    use model::FirstLook;
    use query::parse_watch;
    use store::{Step, Worker};
    use test_support::TestHouse;

    use super::*;

    /// Matches and indexes all that waits.
    async fn work(house: &TestHouse, index: &Arc<TantivyIndex>) {
        let config = matcher::Config { story_window: SignedDuration::from_hours(720) };
        let store = || Arc::<Database>::clone(&house.store);
        let matching = MatchService::new(store(), Arc::default(), house.clock.clone(), config);
        let matcher = Worker::new(matching, store(), house.clock.clone(), house.queue_config());
        while matcher.step().await.unwrap() == Step::Worked {}
        let indexing = IndexService::new(store(), Arc::clone(index));
        let indexer = Worker::new(indexing, store(), house.clock.clone(), house.queue_config());
        while indexer.step().await.unwrap() == Step::Worked {}
    }

    #[tokio::test]
    async fn a_story_is_found_by_a_version_that_was_replaced() {
        let house = TestHouse::open(FirstLook::Alert).await;
        let config = indexer::Config { directory: house.folder().join("index"), memory_bytes: 15_000_000 };
        let index = Arc::new(TantivyIndex::open(&config, Arc::default()).unwrap());
        house
            .publish(&[
                ("a", "Border", "Seven drivers were detained at the gate on Monday."),
                ("b", "Weather", "Snow fell on the pass for the third day in a row."),
            ])
            .await;
        work(&house, &index).await;
        house.edit(("a", "Border", "The gate was open on Monday, as it is on every day of the week.")).await;
        work(&house, &index).await;
        let searched =
            Searched { store: Arc::clone(&house.store), index, lexicon: Arc::default(), window: None };
        let found = async |text: &str| {
            let plan = query::plan(&parse_watch(text).unwrap(), &searched.lexicon).unwrap();
            let versions = searched.versions(&plan).await.unwrap();
            let found =
                versions.iter().map(|(context, judged)| (context.version.id.0, judged.told)).collect();
            (searched.articles(&plan).unwrap(), found)
        };
        let told: (u64, Vec<(i64, bool)>) = found("detained").await;
        assert_eq!(told, (0, vec![(1, true)]), "the index has the newest version alone");
        // It was not edited yet when it said so.
        assert_eq!(found("detained NOT is:edited").await, (0, vec![(1, true)]));
        assert_eq!(found("detained is:edited").await, (0, vec![]));
        assert_eq!(found("gate").await.1.len(), 2);
        let window = Some(Seen { from: Some(house.clock.now()), before: None });
        let later = Searched { window, ..searched };
        let plan = query::plan(&parse_watch("detained").unwrap(), &later.lexicon).unwrap();
        assert!(later.versions(&plan).await.unwrap().is_empty(), "seen before the window");
    }
}
