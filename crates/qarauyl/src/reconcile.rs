//! Compares, every night, what was matched with what a search of the archive finds: the two mean the same, so that a
//! difference is a version that was missed.
//!
//! What is missing is matched again; what no search finds is only counted, for somebody was told of it. Only numbers are
//! kept and logged.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use indexer::{Order, SearchRequest, TantivyIndex};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use matcher::Watchlist;
use model::{ArticleId, Clock, VersionId, Watch, WatchId};
use query::{Filter, Lexicon, Plan, midnight, plan_watch};
use serde::Deserialize;
use store::{Failed, Handler, Job, JobKind, LedgerVersion, Matching, Reconciliation, Reconciling};

use crate::house::House;

/// Articles that one page of a search holds.
const PAGE: usize = 1_000;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The `[reconcile]` section of the settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// At which time of the team's day.
    pub(crate) at: Time,
    /// Over how many days.
    pub(crate) days: u32,
}

/// What is compared.
#[derive(Clone)]
pub(crate) struct Reconciler {
    pub(crate) store: Arc<store::Database>,
    pub(crate) index: Arc<TantivyIndex>,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) clock: Clock,
}

/// The comparison as it is made every night.
#[derive(Debug)]
pub(crate) struct Nightly {
    pub(crate) reconciler: Reconciler,
    pub(crate) config: Config,
    pub(crate) zone: TimeZone,
}

/// A watch, the revision from which on the list has it, and what it looks for.
type Planned = (WatchId, i64, Plan);

/// What the two say of the same versions.
#[derive(Debug, Default, PartialEq, Eq)]
struct Difference {
    /// Pairs that the ledger lacks.
    missing: u64,
    /// The versions of these.
    versions: BTreeSet<VersionId>,
    /// Pairs that the ledger alone has.
    superfluous: u64,
}

impl fmt::Debug for Reconciler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reconciler")
    }
}

impl Reconciler {
    /// Compares what a house's store and index hold.
    pub(crate) fn new(house: &House, index: Arc<TantivyIndex>, lexicon: Arc<Lexicon>) -> Self {
        Self { store: Arc::clone(&house.store), index, lexicon, clock: house.clock.clone() }
    }

    /// Compares the versions of the last days, and has those matched again that were missed.
    pub(crate) async fn compare(&self, days: u32) -> anyhow::Result<Reconciliation> {
        let now = self.clock.now();
        let since =
            now.checked_sub(DAY * i32::try_from(days).unwrap_or(i32::MAX)).unwrap_or(Timestamp::UNIX_EPOCH);
        let watches: Vec<Planned> = planned(self.store.revised_watches().await?, &self.lexicon);
        let versions = self.store.versions_since(since).await?;
        let ledger: HashSet<(WatchId, VersionId)> =
            self.store.matches_since(since).await?.into_iter().collect();
        let found = self.found(&watches, &versions, since).await?;
        let difference = difference(&watches, &versions, &ledger, &found);
        let again: Vec<VersionId> = difference.versions.into_iter().collect();
        self.store.match_again(&again, now).await?;
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Ok(Reconciliation {
            at: now,
            days,
            watches: count(watches.len()),
            versions: count(versions.len()),
            missing: difference.missing,
            superfluous: difference.superfluous,
        })
    }

    /// Returns the versions since then that can be compared, and which of them a search finds for which watch.
    pub(crate) async fn answers(
        &self,
        since: Timestamp,
    ) -> anyhow::Result<(BTreeSet<VersionId>, HashSet<(WatchId, VersionId)>)> {
        let watches: Vec<Planned> = planned(self.store.revised_watches().await?, &self.lexicon);
        let versions = self.store.versions_since(since).await?;
        let found = self.found(&watches, &versions, since).await?;
        Ok((versions.iter().map(|version| version.version).collect(), found))
    }

