//! Manifests: each dependency says what it is for, each crate takes the house's lints and stays unpublished.

use toml::Table;

use super::settings::commented;
use super::tree::crate_of;
use super::{Finding, Tree};

/// Names each dependency without a comment, and each crate that opts out of the house's rules.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = check_dependencies(tree.text("Cargo.toml"));
    for (path, text) in tree.below("crates/", "/Cargo.toml") {
        if crate_of(path).is_some_and(|name| path == format!("crates/{name}/Cargo.toml")) {
            findings.extend(check_crate(path, text));
        }
    }
    findings
}

fn check_dependencies(manifest: &str) -> Vec<Finding> {
    let keys = commented(manifest).into_iter();
    keys.filter(|key| key.section == "workspace.dependencies" && !key.has_comment)
        // Our own crates are explained in docs/ARCHITECTURE.md.
        .filter(|key| !key.line_text.contains("path = \"crates/"))
        .map(|key| {
            let problem = format!("`{}` has no comment above: say what it is for", key.name);
            Finding::new("Cargo.toml", key.line, problem)
        })
        .collect()
}

fn check_crate(path: &str, text: &str) -> Vec<Finding> {
    let Ok(manifest) = text.parse::<Table>() else { return Vec::new() };
    let inherits = |table: &str, key: Option<&str>| {
        let table = manifest.get(table)?;
        key.map_or(Some(table), |key| table.get(key))?.get("workspace")?.as_bool()
    };
    let rules = [
        (inherits("lints", None), "needs `[lints] workspace = true`"),
        (inherits("package", Some("publish")), "needs `publish.workspace = true`"),
        (inherits("package", Some("license")), "needs `license.workspace = true`"),
    ];
    let broken = rules.into_iter().filter(|(held, _)| *held != Some(true));
    broken.map(|(_, problem)| Finding::new(path, 0, problem)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_comment_of_its_own_is_named() {
        let manifest = "[workspace.dependencies]\n# Ours.\ntext = { path = \"crates/text\" }\n\
                        query = { path = \"crates/query\" }\n\n# Rows.\nserde = \"1\"\nserde_json = \"1\"\n[x]\ny = 1";
        let found = check_dependencies(manifest);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn a_crate_takes_lints_and_publishing_from_the_house() {
        let whole =
            "[package]\npublish.workspace = true\nlicense.workspace = true\n[lints]\nworkspace = true";
        assert!(check_crate("crates/a/Cargo.toml", whole).is_empty());
        assert_eq!(check_crate("crates/a/Cargo.toml", "[package]\npublish = true").len(), 3);
    }
}
