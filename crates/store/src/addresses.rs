//! Addresses: which article an address belongs to, and which outlet an article.
//!
//! An article is known by its identity and its aliases. It belongs to the source whose endpoint announced it only when
//! its page lies on one of that source's own domains. A page elsewhere belongs to the source that has that domain, or,
//! when nobody configured one, to an outlet that is made up from the domain and marked `unlisted`.

use model::{ArticleId, CanonicalUrl, SourceId, SourceKind};
use sqlx::{Any, Row, Transaction};

use crate::StoreError;
use crate::extracting::{NewVersion, PageCapture};

/// Returns the article that is known under `address`.
pub(crate) async fn known(
    transaction: &mut Transaction<'static, Any>,
    address: &CanonicalUrl,
) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query(
        "select id as article from articles where identity = $1 or url = $2
         union all select article from aliases where identity = $1 limit 1",
    )
    .bind(address.identity())
    .bind(address.as_str())
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(|row| row.try_get("article")).transpose()?)
}

/// Returns the source to which a page that `announcer` points to belongs. `home` is the domain of its endpoint.
pub(crate) async fn owner(
    transaction: &mut Transaction<'static, Any>,
    announcer: &SourceId,
    home: &str,
    page: &CanonicalUrl,
) -> Result<String, StoreError> {
    let domain = page.domain();
    if domain == home {
        return Ok(announcer.to_string());
    }
    match configured_owner(transaction, announcer, &domain).await? {
        Some(source) => Ok(source),
        None => unlisted(transaction, &domain).await,
    }
}

/// Returns the configured source that has `domain`: `first` where several do.
async fn configured_owner(
    transaction: &mut Transaction<'static, Any>,
    first: &SourceId,
    domain: &str,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "select source from source_domains where domain = $1
         order by case when source = $2 then 0 else 1 end, source limit 1",
    )
    .bind(domain)
    .bind(first.as_str())
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(|row| row.try_get("source")).transpose()?)
}

/// Returns the stand-in for an outlet that nobody has described, and makes it if it is new.
async fn unlisted(transaction: &mut Transaction<'static, Any>, domain: &str) -> Result<String, StoreError> {
    let id = SourceId::of_unlisted(domain);
    sqlx::query(
        "insert into sources (id, name, country, kind, languages, owner, schedule, timezone, first_look, delay_ms,
         connections, enabled, rules) values ($1, $2, 'ZZ', $3, '[]', '', 'auto', 'UTC', 'archive', 2000, 1, 0, '')
         on conflict (id) do nothing",
    )
    .bind(id.as_str())
    .bind(domain)
    .bind(SourceKind::Unlisted.as_str())
    .execute(&mut **transaction)
    .await?;
    Ok(id.to_string())
}

/// Learns from a page that was read where it was found at last and what it calls its address. Returns the article it
/// is a version of: another one, when that is the same page under an address that was known before.
pub(crate) async fn settle(
    transaction: &mut Transaction<'static, Any>,
    page: &PageCapture,
    version: &NewVersion,
) -> Result<ArticleId, StoreError> {
    let mut article = page.article.id;
    for address in version.addresses.iter().filter(|address| !address.is_front_page()) {
        match known(transaction, address).await? {
            None => add_alias(transaction, &address.identity(), article).await?,
            Some(other) if other == article.0 => {}
            Some(other) => {
                if is_same_page(transaction, article.0, (other, version)).await? {
                    merge(transaction, article, other, &page.article.url.identity()).await?;
                    article = ArticleId(other);
                }
            }
        }
    }
    let found_at = version.addresses.first().map(CanonicalUrl::domain);
    if let Some(domain) = found_at.filter(|domain| *domain != page.article.url.domain())
        && let Some(source) = configured_owner(transaction, &page.article.source, &domain).await?
    {
        // A short link or a feed's own redirect led here: the article is the outlet's on whose page it ended.
        let update = sqlx::query("update articles set source = $1 where id = $2").bind(source);
        update.bind(article.0).execute(&mut **transaction).await?;
    }
    Ok(article)
}

async fn add_alias(
    transaction: &mut Transaction<'static, Any>,
    identity: &str,
    article: ArticleId,
) -> Result<(), StoreError> {
    sqlx::query("insert into aliases (identity, article) values ($1, $2) on conflict (identity) do nothing")
        .bind(identity)
        .bind(article.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// A page may claim an address that is not its own: some sites give all pages the address of one. The claim is
/// believed when the page under that address has its title or text, and this one was never read before.
async fn is_same_page(
    transaction: &mut Transaction<'static, Any>,
    article: i64,
    (other, version): (i64, &NewVersion),
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select (select latest_version from articles where id = $1) as read,
         coalesce((select v.title from articles a join versions v on v.id = a.latest_version where a.id = $2),
                  (select min(e.title) from entries e where e.article = $2), '') as title,
         coalesce((select v.fingerprint from articles a join versions v on v.id = a.latest_version where a.id = $2), '')
         as fingerprint",
    )
    .bind(article)
    .bind(other)
    .fetch_one(&mut **transaction)
    .await?;
    let title: String = row.try_get("title")?;
    let same = row.try_get::<String, _>("fingerprint")? == version.fingerprint
        || !title.trim().is_empty() && title.trim() == version.title.trim();
    Ok(same && row.try_get::<Option<i64>, _>("read")?.is_none())
}

/// Makes all that hangs on an article that was never read belong to another one, under whose alias it lives on.
async fn merge(
    transaction: &mut Transaction<'static, Any>,
    from: ArticleId,
    into: i64,
    identity: &str,
) -> Result<(), StoreError> {
    for sql in [
        "update captures set article = $2 where article = $1",
        "update entries set article = $2 where article = $1
         and endpoint not in (select e.endpoint from entries e where e.article = $2)",
        "update aliases set article = $2 where article = $1",
        "update looks set article = $2 where article = $1",
    ] {
        sqlx::query(sql).bind(from.0).bind(into).execute(&mut **transaction).await?;
    }
    for sql in [
        "delete from entries where article = $1",
        "delete from jobs where kind in ('fetch-page', 'look') and subject = $1",
        "delete from articles where id = $1",
    ] {
        sqlx::query(sql).bind(from.0).execute(&mut **transaction).await?;
    }
    add_alias(transaction, identity, ArticleId(into)).await
}
