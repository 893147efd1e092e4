//! The key under which the index files an address: SURT, the Sort-friendly URI Reordering Transform.
//!
//! `https://www.Example.org/A/?b=2&a=1` is filed as `org,example)/a?a=1&b=2`, so that captures of one host lie together,
//! and spellings of one page fall together. The rules are those of the Internet Archive's `surt` 0.3.1, which
//! pywb and cdxj-indexer use; `.ci/run warc` compares the two. Rules for addresses that [`Url`] never has (several schemes,
//! octal IP addresses) are left out.

use std::sync::LazyLock;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode, percent_encode};
use regex::bytes::Regex;
use url::Url;

/// What is escaped in a key: controls, the space, `#`, `%`, and all that is not ASCII.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%');

/// Numbers of sessions in paths, between slashes.
static PATH_SESSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r"(?i-u)^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$",
        r"(?i-u)^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$",
    ])
});

/// Numbers of sessions in queries.
static QUERY_SESSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r"(?i-u)^(.*)(?:jsessionid=[0-9a-zA-Z]{32})(?:&(.*))?$",
        r"(?i-u)^(.*)(?:phpsessid=[0-9a-zA-Z]{32})(?:&(.*))?$",
        r"(?i-u)^(.*)(?:sid=[0-9a-zA-Z]{32})(?:&(.*))?$",
        r"(?i-u)^(.*)(?:ASPSESSIONID[a-zA-Z]{8}=[a-zA-Z]{24})(?:&(.*))?$",
        r"(?i-u)^(.*)(?:cfid=[^&]+&cftoken=[^&]+)(?:&(.*))?$",
    ])
});

static WWW: LazyLock<Vec<Regex>> = LazyLock::new(|| patterns(&[r"(?-u)^()www\d*\.(.*)$"]));

/// Returns the key of `url`. It holds no space, and no letter beyond ASCII.
pub(crate) fn surt(url: &Url) -> String {
    let mut key = host(url.host_str().unwrap_or_default());
    // The `url` crate has left out the ports that are the schemes' own.
    if let Some(port) = url.port() {
        key = format!("{key}:{port}");
    }
    key.push(')');
    key.push_str(&path(url.path()));
    if let Some(query) = url.query().filter(|query| !query.is_empty()) {
        let query = query_of(query);
        if !query.is_empty() {
            key.push('?');
            key.push_str(&query);
        }
    }
    key
}

fn host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']').replace("..", ".");
    let host = without(&WWW, host.trim_matches('.').as_bytes());
    let host = String::from_utf8_lossy(&host).into_owned();
    host.split('.').rev().collect::<Vec<_>>().join(",")
}

fn path(path: &str) -> String {
    let path = unescaped(path.as_bytes());
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/').skip(1) {
        match part {
            b"." => {}
            b".." if !kept.is_empty() => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    let mut normal = vec![b'/'];
    if let Some((last, folders)) = kept.split_last() {
        for folder in folders.iter().filter(|folder| !folder.is_empty()) {
            normal.extend_from_slice(folder);
            normal.push(b'/');
        }
        normal.extend_from_slice(last);
    }
    let path = without(&PATH_SESSIONS, escaped(&normal).to_ascii_lowercase().as_bytes());
    let path = String::from_utf8_lossy(&path).into_owned();
    match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter.to_owned(),
        _ => path,
    }
}

fn query_of(query: &str) -> String {
    let query = escaped(&unescaped(query.as_bytes()));
    let query = without(&QUERY_SESSIONS, query.as_bytes()).to_ascii_lowercase();
    let query = String::from_utf8_lossy(&query).into_owned();
    if query.len() <= 1 {
        return query;
    }
    let mut arguments: Vec<(&str, Option<&str>)> = query
        .split('&')
        .map(|argument| {
            argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)))
        })
        .collect();
    arguments.sort_unstable();
    let written: Vec<String> = arguments
        .into_iter()
        .map(|(name, value)| value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}")))
        .collect();
    written.join("&")
}

/// Takes percent-encoding away until there is none: some sites encode twice.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    loop {
        let decoded: Vec<u8> = percent_decode(&text).collect();
        if decoded == text {
            return text;
        }
        text = decoded;
    }
}

fn escaped(text: &[u8]) -> String {
    percent_encode(text, ESCAPED).to_string()
}

/// Leaves out what each pattern matches between its two groups.
fn without(patterns: &[Regex], text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    for pattern in patterns {
        let Some(found) = pattern.captures(&text) else { continue };
        let part = |group| found.get(group).map_or(&b""[..], |part: regex::bytes::Match<'_>| part.as_bytes());
        text = [part(1), part(2)].concat();
    }
    text
}

fn patterns(texts: &[&str]) -> Vec<Regex> {
    let compiled: Vec<Regex> = texts.iter().filter_map(|text| Regex::new(text).ok()).collect();
    debug_assert_eq!(compiled.len(), texts.len());
    compiled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        assert_eq!(surt(&url.parse().unwrap()), expected, "{url}");
    }

    #[test]
    fn keys_are_those_of_the_internet_archive() {
        check("http://example.org", "org,example)/");
        check("https://www.Example.org:443/A/b/?", "org,example)/a/b");
        check("http://www2.example.org:8080/", "org,example:8080)/");
        check("http://example.org/a//b/../c/", "org,example)/a/c");
        check("http://example.org/?b=2&a=1&a", "org,example)/?a&a=1&b=2");
        check("http://example.org/Қорғас", "org,example)/%d2%9a%d0%be%d1%80%d2%93%d0%b0%d1%81");
        check("http://example.org/a%2520b", "org,example)/a%20b");
        check("http://127.0.0.1/", "1,0,0,127)/");
        check("http://[::1]:8080/a", "::1:8080)/a");
        check("http://қорғас.example/", "example,xn--80a1agf22bob)/");
    }

    #[test]
    fn numbers_of_sessions_are_left_out() {
        let session = "0123456789ABCDEF0123456789abcdef";
        check(&format!("http://example.org/?PHPSESSID={session}&id=1"), "org,example)/?id=1");
        check(&format!("http://example.org/?id=1&sid={session}"), "org,example)/?&id=1");
        check("http://example.org/?cfid=1&cftoken=2&x=3", "org,example)/?x=3");
        check("http://example.org/(a(0123456789abcdefghijklmn))/page.aspx?x=1", "org,example)/page.aspx?x=1");
    }
}
