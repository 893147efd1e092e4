//! Which crate may use which: the table in `docs/ARCHITECTURE.md` is the law, the manifests are held to it.
//!
//! The table is read, not repeated here, so that the page cannot drift away from the code.

use toml::Table;

use super::tree::crate_of;
use super::{Finding, Tree};

const TABLE: &str = "docs/ARCHITECTURE.md";
/// The crate that tests may use anywhere, and nothing else may.
const TESTS_ONLY: &str = "test-support";
/// The crate whose servers tests may ask anywhere; what ships uses it where the table says.
const LOOPBACK_SITES: &str = "newsroom";

/// A row of the table: a crate, and those it may use.
struct Row {
    name: String,
    may_use: Vec<String>,
}

/// Names each edge between our crates that the table lacks, and each crate without a row.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let rows = rows(tree.text(TABLE));
    let manifests: Vec<(&str, &str, &str)> = tree
        .below("crates/", "/Cargo.toml")
        .filter_map(|(path, text)| Some((crate_of(path)?, path, text)))
        .filter(|(name, path, _)| *path == format!("crates/{name}/Cargo.toml"))
        .collect();
    let names: Vec<&str> = manifests.iter().map(|(name, ..)| *name).collect();
    let mut findings = Vec::new();
    for (name, path, text) in &manifests {
        let Some(row) = rows.iter().find(|row| row.name == *name) else {
            findings.push(Finding::new(
                TABLE,
                0,
                format!("the table of crates has no row for `{name}`: add one"),
            ));
            continue;
        };
        match text.parse::<Table>() {
            Ok(manifest) => findings.extend(check_manifest(path, &manifest, row, &names)),
            Err(error) => findings.push(Finding::new(path, 0, format!("is no TOML: {}", error.message()))),
        }
    }
    findings
}

fn check_manifest(path: &str, manifest: &Table, row: &Row, names: &[&str]) -> Vec<Finding> {
    let mut edges = Vec::new();
    collect(manifest, &mut edges);
    let targets = manifest.get("target").and_then(|value| value.as_table());
    for target in targets.into_iter().flat_map(|table| table.values()) {
        collect(target.as_table().unwrap_or(&Table::new()), &mut edges);
    }
    let allowed = |(to, dev): &(String, bool)| match to.as_str() {
        TESTS_ONLY => *dev,
        LOOPBACK_SITES if *dev => true,
        to if to == row.name => *dev,
        to => row.may_use.iter().any(|name| name == to || name == "all"),
    };
    let ours = edges.into_iter().filter(|(to, _)| names.contains(&to.as_str()));
    let lacking = ours.filter(|edge| !allowed(edge));
    let problem = |(to, dev): (String, bool)| {
        let kind = if dev { "tests of " } else { "" };
        format!("{kind}`{}` may not use `{to}`: the table in {TABLE} lacks that edge", row.name)
    };
    lacking.map(|edge| Finding::new(path, 0, problem(edge))).collect()
}

/// Collects the packages that one table of a manifest depends on, each with whether only tests do.
fn collect(table: &Table, edges: &mut Vec<(String, bool)>) {
    for (section, dev) in [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
    {
        let entries = table.get(section).and_then(|value| value.as_table());
        for (key, value) in entries.into_iter().flatten() {
            let renamed = value.get("package").and_then(|package| package.as_str());
            edges.push((renamed.unwrap_or(key).to_owned(), dev));
        }
    }
}

/// Reads the rows of the table whose last column is headed `may use`.
fn rows(page: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        match (cells.first(), cells.last()) {
            (_, Some(&"may use")) => inside = true,
            (Some(first), Some(last)) if inside && line.starts_with('|') => {
                let name = first.trim_matches('`').to_owned();
                let may_use = last.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect();
                rows.push(Row { name, may_use });
            }
            _ => inside = false,
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "| crate | owns | may use |\n|---|---|---|\n| `text` | x | – |\n| `query` | x | `text` |\n\
                        | `house` | x | all |\n\n| `query` | x | everything |\n";

    fn check_one(name: &str, manifest: &str) -> Vec<String> {
        let path = format!("crates/{name}/Cargo.toml");
        let others =
            ["text", "query", "house", "test-support"].map(|name| format!("crates/{name}/Cargo.toml"));
        let page = format!("{PAGE}\n");
        let mut files: Vec<(&str, &str)> = vec![(TABLE, &page), (&path, manifest)];
        files.extend(others.iter().filter(|other| **other != path).map(|other| (other.as_str(), "")));
        let found = check(&Tree::of(&files));
        found.into_iter().filter(|finding| finding.path == path).map(|finding| finding.problem).collect()
    }

    #[test]
    fn an_edge_of_the_table_is_fine_and_any_other_is_named() {
        assert!(check_one("query", "[dependencies]\ntext.workspace = true\nserde = \"1\"").is_empty());
        let found = check_one("text", "[dependencies]\nquery.workspace = true");
        assert!(found.iter().any(|problem| problem.contains("`text` may not use `query`")), "{found:?}");
        assert!(check_one("house", "[dependencies]\nquery.workspace = true").is_empty());
    }

    #[test]
    fn only_tests_use_the_tests_own_crate() {
        assert!(check_one("text", "[dev-dependencies]\ntest-support.workspace = true").is_empty());
        assert_eq!(check_one("house", "[dependencies]\ntest-support.workspace = true").len(), 1);
        assert_eq!(check_one("text", "[dev-dependencies]\nquery.workspace = true").len(), 1);
        assert!(check_one("text", "[dev-dependencies]\nnewsroom.workspace = true").is_empty());
    }

    #[test]
    fn neither_another_name_nor_a_target_hides_an_edge() {
        assert_eq!(check_one("text", "[dependencies]\nq = { package = \"query\", path = \"x\" }").len(), 1);
        assert_eq!(check_one("text", "[target.'cfg(unix)'.dependencies]\nquery.workspace = true").len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_is_named() {
        let found = check(&Tree::of(&[(TABLE, PAGE), ("crates/new/Cargo.toml", "")]));
        assert!(found.iter().any(|finding| finding.problem.contains("no row for `new`")), "{found:?}");
    }
}
