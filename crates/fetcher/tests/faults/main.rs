//! Every fault of the fault server: bounded in time and memory, in the right state, in the right words.
//!
//! Each is polled in a process of its own, because the memory that is measured is the process's; so this is a program
//! without the harness of tests. `QARAUYL_FAULTD` names another fault server with the same paths, a Python program
//! that takes its port: it is then tried as well.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails loudly and shows its table"
)]

mod expected;
mod memory;
mod other;
#[path = "../support/shipped.rs"]
mod shipped;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use expected::{EXPECTED, Expected};
use fetcher::{Config, PoliteClient, Polled, poll};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Endpoint, EndpointKind, EndpointState, Source};
use newsroom::faults::FaultServer;
use shipped::shipped;
use tokio::process::Command;
use url::Url;

/// No fault may cost more than this beyond what the process had before.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The longest that a poll may take here: the limit of the whole page, and some for a busy machine.
const MAX_TIME: Duration = Duration::from_secs(6);

/// What a poll came to.
struct Outcome {
    entries: usize,
    state: EndpointState,
    words: String,
    took: Duration,
    bytes: u64,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, address, name] = arguments.as_slice()
        && flag == "--one"
    {
        println!("{}", runtime.block_on(outcome(address.parse().unwrap(), name)).written());
        return ExitCode::SUCCESS;
    }
    // Runners of tests ask for a list first; with `--ignored` for one of those that are left out, which is empty.
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            println!("every_fault: test");
        }
        return ExitCode::SUCCESS;
    }
    let wrong = runtime.block_on(every_fault());
    println!("{}", wrong.join("\n"));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn every_fault() -> Vec<String> {
    let own = FaultServer::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let mut wrong = run("the project's own server", own.address()).await;
    if let Some(program) = std::env::var_os("QARAUYL_FAULTD") {
        let other = other::OtherServer::start(&program).await;
        wrong.extend(run("the server of QARAUYL_FAULTD", other.address).await);
    }
    wrong
}

/// Tries every fault of a server; returns what is wrong, and shows a table.
async fn run(title: &str, address: SocketAddr) -> Vec<String> {
    println!("\n{title}");
    let mut wrong = Vec::new();
    for (name, expected) in EXPECTED {
        let outcome = apart(address, name).await;
        let Outcome { entries, state, words, took, bytes } = &outcome;
        let (ms, mib) = (took.as_millis(), bytes / 1024 / 1024);
        println!("{name:20} {state:9} {entries:5} entries {ms:5} ms {mib:3} MiB  {words}");
        wrong.extend(
            mistakes(expected, &outcome).into_iter().map(|mistake| format!("{title}: {name}: {mistake}")),
        );
    }
    wrong.extend(unknown_to_us(address).await.map(|name| format!("{title}: {name} is not tried here")));
    wrong
}

/// Polls a fault in a process of its own.
async fn apart(address: SocketAddr, name: &str) -> Outcome {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--one", &address.to_string(), name]).output().await.unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    Outcome::read(String::from_utf8(output.stdout).unwrap().trim_end_matches('\n'))
}

impl Outcome {
    fn written(&self) -> String {
        let Self { entries, state, words, took, bytes } = self;
        format!("{entries}\t{state}\t{}\t{bytes}\t{words}", took.as_millis())
    }

    fn read(line: &str) -> Self {
        let mut fields = line.splitn(5, '\t');
        let mut next = || fields.next().unwrap_or_else(|| panic!("no outcome: {line}"));
        Self {
            entries: next().parse().unwrap(),
            state: next().parse().unwrap(),
            took: Duration::from_millis(next().parse().unwrap()),
            bytes: next().parse().unwrap(),
            words: next().to_owned(),
        }
    }
}

fn mistakes(expected: &Expected, outcome: &Outcome) -> Vec<String> {
    let Expected { state, entries, words } = expected;
    let mut mistakes = Vec::new();
    if outcome.state != *state {
        mistakes.push(format!("is {}, not {state}: {}", outcome.state, outcome.words));
    }
    if outcome.entries != *entries {
        mistakes.push(format!("gives {} entries, not {entries}", outcome.entries));
    }
    if !outcome.words.contains(words) {
        mistakes.push(format!("says `{}`, not `{words}`", outcome.words));
    }
    if !outcome.words.is_empty() && !outcome.words.contains("://") {
        mistakes.push(format!("names no place: {}", outcome.words));
    }
    if outcome.words.contains("127.") {
        mistakes.push(format!("tells an address: {}", outcome.words));
    }
    if outcome.took > MAX_TIME {
        mistakes.push(format!("took {:?}", outcome.took));
    }
    if outcome.bytes > MAX_BYTES {
        mistakes.push(format!("cost {} bytes", outcome.bytes));
    }
    mistakes
}

async fn outcome(address: SocketAddr, name: &str) -> Outcome {
    let client = PoliteClient::new(&config(address), clock()).unwrap();
    let before = memory::begin();
    let began = Instant::now();
    let polled = poll(&client, &source(), &endpoint(name)).await;
    let (took, bytes) = (began.elapsed(), memory::peak().saturating_sub(before));
    let (entries, state, words) = match polled {
        Ok(Polled::Read(read)) => (read.parsed.entries.len(), EndpointState::Ok, String::new()),
        Ok(Polled::NotModified(_)) => (0, EndpointState::Unchanged, String::new()),
        Err(error) => (0, error.state(), error.to_string()),
    };
    Outcome { entries, state, words, took, bytes }
}

/// Returns the faults that the server has and the table lacks.
async fn unknown_to_us(address: SocketAddr) -> impl Iterator<Item = String> {
    let list = other::get(address, "/list").await;
    let names: Vec<String> = list.lines().map(str::to_owned).filter(|name| !name.is_empty()).collect();
    assert!(names.len() >= 67, "the server lists {} faults", names.len());
    names.into_iter().filter(|name| !EXPECTED.iter().any(|(known, _)| known == name))
}

fn clock() -> Clock {
    Clock::fixed("2026-11-23T10:00:00Z".parse::<Timestamp>().unwrap())
}

fn config(address: SocketAddr) -> Config {
    let second = SignedDuration::from_secs(1);
    Config {
        dns_timeout: second,
        connect_timeout: second,
        tls_timeout: second,
        proxy_timeout: second,
        header_timeout: second,
        read_timeout: second,
        whole_timeout: second * 4,
        longest_crawl_delay: second,
        ..shipped(address)
    }
}

fn source() -> Source {
    Source { timezone: "Asia/Almaty".to_owned(), ..Source::new("faults".parse().unwrap()) }
}

fn endpoint(name: &str) -> Endpoint {
    Endpoint::new(source().id, EndpointKind::Feed, Url::parse(&format!("http://faults.test/{name}")).unwrap())
}
