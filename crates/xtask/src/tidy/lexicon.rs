//! The lexicon's files: ids, links and traps that hold together.
//!
//! How spellings are recognised is the business of crate `query`, whose own reader is asked by its tests.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use toml::Spanned;

use super::sources::line_of;
use super::{Finding, Tree};

const FOLDER: &str = "config/lexicon/";
const KINDS: [&str; 4] = ["organisation", "person", "place", "term"];
const LANGUAGES: [&str; 10] =
    ["kk-Cyrl", "kk-Arab", "kk-Latn", "ug-Arab", "ug-Latn", "ug-Cyrl", "zh", "ru", "en", "tr"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entity: Vec<Spanned<Entity>>,
}

#[derive(Deserialize)]
struct Entity {
    id: String,
    kind: String,
    #[serde(default)]
    not_forms: Vec<String>,
    #[serde(default)]
    needs_context: Vec<String>,
    #[serde(default)]
    ambiguous: Vec<String>,
    #[serde(default)]
    links: Vec<String>,
    #[serde(default)]
    trap: String,
    #[serde(default)]
    namesake: String,
    origin: String,
    #[serde(flatten)]
    spellings: HashMap<String, Vec<String>>,
}

/// Names each entity that breaks a rule.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut entities = Vec::new();
    for (path, text) in tree.below(FOLDER, ".toml") {
        match toml::from_str::<File>(text) {
            Ok(file) => entities.extend(file.entity.into_iter().map(|entity| {
                let line = line_of(text, entity.span().start);
                (path, line, entity.into_inner())
            })),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(text, span.start));
                findings.push(Finding::new(path, line, error.message()));
            }
        }
    }
    let ids: HashSet<&str> = entities.iter().map(|(_, _, entity)| entity.id.as_str()).collect();
    let mut seen = HashSet::new();
    for (path, line, entity) in &entities {
        let mut problems = check_entity(entity, &ids);
        if !seen.insert(&entity.id) {
            problems.push(format!("there is an entity `{}` already: join the two", entity.id));
        }
        findings.extend(problems.into_iter().map(|problem| Finding::new(path, *line, problem)));
    }
    findings
}

fn check_entity(entity: &Entity, ids: &HashSet<&str>) -> Vec<String> {
    let id = &entity.id;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let spelled: HashSet<&String> = entity.spellings.values().flatten().collect();
    let rules = [
        (!id.is_empty() && id.chars().all(plain), format!("`{id}` is no id: use a-z, 0-9 and _")),
        (
            entity.trap.is_empty() || !entity.not_forms.is_empty(),
            format!("`{id}` names a trap and no not_forms"),
        ),
        (
            entity.namesake.is_empty() || !entity.ambiguous.is_empty(),
            format!("`{id}` names a namesake and nothing ambiguous"),
        ),
        (KINDS.contains(&entity.kind.as_str()), format!("`{}` of `{id}` is no kind", entity.kind)),
        (!spelled.is_empty(), format!("`{id}` has no spelling")),
        (!entity.origin.is_empty(), format!("`{id}` does not say where its spellings come from")),
        (
            entity.ambiguous.is_empty() == entity.needs_context.is_empty(),
            format!("`{id}` has ambiguous spellings or their context without the other: neither works alone"),
        ),
    ];
    let mut problems: Vec<String> =
        rules.into_iter().filter(|(held, _)| !held).map(|(_, problem)| problem).collect();
    let unknown = |names: &[&str], word: &str| !names.contains(&word);
    for label in entity.spellings.keys().filter(|label| unknown(&LANGUAGES, label)) {
        problems.push(format!("`{label}` of `{id}` is no language of the lexicon: {}", LANGUAGES.join(", ")));
    }
    for word in entity.ambiguous.iter().filter(|word| !spelled.contains(word)) {
        problems.push(format!("`{word}` of `{id}` is ambiguous and no spelling: write it as it is spelled"));
    }
    for link in entity.links.iter().filter(|link| !ids.contains(link.as_str()) || *link == id) {
        problems.push(format!("`{id}` links to `{link}`, which is no other entity"));
    }
    for word in entity.not_forms.iter().filter(|word| !is_one_word(word)) {
        problems.push(format!(
            "`{word}` of `{id}` is no single word of letters: a trap is one word, `*` at its end"
        ));
    }
    problems.extend(entity.spellings.iter().filter_map(|(label, words)| doubled(id, label, words)));
    problems.sort();
    problems
}

/// A word with a hyphen would be read as two, and each of them would then silence the entity.
fn is_one_word(word: &str) -> bool {
    let bare = word.strip_suffix('*').unwrap_or(word);
    let han = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    !bare.is_empty() && bare.chars().all(|letter| letter.is_alphabetic() && !han(letter))
}

fn doubled(id: &str, label: &str, words: &[String]) -> Option<String> {
    let mut seen = HashSet::new();
    let twice = words.iter().find(|word| !seen.insert(*word))?;
    Some(format!("`{twice}` stands twice under `{label}` of `{id}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[entity]]
id = "khorgos"
kind = "place"
kk-Cyrl = ["Қорғас"]
en = ["Khorgos", "Horgos"]
not_forms = ["қорғасын*"]
needs_context = ["border"]
ambiguous = ["Horgos"]
links = ["gate"]
origin = "own spelling, unchecked"

[[entity]]
id = "gate"
kind = "organisation"
en = ["Khorgos Gateway"]
origin = "own spelling, unchecked"
"#;

    fn check_changed(from: &str, to: &str, expected: &str) {
        assert!(GOOD.contains(from), "{from}");
        let found = check(&Tree::of(&[("config/lexicon/a.toml", &GOOD.replace(from, to))]));
        let named = found.iter().any(|finding| finding.problem.contains(expected));
        assert!(named, "{from} -> {to}: {found:?}");
    }

    #[test]
    fn whole_entities_are_fine() {
        assert_eq!(check(&Tree::of(&[("config/lexicon/a.toml", GOOD)])), []);
    }

    #[test]
    fn each_broken_rule_is_named() {
        check_changed("\"khorgos\"", "\"Khorgos\"", "no id");
        check_changed("\"place\"", "\"town\"", "no kind");
        check_changed("id = \"gate\"", "id = \"khorgos\"", "already");
        check_changed("[\"gate\"]", "[\"gates\"]", "no other entity");
        check_changed("[\"border\"]", "[]", "neither works alone");
        check_changed("ambiguous = [\"Horgos\"]", "ambiguous = [\"Xorgos\"]", "no spelling");
        check_changed("\"Khorgos\", \"Horgos\"", "\"Horgos\", \"Horgos\"", "twice");
        check_changed("kk-Cyrl", "kk-cyrl", "no language");
        check_changed("origin = \"own spelling, unchecked\"\n\n", "\n", "origin");
    }

    #[test]
    fn a_trap_is_one_word() {
        check_changed("\"қорғасын*\"", "\"ата-журт\"", "no single word");
        check_changed("\"қорғасын*\"", "\"哈萨克斯坦\"", "no single word");
        check_changed("\"қорғасын*\"", "\"*\"", "no single word");
    }
}
