//! `cargo xtask newsroom`: serves a folder of kept pages on loopback, for runs over real input.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use jiff::Timestamp;

/// What is served, where, and where Qarauyl is told of it.
#[derive(Debug, Clone)]
pub struct Serving {
    /// The folder of the pages.
    pub folder: PathBuf,
    /// The address to listen on.
    pub address: SocketAddr,
    /// Where the source file for Qarauyl is written; `None` means standard output.
    pub sources: Option<PathBuf>,
}

/// Serves until Ctrl-C.
///
/// # Errors
/// When the folder cannot be read or the address is taken.
pub fn serve(serving: &Serving, now: Timestamp) -> anyhow::Result<()> {
    // Crate `newsroom` has no reader of folders yet; until it has one, this says so instead of doing nothing.
    bail!(
        "`{}` cannot be served at {now}: crate `newsroom` does not read folders yet",
        serving.folder.display()
    )
}
