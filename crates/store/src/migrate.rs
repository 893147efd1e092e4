//! Brings the tables of a database to this version, forward only.

use sqlx::{AnyConnection, Connection, Row};

use crate::database::Engine;
use crate::{Database, StoreError};

/// The migrations of each engine, side by side; a released one is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        include_str!("../migrations/sqlite/0001_house.sql"),
        include_str!("../migrations/postgres/0001_house.sql"),
    ),
    (
        2,
        include_str!("../migrations/sqlite/0002_empty_rule.sql"),
        include_str!("../migrations/postgres/0002_empty_rule.sql"),
    ),
    (
        3,
        include_str!("../migrations/sqlite/0003_habits.sql"),
        include_str!("../migrations/postgres/0003_habits.sql"),
    ),
    (
        5,
        include_str!("../migrations/sqlite/0005_manners.sql"),
        include_str!("../migrations/postgres/0005_manners.sql"),
    ),
    (
        6,
        include_str!("../migrations/sqlite/0006_addresses.sql"),
        include_str!("../migrations/postgres/0006_addresses.sql"),
    ),
    (
        7,
        include_str!("../migrations/sqlite/0007_looks.sql"),
        include_str!("../migrations/postgres/0007_looks.sql"),
    ),
    (
        8,
        include_str!("../migrations/sqlite/0008_health.sql"),
        include_str!("../migrations/postgres/0008_health.sql"),
    ),
    (
        9,
        include_str!("../migrations/sqlite/0009_watch_changes.sql"),
        include_str!("../migrations/postgres/0009_watch_changes.sql"),
    ),
    (
        10,
        include_str!("../migrations/sqlite/0010_quarantine.sql"),
        include_str!("../migrations/postgres/0010_quarantine.sql"),
    ),
    (
        11,
        include_str!("../migrations/sqlite/0011_stories.sql"),
        include_str!("../migrations/postgres/0011_stories.sql"),
    ),
];

impl Database {
    /// Returns the number of the newest migration that the store has had.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_migration(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("select coalesce(max(number), 0) as number from migrations")
            .fetch_one(self.readers());
        Ok(row.await?.try_get("number")?)
    }
}

/// Runs what is missing, each migration in a transaction of its own.
///
/// # Errors
/// When the database is newer than this program, or a statement fails.
pub(crate) async fn run(connection: &mut AnyConnection, engine: Engine) -> Result<(), StoreError> {
    sqlx::raw_sql("create table if not exists migrations (number bigint primary key)")
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query("select coalesce(max(number), 0) as number from migrations")
        .fetch_one(&mut *connection)
        .await?;
    let present: i64 = row.try_get("number")?;
    let newest = MIGRATIONS.last().map_or(0, |(number, ..)| *number);
    if present > newest {
        return Err(StoreError::Newer { present, newest });
    }
    // Numbers are given out before they are released: a lower one may come after a higher one.
    let rows = sqlx::query("select number from migrations").fetch_all(&mut *connection).await?;
    let done: Vec<i64> = rows.iter().map(|row| row.try_get("number")).collect::<Result<_, _>>()?;
    for (number, sqlite, postgres) in MIGRATIONS.iter().filter(|(number, ..)| !done.contains(number)) {
        let mut transaction = connection.begin().await?;
        let sql = match engine {
            Engine::Sqlite => *sqlite,
            Engine::Postgres => *postgres,
        };
        sqlx::raw_sql(sql).execute(&mut *transaction).await?;
        sqlx::query("insert into migrations (number) values ($1)")
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(())
}
