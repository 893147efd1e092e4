//! The root of the project holds what STYLE lists, what git ignores, and nothing else.

use super::{Finding, Tree};

const ALLOWED: [&str; 18] = [
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".config",
    ".deny.toml",
    ".git",
    ".gitignore",
    ".rustfmt.toml",
    ".containerignore",
    ".typos.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "config",
    "crates",
    "deploy",
    "docs",
];

/// Names each file or folder at the root that does not belong there.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let ignored: Vec<&str> =
        tree.text(".gitignore").lines().filter_map(|line| line.strip_prefix('/')).collect();
    let foreign = |name: &&String| !ALLOWED.contains(&name.as_str()) && !ignored.contains(&name.as_str());
    let names = tree.root.iter().filter(foreign);
    names.map(|name| Finding::new(name, 0, "does not belong at the root: move it into a folder")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_or_ignored_lies_at_the_root() {
        let mut tree = Tree::of(&[(".gitignore", "/target\n*.tmp\n")]);
        tree.root = ["Cargo.toml", "target", "notes.md"].map(str::to_owned).to_vec();
        let found: Vec<String> = check(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["notes.md"]);
    }
}
