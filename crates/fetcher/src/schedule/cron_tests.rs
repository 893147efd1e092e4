//! Tests of `schedule`, beside it because of their length.

use super::*;

/// A seed whose phase is zero for every spread that the tests use is not to be had, so they look at hits.
fn hits(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let Schedule(Kind::Cron(calendar)) = Schedule::parse(expression, zone).unwrap() else { panic!("auto") };
    let mut time: Timestamp = after.parse().unwrap();
    let mut next = || {
        time = calendar.hit_after(time);
        time.to_zoned_datetime(calendar.zone.clone()).strftime("%a %d %H:%M%:z").to_string()
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn days_of_the_week_count_from_monday() {
    let after = "2026-11-23T00:00:00Z"; // a Monday
    assert_eq!(hits("0 8 * * 1", "UTC", after, 1), ["Mon 23 08:00+00:00"]);
    assert_eq!(hits("0 8 * * 7", "UTC", after, 1), ["Sun 29 08:00+00:00"]);
    assert_eq!(hits("0 8 * * 0", "UTC", after, 1), ["Sun 29 08:00+00:00"]);
    assert_eq!(hits("0 8 * * sat-sun", "UTC", after, 2), ["Sat 28 08:00+00:00", "Sun 29 08:00+00:00"]);
    assert_eq!(
        hits("0 8 * * 5-7", "UTC", after, 3),
        ["Fri 27 08:00+00:00", "Sat 28 08:00+00:00", "Sun 29 08:00+00:00"]
    );
    assert_eq!(hits("0 8 * * Mon-Fri/2", "UTC", after, 2), ["Mon 23 08:00+00:00", "Wed 25 08:00+00:00"]);
}

#[test]
fn hours_are_those_of_the_zone() {
    assert_eq!(hits("30 6 * * *", "Asia/Almaty", "2026-11-23T02:00:00Z", 1), ["Tue 24 06:30+05:00"]);
    assert_eq!(hits("30 6 * * *", "Asia/Urumqi", "2026-11-23T00:00:00Z", 1), ["Mon 23 06:30+06:00"]);
}

#[test]
fn a_day_of_the_month_or_a_day_of_the_week_may_hit() {
    let found = hits("0 0 25 * 5", "UTC", "2026-11-23T00:00:00Z", 2);
    assert_eq!(found, ["Wed 25 00:00+00:00", "Fri 27 00:00+00:00"]);
}

#[test]
fn a_skipped_hour_comes_late_and_a_repeated_one_comes_once() {
    let berlin = "Europe/Berlin";
    assert_eq!(
        hits("30 2 * * *", berlin, "2026-03-28T12:00:00Z", 2),
        ["Sun 29 03:30+02:00", "Mon 30 02:30+02:00"]
    );
    assert_eq!(
        hits("30 2 * * *", berlin, "2026-10-24T12:00:00Z", 2),
        ["Sun 25 02:30+02:00", "Mon 26 02:30+01:00"]
    );
}

#[test]
fn a_beat_goes_on_through_clock_changes() {
    for start in ["2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"] {
        for zone in ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Almaty"] {
            let Schedule(Kind::Cron(calendar)) = Schedule::parse("*/15 * * * *", zone).unwrap() else {
                panic!("auto")
            };
            let mut time: Timestamp = start.parse().unwrap();
            for _ in 0..60 {
                let next = calendar.hit_after(time);
                assert_eq!(time.duration_until(next), SignedDuration::from_mins(15), "{zone} {time}");
                time = next;
            }
        }
    }
}

#[test]
fn endpoints_with_one_expression_are_spread_over_its_gap() {
    let schedule = Schedule::parse("0 * * * *", "UTC").unwrap();
    let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let mut minutes = [0; 60];
    for seed in 0..6000 {
        let due = schedule.next_after(now, seed);
        assert!(due > now && now.duration_until(due) <= HOUR, "{due}");
        minutes[usize::try_from(due.as_second() / 60 % 60).unwrap()] += 1;
    }
    assert!(minutes.iter().max() < Some(&200), "{minutes:?}");
}

#[test]
fn a_rare_poll_stays_near_its_time() {
    let schedule = Schedule::parse("0 8 * * *", "UTC").unwrap();
    for seed in 0..200 {
        let due = schedule.next_after("2026-11-23T09:00:00Z".parse().unwrap(), seed);
        let asked: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
        assert!(due >= asked && asked.duration_until(due) < RARE_SPREAD, "{due}");
    }
}

#[test]
fn the_next_time_always_moves_on_and_never_skips_a_beat() {
    for expression in ["*/15 * * * *", "* * * * *", "7 * * * *", "auto"] {
        let schedule = Schedule::parse(expression, "Asia/Almaty").unwrap();
        for seed in 0..50 {
            let mut time = schedule.next_after("2026-11-23T09:07:13.5Z".parse().unwrap(), seed);
            for _ in 0..10 {
                let next = schedule.next_after(time, seed);
                let gap = time.duration_until(next);
                assert!(gap > SignedDuration::ZERO && gap <= HOUR, "{expression} {seed} {gap}");
                time = next;
            }
        }
    }
}

#[test]
fn a_wrong_expression_is_named_with_the_remedy() {
    for (expression, hint) in [
        ("* * * *", "five fields"),
        ("0 * * * * *", "five fields"),
        ("61 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of month"),
        ("* * * foo *", "month"),
        ("* * * * 8", "day of week"),
        ("*/0 * * * *", "minute"),
        ("5-1 * * * *", "minute"),
        ("1,,2 * * * *", "minute"),
    ] {
        let error = Schedule::parse(expression, "UTC").unwrap_err().to_string();
        assert!(error.contains(hint) && error.contains(expression), "{error}");
    }
    assert!(matches!(Schedule::parse("0 0 30 2 *", "UTC"), Err(ScheduleError::Never { .. })));
    assert!(matches!(Schedule::parse("auto", "Asia/Atlantis"), Err(ScheduleError::Zone { .. })));
}
