//! Feeds that are broken, empty, huge, or full of traps.

use super::act::{Act, UTF8, answer, dated, feed, item, rss};

const TITLE: &str = "Құлжа";
const DATE: &str = "Mon, 23 Nov 2026 10:00:00 +0600";

pub(crate) fn faults() -> Vec<(&'static str, Act)> {
    let mut faults = documents();
    faults.extend(entries());
    faults
}

/// Documents that are no good XML, or no feed.
fn documents() -> Vec<(&'static str, Act)> {
    let two = rss(UTF8, &(item(1, TITLE) + &item(2, TITLE)));
    let start = two.as_bytes().iter().copied().take(300).collect::<Vec<u8>>();
    let one = rss(UTF8, &item(1, TITLE));
    let utf16 = rss(r#"<?xml version="1.0" encoding="UTF-16"?>"#, &item(1, TITLE));
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(utf16.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let html = |body: &str| Act::Send(answer("200 OK", &[("Content-Type", "text/html")], body.as_bytes()));
    vec![
        ("xml-truncated", feed(start)),
        ("xml-unescaped-amp", feed(rss(UTF8, &item(1, "A & B <b>")))),
        ("xml-nul", feed(rss(UTF8, &item(1, "a\0b")))),
        ("xml-ctrl", feed(rss(UTF8, &item(1, "a\u{b}\u{1f}b")))),
        ("xml-leading-space", feed(format!("\n  {one}"))),
        ("xml-bom16", feed(utf16)),
        ("xml-entity-bomb", feed(entity_bomb())),
        ("xml-xxe", feed(xxe())),
        ("xml-deep", feed(format!(r#"<?xml version="1.0"?>{}"#, "<a>".repeat(200_000)))),
        ("feed-100k", feed(rss(UTF8, &(0..100_000).map(|number| item(number, TITLE)).collect::<String>()))),
        ("feed-empty", feed(rss(UTF8, ""))),
        ("body-empty", feed("")),
        ("feed-is-html", html("<html><body>Just a moment...</body></html>")),
        ("html-200-notfound", html("<html><title>404 Not Found</title></html>")),
    ]
}

/// Good XML whose entries are not.
fn entries() -> Vec<(&'static str, Act)> {
    let same: String = (1..4).map(|number| dated(number, TITLE, "same", DATE)).collect();
    let on = |date: &str| feed(rss(UTF8, &dated(1, TITLE, "1", date)));
    let undated = "<item><title>t</title><link>http://127.0.0.1/x</link></item>";
    vec![
        ("dup-guid", feed(rss(UTF8, &same))),
        ("no-guid-no-link", feed(rss(UTF8, &"<item><title>t</title></item>".repeat(3)))),
        ("date-future", on("Mon, 23 Nov 2099 10:00:00 GMT")),
        ("date-1970", on("Thu, 01 Jan 1970 00:00:00 GMT")),
        ("date-junk", on("23 қараша 2026 ж.")),
        ("date-none", feed(rss(UTF8, undated))),
        ("link-evil", feed(rss(UTF8, &evil_links()))),
        ("url-64k", feed(rss(UTF8, &linked(&format!("http://127.0.0.1/{}", "a".repeat(65_536)))))),
        ("title-1mb", feed(rss(UTF8, &item(1, &"ж".repeat(500_000))))),
        ("guid-churn", Act::Churn),
    ]
}

fn linked(link: &str) -> String {
    format!("<item><title>t</title><link>{link}</link></item>")
}

fn evil_links() -> String {
    let links = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://127.66.0.1/metadata",
        "http://[::1]/",
        "http://127.0.0.1@evil/",
        "//x",
        "http://a\tb/",
    ];
    links.map(linked).concat()
}

/// Ten entities, each ten times the one before: a gigabyte for whoever expands them.
fn entity_bomb() -> String {
    let grown = |(name, inner)| format!(r#"<!ENTITY {name} "{}">"#, format!("&{inner};").repeat(10));
    let entities: String = ('b'..='j').zip('a'..='i').map(grown).collect();
    let entities = format!(r#"<!ENTITY a "aaaaaaaaaa">{entities}"#);
    format!(r#"<?xml version="1.0"?><!DOCTYPE l [{entities}]>{}"#, rss("", &item(1, "&j;")))
}

/// An entity that stands for a file of the reader's machine.
fn xxe() -> String {
    let file = r#"<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#;
    format!(r#"<?xml version="1.0"?>{file}{}"#, rss("", &item(1, "&x;")))
}
