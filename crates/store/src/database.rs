//! The database behind the traits: SQLite on one machine, PostgreSQL on many.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Row, Transaction};
use thiserror::Error;

use crate::job::NewJob;
use crate::sealed::KEY_COLUMN;
use crate::{Job, SealError, Sealed, Sealer, migrate};

/// Which SQL is spoken where the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An open store.
#[derive(Debug)]
pub struct Database {
    pub(crate) engine: Engine,
    /// SQLite has one writer: a pool of one connection makes writers queue here and not in the file.
    write: AnyPool,
    read: AnyPool,
    sealer: Option<Sealer>,
    /// Names this process in the leases it takes.
    pub(crate) holder: String,
    /// In whose name changes by hand are noted; empty for the house itself.
    pub(crate) person: String,
    /// The file of a store that is one.
    pub(crate) file: PathBuf,
    /// The same, once it was read as a file; it is closed with everything else.
    pub(crate) raw: Arc<Mutex<Option<Arc<File>>>>,
}

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the store could not do its work: {0}")]
    Database(#[from] sqlx::Error),
    /// The address of the store is of no known form.
    #[error("`{0}` is no store: use sqlite:PATH or postgres://user@host/name in [store] url")]
    Address(String),
    /// The folder of the database file cannot be made.
    #[error("cannot make the folder `{path}` for the store: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A copy of the store cannot be written.
    #[error("cannot write the copy `{path}` of the store: {source}")]
    Copy {
        /// The copy.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A copy of the store came out damaged, so that nothing was changed.
    #[error("the copy `{path}` of the store is damaged: {what}; check the disk")]
    Damaged {
        /// The copy.
        path: String,
        /// What the engine found.
        what: String,
    },
    /// The file of the store cannot be read as a file.
    #[error("cannot read the store `{path}`: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store was not still for a moment.
    #[error("the store is written to all the time, so that it cannot be read as it stands: try again")]
    Busy,
    /// What was asked for needs a store in one file.
    #[error("the store lies on a PostgreSQL server: copy it with pg_dump, and bring it back with pg_restore")]
    NoFile,
    /// The store was written by a later version.
    #[error(
        "the store is of version {present}, this program knows up to {newest}: install the newer program"
    )]
    Newer {
        /// The version of the store.
        present: i64,
        /// The newest version that this program knows.
        newest: i64,
    },
    /// What was asked lies in a sealed column and there is no key.
    #[error(
        "the store is locked: watches, subscribers and digests need the key; see [seal] in the configuration"
    )]
    Locked,
    /// The key is there and is the wrong one.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// Another worker holds the job now; what this one did is dropped.
    #[error("the lease of job {0} was lost")]
    LeaseLost(i64),
    /// The list of watches changed while a version was matched; it is matched again.
    #[error("the list of watches changed meanwhile")]
    WatchesChanged,
    /// A row says something that this version cannot read.
    #[error("the store holds a {what} that cannot be read: `{value}`")]
    Row {
        /// What kind of value.
        what: &'static str,
        /// The value. Never from a sealed column.
        value: String,
    },
    /// A thing of that name is there already.
    #[error("{0}")]
    Exists(&'static str),
}

impl Database {
    /// Opens the store at `url`, making and migrating it as needed.
    ///
    /// # Errors
    /// When the address is wrong, the database cannot be opened, or the key is not the one it was sealed with.
    pub async fn open(url: &str, sealer: Option<Sealer>) -> Result<Self, StoreError> {
        install_drivers();
        let engine = engine_of(url)?;
        let file = PathBuf::from(url.trim_start_matches("sqlite:").trim_start_matches("//"));
        let url = prepare_address(engine, url)?;
        let mut connection = AnyConnection::connect(&url).await?;
        prepare(&mut connection, engine).await?;
        migrate::up(&mut connection, engine, &file).await?;
        connection.close().await?;
        let (writers, readers) = match engine {
            Engine::Sqlite => (1, 4),
            Engine::Postgres => (8, 4),
        };
        let pool = async |size| {
            AnyPoolOptions::new()
                .max_connections(size)
                .after_connect(move |connection, _| Box::pin(prepare(connection, engine)))
                .connect(&url)
                .await
        };
        let database = Self {
            engine,
            write: pool(writers).await?,
            read: pool(readers).await?,
            sealer,
            holder: holder(),
            person: String::new(),
            file,
            raw: Arc::default(),
        };
        database.check_key().await?;
        Ok(database)
    }

    /// Notes changes by hand in the name of a person, from here on.
    #[must_use]
    pub fn used_by(self, person: &str) -> Self {
        Self { person: person.to_owned(), ..self }
    }

    /// Returns whether the sealed columns cannot be read because there is no key.
    pub fn is_locked(&self) -> bool {
        self.sealer.is_none()
    }

    /// Closes all connections, so that the file can be copied or removed.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }

    /// The same store with another key.
    pub(crate) fn with_sealer(&self, sealer: Sealer) -> Self {
        Self {
            engine: self.engine,
            write: self.write.clone(),
            read: self.read.clone(),
            sealer: Some(sealer),
            holder: self.holder.clone(),
            person: self.person.clone(),
            file: self.file.clone(),
            raw: Arc::clone(&self.raw),
        }
    }

    pub(crate) fn sealer(&self) -> Result<&Sealer, StoreError> {
        self.sealer.as_ref().ok_or(StoreError::Locked)
    }

