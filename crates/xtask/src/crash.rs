//! `cargo xtask crash`: the promise that nothing is lost, tried out.
//!
//! A newsroom is read once undisturbed, and once by a house that is killed with SIGKILL at random moments and started
//! again. Both must end with the same articles, the same tellings, and each mail once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use newsroom::{Newsroom, Site, folder, sample, source_file};
use serde::Deserialize;

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// How often the house is killed.
    pub kills: u32,
    /// A folder of pages; the bundled sample when there is none.
    pub folder: Option<PathBuf>,
    /// What the random moments come from: the same seed, the same moments.
    pub seed: u64,
    /// The program.
    pub program: PathBuf,
}

/// What a house ends with, as `qarauyl ledger --json` says it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Ledger {
    articles: Vec<(String, String)>,
    told: Vec<Told>,
    mails: u64,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Told {
    watch: String,
    subscriber: i64,
    story: String,
    mails: u64,
}

/// What a search finds, as `qarauyl search --json` says it.
#[derive(Deserialize)]
struct Found {
    total: usize,
}

/// What `qarauyl ledger reconcile --json` says.
#[derive(Deserialize)]
struct Compared {
    watches: u64,
    missing: u64,
    superfluous: u64,
}

/// Runs the trial and says what it found.
///
/// # Errors
/// When the two houses end differently, or one cannot be run.
pub fn run(trial: &Trial, now: Timestamp) -> anyhow::Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sites = match &trial.folder {
        Some(folder) => folder::sites(folder, now)?,
        None => sample::sites(now)?,
    };
    let newsroom = runtime.block_on(Newsroom::start(sites.clone(), ([127, 0, 0, 1], 0).into()))?;
    let scratch = std::env::temp_dir().join(format!("qarauyl-crash-{}", std::process::id()));
    let result = compare(trial, &sites, &newsroom, &scratch);
    runtime.block_on(newsroom.stop());
    fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove `{}`", scratch.display()))?;
    result
}

fn compare(trial: &Trial, sites: &[Site], newsroom: &Newsroom, scratch: &Path) -> anyhow::Result<String> {
    let calm = House::make(trial, sites, newsroom, &scratch.join("calm"))?;
    let began = Instant::now();
    calm.run_to_the_end()?;
    let took = began.elapsed();
    let began = Instant::now();
    calm.run_to_the_end()?;
    let idle = began.elapsed();
    let killed = House::make(trial, sites, newsroom, &scratch.join("killed"))?;
    let mut random = Random(trial.seed);
    let mut kills = 0;
    for _ in 0..trial.kills {
        kills += u32::from(killed.run_until(random.moment(idle, took, trial.kills))?);
    }
    killed.run_to_the_end()?;
    let (calm_ledger, killed_ledger) = (calm.ledger()?, killed.ledger()?);
    ensure!(
        calm_ledger.articles == killed_ledger.articles,
        "the articles differ: {} and {}",
        calm_ledger.articles.len(),
        killed_ledger.articles.len()
    );
    same_tellings(&calm_ledger, &killed_ledger)?;
    for house in [&calm, &killed] {
        let (mails, ledger) = (house.mails()?, house.ledger()?);
        ensure!(mails == ledger.mails, "{mails} mails in the outbox, {} in the ledger", ledger.mails);
        house.index_is_the_store(ledger.articles.len())?;
    }
    Ok(format!(
        "killed {kills} times: {} articles, {} tellings, as in the undisturbed run of {:.1} s; each mail once ({} and {}); \
         the index finds what is in the store",
        killed_ledger.articles.len(),
        killed_ledger.told.len(),
        took.as_secs_f64(),
        calm_ledger.mails,
        killed_ledger.mails
    ))
}

fn same_tellings(calm: &Ledger, killed: &Ledger) -> anyhow::Result<()> {
    let key = |told: &Told| (told.watch.clone(), told.subscriber, told.story.clone());
    let (calm, killed): (Vec<_>, Vec<_>) =
        (calm.told.iter().map(key).collect(), killed.told.iter().map(key).collect());
    let lost: Vec<_> = calm.iter().filter(|told| !killed.contains(told)).collect();
    let beside: Vec<_> = killed.iter().filter(|told| !calm.contains(told)).collect();
    if lost.is_empty() && beside.is_empty() {
        return Ok(());
    }
    bail!("the tellings differ: lost {lost:?}, beside {beside:?}")
}

