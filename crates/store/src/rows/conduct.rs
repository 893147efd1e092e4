//! How an endpoint's conduct lies in its column: as JSON, empty before the first time.

use model::{Conduct, Move};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::StoreError;
use crate::rows::{maybe_time, millis};

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct ConductRow {
    unchanged_polls: u32,
    unchanged_at: i64,
    read_whole: i64,
    entries_sha256: String,
    distrusted: i64,
    moved: Option<MoveRow>,
    address: String,
}

#[derive(Serialize, Deserialize)]
struct MoveRow {
    to: String,
    since: i64,
    polls: u32,
}

/// Writes an endpoint's conduct into one column.
pub(crate) fn conduct_column(conduct: &Conduct) -> String {
    let moved = conduct.moved.as_ref().map(|moved| MoveRow {
        to: moved.to.to_string(),
        since: millis(moved.since),
        polls: moved.polls,
    });
    let row = ConductRow {
        unchanged_polls: conduct.unchanged_polls,
        unchanged_at: conduct.unchanged_at.map_or(0, millis),
        read_whole: conduct.read_whole.map_or(0, millis),
        entries_sha256: conduct.entries_sha256.clone(),
        distrusted: conduct.distrusted.map_or(0, millis),
        moved,
        address: conduct.address.as_ref().map(Url::to_string).unwrap_or_default(),
    };
    serde_json::to_string(&row).unwrap_or_default()
}

/// Reads an endpoint's conduct from its column.
pub(crate) fn conduct_of(value: &str) -> Result<Conduct, StoreError> {
    if value.is_empty() {
        return Ok(Conduct::default());
    }
    let damaged =
        || StoreError::Row { what: "conduct of an endpoint", value: value.chars().take(80).collect() };
    let row: ConductRow = serde_json::from_str(value).map_err(|_| damaged())?;
    let moved = row.moved.map(|moved| -> Result<Move, StoreError> {
        let since = maybe_time(moved.since).unwrap_or_default();
        Ok(Move { to: Url::parse(&moved.to).map_err(|_| damaged())?, since, polls: moved.polls })
    });
    let address = Some(row.address).filter(|text| !text.is_empty()).map(|text| Url::parse(&text));
    Ok(Conduct {
        unchanged_polls: row.unchanged_polls,
        unchanged_at: maybe_time(row.unchanged_at),
        read_whole: maybe_time(row.read_whole),
        entries_sha256: row.entries_sha256,
        distrusted: maybe_time(row.distrusted),
        moved: moved.transpose()?,
        address: address.transpose().map_err(|_| damaged())?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn conduct_reads_back_as_it_was_written() {
        assert_eq!(conduct_of("").unwrap(), Conduct::default());
        let at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let url = |text: &str| Url::parse(text).unwrap();
        let conduct = Conduct {
            unchanged_polls: 3,
            unchanged_at: Some(at),
            read_whole: Some(at),
            entries_sha256: "ab".to_owned(),
            distrusted: Some(at),
            moved: Some(Move { to: url("https://news.example/new.xml"), since: at, polls: 2 }),
            address: Some(url("https://news.example/feed.xml")),
        };
        for conduct in [conduct, Conduct::default()] {
            assert_eq!(conduct_of(&conduct_column(&conduct)).unwrap(), conduct);
        }
        assert!(conduct_of("{").is_err());
    }
}