    /// What the archive has for each watch among these versions: by a search from their first day on, and by reading
    /// those that say they are older.
    async fn found(
        &self,
        watches: &[Planned],
        versions: &[LedgerVersion],
        since: Timestamp,
    ) -> anyhow::Result<HashSet<(WatchId, VersionId)>> {
        let day = since.to_zoned_datetime(TimeZone::UTC).date();
        let first = midnight(day);
        let of_article: HashMap<ArticleId, VersionId> = versions
            .iter()
            .filter(|version| version.published >= first)
            .map(|version| (version.article, version.version))
            .collect();
        let mut found = HashSet::new();
        for (watch, _, wanted) in watches {
            let wanted = Plan::And(vec![Plan::Filter(Filter::After(day)), wanted.clone()]);
            let index = Arc::clone(&self.index);
            let articles = apart(move || articles(&index, wanted)).await??;
            found.extend(
                articles.iter().filter_map(|article| of_article.get(article)).map(|one| (*watch, *one)),
            );
        }
        let list = Arc::new(Watchlist::new(watches.iter().map(|(watch, _, plan)| (*watch, plan.clone()))));
        for version in versions.iter().filter(|version| version.published < first) {
            let Some(context) = self.store.version(version.version).await? else { continue };
            let (list, lexicon) = (Arc::clone(&list), Arc::clone(&self.lexicon));
            let matching = apart(move || list.matching(&context.document(&lexicon))).await?;
            found.extend(matching.into_iter().map(|watch| (watch, version.version)));
        }
        Ok(found)
    }
}

/// A watch that cannot be read is said where it is matched.
fn planned(watches: Vec<(Watch, i64)>, lexicon: &Lexicon) -> Vec<Planned> {
    let planned = |(watch, since): (Watch, i64)| {
        let plan = plan_watch(&watch.query, lexicon).ok()?;
        Some((watch.id, since, plan))
    };
    watches.into_iter().filter_map(planned).collect()
}

/// Returns all articles that a search finds.
fn articles(index: &TantivyIndex, plan: Plan) -> anyhow::Result<Vec<ArticleId>> {
    let mut request = SearchRequest { plan, order: Order::Newest, limit: PAGE, after: None };
    let mut found = Vec::new();
    loop {
        let page = index.search(&request).context("the index cannot be searched")?;
        found.extend(page.hits.iter().map(|hit| hit.article));
        let Some(next) = page.next else { return Ok(found) };
        request.after = Some(next);
    }
}

fn difference(
    watches: &[Planned],
    versions: &[LedgerVersion],
    ledger: &HashSet<(WatchId, VersionId)>,
    found: &HashSet<(WatchId, VersionId)>,
) -> Difference {
    let mut difference = Difference::default();
    for (watch, since, _) in watches {
        // A version that was matched before there was the watch is no business of its.
        for version in versions.iter().filter(|version| version.revision >= *since) {
            let pair = (*watch, version.version);
            match (found.contains(&pair), ledger.contains(&pair)) {
                (true, false) => {
                    difference.missing += 1;
                    difference.versions.insert(version.version);
                }
                (false, true) => difference.superfluous += 1,
                _ => {}
            }
        }
    }
    difference
}

impl Nightly {
    /// Returns when the next comparison is due.
    pub(crate) fn next(&self, now: Timestamp) -> Timestamp {
        next_at(self.config.at, &self.zone, now)
    }
}

fn next_at(at: Time, zone: &TimeZone, now: Timestamp) -> Timestamp {
    let today = now.to_zoned_datetime(zone.clone()).date();
    let days = [Some(today), today.tomorrow().ok()];
    let due = days.into_iter().flatten().filter_map(|day| zone.to_timestamp(day.to_datetime(at)).ok());
    due.into_iter().find(|due| *due > now).unwrap_or(now + DAY)
}

#[async_trait]
impl Handler for Nightly {
    const KIND: JobKind = JobKind::Reconcile;

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            let found =
                self.reconciler.compare(self.config.days).await.map_err(|error| Failed::passing(&error))?;
            let Reconciliation { days, watches, versions, missing, superfluous, at } = found;
            if missing + superfluous == 0 {
                tracing::info!(days, watches, versions, "the ledger and the archive agree");
            } else {
                tracing::warn!(
                    days,
                    watches,
                    versions,
                    missing,
                    superfluous,
                    "the ledger and the archive differed: what was missing is matched again"
                );
            }
            self.reconciler.store.keep_reconciliation(&found, Some((job, self.next(at)))).await?;
        }
        Ok(())
    }
}

/// Runs a computation off the runtime's own threads. What a panic says may quote a text: it is not passed on.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| anyhow::anyhow!("a comparison panicked"))
}

#[cfg(test)]
mod tests;
