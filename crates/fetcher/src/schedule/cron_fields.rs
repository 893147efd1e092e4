//! Reads the five fields of a classic cron expression and writes them as the crate `cron` wants them.
//!
//! That crate counts days of the week from 1 for Sunday, wants seconds, and hits only where day of month and
//! day of week agree. Here 1 is Monday, 0 and 7 are Sunday, and where both days are named either may hit.

use std::collections::BTreeSet;

use thiserror::Error;

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The fields of an expression, as sets of the numbers that hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    /// `None` when the field was a star.
    month_days: Option<BTreeSet<u32>>,
    months: BTreeSet<u32>,
    /// 0 is Sunday; `None` when the field was a star.
    week_days: Option<BTreeSet<u32>>,
    /// Whether the hour was given as a star: such a schedule beats on through clock changes.
    pub(crate) every_hour: bool,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// There are more or fewer than five fields.
    #[error("it has {0} fields, not five fields (minute, hour, day of month, month, day of week)")]
    Count(usize),
    /// A field cannot be read.
    #[error("`{text}` is no {field} ({from} to {to})")]
    Field {
        /// What the field stands for.
        field: &'static str,
        /// The part that cannot be read.
        text: String,
        /// The least number.
        from: u32,
        /// The greatest number.
        to: u32,
    },
    /// The calendar does not take it.
    #[error("the calendar does not take it")]
    Unusable,
}

struct Field {
    name: &'static str,
    from: u32,
    to: u32,
    names: &'static [&'static str],
    /// The number of the first name.
    first_name: u32,
}

const MINUTE: Field = Field { name: "minute", from: 0, to: 59, names: &[], first_name: 0 };
const HOUR: Field = Field { name: "hour", from: 0, to: 23, names: &[], first_name: 0 };
const MONTH_DAY: Field = Field { name: "day of month", from: 1, to: 31, names: &[], first_name: 0 };
const MONTH: Field = Field { name: "month", from: 1, to: 12, names: MONTHS, first_name: 1 };
const WEEK_DAY: Field = Field { name: "day of week", from: 0, to: 7, names: DAYS, first_name: 0 };

/// Reads an expression of five fields.
pub(crate) fn parse(expression: &str) -> Result<Fields, FieldError> {
    let texts: Vec<&str> = expression.split_whitespace().collect();
    let &[minute, hour, month_day, month, week_day] = texts.as_slice() else {
        return Err(FieldError::Count(texts.len()));
    };
    let star = |text: &str| text == "*" || text == "?";
    let named = |text, field: &Field| if star(text) { Ok(None) } else { field.read(text).map(Some) };
    let week_days = named(week_day, &WEEK_DAY)?;
    Ok(Fields {
        minutes: MINUTE.read(minute)?,
        hours: HOUR.read(hour)?,
        month_days: named(month_day, &MONTH_DAY)?,
        months: MONTH.read(month)?,
        week_days: week_days.map(|days| days.iter().map(|day| day % 7).collect()),
        every_hour: star(hour),
    })
}

impl Fields {
    /// Writes one or two expressions for the crate `cron`: a time that any of them hits is a hit.
    pub(crate) fn for_crate(&self) -> Vec<String> {
        let list = |numbers: &BTreeSet<u32>| {
            let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            texts.join(",")
        };
        let (minutes, hours, months) = (list(&self.minutes), list(&self.hours), list(&self.months));
        let write = |month_days: &str, week_days: &str| {
            format!("0 {minutes} {hours} {month_days} {months} {week_days}")
        };
        let month_days = self.month_days.as_ref().map(list);
        let week_days = self.week_days.as_ref().map(|days| list(&days.iter().map(|day| day + 1).collect()));
        match (month_days, week_days) {
            (None, None) => vec![write("*", "*")],
            (Some(days), None) => vec![write(&days, "*")],
            (None, Some(days)) => vec![write("*", &days)],
            (Some(of_month), Some(of_week)) => vec![write(&of_month, "*"), write("*", &of_week)],
        }
    }
}

impl Field {
    fn read(&self, text: &str) -> Result<BTreeSet<u32>, FieldError> {
        let mut numbers = BTreeSet::new();
        for part in text.split(',') {
            numbers.extend(self.part(part).ok_or_else(|| FieldError::Field {
                field: self.name,
                text: part.chars().take(40).collect(),
                from: self.from,
                to: self.to,
            })?);
        }
        Ok(numbers)
    }

    /// Reads `*`, `5`, `1-5`, each with an optional `/step`.
    fn part(&self, part: &str) -> Option<Vec<u32>> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.from, self.to),
            Some((from, to)) => (self.number(from)?, self.last(to)?),
            // `5/10` means from 5 on, as everywhere else.
            None if step.is_some() => (self.number(range)?, self.to),
            None => (self.number(range)?, self.number(range)?),
        };
        (from <= to).then(|| (from..=to).step_by(step.unwrap_or(1)).collect())
    }

    /// A range that ends on Sunday ends on 7: `sat-sun` runs forward.
    fn last(&self, text: &str) -> Option<u32> {
        let number = self.number(text)?;
        Some(if self.to == 7 && number == 0 { 7 } else { number })
    }

    fn number(&self, text: &str) -> Option<u32> {
        let small = text.to_ascii_lowercase();
        let named =
            (self.first_name..).zip(self.names).find(|(_, name)| **name == small).map(|(number, _)| number);
        let number = named.or_else(|| text.parse().ok())?;
        (self.from..=self.to).contains(&number).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: &[&str]) {
        assert_eq!(parse(expression).unwrap().for_crate(), expected, "{expression}");
    }

    #[test]
    fn fields_are_written_as_the_crate_wants_them() {
        check("*/20 6 * * *", &["0 0,20,40 6 * 1,2,3,4,5,6,7,8,9,10,11,12 *"]);
        check("5/25 1,3-4 1 jan,Mar *", &["0 5,30,55 1,3,4 1 1,3 *"]);
        check("0 0 1 1 1", &["0 0 0 1 1 *", "0 0 0 * 1 2"]);
        check("0 0 * 1 7", &["0 0 0 * 1 1"]);
        check("0 0 * 1 sun-tue", &["0 0 0 * 1 1,2,3"]);
    }
}
