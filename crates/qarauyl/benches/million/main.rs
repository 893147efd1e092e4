//! A house of a million articles, measured as it runs.
//!
//! `cargo bench -p qarauyl --bench million -- --articles N --folder DIR [--new N] [--minutes N] [--searches N] [--fill]` fills
//! a house in the folder, or goes on filling it; then it runs the program in it, lets a newsroom on loopback publish new
//! articles, asks the search page, makes a full backup and one of the increment, and prints one line of JSON. With `--fill`
//! it only fills. The folder is kept: another run measures the same house, with what came to it since.
//!
//! A million articles take some 20 GB, as much again for the backups, and an hour or two to fill. The house holds 200 days at
//! 5,000 articles a day: pages in the archive, texts, stories, looks, and what 200 watches found. It is started twice, the
//! first time with none of its files in memory, which is the figure that counts. Memory is judged by `VmRSS`, in which the
//! pages of the index count that are mapped; what no file stands behind is said beside it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails loudly and shows its result"
)]
#![expect(clippy::cast_precision_loss, reason = "figures of a bench")]

mod filling;
mod folder;
mod newsroom;
mod press;
mod process;
mod questions;
mod readers;
mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Clock;
use query::Lexicon;
use serde_json::{Map, Value, json};

use crate::folder::Folder;
use crate::newsroom::Newsroom;
use crate::press::Press;
use crate::process::Process;
use crate::questions::{get, questions};

/// The bars: megabytes while it works, milliseconds of 95 in 100 searches, seconds to ready, seconds of an increment.
const BARS: [(&str, f64); 4] =
    [("rss_mb", 600.0), ("search_p95_ms", 300.0), ("ready_s", 3.0), ("increment_s", 60.0)];
/// New articles are looked for so long after the last was published.
const LAG: Duration = Duration::from_mins(5);

struct Arguments {
    articles: u64,
    folder: PathBuf,
    new: u64,
    minutes: u64,
    searches: usize,
    fill: bool,
}

fn main() {
    let Some(arguments) = arguments() else {
        // `cargo test` runs benches without arguments to see that they start.
        println!("nothing to measure: -- --articles N --folder DIR");
        return;
    };
    let lexicon = Arc::new(public_lexicon());
    let folder = Arc::new(Folder::open(&arguments.folder, arguments.articles, Clock::system().now()));
    let press = Arc::new(Press::new(folder.plan.seed, &lexicon));
    folder.furnish(&press);
    let filled_s = filling::fill(&folder, &press, &lexicon);
    let mut figures = Map::new();
    figures.insert("bench".to_owned(), json!("million"));
    figures.insert("articles".to_owned(), json!(folder.plan.articles));
    figures.insert("fill_s".to_owned(), rounded(filled_s));
    for (name, part) in [("store", "data/qarauyl.db"), ("archive", "data/archive"), ("index", "data/index")] {
        figures.insert(format!("{name}_mb"), rounded(folder.bytes(part) as f64 / 1e6));
    }
    if !arguments.fill {
        let judged = measure(&arguments, (&folder, &press, &lexicon), &mut figures);
        let passed = |((name, bar), value): (&(&str, f64), f64)| {
            (
                (*name).to_owned(),
                json!({ "is": (value * 100.0).round() / 100.0, "bar": bar, "passed": value < *bar }),
            )
        };
        figures.insert("bars".to_owned(), Value::Object(BARS.iter().zip(judged).map(passed).collect()));
    }
    let missed = figures
        .get("bars")
        .and_then(Value::as_object)
        .is_some_and(|bars| bars.values().any(|bar| bar.get("passed") == Some(&Value::Bool(false))));
    println!("{}", Value::Object(figures));
    if missed {
        std::process::exit(1);
    }
}

fn arguments() -> Option<Arguments> {
    let mut found =
        Arguments { articles: 0, folder: PathBuf::new(), new: 500, minutes: 10, searches: 500, fill: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().unwrap().parse::<u64>().unwrap();
        match word.as_str() {
            "--articles" => found.articles = number(),
            "--new" => found.new = number(),
            "--minutes" => found.minutes = number(),
            "--searches" => found.searches = usize::try_from(number()).unwrap(),
            "--folder" => found.folder = words.next().unwrap().into(),
            "--fill" => found.fill = true,
            _ => {}
        }
    }
    // The folder as it was named where the command was typed.
    let at = std::env::var_os("PWD").map_or_else(PathBuf::new, PathBuf::from);
    found.folder = if found.folder == Path::new("") { found.folder } else { at.join(found.folder) };
    (found.articles > 0 && found.folder != Path::new("")).then_some(found)
}

