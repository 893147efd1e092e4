//! Writes a small archive with every kind of record and many odd addresses, for other tools to read: `.ci/run warc`.
//!
//! Usage: `cargo run -p archive --example sample -- FOLDER`

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use archive::{Answer, Archive, Config, Exchange, ProxyKind, Response, Tls, TlsVersion};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use url::Url;

/// Hosts, paths and queries whose keys are easy to get wrong. Each is combined with each.
const HOSTS: [&str; 8] = [
    "example.org",
    "www.example.org",
    "WWW2.Example.org:8080",
    "қорғас.example",
    "example.org.",
    "127.0.0.1",
    "[::1]:8600",
    "a.b.c.example",
];
const PATHS: [&str; 14] = [
    "",
    "/",
    "/A/b/",
    "/a//b",
    "/a/./b/../c",
    "/a/%2e%2e/b",
    "/Қорғас жаңалықтары",
    "/a%20b%2Fc",
    "/%25D2%259A",
    "/a;b=c,d:e@f",
    "/(a(0123456789abcdefghijklmn))/page.aspx",
    "/index.PHP",
    "/a+b~c'd\"e",
    "/霍尔果斯|{x}^`",
];
const QUERIES: [&str; 12] = [
    "",
    "?",
    "?b=2&a=1",
    "?a&a=&a=1",
    "?A=B&a=b",
    "?q=Қорғас+порты",
    "?id=7&PHPSESSID=0123456789abcdef0123456789ABCDEF&x=1",
    "?sid=0123456789abcdef0123456789abcdef",
    "?cfid=1&cftoken=2",
    "?x=%2526&y=%3D",
    "?a=1&&b=2",
    "?=&=1",
];

const PAGE: &str = "<!doctype html><html lang=kk><meta charset=utf-8><title>Қорғас</title>\
    <h1>Қорғас құрғақ порты</h1><p>A page of an invented outlet.</p></html>";

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let config = Config { max_file_bytes: 200_000, vantage: "Almaty, office".to_owned(), ..Config::at(&dir) };
    let archive = Archive::open(&config, Clock::system()).configured_as("ab".repeat(32));
    let began: Timestamp = "2026-11-23T10:00:00.125Z".parse()?;
    let mut minutes = 0;
    let mut later = || {
        minutes += 1;
        began + SignedDuration::from_mins(minutes)
    };
    for scheme in ["http", "https"] {
        for host in HOSTS {
            for path in PATHS {
                for query in QUERIES {
                    let url: Url = format!("{scheme}://{host}{path}{query}").parse()?;
                    archive.keep(&single(answer(&url, 200, later())?))?;
                }
            }
        }
    }
    kinds(&archive, &mut later)?;
    archive.close()?;
    Ok(())
}

/// Keeps one of each kind of record: a chain of redirects, later looks, a `304`, errors, a body that was cut.
fn kinds(archive: &Archive, later: &mut impl FnMut() -> Timestamp) -> Result<(), Box<dyn Error>> {
    let (old, new): (Url, Url) =
        ("http://outlet.example/old".parse()?, "https://outlet.example/new".parse()?);
    let mut moved = answer(&old, 301, later())?;
    moved.response.headers.insert("location", HeaderValue::from_static("https://outlet.example/new"));
    let mut page = answer(&new, 200, later())?;
    page.response.version = Version::HTTP_2;
    page.tls = Some(Tls { leaf_sha256: Some([7; 32]), version: Some(TlsVersion::Tls13) });
    page.proxy = Some(ProxyKind::Socks5);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(PAGE.as_bytes())?;
    page.response.body = packed.finish()?;
    page.response.headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    let first = archive.keep(&Exchange { redirects: vec![moved], answer: page.clone() })?;
    for _look in 0..3 {
        let mut again = page.clone();
        (again.began, again.ended) = (later(), later());
        archive.keep_relook(&single(again), &first.location)?;
    }
    let mut unchanged = answer(&new, 304, later())?;
    unchanged.response.body = Vec::new();
    archive.keep(&single(unchanged))?;
    let mut cut = answer(&"https://outlet.example/large".parse()?, 200, later())?;
    cut.response.truncated = true;
    archive.keep(&single(cut))?;
    for status in [404, 410, 451, 503] {
        archive.keep(&single(answer(
            &format!("https://outlet.example/{status}").parse()?,
            status,
            later(),
        )?))?;
    }
    let mut silent = answer(&"https://outlet.example/silent".parse()?, 200, later())?;
    silent.response.headers = HeaderMap::new();
    silent.response.body = Vec::new();
    archive.keep(&single(silent))?;
    Ok(())
}

fn single(answer: Answer) -> Exchange {
    Exchange { redirects: Vec::new(), answer }
}

fn answer(url: &Url, status: u16, began: Timestamp) -> Result<Answer, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
    let response = Response {
        version: Version::HTTP_11,
        status: StatusCode::from_u16(status)?,
        headers,
        body: PAGE.as_bytes().to_vec(),
        truncated: false,
    };
    let host = url.host_str().unwrap_or_default();
    Ok(Answer {
        url: url.clone(),
        request: format!("GET {} HTTP/1.1\r\nhost: {host}\r\n\r\n", url.path()).into_bytes(),
        response,
        remote: Some([127, 0, 0, 1].into()),
        began,
        ended: began + SignedDuration::from_millis(80),
        tls: None,
        proxy: None,
    })
}
