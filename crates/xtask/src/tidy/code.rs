//! Source files: their names, their length, their first line, and no lint switched off.

use super::tree::crate_of;
use super::{Finding, Tree};

const LONGEST: usize = 400;
const LONGEST_LIB: usize = 80;
/// Names that say nothing about what a file is for.
const BANNED: [&str; 7] =
    ["common.rs", "errors.rs", "helpers.rs", "misc.rs", "types.rs", "util.rs", "utils.rs"];

/// Names each source file that breaks a rule.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.below("crates/", ".rs").flat_map(|(path, text)| check_file(path, text)).collect()
}

fn check_file(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |line, problem: String| findings.push(Finding::new(path, line, problem));
    let name = path.rsplit('/').next().unwrap_or(path);
    if BANNED.contains(&name) {
        say(0, format!("`{name}` says nothing: name the file after its one idea"));
    }
    if !text.trim_start().starts_with("//!") {
        say(1, "begins without `//!`: say what the file is for, and what it does not do".to_owned());
    }
    for (number, line) in text.lines().enumerate().filter(|(_, line)| switches_off(line)) {
        let lint = line.trim();
        say(number + 1, format!("`{lint}` hides for ever: write `#[expect(lint, reason = \"…\")]`"));
    }
    let limit = if is_lib(path) { LONGEST_LIB } else { LONGEST };
    let length = length_without_tests(text);
    if !is_test(path) && length > limit {
        say(limit, format!("has {length} lines, tests apart; {limit} is the limit: split it into two ideas"));
    }
    findings
}

fn switches_off(line: &str) -> bool {
    let line = line.trim_start();
    let plain = ["#[allow(", "#![allow("].iter().any(|start| line.starts_with(start));
    plain || (line.starts_with("#[cfg_attr(") && line.contains("allow("))
}

fn is_lib(path: &str) -> bool {
    crate_of(path).is_some_and(|name| path == format!("crates/{name}/src/lib.rs"))
}

fn is_test(path: &str) -> bool {
    path.split('/').nth(2) == Some("tests") || path.ends_with("/tests.rs")
}

/// Counts the lines before the module of unit tests, which stands at a file's end.
fn length_without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |pair: &[&str]| matches!(pair, ["#[cfg(test)]", next] if next.starts_with("mod tests"));
    lines.windows(2).position(begins).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> usize {
        check_file(path, text).len()
    }

    #[test]
    fn a_file_is_named_after_its_idea_and_says_what_it_is_for() {
        assert_eq!(check("crates/a/src/robots.rs", "//! Robots."), 0);
        assert_eq!(check("crates/a/src/robots.rs", "fn robots() {}"), 1);
        assert_eq!(check("crates/a/src/utils.rs", "//! Robots."), 1);
    }

    #[test]
    fn a_file_may_be_long_only_by_its_tests() {
        let long = format!("//! A.\n{}", "x\n".repeat(400));
        assert_eq!(check("crates/a/src/a.rs", &long), 1);
        assert_eq!(check("crates/a/tests/it/a.rs", &long), 0);
        let tested = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{}", "x\n".repeat(400));
        assert_eq!(check("crates/a/src/a.rs", &tested), 0);
    }

    #[test]
    fn the_front_of_a_crate_is_short() {
        let front = format!("//! A.\n{}", "x\n".repeat(80));
        assert_eq!(check("crates/a/src/lib.rs", &front), 1);
        assert_eq!(check("crates/a/src/b/lib.rs", &front), 0);
    }

    #[test]
    fn no_lint_is_switched_off() {
        assert_eq!(check("crates/a/src/a.rs", "//! A.\n#[allow(dead_code)]"), 1);
        assert_eq!(check("crates/a/src/a.rs", "//! A.\n#![allow(dead_code)]"), 1);
        assert_eq!(check("crates/a/src/a.rs", "//! A.\n#[cfg_attr(test, allow(dead_code))]"), 1);
        assert_eq!(check("crates/a/src/a.rs", "//! A.\n#[expect(dead_code, reason = \"later\")]"), 0);
    }
}
