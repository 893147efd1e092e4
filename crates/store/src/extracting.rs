//! What the extractor keeps: versions, and only when the text changed.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::{
    Article, ArticleId, Block, BlockKind, CanonicalUrl, Capture, CaptureId, EndpointState, Entry, Notice,
    Origin, Sight, Source,
};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use text::Lang;

use crate::addresses::settle;
use crate::database::{close_job, open_job};
use crate::job::NewJob;
use crate::looking::{note_read, note_sight};
use crate::noticing::put_notice;
use crate::rows::{
    ARTICLE_COLUMNS, CAPTURE_COLUMNS, SOURCE_COLUMNS, article_of, blocks, list, location_of, maybe_time,
    millis, source_of, time,
};
use crate::{Database, Job, JobKind, StoreError};

/// The capture of an Extract job, with what is known about its article.
#[derive(Debug, Clone)]
pub struct PageCapture {
    /// Where the bytes lie.
    pub capture: Capture,
    /// The article.
    pub article: Article,
    /// Its source, for site rules and the default time zone.
    pub source: Source,
    /// What the feed said of it, when it said anything.
    pub entry: Option<Entry>,
}

/// What the extractor made of a capture.
#[derive(Debug, Clone)]
pub enum Extraction {
    /// It read an article.
    Read(NewVersion),
    /// It read an article by the general algorithm, for the source's own content rule found nothing.
    ReadWithoutRule(NewVersion),
    /// There was no article to read: the feed's text stands in.
    Unreadable {
        /// When the page is fetched again; `None`: not by itself.
        again: Option<Timestamp>,
        /// What that says of the page: that it is not there, that something stood in front of it, or nothing.
        sight: Sight,
    },
}

/// A version to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// The headline.
    pub title: String,
    /// The authors.
    pub byline: Vec<String>,
    /// When it was published, as the page says.
    pub published: Option<Timestamp>,
    /// The language of most of the text.
    pub lang: Lang,
    /// The text.
    pub blocks: Vec<Block>,
    /// Hash of title and text.
    pub fingerprint: String,
    /// Where the page was found at last, and what it calls its address within that site.
    pub addresses: Vec<CanonicalUrl>,
}

/// What the extractor needs.
#[async_trait]
pub trait Extracting: Send + Sync {
    /// Returns the capture of an Extract job.
    async fn page_capture(&self, capture: CaptureId) -> Result<Option<PageCapture>, StoreError>;

