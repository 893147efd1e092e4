//! What an HTTP proxy says itself when it forwards a page.
//!
//! An encrypted page comes through a tunnel, so that what it answers is the site's word. A plain one is forwarded (RFC
//! 9110, section 7.6): there the proxy speaks for both. Only what no site says is taken for the proxy's word. 502, 503
//! and 504 may be either's, and are a server in trouble whoever's they are; they never mean that a page was removed.

use std::error::Error as StdError;

use http::StatusCode;
use model::{ProxyKind, ProxyUrl};
use url::Url;

use super::problem::{ProxyProblem, causes};

/// Returns whether the proxy forwards the page rather than opening a tunnel to it.
pub(crate) fn is_forwarded(url: &Url, proxy: Option<&ProxyUrl>) -> bool {
    url.scheme() == "http" && proxy.is_some_and(|proxy| proxy.kind == ProxyKind::Http)
}

/// Returns what the status of a forwarded answer says of the proxy.
pub(crate) fn of_status(status: StatusCode) -> Option<ProxyProblem> {
    (status == StatusCode::PROXY_AUTHENTICATION_REQUIRED).then_some(ProxyProblem::Login)
}

/// Returns what an error of a forwarded request says of the proxy: all HTTP that comes is its own, so that what is no
/// HTTP is its fault.
pub(crate) fn of_error(error: &(dyn StdError + 'static)) -> Option<ProxyProblem> {
    let garbled = |error: &hyper::Error| error.is_parse() && !error.is_parse_too_large();
    let found = causes(error).into_iter().filter_map(|cause| cause.downcast_ref()).any(garbled);
    found.then_some(ProxyProblem::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_pages_are_forwarded_by_proxies_of_http_alone() {
        let check = |url: &str, proxy: Option<&str>, expected: bool| {
            let proxy = proxy.map(|proxy| proxy.parse().unwrap());
            assert_eq!(is_forwarded(&Url::parse(url).unwrap(), proxy.as_ref()), expected, "{url} {proxy:?}");
        };
        check("http://news.example/a", Some("http://proxy.example:3128"), true);
        check("https://news.example/a", Some("http://proxy.example:3128"), false);
        check("http://news.example/a", Some("socks5h://proxy.example:9050"), false);
        check("http://news.example/a", None, false);
    }

    #[test]
    fn no_status_that_a_site_may_answer_is_taken_for_one_of_the_proxy() {
        for status in [401, 403, 404, 410, 451, 500, 502, 503, 504] {
            assert_eq!(of_status(StatusCode::from_u16(status).unwrap()), None, "{status}");
        }
        assert_eq!(of_status(StatusCode::PROXY_AUTHENTICATION_REQUIRED), Some(ProxyProblem::Login));
    }
}
