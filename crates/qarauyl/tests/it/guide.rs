//! Every command that the guide names is run as it stands there, page by page, in a house beside the sample newsroom.
//!
//! What needs another machine, root or the outside world is read by the shell and not run; a line that is neither
//! fails, so that nothing slips in untested.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use newsroom::{Newsroom, source_file};
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::house::{newsroom, said};

/// What a page needs to be followed.
struct Page {
    /// The file below `docs/guide`.
    file: &'static str,
    /// Commands that were given before the page is opened.
    before: &'static [&'static str],
    /// Files that the reader has at hand, in the folder of the house.
    files: &'static [(&'static str, &'static str)],
    /// What stands in the page, and what is asked here instead: an address outside is one of the newsroom.
    instead: &'static [(&'static str, &'static str)],
    /// What is typed, for commands that begin so.
    typed: &'static [(&'static str, &'static str)],
    /// Commands that end with another code than 0, and why that is what the page means.
    ends: &'static [(&'static str, i32, &'static str)],
}

/// How a command of another program begins. It is read by the shell, and not run.
const ELSEWHERE: [&str; 9] = ["sudo ", "ssh ", "scp ", "git ", "cargo ", "tar ", "cd ", "deploy/", "man "];

/// Commands of this beginning run the program as the service's user; here they are run as they are.
const AS_SERVICE: &str = "sudo -u qarauyl -i ";

/// The outlet of the newsroom that the house does not know yet.
const UNKNOWN: &str = "tote-jazu.test";

/// How long a house may take to stand, and to end.
const STANDS: Duration = Duration::from_mins(2);
const ENDS: Duration = Duration::from_secs(10);

/// A house and the newsroom that it reads.
struct Given {
    home: TempDir,
    sources: PathBuf,
    newsroom: Newsroom,
}

