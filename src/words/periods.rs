//! Closed months: why one cannot be closed now, and what to do next.
//!
//! A month is a year and a number from 1 to 12.

use crate::domain::{Day, Sequence};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A month in a sentence: "May 2026".
#[must_use]
pub fn month((year, month): (i16, u8)) -> String {
    let name = usize::from(month).checked_sub(1).and_then(|place| MONTHS.get(place));
    format!("{} {year}", name.copied().unwrap_or("a month of"))
}

/// A day in a sentence that is read on `today`: "3 March", "3 March 2025" where that is another year.
#[must_use]
pub fn day(day: Day, today: Day) -> String {
    let ((year, number, date), (this_year, ..)) = (day.calendar(), today.calendar());
    let name = usize::try_from(number).ok().and_then(|number| MONTHS.get(number.checked_sub(1)?));
    let name = name.copied().unwrap_or_default(); // From 1 to 12: there is one.
    if year == this_year { format!("{date} {name}") } else { format!("{date} {name} {year}") }
}

/// The month was closed before, by entry `by`.
#[must_use]
pub fn closed(asked: (i16, u8), by: Sequence) -> String {
    format!(
        "Not done: {} is closed already, by entry {by}. Nothing was changed. What is written down for it from now \
         on stands in the next report.",
        month(asked)
    )
}

/// Another month is to be closed first.
#[must_use]
pub fn not_next(asked: (i16, u8), next: (i16, u8)) -> String {
    let next = month(next);
    format!(
        "Not done: months are closed one after the other, and {next} comes before {}. Nothing was closed. Close \
         {next} first.",
        month(asked)
    )
}

/// The month has days to come.
#[must_use]
pub fn not_over(asked: (i16, u8)) -> String {
    format!(
        "Not done: {} is not over yet. Nothing was closed. Come back when its last day has passed.",
        month(asked)
    )
}
