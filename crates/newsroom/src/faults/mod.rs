//! A server that behaves badly: one fault for each path, down to single bytes.
//!
//! In reading order: what a fault does on the wire ([`Act`]), the faults by kind (feeds, charsets, packing, heads,
//! transport), and the server ([`FaultServer`]). `GET /list` names all of them. Names that end in `*` keep the
//! connection open. Redirects lead to loopback alone: 127.66.0.1 stands for a private host that must be refused.

mod act;
mod charsets;
mod feeds;
mod heads;
mod packing;
mod server;
mod transport;

pub use act::Act;
pub use server::FaultServer;

/// Returns every fault with its name, for a server at `port`.
pub fn faults(port: u16) -> Vec<(&'static str, Act)> {
    let kinds =
        [feeds::faults(), charsets::faults(), packing::faults(), heads::faults(port), transport::faults()];
    kinds.into_iter().flatten().collect()
}