impl Given {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (sites, newsroom) = newsroom().await;
        let sources = home.path().join("newsroom");
        fs::create_dir_all(&sources).unwrap();
        let known: Vec<_> = sites.into_iter().filter(|site| site.host != UNKNOWN).collect();
        fs::write(sources.join("newsroom.toml"), source_file(&known, newsroom.address())).unwrap();
        Self { home, sources, newsroom }
    }

    fn folder(&self) -> PathBuf {
        let folder = self.home.path().join("home");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// A shell that knows the program and reaches nothing but the newsroom.
    fn shell(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_qarauyl")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let exempt = format!("[{{ suffix = \".test\", address = \"{}\" }}]", self.newsroom.address());
        let mut shell = Command::new("bash");
        shell
            .args(["-euo", "pipefail", "-c", line])
            .current_dir(self.folder())
            .env("PATH", path)
            .env("QARAUYL__SOURCES__DIRECTORY", &self.sources)
            .env("QARAUYL__FETCHER__EXEMPT", exempt)
            .env("QARAUYL__QUEUE__IDLE", "20ms")
            .env("QARAUYL__WEB__LISTEN", "127.0.0.1:0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        shell
    }

    fn run(&self, line: &str, typed: &str) -> Output {
        block_in_place(|| {
            let mut child = self.shell(line).spawn().unwrap();
            // A command that reads nothing may be gone before.
            let _unread = child.stdin.take().unwrap().write_all(typed.as_bytes());
            child.wait_with_output().unwrap()
        })
    }

    /// Starts the services as systemd would, waits until they stand, ends them, and waits until they have ended.
    fn run_until_it_stands(&self) {
        let path = self.home.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        manager.set_read_timeout(Some(STANDS)).unwrap();
        let mut house = self.shell("exec qarauyl run").env("NOTIFY_SOCKET", &path).spawn().unwrap();
        let told = heard(&manager, &mut house);
        assert!(told.contains("READY=1"), "{told}");
        end(house);
        assert!(heard_rest(&manager).contains("STOPPING=1"), "systemd is not told that the house ends");
        fs::remove_file(path).unwrap();
    }
}

fn heard(manager: &UnixDatagram, house: &mut Child) -> String {
    let mut bytes = [0; 1024];
    let length = manager.recv(&mut bytes).inspect_err(|_| house.kill().unwrap());
    assert!(length.is_ok(), "the house did not stand in time");
    String::from_utf8_lossy(bytes.get(..length.unwrap()).unwrap()).into_owned()
}

fn heard_rest(manager: &UnixDatagram) -> String {
    manager.set_nonblocking(true).unwrap();
    let mut bytes = [0; 1024];
    let mut all = String::new();
    while let Ok(length) = manager.recv(&mut bytes) {
        all.push_str(&String::from_utf8_lossy(bytes.get(..length).unwrap()));
        all.push('\n');
    }
    all
}

fn end(mut house: Child) {
    let start = Instant::now();
    let killed = Command::new("bash").args(["-c", &format!("kill -TERM {}", house.id())]).status().unwrap();
    assert!(killed.success());
    while house.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < ENDS, "the house does not end within {ENDS:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = house.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// The lines of all shell blocks of a page.
fn commands(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in page.replace("\\\n", " ").lines() {
        match line.trim_end() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && !line.is_empty() => found.push(line.to_owned()),
            _ => {}
        }
    }
    found
}

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide").join(file);
    fs::read_to_string(path).unwrap()
}

/// The entry of a table whose first column the command begins with; the longest that fits.
fn entry<'a, T>(table: &'a [T], start: impl Fn(&T) -> &'static str, command: &str) -> Option<&'a T> {
    table.iter().filter(|one| command.starts_with(start(one))).max_by_key(|one| start(one).len())
}

async fn follow(page: &Page) {
    let given = Given::new().await;
    for (file, contents) in page.files {
        fs::write(given.folder().join(file), contents).unwrap();
    }
    for command in page.before {
        let output = given.run(command, "");
        assert!(output.status.success(), "before {}: {command}\n{}", page.file, said(&output));
    }
    let all = commands(&text(page.file));
    assert!(!all.is_empty(), "{} names no command", page.file);
    for line in all {
        let mut line = line.strip_prefix(AS_SERVICE).unwrap_or(&line).to_owned();
        for (outside, inside) in page.instead {
            line =
                line.replace(outside, &inside.replace("PORT", &given.newsroom.address().port().to_string()));
        }
        if ELSEWHERE.iter().any(|start| line.starts_with(start)) {
            let read = Command::new("bash").args(["-n", "-c", &line]).status().unwrap();
            assert!(read.success(), "{}: the shell cannot read `{line}`", page.file);
        } else if line.split('#').next().unwrap().trim() == "qarauyl run" {
            block_in_place(|| given.run_until_it_stands());
        } else {
            attempt(&given, page, &line);
        }
    }
    given.newsroom.stop().await;
}

fn attempt(given: &Given, page: &Page, line: &str) {
    assert!(line.starts_with("qarauyl "), "{}: nobody runs `{line}`: see ELSEWHERE in this test", page.file);
    let typed = entry(page.typed, |one| one.0, line).map_or("", |one| one.1);
    let code = entry(page.ends, |one| one.0, line).map_or(0, |one| one.1);
    let output = given.run(line, typed);
    assert_eq!(output.status.code(), Some(code), "{}: {line}\n{}", page.file, said(&output));
}

/// A house that has read the newsroom, with one watch and one reader.
const SETTLED: &[&str] = &[
    "qarauyl init --timezone Asia/Almaty",
    "qarauyl watch add Khorgos @khorgos",
    "qarauyl subscriber add aigul@example.org --watch Khorgos --frequency instant",
    "qarauyl run --once",
];

/// The same with somebody for whom backups are made.
const BACKED_UP: &[&str] = &[
    "qarauyl init --timezone Asia/Almaty",
    "qarauyl watch add Khorgos @khorgos",
    "qarauyl run --once",
    "qarauyl backup keygen qarauyl-identity.txt",
    r#"printf '[backup]\nrecipient = "%s"\n' "$(grep -o 'age1[a-z0-9]*' qarauyl-identity.txt)" >> qarauyl.toml"#,
];

/// The same with a watch that is changed by hand.
const BY_HAND: &[&str] = &[
    "qarauyl init --timezone Asia/Almaty",
    "qarauyl watch add Khorgos @khorgos",
    "qarauyl watch add Detentions @detention",
    "qarauyl run --once",
];

/// A question for a watch, and an address: what is typed where the guide writes `-`.
const TYPED: &[(&str, &str)] =
    &[("qarauyl watch", "@khorgos AND freight"), ("qarauyl subscriber", "dana@example.org")];

const PAGES: &[Page] = &[
    Page {
        file: "install.md",
        before: &[],
        files: &[],
        instead: &[("qarauyl demo", "qarauyl demo --once"), ("qarauyl init", "qarauyl init --defaults")],
        typed: &[("qarauyl config password", "sesame\n")],
        ends: &[
            ("qarauyl doctor", 1, "nothing has been read yet"),
            ("qarauyl config password", 1, "mails go to the outbox, which asks for none"),
        ],
    },
    Page {
        file: "first-watch.md",
        before: SETTLED,
        files: &[
            ("q.jsonl", "{\"id\": 1, \"query\": \"khorgos\"}\n"),
            ("d.jsonl", "{\"id\": 1, \"title\": \"Khorgos\", \"body\": \"A train left Khorgos.\"}\n"),
        ],
        instead: &[],
        typed: TYPED,
        ends: &[],
    },
    Page {
        file: "doctor.md",
        before: SETTLED,
        files: &[("address.txt", "dana@example.org\n"), ("mail-password", "sesame\n")],
        // No mail server is asked, and the house that is there stays.
        instead: &[
            ("qarauyl init", "qarauyl --home second init --no-check"),
            ("/var/lib/qarauyl/mail-password", "\"$PWD/mail-password\""),
        ],
        typed: &[],
        ends: &[("qarauyl config dkim", 1, "the sender of this house is of this machine")],
    },
    Page {
        file: "backup.md",
        before: BACKED_UP,
        files: &[],
        instead: &[
            ("keygen qarauyl-identity.txt", "keygen second-identity.txt"),
            ("/media/stick/", "stick-"),
            ("--identity FILE", "--identity qarauyl-identity.txt"),
            (
                "FULL.age INCREMENT.age… /var/lib/qarauyl",
                "stick-qarauyl-2026-11-23.age stick-qarauyl-2026-11-24.age restored",
            ),
            // The page goes on with the house after it has been sealed.
            ("qarauyl seal", "qarauyl seal && qarauyl unseal --identity qarauyl-identity.txt"),
        ],
        typed: &[],
        ends: &[],
    },
    Page {
        file: "by-hand.md",
        before: BY_HAND,
        files: &[("names.csv", "name,kind\nЖалбырақ Бозінген,person\n")],
        instead: &[],
        typed: &[
            ("qarauyl watch edit", "@detention AND @xinjiang"),
            ("qarauyl subscriber", "dana@example.org"),
            ("qarauyl story note", "The ministry denies it."),
            ("qarauyl lexicon import", "name,kind\nКүлтегін Ақсауыт,person\n"),
        ],
        ends: &[("qarauyl lexicon import names.csv --dry-run", 3, "nothing was kept")],
    },
    Page {
        file: "keys.md",
        before: BACKED_UP,
        files: &[],
        instead: &[("/media/stick/", "stick-")],
        typed: &[],
        ends: &[],
    },
    Page { file: "languages.md", before: &[], files: &[], instead: &[], typed: &[], ends: &[] },
    Page {
        file: "evidence.md",
        before: SETTLED,
        files: &[],
        instead: &[
            ("https://outlet.example/story", "http://steppe-herald.test:PORT/news/khorgos-school.html"),
            (
                "verify COPY --public-key manifest.key.pub",
                "verify data/archive --public-key data/manifest.key.pub",
            ),
        ],
        typed: &[],
        ends: &[],
    },
    Page {
        file: "sources.md",
        before: SETTLED,
        files: &[
            (
                "page.html",
                "<h1>Border</h1><p>The crossing was opened again on Monday, said the ministry of transport of the region. Trains had waited there for nine days, and their drivers with them, because a bridge had to be mended after the flood.</p>",
            ),
            (
                "feeds.opml",
                "<opml version=\"2.0\"><body><outline type=\"rss\" text=\"A\" xmlUrl=\"https://a.example/feed\"/></body></opml>",
            ),
        ],
        instead: &[
            ("https://news.example/", "http://tote-jazu.test:PORT/feed.xml"),
            ("--source astana-times", "--source steppe-herald"),
            ("https://example.org/news/1", "http://steppe-herald.test:PORT/news/khorgos-school.html"),
        ],
        typed: &[],
        ends: &[],
    },
];

#[test]
fn every_page_with_a_command_is_followed() {
    for file in pages() {
        let is_known = PAGES.iter().any(|page| page.file == file);
        assert_eq!(is_known, !commands(&text(&file)).is_empty(), "{file}: see PAGES in this test");
    }
}

#[test]
fn a_translated_page_names_the_commands_of_the_original() {
    let bare = |file: &str| -> Vec<String> {
        let lines = commands(&text(file));
        lines.iter().map(|line| line.split(" #").next().unwrap_or_default().trim_end().to_owned()).collect()
    };
    for file in ["install.md", "first-watch.md", "reading-a-digest.md"] {
        assert_eq!(bare(&format!("ru/{file}")), bare(file), "{file}");
    }
}

/// The pages of the guide in English.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let pages = files.filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    pages.map(|page| page.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_followed() {
    let readers: Vec<_> = PAGES.iter().map(|page| (page.file, tokio::spawn(follow(page)))).collect();
    let mut lost = Vec::new();
    for (file, reader) in readers {
        if reader.await.is_err() {
            lost.push(file);
        }
    }
    assert!(lost.is_empty(), "these pages cannot be followed as they stand: {lost:?}");
}
