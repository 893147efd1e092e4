//! A copy of the store while it is open, and the copy that is made before a migration.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;

use sqlx::{AnyConnection, Connection, Executor};
use store::{Database, Reading, Sealer, StoreError, Watching};

use crate::engines::sqlite;
use crate::given::start;

#[tokio::test]
async fn a_copy_is_the_store_as_it_stood_and_is_read_by_its_owner_alone() {
    let house = sqlite().await;
    house.store.add_watch("Border", "khorgos", start()).await.unwrap();
    let copy = house.folder().join("copy.db");
    house.store.copy_into(&copy).await.unwrap();
    house.store.add_watch("Later", "khorgos", start()).await.unwrap();
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        matches!(house.store.copy_into(&copy).await, Err(StoreError::Copy { .. })),
        "nothing is overwritten"
    );
    let url = format!("sqlite:{}", copy.display());
    let copied = Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    assert_eq!(copied.watches().await.unwrap().len(), 1);
    assert_eq!(copied.damages().await.unwrap(), Vec::<String>::new());
    assert_eq!(copied.counts().await.unwrap(), house.store.counts().await.unwrap());
    copied.close().await;
    let mut bytes = std::fs::read(&copy).unwrap();
    let last = bytes.len() - 4_096;
    bytes[last..].fill(0xff);
    std::fs::write(&copy, bytes).unwrap();
    let damaged = Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    assert!(damaged.damages().await.is_ok_and(|found| !found.is_empty()), "a page is not what it was");
}

#[tokio::test]
async fn a_store_is_copied_before_it_is_migrated_and_not_otherwise() {
    let house = sqlite().await;
    let file = house.folder().join("house.db");
    house.store.add_watch("Border", "khorgos", start()).await.unwrap();
    house.store.close().await;
    let url = format!("sqlite:{}", file.display());
    assert_eq!(Database::pending(&url).await.unwrap(), (Vec::new(), true));
    // As it was before the last migration.
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    connection
        .execute(
            "drop table restores; alter table tellings drop column held; alter table digests drop column held;
             alter table subscribers drop column told_restored; delete from migrations where number = 13;",
        )
        .await
        .unwrap();
    connection.close().await.unwrap();
    assert_eq!(Database::pending(&url).await.unwrap(), (vec![13], true));
    let copy = house.folder().join("before-0013.db");
    assert!(!copy.exists(), "asking changes nothing");
    // A start that was cut short has left half a copy.
    std::fs::write(&copy, "half").unwrap();
    let migrated = Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    assert_eq!(migrated.watches().await.unwrap().len(), 1);
    let copied = format!("sqlite:{}", copy.display());
    assert_eq!(Database::pending(&copied).await.unwrap(), (vec![13], true), "the copy is as it was before");
    std::fs::remove_file(&copy).unwrap();
    migrated.close().await;
    Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    assert!(!copy.exists(), "nothing was to be migrated");
    let new = format!("sqlite:{}/new.db", house.folder().display());
    assert_eq!(Database::pending(&new).await.unwrap(), (Vec::new(), false));
    Database::open(&new, None).await.unwrap();
    assert_eq!(
        std::fs::read_dir(house.folder())
            .unwrap()
            .flatten()
            .filter(|file| { file.file_name().to_string_lossy().starts_with("before-") })
            .count(),
        0,
        "a new store needs no copy"
    );
}

#[tokio::test]
async fn the_file_of_a_store_stands_still_while_others_go_on_writing() {
    let house = sqlite().await;
    let file = house.folder().join("house.db");
    house.store.add_watch("Border", "khorgos", start()).await.unwrap();
    let mut frozen = house.store.freeze().await.unwrap();
    let read = |frozen: &store::Frozen| {
        let mut bytes = Vec::new();
        frozen.reader().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let before = read(&frozen);
    house.store.add_watch("Later", "khorgos", start()).await.unwrap();
    let url = format!("sqlite:{}", file.display());
    let other = Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    other.add_watch("Much later", "khorgos", start()).await.unwrap();
    // Whoever is the last to close a store writes all into its file, and so may anyone at any time.
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    connection.execute("pragma wal_checkpoint(passive)").await.unwrap();
    connection.close().await.unwrap();
    other.close().await;
    assert_eq!(read(&frozen), before);
    assert!(frozen.damages().await.unwrap().is_empty());
    assert_eq!(frozen.counts().await.unwrap().articles, 0);
    let copy = house.folder().join("copy.db");
    std::fs::write(&copy, before).unwrap();
    let copied = format!("sqlite:{}", copy.display());
    let copied = Database::open(&copied, Some(Sealer::new(&[1; 32]))).await.unwrap();
    assert_eq!(copied.watches().await.unwrap().len(), 1);
    frozen.thaw().await.unwrap();
    let mut thawed = house.store.freeze().await.unwrap();
    assert_ne!(read(&thawed), std::fs::read(&copy).unwrap(), "what was written meanwhile is in it");
    assert!(thawed.damages().await.unwrap().is_empty());
    assert_eq!(house.store.watches().await.unwrap().len(), 3);
}
