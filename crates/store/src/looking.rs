//! What later looks at the pages of articles need, and what they keep: same, edited, replaced, gone, back.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{
    ArticleId, BETWEEN_LOOKS, CanonicalUrl, CaptureId, CaptureLocation, LOOK_MARGIN, Presence, Sight,
    Standing,
};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::database::{close_job, open_job};
use crate::extracting::PageCapture;
use crate::fetching::add_capture;
use crate::job::NewJob;
use crate::matching::open_restated;
use crate::rows::{
    ARTICLE_COLUMNS, CAPTURE_COLUMNS, SOURCE_COLUMNS, VERSION_COLUMNS, article_of, location_of, maybe_time,
    millis, source_of, time, version_of, word,
};
use crate::{Database, Job, JobKind, NewCapture, NewVersion, PageToFetch, StoreError};

/// A page to be looked at again.
#[derive(Debug, Clone)]
pub struct PageToLookAt {
    /// Its article and source.
    pub page: PageToFetch,
    /// How the article stands.
    pub standing: Standing,
    /// When it was first captured: looks are counted from there.
    pub first_captured: Timestamp,
    /// The last capture of the page itself, and the digest of its payload.
    pub last: (CaptureLocation, String),
    /// How many looks in a row met an outage.
    pub outages: u32,
}

/// What a look found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The article.
    pub article: ArticleId,
    /// When it was looked at.
    pub at: Timestamp,
    /// What was found.
    pub sight: Sight,
    /// The HTTP status; 0 when nothing answered.
    pub status: u16,
    /// What was kept of the answer. A page that is not the same is read next.
    pub capture: Option<NewCapture>,
    /// In plain words, when it was no page.
    pub reason: String,
    /// When the next look is due; `None`: never.
    pub next: Option<Timestamp>,
}

/// A look, as evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookRecord {
    /// When.
    pub at: Timestamp,
    /// What was found.
    pub sight: Sight,
    /// The HTTP status; 0 when nothing answered.
    pub status: u16,
    /// In plain words, when it was no page.
    pub reason: String,
}

/// What the service that looks again needs.
#[async_trait]
pub trait Looking: Send + Sync {
    /// Returns the page of a Look job; `None` when its article is gone or was never captured.
    async fn page_to_look_at(&self, article: ArticleId) -> Result<Option<PageToLookAt>, StoreError>;

    /// Keeps what a look found, how the article stands now, and opens the next Look job and, for another page than the
    /// last, its Extract job.
    async fn finish_look(&self, job: &Job, page: &PageToLookAt, looked: &Looked) -> Result<(), StoreError>;

    /// Returns all looks at an article's page, the newest first, and how it stands since when.
    async fn looks(
        &self,
        article: ArticleId,
    ) -> Result<(Presence, Option<Timestamp>, Vec<LookRecord>), StoreError>;
}

