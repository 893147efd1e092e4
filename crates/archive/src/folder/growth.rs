//! Tells from the files of the last days how fast the archive grows, and when the disk will be full.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::folder::files;

/// The forecast looks at no more days than this.
const DAYS: i32 = 7;

/// Returns the mean growth in bytes a day over the last whole days, at most seven; `None` on the first day.
pub fn growth(dir: &Path, now: Timestamp) -> io::Result<Option<u64>> {
    let mut by_day = BTreeMap::new();
    for name in files::closed(dir)? {
        if let Some(day) = day_of(&name) {
            *by_day.entry(day).or_default() += dir.join(&name).metadata()?.len();
        }
    }
    Ok(mean(&by_day, Offset::UTC.to_datetime(now).date()))
}

/// Returns after how many days less than `reserve` bytes will be free; `None` when nothing grows.
pub fn days_left(free: u64, reserve: u64, bytes_per_day: u64) -> Option<u64> {
    free.saturating_sub(reserve).checked_div(bytes_per_day)
}

/// Days without a file count as days without growth; today is not over and does not count.
fn mean(by_day: &BTreeMap<Date, u64>, today: Date) -> Option<u64> {
    let (first, _) = by_day.first_key_value()?;
    let age = first.until(today).ok()?.get_days();
    let days = age.min(DAYS);
    let from = today.checked_sub(jiff::Span::new().days(days)).ok()?;
    let sum: u64 = by_day.range(from..today).map(|(_, bytes)| bytes).sum();
    sum.checked_div(u64::try_from(days).ok()?)
}

/// Returns the UTC day in a file's name.
fn day_of(name: &str) -> Option<Date> {
    let stamp = name.split('-').find(|part| part.len() == 14)?;
    Date::strptime("%Y%m%d", stamp.get(..8)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(days: &[(&str, u64)], today: &str, expected: Option<u64>) {
        let by_day = days.iter().map(|(day, bytes)| (day.parse().unwrap(), *bytes)).collect();
        assert_eq!(mean(&by_day, today.parse().unwrap()), expected);
    }

    #[test]
    fn the_mean_is_of_the_last_whole_days() {
        check(&[], "2026-11-23", None);
        check(&[("2026-11-23", 100)], "2026-11-23", None);
        check(&[("2026-11-22", 100), ("2026-11-23", 1)], "2026-11-23", Some(100));
        check(&[("2026-11-20", 100), ("2026-11-22", 200)], "2026-11-23", Some(100));
        check(&[("2026-01-01", 7000), ("2026-11-22", 700)], "2026-11-23", Some(100));
    }

    #[test]
    fn the_forecast_stops_at_the_reserve() {
        assert_eq!(days_left(1000, 100, 90), Some(10));
        assert_eq!(days_left(50, 100, 90), Some(0));
        assert_eq!(days_left(1000, 100, 0), None);
    }

    #[test]
    fn names_of_both_classes_tell_their_day() {
        let day = Some("2026-11-23".parse().unwrap());
        assert_eq!(day_of("qarauyl-20261123100000-00000.warc.gz"), day);
        assert_eq!(day_of("qarauyl-relooks-20261123100000-00000.warc.gz"), day);
        assert_eq!(day_of("other.warc.gz"), None);
    }
}
