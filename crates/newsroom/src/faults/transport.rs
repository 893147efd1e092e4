//! Connections that are slow, silent, endless, broken off, or speak no HTTP.

use std::time::Duration;

use super::act::Act;

/// Slower than any reader should wait for a byte.
const PAUSE: Duration = Duration::from_secs(2);

pub(crate) fn faults() -> Vec<(&'static str, Act)> {
    let head = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n").into_bytes();
    let slow_head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n".to_vec();
    vec![
        ("never-answer*", Act::Hold(Vec::new())),
        ("slow-header*", Act::Drip(Vec::new(), slow_head, PAUSE)),
        ("slow-body*", Act::Drip(head("Content-Length: 100000\r\n"), vec![b'x'; 100_000], PAUSE)),
        ("rst", Act::Reset),
        ("close-at-once", Act::Send(Vec::new())),
        ("endless", Act::Endless(head("Content-Type: text/html\r\n"), vec![b'x'; 1024 * 1024])),
        ("not-http", Act::Send(b"SSH-2.0-OpenSSH_9\r\n".to_vec())),
        (
            "chunk-bad",
            Act::Send([head("Transfer-Encoding: chunked\r\n"), b"ZZ\r\nabc\r\n".to_vec()].concat()),
        ),
    ]
}