#[async_trait]
impl Looking for Database {
    async fn page_to_look_at(&self, article: ArticleId) -> Result<Option<PageToLookAt>, StoreError> {
        let sql = format!(
            "select {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {STANDING},
             (select min(fetched) from captures where article = a.id) as first_captured,
             {CAPTURE_COLUMNS}
             from articles a join sources s on s.id = a.source
             join captures c on c.id = (select max(p.id) from captures p where p.article = a.id and p.status between 200 and 299
               and not exists (select 1 from looks l where l.capture = p.id and l.sight in ('gone', 'outage')))
             where a.id = $1"
        );
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(article.0).fetch_optional(self.readers()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PageToLookAt {
            page: PageToFetch { article: article_of(&row)?, source: source_of(&row)? },
            standing: standing_of(&row)?,
            first_captured: time(row.try_get("first_captured")?),
            last: (location_of(&row)?, row.try_get("c_sha")?),
            outages: u32::try_from(row.try_get::<i64, _>("a_outages")?).unwrap_or(0),
        }))
    }

    async fn finish_look(&self, job: &Job, page: &PageToLookAt, looked: &Looked) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        let mut capture = None;
        if let Some(kept) = &looked.capture {
            let id = add_capture(&mut transaction, kept).await?;
            capture = Some(id);
            if looked.sight == Sight::Page {
                open_job(&mut transaction, NewJob::about(JobKind::Extract, id, looked.at), looked.at).await?;
            }
        }
        sqlx::query(
            "insert into looks (article, at, sight, status, capture, reason) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(looked.article.0)
        .bind(millis(looked.at))
        .bind(looked.sight.as_str())
        .bind(i64::from(looked.status))
        .bind(capture)
        .bind(looked.reason.as_str())
        .execute(&mut *transaction)
        .await?;
        // A page is judged once it was read: an error may be served as a page.
        if looked.sight != Sight::Page {
            put_standing(&mut transaction, looked.article, page.standing, (looked.sight, looked.at)).await?;
        }
        let outages = if looked.sight == Sight::Outage { i64::from(page.outages) + 1 } else { 0 };
        sqlx::query("update articles set outages = $1 where id = $2")
            .bind(outages)
            .bind(looked.article.0)
            .execute(&mut *transaction)
            .await?;
        open_look(&mut transaction, looked.article, looked.next, looked.at).await?;
        Ok(transaction.commit().await?)
    }

    async fn looks(
        &self,
        article: ArticleId,
    ) -> Result<(Presence, Option<Timestamp>, Vec<LookRecord>), StoreError> {
        let row = sqlx::query("select presence, presence_since from articles where id = $1")
            .bind(article.0)
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok((Presence::Present, None, Vec::new())) };
        let looks =
            sqlx::query("select at, sight, status, reason from looks where article = $1 order by id desc")
                .bind(article.0)
                .fetch_all(self.readers())
                .await?;
        let presence = word("presence", row.try_get("presence")?)?;
        let since = maybe_time(row.try_get("presence_since")?);
        Ok((presence, since, looks.iter().map(look_of).collect::<Result<_, _>>()?))
    }
}

/// The columns of a [`Standing`], of an article `a`.
const STANDING: &str = "a.presence as a_presence, a.missing_since as a_missing_since, a.outages as a_outages,
 (select max(last_read) from endpoints where source = a.source) as a_outlet_read";

fn standing_of(row: &AnyRow) -> Result<Standing, StoreError> {
    Ok(Standing {
        presence: word("presence", row.try_get("a_presence")?)?,
        missing_since: maybe_time(row.try_get("a_missing_since")?),
        outlet_read: row.try_get::<Option<i64>, _>("a_outlet_read")?.and_then(maybe_time),
    })
}

fn look_of(row: &AnyRow) -> Result<LookRecord, StoreError> {
    Ok(LookRecord {
        at: time(row.try_get("at")?),
        sight: word("finding of a look", row.try_get("sight")?)?,
        status: u16::try_from(row.try_get::<i64, _>("status")?).unwrap_or(0),
        reason: row.try_get("reason")?,
    })
}

/// Opens the next look at an article's page. A look that is open already stays.
pub(crate) async fn open_look(
    transaction: &mut Transaction<'static, Any>,
    article: ArticleId,
    due: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(due) = due else { return Ok(()) };
    let row = sqlx::query("select url from articles where id = $1")
        .bind(article.0)
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(row) = row else { return Ok(()) };
    let url: String = row.try_get("url")?;
    let lane = CanonicalUrl::parse(&url).map(|url| url.domain()).unwrap_or_default();
    open_job(transaction, NewJob { lane, ..NewJob::about(JobKind::Look, article.0, due) }, now).await
}

/// A look whose page is being read.
struct OpenLook {
    id: i64,
    article: ArticleId,
    at: Timestamp,
    standing: Standing,
}

