//! A page to be fetched, how its source wants to be asked, and what it came to.

use archive::Exchange;
use model::{ProxyUrl, Source, SourceKind, Validators};
use url::Url;

use crate::manners::turns::Pace;
use crate::wire::accept_language;

/// A page to be fetched, and how its source wants to be asked.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The address.
    pub url: &'a Url,
    /// What the server gave last time; `None` asks without conditions.
    pub validators: Option<&'a Validators>,
    /// The kind of its source, which decides what contact is told.
    pub kind: SourceKind,
    /// The `Accept-Language`; empty sends none.
    pub accept_language: String,
    /// The only way there; `None` is straight.
    pub proxy: Option<&'a ProxyUrl>,
    /// How many requests at once, how far apart.
    pub pace: Pace,
    /// What becomes of a body that is larger than we take.
    pub oversize: Oversize,
    /// Whether a person has decided that the source is read although its robots.txt forbids it.
    pub overrides_robots: bool,
}

/// What becomes of a body that is larger than we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversize {
    /// It is given up: half a page is no page.
    Refuse,
    /// Its start is taken: the first entries of a feed are its newest.
    Cut,
}

/// What a request came to.
#[derive(Debug)]
pub enum Fetched {
    /// The server says that nothing has changed since the validators: its answer, which is evidence, too.
    NotModified(Box<Exchange>),
    /// A page.
    Exchange(Box<Exchange>),
}

impl<'a> Ask<'a> {
    /// Returns the request for a page of `source`, without conditions.
    pub fn of(source: &'a Source, url: &'a Url) -> Self {
        Self {
            url,
            validators: None,
            kind: source.kind,
            accept_language: accept_language(source),
            proxy: source.proxy.as_ref(),
            pace: Pace { connections: source.connections, delay: source.delay.unsigned_abs() },
            oversize: Oversize::Refuse,
            overrides_robots: !source.robots_override.is_empty(),
        }
    }

    /// Returns the request with what the server gave last time.
    #[must_use]
    pub fn unless(self, validators: &'a Validators) -> Self {
        Self { validators: Some(validators), ..self }
    }
}
