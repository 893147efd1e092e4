//! The clock of this machine, held against the clocks of the servers that were read last. Nobody is asked anew.

use archive::Response;
use jiff::{SignedDuration, Timestamp};
use store::Reading;

use super::finding::{Finding, fine, look};
use crate::house::House;

/// So many of the newest captures are read: one server's clock alone proves little.
const CAPTURES: u32 = 15;
/// A clock that is off by more than this gives evidence a wrong time, and comes near to what certificates bear.
const MOST_OFF: SignedDuration = SignedDuration::from_mins(2);

/// One answer: when we say it came, and when its server says so.
struct Sample {
    ours: Timestamp,
    theirs: Timestamp,
}

pub(super) async fn clock(house: &House) -> Finding {
    let captures = match house.store.newest_captures(CAPTURES).await {
        Ok(captures) => captures,
        Err(error) => return look("clock", error.to_string(), "see [store] url in the settings"),
    };
    let archive = house.archive();
    let samples = captures.iter().filter_map(|capture| {
        let stored = archive.read(&capture.location).ok()?;
        Some(Sample { ours: stored.fetched, theirs: date_of(&stored.response)? })
    });
    verdict(&samples.collect::<Vec<_>>())
}

fn date_of(response: &Response) -> Option<Timestamp> {
    let text = |name| response.headers.get(name).and_then(|value| value.to_str().ok());
    servers_time(text("date")?, text("age"))
}

/// When a server sent an answer, by its own clock: `Date`, and the seconds that a cache kept it (`Age`).
fn servers_time(date: &str, age: Option<&str>) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let age = age.and_then(|age| age.trim().parse::<u32>().ok()).unwrap_or(0);
    date.checked_add(SignedDuration::from_secs(i64::from(age))).ok()
}

/// The middle of all: a single server whose clock is off says nothing.
fn verdict(samples: &[Sample]) -> Finding {
    let mut off: Vec<SignedDuration> =
        samples.iter().map(|one| one.ours.duration_since(one.theirs)).collect();
    off.sort();
    let Some(middle) = off.get(off.len() / 2).copied() else {
        return fine("clock", "cannot be compared yet: no answer that was kept carries a Date");
    };
    let last = samples.iter().map(|one| one.ours).max().unwrap_or_default();
    let of = format!("of {} answers up to {}", samples.len(), last.strftime("%Y-%m-%d %H:%M UTC"));
    let seconds = middle.as_secs();
    if middle.abs() <= MOST_OFF {
        return fine("clock", format!("{seconds} s off the servers' clocks, in the middle {of}"));
    }
    let way = if seconds > 0 { "ahead of" } else { "behind" };
    look(
        "clock",
        format!(
            "{} s {way} the servers' clocks, in the middle {of}: kept pages get a wrong time",
            seconds.abs()
        ),
        "timedatectl set-ntp true, then restart qarauyl run",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(off: &[i64]) -> Vec<Sample> {
        let theirs: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        off.iter()
            .map(|seconds| Sample { ours: theirs + SignedDuration::from_secs(*seconds), theirs })
            .collect()
    }

    #[test]
    fn a_clock_is_off_when_most_servers_say_so() {
        let check = |off: &[i64], fine: bool, words: &str| {
            let finding = verdict(&samples(off));
            assert_eq!(finding.is_fine(), fine, "{finding:?}");
            assert!(finding.says.contains(words), "{finding:?}");
        };
        check(&[], true, "cannot be compared yet");
        check(&[1, 0, 2], true, "1 s off");
        check(&[1, 2, 90_000], true, "2 s off");
        check(&[119, 120, 120], true, "120 s off");
        check(&[121, 300, 301], false, "300 s ahead");
        check(&[-7200, -7201, 0], false, "7200 s behind");
    }

    #[test]
    fn a_date_is_read_with_the_time_that_a_cache_held_it() {
        let check = |date: &str, age: Option<&str>, expected: Option<&str>| {
            assert_eq!(servers_time(date, age).map(|time| time.to_string()).as_deref(), expected);
        };
        let date = "Mon, 23 Nov 2026 10:00:00 GMT";
        check(date, None, Some("2026-11-23T10:00:00Z"));
        check(date, Some("90"), Some("2026-11-23T10:01:30Z"));
        check(date, Some("old"), Some("2026-11-23T10:00:00Z"));
        check("today", Some("90"), None);
    }
}
