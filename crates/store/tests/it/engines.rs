//! A fresh store on each engine.

use store::{Database, Sealer};

/// A store that goes away with its folder.
pub(crate) struct House {
    pub(crate) store: Database,
    folder: Option<tempfile::TempDir>,
}

impl House {
    /// Where the files lie, for an engine that has files here.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }
}

/// Opens a fresh SQLite store with a key.
pub(crate) async fn sqlite() -> House {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/house.db", folder.path().display());
    let store = Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    House { store, folder: Some(folder) }
}

/// Opens a fresh database on the server that `QARAUYL_TEST_POSTGRES` names.
#[cfg(feature = "postgres-tests")]
pub(crate) async fn postgres() -> House {
    use sqlx::{AnyConnection, Connection, Executor};
    sqlx::any::install_default_drivers();
    let server = std::env::var("QARAUYL_TEST_POSTGRES")
        .expect("set QARAUYL_TEST_POSTGRES to postgres://user@host:port for --features postgres-tests");
    let name = format!("qarauyl_{:016x}", rand::random::<u64>());
    let mut connection = AnyConnection::connect(&format!("{server}/postgres")).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    connection.close().await.unwrap();
    let store = Database::open(&format!("{server}/{name}"), Some(Sealer::new(&[1; 32]))).await.unwrap();
    House { store, folder: None }
}

/// Writes each test of the suite once an engine.
macro_rules! contract {
    ($($file:ident :: $test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                let house = crate::engines::sqlite().await;
                crate::$file::$test(&house.store).await;
            })+
        }
        #[cfg(feature = "postgres-tests")]
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                let house = crate::engines::postgres().await;
                crate::$file::$test(&house.store).await;
                house.store.close().await;
            })+
        }
    };
}
pub(crate) use contract;
