//! What a query would have told in the last 30 days, in short: shown when a watch is added or edited.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use matcher::Judged;
use model::StoryId;
use query::{Lexicon, Plan, Query, Seen};
use serde::Serialize;
use store::{HouseCounts, Reading, VersionInContext};

use super::found::Searched;
use crate::house::House;

/// Over how many days.
const DAYS: i32 = 30;

/// More stories a day than anybody reads.
const FLOOD: u32 = 20;

/// So many articles are judged one by one; where the index finds more, they are only counted.
const JUDGED: u64 = 2_000;

/// So many stories are shown.
const SHOWN: usize = 5;

/// What a query would have told.
#[derive(Serialize)]
pub(super) struct Trial {
    days: i32,
    /// Articles of that time in the archive.
    archive: u64,
    /// Articles that the index finds.
    articles: u64,
    /// Stories that match; none when there are too many to be judged.
    stories: Option<usize>,
    /// What of them would have been told.
    alerts: Option<usize>,
    /// Stories to be told a day, or articles, where these were only counted; none where all is backlog.
    a_day: Option<f64>,
    /// The newest stories.
    newest: Vec<Example>,
    /// Texts of the query that no article of the archive has.
    finds_nothing: Vec<String>,
    /// Words that may have been meant by these.
    did_you_mean: Vec<String>,
    /// What is to be done about it.
    advice: Option<&'static str>,
}

/// A story, by an article of it that matches.
#[derive(Serialize, Clone)]
pub(super) struct Example {
    seen: String,
    title: String,
    source: String,
}

/// The versions of the last days that match, and the archive that they come from.
pub(super) struct Bench {
    searched: Searched,
    counts: HouseCounts,
    now: Timestamp,
}

impl Bench {
    pub(super) async fn open(house: &House, lexicon: Arc<Lexicon>) -> anyhow::Result<Self> {
        let now = house.clock.now();
        let from = now.checked_sub(SignedDuration::from_hours(24) * DAYS).unwrap_or(Timestamp::UNIX_EPOCH);
        let index = house.index(&lexicon)?;
        let window = Some(Seen { from: Some(from), before: None });
        let searched = Searched { store: Arc::clone(&house.store), index, lexicon, window };
        Ok(Self { searched, counts: house.store.counts().await?, now })
    }

    /// Tries a query of a watch.
    pub(super) async fn trial(&self, query: &Query, plan: &Plan) -> anyhow::Result<Trial> {
        let articles = self.searched.articles(plan)?;
        let archive = self.searched.articles(&Plan::And(Vec::new()))?;
        let clauses = self.searched.index.clause_counts(plan).context("its terms cannot be looked for")?;
        let dead = query.clauses().into_iter().zip(clauses).filter(|(_, found)| *found == 0);
        let finds_nothing: Vec<String> =
            if self.is_empty() { Vec::new() } else { dead.map(|(clause, _)| clause.to_string()).collect() };
        let did_you_mean = self.searched.index.respellings(&finds_nothing.join(" "))?;
        let versions = if articles > JUDGED { None } else { Some(self.searched.versions(plan).await?) };
        let told = versions.as_ref().map(|versions| versions.iter().filter(|(_, one)| one.told).count());
        let stories = versions.as_deref().map(by_story);
        let a_day = match (&stories, told) {
            (None, _) => Some(rate(articles, self.days())),
            (Some(stories), Some(0)) if !stories.is_empty() => None,
            (Some(_), told) => Some(rate(u64::try_from(told.unwrap_or(0))?, self.days())),
        };
        Ok(Trial {
            days: DAYS,
            archive,
            articles,
            alerts: told,
            advice: advice(stories.as_ref().map(BTreeMap::len), archive, a_day),
            newest: stories.as_ref().map(newest).unwrap_or_default(),
            stories: stories.map(|stories| stories.len()),
            a_day,
            finds_nothing,
            did_you_mean: did_you_mean.into_iter().map(|one| one.word).collect(),
        })
    }

