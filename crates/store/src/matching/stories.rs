//! Stories as they are kept: how copies find them, and which sentences they hold.

use jiff::Timestamp;
use model::{StoryFacts, StoryId, VersionId};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row, Transaction};

use crate::rows::{millis, time};
use crate::{Database, MatchedVersion, StoreError};

/// A shingle under which so many stories are found says nothing any more: no further one is put there. It bounds what a
/// version is compared with, however many articles have the same boilerplate.
const CROWD: i64 = 100;

/// So many stories that are not looked for any more are forgotten with each that begins. One would do; those of a store that
/// never forgot any are gone in days.
const FORGOTTEN: usize = 16;

/// So many stories are compared with a version, those that share most of its shingles.
const CANDIDATES: usize = 16;

/// A story that a version may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryCandidate {
    /// The story.
    pub story: StoryId,
    /// The signature of the version that began it.
    pub signature: Vec<u8>,
}

/// Which story a version belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoryChoice {
    /// It begins one.
    New {
        /// Its signature, by which copies are recognised.
        signature: Vec<u8>,
        /// The shingles under which it is found.
        shingles: Vec<i64>,
        /// Stories begun before are not looked for any more.
        since: Timestamp,
    },
    /// It belongs to this one.
    Existing(StoryId),
}

/// A sentence of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorySentence {
    /// Hash of its words as they are written.
    pub hash: i64,
    /// Hashes of its words, each once, ascending; empty when it was kept without them.
    pub words: Vec<u32>,
}

impl Database {
    /// Returns the stories that share most of these shingles, the oldest first.
    pub(crate) async fn candidates(
        &self,
        shingles: &[i64],
        since: Timestamp,
    ) -> Result<Vec<StoryCandidate>, StoreError> {
        if shingles.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "select id, signature from stories where id in (
                 select story from story_shingles where shingle in ({}) and begun >= $1
                 group by story order by count(*) desc, story limit {CANDIDATES})
             order by id",
            listed(shingles)
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(millis(since)).fetch_all(self.readers()).await?;
        let candidate = |row: &AnyRow| -> Result<StoryCandidate, StoreError> {
            Ok(StoryCandidate { story: StoryId(row.try_get("id")?), signature: row.try_get("signature")? })
        };
        rows.iter().map(candidate).collect()
    }

    /// Returns the sentences that a story has from other versions, in whatever order they were matched.
    pub(crate) async fn sentences_beside(
        &self,
        story: StoryId,
        version: VersionId,
    ) -> Result<Vec<StorySentence>, StoreError> {
        let rows = sqlx::query(
            "select sentence, words from story_sentences where story = $1 and version <> $2 order by sentence",
        )
        .bind(story.0)
        .bind(version.0)
        .fetch_all(self.readers())
        .await?;
        let sentence = |row: &AnyRow| -> Result<StorySentence, StoreError> {
            let words: Vec<u8> = row.try_get("words")?;
            let (words, _) = words.as_chunks::<4>();
            let words = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
            Ok(StorySentence { hash: row.try_get("sentence")?, words })
        };
        rows.iter().map(sentence).collect()
    }
}

/// Reads what is known of a story as a whole.
pub(crate) async fn facts_of(
    executor: impl Executor<'_, Database = Any>,
    story: StoryId,
) -> Result<Option<StoryFacts>, StoreError> {
    let row = sqlx::query(
        "select a.first_seen as first_seen, s.name as name, t.origin as origin,
         (select count(*) from articles b where b.story = t.id) as articles
         from stories t join articles a on a.story = t.id join sources s on s.id = a.source
         where t.id = $1 order by a.first_seen, a.id limit 1",
    )
    .bind(story.0)
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(StoryFacts {
        first_seen: time(row.try_get("first_seen")?),
        first_source: row.try_get("name")?,
        origin: row.try_get("origin")?,
        articles: u32::try_from(row.try_get::<i64, _>("articles")?).unwrap_or(u32::MAX),
    }))
}

/// Whole numbers of our own making stand in a statement itself: one question instead of dozens.
fn listed(numbers: &[i64]) -> String {
    let list: Vec<String> = numbers.iter().map(i64::to_string).collect();
    list.join(", ")
}

