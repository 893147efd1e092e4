//! Each setting of `config/qarauyl.toml` says above or beside itself what it is for.

use super::{Finding, Tree};

const SETTINGS: &str = "config/qarauyl.toml";

/// A key of a TOML file, with whether a comment explains it.
pub(super) struct Key<'a> {
    pub(super) section: String,
    pub(super) name: &'a str,
    pub(super) line: usize,
    pub(super) line_text: &'a str,
    pub(super) has_comment: bool,
}

/// Names each setting without a comment.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(SETTINGS);
    if text.is_empty() {
        return vec![Finding::new(SETTINGS, 0, "is missing: it is the default of every setting")];
    }
    let bare = commented(text).into_iter().filter(|key| !key.has_comment);
    bare.map(|key| {
        let name = format!("{}.{}", key.section, key.name);
        Finding::new(SETTINGS, key.line, format!("`{name}` has no comment above or beside: say what it does"))
    })
    .collect()
}

/// Returns the keys of a TOML file that begin a line.
///
/// Reads lines, not TOML: comments are what a parser throws away. Lines within a value are passed over.
pub(super) fn commented(text: &str) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    let mut section = String::new();
    let mut above = "";
    let mut open = 0_usize;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        let (code, comment) = split_comment(trimmed);
        if open == 0 && trimmed.starts_with('[') {
            code.trim_matches(['[', ']', ' ']).clone_into(&mut section);
        } else if open == 0
            && let Some((name, _)) = code.split_once('=')
        {
            keys.push(Key {
                section: section.clone(),
                name: name.trim(),
                line: number + 1,
                line_text: trimmed,
                has_comment: comment || above.starts_with('#'),
            });
        }
        if !trimmed.starts_with('[') || open > 0 {
            open = (open + brackets(code, ['[', '{'])).saturating_sub(brackets(code, [']', '}']));
        }
        above = trimmed;
    }
    keys
}

/// Splits a line into what stands before a comment, and whether one follows. A `#` within quotes is no comment.
fn split_comment(line: &str) -> (&str, bool) {
    let mut quoted = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted => return (line.get(..at).unwrap_or_default(), true),
            _ => {}
        }
    }
    (line, false)
}

fn brackets(code: &str, kinds: [char; 2]) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for letter in code.chars() {
        quoted ^= letter == '"';
        count += usize::from(!quoted && kinds.contains(&letter));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(text: &str) -> Vec<usize> {
        check(&Tree::of(&[(SETTINGS, text)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_setting_needs_a_comment_above_or_beside() {
        assert!(check_text("[web]\n# Where.\nlisten = \"a#b\"\nport = 1 # Which.").is_empty());
        assert_eq!(check_text("[web]\n# Where.\nlisten = \"a#b\"\nhosts = []"), [4]);
    }

    #[test]
    fn a_comment_does_not_reach_over_an_empty_line_or_a_heading() {
        assert_eq!(check_text("# About.\n\na = 1"), [3]);
        assert_eq!(check_text("# About.\n[web]\na = 1"), [3]);
    }

    #[test]
    fn lines_within_a_value_are_no_settings() {
        assert!(check_text("# A list.\na = [\n  { b = 1 },\n  \"]\",\n]\n# C.\nc = 2").is_empty());
    }

    #[test]
    fn a_missing_file_is_named() {
        assert_eq!(check(&Tree::default()).len(), 1);
    }
}
