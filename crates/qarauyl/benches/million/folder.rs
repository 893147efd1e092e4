//! The folder of the house: its settings, its key, its sources, and what was decided when it was begun.

use std::fmt::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::press::{OUTLETS, Press, host};

/// So many articles a day.
pub(crate) const A_DAY: u64 = 5_000;

/// What was decided when the house was begun; it stays so when filling goes on later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) articles: u64,
    /// When the last of them came.
    pub(crate) end: Timestamp,
    /// Where the newsroom is served.
    pub(crate) newsroom: u16,
    /// Where the house is asked.
    pub(crate) web: u16,
}

pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) plan: Plan,
}

impl Folder {
    /// Opens the folder, or begins it.
    pub(crate) fn open(path: &Path, articles: u64, now: Timestamp) -> Self {
        std::fs::create_dir_all(path.join("data")).unwrap();
        let file = path.join("million.json");
        if let Ok(known) = std::fs::read_to_string(&file) {
            let plan: Plan = serde_json::from_str(&known).unwrap();
            assert_eq!(
                plan.articles,
                articles,
                "{} was begun for another number of articles",
                path.display()
            );
            return Self { path: path.to_owned(), plan };
        }
        let plan = Plan { seed: 1, articles, end: now, newsroom: free_port(), web: free_port() };
        std::fs::write(&file, serde_json::to_string(&plan).unwrap()).unwrap();
        std::fs::write(path.join("data/key"), "5a".repeat(32)).unwrap();
        Self { path: path.to_owned(), plan }
    }

    /// Writes settings and sources.
    pub(crate) fn furnish(&self, press: &Press) {
        let Plan { newsroom, web, .. } = self.plan;
        let identity = self.path.join("identity.txt");
        if !identity.exists() {
            std::fs::write(self.path.join("qarauyl.toml"), "").unwrap();
            self.run(&["backup", "keygen", "identity.txt"]);
        }
        let told = std::fs::read_to_string(identity).unwrap();
        let recipient = told.split_whitespace().find(|word| word.starts_with("age1")).unwrap();
        let settings = format!(
            "[sources]\ndirectory = \"sources\"\n[fetcher]\nexempt = [{{ suffix = \".test\", address = \"127.0.0.1:{newsroom}\" }}]\n\
             [web]\nlisten = \"127.0.0.1:{web}\"\n[backup]\nrecipient = \"{recipient}\"\n[log]\nlevel = \"warn\"\n"
        );
        std::fs::write(self.path.join("qarauyl.toml"), settings).unwrap();
        let mut sources = String::new();
        for outlet in 0..OUTLETS {
            let (lang, country) = press.language(outlet);
            // Writing to a string cannot fail.
            let _written = write!(
                sources,
                "[[source]]\nid = \"outlet-{outlet:02}\"\nname = \"Outlet {outlet}\"\ncountry = \"{country}\"\nkind = \"{}\"\n\
                 languages = [\"{}\"]\nschedule = \"* * * * *\"\nfirst_look = \"alert\"\ndelay = \"0s\"\nconnections = 4\nenabled = true\n\
                 [[source.endpoint]]\nkind = \"feed\"\nurl = \"{}\"\n",
                if outlet % 2 == 0 { "state" } else { "independent" },
                lang.as_str(),
                self.feed(outlet),
            );
        }
        std::fs::create_dir_all(self.path.join("sources")).unwrap();
        std::fs::write(self.path.join("sources/outlets.toml"), sources).unwrap();
    }

    pub(crate) fn feed(&self, outlet: usize) -> String {
        format!("http://{}:{}/feed.xml", host(outlet), self.plan.newsroom)
    }

    /// When an article came: [`A_DAY`] come each day, at all hours.
    pub(crate) fn time(&self, number: u64) -> Timestamp {
        let before = i64::try_from(self.plan.articles - number).unwrap();
        self.plan.end - SignedDuration::from_millis(before * 86_400_000 / i64::try_from(A_DAY).unwrap())
    }

    /// The program, in this house.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qarauyl"));
        command.arg("--home").arg(&self.path).current_dir(&self.path).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.program().args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`qarauyl {}` failed: {said}", arguments.join(" "));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns how many bytes lie under a folder or file of the house.
    pub(crate) fn bytes(&self, name: &str) -> u64 {
        files(&self.path.join(name)).iter().map(|file| file.metadata().unwrap().len()).sum()
    }

    /// Returns the first of so many numbers that no article has had yet.
    pub(crate) fn next_numbers(&self, count: u64) -> u64 {
        let file = self.path.join("published");
        let first =
            std::fs::read_to_string(&file).map_or(self.plan.articles + 1, |next| next.parse().unwrap());
        std::fs::write(file, (first + count).to_string()).unwrap();
        first
    }

    /// Makes the system forget what it holds of the house's files in memory.
    pub(crate) fn forget(&self) {
        for path in files(&self.path) {
            let file = std::fs::File::open(path).unwrap();
            file.sync_all().unwrap();
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        }
    }
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let Ok(items) = std::fs::read_dir(path) else { return Vec::new() };
    items.flat_map(|item| files(&item.unwrap().path())).collect()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
