//! Tells a page from the wall in front of it: challenges of bot protection, and demands to log in. Pure.
//!
//! A wall with status 200 must not become an article, and a plain 403 must not be called a challenge.

use std::fmt;

use archive::Response;
use memchr::{memchr, memchr_iter};
use url::Url;

/// How much of a page is looked at: walls say what they are at once.
const LOOK_BYTES: usize = 32 * 1024;
/// How much of an open page is unpacked for its title: first little, for walls have it at their very top, and more only
/// where the head of the page goes on without one.
const TITLE_BYTES: [usize; 2] = [1024, 4 * 1024];

/// What stands in front of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// A challenge that only a browser with a person passes.
    Challenge,
    /// A demand to log in.
    Login,
}

/// Titles that only walls have, in small letters.
const CHALLENGE_TITLES: &[&str] = &[
    "just a moment",
    "attention required! | cloudflare",
    "ddos-guard",
    "checking your browser",
    "verify you are human",
    "are you a robot",
    "access denied",
    "please wait...",
    "security check",
    "pardon our interruption",
    "один момент",
    "проверка браузера",
];

/// Marks in the page itself. They count only with an error status: the same scripts run on open pages.
const CHALLENGE_MARKS: &[&str] = &[
    "cf-chl",
    "challenge-platform",
    "_incapsula_resource",
    "ddos-guard",
    "px-captcha",
    "captcha-delivery.com",
    "g-recaptcha",
    "h-captcha",
    "qrator",
    "servicepipe",
    "checking your browser",
    "enable javascript and cookies to continue",
];

const LOGIN_TITLES: &[&str] = &["log in", "login", "sign in", "вход", "авторизация", "кіру", "登录"];
const LOGIN_PATHS: &[&str] =
    &["/login", "/signin", "/sign-in", "/wp-login.php", "/auth/login", "/account/login"];

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Challenge => "a challenge for browsers",
            Self::Login => "a login page",
        })
    }
}

/// A field for a password, as pages write it.
const PASSWORD_FIELDS: &[&str] = &["type=\"password\"", "type='password'"];

/// Returns the wall that an answer is, if it is one. `redirected` says that another address was asked for.
pub fn wall(response: &Response, final_url: &Url, redirected: bool) -> Option<Wall> {
    let mitigated = response.header("cf-mitigated").is_some_and(|value| value.contains("challenge"));
    if mitigated {
        return Some(Wall::Challenge);
    }
    if response.status == 401 || (redirected && is_login_path(final_url)) {
        return Some(Wall::Login);
    }
    let refused = matches!(response.status.as_u16(), 403 | 405 | 429 | 503);
    if !refused && (!response.status.is_success() || !response.content_type().contains("html")) {
        return None;
    }
    let unpacked = |bytes| archive::decode_start(&response.content_encoding(), &response.body, bytes);
    let title = TITLE_BYTES.iter().find_map(|bytes| title(&unpacked(*bytes))).unwrap_or_default();
    let titled = |titles: &[&str]| titles.iter().any(|known| title.starts_with(known));
    // Nearly every page is open, so that the whole of it is looked through only where its head is suspect.
    let holds = |marks: &[&str]| {
        let page = String::from_utf8_lossy(&unpacked(LOOK_BYTES)).to_lowercase();
        marks.iter().any(|mark| page.contains(mark))
    };
    if titled(CHALLENGE_TITLES) || (refused && holds(CHALLENGE_MARKS)) {
        return Some(Wall::Challenge);
    }
    // An open page may be titled "Login" by mistake, but hardly holds a field for a password as well.
    (titled(LOGIN_TITLES) && holds(PASSWORD_FIELDS)).then_some(Wall::Login)
}

fn is_login_path(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    LOGIN_PATHS.iter().any(|known| path.ends_with(known))
}

/// Returns the title of a page in small letters, empty when its body begins without one; `None` when more has to be seen.
fn title(page: &[u8]) -> Option<String> {
    let elements = |name: &'static str| {
        let after = memchr_iter(b'<', page).filter_map(|at| page.get(at + 1..));
        after.filter(move |text| {
            text.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    let Some(inside) = elements("title").next() else {
        return elements("body").next().map(|_| String::new());
    };
    let text = memchr(b'>', inside).and_then(|end| inside.get(end + 1..))?;
    let title = memchr(b'<', text).and_then(|end| text.get(..end))?;
    Some(String::from_utf8_lossy(title).trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode, Version};

    use super::*;

    fn response(status: u16, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("text/html"));
        Response {
            version: Version::HTTP_11,
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.as_bytes().to_vec(),
            truncated: false,
        }
    }

    fn check(status: u16, body: &str, expected: Option<Wall>) {
        let url = Url::parse("https://news.sample.test/a").unwrap();
        assert_eq!(wall(&response(status, body), &url, false), expected, "{status} {body}");
    }

    #[test]
    fn challenges_are_recognised() {
        check(403, "<html><head><title>Just a moment...</title>", Some(Wall::Challenge));
        check(200, "<TITLE>Just a moment...</TITLE>", Some(Wall::Challenge));
        check(200, "<body><title>Just a moment...</title>", Some(Wall::Challenge));
        let style = "p{margin:0}".repeat(200);
        check(200, &format!("<style>{style}</style><title>Just a moment...</title>"), Some(Wall::Challenge));
        let padding = "p".repeat(1018);
        check(200, &format!("{padding}<title>Just a moment...</title>"), Some(Wall::Challenge));
        check(503, "<script src=/cdn-cgi/challenge-platform/h/b.js>", Some(Wall::Challenge));
        let mut silent = response(403, "");
        silent.headers.insert("cf-mitigated", HeaderValue::from_static("challenge"));
        let url = Url::parse("https://news.sample.test/a").unwrap();
        assert_eq!(wall(&silent, &url, false), Some(Wall::Challenge));
    }

    #[test]
    fn open_pages_and_plain_refusals_are_no_walls() {
        check(200, "<title>Қорғас</title><script src=/cdn-cgi/challenge-platform/x.js>", None);
        check(200, "<title>Login to the new portal opens</title><p>news", None);
        check(403, "<title>403 Forbidden</title>", None);
        check(404, "<title>Just a moment</title>", None);
        check(200, "<body><p>Just a moment", None);
    }

    #[test]
    fn demands_to_log_in_are_recognised() {
        check(401, "", Some(Wall::Login));
        check(200, "<title>Sign in</title><input type=\"password\">", Some(Wall::Login));
        let url = Url::parse("https://news.sample.test/wp-login.php?to=a").unwrap();
        assert_eq!(wall(&response(200, "<p>"), &url, true), Some(Wall::Login));
        assert_eq!(wall(&response(200, "<p>"), &url, false), None);
    }
}