    pub(crate) fn seal<T>(&self, column: &'static str, value: &T) -> Result<Vec<u8>, StoreError>
    where
        T: Serialize + DeserializeOwned,
    {
        Ok(Sealed::seal(self.sealer()?, column, value)?.into_bytes())
    }

    pub(crate) fn open_sealed<T>(&self, column: &'static str, bytes: Vec<u8>) -> Result<T, StoreError>
    where
        T: Serialize + DeserializeOwned,
    {
        Ok(Sealed::from_bytes(bytes).open(self.sealer()?, column)?)
    }

    pub(crate) fn readers(&self) -> &AnyPool {
        &self.read
    }

    pub(crate) fn writers(&self) -> &AnyPool {
        &self.write
    }

    /// Begins a transaction that will write.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        // A deferred transaction of SQLite that later wants to write can fail with SQLITE_BUSY at once.
        Ok(match self.engine {
            Engine::Sqlite => self.write.begin_with("begin immediate").await?,
            Engine::Postgres => self.write.begin().await?,
        })
    }

    /// The first key that opens a store is the key of that store: a wrong one is noticed at once.
    async fn check_key(&self) -> Result<(), StoreError> {
        let Some(sealer) = &self.sealer else { return Ok(()) };
        let mut transaction = self.begin().await?;
        let row = sqlx::query("select value from house where name = 'key'")
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(row) = row {
            Sealed::<String>::from_bytes(row.try_get("value")?).open(sealer, KEY_COLUMN)?;
            return Ok(());
        }
        let probe = Sealed::seal(sealer, KEY_COLUMN, &"this is the key".to_owned())?.into_bytes();
        sqlx::query("insert into house (name, value) values ('key', $1)")
            .bind(probe)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Closes a leased job inside the transaction that keeps its result.
pub(crate) async fn close_job(
    transaction: &mut Transaction<'static, Any>,
    job: &Job,
) -> Result<(), StoreError> {
    let closed = sqlx::query("delete from jobs where id = $1 and lease = $2")
        .bind(job.id.0)
        .bind(job.lease)
        .execute(&mut **transaction)
        .await?;
    if closed.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LeaseLost(job.id.0)) }
}

/// Opens a job unless one of the same kind and key is open.
pub(crate) async fn open_job(
    transaction: &mut Transaction<'static, Any>,
    job: NewJob,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into jobs (kind, key, lane, subject, created, due) values ($1, $2, $3, $4, $5, $6)
         on conflict (kind, key) do nothing",
    )
    .bind(job.kind.as_str())
    .bind(job.key)
    .bind(job.lane)
    .bind(job.subject)
    .bind(now.as_millisecond())
    .bind(job.due.as_millisecond())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Makes both engines known, once.
pub(crate) fn install_drivers() {
    static DRIVERS: OnceLock<()> = OnceLock::new();
    DRIVERS.get_or_init(install_default_drivers);
}

pub(crate) fn engine_of(url: &str) -> Result<Engine, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Engine::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Engine::Postgres),
        _ => Err(StoreError::Address(url.split('@').next_back().unwrap_or_default().to_owned())),
    }
}

/// Makes the folder of a SQLite file, and asks for the file to be made when it is missing.
pub(crate) fn prepare_address(engine: Engine, url: &str) -> Result<String, StoreError> {
    let Some(path) = url.strip_prefix("sqlite:").filter(|_| engine == Engine::Sqlite) else {
        return Ok(url.to_owned());
    };
    let path = path.trim_start_matches("//");
    if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.display().to_string(), source })?;
    }
    Ok(format!("sqlite:{path}?mode=rwc"))
}

async fn prepare(connection: &mut AnyConnection, engine: Engine) -> Result<(), sqlx::Error> {
    if engine == Engine::Sqlite {
        connection
            .execute(
                "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 15000;
                 pragma foreign_keys = on; pragma secure_delete = on;",
            )
            .await?;
    }
    Ok(())
}

/// Names this process so that another one on the same machine can see whether it still lives: machine, process
/// number, and the moment it started, because numbers are used again.
fn holder() -> String {
    // A service that sees processes alone in /proc does not see the host's name there.
    let host = ["/proc/sys/kernel/hostname", "/etc/machine-id"];
    let host = host.iter().find_map(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let pid = std::process::id();
    format!("{} {pid} {}", host.trim(), start_of(pid).unwrap_or_default())
}

/// Returns when a process started, in clock ticks since boot (proc(5), field 22), if it lives.
fn start_of(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

/// Returns whether the process that `other` names ran on the machine of `own` and is gone.
pub(crate) fn is_dead(own: &str, other: &str) -> bool {
    let (Some((own_host, _)), Some((host, rest))) = (own.split_once(' '), other.split_once(' ')) else {
        return false;
    };
    let (pid, start) = rest.split_once(' ').unwrap_or((rest, ""));
    !own_host.is_empty()
        && own_host == host
        && pid.parse().is_ok_and(|pid| start_of(pid).as_deref() != Some(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_gone_is_told_from_one_that_lives() {
        let own = holder();
        assert!(!is_dead(&own, &own));
        let host = own.split(' ').next().unwrap();
        assert!(is_dead(&own, &format!("{host} 4194304 1")));
        assert!(!is_dead(&own, "another-machine 4194304 1"));
        assert!(!is_dead(" 1 1", " 4194304 1"), "a machine without a name is no machine");
    }

    #[test]
    fn an_unknown_store_is_named_without_its_password() {
        let error = engine_of("mysql://me:secret@db/x").unwrap_err().to_string();
        assert!(error.contains("db/x") && !error.contains("secret"), "{error}");
    }
}
