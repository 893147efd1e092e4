//! Head and body of a mail as they are signed: `relaxed/relaxed` (RFC 6376, 3.4), which outlives a server that folds lines
//! anew or takes blanks from their ends.

/// Cuts a mail into its head, with the line end of its last line, and its body. `None` when there is no empty line between
/// them, or the head is not in seven bits.
pub(super) fn parts(mail: &[u8]) -> Option<(&str, &[u8])> {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = (mail.get(..end + 2)?, mail.get(end + 4..)?);
    let head = std::str::from_utf8(head).ok().filter(|head| head.is_ascii())?;
    Some((head, body))
}

/// The body: no blanks at the end of a line, one blank for several, no empty lines at the end.
pub(super) fn body(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    // Empty lines are written once something follows them.
    let mut empty = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n");
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        rest = end.and_then(|end| rest.get(end + 2..)).unwrap_or_default();
        let line = relaxed_line(line);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..empty {
            out.extend_from_slice(b"\r\n");
        }
        empty = 0;
        out.extend_from_slice(&line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn relaxed_line(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut blank = false;
    for byte in line {
        if matches!(byte, b' ' | b'\t') {
            blank = true;
            continue;
        }
        if blank {
            out.push(b' ');
            blank = false;
        }
        out.push(*byte);
    }
    out
}

/// The bytes that are signed: the headers called `names`, each name taking the lowest one that is left, and then the
/// signature's own header without its signature and line end. A name with no header left adds nothing.
pub(super) fn signed(head: &str, names: &[&str], signature: &str) -> Vec<u8> {
    let mut fields = fields(head);
    let mut out = String::new();
    for name in names {
        let found = fields.iter().rposition(|(field, _)| field.trim_end().eq_ignore_ascii_case(name));
        if let Some((name, value)) = found.map(|at| fields.remove(at)) {
            out.push_str(&relaxed(name, value));
            out.push_str("\r\n");
        }
    }
    if let Some((name, value)) = signature.split_once(':') {
        out.push_str(&relaxed(name, value));
    }
    out.into_bytes()
}

/// The headers, each with its value as it is folded.
fn fields(head: &str) -> Vec<(&str, &str)> {
    let (mut fields, mut rest) = (Vec::new(), head);
    while !rest.is_empty() {
        let end = rest.match_indices("\r\n").map(|(at, _)| at + 2);
        let mut ends = end.filter(|at| !rest.get(*at..).is_some_and(|next| next.starts_with([' ', '\t'])));
        let (field, after) = rest.split_at(ends.next().unwrap_or(rest.len()));
        fields.extend(field.split_once(':'));
        rest = after;
    }
    fields
}

fn relaxed(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6376, 3.4.5.
    #[test]
    fn head_and_body_are_relaxed_as_the_standard_shows() {
        let mail = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (head, text) = parts(mail).unwrap();
        assert_eq!(body(text), b" C\r\nD E\r\n");
        let signed = String::from_utf8(signed(head, &["a", "B", "b"], "S: v=1;\r\n b=")).unwrap();
        assert_eq!(signed, "a:X\r\nb:Y Z\r\ns:v=1; b=");
    }

    #[test]
    fn an_empty_body_is_nothing_and_a_torn_line_gets_its_end() {
        assert_eq!(body(b""), b"");
        assert_eq!(body(b"\r\n \r\n"), b"");
        assert_eq!(body(b"a\r\n\r\nb"), b"a\r\n\r\nb\r\n");
    }

    #[test]
    fn of_several_headers_of_one_name_the_lowest_is_taken_first() {
        let signed = signed("A: 1\r\nB: 2\r\nA: 3\r\n", &["A", "B", "A", "A"], "S:b=");
        assert_eq!(String::from_utf8(signed).unwrap(), "a:3\r\nb:2\r\na:1\r\ns:b=");
    }

    #[test]
    fn a_mail_without_a_body_or_with_eight_bits_in_its_head_is_none() {
        assert!(parts(b"A: 1\r\n").is_none());
        assert!(parts("A: ә\r\n\r\nx".as_bytes()).is_none());
    }
}