    /// Keeps what was read as a new version, if it differs from the last one, and opens its Match job.
    async fn finish_extract(
        &self,
        job: &Job,
        page: &PageCapture,
        extraction: &Extraction,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

#[async_trait]
impl Extracting for Database {
    async fn page_capture(&self, capture: CaptureId) -> Result<Option<PageCapture>, StoreError> {
        let sql = format!(
            "select {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {CAPTURE_COLUMNS}
             from captures c join articles a on a.id = c.article join sources s on s.id = a.source where c.id = $1"
        );
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(capture.0).fetch_optional(self.readers()).await?;
        let Some(row) = row else { return Ok(None) };
        let article = article_of(&row)?;
        let entry = sqlx::query(ENTRY).bind(article.id.0).fetch_optional(self.readers()).await?;
        Ok(Some(PageCapture {
            capture: capture_of(&row, capture, article.id)?,
            source: source_of(&row)?,
            entry: entry.map(|entry| entry_of(&entry, &article)).transpose()?,
            article,
        }))
    }

    async fn finish_extract(
        &self,
        job: &Job,
        page: &PageCapture,
        extraction: &Extraction,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        match extraction {
            Extraction::Read(version) | Extraction::ReadWithoutRule(version) => {
                let is_empty = matches!(extraction, Extraction::ReadWithoutRule(_));
                put_rule_state(&mut transaction, page, is_empty, now).await?;
                note_read(&mut transaction, page, version).await?;
                let article = settle(&mut transaction, page, version).await?;
                let from = From { article, capture: Some(page.capture.id), origin: Origin::Page };
                keep_version(&mut transaction, &from, version, now).await?;
            }
            Extraction::Unreadable { again, sight } => {
                keep_feed_version(&mut transaction, page.article.id, now).await?;
                let is_look = note_sight(&mut transaction, page.capture.id, *sight).await?;
                if let Some(due) = again.filter(|_| !is_look) {
                    let lane = page.article.url.domain();
                    let fetch = NewJob { lane, ..NewJob::about(JobKind::FetchPage, page.article.id.0, due) };
                    open_job(&mut transaction, fetch, now).await?;
                }
            }
        }
        Ok(transaction.commit().await?)
    }
}

/// How long a content rule has to find nothing before a person is told.
const RULE_FAILS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What is said of a source whose content rule yields nothing any more.
pub(crate) const RULE_IS_EMPTY: &str = "its content rule finds nothing, the general algorithm reads its pages: `qarauyl extract ADDRESS --source ID`";

/// Notes whether the source's content rule yields text: since when it does not, 0 when it does.
async fn put_rule_state(
    transaction: &mut Transaction<'static, Any>,
    page: &PageCapture,
    is_empty: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if page.source.rules.is_empty() {
        // A rule that was taken out is over, too.
        return tell_of_rule(transaction, page, false, now).await;
    }
    sqlx::query(
        "update sources set rule_empty_since = case when $1 = 0 then 0 when rule_empty_since = 0 then $2
         else rule_empty_since end where id = $3",
    )
    .bind(i64::from(is_empty))
    .bind(millis(now))
    .bind(page.source.id.as_str())
    .execute(&mut **transaction)
    .await?;
    tell_of_rule(transaction, page, is_empty, now).await
}

/// Tells a person once when the rule has found nothing for a day, and once when it does again or is taken out.
async fn tell_of_rule(
    transaction: &mut Transaction<'static, Any>,
    page: &PageCapture,
    is_empty: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = &page.source.id;
    let row = sqlx::query("select rule_empty_since, rule_empty_told from sources where id = $1")
        .bind(id.as_str())
        .fetch_one(&mut **transaction)
        .await?;
    let (since, told): (i64, i64) = (row.try_get("rule_empty_since")?, row.try_get("rule_empty_told")?);
    let lasts = is_empty && now.duration_since(time(since)) >= RULE_FAILS_FOR;
    if lasts == (told > 0) || (is_empty && !lasts) {
        return Ok(());
    }
    let reason = if is_empty { RULE_IS_EMPTY.to_owned() } else { String::new() };
    let since = time(if is_empty { since } else { told });
    let notice = Notice { state: EndpointState::Empty, recovered: !is_empty, since, reason };
    put_notice(transaction, (id, None), &notice, now).await?;
    sqlx::query("update sources set rule_empty_told = $1 where id = $2")
        .bind(if is_empty { millis(notice.since) } else { 0 })
        .bind(id.as_str())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The entry that says most about an article.
const ENTRY: &str = "select title, summary, content, published from entries where article = $1
 order by length(title) + length(summary) + length(content) desc, id limit 1";

/// Where a version comes from.
struct From {
    article: ArticleId,
    capture: Option<CaptureId>,
    origin: Origin,
}

/// Keeps a version unless the last one says the same, and opens its Match job.
async fn keep_version(
    transaction: &mut Transaction<'static, Any>,
    from: &From,
    version: &NewVersion,
    now: Timestamp,
) -> Result<(), StoreError> {
    let last = sqlx::query(
        "select v.fingerprint as fingerprint from articles a join versions v on v.id = a.latest_version where a.id = $1",
    )
    .bind(from.article.0)
    .fetch_optional(&mut **transaction)
    .await?;
    if let Some(row) = last
        && row.try_get::<String, _>("fingerprint")? == version.fingerprint
    {
        return Ok(());
    }
    let row = sqlx::query(
        "insert into versions (article, capture, origin, title, byline, published, lang, blocks, fingerprint, created)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(from.article.0)
    .bind(from.capture.map(|capture| capture.0))
    .bind(from.origin.as_str())
    .bind(version.title.as_str())
    .bind(list(&version.byline))
    .bind(version.published.map_or(0, millis))
    .bind(version.lang.as_str())
    .bind(blocks(&version.blocks))
    .bind(version.fingerprint.as_str())
    .bind(millis(now))
    .fetch_one(&mut **transaction)
    .await?;
    let id: i64 = row.try_get("id")?;
    sqlx::query("update articles set latest_version = $1 where id = $2")
        .bind(id)
        .bind(from.article.0)
        .execute(&mut **transaction)
        .await?;
    open_job(transaction, NewJob::matching(id, now), now).await
}

/// Keeps what the feed said as the first version of an article that has none.
pub(crate) async fn keep_feed_version(
    transaction: &mut Transaction<'static, Any>,
    article: ArticleId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let read = sqlx::query("select latest_version as latest from articles where id = $1")
        .bind(article.0)
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(read) = read else { return Ok(()) };
    if read.try_get::<Option<i64>, _>("latest")?.is_some() {
        return Ok(());
    }
    let entry = sqlx::query(ENTRY).bind(article.0).fetch_optional(&mut **transaction).await?;
    let Some(entry) = entry else { return Ok(()) };
    let Some(version) = feed_version(&entry)? else { return Ok(()) };
    let from = From { article, capture: None, origin: Origin::Feed };
    keep_version(transaction, &from, &version, now).await
}

fn feed_version(entry: &AnyRow) -> Result<Option<NewVersion>, StoreError> {
    let (title, summary, content): (String, String, String) =
        (entry.try_get("title")?, entry.try_get("summary")?, entry.try_get("content")?);
    let mut texts = vec![summary.trim(), content.trim()];
    texts.dedup();
    texts.retain(|text| !text.is_empty());
    if title.trim().is_empty() && texts.is_empty() {
        return Ok(None);
    }
    let whole = format!("{title}\n{}", texts.join("\n"));
    let paragraph = |text: &&str| Block { kind: BlockKind::Paragraph, text: (*text).to_owned() };
    Ok(Some(NewVersion {
        byline: Vec::new(),
        published: maybe_time(entry.try_get("published")?),
        lang: text::detect(&whole),
        blocks: texts.iter().map(paragraph).collect(),
        fingerprint: text::fingerprint(&whole).to_hex(),
        addresses: Vec::new(),
        title,
    }))
}

fn capture_of(row: &AnyRow, id: CaptureId, article: ArticleId) -> Result<Capture, StoreError> {
    Ok(Capture {
        id,
        article,
        fetched: time(row.try_get("c_fetched")?),
        status: u16::try_from(row.try_get::<i64, _>("c_status")?).unwrap_or(0),
        payload_sha256: row.try_get("c_sha")?,
        location: location_of(row)?,
    })
}

fn entry_of(row: &AnyRow, article: &Article) -> Result<Entry, StoreError> {
    Ok(Entry {
        url: article.url.clone(),
        title: row.try_get("title")?,
        summary: row.try_get("summary")?,
        content: row.try_get("content")?,
        published: maybe_time(row.try_get("published")?),
    })
}
