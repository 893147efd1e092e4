//! The source files: who is read, and that no address gives away what is looked for.
//!
//! Whether a schedule or a language can be understood is asked by `qarauyl config check`, with the real parsers.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Finding, Tree};

const FOLDER: &str = "config/sources/";
const KINDS: [&str; 7] = ["academic", "exile", "independent", "ngo", "social", "state", "trade"];
const ENDPOINTS: [&str; 5] = ["feed", "sitemap", "listing", "telegram", "youtube"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Vec<Spanned<Source>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "the fields that have no rule are named all the same, so that a misspelt one is refused"
)]
struct Source {
    id: String,
    name: String,
    country: String,
    kind: String,
    languages: Vec<String>,
    owner: String,
    schedule: Option<String>,
    timezone: Option<String>,
    first_look: Option<String>,
    delay: Option<String>,
    connections: Option<u32>,
    rules: Option<toml::Table>,
    #[serde(default)]
    domains: Vec<String>,
    enabled: bool,
    #[serde(default)]
    endpoint: Vec<Endpoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "selectors are read by `qarauyl config check`, with the real parser")]
struct Endpoint {
    kind: String,
    url: String,
    #[serde(default)]
    selectors: Option<toml::Table>,
}

/// Names each source that breaks a rule, and each id or address that stands twice.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    for (path, text) in tree.below(FOLDER, ".toml") {
        let file = match toml::from_str::<File>(text) {
            Ok(file) => file,
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(text, span.start));
                findings.push(Finding::new(path, line, error.message()));
                continue;
            }
        };
        for source in &file.source {
            let line = line_of(text, source.span().start);
            let source = source.get_ref();
            let mut problems = check_source(source);
            problems.extend(unexplained(source, text, line));
            let addresses = source.endpoint.iter().map(|endpoint| endpoint.url.clone());
            for word in addresses.chain([source.id.clone()]) {
                if let Some(first) = seen.insert(word.clone(), path.to_owned()) {
                    problems.push(format!("`{word}` stands in {first} already: keep one"));
                }
            }
            findings.extend(problems.into_iter().map(|problem| Finding::new(path, line, problem)));
        }
    }
    findings
}

/// Returns the line, from one, of a byte.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.matches('\n').count() + 1)
}

fn check_source(source: &Source) -> Vec<String> {
    let kebab =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let id = &source.id;
    let minute = source.schedule.as_deref().and_then(|schedule| schedule.split_whitespace().next());
    let rules = [
        (
            id.split('-').all(kebab),
            format!("`{id}` is no source id: use small letters, digits and single hyphens"),
        ),
        (
            is_country(&source.country),
            format!("`{}` of `{id}` is no country: two capital letters", source.country),
        ),
        (
            KINDS.contains(&source.kind.as_str()),
            format!("`{}` of `{id}` is no kind: use one of {}", source.kind, KINDS.join(", ")),
        ),
        (!source.languages.is_empty(), format!("`{id}` has no language: state at least one")),
        (
            !minute
                .is_some_and(|minute| minute == "0" || minute.starts_with("*/") || minute.starts_with("0-")),
            format!("`{id}` is polled on the full hour, as all the world is: begin at another minute"),
        ),
        (
            !source.enabled || !source.endpoint.is_empty(),
            format!("`{id}` is enabled and has no endpoint: add one, or disable it and say why"),
        ),
    ];
    let mut problems: Vec<String> =
        rules.into_iter().filter(|(held, _)| !held).map(|(_, problem)| problem).collect();
    problems.extend(source.endpoint.iter().filter_map(|endpoint| check_endpoint(id, endpoint)));
    problems
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.chars().all(|letter| letter.is_ascii_uppercase())
}

fn check_endpoint(id: &str, endpoint: &Endpoint) -> Option<String> {
    let url = &endpoint.url;
    if !ENDPOINTS.contains(&endpoint.kind.as_str()) {
        return Some(format!(
            "`{}` of `{id}` is no kind of endpoint: use one of {}",
            endpoint.kind,
            ENDPOINTS.join(", ")
        ));
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Some(format!("`{url}` of `{id}` is no address: begin it with https://"));
    }
    // An address is told to its server, to every proxy and name server on the way, and to their logs.
    if url.contains('?') || url.contains("/search") {
        return Some(format!("`{url}` of `{id}` carries a query out of the house: leave it out"));
    }
    url.contains(['@', ' ', '#'])
        .then(|| format!("`{url}` of `{id}` has a login, a space or a fragment: take it out"))
}

/// A source that is not read says why, above the line that disables it.
fn unexplained(source: &Source, text: &str, line: usize) -> Option<String> {
    if source.enabled {
        return None;
    }
    let mut lines = text.lines().skip(line).take_while(|next| *next != "[[source]]");
    let mut above = "";
    let reason = lines.find_map(|next| {
        let here = next.starts_with("enabled").then_some(above);
        above = next;
        here
    });
    let fine = reason.is_some_and(|reason| reason.starts_with("# Disabled: "));
    (!fine).then(|| {
        format!("`{}` is disabled without a word: write `# Disabled: why.` above that line", source.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[source]]
id = "a-24"
name = "A"
country = "KZ"
kind = "state"
languages = ["kk"]
owner = ""
schedule = "3-59/15 * * * *"
enabled = true
[[source.endpoint]]
kind = "feed"
url = "https://a.example/feed/"
"#;

    fn check_text(text: &str) -> Vec<String> {
        let found = check(&Tree::of(&[("config/sources/a.toml", text)]));
        found.into_iter().map(|finding| finding.to_string()).collect()
    }

    fn check_changed(from: &str, to: &str, expected: &str) {
        assert!(GOOD.contains(from), "{from}");
        let found = check_text(&GOOD.replace(from, to));
        assert!(found.iter().any(|problem| problem.contains(expected)), "{from} -> {to}: {found:?}");
    }

    #[test]
    fn a_whole_source_is_fine() {
        assert_eq!(check_text(GOOD), [""; 0]);
    }

    #[test]
    fn each_broken_rule_is_named() {
        check_changed("a-24", "A 24", "no source id");
        check_changed("a-24", "a--24", "no source id");
        check_changed("\"KZ\"", "\"Kazakhstan\"", "no country");
        check_changed("\"state\"", "\"official\"", "no kind");
        check_changed("[\"kk\"]", "[]", "no language");
        check_changed("3-59/15", "*/15", "full hour");
        check_changed("kind = \"feed\"", "kind = \"page\"", "kind of endpoint");
        check_changed("https:", "ftp:", "no address");
        check_changed("owner", "onwer", "onwer");
    }

    #[test]
    fn no_address_carries_a_query() {
        check_changed("/feed/", "/rss?q=khorgos", "out of the house");
        check_changed("/feed/", "/rss?format=feed", "out of the house");
        check_changed("/feed/", "/rss/search/khorgos", "out of the house");
    }

    #[test]
    fn a_disabled_source_says_why() {
        check_changed("enabled = true", "enabled = false", "without a word");
        let said = GOOD.replace("enabled = true", "# Disabled: nobody has seen it.\nenabled = false");
        assert_eq!(check_text(&said), [""; 0]);
    }

    #[test]
    fn ids_and_addresses_stand_once() {
        let found = check_text(&format!("{GOOD}{GOOD}"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|problem| problem.starts_with("config/sources/a.toml:15: ")), "{found:?}");
    }

    #[test]
    fn an_enabled_source_has_an_endpoint() {
        let bare = GOOD.split_once("[[source.endpoint]]").unwrap().0;
        assert!(check_text(bare).iter().any(|problem| problem.contains("no endpoint")), "{bare}");
    }
}
