//! What the matcher keeps: the ledger of matches, and the alerts.

mod held;
mod stories;

use async_trait::async_trait;
use jiff::Timestamp;
use model::{
    ArticleId, Excerpt, FirstLook, Frequency, Novelty, Presence, StoryId, VersionId, Watch, WatchId,
};
use sqlx::{Any, Row, Transaction};

use crate::context::{STATE_COLUMNS, VersionInContext, context_of};
use crate::database::{close_job, open_job};
use crate::job::NewJob;
use crate::mailing::deliver_job;
use crate::rows::sealed::ExcerptRow;
use crate::rows::{ARTICLE_COLUMNS, SOURCE_COLUMNS, VERSION_COLUMNS, list, millis, word};
use crate::{Database, Job, JobKind, StoreError};

pub use held::HeldVersion;
pub(crate) use stories::facts_of;
use stories::put_story;
pub use stories::{StoryCandidate, StoryChoice, StorySentence};

/// A watch that matched a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The watch.
    pub watch: WatchId,
    /// The numbers of the clauses that matched; no text.
    pub clauses: Vec<u32>,
    /// What is to be told; `None` when it was told before or is backlog.
    pub alert: Option<NewAlert>,
}

/// An alert to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// What is new.
    pub novelty: Novelty,
    /// What the mail shows.
    pub excerpt: Excerpt,
}

/// A watch that would have matched if the lexicon had taken a name for its entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFinding {
    /// The watch.
    pub watch: WatchId,
    /// The entity.
    pub entity: String,
    /// What kept it out, in a few words.
    pub trap: String,
}

/// All that was decided about a version.
#[derive(Debug, Clone)]
pub struct MatchedVersion {
    /// The version and its context, as the store gave it.
    pub context: VersionInContext,
    /// The revision of the watch list it was run against.
    pub revision: i64,
    /// Its story.
    pub story: StoryChoice,
    /// The news agency that it says it comes from.
    pub origin: Option<&'static str>,
    /// Its sentences, by which its story's later copies are judged.
    pub sentences: Vec<StorySentence>,
    /// The watches that matched.
    pub findings: Vec<Finding>,
    /// What would have matched but for a trap of the lexicon.
    pub held: Vec<HeldFinding>,
}

/// What has changed in the watch list.
#[derive(Debug, Clone)]
pub struct WatchChanges {
    /// The revision up to which this goes.
    pub revision: i64,
    /// Watches that are gone.
    pub removed: Vec<WatchId>,
    /// Watches that are new or changed, of whatever state, by id.
    pub watches: Vec<Watch>,
}

/// What the matcher needs.
#[async_trait]
pub trait Matching: Send + Sync {
    /// Returns the version of a Match job.
    async fn version(&self, id: VersionId) -> Result<Option<VersionInContext>, StoreError>;

    /// Returns the revision of the watch list: it grows with each change of a watch or subscription.
    async fn watch_revision(&self) -> Result<i64, StoreError>;

    /// Returns what has changed in the watch list after a revision; the whole list after -1.
    async fn watch_changes(&self, since: i64) -> Result<WatchChanges, StoreError>;

    /// Returns the stories begun since then that share most of these shingles with a version, the oldest first.
    async fn story_candidates(
        &self,
        shingles: &[i64],
        since: Timestamp,
    ) -> Result<Vec<StoryCandidate>, StoreError>;

    /// Returns the sentences that a story has from other versions than this one.
    async fn story_sentences(
        &self,
        story: StoryId,
        version: VersionId,
    ) -> Result<Vec<StorySentence>, StoreError>;

    /// Returns the watches whose subscribers were told of a story.
    async fn told_watches(&self, story: StoryId) -> Result<Vec<WatchId>, StoreError>;

    /// Returns the watches that a version was found by before: nothing is told of them twice.
    async fn matched_watches(&self, version: VersionId) -> Result<Vec<WatchId>, StoreError>;

