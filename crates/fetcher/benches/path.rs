//! The whole way of a page (robots.txt, turn, guards, limits, digests, WARC) beside a bare reqwest, on loopback.
//!
//! `cargo bench -p fetcher --bench path` prints one line of JSON: requests per second of processor time of each, and
//! the ratio. `packed` are pages as publishers send them to whoever accepts gzip; `plain` are pages of servers that
//! pack nothing, which the archive then has to pack. The server is a process of its own, so that its time is not ours.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench fails loudly")]

#[path = "../tests/support/shipped.rs"]
mod shipped;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use archive::Archive;
use fetcher::{Ask, Config, Fetched, Oversize, Pace, PoliteClient, authorities, keep};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use model::{Clock, SourceKind};
use shipped::shipped;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// So many sites are asked side by side, each over one connection.
const SITES: usize = 50;
/// Requests to each site in one round.
const REQUESTS: usize = 100;
const ROUNDS: usize = 5;
const PAGE_BYTES: usize = 30_000;
/// The kernel counts processor time in hundredths of a second (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if std::env::args().any(|argument| argument == "--serve") {
        runtime.block_on(serve());
    } else {
        runtime.block_on(measure());
    }
}

async fn measure() {
    let (mut server, address) = start();
    let mut figures = Vec::new();
    for kind in ["packed", "plain"] {
        let (mut bare, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(bare_round(address, kind).await);
            whole.push(whole_round(address, kind).await);
        }
        let (bare, whole) = (median(bare), median(whole));
        figures.push(format!(
            r#""{kind}":{{"reqwest":{bare:.0},"qarauyl":{whole:.0},"ratio":{:.3}}}"#,
            whole / bare
        ));
    }
    server.kill().unwrap();
    server.wait().unwrap();
    println!(r#"{{"bench":"path","unit":"requests per CPU-second",{}}}"#, figures.join(","));
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    *figures.get(figures.len() / 2).unwrap()
}

/// Runs every site's requests side by side; returns requests per second of processor time.
async fn round<F: Future<Output = ()> + 'static>(site: impl Fn(usize) -> F) -> f64 {
    let before = processor_seconds();
    let tasks: Vec<_> = (0..SITES).map(|number| tokio::task::spawn_local(site(number))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let count = u32::try_from(SITES * REQUESTS).unwrap();
    f64::from(count) / (processor_seconds() - before)
}

async fn bare_round(address: SocketAddr, kind: &'static str) -> f64 {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(authorities())
        .with_no_client_auth();
    let mut builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    for number in 0..SITES {
        builder = builder.resolve(&format!("h{number}.test"), address);
    }
    let client = builder.build().unwrap();
    let local = tokio::task::LocalSet::new();
    let site = |number| {
        let client = client.clone();
        async move {
            for request in 0..REQUESTS {
                let url = format!("http://h{number}.test:{}/{kind}/{request}", address.port());
                let body = client.get(url).send().await.unwrap().bytes().await.unwrap();
                assert!(body.len() > 1000);
            }
        }
    };
    local.run_until(round(site)).await
}

async fn whole_round(address: SocketAddr, kind: &'static str) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let archive = Arc::new(Archive::open(&archive::Config::at(folder.path()), Clock::system()));
    let client = Arc::new(PoliteClient::new(&config(address), Clock::system()).unwrap());
    let local = tokio::task::LocalSet::new();
    let site = |number| {
        let (client, archive) = (Arc::clone(&client), Arc::clone(&archive));
        async move {
            for request in 0..REQUESTS {
                let url = Url::parse(&format!("http://h{number}.test/{kind}/{request}")).unwrap();
                let Fetched::Exchange(exchange) = client.fetch(&ask(&url)).await.unwrap() else { continue };
                assert!(exchange.answer.response.body.len() > 1000);
                keep(&archive, *exchange).await.expect("kept");
            }
        }
    };
    local.run_until(round(site)).await
}

fn ask(url: &Url) -> Ask<'_> {
    Ask {
        url,
        validators: None,
        kind: SourceKind::Independent,
        accept_language: "kk, ru;q=0.9".to_owned(),
        proxy: None,
        pace: Pace { connections: 1, delay: Duration::ZERO },
        oversize: Oversize::Refuse,
        overrides_robots: false,
    }
}

fn config(address: SocketAddr) -> Config {
    let minute = SignedDuration::from_mins(1);
    Config {
        dns_timeout: minute,
        connect_timeout: minute,
        tls_timeout: minute,
        proxy_timeout: minute,
        header_timeout: minute,
        read_timeout: minute,
        whole_timeout: minute,
        ..shipped(address)
    }
}

/// Returns the processor time of this process so far (proc(5): `utime`, `stime`).
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).map(|field| field.parse::<u32>().unwrap()).sum();
    f64::from(ticks) / TICKS
}

fn start() -> (Child, SocketAddr) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut server = command.arg("--serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (server, line.trim().parse().unwrap())
}

async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let plain = page(9309);
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&plain).unwrap();
    let packed = answer("200 OK", "Content-Encoding: gzip\r\n", &packer.finish().unwrap());
    let plain = answer("200 OK", "", &plain);
    let answers = Arc::new((packed, plain, answer("404 Not Found", "", b"")));
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(keep_answering(stream, Arc::clone(&answers)));
    }
}

async fn keep_answering(mut stream: TcpStream, answers: Arc<(Vec<u8>, Vec<u8>, Vec<u8>)>) -> Option<()> {
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        }
        let answer = match request.get(..8) {
            Some(b"GET /pac") => &answers.0,
            Some(b"GET /pla") => &answers.1,
            _ => &answers.2,
        };
        stream.write_all(answer).await.ok()?;
        request.clear();
    }
}

fn answer(status: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nETag: \"a1\"\r\n{fields}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A page of words in no order, which packs about as well as a real one.
fn page(mut seed: u64) -> Vec<u8> {
    let words = [
        "Қорғас",
        "шекара",
        "бекеті",
        "<p>",
        "</p>",
        "поезд",
        "контейнер",
        "Алматы",
        "жаңалық",
        "<a href=\"/n/",
        "\">",
        "</a>",
    ];
    let mut page = String::from("<!DOCTYPE html><html><body>");
    while page.len() < PAGE_BYTES {
        // Knuth's generator: any would do.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = usize::try_from(seed >> 40).unwrap();
        page.push_str(words.get(number % words.len()).unwrap());
        page.push_str(&(number % 997).to_string());
        page.push(' ');
    }
    page.into_bytes()
}
