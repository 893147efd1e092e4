//! How long it takes to find the story of an article among very many.
//!
//! `cargo bench -p matcher --bench stories -- --articles N` begins N stories in memory, looks for the stories of 2,000
//! articles, half of them copies with 15 of 100 words changed, and prints one line of JSON. Times are of one thread; they
//! begin with an article that is read, and end with its story. `of_ms` is the share of that in which the signature of a
//! text in one of four languages is made; `found` and `strange` say how many copies were found, and how many articles of
//! their own were put into a story.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails loudly"
)]

use std::time::Instant;

use matcher::Signature;
use model::StoryId;
use query::{Document, Lexicon, testing};
use rustc_hash::FxHashMap;
use store::StoryCandidate;
use test_support::{Chance, Flood, TONGUES};

/// Articles whose stories are looked for.
const ASKED: u32 = 2_000;
/// Different words.
const WORDS: usize = 300_000;
/// As many stories as the store compares, and as it lets be found under one shingle.
const CANDIDATES: usize = 16;
const CROWD: usize = 100;

/// Stories by the upper halves of their shingles, in order. A signature is made anew when it is compared: a million of
/// them would not fit.
struct Stories(Vec<(u32, u32)>);

fn main() {
    let given: Vec<String> = std::env::args().collect();
    let at = given.iter().position(|argument| argument == "--articles");
    let articles: u32 = at.and_then(|at| given.get(at + 1)).map_or(100_000, |number| number.parse().unwrap());
    let stories = Stories::of(articles);
    let (mut found, mut strange, mut micros) = (0, 0, Vec::new());
    for number in 0..ASKED {
        let is_copy = number % 2 == 0;
        let story = if is_copy { number * 7_919 % articles } else { articles + number };
        let mut words = text(story);
        if is_copy {
            reword(&mut words, number);
        }
        let asked = Signature::of_words(words);
        let start = Instant::now();
        let answer = asked.choose(&stories.candidates(&asked));
        micros.push(start.elapsed().as_secs_f64() * 1e6);
        found += u32::from(is_copy && answer == Some(StoryId(i64::from(story))));
        strange += u32::from(!is_copy && answer.is_some());
    }
    let of = signature_micros();
    micros.sort_by(f64::total_cmp);
    let ms = |per_mille: usize| (micros[(micros.len() - 1) * per_mille / 1_000] + of) / 1e3;
    println!(
        "{{\"articles\":{articles},\"asked\":{ASKED},\"found\":{found},\"copies\":{},\"strange\":{strange},\
         \"of_ms\":{:.3},\"p50_ms\":{:.3},\"p99_ms\":{:.3},\"max_ms\":{:.3}}}",
        ASKED / 2,
        of / 1e3,
        ms(500),
        ms(990),
        ms(1_000),
    );
}

/// The words of an article, which follow from its number: 60 to 600, few of them frequent.
fn text(number: u32) -> Vec<u32> {
    let mut chance = Chance::new(u64::from(number));
    let length = 60 + chance.below(540);
    // The product of two chances: the first words of the list are many times as frequent as the last.
    let mut word = || {
        let (one, other) = (chance.below(WORDS), chance.below(WORDS));
        u32::try_from(one * other / WORDS).unwrap()
    };
    (0..length).map(|_| word()).collect()
}

fn reword(words: &mut [u32], seed: u32) {
    let mut chance = Chance::new(u64::from(seed));
    for word in words {
        if chance.percent(15) {
            *word = u32::try_from(chance.below(WORDS)).unwrap();
        }
    }
}

fn half(shingle: i64) -> u32 {
    u32::try_from(u64::from_ne_bytes(shingle.to_ne_bytes()) & u64::from(u32::MAX)).unwrap()
}

impl Stories {
    fn of(articles: u32) -> Self {
        let mut all = Vec::new();
        for number in 0..articles {
            all.extend(Signature::of_words(text(number)).kept().into_iter().map(|one| (half(one), number)));
        }
        all.sort_unstable();
        Self(all)
    }

    fn candidates(&self, asked: &Signature) -> Vec<StoryCandidate> {
        let mut shared: FxHashMap<u32, usize> = FxHashMap::default();
        for shingle in asked.sought().into_iter().map(half) {
            let from = self.0.partition_point(|(other, _)| *other < shingle);
            for (_, story) in self.0[from..].iter().take_while(|(other, _)| *other == shingle).take(CROWD) {
                *shared.entry(*story).or_default() += 1;
            }
        }
        let mut shared: Vec<(usize, u32)> =
            shared.into_iter().map(|(story, count)| (usize::MAX - count, story)).collect();
        shared.sort_unstable();
        shared.truncate(CANDIDATES);
        shared.sort_unstable_by_key(|(_, story)| *story);
        let candidate = |(_, story): (usize, u32)| StoryCandidate {
            story: StoryId(i64::from(story)),
            signature: Signature::of_words(text(story)).to_bytes(),
        };
        shared.into_iter().map(candidate).collect()
    }
}

/// How long the signature of a text of 60 to 600 words takes, in the mean.
fn signature_micros() -> f64 {
    let (mut count, mut micros) = (0_u32, 0.0);
    for (seed, lang) in (0..).zip(TONGUES) {
        let mut flood = Flood::new(lang, seed);
        for number in 0..100 {
            let report = flood.article(60 + number * 5);
            let blocks = report.blocks();
            let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
            let document = Document::read(&report.title, &blocks, &Lexicon::empty(), testing::facts(lang));
            let start = Instant::now();
            std::hint::black_box(Signature::of(&document));
            micros += start.elapsed().as_secs_f64() * 1e6;
            count += 1;
        }
    }
    micros / f64::from(count)
}