/// Keeps the story of a version: begins it where it is new, and adds what it now holds.
pub(crate) async fn put_story(
    transaction: &mut Transaction<'static, Any>,
    matched: &MatchedVersion,
    now: Timestamp,
) -> Result<StoryId, StoreError> {
    let story = match &matched.story {
        StoryChoice::Existing(story) => *story,
        StoryChoice::New { signature, shingles, since } => {
            let row = sqlx::query(
                "insert into stories (first_version, signature, created) values ($1, $2, $3) returning id",
            )
            .bind(matched.context.version.id.0)
            .bind(signature.clone())
            .bind(millis(now))
            .fetch_one(&mut **transaction)
            .await?;
            let id: i64 = row.try_get("id")?;
            put_shingles(transaction, StoryId(id), shingles, (*since, now)).await?;
            StoryId(id)
        }
    };
    // The first that says so is believed.
    if let Some(origin) = matched.origin {
        sqlx::query("update stories set origin = $1 where id = $2 and origin = ''")
            .bind(origin)
            .bind(story.0)
            .execute(&mut **transaction)
            .await?;
    }
    put_sentences(transaction, (story, matched.context.version.id), &matched.sentences).await?;
    sqlx::query("update articles set story = $1 where id = $2")
        .bind(story.0)
        .bind(matched.context.article.id.0)
        .execute(&mut **transaction)
        .await?;
    Ok(story)
}

/// Puts a story under its shingles, but for those that lead to many already.
async fn put_shingles(
    transaction: &mut Transaction<'static, Any>,
    story: StoryId,
    shingles: &[i64],
    (since, now): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    // A clock that goes wrong for a while, or a window that is mistyped, must not cost what is soon looked for again.
    let long_since = since.checked_sub(now.duration_since(since)).unwrap_or(Timestamp::MIN);
    forget(transaction, long_since).await?;
    if shingles.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "select shingle from story_shingles where shingle in ({}) and begun >= $1
         group by shingle having count(*) >= {CROWD}",
        listed(shingles)
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(millis(since)).fetch_all(&mut **transaction).await?;
    let crowded: Vec<i64> = rows.iter().map(|row| row.try_get("shingle")).collect::<Result<_, _>>()?;
    let begun = millis(now);
    let rows: Vec<String> = shingles
        .iter()
        .filter(|shingle| !crowded.contains(shingle))
        .map(|shingle| format!("({shingle}, {}, {begun})", story.0))
        .collect();
    if !rows.is_empty() {
        let sql = format!(
            "insert into story_shingles (shingle, story, begun) values {} on conflict do nothing",
            rows.join(", ")
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Takes back what stories are found by that began before `since`, the oldest first. Without it a store would keep a quarter
/// of its room for what nobody asks for again.
async fn forget(transaction: &mut Transaction<'static, Any>, since: Timestamp) -> Result<(), StoreError> {
    let sql = format!(
        "select id from stories where length(signature) > 0 and created < $1 order by created limit {FORGOTTEN}"
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(millis(since)).fetch_all(&mut **transaction).await?;
    let stories: Vec<i64> = rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
    if stories.is_empty() {
        return Ok(());
    }
    let stories = listed(&stories);
    let sql = format!("delete from story_shingles where story in ({stories})");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut **transaction).await?;
    let sql = format!("update stories set signature = $1 where id in ({stories})");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(Vec::<u8>::new()).execute(&mut **transaction).await?;
    Ok(())
}

/// Adds sentences to a story, those that are there already left alone.
async fn put_sentences(
    transaction: &mut Transaction<'static, Any>,
    (story, version): (StoryId, VersionId),
    sentences: &[StorySentence],
) -> Result<(), StoreError> {
    for chunk in sentences.chunks(100) {
        let row =
            |(number, one): (usize, &StorySentence)| format!("({story}, {}, {version}, ${number})", one.hash);
        let rows: Vec<String> = (1..).zip(chunk).map(row).collect();
        let sql = format!(
            "insert into story_sentences (story, sentence, version, words) values {} on conflict do nothing",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for sentence in chunk {
            query =
                query.bind(sentence.words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}
