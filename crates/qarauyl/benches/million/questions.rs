//! What is asked of the search page, and how long each answer takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use query::Lexicon;
use test_support::Chance;

use crate::folder::Folder;
use crate::press::{OUTLETS, Press};

/// A question, and what kind of question it is.
pub(crate) struct Question {
    pub(crate) class: &'static str,
    /// What stands behind the `?` of the address.
    asked: String,
    /// Whether the page after the first is what is timed.
    is_second: bool,
}

const CLASSES: [&str; 14] = [
    "common", "mid", "rare", "two", "or", "phrase", "near", "prefix", "not", "entity", "name", "dates",
    "best", "second",
];

/// Returns so many questions, of each class as many as of any other.
pub(crate) fn questions(press: &Press, lexicon: &Lexicon, folder: &Folder, count: usize) -> Vec<Question> {
    let mut chance = Chance::new(17);
    (0..count)
        .map(|number| question(CLASSES[number % CLASSES.len()], (press, lexicon, folder), &mut chance))
        .collect()
}

fn question(
    class: &'static str,
    (press, lexicon, folder): (&Press, &Lexicon, &Folder),
    chance: &mut Chance,
) -> Question {
    let outlet = chance.below(OUTLETS);
    let mut word = |from: usize, octaves: usize| {
        let octave = from + chance.below(octaves);
        press.word(outlet, octave, chance).to_owned()
    };
    let (common, mid, rare) = (word(0, 5), word(7, 4), word(14, 3));
    let other = word(2, 8);
    let written =
        press.write(1 + u64::try_from(chance.below(usize::try_from(folder.plan.articles).unwrap())).unwrap());
    let paragraph = &written.paragraphs[chance.below(written.paragraphs.len())];
    let run: String = if written.lang == text::Lang::ZhHans {
        paragraph.chars().take(5).collect()
    } else {
        paragraph.split(' ').skip(2).take(2).collect::<Vec<_>>().join(" ")
    };
    let entity = &lexicon.entities()[chance.below(lexicon.entities().len())];
    let day =
        folder.time(1 + u64::try_from(chance.below(usize::try_from(folder.plan.articles).unwrap())).unwrap());
    let q = match class {
        "common" | "best" | "second" => common,
        "mid" => mid,
        "rare" => rare,
        "two" => format!("{common} {mid}"),
        "or" => format!("{mid} OR {rare} OR {other}"),
        "phrase" => format!("\"{}\"", run.trim_end_matches(['.', '。'])),
        "near" => format!("{common} NEAR/5 {mid}"),
        "prefix" => format!("{}*", mid.chars().take(4).collect::<String>()),
        "not" => format!("{mid} -{common}"),
        "entity" => format!("@{}", entity.id),
        "name" => format!("\"{}\"", entity.names[chance.below(entity.names.len())].1),
        _ => format!("{other} after:{}", day.strftime("%Y-%m-%d")),
    };
    let mut asked = url::form_urlencoded::Serializer::new(String::new());
    asked.append_pair("q", &q);
    if class == "best" {
        asked.append_pair("order", "best");
    }
    Question { class, asked: asked.finish(), is_second: class == "second" }
}

impl Question {
    /// Asks, and returns how many milliseconds the page took, and whether anything was found. A page that is not one is a
    /// failure of the house.
    pub(crate) fn ask(&self, folder: &Folder) -> (f64, bool) {
        let path = format!("/?{}", self.asked);
        let (first, mut took) = get(folder, &path);
        // A question with one page of answers has no second one: then the first is the figure.
        let second = first.split_once("cursor=").and_then(|(_, rest)| rest.split(['"', '&']).next());
        if let Some(cursor) = second.filter(|_| self.is_second) {
            took = get(folder, &format!("{path}&cursor={cursor}")).1;
        }
        (took, first.contains("/articles/"))
    }
}

/// Gets a page of the house, and returns it with the milliseconds that it took.
pub(crate) fn get(folder: &Folder, path: &str) -> (String, f64) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", folder.plan.web)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n", folder.plan.web)
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let took = began.elapsed().as_secs_f64() * 1e3;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        answer.starts_with("HTTP/1.1 200"),
        "{path} answered {}",
        answer.lines().next().unwrap_or_default()
    );
    (answer, took)
}
