//! What the team thinks of a story: marks and notes, sealed. They change nothing in what is matched or mailed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use model::{ArticleId, Mark, StoryFacts, StoryId};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::matching::facts_of;
use crate::rows::{millis, time};
use crate::{Database, StoreError};

/// What was said of a story. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Remark {
    /// It was given a mark, or its mark was taken away.
    Marked(Option<Mark>),
    /// Somebody wrote a note.
    Noted(String),
}

impl std::fmt::Debug for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Remark(…)")
    }
}

/// A remark, when it was made, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remarked {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: String,
    /// What.
    pub remark: Remark,
}

/// An article of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryArticle {
    /// Its number.
    pub id: ArticleId,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// The headline of its newest version.
    pub title: String,
    /// The name of its outlet.
    pub source_name: String,
    /// Its address.
    pub url: String,
}

/// A story with its articles and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryRecord {
    /// What is known of it as a whole.
    pub facts: StoryFacts,
    /// Its articles, the first seen first; a hundred at most.
    pub articles: Vec<StoryArticle>,
    /// What was said of it, oldest first.
    pub remarks: Vec<Remarked>,
}

/// What the story commands and pages need.
#[async_trait]
pub trait Remarking: Send + Sync {
    /// Returns a story with its articles and remarks.
    async fn story(&self, story: StoryId) -> Result<Option<StoryRecord>, StoreError>;

    /// Keeps a remark on a story; answers whether there is one of that number.
    async fn remark(&self, story: StoryId, remark: &Remark, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns all that was said of a story, oldest first.
    async fn remarks_on(&self, story: StoryId) -> Result<Vec<Remarked>, StoreError>;

    /// Returns the stories that were spoken of, each with its mark, if it has one now.
    async fn marks(&self) -> Result<BTreeMap<StoryId, Option<Mark>>, StoreError>;
}

/// A remark as it lies, sealed, in `remarks.remark_sealed`.
#[derive(Serialize, Deserialize)]
struct RemarkRow {
    person: String,
    /// A mark that this version does not know counts as none.
    mark: Option<String>,
    /// None where it is about the mark.
    note: Option<String>,
}

impl RemarkRow {
    fn into_remark(self) -> (String, Remark) {
        let remark = match self.note {
            Some(note) => Remark::Noted(note),
            None => Remark::Marked(self.mark.and_then(|mark| mark.parse().ok())),
        };
        (self.person, remark)
    }
}

#[async_trait]
impl Remarking for Database {
    async fn story(&self, story: StoryId) -> Result<Option<StoryRecord>, StoreError> {
        let Some(facts) = facts_of(self.readers(), story).await? else { return Ok(None) };
        let rows = sqlx::query(
            "select a.id as id, a.first_seen as first_seen, a.url as url, v.title as title, s.name as name
             from articles a join versions v on v.id = a.latest_version join sources s on s.id = a.source
             where a.story = $1 order by a.first_seen, a.id limit 100",
        )
        .bind(story.0)
        .fetch_all(self.readers())
        .await?;
        let article = |row: &AnyRow| -> Result<StoryArticle, StoreError> {
            Ok(StoryArticle {
                id: ArticleId(row.try_get("id")?),
                first_seen: time(row.try_get("first_seen")?),
                title: row.try_get("title")?,
                source_name: row.try_get("name")?,
                url: row.try_get("url")?,
            })
        };
        let articles = rows.iter().map(article).collect::<Result<_, _>>()?;
        Ok(Some(StoryRecord { facts, articles, remarks: self.remarks_on(story).await? }))
    }

    async fn remark(&self, story: StoryId, remark: &Remark, now: Timestamp) -> Result<bool, StoreError> {
        let (mark, note) = match remark {
            Remark::Marked(mark) => (mark.map(|mark| mark.as_str().to_owned()), None),
            Remark::Noted(note) => (None, Some(note.clone())),
        };
        let row = RemarkRow { person: self.person.clone(), mark, note };
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "insert into remarks (story, at, remark_sealed) select id, $2, $3 from stories where id = $1",
        )
        .bind(story.0)
        .bind(millis(now))
        .bind(self.seal("remarks.remark", &row)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn remarks_on(&self, story: StoryId) -> Result<Vec<Remarked>, StoreError> {
        let rows = sqlx::query("select at, remark_sealed from remarks where story = $1 order by id")
            .bind(story.0)
            .fetch_all(self.readers())
            .await?;
        let remarked = |row: &AnyRow| -> Result<Remarked, StoreError> {
            let sealed: RemarkRow = self.open_sealed("remarks.remark", row.try_get("remark_sealed")?)?;
            let (person, remark) = sealed.into_remark();
            Ok(Remarked { at: time(row.try_get("at")?), person, remark })
        };
        rows.iter().map(remarked).collect()
    }

    async fn marks(&self) -> Result<BTreeMap<StoryId, Option<Mark>>, StoreError> {
        self.sealer()?;
        let rows = sqlx::query("select story, remark_sealed from remarks order by id")
            .fetch_all(self.readers())
            .await?;
        let mut marks = BTreeMap::new();
        for row in rows {
            let sealed: RemarkRow = self.open_sealed("remarks.remark", row.try_get("remark_sealed")?)?;
            let mark = marks.entry(StoryId(row.try_get("story")?)).or_insert(None);
            if let (_, Remark::Marked(now)) = sealed.into_remark() {
                *mark = now;
            }
        }
        Ok(marks)
    }
}