    /// Keeps what was decided: story, ledger, alerts, and who is to be told; opens the Index job and the Deliver jobs
    /// of those who want to know at once. Refuses an older revision of the watch list.
    async fn finish_match(
        &self,
        job: &Job,
        matched: &MatchedVersion,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

#[async_trait]
impl Matching for Database {
    async fn version(&self, id: VersionId) -> Result<Option<VersionInContext>, StoreError> {
        self.version_in_context(id).await
    }

    async fn watch_revision(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("select number from revisions where name = 'watches'")
            .fetch_one(self.readers())
            .await?;
        Ok(row.try_get("number")?)
    }

    async fn watch_changes(&self, since: i64) -> Result<WatchChanges, StoreError> {
        // The revision is read first: what changes in between is read now and once more later, and a match under the
        // older one is run again.
        let revision = self.watch_revision().await?;
        Ok(WatchChanges {
            revision,
            removed: self.removed_since(since).await?,
            watches: self.watches_since(since).await?,
        })
    }

    async fn story_candidates(
        &self,
        shingles: &[i64],
        since: Timestamp,
    ) -> Result<Vec<StoryCandidate>, StoreError> {
        self.candidates(shingles, since).await
    }

    async fn story_sentences(
        &self,
        story: StoryId,
        version: VersionId,
    ) -> Result<Vec<StorySentence>, StoreError> {
        self.sentences_beside(story, version).await
    }

    async fn told_watches(&self, story: StoryId) -> Result<Vec<WatchId>, StoreError> {
        let rows = sqlx::query("select distinct watch from alerts where story = $1")
            .bind(story.0)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| Ok(WatchId(row.try_get("watch")?))).collect()
    }

    async fn matched_watches(&self, version: VersionId) -> Result<Vec<WatchId>, StoreError> {
        let rows = sqlx::query("select watch from matches where version = $1")
            .bind(version.0)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| Ok(WatchId(row.try_get("watch")?))).collect()
    }

    async fn finish_match(
        &self,
        job: &Job,
        matched: &MatchedVersion,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        check_revision(&mut transaction, matched.revision).await?;
        let version = &matched.context.version;
        // A version that was never matched is told of in full, whatever its job is about.
        let again = is_restated(job) && was_matched(&mut transaction, version.id).await?;
        keep_findings(self, &mut transaction, matched, (again, now)).await?;
        // The Index job has the Match job's key: one that is being done may have read the state before.
        let index = NewJob { key: job.key.clone(), ..NewJob::about(JobKind::Index, version.id.0, now) };
        open_job(&mut transaction, index, now).await?;
        Ok(transaction.commit().await?)
    }
}

/// Keeps story, ledger and alerts of a version that was matched, `again` or for the first time.
pub(crate) async fn keep_findings(
    store: &Database,
    transaction: &mut Transaction<'static, Any>,
    matched: &MatchedVersion,
    (again, now): (bool, Timestamp),
) -> Result<(), StoreError> {
    let version = &matched.context.version;
    let story = put_story(transaction, matched, now).await?;
    sqlx::query("update versions set watch_revision = $1 where id = $2")
        .bind(matched.revision)
        .bind(version.id.0)
        .execute(&mut **transaction)
        .await?;
    for finding in &matched.findings {
        put_match(transaction, matched, finding, story).await?;
        // A change of state tells what it brought about itself, and nothing of old that nobody was told.
        if let Some(alert) = finding.alert.as_ref().filter(|alert| !again || alert.novelty.is_removal()) {
            let sealed = store.seal("alerts.excerpt", &ExcerptRow::from(&alert.excerpt))?;
            put_alert(transaction, matched, (finding.watch, alert, story), (sealed, now)).await?;
        }
    }
    store.put_held(transaction, version, &matched.held).await
}

