//! What pages and commands show: articles with versions and captures, sources with their states, counts.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{
    AlertId, Article, ArticleId, CaptureLocation, EndpointKind, EndpointState, Presence, Source, StoryFacts,
    SubscriberId, Version, WatchId,
};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row};

use crate::extracting::RULE_IS_EMPTY;
use crate::matching::facts_of;
use crate::rows::{
    ARTICLE_COLUMNS, CAPTURE_COLUMNS, SOURCE_COLUMNS, VERSION_COLUMNS, article_of, location_of, maybe_time,
    source_of, time, version_of, word,
};
use crate::{Database, LookRecord, Looking, StoreError};

/// An article with all that was kept of it.
#[derive(Debug, Clone)]
pub struct ArticleRecord {
    /// The article.
    pub article: Article,
    /// Its source.
    pub source: Source,
    /// Its versions, newest first.
    pub versions: Vec<Version>,
    /// Its captures, newest first.
    pub captures: Vec<CaptureRecord>,
    /// How it stands at its outlet, and since when.
    pub presence: (Presence, Option<Timestamp>),
    /// The later looks at its page, newest first.
    pub looks: Vec<LookRecord>,
    /// What is known of its story.
    pub story: Option<StoryFacts>,
    /// Other articles of its story, with title and source name.
    pub copies: Vec<(ArticleId, String, String)>,
}

/// A capture, as evidence names it.
#[derive(Debug, Clone)]
pub struct CaptureRecord {
    /// When the exchange began.
    pub fetched: Timestamp,
    /// The HTTP status.
    pub status: u16,
    /// SHA-256 of the payload as received.
    pub payload_sha256: String,
    /// Where it lies.
    pub location: CaptureLocation,
}

/// An endpoint with its source and state.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    /// The source.
    pub source: Source,
    /// What is found at the endpoint.
    pub endpoint_kind: EndpointKind,
    /// The endpoint's address.
    pub endpoint_url: String,
    /// How it does.
    pub state: EndpointState,
    /// Why, in plain words.
    pub reason: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// When it was last asked.
    pub last_polled: Option<Timestamp>,
    /// When it last answered with something readable.
    pub last_read: Option<Timestamp>,
    /// How many articles its source has given.
    pub articles: u64,
}

/// A story that somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The watch that matched.
    pub watch: WatchId,
    /// Who was told.
    pub subscriber: SubscriberId,
    /// The story, named by the first of its articles' addresses.
    pub story: String,
    /// In how many mails: more than one when the story had news.
    pub mails: u64,
}

/// How much there is of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseCounts {
    /// Canonical URLs.
    pub articles: u64,
    /// HTTP exchanges of article pages.
    pub captures: u64,
    /// Texts.
    pub versions: u64,
    /// Groups of near-duplicates.
    pub stories: u64,
    /// Articles of which only the feed's text could be read.
    pub from_feed: u64,
    /// Rows of the ledger.
    pub matches: u64,
    /// Things to be told.
    pub alerts: u64,
    /// Mails that a server or the outbox took.
    pub mails: u64,
    /// When the first article was seen.
    pub first_seen: Option<Timestamp>,
}

/// What pages and commands need.
#[async_trait]
pub trait Reading: Send + Sync {
    /// Returns an article with all that was kept of it.
    async fn article(&self, id: ArticleId) -> Result<Option<ArticleRecord>, StoreError>;

    /// Returns the article that an alert names.
    async fn article_of_alert(&self, alert: AlertId) -> Result<Option<ArticleId>, StoreError>;

    /// Lists all configured endpoints with their states, by source.
    async fn source_records(&self) -> Result<Vec<SourceRecord>, StoreError>;

    /// Returns what was told to whom, and in how many mails.
    async fn tellings(&self) -> Result<Vec<Telling>, StoreError>;

