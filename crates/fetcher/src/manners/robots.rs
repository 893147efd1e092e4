//! Reads robots.txt and says what it forbids, by RFC 9309. Pure; fetching and remembering are the client's.

use jiff::SignedDuration;

/// The word by which robots.txt files name us.
pub const PRODUCT: &str = "Qarauyl";
/// RFC 9309 asks readers to take at least 500 KiB; what comes after is not read.
pub const MAX_BYTES: usize = 512 * 1024;
/// A pattern with more stars than this is an attack on whoever matches it.
const MAX_STARS: usize = 32;
/// How `Disallow` is written and misspelt: what its writer wanted is plain, and Google's reader and Protego obey it, too.
const DISALLOW: &str = include_str!("../../data/disallow.tsv");

/// The rules of one robots.txt that hold for us.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Robots {
    rules: Vec<Rule>,
    crawl_delay: Option<SignedDuration>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    allow: bool,
    pattern: String,
}

impl Robots {
    /// Reads a file for us; nothing in it can be wrong enough to be an error.
    pub fn parse(bytes: &[u8]) -> Self {
        Self::parse_for(PRODUCT, bytes)
    }

    /// Reads a file for the reader whose product token is `product`.
    pub fn parse_for(product: &str, bytes: &[u8]) -> Self {
        let bytes = bytes.get(..bytes.len().min(MAX_BYTES)).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        let mut groups = Groups { product, ..Groups::default() };
        for line in text.trim_start_matches('\u{feff}').split(['\r', '\n']) {
            let line = line.split('#').next().unwrap_or_default().trim();
            // Some forget the colon, and mean no less by it.
            let parted = line.split_once(':').or_else(|| line.split_once(char::is_whitespace));
            if let Some((key, value)) = parted {
                groups.line(key.trim(), value.trim());
            }
        }
        groups.named.unwrap_or(groups.any)
    }

    /// Returns whether a page may be fetched; `path` is the address from its first `/`, query included.
    pub fn allows(&self, path: &str) -> bool {
        let path = normal(path);
        if path == "/robots.txt" {
            return true;
        }
        let hits = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        // The longest pattern decides; where two are as long, the one that allows.
        hits.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }

    /// Returns the wait between requests that the file asks for.
    pub fn crawl_delay(&self) -> Option<SignedDuration> {
        self.crawl_delay
    }
}

/// The groups read so far: those that name us, and those for everybody.
#[derive(Default)]
struct Groups<'a> {
    /// The product token of the reader.
    product: &'a str,
    named: Option<Robots>,
    any: Robots,
    /// Whom the group being read is for.
    reading: Vec<Whom>,
    /// Whether the last line that counts was a rule: the next `User-agent` then begins a new group.
    after_rule: bool,
}

#[derive(PartialEq, Eq)]
enum Whom {
    Us,
    All,
}

impl Groups<'_> {
    fn line(&mut self, key: &str, value: &str) {
        match key.to_ascii_lowercase().as_str() {
            "user-agent" | "useragent" | "user agent" => self.agent(value),
            word if DISALLOW.lines().any(|known| known == word) => self.rule(false, value),
            "allow" => self.rule(true, value),
            "crawl-delay" => self.delay(value),
            // Sitemaps and unknown words belong to no group and end none.
            _ => {}
        }
    }

    fn agent(&mut self, value: &str) {
        if std::mem::take(&mut self.after_rule) {
            self.reading.clear();
        }
        if value == "*" {
            self.reading.push(Whom::All);
            return;
        }
        // `Qarauyl/0.1` names us as well: the word ends where no more letters follow.
        let word = value.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).next();
        if word.is_some_and(|word| word.eq_ignore_ascii_case(self.product)) {
            self.reading.push(Whom::Us);
            self.named.get_or_insert_default();
        }
    }

    fn rule(&mut self, allow: bool, value: &str) {
        self.after_rule = true;
        // `Disallow:` with nothing behind it forbids nothing.
        if value.is_empty() || value.matches('*').count() > MAX_STARS {
            return;
        }
        let rule = Rule { allow, pattern: normal(value) };
        self.current(|robots| robots.rules.push(rule.clone()));
    }

    fn delay(&mut self, value: &str) {
        self.after_rule = true;
        let seconds = value.parse().ok().filter(|seconds: &f64| (0.0..=86_400.0).contains(seconds));
        let delay = seconds.and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
        self.current(|robots| robots.crawl_delay = robots.crawl_delay.max(delay));
    }

    fn current(&mut self, mut change: impl FnMut(&mut Robots)) {
        if self.reading.contains(&Whom::Us) {
            self.named.iter_mut().for_each(&mut change);
        }
        if self.reading.contains(&Whom::All) {
            change(&mut self.any);
        }
    }
}

