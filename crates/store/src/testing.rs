//! Puts articles into a store that have come the whole way already, many in one transaction: a house of a million articles
//! cannot be measured by fetching a million pages first. No house that is lived in has a use for it.
//!
//! The rows are those that the stages would have left. Article, capture and version of one article have one number.

use jiff::Timestamp;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Transaction};

use crate::looking::open_look;
use crate::matching::keep_findings;
use crate::rows::{blocks, list, millis};
use crate::{Database, MatchedVersion, NewCapture, StoreError};

/// So many rows go into one statement.
const ROWS: usize = 100;

/// An article that has come the whole way.
#[derive(Debug, Clone)]
pub struct Passed {
    /// Its version, its story and what found it.
    pub matched: MatchedVersion,
    /// What its feed said of it.
    pub summary: String,
    /// Its page.
    pub capture: NewCapture,
    /// When its page was looked at again; it was the same each time.
    pub looks: Vec<Timestamp>,
}

/// One value of a row.
enum Value {
    Number(i64),
    Text(String),
}

impl Database {
    /// Keeps articles as the stages would have: with entry, capture, looks, version, story, matches and alerts. No job of
    /// theirs is left but the next look.
    ///
    /// # Errors
    /// When the database refuses; then none of them is kept.
    pub async fn put_passed(&self, articles: &[Passed]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for part in articles.chunks(ROWS) {
            put_articles(&mut transaction, part).await?;
            put_captures(&mut transaction, part).await?;
            put_versions(&mut transaction, part).await?;
            put_looks(&mut transaction, part).await?;
        }
        for Passed { matched, capture, .. } in articles {
            let now = matched.context.version.created;
            open_look(&mut transaction, capture.article, capture.next_look, now).await?;
            keep_findings(self, &mut transaction, matched, (false, now)).await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn put_articles(
    transaction: &mut Transaction<'static, Any>,
    articles: &[Passed],
) -> Result<(), StoreError> {
    let article = |one: &Passed| {
        let article = &one.matched.context.article;
        vec![
            Value::Number(article.id.0),
            Value::Text(article.source.as_str().to_owned()),
            Value::Text(article.url.as_str().to_owned()),
            Value::Text(article.url.identity()),
            Value::Number(millis(article.first_seen)),
            Value::Number(i64::from(article.backlog)),
            Value::Number(one.matched.context.version.id.0),
        ]
    };
    let columns = "articles (id, source, url, identity, first_seen, backlog, latest_version)";
    insert(transaction, (columns, ""), articles.iter().map(article).collect()).await?;
    let entry = |one: &Passed| {
        let context = &one.matched.context;
        vec![
            Value::Text(context.article.source.as_str().to_owned()),
            Value::Number(context.article.id.0),
            Value::Text(context.version.title.clone()),
            Value::Text(one.summary.clone()),
            Value::Number(context.version.published.map_or(0, millis)),
            Value::Number(millis(context.article.first_seen)),
        ]
    };
    let columns = "entries (endpoint, article, title, summary, content, published, seen)";
    let rows = "select (select min(id) from endpoints where source = column1), column2, column3, column4, '', column5, column6
                from (values";
    insert(transaction, (columns, rows), articles.iter().map(entry).collect()).await
}

async fn put_captures(
    transaction: &mut Transaction<'static, Any>,
    articles: &[Passed],
) -> Result<(), StoreError> {
    let capture = |one: &Passed| {
        let NewCapture { article, fetched, status, location, .. } = &one.capture;
        let number = |value: u64| Value::Number(i64::try_from(value).unwrap_or(i64::MAX));
        vec![
            Value::Number(article.0),
            Value::Number(article.0),
            Value::Number(millis(*fetched)),
            Value::Number(i64::from(*status)),
            Value::Text(one.capture.payload_sha256.clone()),
            Value::Text(location.file.clone()),
            number(location.offset),
            number(location.length),
        ]
    };
    let columns = "captures (id, article, fetched, status, payload_sha256, file, file_offset, file_length)";
    insert(transaction, (columns, ""), articles.iter().map(capture).collect()).await
}

async fn put_versions(
    transaction: &mut Transaction<'static, Any>,
    articles: &[Passed],
) -> Result<(), StoreError> {
    let version = |one: &Passed| {
        let version = &one.matched.context.version;
        vec![
            Value::Number(version.id.0),
            Value::Number(version.article.0),
            Value::Number(version.article.0),
            Value::Text(version.origin.as_str().to_owned()),
            Value::Text(version.title.clone()),
            Value::Text(list(&version.byline)),
            Value::Number(version.published.map_or(0, millis)),
            Value::Text(version.lang.as_str().to_owned()),
            Value::Text(blocks(&version.blocks)),
            Value::Text(version.fingerprint.clone()),
            Value::Number(millis(version.created)),
            Value::Number(one.matched.revision),
        ]
    };
    let columns = "versions (id, article, capture, origin, title, byline, published, lang, blocks, fingerprint, created,
                   watch_revision)";
    insert(transaction, (columns, ""), articles.iter().map(version).collect()).await
}

async fn put_looks(
    transaction: &mut Transaction<'static, Any>,
    articles: &[Passed],
) -> Result<(), StoreError> {
    let looks = |one: &Passed| -> Vec<Vec<Value>> {
        let article = one.capture.article.0;
        let look = |at: &Timestamp| {
            vec![
                Value::Number(article),
                Value::Number(millis(*at)),
                Value::Text("same".to_owned()),
                Value::Number(200),
            ]
        };
        one.looks.iter().map(look).collect()
    };
    let rows: Vec<_> = articles.iter().flat_map(looks).collect();
    if rows.is_empty() {
        return Ok(());
    }
    insert(transaction, ("looks (article, at, sight, status)", ""), rows).await
}

/// Inserts rows into a table. `from` is what is asked of the rows where they are not the columns themselves.
async fn insert(
    transaction: &mut Transaction<'static, Any>,
    (into, from): (&str, &str),
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let mut number = 0;
    let row = |row: &Vec<Value>| {
        let places: Vec<String> = row
            .iter()
            .map(|_| {
                number += 1;
                format!("${number}")
            })
            .collect();
        format!("({})", places.join(", "))
    };
    let values = rows.iter().map(row).collect::<Vec<_>>().join(", ");
    let sql = if from.is_empty() {
        format!("insert into {into} values {values}")
    } else {
        format!("insert into {into} {from} {values})")
    };
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for value in rows.into_iter().flatten() {
        query = bound(query, value);
    }
    query.execute(&mut **transaction).await?;
    Ok(())
}

fn bound(query: Query<'_, Any, AnyArguments>, value: Value) -> Query<'_, Any, AnyArguments> {
    match value {
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
    }
}
