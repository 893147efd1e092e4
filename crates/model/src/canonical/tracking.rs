//! Parameters that count visitors and never choose a page. The list, with its sources, lies in `data/tracking.tsv`.

use std::sync::LazyLock;

use url::Url;

/// One line of the list.
struct Rule {
    name: &'static str,
    /// `name` is only the beginning of the parameter's name.
    is_prefix: bool,
    /// `None`: whatever it holds.
    value: Option<&'static str>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let lines = include_str!("../../data/tracking.tsv").lines();
    lines.filter(|line| !line.starts_with('#')).filter_map(rule).collect()
});

fn rule(line: &'static str) -> Option<Rule> {
    let mut fields = line.split('\t');
    let (name, value) = (fields.next()?, fields.next()?);
    let is_prefix = name.ends_with('*');
    let value = (value != "*").then_some(value);
    Some(Rule { name: name.trim_end_matches('*'), is_prefix, value })
}

const SESSION: &str = ";jsessionid=";

/// Cuts them from the query, and session identifiers from the path.
pub(super) fn strip(url: &mut Url) {
    if let Some(query) = url.query() {
        // Pairs are kept as they were written: a server may care about their order.
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !counts(pair)).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    // Servlets put their session behind a semicolon in the path.
    if url.path().to_ascii_lowercase().contains(SESSION) {
        let segments: Vec<String> = url.path().split('/').map(without_session).collect();
        url.set_path(&segments.join("/"));
    }
}

fn without_session(segment: &str) -> String {
    let parts = segment.split(';').enumerate();
    let kept =
        parts.filter(|(at, part)| *at == 0 || !format!(";{part}").to_ascii_lowercase().starts_with(SESSION));
    kept.map(|(_, part)| part).collect::<Vec<_>>().join(";")
}

fn counts(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = name.to_ascii_lowercase();
    RULES.iter().any(|rule| {
        let named = if rule.is_prefix { name.starts_with(rule.name) } else { name == rule.name };
        named && rule.value.is_none_or(|only| value.eq_ignore_ascii_case(only))
    })
}