/// Brings a path or pattern to one way of writing: what need not be escaped is not, the rest in capital letters.
fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'%' { hex_pair(&bytes) } else { None };
        if escaped.is_some() {
            // The two digits were looked at in a copy.
            bytes.next();
            bytes.next();
        }
        match escaped.unwrap_or(byte) {
            plain if escaped.is_some() && (plain.is_ascii_alphanumeric() || b"-._~".contains(&plain)) => {
                normal.push(char::from(plain));
            }
            plain if escaped.is_none() && is_written(plain) => normal.push(char::from(plain)),
            other => {
                let digit =
                    |value| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
                normal.extend(['%', digit(other >> 4), digit(other & 0xf)]);
            }
        }
    }
    normal
}

/// Whether a byte stands in addresses as it is (RFC 3986, appendix A); others are escaped there.
fn is_written(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

fn hex_pair(bytes: &std::str::Bytes<'_>) -> Option<u8> {
    let mut ahead = bytes.clone().map(|byte| char::from(byte).to_digit(16));
    let (high, low) = (ahead.next()??, ahead.next()??);
    u8::try_from(high * 16 + low).ok()
}

/// Returns whether `path` begins as `pattern` says; `*` is anything, a `$` at the end is the end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return !to_end || rest.is_empty() };
    for piece in middle {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    if to_end { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, path: &str, allowed: bool) {
        assert_eq!(Robots::parse(file.as_bytes()).allows(path), allowed, "{path} in\n{file}");
    }

    #[test]
    fn an_empty_file_allows_all() {
        check("", "/a", true);
        check("User-agent: *\nDisallow:", "/a", true);
        check("<html>not found</html>", "/a", true);
    }

    #[test]
    fn what_is_misspelt_is_obeyed_as_it_was_meant() {
        check("User-agent: *\nDissallow: /a", "/a", false);
        check("User-agent *\nDisallow /a", "/a", false);
        check("Useragent: *\nDisallow:/a", "/a", false);
    }

    #[test]
    fn the_longest_pattern_decides_and_ties_allow() {
        let file = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nDisallow: /x\nAllow: /x";
        check(file, "/a/z", false);
        check(file, "/a/b/z", true);
        check(file, "/a/b/c", false);
        check(file, "/x", true);
        check(file, "/other", true);
    }

    #[test]
    fn the_group_that_names_us_replaces_the_one_for_all() {
        let file = "User-agent: *\nDisallow: /\n\nuser-agent: other\nUser-Agent: QARAUYL\nDisallow: /private\n\
            Crawl-delay: 3\nUser-agent: third\nDisallow: /third\nUser-agent: qarauyl/2.0\nDisallow: /more";
        check(file, "/news", true);
        check(file, "/private", false);
        check(file, "/more", false);
        check(file, "/third", true);
        let delay = Robots::parse(file.as_bytes()).crawl_delay();
        assert_eq!(delay, Some(SignedDuration::from_secs(3)));
        check("User-agent: Qarauyl\nSitemap: /s\n\nDisallow: /a\nUser-agent: *\nDisallow: /", "/b", true);
        check("User-agent: qarauylbot\nDisallow: /\n", "/b", true);
    }

    #[test]
    fn stars_and_ends_are_understood() {
        let file =
            "User-agent: *\nDisallow: /*.pdf$\nDisallow: /*?session=*&x\nDisallow: /end$\nDisallow: /a*b*c";
        check(file, "/doc.pdf", false);
        check(file, "/doc.pdf?x", true);
        check(file, "/p?session=1&x=2", false);
        check(file, "/end", false);
        check(file, "/ending", true);
        check(file, "/a1b2c3", false);
        check(file, "/a1c2b3", true);
    }

    #[test]
    fn one_path_may_be_written_in_many_ways() {
        check("User-agent: *\nDisallow: /қорғас", "/%D2%9B%D0%BE%D1%80%D2%93%D0%B0%D1%81", false);
        check("User-agent: *\nDisallow: /%7euser", "/~user/a", false);
        check("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", false);
        check("User-agent: *\nDisallow: /a b|c", "/a%20b%7Cc", false);
        check("User-agent: *\nDisallow: /a%2fb", "/a/b", true);
        check("User-agent: *\rDisallow: /a # why", "/a", false);
        check("\u{feff}User-agent: *\nDisallow: /", "/a", false);
        check("User-agent: *\nDisallow: /", "/robots.txt", true);
    }

    proptest::proptest! {
        #[test]
        fn no_file_and_no_path_panics(file in "(?s).{0,200}", path in "/[a%0-9*$?қ]{0,40}") {
            let _allowed = Robots::parse(format!("user-agent: *\nallow: {file}").as_bytes()).allows(&path);
        }
    }
}
