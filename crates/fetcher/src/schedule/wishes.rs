//! The least wait between polls that a server and a feed ask for.
//!
//! HTTP caching (RFC 9111 §5), `ttl` of RSS 2.0, `updatePeriod` and `updateFrequency` of RSS 1.0's syndication module. A
//! wish of more than a day is heard as a day: a cache header of a year is a mistake.

use archive::Response;
use jiff::SignedDuration;
use memchr::memmem;

/// No wish for a longer wait than this is heard.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// What a channel says of itself stands before its items, and within so many bytes.
const HEAD_BYTES: usize = 65_536;

/// Returns the least wait that an answer's `Cache-Control: max-age` or, without it, `Expires` asks for (RFC 9111 §5).
pub(crate) fn asked_by_headers(response: &Response) -> SignedDuration {
    let control = response.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let directives = || control.split(',').map(str::trim);
    if directives().any(|directive| matches!(directive, "no-cache" | "no-store")) {
        return SignedDuration::ZERO;
    }
    let max_age = directives().find_map(|directive| directive.strip_prefix("max-age="));
    let seconds = match max_age {
        Some(seconds) => {
            let age = response.header("age").and_then(|age| age.trim().parse().ok()).unwrap_or(0);
            seconds.trim_matches('"').parse::<i64>().unwrap_or(0).saturating_sub(age)
        }
        None => expires_in(response).unwrap_or(0),
    };
    capped(SignedDuration::from_secs(seconds))
}

fn expires_in(response: &Response) -> Option<i64> {
    let date = |name| httpdate::parse_http_date(response.header(name)?).ok();
    let wait = date("expires")?.duration_since(date("date")?).ok()?;
    i64::try_from(wait.as_secs()).ok()
}

/// Returns the least wait that a feed's `ttl` or `updatePeriod` asks for.
pub(crate) fn asked_by_feed(bytes: &[u8]) -> SignedDuration {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let items = [&b"<item"[..], b"<entry"].iter().filter_map(|item| memmem::find(head, item)).min();
    let head = items.and_then(|end| head.get(..end)).unwrap_or(head);
    let minutes = text_of(head, b"<ttl>").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let ttl = SignedDuration::from_secs(minutes.saturating_mul(60));
    capped(ttl.max(period(head).unwrap_or_default()))
}

/// The period divided by the frequency: `daily` and 4 are six hours.
fn period(head: &[u8]) -> Option<SignedDuration> {
    let hours = match text_of(head, b"updatePeriod>")?.to_ascii_lowercase().as_str() {
        "hourly" => 1,
        "daily" => 24,
        "weekly" => 24 * 7,
        "monthly" => 24 * 30,
        "yearly" => 24 * 365,
        _ => return None,
    };
    let frequency = text_of(head, b"updateFrequency>").and_then(|text| text.parse::<i32>().ok());
    SignedDuration::from_hours(hours).checked_div(frequency.unwrap_or(1).max(1))
}

/// Returns the text after the first `tag`.
fn text_of<'a>(head: &'a [u8], tag: &[u8]) -> Option<&'a str> {
    let from = head.get(memmem::find(head, tag)? + tag.len()..)?;
    let text = from.get(..memchr::memchr(b'<', from)?)?;
    std::str::from_utf8(text).ok().map(str::trim)
}

/// Returns a wish within what is heard.
fn capped(wish: SignedDuration) -> SignedDuration {
    wish.clamp(SignedDuration::ZERO, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&'static str, &'static str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        });
        let version = http::Version::HTTP_11;
        Response {
            version,
            status: http::StatusCode::OK,
            headers: headers.collect(),
            body: Vec::new(),
            truncated: false,
        }
    }

    #[test]
    fn a_cache_header_is_a_wish_of_a_day_at_most() {
        let seconds = |headers: &[_]| asked_by_headers(&response(headers)).as_secs();
        assert_eq!(seconds(&[("cache-control", "public, Max-Age=600")]), 600);
        assert_eq!(seconds(&[("cache-control", "max-age=600"), ("age", "500")]), 100);
        assert_eq!(seconds(&[("cache-control", "max-age=31536000")]), 86_400);
        assert_eq!(seconds(&[("cache-control", "no-cache, max-age=600")]), 0);
        assert_eq!(seconds(&[("cache-control", "max-age=soon")]), 0);
        let date = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        assert_eq!(seconds(&[date, ("expires", "Mon, 23 Nov 2026 10:30:00 GMT")]), 1800);
        assert_eq!(seconds(&[date, ("expires", "0")]), 0);
    }

    #[test]
    fn a_feed_says_how_often_it_changes() {
        let minutes = |feed: &str| asked_by_feed(feed.as_bytes()).as_secs() / 60;
        assert_eq!(minutes("<rss><channel><ttl> 60 </ttl><item/>"), 60);
        assert_eq!(minutes("<channel><ttl>-5</ttl>"), 0);
        assert_eq!(minutes("<channel><item><ttl>60</ttl></item>"), 0);
        let daily = "<sy:updatePeriod>\n daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>";
        assert_eq!(minutes(daily), 360);
        assert_eq!(minutes("<sy:updatePeriod>yearly</sy:updatePeriod>"), 1440);
        assert_eq!(minutes("<sy:updatePeriod>hourly"), 0);
    }
}
