//! What we say of ourselves at the head of a request.

use std::collections::HashMap;

use http::{HeaderMap, HeaderValue, header};
use model::{Source, SourceKind, Validators};
use url::Url;

use crate::config::{Config, ConfigError};

/// The `User-Agent` for each kind of source: always an automated reader, with the contact that this kind is told.
#[derive(Debug, Clone)]
pub(crate) struct Agents {
    told: HashMap<SourceKind, HeaderValue>,
    untold: HeaderValue,
}

impl Agents {
    /// Writes the names. State media are told no contact, whatever the settings say.
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let mut told = HashMap::new();
        for kind in SourceKind::ALL {
            told.insert(*kind, agent(config.contact_for(*kind))?);
        }
        Ok(Self { told, untold: agent("")? })
    }

    fn of(&self, kind: SourceKind) -> HeaderValue {
        self.told.get(&kind).unwrap_or(&self.untold).clone()
    }

    /// Writes the fields that are ours. There is no `Referer` and no `Cookie` among them, ever.
    pub(crate) fn headers(
        &self,
        kind: SourceKind,
        accept_language: &str,
        validators: Option<&Validators>,
    ) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, self.of(kind));
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let mut send = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.insert(name, value);
            }
        };
        if !accept_language.is_empty() {
            send(header::ACCEPT_LANGUAGE, accept_language);
        }
        // Validators are opaque: they go back byte for byte or not at all.
        if let Some(validators) = validators {
            validators.etag.iter().for_each(|tag| send(header::IF_NONE_MATCH, tag));
            validators.last_modified.iter().for_each(|date| send(header::IF_MODIFIED_SINCE, date));
        }
        headers
    }
}

fn agent(contact: &str) -> Result<HeaderValue, ConfigError> {
    let contact = if contact.is_empty() { String::new() } else { format!("; +{contact}") };
    let text = format!("Qarauyl/{} (automated news reader{contact})", env!("CARGO_PKG_VERSION"));
    HeaderValue::try_from(text).map_err(|_| ConfigError::Contact)
}

/// Returns the `Accept-Language` of a source: what its file says, else its own languages, most used first.
pub(crate) fn accept_language(source: &Source) -> String {
    if !source.accept_language.is_empty() {
        return source.accept_language.clone();
    }
    let mut codes: Vec<&str> = Vec::new();
    for lang in &source.languages {
        if !codes.contains(&lang.code()) {
            codes.push(lang.code());
        }
    }
    let weighed = codes.iter().take(8).zip((0..10_u8).rev()).map(|(code, tenth)| match tenth {
        9 => (*code).to_owned(),
        tenth => format!("{code};q=0.{}", tenth + 1),
    });
    weighed.collect::<Vec<_>>().join(", ")
}

/// Writes the head of the request as HTTP/1.1 has it, which is how WARC files show it.
pub(crate) fn request_head(url: &Url, headers: &HeaderMap) -> Vec<u8> {
    let mut head = Vec::with_capacity(512);
    let target = url.as_str().get(url[..url::Position::BeforePath].len()..).unwrap_or("/");
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    head.extend_from_slice(format!("GET {target} HTTP/1.1\r\nhost: {host}{port}\r\n").as_bytes());
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_written_as_it_goes_over_the_wire() {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("*/*"));
        let check = |url: &str, expected: &str| {
            let head = String::from_utf8(request_head(&Url::parse(url).unwrap(), &headers)).unwrap();
            assert_eq!(head, expected);
        };
        check("http://a.kz", "GET / HTTP/1.1\r\nhost: a.kz\r\naccept: */*\r\n\r\n");
        check(
            "http://a.kz:8080/b?c=%20d",
            "GET /b?c=%20d HTTP/1.1\r\nhost: a.kz:8080\r\naccept: */*\r\n\r\n",
        );
    }
}
