//! The state that Next.js streams into a page: pieces of one text, which holds rows of JSON and of plain text.
//!
//! Format: React's "Flight" rows, `id:JSON` up to the line's end, or `id:T` with a length in hexadecimal bytes, a comma and
//! the text. Each script is one call, `self.__next_f.push([1,"piece"])`.

use serde_json::Value;

/// How each script opens.
pub(crate) const CALL: &str = "self.__next_f.push(";
/// Longest stream that is read, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// Most rows that are read.
const MOST_ROWS: usize = 20_000;

/// The rows of a stream.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Rows of plain text or markup.
    pub(crate) texts: Vec<String>,
    /// Rows of JSON.
    pub(crate) values: Vec<Value>,
}

/// Reads the arguments of all calls, in the order of the page. What is no row is passed over.
pub(crate) fn rows(calls: &[&str]) -> Rows {
    let mut stream = String::new();
    for call in calls {
        let call = call.trim().trim_end_matches(';').trim_end_matches(')');
        let Ok(Value::Array(parts)) = serde_json::from_str::<Value>(call) else { continue };
        if let Some(piece) = parts.get(1).and_then(Value::as_str)
            && stream.len() + piece.len() <= LONGEST
        {
            stream.push_str(piece);
        }
    }
    let mut rows = Rows::default();
    let mut rest = stream.as_str();
    for _ in 0..MOST_ROWS {
        let Some(after) = row(rest, &mut rows) else { break };
        rest = after;
    }
    rows
}

/// Reads one row; returns what follows it.
fn row<'a>(rest: &'a str, rows: &mut Rows) -> Option<&'a str> {
    let rest = rest.trim_start_matches('\n');
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    if rest.is_empty() {
        return None;
    }
    let Some((id, row)) = rest.split_once(':') else { return Some(after) };
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(after);
    }
    if let Some((length, text)) = row.strip_prefix('T').and_then(|row| row.split_once(','))
        && let Ok(length) = usize::from_str_radix(length, 16)
        && let Some(text) = text.get(..length)
    {
        rows.texts.push(text.to_owned());
        // The id, the colon, the letter, the length and the comma stand before the text.
        return row.split_once(',').and_then(|(_, text)| text.get(length..));
    }
    let json = line.split_once(':').map_or("", |(_, json)| json);
    if json.starts_with(['[', '{'])
        && let Ok(value) = serde_json::from_str(json)
    {
        rows.values.push(value);
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_across_the_pieces_in_which_they_come() {
        let text = "<p>Жаңа бекет</p>\n<p>ашылды.</p>";
        let stream =
            format!("1:I[1,[]]\n2:T{:x},{text}3:[\"$\",\"p\",null,{{\"children\":\"x\"}}]\n", text.len());
        let cut = stream.char_indices().nth(20).map(|(at, _)| at).unwrap();
        let (first, second) = stream.split_at(cut);
        let call = |piece: &str| format!("{})", serde_json::json!([1, piece]));
        let calls = [call(first), "[0])".to_owned(), call(second)];
        let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
        let rows = rows(&calls);
        assert_eq!(rows.texts, [text]);
        assert_eq!(rows.values.len(), 1);
    }

    #[test]
    fn a_length_beyond_the_stream_and_rows_without_an_id_are_passed_over() {
        let call = format!("{})", serde_json::json!([1, "9:Tffff,short\nno row\nzz:{}\n4:{\"a\":1}"]));
        let rows = rows(&[&call]);
        assert!(rows.texts.is_empty());
        assert_eq!(rows.values, [serde_json::json!({"a": 1})]);
    }
}