    /// Returns the stories that a query finds, each by an example; none when there are too many to be judged.
    pub(super) async fn stories(
        &self,
        plan: &Plan,
    ) -> anyhow::Result<Option<BTreeMap<Option<StoryId>, Example>>> {
        if self.searched.articles(plan)? > JUDGED {
            return Ok(None);
        }
        Ok(Some(by_story(&self.searched.versions(plan).await?)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.articles == 0
    }

    /// For how many days there has been an archive, at most those of a trial.
    fn days(&self) -> u32 {
        let begun = self.counts.first_seen.unwrap_or(self.now);
        let days = self.now.duration_since(begun).as_hours() / 24 + 1;
        u32::try_from(days.clamp(1, i64::from(DAYS))).unwrap_or(1)
    }
}

/// Each story with the newest version in it that matches.
fn by_story(versions: &[(VersionInContext, Judged)]) -> BTreeMap<Option<StoryId>, Example> {
    let example = |(context, _): &(VersionInContext, Judged)| {
        let seen = context.article.first_seen.to_string().get(..10).unwrap_or_default().to_owned();
        let (title, source) = (context.version.title.clone(), context.source.name.clone());
        (context.article.story, Example { seen, title, source })
    };
    versions.iter().map(example).collect()
}

/// The newest stories, the newest first.
pub(super) fn newest(stories: &BTreeMap<Option<StoryId>, Example>) -> Vec<Example> {
    let mut stories: Vec<(&Option<StoryId>, &Example)> = stories.iter().collect();
    stories.sort_by(|(a, one), (b, other)| (&other.seen, b).cmp(&(&one.seen, a)));
    stories.into_iter().take(SHOWN).map(|(_, example)| example.clone()).collect()
}

/// How many a day, to one decimal.
fn rate(count: u64, days: u32) -> f64 {
    let tenths = count.saturating_mul(10) / u64::from(days.max(1));
    f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
}

fn advice(stories: Option<usize>, archive: u64, a_day: Option<f64>) -> Option<&'static str> {
    if a_day.is_some_and(|a_day| a_day > f64::from(FLOOD)) {
        return Some(
            "That is more than anybody reads: narrow it by AND, a phrase, NEAR/5 or a fact such as lang:kk or kind:state, \
             and try it with `qarauyl watch test`; or let subscribers have --mode counts.",
        );
    }
    (stories == Some(0) && archive > 0).then_some(
        "It finds nothing: look which words articles have with `qarauyl search WORD --words`, use OR for other spellings, or \
         a name of the lexicon with @. Where it waits for what has not happened yet, that is as it should be.",
    )
}

/// The lines that name some stories.
pub(super) fn lines(examples: &[Example]) -> impl Iterator<Item = String> {
    examples.iter().map(|Example { seen, title, source }| format!("  {seen}  {title} ({source})"))
}

impl Trial {
    pub(super) fn plain(&self) -> String {
        if self.archive == 0 {
            return format!(
                "No article has been read in {} days, so that nothing can be said of what it would tell: `qarauyl run` reads, and `qarauyl watch test` shows it later.",
                self.days
            );
        }
        let a_day = self.a_day.map_or_else(String::new, |a_day| format!(", about {a_day} a day"));
        let mut text = vec![match (self.stories, self.alerts) {
            (Some(1), Some(alerts)) => {
                format!("In {} days it would have matched 1 story and told {alerts}{a_day}.", self.days)
            }
            (Some(stories), Some(alerts)) => {
                format!(
                    "In {} days it would have matched {stories} stories and told {alerts}{a_day}.",
                    self.days
                )
            }
            _ => format!(
                "In {} days it would have matched {} articles{a_day}: too many to be judged one by one.",
                self.days, self.articles
            ),
        }];
        text.extend(lines(&self.newest));
        if self.stories.is_some_and(|stories| stories > 0) && self.a_day.is_none() {
            text.push(
                "All that it found is backlog, which is not told; how much it will tell cannot be said yet."
                    .to_owned(),
            );
        }
        text.extend(self.finds_nothing.iter().map(|clause| format!("No article has: {clause}")));
        text.extend(self.did_you_mean.iter().map(|word| format!("Did you mean {word}?")));
        text.extend(self.advice.map(str::to_owned));
        text.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_and_a_query_that_finds_nothing_are_advised_upon() {
        let check = |stories, archive, a_day, word: &str| {
            let said = advice(stories, archive, a_day).unwrap_or_default();
            assert!(if word.is_empty() { said.is_empty() } else { said.contains(word) }, "{said}");
        };
        check(Some(700), 9_000, Some(23.3), "narrow");
        check(None, 9_000, Some(300.0), "narrow");
        check(Some(0), 9_000, Some(0.0), "finds nothing");
        check(Some(0), 0, Some(0.0), "");
        check(Some(9), 9_000, Some(0.3), "");
        check(Some(9), 9_000, None, "");
    }

    #[test]
    fn a_rate_is_told_over_the_days_that_there_were() {
        assert!((rate(14, 30) - 0.4).abs() < f64::EPSILON);
        assert!((rate(3, 0) - 3.0).abs() < f64::EPSILON);
    }
}
