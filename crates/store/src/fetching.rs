//! What the fetcher keeps: entries of a poll, captures of pages, and what could not be read.

use std::collections::HashSet;

use async_trait::async_trait;
use jiff::Timestamp;
use model::{
    Article, ArticleId, CanonicalUrl, CaptureLocation, Conduct, Endpoint, EndpointId, EndpointState, Entry,
    FirstLook, Health, Notice, Source, Validators, registered_domain,
};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use url::Url;

use crate::addresses::{known, owner};
use crate::database::{close_job, open_job};
use crate::extracting::keep_feed_version;
use crate::job::NewJob;
use crate::looking::open_look;
use crate::noticing::put_notice;
use crate::queue::give_back;
use crate::rows::conduct::{conduct_column, conduct_of};
use crate::rows::health::{health_column, health_of};
use crate::rows::{ARTICLE_COLUMNS, SOURCE_COLUMNS, article_of, maybe_time, millis, source_of, word};
use crate::sourcing::poll_job;
use crate::{Database, Job, JobKind, StoreError};

/// How many addresses are asked for in one statement.
const ADDRESSES: usize = 200;

/// What a poll found.
#[derive(Debug, Clone)]
pub struct Polled {
    /// The endpoint that was polled, as the store gave it.
    pub endpoint: Endpoint,
    /// Its source.
    pub source: Source,
    /// What it announced; empty when it answered that nothing has changed.
    pub entries: Vec<Entry>,
    /// What the server wants to hear next time.
    pub validators: Validators,
    /// What the poll taught of its server.
    pub conduct: Conduct,
    /// Whether it answered with something readable, or said that nothing has changed.
    pub is_read: bool,
    /// How it does now.
    pub state: EndpointState,
    /// Why, in plain words; empty when all is well.
    pub reason: String,
    /// How it has done of late.
    pub health: Health,
    /// What a person is told of it; `None` mostly.
    pub notice: Option<Notice>,
    /// When it was asked.
    pub at: Timestamp,
    /// When it is to be asked again.
    pub next_due: Timestamp,
    /// What is known of its habits now, in the fetcher's own form; `None` keeps what was known.
    pub habit: Option<Vec<u8>>,
}

impl Polled {
    /// Returns a poll that was read at `at` and told nothing new: all stays as it is known.
    pub fn nothing_new(source: Source, endpoint: Endpoint, at: Timestamp, next_due: Timestamp) -> Self {
        Self {
            entries: Vec::new(),
            validators: endpoint.validators.clone(),
            conduct: endpoint.conduct.clone(),
            is_read: true,
            state: EndpointState::Unchanged,
            reason: String::new(),
            health: endpoint.health.clone(),
            notice: None,
            at,
            next_due,
            habit: None,
            endpoint,
            source,
        }
    }
}

/// An article whose page is to be fetched.
#[derive(Debug, Clone)]
pub struct PageToFetch {
    /// The article.
    pub article: Article,
    /// Its source, for manners and guards.
    pub source: Source,
}

/// A page that was fetched and kept.
#[derive(Debug, Clone)]
pub struct NewCapture {
    /// The article.
    pub article: ArticleId,
    /// When the exchange began.
    pub fetched: Timestamp,
    /// The HTTP status.
    pub status: u16,
    /// SHA-256 of the payload as received, in small hexadecimal letters.
    pub payload_sha256: String,
    /// Where it lies in the archive.
    pub location: CaptureLocation,
    /// When the page is looked at again; `None`: never.
    pub next_look: Option<Timestamp>,
}

/// A page that could not be read.
#[derive(Debug, Clone)]
pub struct UnreadPage {
    /// The article.
    pub article: ArticleId,
    /// When it is tried again; `None` parks the job.
    pub due: Option<Timestamp>,
    /// Why, in plain words.
    pub reason: String,
    /// Whether to go on with what the feed gave meanwhile.
    pub from_feed: bool,
}

/// What the fetcher needs.
#[async_trait]
pub trait Fetching: Send + Sync {
    /// Returns the endpoint of a Poll job; `None` when it is not configured any more.
    async fn endpoint(&self, id: EndpointId) -> Result<Option<(Source, Endpoint)>, StoreError>;

    /// Returns which of `entries` the endpoint has announced before, by their identities.
    async fn shown_before(
        &self,
        endpoint: EndpointId,
        entries: &[Entry],
    ) -> Result<HashSet<String>, StoreError>;

    /// Returns the other endpoints of the same source that list articles: its sitemaps and listing pages that
    /// were read before.
    async fn lists_beside(&self, endpoint: &Endpoint) -> Result<Vec<Endpoint>, StoreError>;

    /// Keeps what a poll found, opens a FetchPage job per new entry and the next Poll job. Returns how many were new.
    async fn finish_poll(&self, job: &Job, polled: &Polled) -> Result<u32, StoreError>;

    /// Returns the page of a FetchPage job; `None` when its article is gone.
    async fn page(&self, article: ArticleId) -> Result<Option<PageToFetch>, StoreError>;

    /// Keeps a capture and opens its Extract job.
    async fn finish_fetch(&self, job: &Job, capture: &NewCapture) -> Result<(), StoreError>;

