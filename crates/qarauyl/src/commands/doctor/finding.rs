//! One thing that was looked at, and the page that shows them all.

use serde::Serialize;

/// What was found of one thing.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What was looked at, in a word.
    pub(super) what: &'static str,
    /// `fine` or `look`.
    pub(super) state: &'static str,
    /// How it is.
    pub(super) says: String,
    /// What to do; empty where nothing is.
    pub(super) todo: String,
}

const FINE: &str = "fine";
const LOOK: &str = "look";
/// The page is no wider.
const COLUMNS: usize = 100;
/// Where texts begin: state and name stand before them.
const INDENT: usize = 18;

impl Finding {
    pub(super) fn is_fine(&self) -> bool {
        self.state == FINE
    }
}

pub(super) fn fine(what: &'static str, says: impl Into<String>) -> Finding {
    Finding { what, state: FINE, says: says.into(), todo: String::new() }
}

pub(super) fn look(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { what, state: LOOK, says: says.into(), todo: todo.into() }
}

/// Shows all findings, each with what to do below it, and a line that counts them.
pub(super) fn page(findings: &[Finding]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for one in findings {
        let head = format!("{:<5} {:<11} ", one.state, one.what);
        lines.extend(hung(&head, &one.says));
        if !one.todo.is_empty() {
            lines.extend(hung(&format!("{:<15}-> ", ""), &one.todo));
        }
    }
    let wanting = findings.iter().filter(|one| !one.is_fine()).count();
    lines.push(String::new());
    lines.push(match wanting {
        0 => format!("All {} are fine.", findings.len()),
        count => format!("{count} of {} to look at; what to do stands below each.", findings.len()),
    });
    lines.join("\n")
}

/// Wraps a text at spaces behind a head, all lines of it in one column. A word that is longer than a line stands alone.
fn hung(head: &str, text: &str) -> Vec<String> {
    let mut lines = vec![head.to_owned()];
    let mut width = INDENT;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > INDENT && width + 1 + length > COLUMNS {
            lines.push(" ".repeat(INDENT));
            width = INDENT;
        }
        if let Some(line) = lines.last_mut() {
            if width > INDENT {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_fits_its_columns_and_says_what_to_do_below() {
        let long = "a word and another ".repeat(12);
        let shown = page(&[fine("key", long.clone()), look("permissions", "data/key", long)]);
        assert!(shown.lines().all(|line| line.chars().count() <= COLUMNS), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].starts_with("fine  key         a word"), "{shown}");
        assert!(
            lines[1].starts_with("                  a") || lines[1].starts_with("                  w"),
            "{shown}"
        );
        assert!(shown.contains("look  permissions data/key\n               -> a word"), "{shown}");
        assert!(shown.ends_with("1 of 2 to look at; what to do stands below each."), "{shown}");
        assert!(page(&[fine("key", "there")]).ends_with("All 1 are fine."));
    }

    #[test]
    fn a_word_longer_than_a_line_is_not_cut() {
        let word = "x".repeat(150);
        assert!(page(&[fine("key", format!("before {word} after"))]).contains(&word));
    }
}
