//! What is asked: words drawn from the corpus by how many documents have them, by a fixed seed.

use std::collections::{BTreeMap, HashSet};

use crate::corpus::Corpus;

/// So many documents tell how frequent words are.
const SAMPLE: usize = 20_000;

pub(crate) struct Question {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// Words in letters with spaces between them, as a text has them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        (3..=20).contains(&word.chars().count())
            && word.chars().all(char::is_alphabetic)
            && word.chars().all(|c| !('\u{3400}'..='\u{9fff}').contains(&c))
    })
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below.max(1) as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.get(self.roll(of.len())).unwrap()
    }
}

/// Words by how frequent they are, and runs of words as they stand in documents.
struct Stock {
    rare: Vec<String>,
    mid: Vec<String>,
    common: Vec<String>,
    runs: Vec<Vec<String>>,
}

fn stock(corpus: &Corpus) -> Stock {
    let mut frequencies: BTreeMap<String, usize> = BTreeMap::new();
    let mut runs = Vec::new();
    let mut sampled = 0;
    for version in corpus.versions().take(SAMPLE) {
        sampled += 1;
        let mut here = HashSet::new();
        for block in &version.version.blocks {
            let found: Vec<String> = words(&block.text).map(str::to_lowercase).collect();
            if found.len() >= 12 && version.article.id.0 % 7 == 0 {
                runs.push(found.iter().take(12).cloned().collect());
            }
            here.extend(found);
        }
        for word in here {
            *frequencies.entry(word).or_default() += 1;
        }
    }
    let between = |least: usize, most: usize| {
        let fits = |count: usize| (least.max(2)..=most.max(3)).contains(&count);
        frequencies.iter().filter(|(_, count)| fits(**count)).map(|(word, _)| word.clone()).collect()
    };
    Stock {
        rare: between(2, sampled / 2_000),
        mid: between(sampled / 1_000, sampled / 100),
        common: between(sampled / 20, sampled),
        runs,
    }
}

pub(crate) fn questions(corpus: &Corpus, each: usize) -> Vec<Question> {
    let stock = stock(corpus);
    let mut dice = Dice(7);
    let mut all = Vec::new();
    for class in CLASSES {
        let mut of_class = 0;
        while of_class < each {
            let text = question(class, &stock, &mut dice);
            // A drawn word may be a sign of the language.
            if query::parse(&text).is_ok() {
                all.push(Question { class, text });
                of_class += 1;
            }
        }
    }
    all
}

const CLASSES: [&str; 13] = [
    "rare",
    "mid",
    "common",
    "best",
    "and",
    "or",
    "phrase",
    "near",
    "prefix",
    "filter",
    "not",
    "not_alone",
    "title",
];

fn question(class: &str, stock: &Stock, dice: &mut Dice) -> String {
    let Stock { rare, mid, common, runs } = stock;
    match class {
        "rare" => dice.one(rare).clone(),
        "mid" => dice.one(mid).clone(),
        "common" | "best" => dice.one(common).clone(),
        "and" => {
            format!("{} {}", dice.one(common), dice.one(if dice.0.is_multiple_of(2) { mid } else { common }))
        }
        "or" => format!("{} OR {} OR {}", dice.one(mid), dice.one(mid), dice.one(common)),
        "phrase" => {
            let (run, at) = (dice.one(runs), dice.roll(10));
            format!("\"{} {}\"", run.get(at).unwrap(), run.get(at + 1).unwrap())
        }
        "near" => {
            let (run, at) = (dice.one(runs), dice.roll(8));
            format!("{} NEAR/5 {}", run.get(at).unwrap(), run.get(at + 3).unwrap())
        }
        "prefix" => {
            let word: String = dice.one(mid).chars().take(4).collect();
            format!("{word}*")
        }
        "filter" => {
            let filter =
                dice.one(&["lang:ru", "country:CN", "after:2026-01-01", "kind:state", "before:2024-03-01"]);
            format!("{} {filter}", dice.one(common))
        }
        "not" => format!("{} -{}", dice.one(common), dice.one(mid)),
        "not_alone" => format!("NOT {}", dice.one(common)),
        _ => {
            let run = dice.one(runs);
            format!("title:{} OR \"{} {}\"~4", dice.one(mid), run.first().unwrap(), run.get(2).unwrap())
        }
    }
}
