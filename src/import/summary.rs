//! What an import did, for people and for programs.

use std::fmt;

use serde::Serialize;

use super::book::BadLine;
use crate::domain::hours::grouped;
use crate::words::LEAD;

/// Reasons told apart; rows refused for others are counted under the last.
pub const REASONS_MAX: usize = 100;
/// Of the rows refused for one reason, this many lines are named.
pub const LINES_NAMED_MAX: usize = 10;
/// Of skipped rows, this many are printed; the machine-readable form has more.
const SKIPPED_PRINTED_MAX: usize = 20;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows in the file, bad ones too.
    pub rows_read: u64,
    /// Rows written down by this import.
    pub rows_posted: u64,
    /// Those of them that correct other books: negative hours.
    pub corrections_posted: u64,
    /// Rows an earlier import had written down.
    pub rows_already_there: u64,
    /// Those of them that correct other books.
    pub corrections_already_there: u64,
    /// Bad rows left out.
    pub rows_skipped: u64,
    /// The first of them.
    pub skipped: Vec<BadLine>,
    /// Rows the ledger did not write down.
    pub rows_refused: u64,
    /// Why not, the most frequent reason first.
    pub refused: Vec<RefusedRows>,
    /// Banks this import opened.
    pub banks_opened: u64,
    /// Accounts this import opened.
    pub accounts_opened: u64,
    /// Names this import added to lists of activities.
    pub activities_opened: u64,
    /// How long it took from the first byte read to the last answer, milliseconds.
    pub elapsed_ms: u64,
    /// Rows read in a second of that.
    pub rows_per_second: u64,
}

/// Rows refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedRows {
    /// The stable reason, or the field that cannot be meant.
    pub reason: String,
    /// In words, as the first of them heard it.
    pub message: String,
    /// How many.
    pub rows: u64,
    /// The lines of the first of them.
    pub first_lines: Vec<u32>,
}

impl Summary {
    pub(super) fn count_refused(&mut self, line: u32, reason: &str, message: &str) {
        self.rows_refused += 1;
        let known = self.refused.iter().position(|group| group.reason == reason);
        let place = known.unwrap_or(self.refused.len()).min(REASONS_MAX - 1);
        if place == self.refused.len() {
            let (reason, message) = (reason.to_owned(), message.to_owned());
            self.refused.push(RefusedRows { reason, message, rows: 0, first_lines: Vec::new() });
        }
        if let Some(group) = self.refused.get_mut(place) {
            group.rows += 1;
            if group.first_lines.len() < LINES_NAMED_MAX {
                group.first_lines.push(line);
            }
        }
    }

    pub(super) fn finish(&mut self, elapsed: std::time::Duration) {
        self.refused.sort_by_key(|group| std::cmp::Reverse(group.rows));
        self.elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        self.rows_per_second = self.rows_read.saturating_mul(1_000) / self.elapsed_ms.max(1);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} read", rows(self.rows_read))?;
        writeln!(f, "  {} posted{}", grouped(self.rows_posted), corrections(self.corrections_posted))?;
        let there = corrections(self.corrections_already_there);
        writeln!(f, "  {} already there{there}", grouped(self.rows_already_there))?;
        if self.rows_skipped > 0 {
            writeln!(f, "  {} left out:", grouped(self.rows_skipped))?;
            list_bad(f, &self.skipped, self.rows_skipped, SKIPPED_PRINTED_MAX)?;
        }
        if self.rows_refused > 0 {
            writeln!(f, "  {} not done:", grouped(self.rows_refused))?;
        }
        for group in &self.refused {
            let lines: Vec<_> = group.first_lines.iter().map(ToString::to_string).collect();
            let more =
                if u64::try_from(lines.len()).is_ok_and(|named| named < group.rows) { ", …" } else { "" };
            let why = group.message.strip_prefix(LEAD).unwrap_or(&group.message);
            writeln!(f, "    {} because {why}", rows(group.rows))?;
            writeln!(f, "      {} in lines {}{more}", group.reason, lines.join(", "))?;
        }
        let opened = [
            count(self.banks_opened, "bank", "banks"),
            count(self.accounts_opened, "account", "accounts"),
            count(self.activities_opened, "activity", "activities"),
        ];
        writeln!(f, "  opened: {}", opened.join(", "))?;
        let (seconds, tenths) = (self.elapsed_ms / 1_000, self.elapsed_ms % 1_000 / 100);
        write!(f, "  {seconds}.{tenths} seconds, {} rows a second", grouped(self.rows_per_second))
    }
}

/// One line a bad row, then how many more there are.
pub(super) fn list_bad(
    f: &mut fmt::Formatter<'_>,
    bad: &[BadLine],
    total: u64,
    printed_max: usize,
) -> fmt::Result {
    let mut left = total;
    for line in bad.iter().take(printed_max) {
        writeln!(f, "    line {}: {}", line.line, line.reason)?;
        left = left.saturating_sub(1);
    }
    if left > 0 { writeln!(f, "    and {} more", grouped(left)) } else { Ok(()) }
}

pub(super) fn rows(number: u64) -> String {
    count(number, "row", "rows")
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

fn corrections(number: u64) -> String {
    match number {
        0 => String::new(),
        1 => ", 1 of them a correction".to_owned(),
        many => format!(", {} of them corrections", grouped(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what people read says what was posted, already there, left out, refused and why.
    #[test]
    fn reads_as_english() {
        let mut summary = Summary {
            rows_read: 5_030,
            rows_posted: 5_000,
            corrections_posted: 1,
            rows_already_there: 4,
            rows_skipped: 1,
            skipped: vec![BadLine { line: 7, reason: "giver is empty".into() }],
            banks_opened: 1,
            accounts_opened: 12,
            activities_opened: 2,
            ..Summary::default()
        };
        for line in 10..34 {
            summary.count_refused(
                line,
                "BELOW_FLOOR",
                &format!("{LEAD}Ann can use 2 hours, all that Ann has."),
            );
        }
        summary.count_refused(40, "occurred_on", "occurred_on must be a date");
        summary.finish(std::time::Duration::from_millis(1_550));
        let text = "5,030 rows read
  5,000 posted, 1 of them a correction
  4 already there
  1 left out:
    line 7: giver is empty
  25 not done:
    24 rows because Ann can use 2 hours, all that Ann has.
      BELOW_FLOOR in lines 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, …
    1 row because occurred_on must be a date
      occurred_on in lines 40
  opened: 1 bank, 12 accounts, 2 activities
  1.5 seconds, 3,245 rows a second";
        assert_eq!(summary.to_string(), text);
        let json = serde_json::to_value(&summary).unwrap();
        assert_eq!(
            (json["rows_posted"].as_u64(), json["refused"][0]["rows"].as_u64()),
            (Some(5_000), Some(24))
        );
    }

    /// Goal: no number of reasons makes the summary grow without end, and every row is counted.
    #[test]
    fn reasons_are_bounded() {
        let mut summary = Summary::default();
        for line in 0..1_000 {
            summary.count_refused(line, &format!("R{line}"), "");
        }
        assert_eq!((summary.refused.len(), summary.rows_refused), (REASONS_MAX, 1_000));
        assert_eq!(summary.refused.iter().map(|group| group.rows).sum::<u64>(), 1_000);
    }
}