async fn open_look_of(
    transaction: &mut Transaction<'static, Any>,
    capture: CaptureId,
) -> Result<Option<OpenLook>, StoreError> {
    let sql = format!(
        "select l.id as l_id, l.at as l_at, a.id as a_id, {STANDING}
         from looks l join articles a on a.id = l.article where l.capture = $1 and l.sight = 'page'"
    );
    let row =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(capture.0).fetch_optional(&mut **transaction).await?;
    let open = |row: AnyRow| {
        Ok(OpenLook {
            id: row.try_get("l_id")?,
            article: ArticleId(row.try_get("a_id")?),
            at: time(row.try_get("l_at")?),
            standing: standing_of(&row)?,
        })
    };
    row.map(open).transpose()
}

/// Notes what the text of a look's capture says: the same, edited, or another one. Does nothing for a first capture.
pub(crate) async fn note_read(
    transaction: &mut Transaction<'static, Any>,
    page: &PageCapture,
    read: &NewVersion,
) -> Result<(), StoreError> {
    let Some(look) = open_look_of(transaction, page.capture.id).await? else { return Ok(()) };
    let sql = format!(
        "select {VERSION_COLUMNS} from articles a join versions v on v.id = a.latest_version where a.id = $1"
    );
    let last = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(page.article.id.0)
        .fetch_optional(&mut **transaction)
        .await?;
    let sight = match last.map(|row| version_of(&row)).transpose()? {
        None => Sight::SameText,
        Some(last) if last.fingerprint == read.fingerprint => Sight::SameText,
        Some(last) if last.is_replaced_by(&read.blocks) => Sight::Replaced,
        Some(_) => Sight::Edited,
    };
    judge(transaction, &look, sight).await
}

/// Notes what a look's capture without a text turned out to be; answers whether it was a look's.
pub(crate) async fn note_sight(
    transaction: &mut Transaction<'static, Any>,
    capture: CaptureId,
    sight: Sight,
) -> Result<bool, StoreError> {
    let Some(look) = open_look_of(transaction, capture).await? else { return Ok(false) };
    judge(transaction, &look, sight).await?;
    if sight == Sight::Gone {
        hasten(transaction, look.article, look.at + BETWEEN_LOOKS + LOOK_MARGIN).await?;
    }
    Ok(true)
}

/// Keeps what a look turned out to have found, and how the article stands then.
async fn judge(
    transaction: &mut Transaction<'static, Any>,
    look: &OpenLook,
    sight: Sight,
) -> Result<(), StoreError> {
    sqlx::query("update looks set sight = $1 where id = $2")
        .bind(sight.as_str())
        .bind(look.id)
        .execute(&mut **transaction)
        .await?;
    put_standing(transaction, look.article, look.standing, (sight, look.at)).await
}

/// Brings the open look at an article's page forward.
async fn hasten(
    transaction: &mut Transaction<'static, Any>,
    article: ArticleId,
    due: Timestamp,
) -> Result<(), StoreError> {
    open_look(transaction, article, Some(due), due).await?;
    sqlx::query("update jobs set due = $1 where kind = $2 and subject = $3 and due > $1")
        .bind(millis(due))
        .bind(JobKind::Look.as_str())
        .bind(article.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Keeps how an article stands. When it was removed or is there again, watches and index hear of it: a change of text
/// makes a version of its own, which they hear of anyway.
async fn put_standing(
    transaction: &mut Transaction<'static, Any>,
    article: ArticleId,
    standing: Standing,
    (sight, at): (Sight, Timestamp),
) -> Result<(), StoreError> {
    let (presence, missing_since) = standing.after(sight, at);
    sqlx::query(
        "update articles set presence_since = case when presence = $1 then presence_since else $2 end,
         presence = $1, missing_since = $3 where id = $4",
    )
    .bind(presence.as_str())
    .bind(millis(at))
    .bind(missing_since.map_or(0, millis))
    .bind(article.0)
    .execute(&mut **transaction)
    .await?;
    if (presence == Presence::Removed) == (standing.presence == Presence::Removed) {
        return Ok(());
    }
    open_restated(transaction, article, presence, at).await
}
