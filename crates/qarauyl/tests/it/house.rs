//! A house beside the sample newsroom, for tests that run the program itself.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use newsroom::{Newsroom, Site, sample, source_file};
use tempfile::TempDir;

/// The sample newsroom, and the sites that it serves as long as it is held.
pub(crate) async fn newsroom() -> (Vec<Site>, Newsroom) {
    let sites = sample::sites("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
    let newsroom = Newsroom::start(sites.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    (sites, newsroom)
}

/// A home whose sources are those of a sample newsroom that runs as long as it is held.
pub(crate) async fn settled() -> (TempDir, Newsroom) {
    let home = tempfile::tempdir().unwrap();
    let (sites, newsroom) = newsroom().await;
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

/// Runs a command of the program in the house at `home`.
pub(crate) fn qarauyl(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qarauyl")).arg("--home").arg(home).args(arguments).output().unwrap()
}

/// Starts the program in the house at `home` with these stages, and returns once it runs.
pub(crate) fn running(home: &Path, stages: &str) -> Child {
    let running = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
        .arg("--home")
        .arg(home)
        .args(["run", "--only", stages])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lock = home.join("data/run.lock");
    for _ in 0..600 {
        if fs::read_to_string(&lock).is_ok_and(|text| text.trim() == running.id().to_string()) {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    running
}

/// All that a command said, to both sides.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
