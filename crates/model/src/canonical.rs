//! Canonical URLs: one article has one address, however a feed decorates it.
//!
//! The address itself changes only in ways that cannot change the page: by the rules of RFC 3986 (case, default port,
//! percent-encoding), by UTS #46 (names in A-labels), and by cutting what only counts visitors. What is merely likely,
//! mobile and AMP twins, makes the [`CanonicalUrl::identity`], by which articles are known and which is never fetched.

mod percent;
mod tracking;
mod twins;

use std::fmt;

use thiserror::Error;
use url::{Position, Url};

/// Addresses beyond this are attacks or mistakes.
const MAX_BYTES: usize = 8192;

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
    /// It is longer than any page's.
    #[error("an address of {0} bytes is no page's: the limit is {MAX_BYTES}")]
    TooLong(usize),
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
    pub fn from_url(url: Url) -> Result<Self, UrlError> {
        let mut url = url;
        while let Some(inner) = Self::clean(&mut url)? {
            url = inner;
        }
        Ok(Self(url))
    }

    /// Cleans an address; returns the one behind it when it is an AMP cache's.
    fn clean(url: &mut Url) -> Result<Option<Url>, UrlError> {
        if url.as_str().len() > MAX_BYTES {
            return Err(UrlError::TooLong(url.as_str().len()));
        }
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::NotWeb(url.as_str().chars().take(200).collect()));
        }
        // `#!` names a page of a site that is one script; any other fragment is a place on the page.
        if !url.fragment().is_some_and(|fragment| fragment.starts_with('!')) {
            url.set_fragment(None);
        }
        // Credentials in an article's address are never meant; both calls only fail without a host.
        let _no_host = (url.set_username(""), url.set_password(None));
        normalize(url);
        // What an escape hid may be a parameter that counts visitors.
        tracking::strip(url);
        Ok(twins::behind_amp_cache(url))
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

    /// Returns what this address has in common with its mobile and AMP twins, and with the other spellings that
    /// servers answer alike: two addresses with one identity are one article. It is not an address to fetch.
    pub fn identity(&self) -> String {
        twins::identity(&self.0)
    }

    /// Returns whether this is a site's front page: no article has that address.
    pub fn is_front_page(&self) -> bool {
        let identity = self.identity();
        !identity.contains(['/', '?', '#'])
    }

    /// Returns whether `other` belongs to the same registrant: only then may a page speak for it.
    pub fn is_of_one_site(&self, other: &Self) -> bool {
        self.domain() == other.domain()
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

/// Returns whether many publish under a registered domain, so that it says nothing of who speaks.
pub fn is_platform(domain: &str) -> bool {
    let lines = include_str!("../data/platforms.tsv").lines();
    lines.filter_map(|line| line.split('\t').next()).any(|platform| platform == domain)
}

/// Returns the registered domain of `host` by the public suffix list, or the host itself when it has none
/// (an IP address, a bare name).
pub fn registered_domain(host: &str) -> String {
    let address = host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[');
    let domain = if address { None } else { psl::domain_str(host) };
    domain.unwrap_or(host).to_owned()
}

fn normalize(url: &mut Url) {
    let host = url.host_str().unwrap_or_default();
    if let Some(plain) = host.strip_suffix('.').map(str::to_owned) {
        // A name that is nothing without its dot stays as it is.
        let _kept = url.set_host(Some(&plain));
    }
    let path = percent::normal(&url[Position::BeforePath..Position::AfterPath]);
    url.set_path(&path);
    let query = url.query().map(percent::normal);
    url.set_query(query.as_deref());
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
    fn spellings_of_one_address_are_one() {
        check(
            "http://Example.kz.:80/%7eaigul/%d2%9b?q=%41&&b=%2f",
            "http://example.kz/~aigul/%D2%9B?q=A&b=%2F",
        );
        check("https://example.kz/a;jsessionid=0A1B?id=7", "https://example.kz/a?id=7");
        check("https://example.kz/a?PHPSESSID=1&from=rss&from=border", "https://example.kz/a?from=border");
        check("https://example.kz/app#!/news/7", "https://example.kz/app#!/news/7");
        check("https://霍尔果斯.example/新闻", "https://xn--3et86tiqb7w5g.example/%E6%96%B0%E9%97%BB");
        check("https://www.google.com/amp/s/m.example.kz/a?amp_js_v=1&id=7", "https://m.example.kz/a?id=7");
        check(
            "https://example-kz.cdn.ampproject.org/v/s/example.kz/a/amp/?usqp=x",
            "https://example.kz/a/amp/",
        );
    }

    fn one(addresses: &[&str]) {
        let identities: std::collections::BTreeSet<String> =
            addresses.iter().map(|text| CanonicalUrl::parse(text).unwrap().identity()).collect();
        assert_eq!(identities.len(), 1, "{identities:?}");
    }

    #[test]
    fn twins_have_one_identity() {
        one(&[
            "https://www.example.kz/news/7",
            "http://example.kz/news/7/",
            "https://m.example.kz/news/7?utm_source=tg",
            "https://amp.example.kz/news/7/amp/",
            "https://example.kz/amp/news/7",
            "https://example.kz/news/7?amp=1",
            "https://example.kz/news/7/index.html#comments",
            "https://www.google.com/amp/s/example.kz/news/7",
        ]);
        one(&["https://example.kz/7.html", "https://mobile.example.kz/7.amp.html"]);
        one(&["https://example.kz/?p=7&c=1", "https://wap.example.kz/index.php?c=1&p=7"]);
    }

    #[test]
    fn what_may_be_another_page_has_an_identity_of_its_own() {
        let pages = [
            "https://example.kz/news/7",
            "https://kaz.example.kz/news/7",
            "https://example.kz/News/7",
            "https://example.kz/news/7?page=2",
            "https://example.kz/news/amp-station",
            "https://example.kz:8443/news/7",
            "https://m.kz/news/7",
            "https://www.gov.kz/news/7",
            "https://example.kz/#!/news/7",
        ];
        let identities: std::collections::BTreeSet<String> =
            pages.iter().map(|text| CanonicalUrl::parse(text).unwrap().identity()).collect();
        assert_eq!(identities.len(), pages.len(), "{identities:?}");
        assert!(CanonicalUrl::parse("https://m.example.kz/index.php").unwrap().is_front_page());
        assert!(!CanonicalUrl::parse("https://example.kz/?p=7").unwrap().is_front_page());
    }

    proptest::proptest! {
        #[test]
        fn the_canonical_form_is_its_own(
            host in "(www\\.|m\\.|amp\\.){0,2}(example|қорғас|cdn\\.ampproject)\\.(kz|org\\.?)",
            path in "(/(amp|c|s|a|index\\.html|%[0-9a-f]{2}|%zz|;jsessionid=1|example\\.kz|\\.\\.|7\\.amp|新)){0,5}/?",
            query in "(\\?((amp=1|utm_x=1|%75tm_y=2|b=%2f|a=é|)&){0,4})?(#!?x?)?",
        ) {
            let Ok(once) = CanonicalUrl::parse(&format!("https://{host}{path}{query}")) else { return Ok(()) };
            let twice = CanonicalUrl::parse(once.as_str()).unwrap();
            proptest::prop_assert_eq!(&once, &twice);
            let identity = once.identity();
            let again = CanonicalUrl::parse(&format!("https://{identity}")).unwrap().identity();
            proptest::prop_assert_eq!(identity, again);
        }
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
