//! Sources: configuration is brought into the store when the house starts.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{EndpointId, EndpointKind, Source, SourceId, is_platform, registered_domain};
use sqlx::{Any, Row, Transaction};
use url::Url;

use crate::database::open_job;
use crate::job::NewJob;
use crate::rows::{SOURCE_COLUMNS, list, millis, source_of};
use crate::{Database, JobKind, StoreError};

/// A source as configuration has it, with its endpoints.
#[derive(Debug, Clone)]
pub struct ConfiguredSource {
    /// The outlet.
    pub source: Source,
    /// Where to ask it for news.
    pub endpoints: Vec<ConfiguredEndpoint>,
    /// Registered domains of its pages, beside those of its endpoints.
    pub domains: Vec<String>,
}

/// An endpoint as configuration has it.
#[derive(Debug, Clone)]
pub struct ConfiguredEndpoint {
    /// What is found there.
    pub kind: EndpointKind,
    /// Where it is.
    pub url: Url,
    /// The CSS selectors of a listing page, as TOML text; empty: its articles are found without.
    pub selectors: String,
    /// When it is to be polled first, if it has no time yet.
    pub first_due: Timestamp,
}

/// What the house needs of sources at its start.
#[async_trait]
pub trait Sourcing: Send + Sync {
    /// Makes the store's sources those of the configuration: new ones are added, changed ones changed, missing ones
    /// switched off. Nothing that was read from them is removed. Each enabled endpoint has one open Poll job after it.
    async fn sync_sources(&self, sources: &[ConfiguredSource], now: Timestamp) -> Result<(), StoreError>;

    /// Makes every enabled endpoint due at `now`.
    async fn poll_all(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Lists all sources by id.
    async fn sources(&self) -> Result<Vec<Source>, StoreError>;

    /// Returns one source.
    async fn source(&self, id: &SourceId) -> Result<Option<Source>, StoreError>;
}

#[async_trait]
impl Sourcing for Database {
    async fn sync_sources(&self, sources: &[ConfiguredSource], now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("update sources set enabled = 0").execute(&mut *transaction).await?;
        sqlx::query("update endpoints set configured = 0").execute(&mut *transaction).await?;
        sqlx::query("delete from source_domains").execute(&mut *transaction).await?;
        for configured in sources {
            put_source(&mut transaction, &configured.source).await?;
            put_domains(&mut transaction, configured).await?;
            for endpoint in &configured.endpoints {
                let id = put_endpoint(&mut transaction, &configured.source.id, endpoint).await?;
                if configured.source.enabled {
                    open_job(&mut transaction, poll_job(id, &endpoint.url, endpoint.first_due), now).await?;
                }
            }
        }
        sqlx::query(
            "delete from jobs where kind = 'poll' and subject not in (select e.id from endpoints e
             join sources s on s.id = e.source where e.configured = 1 and s.enabled = 1)",
        )
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    async fn poll_all(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("update jobs set due = $1, parked = 0 where kind = 'poll'")
            .bind(millis(now))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    async fn sources(&self) -> Result<Vec<Source>, StoreError> {
        let sql = format!("select {SOURCE_COLUMNS} from sources s order by s.id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(self.readers()).await?;
        rows.iter().map(source_of).collect()
    }

    async fn source(&self, id: &SourceId) -> Result<Option<Source>, StoreError> {
        let sql = format!("select {SOURCE_COLUMNS} from sources s where s.id = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(self.readers()).await?;
        row.as_ref().map(source_of).transpose()
    }
}

/// The Poll job of an endpoint. Its lane is the registered domain, so that one outlet is asked one thing at a time.
pub(crate) fn poll_job(id: EndpointId, url: &Url, due: Timestamp) -> NewJob {
    let lane = model::registered_domain(url.host_str().unwrap_or_default());
    NewJob { lane, ..NewJob::about(JobKind::Poll, id.0, due) }
}

async fn put_source(transaction: &mut Transaction<'static, Any>, source: &Source) -> Result<(), StoreError> {
    let languages: Vec<String> = source.languages.iter().map(|lang| lang.as_str().to_owned()).collect();
    sqlx::query(
        "insert into sources (id, name, country, kind, languages, owner, schedule, timezone, first_look, delay_ms,
         connections, enabled, rules, proxy, accept_language, robots_override)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (id) do update set name = excluded.name, country = excluded.country, kind = excluded.kind,
         languages = excluded.languages, owner = excluded.owner, schedule = excluded.schedule,
         timezone = excluded.timezone, first_look = excluded.first_look, delay_ms = excluded.delay_ms,
         connections = excluded.connections, enabled = excluded.enabled, rules = excluded.rules,
         proxy = excluded.proxy, accept_language = excluded.accept_language, robots_override = excluded.robots_override,
         rule_empty_since = case when sources.rules = excluded.rules then sources.rule_empty_since else 0 end",
    )
    .bind(source.id.as_str())
    .bind(source.name.as_str())
    .bind(source.country.as_str())
    .bind(source.kind.as_str())
    .bind(list(&languages))
    .bind(source.owner.as_str())
    .bind(source.schedule.as_str())
    .bind(source.timezone.as_str())
    .bind(source.first_look.as_str())
    .bind(i64::try_from(source.delay.as_millis()).unwrap_or(i64::MAX))
    .bind(i64::from(source.connections))
    .bind(i64::from(source.enabled))
    .bind(source.rules.as_str())
    .bind(source.proxy.as_ref().map(ToString::to_string).unwrap_or_default())
    .bind(source.accept_language.as_str())
    .bind(source.robots_override.as_str())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Notes which domains are the source's own. What lies on a platform is nobody's by its domain.
async fn put_domains(
    transaction: &mut Transaction<'static, Any>,
    configured: &ConfiguredSource,
) -> Result<(), StoreError> {
    let of_endpoints = configured.endpoints.iter().filter_map(|endpoint| endpoint.url.host_str());
    let domains = of_endpoints.chain(configured.domains.iter().map(String::as_str)).map(registered_domain);
    for domain in domains.filter(|domain| !is_platform(domain)) {
        sqlx::query("insert into source_domains (source, domain) values ($1, $2) on conflict do nothing")
            .bind(configured.source.id.as_str())
            .bind(domain)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn put_endpoint(
    transaction: &mut Transaction<'static, Any>,
    source: &SourceId,
    endpoint: &ConfiguredEndpoint,
) -> Result<EndpointId, StoreError> {
    let row = sqlx::query(
        "insert into endpoints (source, kind, url, selectors, configured) values ($1, $2, $3, $4, 1)
         on conflict (source, url) do update set kind = excluded.kind, selectors = excluded.selectors, configured = 1
         returning id",
    )
    .bind(source.as_str())
    .bind(endpoint.kind.as_str())
    .bind(endpoint.url.as_str())
    .bind(endpoint.selectors.as_str())
    .fetch_one(&mut **transaction)
    .await?;
    Ok(EndpointId(row.try_get("id")?))
}
