//! What commands say: data on stdout, messages on stderr, `--json` for machines.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use serde::Serialize;

/// Exit code of a command that found nothing, or did part of its work.
pub(crate) const NOTHING: u8 = 3;

/// Where a command's result goes, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Writes `value` as JSON, or what `plain` makes of it for people.
    pub(crate) fn show<T: Serialize>(self, value: &T, plain: impl FnOnce() -> String) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string_pretty(value)? } else { plain() };
        write_out(&text)
    }

    /// Writes a message for people to stderr; nothing with `--json`.
    pub(crate) fn say(self, message: &str) {
        if !self.json {
            // A closed stderr is no reason to stop.
            let _closed = writeln!(io::stderr(), "{message}");
        }
    }
}

/// Writes a line to stdout. A reader that stopped reading, such as `head`, is no error.
pub(crate) fn write_out(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Says on stderr why the program ends, with the causes below.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let mut text = String::new();
    for (at, cause) in causes.iter().enumerate() {
        // A cause that its effect already repeats is not said twice.
        let said = at > 0 && causes.get(at - 1).is_some_and(|before| before.contains(cause.as_str()));
        if !said {
            text.push_str(if at == 0 { "error: " } else { "  because: " });
            text.push_str(cause);
            text.push('\n');
        }
    }
    let _closed = io::stderr().write_all(text.as_bytes());
    ExitCode::FAILURE
}

/// Lays rows out in columns as wide as their widest cell.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(head.to_vec()), line(widths.iter().map(|_| "").collect())];
    lines.truncate(1);
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// Returns whether a person sees stderr, so that a progress bar makes sense.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Reads a value from stdin when the argument is `-`: what stands on a command line is seen by other users.
pub(crate) fn or_stdin(argument: &str) -> anyhow::Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    Ok(io::read_to_string(io::stdin())?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![vec!["Қорғас".to_owned(), "1".to_owned()], vec!["a".to_owned(), "22".to_owned()]];
        assert_eq!(table(&["watch", "found"], &rows), "watch   found\nҚорғас  1\na       22");
    }
}
