//! The chart of articles by month: bars for the eye, the same numbers as a table.

use std::collections::BTreeMap;

use indexer::Facets;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::face::Face;

/// How many months the chart goes back.
const MONTHS: i64 = 36;
/// The chart is as wide as so many bars at least, so that a single month does not fill it.
const FEWEST: usize = 12;
/// The width of a bar with the gap after it.
const STEP: usize = 16;
/// The height of the tallest bar.
const HEIGHT: u64 = 60;

/// The chart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    pub(crate) width: usize,
    pub(crate) bars: Vec<Bar>,
    /// The months that have articles, newest first, each with its search.
    pub(crate) rows: Vec<Row>,
    /// Articles of the months before those.
    pub(crate) earlier: u64,
    /// The first and last month, and the highest number.
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) most: u64,
}

/// A bar.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: usize,
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) label: String,
}

/// A month of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) month: String,
    pub(crate) count: u64,
    pub(crate) link: String,
}

/// Returns the chart; `None` when there is nothing to draw.
pub(crate) fn chart(face: &Face, facets: &Facets) -> Option<Chart> {
    let (months, earlier) = window(&facets.months)?;
    let most = months.iter().map(|(_, count)| *count).max().filter(|most| *most > 0)?;
    let name = |date: &Date| date.strftime("%Y-%m").to_string();
    let bar = |(at, (date, count)): (usize, &(Date, u64))| {
        // A month with a single article among thousands must still be seen.
        let height = if *count == 0 { 0 } else { (count.saturating_mul(HEIGHT) / most).max(2) };
        let label = format!("{}: {count}", name(date));
        Bar { x: at * STEP, y: HEIGHT.saturating_sub(height), height, label }
    };
    let row = |(date, count): &(Date, u64)| Row {
        month: name(date),
        count: *count,
        link: face
            .here
            .clone()
            .without("cursor")
            .with("after", date.to_string())
            .with("before", moved(*date, 1).to_string())
            .to_string(),
    };
    Some(Chart {
        width: months.len().max(FEWEST) * STEP,
        bars: months.iter().enumerate().map(bar).collect(),
        rows: months.iter().rev().filter(|(_, count)| *count > 0).map(row).collect(),
        earlier,
        first: months.first().map(|(date, _)| name(date)).unwrap_or_default(),
        last: months.last().map(|(date, _)| name(date)).unwrap_or_default(),
        most,
    })
}

/// Returns the last months, those without articles too, for time goes on without news; and how many articles are
/// older. A wrong date on a page, of the year 1, makes no longer chart.
fn window(counts: &[(String, u64)]) -> Option<(Vec<(Date, u64)>, u64)> {
    let known: BTreeMap<Date, u64> = counts
        .iter()
        .filter_map(|(month, count)| Some((format!("{month}-01").parse().ok()?, *count)))
        .collect();
    let (first, last) = (*known.keys().next()?, *known.keys().next_back()?);
    let start = moved(last, 1 - MONTHS).max(first);
    let months = (0..MONTHS)
        .map(|step| moved(start, step))
        .take_while(|date| *date <= last)
        .map(|date| (date, known.get(&date).copied().unwrap_or(0)))
        .collect();
    Some((months, known.range(..start).map(|(_, count)| count).sum()))
}

/// Returns the same day some months later.
fn moved(date: Date, months: i64) -> Date {
    date.checked_add(months.months()).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: &[(&str, u64)], length: usize, earlier: u64) -> Vec<(Date, u64)> {
        let counts: Vec<(String, u64)> =
            counts.iter().map(|(month, count)| ((*month).to_owned(), *count)).collect();
        let (months, older) = window(&counts).unwrap();
        assert_eq!((months.len(), older), (length, earlier), "{counts:?}");
        months
    }

    #[test]
    fn months_without_articles_are_drawn_and_old_ones_are_summed_up() {
        let months = check(&[("2026-09", 2), ("2026-12", 5)], 4, 0);
        assert_eq!(months.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 0, 0, 5]);
        check(&[("2026-11", 1)], 1, 0);
        check(&[("0001-01", 7), ("2020-05", 2), ("2026-12", 5)], 36, 9);
        check(&[("2024-01", 7), ("2026-12", 5)], 36, 0);
        assert_eq!(window(&[]), None);
        assert_eq!(window(&[("soon".into(), 1)]), None);
    }
}
