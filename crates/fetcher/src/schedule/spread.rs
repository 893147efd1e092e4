//! Keeps polls from falling into one minute: a phase that each endpoint has for itself, and a look at what is due.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::time::minute_of;

/// A minute that holds this many times the mean is full.
const MOST: f64 = 3.8;
/// A poll is moved by at most this many minutes off a full one.
const FURTHEST: i64 = 30;

/// Returns a wait from zero to just under `span` that is always the same for one seed.
pub(crate) fn phase(seed: u64, span: SignedDuration) -> SignedDuration {
    // The finishing steps of SplitMix64: neighbouring seeds land far apart.
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    let seconds = u64::try_from(span.as_secs()).unwrap_or_default().max(1);
    SignedDuration::from_secs(i64::try_from(bits % seconds).unwrap_or_default())
}

/// Returns how many polls a minute may hold, when so many are made a day.
pub(crate) fn most_a_minute(polls_a_day: f64) -> u32 {
    let most = minute_of(MOST * polls_a_day / 1440.0);
    // A handful is no crowd.
    u32::try_from(most).unwrap_or(u32::MAX).max(2)
}

/// Returns how far `due` is to be moved, in minutes, to a minute that is not full; earlier ones first, none before
/// `earliest`. Where all near ones are full, zero: crowding delays, it never stops.
pub(crate) fn shift(due: f64, earliest: f64, booked: &BTreeMap<i64, u32>, most: u32) -> f64 {
    let (wanted, first) = (minute_of(due), minute_of(earliest));
    let free = |minute: i64| minute >= first && booked.get(&minute).copied().unwrap_or(0) < most;
    let steps = (0..=FURTHEST).flat_map(|step| [-step, step]);
    let found = steps.into_iter().find(|step| free(wanted + step)).unwrap_or(0);
    i32::try_from(found).map_or(0.0, f64::from)
}

/// The minutes, counted since 1970, between which [`shift`] looks.
pub(crate) fn range(due: f64) -> (i64, i64) {
    (minute_of(due) - FURTHEST, minute_of(due) + FURTHEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_minute_is_left_for_the_nearest_that_is_not() {
        let booked = BTreeMap::from([(100, 4), (99, 4), (101, 3)]);
        let shift =
            |earliest, booked: &BTreeMap<i64, u32>, most| minute_of(shift(100.5, earliest, booked, most));
        assert_eq!(shift(0.0, &booked, 5), 0);
        assert_eq!(shift(0.0, &booked, 4), 1);
        assert_eq!(shift(0.0, &booked, 3), -2);
        assert_eq!(shift(100.0, &booked, 3), 2);
        let full = (0..200).map(|minute| (minute, 9)).collect();
        assert_eq!(shift(0.0, &full, 9), 0);
        assert_eq!((most_a_minute(24_000.0), most_a_minute(10.0)), (63, 2));
    }
}
