//! What an answer to a later look says of the page.

use model::Sight;
use url::Url;

use crate::FetchError;

/// Returns what an error says: that the page is not there, or nothing at all.
///
/// 404 and 410 say so (RFC 9110 §15.5), and 451 (RFC 7725): the page is withheld. All else (a refusal, a challenge, a
/// server in trouble, no connection, our own robots.txt rules) says nothing of the page.
pub(crate) fn of_error(error: &FetchError) -> Sight {
    match error {
        FetchError::Answered { status: 404 | 410 | 451, .. } => Sight::Gone,
        _ => Sight::Outage,
    }
}

/// Whether a redirect leads away from the page to what lies above it: the front page or a section, where many outlets
/// send readers of an article that they took down.
pub(crate) fn leads_above(asked: &Url, ended: &Url) -> bool {
    let parts = |url: &Url| -> Vec<String> {
        let parts = url.path().split('/').filter(|part| !part.is_empty());
        parts.map(str::to_ascii_lowercase).collect()
    };
    let (from, to) = (parts(asked), parts(ended));
    let same_site = model::registered_domain(asked.host_str().unwrap_or_default())
        == model::registered_domain(ended.host_str().unwrap_or_default());
    // An article named in the query (`?p=12`) keeps its path when it is sent to the front page, and loses the query.
    let lost_query = from == to && asked.query().is_some() && ended.query().is_none();
    same_site
        && (to.len() < from.len() && from.starts_with(&to)
            || to.is_empty() && (!from.is_empty() || lost_query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_leads_to_what_lies_above_it_is_gone() {
        let check = |asked: &str, ended: &str, expected: bool| {
            let url = |text: &str| Url::parse(text).unwrap();
            assert_eq!(leads_above(&url(asked), &url(ended)), expected, "{asked} -> {ended}");
        };
        check("https://herald.test/news/12-border", "https://herald.test/", true);
        check("https://herald.test/news/12-border", "https://www.herald.test/news/", true);
        check("https://herald.test/?p=12", "https://herald.test/", true);
        check("https://herald.test/news/12-border", "https://herald.test/news/12-border-opened", false);
        check("https://herald.test/news/12", "https://herald.test/2026/news/12-border", false);
        check("https://herald.test/news/12", "https://m.herald.test/news/12", false);
        check("https://herald.test/news/12", "https://elsewhere.test/", false);
        check("https://herald.test/", "https://herald.test/", false);
    }
}
