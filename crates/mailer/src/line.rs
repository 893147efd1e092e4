//! Text from outside, made fit to stand on one line of a mail.
//!
//! A title with a line break in it could forge lines of the mail around it, and makes `lettre` panic in a display
//! name; one with a direction override can turn what follows it round.

/// No title, name or address of the outside takes more characters than this.
const LONGEST: usize = 300;

/// Returns `text` on one line: white space and control characters become single spaces, direction overrides go.
pub(crate) fn one_line(text: &str) -> String {
    shortened(&visible(text).split_whitespace().collect::<Vec<_>>().join(" "), LONGEST)
}

/// Returns `text` with each control character a space, and without direction overrides. White space is kept, so that
/// the pieces of a text still fit together.
pub(crate) fn visible(text: &str) -> String {
    let kept = text.chars().filter(|c| !turns(*c));
    kept.map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

/// Returns the first `longest` characters of `text`, and says by an ellipsis that it went on.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}

/// Embeddings, overrides and isolates. The plain marks (LRM, RLM, ALM) and joiners are left: Arabic-script texts use
/// them, and they do not reach beyond their place.
fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_breaks_or_turns_a_line() {
        let check = |text: &str, expected: &str| assert_eq!(one_line(text), expected);
        check("Хоргос:\r\nBcc: x", "Хоргос: Bcc: x");
        check(" a \t\u{0} b\u{2028}c ", "a b c");
        check("gnp\u{202E}exe.\u{2066}x", "gnpexe.x");
        check("می\u{200C}شود", "می\u{200C}شود");
        check("", "");
    }

    #[test]
    fn a_line_without_end_is_cut_and_says_so() {
        let line = one_line(&"қ".repeat(5000));
        assert_eq!(line.chars().count(), LONGEST);
        assert!(line.ends_with('…'));
    }
}
