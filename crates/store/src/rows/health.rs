//! How an endpoint's health lies in its column: as JSON, empty before the first poll.

use jiff::civil::Date;
use model::{DayCounts, EndpointState, Health, Trouble};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::StoreError;
use crate::rows::{maybe_time, millis, time, word};

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct HealthRow {
    newest_day: String,
    /// The counts of days, the newest first; `null` for a day of which nothing is known.
    days: Vec<Option<u32>>,
    shown: usize,
    gap: i64,
    filled: i64,
    told_move: String,
    trouble: Option<TroubleRow>,
}

#[derive(Serialize, Deserialize)]
struct TroubleRow {
    state: String,
    since: i64,
    state_since: i64,
    polls: u32,
    told: Vec<String>,
}

/// Writes an endpoint's health into one column.
pub(crate) fn health_column(health: &Health) -> String {
    let trouble = health.trouble.as_ref().map(|trouble| TroubleRow {
        state: trouble.state.to_string(),
        since: millis(trouble.since),
        state_since: millis(trouble.state_since),
        polls: trouble.polls,
        told: trouble.told.iter().map(EndpointState::to_string).collect(),
    });
    let row = HealthRow {
        newest_day: health.days.newest.as_ref().map(Date::to_string).unwrap_or_default(),
        days: health.days.counts.clone(),
        shown: health.shown,
        gap: health.gap.map_or(0, millis),
        filled: health.filled.map_or(0, millis),
        told_move: health.told_move.as_ref().map(Url::to_string).unwrap_or_default(),
        trouble,
    };
    serde_json::to_string(&row).unwrap_or_default()
}

/// Reads an endpoint's health from its column.
pub(crate) fn health_of(value: &str) -> Result<Health, StoreError> {
    if value.is_empty() {
        return Ok(Health::default());
    }
    let damaged =
        || StoreError::Row { what: "health of an endpoint", value: value.chars().take(80).collect() };
    let row: HealthRow = serde_json::from_str(value).map_err(|_| damaged())?;
    let newest = Some(row.newest_day).filter(|day| !day.is_empty()).map(|day| day.parse()).transpose();
    let days = DayCounts { newest: newest.map_err(|_| damaged())?, counts: row.days };
    let state = |text: String| word::<EndpointState>("state of an endpoint", text);
    let trouble = row.trouble.map(|row| -> Result<Trouble, StoreError> {
        Ok(Trouble {
            state: state(row.state)?,
            since: time(row.since),
            state_since: time(row.state_since),
            polls: row.polls,
            told: row.told.into_iter().map(state).collect::<Result<_, _>>()?,
        })
    });
    let told_move = Some(row.told_move).filter(|url| !url.is_empty()).map(|url| Url::parse(&url)).transpose();
    Ok(Health {
        days,
        shown: row.shown,
        gap: maybe_time(row.gap),
        filled: maybe_time(row.filled),
        told_move: told_move.map_err(|_| damaged())?,
        trouble: trouble.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn health_reads_back_as_it_was_written() {
        assert_eq!(health_of("").unwrap(), Health::default());
        let at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let trouble = Trouble {
            state: EndpointState::Broken,
            since: at,
            state_since: at,
            polls: 3,
            told: vec![EndpointState::Broken],
        };
        let days = DayCounts { newest: Some("2026-11-23".parse().unwrap()), counts: vec![Some(2), None] };
        let health = Health {
            days,
            shown: 20,
            gap: Some(at),
            filled: Some(at),
            told_move: Some(Url::parse("https://news.example/feed").unwrap()),
            trouble: Some(trouble),
        };
        for health in [health, Health::default()] {
            assert_eq!(health_of(&health_column(&health)).unwrap(), health);
        }
        // What an older version wrote lacks what it did not know.
        assert_eq!(health_of("{\"shown\":2}").unwrap(), Health { shown: 2, ..Health::default() });
        assert!(health_of("{").is_err());
    }
}
