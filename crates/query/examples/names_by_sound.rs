//! Measures `name:"…"` on the people of the lexicon, whose spellings it is not told: how often one spelling finds those of
//! other languages, and how often it finds somebody else. With a file, also how often a name stands in its lines that
//! are not about the person: `cargo run --release -p query --example names_by_sound [FILE]`.
#![expect(clippy::print_stdout, reason = "a measure shows its result")]
#![expect(clippy::cast_precision_loss, reason = "counts of a measure")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use query::{Document, Entity, Facts, Lexicon, Plan, evaluate, parse, plan};
use text::{Lang, Script};

/// A person, with the first spelling of each language.
struct Person {
    id: String,
    /// A name in Chinese characters can be found by sound, and not asked for.
    spellings: Vec<(Lang, Option<Plan>, Document)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let lexicon = public_lexicon()?;
    let people: Vec<Person> =
        lexicon.entities().iter().filter(|one| one.kind == "person").map(person).collect();
    found(&people);
    mistaken(&people);
    if let Some(file) = std::env::args().nth(1) {
        in_text(&people, &std::fs::read_to_string(file)?, &lexicon);
    }
    Ok(())
}

fn person(entity: &Entity) -> Person {
    let mut spellings: Vec<(Lang, Option<Plan>, Document)> = Vec::new();
    for (label, name) in &entity.names {
        let lang = if name.chars().any(|c| Script::of(c) == Script::Han) {
            Lang::ZhHans
        } else {
            Lang::parse(label).unwrap_or(Lang::Unknown)
        };
        let known = spellings.iter().any(|(known, _, _)| *known == lang);
        if !known && name.contains([' ', '·']) {
            spellings.push((lang, asked(name), read(name, lang)));
        }
    }
    Person { id: entity.id.clone(), spellings }
}

fn asked(name: &str) -> Option<Plan> {
    parse(&format!("name:\"{name}\"")).and_then(|query| plan(&query, &Lexicon::empty())).ok()
}

fn read(text: &str, lang: Lang) -> Document {
    Document::read("", &[text], &Lexicon::empty(), Facts::of_text(lang))
}

/// How often a spelling finds the same person in another language.
fn found(people: &[Person]) {
    let mut counts: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
    for person in people {
        for (from, asked, _) in &person.spellings {
            for (to, _, document) in person.spellings.iter().filter(|(to, _, _)| to != from) {
                let Some(asked) = asked else { continue };
                let count = counts.entry((from.as_str(), to.as_str())).or_default();
                count.0 += 1;
                count.1 += u32::from(evaluate(asked, document).is_some());
            }
        }
    }
    println!("asked in    found in    people  found");
    for ((from, to), (all, found)) in counts {
        println!("{from:10}  {to:10}  {all:6}  {:4.0} %", f64::from(found) * 100.0 / f64::from(all));
    }
}

/// How often a spelling finds somebody else.
fn mistaken(people: &[Person]) {
    let (mut pairs, mut wrong) = (0_u32, 0_u32);
    for one in people {
        for other in people.iter().filter(|other| other.id != one.id) {
            pairs += 1;
            let taken = one.spellings.iter().filter_map(|(_, asked, _)| asked.as_ref()).any(|asked| {
                other.spellings.iter().any(|(_, _, document)| evaluate(asked, document).is_some())
            });
            if taken {
                wrong += 1;
                println!("{} is also heard in the name of {}", one.id, other.id);
            }
        }
    }
    println!("somebody else: {wrong} of {pairs} pairs, {:.2} %", f64::from(wrong) * 100.0 / f64::from(pairs));
}

/// How often a name is heard in lines in which the lexicon does not recognise the person.
fn in_text(people: &[Person], text: &str, lexicon: &Lexicon) {
    let (mut pairs, mut heard) = (0_usize, 0_usize);
    for line in text.lines() {
        let lang = text::detect(line);
        let document = Document::read("", &[line], lexicon, Facts::of_text(lang));
        for person in people.iter().filter(|person| !names(&document, &person.id)) {
            pairs += 1;
            let mut ways = person.spellings.iter().filter_map(|(_, asked, _)| asked.as_ref());
            let taken = ways.any(|asked| evaluate(asked, &document).is_some());
            heard += usize::from(taken);
        }
    }
    let share = heard as f64 * 1e6 / pairs.max(1) as f64;
    println!("in running text: {heard} of {pairs} (person, line) pairs, {share:.1} in a million");
}

fn names(document: &Document, id: &str) -> bool {
    document.body.tokens.iter().flat_map(|token| token.keys.iter()).any(|key| *key == text::Key::entity(id))
}

fn public_lexicon() -> Result<Lexicon, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/lexicon");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
    }
    files.sort();
    Ok(Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
}