/// Measures the house, and returns what is judged, in the order of [`BARS`].
fn measure(
    arguments: &Arguments,
    (folder, press, lexicon): (&Arc<Folder>, &Arc<Press>, &Lexicon),
    figures: &mut Map<String, Value>,
) -> [f64; 4] {
    let newsroom = Newsroom::open(folder, press);
    folder.forget();
    let cold = Process::start(folder);
    let ready_s = cold.ready_s;
    figures.insert("ready_cold_s".to_owned(), rounded(ready_s));
    cold.end();
    let process = Process::start(folder);
    figures.insert("ready_warm_s".to_owned(), rounded(process.ready_s));
    backup(folder, false, figures);
    let memory = process.memory();
    let before = searchable(folder);
    let publishing = std::thread::spawn({
        let (folder, newsroom) = (Arc::clone(folder), Arc::clone(&newsroom));
        let (new, minutes) = (arguments.new, arguments.minutes);
        move || publish(&folder, &newsroom, (new, minutes))
    });
    // The first half without searches, so that both can be told apart.
    std::thread::sleep(Duration::from_secs(arguments.minutes * 30));
    let (steady, said) = memory.end();
    figures.insert("indexing".to_owned(), said);
    let memory = process.memory();
    let p95 = search(arguments.searches, (press, lexicon, folder), figures);
    publishing.join().unwrap();
    let lag = Instant::now();
    while searchable(folder) < before + arguments.new && lag.elapsed() < LAG {
        std::thread::sleep(Duration::from_secs(1));
    }
    figures.insert("new_searchable".to_owned(), json!(searchable(folder) - before));
    let (with_searches, said) = memory.end();
    figures.insert("indexing_and_searching".to_owned(), said);
    let increment_s = backup(folder, true, figures);
    process.end();
    [steady.max(with_searches), p95, ready_s, increment_s]
}

/// Publishes new articles evenly over so many minutes.
fn publish(folder: &Folder, newsroom: &Newsroom, (new, minutes): (u64, u64)) {
    let pause = Duration::from_secs(minutes * 60) / u32::try_from(new.max(1)).unwrap();
    // A house that was measured before has those that were new then: no number is given twice.
    let first = folder.next_numbers(new);
    for number in first..first + new {
        newsroom.publish(number, Clock::system().now());
        std::thread::sleep(pause);
    }
}

fn searchable(folder: &Folder) -> u64 {
    let (answer, _) = get(folder, "/health");
    let (_, rest) = answer.split_once("\"searchable\":").unwrap();
    rest.chars()
        .skip_while(|sign| *sign == ' ')
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap()
}

/// Asks, and returns the time that 95 in 100 answers take.
fn search(
    count: usize,
    (press, lexicon, folder): (&Press, &Lexicon, &Folder),
    figures: &mut Map<String, Value>,
) -> f64 {
    let (mut all, mut classes) = (Vec::new(), BTreeMap::<&str, Vec<f64>>::new());
    let mut answered = 0;
    for question in questions(press, lexicon, folder, count) {
        let (took, found) = question.ask(folder);
        answered += usize::from(found);
        all.push(took);
        classes.entry(question.class).or_default().push(took);
    }
    let of = |times: &[f64]| {
        json!([rounded(quantile(times, 500)), rounded(quantile(times, 950)), rounded(quantile(times, 990))])
    };
    figures.insert("searches".to_owned(), json!(all.len()));
    figures.insert("searches_that_found".to_owned(), json!(answered));
    figures.insert("search_p50_p95_p99_ms".to_owned(), of(&all));
    let classes = classes.iter().map(|(class, times)| ((*class).to_owned(), of(times)));
    figures.insert("search_by_class".to_owned(), Value::Object(classes.collect()));
    quantile(&all, 950)
}

/// Makes a backup while the house runs, and returns how many seconds it took.
fn backup(folder: &Folder, increment: bool, figures: &mut Map<String, Value>) -> f64 {
    let name = if increment { "increment" } else { "full" };
    let file = format!("{name}.age");
    drop(std::fs::remove_file(folder.path.join(&file)));
    let began = Instant::now();
    let mut words = vec!["backup", file.as_str()];
    words.extend(increment.then_some("--increment"));
    folder.run(&words);
    let took = began.elapsed().as_secs_f64();
    figures.insert(format!("backup_{name}_s"), rounded(took));
    figures.insert(format!("backup_{name}_mb"), rounded(folder.bytes(&file) as f64 / 1e6));
    took
}

/// Returns the value that so many in a thousand do not exceed.
pub(crate) fn quantile(values: &[f64], per_mille: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len().saturating_sub(1)) * per_mille / 1_000).copied().unwrap_or(0.0)
}

fn rounded(value: f64) -> Value {
    json!((value * 100.0).round() / 100.0)
}

fn public_lexicon() -> Lexicon {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/lexicon");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
    }
    files.sort();
    Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}
