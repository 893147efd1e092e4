//! Feeds in other charsets than UTF-8, and feeds that lie about theirs.

use encoding_rs::{Encoding, GB18030, GBK, KOI8_R, WINDOWS_1251};

use super::act::{Act, UTF8, answer, feed, item, rss};

pub(crate) fn faults() -> Vec<(&'static str, Act)> {
    let kazakh = rss(UTF8, &item(1, "Құлжа"));
    let lies = [("Content-Type", "application/rss+xml; charset=windows-1251")];
    vec![
        ("cs-1251", feed(encoded(WINDOWS_1251, "windows-1251", "Хоргос"))),
        ("cs-koi8", feed(encoded(KOI8_R, "KOI8-R", "Хоргос"))),
        ("cs-gb18030", feed(encoded(GB18030, "GB18030", "霍尔果斯 伊宁"))),
        ("cs-gb-as-utf8", feed(encoded(GBK, "UTF-8", "新疆"))),
        ("cs-header-lies", Act::Send(answer("200 OK", &lies, kazakh.as_bytes()))),
        ("cs-unknown", feed(rss(&declared("x-klingon"), &item(1, "Құлжа")))),
        ("cs-split-utf8", feed(split(&kazakh))),
    ]
}

fn declared(charset: &str) -> String {
    format!(r#"<?xml version="1.0" encoding="{charset}"?>"#)
}

fn encoded(charset: &'static Encoding, name: &str, title: &str) -> Vec<u8> {
    charset.encode(&rss(&declared(name), &item(1, title))).0.into_owned()
}

/// Breaks a letter in the middle: its second byte is none that UTF-8 has.
fn split(text: &str) -> Vec<u8> {
    let (before, after) = text.split_once("жа").unwrap_or((text, ""));
    [before.as_bytes(), b"\xd0\xff", after.as_bytes()].concat()
}
