//! A store in one file is copied as it stands at one moment, while others go on writing to it.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sqlx::{Any, AnyConnection, Connection, Executor, Row};

use crate::database::{Engine, engine_of, prepare_address};
use crate::{Database, StoreError, migrate};

impl Database {
    /// Writes a copy of the whole store into `path`, readable by its owner alone. What is written meanwhile is not in it.
    ///
    /// # Errors
    /// When the store is no file, or the copy cannot be written.
    pub async fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        if self.engine != Engine::Sqlite {
            return Err(StoreError::NoFile);
        }
        vacuum_into(self.readers(), path).await
    }

    /// Returns what the engine finds wrong with the file of the store; nothing for a store that is no file.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub async fn damages(&self) -> Result<Vec<String>, StoreError> {
        if self.engine != Engine::Sqlite {
            return Ok(Vec::new());
        }
        damages(self.readers()).await
    }

    /// Returns the numbers of the migrations that opening the store at `url` would run, and whether there is anything in
    /// it. Changes nothing; a store that is not there yet has none and holds nothing.
    ///
    /// # Errors
    /// When the store is newer than this program, or cannot be read.
    pub async fn pending(url: &str) -> Result<(Vec<i64>, bool), StoreError> {
        crate::database::install_drivers();
        let engine = engine_of(url)?;
        let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
        if engine == Engine::Sqlite && !Path::new(path).exists() {
            return Ok((Vec::new(), false));
        }
        let mut connection = AnyConnection::connect(&prepare_address(engine, url)?).await?;
        let pending = migrate::pending(&mut connection, engine).await;
        connection.close().await?;
        pending
    }
}

/// Copies the database behind `executor` into a file that must not be there yet.
pub(crate) async fn vacuum_into<'c>(
    executor: impl Executor<'c, Database = Any>,
    path: &Path,
) -> Result<(), StoreError> {
    let name = path.display().to_string();
    // Into an empty file, so that nobody else can ever read it.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| StoreError::Copy { path: name.clone(), source })?;
    sqlx::query("vacuum into $1").bind(name).execute(executor).await?;
    Ok(())
}

/// Asks the engine to look through the whole file, every page and row. That each index holds what its table says is not
/// asked: of ten gigabytes that takes half an hour, and indexes can be made anew.
pub(crate) async fn damages<'c>(
    executor: impl Executor<'c, Database = Any>,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("pragma quick_check").fetch_all(executor).await?;
    let mut damages = Vec::new();
    for row in rows {
        let said: String = row.try_get(0)?;
        if said != "ok" {
            damages.push(said);
        }
    }
    Ok(damages)
}
