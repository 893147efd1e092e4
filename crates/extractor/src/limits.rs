//! Limits in front of the parser: a page cannot make it slow or large.
//!
//! The parser of the HTML standard looks up its stack of open elements at every tag, so that deep nesting costs its
//! square. What lies deeper than any written page, or beyond any article's length, is cut off before it is parsed.

/// Longest text that is parsed, in bytes.
const LONGEST: usize = 6 * 1024 * 1024;
/// Deepest nesting that is parsed; browsers draw 512.
const DEEPEST: i32 = 700;

/// Elements that nest as often as they are written. Others close themselves or hold little.
const NESTING: &[&str] = &[
    "div",
    "span",
    "table",
    "tbody",
    "tr",
    "td",
    "ul",
    "ol",
    "section",
    "article",
    "b",
    "i",
    "font",
    "center",
    "blockquote",
    "a",
    "em",
    "strong",
    "small",
    "big",
    "u",
    "form",
    "fieldset",
    "dl",
    "main",
    "aside",
    "nav",
    "svg",
    "math",
    "g",
];

/// Returns the part of `html` that is parsed, and whether something was cut.
pub(crate) fn within_limits(html: &str) -> (&str, bool) {
    let end = if html.len() > LONGEST { floor(html, LONGEST) } else { html.len() };
    let end = too_deep(html, end).unwrap_or(end);
    (html.get(..end).unwrap_or(html), end < html.len())
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Returns where nesting becomes too deep.
fn too_deep(html: &str, end: usize) -> Option<usize> {
    let mut depth = 0_i32;
    let mut at = 0;
    while let Some(found) = html.get(at..end)?.find('<') {
        let tag = at + found;
        at = tag + 1;
        let rest = html.get(at..end)?;
        let closing = rest.starts_with('/');
        let name: String =
            rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).take(12).collect();
        if name.is_empty() || !NESTING.iter().any(|one| name.eq_ignore_ascii_case(one)) {
            continue;
        }
        depth = if closing { (depth - 1).max(0) } else { depth + 1 };
        if depth > DEEPEST {
            return Some(tag);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_article_needs_is_cut() {
        let deep = "<div>".repeat(20_000);
        let (kept, cut) = within_limits(&deep);
        assert!(cut && kept.len() < 5_000);
        let long = "қ".repeat(4 * 1024 * 1024);
        let (kept, cut) = within_limits(&long);
        assert!(cut && kept.len() <= LONGEST);
        let page = "<div><p>text</p></div>".repeat(5_000);
        assert_eq!(within_limits(&page), (page.as_str(), false));
    }
}
