//! Names of people, as bylines write them. The words around them are in `data/bylines.tsv`.

use std::sync::LazyLock;

use crate::measure::folded;

#[derive(Default)]
struct Words {
    before: Vec<&'static str>,
    nobody: Vec<&'static str>,
    /// With a space on either side.
    and: Vec<String>,
    /// With a space on either side.
    between: Vec<String>,
    small: Vec<&'static str>,
    role: Vec<&'static str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    for line in include_str!("../data/bylines.tsv").lines().filter(|line| !line.starts_with('#')) {
        match line.split_once('\t') {
            Some(("before", word)) => words.before.push(word),
            Some(("nobody", word)) => words.nobody.push(word),
            Some(("and", word)) => words.and.push(format!(" {word} ")),
            Some(("between", word)) => words.between.push(format!(" {word} ")),
            Some(("small", word)) => words.small.push(word),
            Some(("role", word)) => words.role.push(word),
            _ => {}
        }
    }
    words
});

/// Two to four words that all open with a capital; of scripts without capitals, any.
pub(crate) fn looks_like_person(name: &str) -> bool {
    let cased = name.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    let words: Vec<&str> = name.split(' ').collect();
    !cased
        || (2..=4).contains(&words.len())
            && words.iter().all(|word| {
                WORDS.small.contains(word)
                    || word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_alphabetic())
            })
}

/// Returns the names in `lines`, each once.
pub(crate) fn clean<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        // "Aigul Example, PhD": what follows a whole name in its line is another whole name, or no name at all.
        let mut follows = false;
        for name in line.split([',', ';', '\n', '|', '、', '/', '，']).flat_map(parted) {
            let words = name.split_whitespace().filter(|word| !word.starts_with('@'));
            let name = without_lead(&words.collect::<Vec<_>>().join(" "));
            if follows && (!name.contains(' ') && name.is_ascii() || is_role(&name)) {
                continue;
            }
            if is_name(&name) && !found.iter().any(|known| folded(known) == folded(&name)) {
                follows = name.contains(' ');
                found.push(name);
            }
        }
    }
    found
}

/// Parts names at a word that says "and"; at most of them only where what they part are people, for names of institutes
/// hold them, too.
fn parted(names: &str) -> Vec<&str> {
    let parts = |and: &String| names.split(and.as_str()).map(str::trim).collect::<Vec<_>>();
    let people = |parts: &Vec<&str>| parts.iter().all(|part| looks_like_person(&without_lead(part)));
    let always = WORDS.and.iter().map(parts).find(|parts| parts.len() > 1);
    let between = || WORDS.between.iter().map(parts).find(|parts| parts.len() > 1 && people(parts));
    always.or_else(between).unwrap_or_else(|| vec![names])
}

/// "Digital Security Expert"
fn is_role(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(' ').any(|word| WORDS.role.contains(&word))
}

/// Returns what follows a word such as "By".
pub(crate) fn without_lead(name: &str) -> String {
    let lower = name.to_lowercase();
    for before in &WORDS.before {
        if lower.starts_with(before) {
            let rest: String = name.chars().skip(before.chars().count()).collect();
            let parted = !before.ends_with(char::is_alphabetic)
                || rest.is_empty()
                || rest.starts_with([' ', ':', '：', '\u{a0}']);
            if parted {
                return rest.trim_start_matches([' ', ':', '：']).to_owned();
            }
        }
    }
    name.to_owned()
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (2..=50).contains(&length)
        && !name.contains(['@', '/', '<', '{', ':'])
        && !name.chars().any(|c| c.is_ascii_digit())
        && name.split(' ').count() <= 5
        && name.chars().any(char::is_alphabetic)
        && !WORDS.nobody.contains(&name.to_lowercase().as_str())
        && !is_sentence_about(name)
        && !(name.split([' ', '.']).count() > 2 && is_all_small(name))
}

/// Several words without a capital, in a script that has them, are a phrase.
fn is_all_small(name: &str) -> bool {
    name.chars().any(char::is_lowercase) && !name.chars().any(char::is_uppercase)
}

/// "All articles by …" leads to a list.
fn is_sentence_about(name: &str) -> bool {
    let lower = name.to_lowercase();
    [
        "all ",
        "alle ",
        "alles ",
        "more ",
        "mehr ",
        "view ",
        "read ",
        "published ",
        "posted ",
        "updated ",
        "все ",
        "follow ",
        "about ",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        assert_eq!(clean(std::iter::once(line)), expected, "{line}");
    }

    #[test]
    fn what_people_call_themselves_is_no_name() {
        check("By Aigul Example, PhD, Senior Editor", &["Aigul Example"]);
        check("Айгуль Примерова\nкорреспондент", &["Айгуль Примерова"]);
        check("Aigul Example, Dana Example", &["Aigul Example", "Dana Example"]);
        check("Aigul Example @aigulexample", &["Aigul Example"]);
    }

    #[test]
    fn and_parts_people_in_many_languages() {
        check("Aigul Example and Dana Example", &["Aigul Example", "Dana Example"]);
        check("Айгүл Үлгі және Дана Үлгі", &["Айгүл Үлгі", "Дана Үлгі"]);
        check("Institut für Wald und Flur", &["Institut für Wald und Flur"]);
    }
}
