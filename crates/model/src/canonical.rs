//! Canonical URLs: one article has one address, however a feed decorates it.
//!
//! Only what is known never to choose the page is cut: fragments, default ports, and the parameters
//! by which campaigns are counted. AMP and mobile twins are not guessed at here.

use std::fmt;

use thiserror::Error;
use url::Url;

/// Query parameters that count visitors and never choose the page.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "dclid",
    "yclid",
    "msclkid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_openstat",
    "wt_mc",
    "spm",
    "ysclid",
    "twclid",
    "gbraid",
    "wbraid",
];

/// An http(s) address in the form under which an article is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CanonicalUrl(Url);

/// An address that cannot be an article's.
#[derive(Debug, Error)]
pub enum UrlError {
    /// It does not parse.
    #[error("`{text}` is no address: {source}")]
    Unreadable {
        /// The text.
        text: String,
        /// What the URL standard says.
        source: url::ParseError,
    },
    /// It is of another scheme, or has no host.
    #[error("`{0}` is no page on the web: only http and https addresses with a host are fetched")]
    NotWeb(String),
}

impl CanonicalUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// When it does not parse or is not http(s).
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let trimmed = text.trim();
        let url = Url::parse(trimmed)
            .map_err(|source| UrlError::Unreadable { text: trimmed.chars().take(200).collect(), source })?;
        Self::from_url(url)
    }

    /// Brings a parsed address to canonical form.
    ///
    /// # Errors
    /// When it is not http(s), or has no host.
    pub fn from_url(mut url: Url) -> Result<Self, UrlError> {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::NotWeb(url.as_str().chars().take(200).collect()));
        }
        url.set_fragment(None);
        // Credentials in an article's address are never meant; both calls only fail without a host.
        let _no_host = (url.set_username(""), url.set_password(None));
        strip_tracking(&mut url);
        Ok(Self(url))
    }

    /// Returns the address as a URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Returns the address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the host name in small letters.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the registered domain: what politeness is measured by.
    pub fn domain(&self) -> String {
        registered_domain(self.host())
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Returns the registered domain of `host` by the public suffix list, or the host itself when it has none
/// (an IP address, a bare name).
pub fn registered_domain(host: &str) -> String {
    let address = host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[');
    let domain = if address { None } else { psl::domain_str(host) };
    domain.unwrap_or(host).to_owned()
}

fn strip_tracking(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let counts = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        name.starts_with("utm_") || TRACKING.contains(&name.as_str())
    };
    // Pairs are kept as they were written: a server may care about order and escapes.
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !counts(pair)).collect();
    let kept = kept.join("&");
    url.set_query((!kept.is_empty()).then_some(kept.as_str()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(CanonicalUrl::parse(input).unwrap().as_str(), expected);
    }

    #[test]
    fn what_only_counts_visitors_is_cut() {
        check("HTTPS://Example.KZ:443/a?utm_source=rss&id=7&fbclid=x#top", "https://example.kz/a?id=7");
        check(" http://example.kz/a?utm_medium=rss ", "http://example.kz/a");
        check("https://user:secret@example.kz/", "https://example.kz/");
        check(
            "https://қорғас.kz/а",
            "https://xn--80ar0agxd.kz/%D0%B0".replace("xn--80ar0agxd", &idna()).as_str(),
        );
    }

    fn idna() -> String {
        Url::parse("https://қорғас.kz/").unwrap().host_str().unwrap().trim_end_matches(".kz").to_owned()
    }

    #[test]
    fn only_web_addresses_are_articles() {
        for text in ["mailto:a@b.org", "file:///etc/passwd", "javascript:1", "data:text/html,x", "news/1"] {
            assert!(CanonicalUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_registered_domain_is_what_one_registrant_holds() {
        assert_eq!(registered_domain("rus.azattyq.org"), "azattyq.org");
        assert_eq!(registered_domain("www.gov.kz"), "www.gov.kz");
        assert_eq!(registered_domain("127.0.0.1"), "127.0.0.1");
        assert_eq!(registered_domain("news.sample.test"), "sample.test");
    }
}
