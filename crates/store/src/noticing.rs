//! What a person is told of sources: each notice once to each subscriber, in the next mail.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{EndpointId, Notice, SourceId, SourceNews, Subscriber};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::StoreError;
use crate::rows::{millis, time, word};

/// Keeps a notice for all who are subscribers now. Without an endpoint it is about the source's own rules.
pub(crate) async fn put_notice(
    transaction: &mut Transaction<'static, Any>,
    (source, endpoint): (&SourceId, Option<EndpointId>),
    notice: &Notice,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into notices (source, endpoint, at, since, state, recovered, reason) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(source.as_str())
    .bind(endpoint.map_or(0, |endpoint| endpoint.0))
    .bind(millis(now))
    .bind(millis(notice.since))
    .bind(notice.state.as_str())
    .bind(i64::from(notice.recovered))
    .bind(notice.reason.as_str())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Returns what a subscriber was not told yet, the last of each endpoint, and notes that it is told now.
pub(crate) async fn take_notices(
    transaction: &mut Transaction<'static, Any>,
    subscriber: &Subscriber,
) -> Result<Vec<SourceNews>, StoreError> {
    let rows = sqlx::query(
        "select n.id as id, n.source as source, n.endpoint as endpoint, s.name as name, n.since as since, n.state as state,
         n.recovered as recovered, n.reason as reason, s.enabled as enabled from notices n join sources s on s.id = n.source
         where n.at >= $2 and not exists (select 1 from told_notices t where t.subscriber = $1 and t.notice = n.id)
         order by n.id",
    )
    .bind(subscriber.id.0)
    .bind(millis(subscriber.created))
    .fetch_all(&mut **transaction)
    .await?;
    let mut last = BTreeMap::new();
    for row in &rows {
        let id: i64 = row.try_get("id")?;
        sqlx::query("insert into told_notices (subscriber, notice) values ($1, $2)")
            .bind(subscriber.id.0)
            .bind(id)
            .execute(&mut **transaction)
            .await?;
        if row.try_get::<i64, _>("enabled")? != 0 {
            let about: (String, i64) = (row.try_get("source")?, row.try_get("endpoint")?);
            last.insert(about, (id, news_of(row)?));
        }
    }
    let mut news: Vec<(i64, SourceNews)> = last.into_values().collect();
    news.sort_by_key(|(id, _)| *id);
    Ok(news.into_iter().map(|(_, news)| news).collect())
}

fn news_of(row: &AnyRow) -> Result<SourceNews, StoreError> {
    let notice = Notice {
        state: word("state of an endpoint", row.try_get("state")?)?,
        recovered: row.try_get::<i64, _>("recovered")? != 0,
        since: time(row.try_get("since")?),
        reason: row.try_get("reason")?,
    };
    Ok(SourceNews { source_name: row.try_get("name")?, notice })
}
