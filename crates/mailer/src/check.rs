//! Whether mails would be taken, found out without sending one.
//!
//! [`server`] goes as far with the mail server as a mail's sender, and leaves. [`records`] asks DNS what the sender's domain
//! says of itself, and [`domain`] judges that.
//! What is found is a sentence for a person; the other side's own words stand in it, addresses and secrets left out.

mod dkim;
mod domain;
mod records;
mod server;
mod spf;
mod walk;

pub use dkim::Signing;
pub use domain::{Answer, Pointer, Records, Unanswered, domain, zone_line};
pub use records::records;
pub use server::{server, server_with};
pub use walk::Walked;

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether nothing need be done.
    pub fine: bool,
    /// How it is.
    pub says: String,
    /// What to do; empty where nothing is.
    pub todo: String,
}

impl Verdict {
    fn fine(says: impl Into<String>) -> Self {
        Self { fine: true, says: says.into(), todo: String::new() }
    }

    fn look(says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { fine: false, says: says.into(), todo: todo.into() }
    }
}
