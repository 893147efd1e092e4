//! E-mail addresses, which print masked: a log must not name a subscriber.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A subscriber's address. `Debug` and `Display` mask it; [`EmailAddress::expose`] does not.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// A text that is no address. The text itself is not repeated.
#[derive(Debug, Error)]
#[error("this is no e-mail address ({0}): write it as name@example.org")]
pub struct EmailError(&'static str);

impl EmailAddress {
    /// Returns the address itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the domain, which is what a log may say.
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl FromStr for EmailAddress {
    type Err = EmailError;

    /// Takes the addresses that mail servers take in practice: RFC 5321 dot-strings, no quoted local parts.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError("it has no @"))?;
        let atext = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        if local.is_empty() || local.len() > 64 || !local.chars().all(atext) {
            return Err(EmailError("the part before the @ cannot be used"));
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(EmailError("a dot stands where none may stand"));
        }
        let label = |part: &str| {
            let inner = part.chars().all(|c| c.is_alphanumeric() || c == '-');
            !part.is_empty() && part.len() <= 63 && inner && !part.starts_with('-') && !part.ends_with('-')
        };
        if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
            return Err(EmailError("the part after the @ is no domain"));
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = |text: &str| text.chars().next().unwrap_or('*');
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        let (name, top) = domain.rsplit_once('.').unwrap_or((domain, ""));
        write!(f, "{}***@{}***.{top}", first(local), first(name))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_prints_masked() {
        let address: EmailAddress = "aigul@Example.ORG".parse().unwrap();
        assert_eq!(format!("{address} {address:?}"), "a***@e***.org a***@e***.org");
        assert_eq!(address.expose(), "aigul@example.org");
    }

    #[test]
    fn what_no_server_takes_is_refused_without_being_repeated() {
        for text in
            ["aigul", "@sample.kz", "a b@sample.kz", "a@b", "a..b@sample.kz", "a@-x.org", "a\r\nb@x.org"]
        {
            let error = text.parse::<EmailAddress>().unwrap_err().to_string();
            assert!(!error.contains(text), "{error}");
        }
    }
}
