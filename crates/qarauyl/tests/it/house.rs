//! A house beside the sample newsroom, for tests that run the program itself.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use newsroom::{Newsroom, sample, source_file};
use tempfile::TempDir;

/// A home whose sources are those of a sample newsroom that runs as long as it is held.
pub(crate) async fn settled() -> (TempDir, Newsroom) {
    let home = tempfile::tempdir().unwrap();
    let sites = sample::sites("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
    let newsroom = Newsroom::start(sites.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    fs::create_dir_all(home.path().join("sources")).unwrap();
    fs::create_dir_all(home.path().join("data")).unwrap();
    fs::write(home.path().join("sources/newsroom.toml"), source_file(&sites, newsroom.address())).unwrap();
    fs::write(home.path().join("data/key"), "1f".repeat(32)).unwrap();
    let settings = format!(
        "[sources]\ndirectory = \"sources\"\n[queue]\nidle = \"20ms\"\n[fetcher]\nexempt = [{{ suffix = \".test\", address = \"{}\" }}]\n",
        newsroom.address()
    );
    fs::write(home.path().join("qarauyl.toml"), settings).unwrap();
    (home, newsroom)
}
