//! What each fault comes to.

use model::EndpointState::{self, Blocked, Broken, Gone, Ok};

/// What a poll of a fault comes to.
pub(crate) struct Expected {
    pub(crate) state: EndpointState,
    pub(crate) entries: usize,
    /// What its words hold; empty where there are none.
    pub(crate) words: &'static str,
}

const fn read(entries: usize) -> Expected {
    Expected { state: Ok, entries, words: "" }
}

const fn fails(state: EndpointState, words: &'static str) -> Expected {
    Expected { state, entries: 0, words }
}

/// The faults by name. A name that ends in `*` keeps the connection open.
pub(crate) const EXPECTED: &[(&str, Expected)] = &[
    ("304-always", fails(Broken, "answered 304: not modified, though")),
    ("403-cf", fails(Blocked, "shows a challenge")),
    ("404", fails(Broken, "answered 404: nothing is there")),
    ("410", fails(Gone, "answered 410: it is gone for good")),
    ("429-date", fails(Blocked, "answered 429: it is asked too often")),
    ("429-sec", fails(Blocked, "answered 429: it is asked too often")),
    ("503-neg", fails(Broken, "answered 503: the outlet")),
    ("body-empty", fails(Broken, "is not understood")),
    ("cache-1y", read(1)),
    ("chunk-bad", fails(Broken, "broke off or sent no proper HTTP")),
    ("cl-long*", fails(Broken, "took too long (next bytes of the body)")),
    ("cl-short", fails(Broken, "is not understood")),
    ("close-at-once", fails(Broken, "broke off or sent no proper HTTP")),
    ("cs-1251", read(1)),
    ("cs-gb-as-utf8", read(1)),
    ("cs-gb18030", read(1)),
    ("cs-header-lies", read(1)),
    ("cs-koi8", read(1)),
    ("cs-split-utf8", read(1)),
    ("cs-unknown", read(1)),
    ("date-1970", read(1)),
    ("date-future", read(1)),
    ("date-junk", read(1)),
    ("date-none", read(1)),
    ("dup-guid", read(3)),
    ("enc-unknown", read(1)),
    ("endless", fails(Broken, "is not understood")),
    ("etag-same-body-new", read(1)),
    ("feed-100k", read(2000)),
    ("feed-empty", read(0)),
    ("feed-is-html", fails(Broken, "is not understood")),
    ("guid-churn", read(5)),
    ("gzip-bad", fails(Broken, "cannot be unpacked: body is no readable gzip")),
    ("gzip-bomb", fails(Broken, "cannot be unpacked: decoded body exceeds")),
    ("gzip-double", read(1)),
    ("gzip-lie", read(1)),
    ("gzip-trunc", read(1)),
    ("hdr-bad", read(1)),
    ("hdr-huge", read(1)),
    ("hdr-many", read(1)),
    ("html-200-notfound", fails(Broken, "is not understood")),
    ("link-evil", read(5)),
    ("never-answer*", fails(Broken, "took too long (head of the answer)")),
    ("no-guid-no-link", read(0)),
    ("not-http", fails(Broken, "broke off or sent no proper HTTP")),
    ("ok", read(2)),
    ("redir-301", read(2)),
    ("redir-302", read(2)),
    ("redir-308", read(2)),
    ("redir-file", fails(Broken, "is refused: only http and https")),
    ("redir-loop", fails(Broken, "was reached after more than 5 redirects")),
    ("redir-noloc", fails(Broken, "redirects without saying where to")),
    ("redir-private", fails(Broken, "is refused: it does not lead to a public address")),
    ("rst", fails(Broken, "broke off or sent no proper HTTP")),
    ("slow-body*", fails(Broken, "took too long (next bytes of the body)")),
    ("slow-header*", fails(Broken, "took too long (head of the answer)")),
    ("title-1mb", read(1)),
    ("url-64k", read(0)),
    ("xml-bom16", read(1)),
    ("xml-ctrl", read(1)),
    ("xml-deep", fails(Broken, "is not understood")),
    ("xml-entity-bomb", read(1)),
    ("xml-leading-space", read(1)),
    ("xml-nul", read(1)),
    ("xml-truncated", read(1)),
    ("xml-unescaped-amp", read(1)),
    ("xml-xxe", read(1)),
];
