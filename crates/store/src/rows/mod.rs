//! Rows: how the model's types lie in columns.

pub(crate) mod conduct;
pub(crate) mod health;
pub(crate) mod sealed;

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use model::{
    Article, ArticleId, Block, CanonicalUrl, CaptureId, CaptureLocation, Source, StoryId, Version, VersionId,
};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;
use text::Lang;

use crate::StoreError;

/// Returns the milliseconds that stand for `time` in a column.
pub(crate) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// Reads a time column.
pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// Reads a time column in which 0 stands for "never".
pub(crate) fn maybe_time(millis: i64) -> Option<Timestamp> {
    (millis != 0).then(|| time(millis))
}

/// Reads a word of a closed list.
pub(crate) fn word<T: FromStr>(what: &'static str, value: String) -> Result<T, StoreError> {
    value.parse().map_err(|_| StoreError::Row { what, value })
}

/// Reads a language label.
pub(crate) fn lang(value: &str) -> Result<Lang, StoreError> {
    Lang::parse(value).ok_or_else(|| StoreError::Row { what: "language", value: value.to_owned() })
}

/// Writes a list of strings into one column.
pub(crate) fn list(values: &[String]) -> String {
    serde_json::to_string(values).unwrap_or_else(|_| "[]".to_owned())
}

/// Reads a list of strings from one column.
pub(crate) fn unlist(value: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(value)
        .map_err(|_| StoreError::Row { what: "list", value: value.chars().take(80).collect() })
}

/// A block as it lies in `versions.blocks`.
#[derive(Serialize, Deserialize)]
struct BlockRow {
    k: String,
    t: String,
}

/// Writes blocks into one column.
pub(crate) fn blocks(blocks: &[Block]) -> String {
    let rows: Vec<BlockRow> = blocks
        .iter()
        .map(|block| BlockRow { k: block.kind.as_str().to_owned(), t: block.text.clone() })
        .collect();
    serde_json::to_string(&rows).unwrap_or_else(|_| "[]".to_owned())
}

fn unblocks(value: &str) -> Result<Vec<Block>, StoreError> {
    let rows: Vec<BlockRow> = serde_json::from_str(value)
        .map_err(|_| StoreError::Row { what: "list of blocks", value: value.chars().take(20).collect() })?;
    rows.into_iter().map(|row| Ok(Block { kind: word("kind of block", row.k)?, text: row.t })).collect()
}

/// The columns of a capture `c`; [`location_of`] reads where it lies.
pub(crate) const CAPTURE_COLUMNS: &str =
    "c.fetched as c_fetched, c.status as c_status, c.payload_sha256 as c_sha,
 c.file as c_file, c.file_offset as c_offset, c.file_length as c_length";

/// Reads where a capture lies, from the columns of [`CAPTURE_COLUMNS`].
pub(crate) fn location_of(row: &AnyRow) -> Result<CaptureLocation, StoreError> {
    let unsigned = |name| row.try_get::<i64, _>(name).map(|value| u64::try_from(value).unwrap_or(0));
    Ok(CaptureLocation {
        file: row.try_get("c_file")?,
        offset: unsigned("c_offset")?,
        length: unsigned("c_length")?,
    })
}

/// The columns of a version, in the form that [`version_of`] reads.
pub(crate) const VERSION_COLUMNS: &str =
    "v.id as v_id, v.article as v_article, v.capture as v_capture, v.origin as v_origin,
 v.title as v_title, v.byline as v_byline, v.published as v_published, v.lang as v_lang, v.blocks as v_blocks,
 v.fingerprint as v_fingerprint, v.created as v_created";

/// Reads the columns of [`VERSION_COLUMNS`].
pub(crate) fn version_of(row: &AnyRow) -> Result<Version, StoreError> {
    Ok(Version {
        id: VersionId(row.try_get("v_id")?),
        article: ArticleId(row.try_get("v_article")?),
        capture: row.try_get::<Option<i64>, _>("v_capture")?.map(CaptureId),
        origin: word("origin of a version", row.try_get("v_origin")?)?,
        title: row.try_get("v_title")?,
        byline: unlist(row.try_get("v_byline")?)?,
        published: maybe_time(row.try_get("v_published")?),
        lang: lang(row.try_get("v_lang")?)?,
        blocks: unblocks(row.try_get("v_blocks")?)?,
        fingerprint: row.try_get("v_fingerprint")?,
        created: time(row.try_get("v_created")?),
    })
}

/// The columns of an article, in the form that [`article_of`] reads.
pub(crate) const ARTICLE_COLUMNS: &str =
    "a.id as a_id, a.source as a_source, a.url as a_url, a.first_seen as a_first_seen,
 a.backlog as a_backlog, a.story as a_story";

/// Reads the columns of [`ARTICLE_COLUMNS`].
pub(crate) fn article_of(row: &AnyRow) -> Result<Article, StoreError> {
    let url: String = row.try_get("a_url")?;
    Ok(Article {
        id: ArticleId(row.try_get("a_id")?),
        source: word("source id", row.try_get("a_source")?)?,
        url: CanonicalUrl::parse(&url)
            .map_err(|_| StoreError::Row { what: "address of an article", value: url })?,
        first_seen: time(row.try_get("a_first_seen")?),
        backlog: row.try_get::<i64, _>("a_backlog")? != 0,
        story: row.try_get::<Option<i64>, _>("a_story")?.map(StoryId),
    })
}

/// The columns of a source, in the form that [`source_of`] reads.
pub(crate) const SOURCE_COLUMNS: &str = "s.id as s_id, s.name as s_name, s.country as s_country, s.kind as s_kind,
 s.languages as s_languages, s.owner as s_owner, s.schedule as s_schedule, s.timezone as s_timezone,
 s.first_look as s_first_look, s.delay_ms as s_delay_ms, s.connections as s_connections, s.enabled as s_enabled,
 s.rules as s_rules, s.proxy as s_proxy, s.accept_language as s_accept_language,
 s.robots_override as s_robots_override";

/// Reads the columns of [`SOURCE_COLUMNS`].
pub(crate) fn source_of(row: &AnyRow) -> Result<Source, StoreError> {
    let languages: String = row.try_get("s_languages")?;
    let proxy = Some(row.try_get::<String, _>("s_proxy")?).filter(|proxy| !proxy.is_empty());
    Ok(Source {
        id: word("source id", row.try_get("s_id")?)?,
        name: row.try_get("s_name")?,
        country: row.try_get("s_country")?,
        kind: word("kind of source", row.try_get("s_kind")?)?,
        languages: unlist(&languages)?.iter().map(|one| lang(one)).collect::<Result<_, _>>()?,
        owner: row.try_get("s_owner")?,
        schedule: row.try_get("s_schedule")?,
        timezone: row.try_get("s_timezone")?,
        first_look: word("first look", row.try_get("s_first_look")?)?,
        delay: SignedDuration::from_millis(row.try_get("s_delay_ms")?),
        connections: u32::try_from(row.try_get::<i64, _>("s_connections")?).unwrap_or(1),
        proxy: proxy.map(|proxy| word("proxy", proxy)).transpose()?,
        accept_language: row.try_get("s_accept_language")?,
        enabled: row.try_get::<i64, _>("s_enabled")? != 0,
        robots_override: row.try_get("s_robots_override")?,
        rules: row.try_get("s_rules")?,
    })
}
