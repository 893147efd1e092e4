//! Lists of names as spreadsheets write them: columns by header, separated by commas, semicolons or tabs.

use anyhow::{Context, bail};

/// No list is larger.
const MAX_BYTES: usize = 5_000_000;

/// No list has more names.
const MAX_ROWS: usize = 5_000;

/// What separates columns.
const SEPARATORS: [u8; 3] = *b",;\t";

/// A row of a list, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Its line in the file, from 1.
    pub(super) line: u64,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) aliases: Vec<String>,
    pub(super) lang: String,
    pub(super) note: String,
}

/// The columns that are read, with the headers that they are known by.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("name", &["name"]),
    ("id", &["id"]),
    ("kind", &["kind"]),
    ("aliases", &["aliases", "alias"]),
    ("lang", &["lang", "language", "script"]),
    ("note", &["note", "notes"]),
];

/// Reads a list. Errors name lines, and no name.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Vec<Row>> {
    if bytes.len() > MAX_BYTES {
        bail!("the list has {} bytes, and may have {MAX_BYTES}: split it", bytes.len());
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!("the list is in UTF-16: save it as CSV in UTF-8");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        anyhow::anyhow!("line {line} of the list is not in UTF-8: save it as CSV in UTF-8")
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(text))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let columns = columns(reader.headers().context("the list has no first line that names its columns")?)?;
    let mut rows = Vec::new();
    let mut lines = Lines { bytes, at: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            anyhow::anyhow!("line {line} of the list cannot be read: is a quotation mark left open?")
        })?;
        let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default();
        let [name, id, kind, aliases, lang, note] = columns.map(cell);
        if record.iter().all(str::is_empty) {
            continue;
        }
        rows.push(Row {
            line: lines.of(record.position().map_or(0, csv::Position::byte)),
            name: name.to_owned(),
            id: id.to_owned(),
            kind: kind.to_lowercase(),
            aliases: aliases
                .split(';')
                .map(str::trim)
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            lang: lang.to_owned(),
            note: note.to_owned(),
        });
    }
    if rows.len() > MAX_ROWS {
        bail!("the list has {} names, and may have {MAX_ROWS}: split it", rows.len());
    }
    Ok(rows)
}

/// Counts lines as editors show them: where a record begins after `\r\n`, the parser is one short.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first sign from a place on; places come in ascending order.
    fn of(&mut self, byte: u64) -> u64 {
        let place = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(sign) = self.bytes.get(self.at) {
            if self.at >= place && !matches!(sign, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*sign == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// The sign that stands most often in the first line, outside quotation marks.
fn separator(text: &str) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in text.lines().next().unwrap_or_default().bytes() {
        quoted ^= byte == b'"';
        for (count, _) in counts.iter_mut().zip(SEPARATORS).filter(|(_, sign)| !quoted && *sign == byte) {
            *count += 1;
        }
    }
    let most = counts.iter().zip(SEPARATORS).rev().max_by_key(|(count, _)| **count);
    most.map_or(b',', |(_, sign)| sign)
}

/// Finds the columns by their headers; those that have another one are left alone.
fn columns(headers: &csv::StringRecord) -> anyhow::Result<[Option<usize>; COLUMNS.len()]> {
    let at = |known: &[&str]| {
        headers.iter().position(|header| known.contains(&header.trim().to_lowercase().as_str()))
    };
    let found = COLUMNS.map(|(_, known)| at(known));
    if found.first().copied().flatten().is_none() {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        bail!(
            "no column of the list is called `name`: its first line names the columns, of {}",
            names.join(", ")
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, name: &str, aliases: &[&str]) -> Row {
        let aliases = aliases.iter().map(|one| (*one).to_owned()).collect();
        Row { line, name: name.into(), aliases, ..Row::default() }
    }

    #[test]
    fn separators_are_told_by_the_first_line() {
        let expected = [row(2, "Алма, Бек", &["Alma Bek", "阿勒玛"])];
        for text in [
            "\u{feff}name,aliases\n\"Алма, Бек\",Alma Bek; 阿勒玛\n",
            "name;aliases\r\n\"Алма, Бек\";\"Alma Bek; 阿勒玛\"\r\n\r\n",
            "aliases\tName\textra\nAlma Bek;阿勒玛\tАлма, Бек\n",
        ] {
            assert_eq!(read(text.as_bytes()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn lines_are_counted_over_cells_of_many_lines() {
        for text in ["name,note\nA,\"one\ntwo\"\n\nB,\n", "name,note\r\nA,\"one\r\ntwo\"\r\n\r\nB,\r\n"] {
            let rows = read(text.as_bytes()).unwrap();
            assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5], "{text:?}");
        }
    }

    #[test]
    fn what_is_no_list_is_said_without_a_name() {
        let check = |bytes: &[u8], word: &str| {
            let said = read(bytes).unwrap_err().to_string();
            assert!(said.contains(word) && !said.contains("Alma"), "{said}");
        };
        check(b"person,alias\nAlma,\n", "called `name`");
        check(b"name\nAlma\nA\xff\n", "line 3");
        check(b"\xff\xfen\0", "UTF-16");
        check("name\n".repeat(5_002).as_bytes(), "split it");
    }
}