    /// Returns the address and the newest text's hash of every article, by address.
    async fn texts(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Returns the captures that were kept last, the newest first, `count` at most.
    async fn newest_captures(&self, count: u32) -> Result<Vec<CaptureRecord>, StoreError>;

    /// Counts everything.
    async fn counts(&self) -> Result<HouseCounts, StoreError>;
}

#[async_trait]
impl Reading for Database {
    async fn article(&self, id: ArticleId) -> Result<Option<ArticleRecord>, StoreError> {
        let sql = format!(
            "select {ARTICLE_COLUMNS}, {SOURCE_COLUMNS} from articles a join sources s on s.id = a.source where a.id = $1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_optional(self.readers()).await?;
        let Some(row) = row else { return Ok(None) };
        let article = article_of(&row)?;
        let story = match article.story {
            Some(story) => facts_of(self.readers(), story).await?,
            None => None,
        };
        let (presence, since, looks) = self.looks(id).await?;
        Ok(Some(ArticleRecord {
            presence: (presence, since),
            looks,
            story,
            source: source_of(&row)?,
            versions: self.versions_of(id).await?,
            captures: self.captures_of(id).await?,
            copies: self.copies_of(&article).await?,
            article,
        }))
    }

    async fn article_of_alert(&self, alert: AlertId) -> Result<Option<ArticleId>, StoreError> {
        let row = sqlx::query("select article from alerts where id = $1")
            .bind(alert.0)
            .fetch_optional(self.readers())
            .await?;
        row.map(|row| Ok(ArticleId(row.try_get("article")?))).transpose()
    }

    async fn source_records(&self) -> Result<Vec<SourceRecord>, StoreError> {
        let sql = format!(
            "select {SOURCE_COLUMNS}, e.kind as e_kind, e.url as e_url, e.state as e_state, e.state_reason as e_reason,
             e.state_since as e_since, e.last_polled as e_last_polled, e.last_read as e_last_read,
             s.rule_empty_since as s_rule_empty_since,
             (select count(*) from articles a where a.source = s.id) as articles
             from sources s join endpoints e on e.source = s.id where e.configured = 1 order by s.id, e.id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(self.readers()).await?;
        rows.iter().map(source_record_of).collect()
    }

    async fn tellings(&self) -> Result<Vec<Telling>, StoreError> {
        let rows = sqlx::query(
            "select a.watch as watch, t.subscriber as subscriber, count(distinct t.digest) as mails,
             (select min(x.url) from articles x where x.story = a.story) as story
             from tellings t join alerts a on a.id = t.alert where t.digest > 0 group by a.watch, t.subscriber, a.story
             order by a.watch, t.subscriber, a.story",
        )
        .fetch_all(self.readers())
        .await?;
        let telling = |row: &AnyRow| -> Result<Telling, StoreError> {
            Ok(Telling {
                watch: WatchId(row.try_get("watch")?),
                subscriber: SubscriberId(row.try_get("subscriber")?),
                story: row.try_get("story")?,
                mails: u64::try_from(row.try_get::<i64, _>("mails")?).unwrap_or(0),
            })
        };
        rows.iter().map(telling).collect()
    }

    async fn texts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query(
            "select a.url as url, v.fingerprint as fingerprint from articles a join versions v on v.id = a.latest_version
             order by a.url",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(|row| Ok((row.try_get("url")?, row.try_get("fingerprint")?))).collect()
    }

    async fn newest_captures(&self, count: u32) -> Result<Vec<CaptureRecord>, StoreError> {
        let sql = format!("select {CAPTURE_COLUMNS} from captures c order by c.id desc limit $1");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(count)).fetch_all(self.readers()).await?;
        rows.iter().map(capture_record_of).collect()
    }

    async fn counts(&self) -> Result<HouseCounts, StoreError> {
        counts_of(self.readers()).await
    }
}

impl Database {
    async fn versions_of(&self, id: ArticleId) -> Result<Vec<Version>, StoreError> {
        let sql = format!("select {VERSION_COLUMNS} from versions v where v.article = $1 order by v.id desc");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_all(self.readers()).await?;
        rows.iter().map(version_of).collect()
    }