/// Opens a Match job for the newest version of an article whose presence changed. Its key names the state as well as the
/// version: a job that is open, and perhaps half done, read the state before.
pub(crate) async fn open_restated(
    transaction: &mut Transaction<'static, Any>,
    article: ArticleId,
    presence: Presence,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = sqlx::query("select latest_version as latest from articles where id = $1")
        .bind(article.0)
        .fetch_optional(&mut **transaction)
        .await?;
    let latest: Option<i64> = row.map(|row| row.try_get("latest")).transpose()?.flatten();
    let Some(version) = latest else { return Ok(()) };
    let key = format!("{version}:{presence}");
    open_job(transaction, NewJob { key, ..NewJob::matching(version, now) }, now).await
}

/// Whether a version was matched before.
async fn was_matched(
    transaction: &mut Transaction<'static, Any>,
    version: VersionId,
) -> Result<bool, StoreError> {
    let row = sqlx::query("select watch_revision from versions where id = $1")
        .bind(version.0)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(row.try_get::<i64, _>("watch_revision")? > 0)
}

/// Whether a Match job is about an article that stands otherwise now.
fn is_restated(job: &Job) -> bool {
    job.key != job.subject.to_string()
}

impl Database {
    /// Reads a version with its article and source.
    pub(crate) async fn version_in_context(
        &self,
        id: VersionId,
    ) -> Result<Option<VersionInContext>, StoreError> {
        let sql = format!(
            "select {VERSION_COLUMNS}, {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {STATE_COLUMNS} from versions v
             join articles a on a.id = v.article join sources s on s.id = a.source where v.id = $1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_optional(self.readers()).await?;
        row.as_ref().map(context_of).transpose()
    }
}

async fn check_revision(
    transaction: &mut Transaction<'static, Any>,
    revision: i64,
) -> Result<(), StoreError> {
    let row = sqlx::query("select number from revisions where name = 'watches'")
        .fetch_one(&mut **transaction)
        .await?;
    if row.try_get::<i64, _>("number")? == revision { Ok(()) } else { Err(StoreError::WatchesChanged) }
}

async fn put_match(
    transaction: &mut Transaction<'static, Any>,
    matched: &MatchedVersion,
    finding: &Finding,
    story: StoryId,
) -> Result<(), StoreError> {
    let context = &matched.context;
    let backlog = context.article.backlog && context.source.first_look == FirstLook::Archive;
    let clauses: Vec<String> = finding.clauses.iter().map(u32::to_string).collect();
    sqlx::query(
        "insert into matches (watch, version, story, clauses, backlog, found) values ($1, $2, $3, $4, $5, $6)
         on conflict (watch, version) do nothing",
    )
    .bind(finding.watch.0)
    .bind(context.version.id.0)
    .bind(story.0)
    .bind(list(&clauses))
    .bind(i64::from(backlog))
    .bind(millis(context.version.created))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Keeps an alert unless it is known, and notes everybody who is to be told of it.
async fn put_alert(
    transaction: &mut Transaction<'static, Any>,
    matched: &MatchedVersion,
    (watch, alert, story): (WatchId, &NewAlert, StoryId),
    (sealed, now): (Vec<u8>, Timestamp),
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "insert into alerts (watch, story, novelty, article, version, created, excerpt_sealed)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (watch, story, novelty) do nothing returning id",
    )
    .bind(watch.0)
    .bind(story.0)
    .bind(alert.novelty.0.as_str())
    .bind(matched.context.article.id.0)
    .bind(matched.context.version.id.0)
    .bind(millis(now))
    .bind(sealed)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let id: i64 = row.try_get("id")?;
    let wanted =
        sqlx::query("select subscriber, frequency from subscriptions where watch = $1 order by subscriber")
            .bind(watch.0)
            .fetch_all(&mut **transaction)
            .await?;
    for row in wanted {
        let (subscriber, word_of): (i64, String) = (row.try_get("subscriber")?, row.try_get("frequency")?);
        sqlx::query(
            "insert into tellings (subscriber, alert, frequency) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(subscriber)
        .bind(id)
        .bind(word_of.as_str())
        .execute(&mut **transaction)
        .await?;
        let frequency: Frequency = word("frequency", word_of)?;
        if frequency == Frequency::Instant {
            open_job(transaction, deliver_job(subscriber, frequency, now), now).await?;
        }
    }
    Ok(())
}
