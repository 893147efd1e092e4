//! `cargo xtask newsroom`: serves a folder of kept pages on loopback, for runs over real input, or the bundled sample.
//!
//! The pages are served by crate `newsroom`; this file writes the source file that leads Qarauyl to them.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use newsroom::{Newsroom, Site, folder, sample, source_file};

/// What is served, where, and where Qarauyl is told of it.
#[derive(Debug, Clone)]
pub struct Serving {
    /// The folder of the pages; the bundled sample when there is none.
    pub folder: Option<PathBuf>,
    /// The address to listen on.
    pub address: SocketAddr,
    /// Where the source file for Qarauyl is written; `None` means standard output.
    pub sources: Option<PathBuf>,
}

/// Serves until Ctrl-C; the pages are dated within the two days before `now`.
///
/// # Errors
/// When the folder cannot be read or holds no page, or the address is taken.
pub fn serve(serving: &Serving, now: Timestamp) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve_until_interrupted(serving, now))
}

async fn serve_until_interrupted(serving: &Serving, now: Timestamp) -> anyhow::Result<()> {
    let sites = match &serving.folder {
        Some(folder) => pages_of(folder, now)?,
        None => sample::sites(now)?,
    };
    let pages: usize = sites.iter().map(|site| site.pages.len()).sum();
    let count = sites.len();
    let newsroom = Newsroom::start(sites.clone(), serving.address).await?;
    let address = newsroom.address();
    hand_over(&source_file(&sites, address), serving.sources.as_deref())?;
    let mut messages = io::stderr().lock();
    writeln!(
        messages,
        "{pages} pages of {count} sites at http://{address}; give the fetcher this one exemption:"
    )?;
    writeln!(messages, "exempt = [{{ suffix = \".test\", address = \"{address}\" }}]")?;
    drop(messages);
    tokio::signal::ctrl_c().await?;
    newsroom.stop().await;
    Ok(())
}

fn pages_of(dir: &Path, now: Timestamp) -> anyhow::Result<Vec<Site>> {
    let sites =
        folder::sites(dir, now).with_context(|| format!("cannot read the pages of `{}`", dir.display()))?;
    if sites.is_empty() {
        bail!(
            "no page `*.html.gz` lies in `{}`: name the folder that holds them, or one above",
            dir.display()
        );
    }
    Ok(sites)
}

fn hand_over(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) => fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display())),
        None => Ok(io::stdout().lock().write_all(text.as_bytes())?),
    }
}
