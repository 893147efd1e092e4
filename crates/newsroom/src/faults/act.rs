//! What a fault does on the wire, and how answers are written.

use std::time::Duration;

/// What happens on a connection after the request has been read.
#[derive(Debug, Clone)]
pub enum Act {
    /// These bytes are sent, and the connection is closed.
    Send(Vec<u8>),
    /// These bytes are sent, and the connection stays open.
    Hold(Vec<u8>),
    /// The first bytes are sent, then the others one by one, as far apart as stated.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// The first bytes are sent, then the others again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// The connection is reset.
    Reset,
    /// The second answer is sent to whoever names the entity tag, the first to all others.
    Tagged(&'static str, Vec<u8>, Vec<u8>),
    /// A feed whose identifiers are others at each request.
    Churn,
}

/// Writes an answer: status line, fields, a length that is true, the body.
pub(crate) fn answer(status: &str, fields: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let fields = [fields, &[("Content-Length", &length)]].concat();
    unmeasured(status, &fields, body)
}

/// Writes an answer that states no length of its own.
pub(crate) fn unmeasured(status: &str, fields: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in fields {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"Connection: close\r\n\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// Writes a feed as a well-behaved server would.
pub(crate) fn feed(body: impl AsRef<[u8]>) -> Act {
    Act::Send(answer("200 OK", &[("Content-Type", "application/rss+xml")], body.as_ref()))
}

/// Writes a feed with further fields.
pub(crate) fn feed_with(fields: &[(&str, &str)], body: impl AsRef<[u8]>) -> Act {
    let fields = [&[("Content-Type", "application/rss+xml")], fields].concat();
    Act::Send(answer("200 OK", &fields, body.as_ref()))
}

/// The declaration of a feed that is what it says.
pub(crate) const UTF8: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// Writes an RSS document around items.
pub(crate) fn rss(declaration: &str, items: &str) -> String {
    format!(
        r#"{declaration}<rss version="2.0"><channel><title>t</title><link>http://127.0.0.1/</link>{items}</channel></rss>"#
    )
}

/// Writes an item by number and title.
pub(crate) fn item(number: usize, title: &str) -> String {
    dated(number, title, &number.to_string(), "Mon, 23 Nov 2026 10:00:00 +0600")
}

/// Writes an item with all that may go wrong in it.
pub(crate) fn dated(number: usize, title: &str, guid: &str, date: &str) -> String {
    format!(
        "<item><title>{title}</title><link>http://127.0.0.1/a/{number}</link><guid>{guid}</guid>\
         <pubDate>{date}</pubDate><description>x</description></item>"
    )
}
