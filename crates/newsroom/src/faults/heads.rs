//! Statuses and fields: redirects into walls, refusals, times to wait, heads without measure.

use super::act::{Act, UTF8, answer, feed_with, item, rss, unmeasured};

pub(crate) fn faults(port: u16) -> Vec<(&'static str, Act)> {
    let mut faults = redirects(port);
    faults.extend(refusals());
    faults.extend(fields());
    faults
}

fn redirects(port: u16) -> Vec<(&'static str, Act)> {
    let to = |status, location: &str| Act::Send(answer(status, &[("Location", location)], b""));
    vec![
        ("redir-301", to("301 Moved Permanently", "/ok")),
        ("redir-302", to("302 Found", "/ok")),
        ("redir-308", to("308 Permanent Redirect", "/ok")),
        ("redir-loop", to("302 Found", "/redir-loop")),
        ("redir-private", to("302 Found", &format!("http://127.66.0.1:{port}/private-host"))),
        ("redir-file", to("302 Found", "file:///etc/passwd")),
        ("redir-noloc", Act::Send(answer("302 Found", &[], b""))),
    ]
}

fn refusals() -> Vec<(&'static str, Act)> {
    let status = |status, fields: &[(&str, &str)]| Act::Send(answer(status, fields, b""));
    let (late, after) = ("Mon, 23 Nov 2099 10:00:00 GMT", "Retry-After");
    let challenge =
        answer("403 Forbidden", &[("Content-Type", "text/html"), ("cf-mitigated", "challenge")], b"<html>");
    vec![
        ("410", status("410 Gone", &[])),
        ("404", status("404 Not Found", &[])),
        ("429-sec", status("429 Too Many Requests", &[(after, "120")])),
        ("429-date", status("429 Too Many Requests", &[(after, late)])),
        ("503-neg", status("503 Service Unavailable", &[(after, "-5")])),
        ("403-cf", Act::Send(challenge)),
        ("304-always", Act::Send(unmeasured("304 Not Modified", &[("ETag", "\"x\"")], b""))),
    ]
}

fn fields() -> Vec<(&'static str, Act)> {
    let body = rss(UTF8, &item(1, "Құлжа"));
    let tagged = [("ETag", "\"v1\""), ("Last-Modified", "Mon, 23 Nov 2026 04:00:00 GMT")];
    let two = rss(UTF8, &(item(1, "Құлжа") + &item(2, "Құлжа")));
    let Act::Send(whole) = feed_with(&tagged, two) else { return Vec::new() };
    let unchanged = unmeasured("304 Not Modified", &[("ETag", "\"v1\"")], b"");
    let (long, names) =
        ("a".repeat(300_000), (0..2000).map(|number| format!("X-{number}")).collect::<Vec<_>>());
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "a")).collect();
    let sized = |length| {
        unmeasured("200 OK", &[("Content-Type", "text/xml"), ("Content-Length", length)], body.as_bytes())
    };
    vec![
        ("ok", Act::Tagged("\"v1\"", whole, unchanged)),
        ("cache-1y", feed_with(&[("Cache-Control", "max-age=31536000")], &body)),
        ("etag-same-body-new", feed_with(&[("ETag", "\"const\"")], &body)),
        ("hdr-huge", feed_with(&[("X-A", &long)], &body)),
        ("hdr-many", feed_with(&many, &body)),
        ("hdr-bad", feed_with(&[("X\u{1}Y", "a")], &body)),
        ("cl-short", Act::Send(sized("10"))),
        ("cl-long*", Act::Hold(sized("99999"))),
    ]
}
