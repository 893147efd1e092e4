//! Brings the tables of a database to this version, forward only.

use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use crate::copying::{damages, vacuum_into};
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
    (
        12,
        include_str!("../migrations/sqlite/0012_hands.sql"),
        include_str!("../migrations/postgres/0012_hands.sql"),
    ),
    (
        13,
        include_str!("../migrations/sqlite/0013_restores.sql"),
        include_str!("../migrations/postgres/0013_restores.sql"),
    ),
    (
        14,
        include_str!("../migrations/sqlite/0014_forgotten_stories.sql"),
        include_str!("../migrations/postgres/0014_forgotten_stories.sql"),
    ),
    (
        15,
        include_str!("../migrations/sqlite/0015_counting.sql"),
        include_str!("../migrations/postgres/0015_counting.sql"),
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

/// Returns the numbers of what is missing, and whether the database holds anything yet. Writes nothing.
///
/// # Errors
/// When the database is newer than this program, or cannot be read.
pub(crate) async fn pending(
    connection: &mut AnyConnection,
    engine: Engine,
) -> Result<(Vec<i64>, bool), StoreError> {
    let table = match engine {
        Engine::Sqlite => "select count(*) as found from sqlite_master where name = 'migrations'",
        Engine::Postgres => {
            "select count(*) as found from pg_tables where schemaname = current_schema() and tablename = 'migrations'"
        }
    };
    let row = sqlx::query(table).fetch_one(&mut *connection).await?;
    let is_new = row.try_get::<i64, _>("found")? == 0;
    // Numbers are given out before they are released: a lower one may come after a higher one.
    let done: Vec<i64> = if is_new {
        Vec::new()
    } else {
        let rows = sqlx::query("select number from migrations").fetch_all(&mut *connection).await?;
        rows.iter().map(|row| row.try_get("number")).collect::<Result<_, _>>()?
    };
    let newest = MIGRATIONS.last().map_or(0, |(number, ..)| *number);
    if let Some(present) = done.iter().copied().max().filter(|present| *present > newest) {
        return Err(StoreError::Newer { present, newest });
    }
    let missing = MIGRATIONS.iter().map(|(number, ..)| *number).filter(|number| !done.contains(number));
    Ok((missing.collect(), !done.is_empty()))
}

/// Brings a store to this version. One on SQLite that holds something is copied first, and nobody else copies or migrates
/// it meanwhile.
///
/// # Errors
/// When the store is newer than this program, cannot be read or copied, or a statement fails.
pub(crate) async fn up(
    connection: &mut AnyConnection,
    engine: Engine,
    file: &Path,
) -> Result<(), StoreError> {
    let (missing, _) = pending(connection, engine).await?;
    if missing.is_empty() {
        return Ok(());
    }
    if engine == Engine::Postgres {
        return run(connection, engine, &missing).await;
    }
    let _turn = turn(file)?;
    // Whoever had the turn before may have done it.
    let (missing, holds) = pending(connection, engine).await?;
    if holds {
        copy_before(connection, &missing, file).await?;
    }
    run(connection, engine, &missing).await
}

/// Waits until nobody else migrates the store in `file`; the turn is held as long as what is returned.
fn turn(file: &Path) -> Result<std::fs::File, StoreError> {
    let lock = std::fs::OpenOptions::new().create(true).append(true).open(file.with_extension("migrating"));
    let held = lock.and_then(|lock| lock.lock().map(|()| lock));
    held.map_err(|error| StoreError::from(sqlx::Error::Io(error)))
}

/// Copies a store that is about to be migrated, beside it: should the new version not please, the copy is the way back.
/// When the copy cannot be made or is damaged, nothing is migrated.
async fn copy_before(connection: &mut AnyConnection, missing: &[i64], file: &Path) -> Result<(), StoreError> {
    let Some(first) = missing.first() else { return Ok(()) };
    let copy = file.with_file_name(format!("before-{first:04}.db"));
    if copy.exists() {
        // It was made by a start that was cut short, from the store as it still is.
        remove(&copy)?;
    }
    if let Err(error) = vacuum_into(&mut *connection, &copy).await {
        remove(&copy)?;
        return Err(error);
    }
    let mut copied = AnyConnection::connect(&format!("sqlite:{}?mode=ro", copy.display())).await?;
    let damaged = damages(&mut copied).await?;
    copied.close().await?;
    if let Some(what) = damaged.into_iter().next() {
        return Err(StoreError::Damaged { path: copy.display().to_string(), what });
    }
    tracing::warn!(copy = %copy.display(), ?missing, "the store is brought to this version; before that it was copied");
    Ok(())
}

fn remove(copy: &Path) -> Result<(), StoreError> {
    std::fs::remove_file(copy).map_err(|source| StoreError::Copy { path: copy.display().to_string(), source })
}

/// Runs what is missing, each migration in a transaction of its own.
async fn run(connection: &mut AnyConnection, engine: Engine, missing: &[i64]) -> Result<(), StoreError> {
    sqlx::raw_sql("create table if not exists migrations (number bigint primary key)")
        .execute(&mut *connection)
        .await?;
    for (number, sqlite, postgres) in MIGRATIONS.iter().filter(|(number, ..)| missing.contains(number)) {
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
