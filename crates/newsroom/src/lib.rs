//! A news site on loopback: the bundled sample newsroom of the demo, or any folder of pages.
//!
//! One listener serves many sites, told apart by their `.test` host names (RFC 2606 keeps these out of the real
//! world). In reading order: what a site is ([`Site`]), the server ([`Newsroom`]), where sites come from
//! ([`sample`], [`folder`]), the source file that points Qarauyl at them ([`source_file`]),
//! and a server that does all that a server should not ([`faults`]).

mod feed;
mod server;
mod site;
mod source_file;

pub mod faults;
pub mod folder;
pub mod sample;

pub use server::{Fault, Newsroom, NewsroomError};
pub use site::{Body, FeedKind, Page, Site};
pub use source_file::source_file;