    async fn captures_of(&self, id: ArticleId) -> Result<Vec<CaptureRecord>, StoreError> {
        let sql = format!("select {CAPTURE_COLUMNS} from captures c where c.article = $1 order by c.id desc");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_all(self.readers()).await?;
        rows.iter().map(capture_record_of).collect()
    }

    async fn copies_of(&self, article: &Article) -> Result<Vec<(ArticleId, String, String)>, StoreError> {
        let Some(story) = article.story else { return Ok(Vec::new()) };
        let rows = sqlx::query(
            "select a.id as id, v.title as title, s.name as name from articles a join versions v on v.id = a.latest_version
             join sources s on s.id = a.source where a.story = $1 and a.id <> $2 order by a.first_seen limit 100",
        )
        .bind(story.0)
        .bind(article.id.0)
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| Ok((ArticleId(row.try_get("id")?), row.try_get("title")?, row.try_get("name")?)))
            .collect()
    }
}

fn capture_record_of(row: &AnyRow) -> Result<CaptureRecord, StoreError> {
    Ok(CaptureRecord {
        fetched: time(row.try_get("c_fetched")?),
        status: u16::try_from(row.try_get::<i64, _>("c_status")?).unwrap_or(0),
        payload_sha256: row.try_get("c_sha")?,
        location: location_of(row)?,
    })
}

fn source_record_of(row: &AnyRow) -> Result<SourceRecord, StoreError> {
    let mut record = endpoint_record_of(row)?;
    let empty_since = maybe_time(row.try_get("s_rule_empty_since")?);
    // An endpoint that is in trouble itself is the greater one.
    if empty_since.is_some() && matches!(record.state, EndpointState::Ok | EndpointState::Unchanged) {
        record.state = EndpointState::Empty;
        RULE_IS_EMPTY.clone_into(&mut record.reason);
        record.since = empty_since;
    }
    Ok(record)
}

fn endpoint_record_of(row: &AnyRow) -> Result<SourceRecord, StoreError> {
    Ok(SourceRecord {
        source: source_of(row)?,
        endpoint_kind: word("kind of endpoint", row.try_get("e_kind")?)?,
        endpoint_url: row.try_get("e_url")?,
        state: word("state of an endpoint", row.try_get("e_state")?)?,
        reason: row.try_get("e_reason")?,
        since: maybe_time(row.try_get("e_since")?),
        last_polled: maybe_time(row.try_get("e_last_polled")?),
        last_read: maybe_time(row.try_get("e_last_read")?),
        articles: u64::try_from(row.try_get::<i64, _>("articles")?).unwrap_or(0),
    })
}

/// Counts what a store holds.
pub(crate) async fn counts_of(
    executor: impl Executor<'_, Database = Any>,
) -> Result<HouseCounts, StoreError> {
    let row = sqlx::query(
        "select (select count(*) from articles) as articles, (select count(*) from captures) as captures,
         (select count(*) from versions) as versions, (select count(*) from stories) as stories,
         (select count(*) from versions v join articles a on a.id = v.article and a.latest_version = v.id
          where v.origin = 'feed') as from_feed,
         (select count(*) from matches) as matches, (select count(*) from alerts) as alerts,
         (select count(*) from digests where sent > 0) as mails,
         (select coalesce(min(first_seen), 0) from articles) as first_seen",
    )
    .fetch_one(executor)
    .await?;
    let count = |name| row.try_get::<i64, _>(name).map(|value| u64::try_from(value).unwrap_or(0));
    Ok(HouseCounts {
        articles: count("articles")?,
        captures: count("captures")?,
        versions: count("versions")?,
        stories: count("stories")?,
        from_feed: count("from_feed")?,
        matches: count("matches")?,
        alerts: count("alerts")?,
        mails: count("mails")?,
        first_seen: maybe_time(row.try_get("first_seen")?),
    })
}
