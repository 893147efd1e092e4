//! Addresses of our own pages: read leniently, written with nothing in them that we do not know.

use std::fmt;

use url::form_urlencoded;

/// The parameters that pages understand. Others are dropped, so that no link carries on what a stranger's link began.
const KNOWN: [&str; 12] = [
    "q", "order", "lang", "source", "country", "kind", "after", "before", "cursor", "version", "format", "ui",
];

/// A path with its parameters; empty ones are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    path: String,
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    /// Returns the address of `path` without parameters.
    pub(crate) fn new(path: &str) -> Self {
        Self { path: path.to_owned(), pairs: Vec::new() }
    }

    /// Reads the parameters of a request. The first of a name counts; broken escapes are read as well as they can be.
    pub(crate) fn read(path: &str, query: &str) -> Self {
        let mut address = Self::new(path);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let known = KNOWN.iter().find(|known| **known == name);
            if let Some(name) = known.filter(|name| address.value(name).is_empty()) {
                address = address.with(name, value);
            }
        }
        address
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Returns a parameter without the white space around it, empty when there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.trim())
    }

    /// Sets a parameter; an empty value takes it out.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value: String = value.into();
        self.pairs.retain(|(known, _)| *known != name);
        if !value.trim().is_empty() {
            self.pairs.push((name, value));
        }
        self
    }

    /// Takes a parameter out.
    pub(crate) fn without(self, name: &'static str) -> Self {
        self.with(name, "")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        // One order for all links, whichever parameter was set last.
        let mut between = '?';
        for name in KNOWN {
            let value = self.value(name);
            if !value.is_empty() {
                let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                write!(f, "{between}{name}={value}")?;
                between = '&';
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &str) {
        assert_eq!(Address::read("/", query).to_string(), expected);
    }

    #[test]
    fn what_is_not_known_is_dropped_and_the_rest_stands_in_one_order() {
        check("", "/");
        check("ui=ru&q=a+b&utm_source=x&q=second", "/?q=a+b&ui=ru");
        check("q=&lang=%20&order=best", "/?order=best");
        check("q=%3Cscript%3E%22&&&=", "/?q=%3Cscript%3E%22");
        check("q=%ff%zz", "/?q=%EF%BF%BD%25zz");
    }

    #[test]
    fn parameters_are_set_and_taken_out() {
        let address = Address::read("/", "q=Қорғас&cursor=1.2").without("cursor").with("lang", "kk-Arab");
        assert_eq!(address.to_string(), "/?q=%D2%9A%D0%BE%D1%80%D2%93%D0%B0%D1%81&lang=kk-Arab");
        let written = address.to_string();
        assert_eq!(Address::read("/", written.strip_prefix("/?").unwrap()), address);
    }
}