    /// Records that a page could not be read and, when asked, goes on with the feed's text.
    async fn fail_fetch(&self, job: &Job, page: &UnreadPage, now: Timestamp) -> Result<(), StoreError>;

    /// Closes a job whose subject is not there any more.
    async fn drop_job(&self, job: &Job) -> Result<(), StoreError>;
}

#[async_trait]
impl Fetching for Database {
    async fn endpoint(&self, id: EndpointId) -> Result<Option<(Source, Endpoint)>, StoreError> {
        let sql = format!(
            "select {SOURCE_COLUMNS}, {ENDPOINT_COLUMNS},
             coalesce((select a.url from entries n join articles a on a.id = n.article where n.endpoint = e.id
                       order by n.id desc limit 1), '') as e_newest
             from endpoints e join sources s on s.id = e.source where e.id = $1 and e.configured = 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_optional(self.readers()).await?;
        row.map(|row| Ok((source_of(&row)?, endpoint_of(&row)?))).transpose()
    }

    async fn shown_before(
        &self,
        endpoint: EndpointId,
        entries: &[Entry],
    ) -> Result<HashSet<String>, StoreError> {
        let mut before = HashSet::new();
        for part in entries.chunks(ADDRESSES) {
            let places: Vec<String> = (2..part.len() + 2).map(|number| format!("${number}")).collect();
            let places = places.join(", ");
            let sql = format!(
                "select a.identity as identity from articles a join entries n on n.article = a.id
                 where n.endpoint = $1 and a.identity in ({places})
                 union select x.identity as identity from aliases x join entries n on n.article = x.article
                 where n.endpoint = $1 and x.identity in ({places})"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(endpoint.0);
            for entry in part {
                query = query.bind(entry.url.identity());
            }
            for row in query.fetch_all(self.readers()).await? {
                before.insert(row.try_get("identity")?);
            }
        }
        Ok(before)
    }

    async fn lists_beside(&self, endpoint: &Endpoint) -> Result<Vec<Endpoint>, StoreError> {
        let sql = format!(
            "select e.source as s_id, {ENDPOINT_COLUMNS}, '' as e_newest from endpoints e
             where e.source = $1 and e.id <> $2 and e.configured = 1 and e.looked = 1 and e.kind in ('sitemap', 'listing') order by e.id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(endpoint.source.as_str())
            .bind(endpoint.id.0)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(endpoint_of).collect()
    }

    async fn finish_poll(&self, job: &Job, polled: &Polled) -> Result<u32, StoreError> {
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        let mut new = 0;
        for entry in &polled.entries {
            new += u32::from(keep_entry(&mut transaction, polled, entry).await?);
        }
        put_state(&mut transaction, polled).await?;
        if let Some(notice) = &polled.notice {
            put_notice(&mut transaction, (&polled.source.id, Some(polled.endpoint.id)), notice, polled.at)
                .await?;
        }
        if polled.source.enabled {
            let next = poll_job(polled.endpoint.id, &polled.endpoint.url, polled.next_due);
            open_job(&mut transaction, next, polled.at).await?;
        }
        transaction.commit().await?;
        Ok(new)
    }

    async fn page(&self, article: ArticleId) -> Result<Option<PageToFetch>, StoreError> {
        let sql = format!(
            "select {ARTICLE_COLUMNS}, {SOURCE_COLUMNS} from articles a join sources s on s.id = a.source where a.id = $1"
        );
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(article.0).fetch_optional(self.readers()).await?;
        row.map(|row| Ok(PageToFetch { article: article_of(&row)?, source: source_of(&row)? })).transpose()
    }

    async fn finish_fetch(&self, job: &Job, capture: &NewCapture) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        let id = add_capture(&mut transaction, capture).await?;
        let extract = NewJob::about(JobKind::Extract, id, capture.fetched);
        open_job(&mut transaction, extract, capture.fetched).await?;
        open_look(&mut transaction, capture.article, capture.next_look, capture.fetched).await?;
        Ok(transaction.commit().await?)
    }

    async fn fail_fetch(&self, job: &Job, page: &UnreadPage, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if page.from_feed {
            keep_feed_version(&mut transaction, page.article, now).await?;
        }
        give_back(&mut transaction, job, page.due, &page.reason).await?;
        Ok(transaction.commit().await?)
    }

    async fn drop_job(&self, job: &Job) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        Ok(transaction.commit().await?)
    }
}

/// Adds a row for a capture; returns its number.
pub(crate) async fn add_capture(
    transaction: &mut Transaction<'static, Any>,
    capture: &NewCapture,
) -> Result<i64, StoreError> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let row = sqlx::query(
        "insert into captures (article, fetched, status, payload_sha256, file, file_offset, file_length)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(capture.article.0)
    .bind(millis(capture.fetched))
    .bind(i64::from(capture.status))
    .bind(capture.payload_sha256.as_str())
    .bind(capture.location.file.as_str())
    .bind(number(capture.location.offset))
    .bind(number(capture.location.length))
    .fetch_one(&mut **transaction)
    .await?;
    Ok(row.try_get("id")?)
}

/// Keeps an entry; answers whether its article is new, and then opens its FetchPage job.
async fn keep_entry(
    transaction: &mut Transaction<'static, Any>,
    polled: &Polled,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let backlog = !polled.endpoint.looked && polled.source.first_look == FirstLook::Archive;
    let (article, new) = match known(transaction, &entry.url).await? {
        Some(article) => (article, false),
        None => add_article(transaction, polled, entry, backlog).await?,
    };
    sqlx::query(
        "insert into entries (endpoint, article, title, summary, content, published, seen)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (endpoint, article) do nothing",
    )
    .bind(polled.endpoint.id.0)
    .bind(article)
    .bind(entry.title.as_str())
    .bind(entry.summary.as_str())
    .bind(entry.content.as_str())
    .bind(entry.published.map_or(0, millis))
    .bind(millis(polled.at))
    .execute(&mut **transaction)
    .await?;
    if new {
        let lane = page_lane(entry, polled.source.connections, article);
        let fetch = NewJob { lane, ..NewJob::about(JobKind::FetchPage, article, polled.at) };
        open_job(transaction, fetch, polled.at).await?;
    }
    Ok(new)
}

/// Adds an article, under the outlet on whose page it is; answers whether it is new after all.
async fn add_article(
    transaction: &mut Transaction<'static, Any>,
    polled: &Polled,
    entry: &Entry,
    backlog: bool,
) -> Result<(i64, bool), StoreError> {
    let home = registered_domain(polled.endpoint.url.host_str().unwrap_or_default());
    let source = owner(transaction, &polled.source.id, &home, &entry.url).await?;
    let row = sqlx::query(
        "insert into articles (source, url, identity, first_seen, backlog) values ($1, $2, $3, $4, $5)
         on conflict do nothing returning id",
    )
    .bind(source)
    .bind(entry.url.as_str())
    .bind(entry.url.identity())
    .bind(millis(polled.at))
    .bind(i64::from(backlog))
    .fetch_optional(&mut **transaction)
    .await?;
    if let Some(row) = row {
        return Ok((row.try_get("id")?, true));
    }
    // Another process was quicker.
    let known = known(transaction, &entry.url).await?;
    Ok((known.ok_or(StoreError::Row { what: "article", value: entry.url.to_string() })?, false))
}

/// One lane a registered domain; a source that allows more connections has that many.
fn page_lane(entry: &Entry, connections: u32, article: i64) -> String {
    let lane = article.rem_euclid(i64::from(connections.max(1)));
    if lane == 0 { entry.url.domain() } else { format!("{}#{lane}", entry.url.domain()) }
}

async fn put_state(transaction: &mut Transaction<'static, Any>, polled: &Polled) -> Result<(), StoreError> {
    sqlx::query(
        "update endpoints set etag = $1, last_modified = $2, state_reason = $3, last_polled = $4,
         state_since = case when state = $5 then state_since else $4 end, state = $5,
         last_read = case when $6 = 1 then $4 else last_read end, looked = case when $6 = 1 then 1 else looked end,
         conduct = $8, habit = coalesce($9, habit), health = $10 where id = $7",
    )
    .bind(polled.validators.etag.clone())
    .bind(polled.validators.last_modified.clone())
    .bind(polled.reason.as_str())
    .bind(millis(polled.at))
    .bind(polled.state.as_str())
    .bind(i64::from(polled.is_read))
    .bind(polled.endpoint.id.0)
    .bind(conduct_column(&polled.conduct))
    .bind(polled.habit.clone())
    .bind(health_column(&polled.health))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// What [`endpoint_of`] reads, but for the newest entry, which not everyone asks for.
pub(crate) const ENDPOINT_COLUMNS: &str = "e.id as e_id, e.kind as e_kind, e.url as e_url, e.selectors as e_selectors,
 e.etag as e_etag, e.last_modified as e_last_modified, e.conduct as e_conduct, e.health as e_health, e.state as e_state,
 e.last_read as e_last_read, e.looked as e_looked";

pub(crate) fn endpoint_of(row: &AnyRow) -> Result<Endpoint, StoreError> {
    let url: String = row.try_get("e_url")?;
    Ok(Endpoint {
        id: EndpointId(row.try_get("e_id")?),
        source: word("source id", row.try_get("s_id")?)?,
        kind: word("kind of endpoint", row.try_get("e_kind")?)?,
        url: Url::parse(&url).map_err(|_| StoreError::Row { what: "address of an endpoint", value: url })?,
        selectors: row.try_get("e_selectors")?,
        validators: Validators {
            etag: row.try_get("e_etag")?,
            last_modified: row.try_get("e_last_modified")?,
        },
        conduct: conduct_of(row.try_get("e_conduct")?)?,
        health: health_of(row.try_get("e_health")?)?,
        state: word("state of an endpoint", row.try_get("e_state")?)?,
        last_read: maybe_time(row.try_get("e_last_read")?),
        looked: row.try_get::<i64, _>("e_looked")? != 0,
        newest: CanonicalUrl::parse(row.try_get("e_newest")?).ok(),
    })
}