/// A house in a scratch folder.
struct House {
    dir: PathBuf,
    program: PathBuf,
}

impl House {
    fn make(trial: &Trial, sites: &[Site], newsroom: &Newsroom, dir: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(dir.join("sources"))?;
        fs::create_dir_all(dir.join("data"))?;
        fs::write(dir.join("sources/newsroom.toml"), source_file(sites, newsroom.address()))?;
        fs::write(dir.join("data/key"), "5a".repeat(32))?;
        fs::write(
            dir.join("qarauyl.toml"),
            format!(
                "[sources]\ndirectory = \"sources\"\n[queue]\nidle = \"20ms\"\n[fetcher]\nexempt = [{{ suffix = \".test\", address = \"{}\" }}]\n[log]\nlevel = \"error\"\n",
                newsroom.address()
            ),
        )?;
        let house = Self { dir: dir.to_owned(), program: trial.program.clone() };
        for (name, query) in [
            ("Khorgos", "@khorgos"),
            ("Kazakhs", "kazakh OR казах OR қазақ"),
            ("Trade", "port OR container OR train OR market"),
        ] {
            house.done(&["watch", "add", name, query])?;
        }
        house.done(&["subscriber", "add", "reader@qarauyl-crash.test", "--frequency", "instant"])?;
        Ok(house)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--home")
            .arg(&self.dir)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn done(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = self.command(arguments).output().context("the program cannot be started")?;
        ensure!(
            output.status.success(),
            "`qarauyl {}` failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// What a command tells, whether it likes what it found or not.
    fn told<T: for<'de> Deserialize<'de>>(&self, arguments: &[&str]) -> anyhow::Result<T> {
        let output = self.command(arguments).output().context("the program cannot be started")?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!("`qarauyl {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr))
        })
    }

    fn run_to_the_end(&self) -> anyhow::Result<()> {
        self.done(&["run", "--once"])
    }

    /// Runs until `moment` and kills; answers whether there was something left to kill.
    fn run_until(&self, moment: Duration) -> anyhow::Result<bool> {
        let mut child: Child =
            self.command(&["run", "--once"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let began = Instant::now();
        while began.elapsed() < moment {
            if child.try_wait()?.is_some() {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill()?;
        child.wait()?;
        Ok(true)
    }

    fn ledger(&self) -> anyhow::Result<Ledger> {
        self.told(&["--json", "ledger"])
    }

    /// Whether a search finds as many articles as there are, and a search for what each watch asks finds what the ledger
    /// has.
    fn index_is_the_store(&self, articles: usize) -> anyhow::Result<()> {
        let found: Found = self.told(&["--json", "search", "NOT zzyzx"])?;
        ensure!(found.total == articles, "{} articles in the index, {articles} in the store", found.total);
        let compared: Compared = self.told(&["--json", "ledger", "reconcile", "--days", "3650"])?;
        ensure!(
            compared.watches > 0 && compared.missing == 0 && compared.superfluous == 0,
            "of what {} watches find in the archive, {} is not in the ledger, and {} in the ledger is not found",
            compared.watches,
            compared.missing,
            compared.superfluous
        );
        Ok(())
    }

    fn mails(&self) -> anyhow::Result<u64> {
        let files = fs::read_dir(self.dir.join("data/outbox"))?;
        let mails = files
            .filter_map(Result::ok)
            .filter(|file| file.path().extension().is_some_and(|end| end == "eml"));
        Ok(u64::try_from(mails.count())?)
    }
}

/// A small generator (xorshift64*, Vigna 2016): a seed is worth more here than good randomness.
struct Random(u64);

impl Random {
    /// A moment of the time that a run takes with nothing to do and twice its share of the work, so that some are killed as
    /// they start and others at work.
    fn moment(&mut self, idle: Duration, took: Duration, kills: u32) -> Duration {
        self.0 = self.0.max(1);
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        let share = u32::try_from(drawn).map_or(0.5, |drawn| f64::from(drawn) / f64::from(1_u32 << 24));
        (idle + took.mul_f64(2.0 / f64::from(kills.max(1)))).mul_f64(share)
    }
}
