//! One row: seven cells, each judged by itself.
//!
//! Spaces around a cell, and at the ends of the lines of a note, are no part of it. Nothing else is
//! changed: what cannot be taken as it stands is a bad row with a reason, and the reason never repeats the
//! cell.

use std::borrow::Cow;

use csv::ByteRecord;

use super::columns::{Column, Columns};
use crate::domain::Day;
use crate::domain::hours::{DecimalMeans, HoursError, Reading, parse_hours_as};

/// A bank's or person's name may be this long, in bytes: what the service takes.
pub const NAME_BYTES_MAX: usize = 512;
/// An activity's name may be this long, in bytes: what the service takes.
pub const ACTIVITY_BYTES_MAX: usize = 64;
/// A note may be this long, in bytes: what the service takes as a memo.
pub const NOTE_BYTES_MAX: usize = 1_024;

/// Why a row cannot be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRow {
    /// More or fewer cells than the header.
    #[error("it has {found} cells where the first line has {expected}; look for a comma or quote too many")]
    Cells {
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// Bytes of another encoding.
    #[error("{} is not UTF-8 text; save the file as CSV in UTF-8", .0.name())]
    NotText(Column),
    /// Nothing where something is needed.
    #[error("{} is empty", .0.name())]
    Empty(Column),
    /// More than the service takes.
    #[error("{} has {bytes} bytes and may have {bytes_max}", column.name())]
    TooLong {
        /// Which cell.
        column: Column,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        bytes_max: usize,
    },
    /// A character that cannot be seen.
    #[error("{} holds a character that cannot be seen; type it again", .0.name())]
    Control(Column),
    /// No day, or none of 1900 to 2199.
    #[error("day is not a day of 1900 to 2199 written like 2026-05-13")]
    Day,
    /// A day that has not begun anywhere on Earth.
    #[error("day is still to come; check the date")]
    DayToCome,
    /// No time.
    #[error("hours: {0}")]
    Hours(HoursError),
    /// Nobody gives to themselves.
    #[error("giver and receiver are the same")]
    SamePerson,
}

/// A calendar day, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    pub(super) year: i16,
    pub(super) month: i8,
    pub(super) day: i8,
}

/// A row that can be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cells<'r> {
    pub(super) bank: &'r str,
    /// As written; there is one way to write a day.
    pub(super) day: &'r str,
    pub(super) date: Date,
    pub(super) giver: &'r str,
    pub(super) receiver: &'r str,
    /// As written.
    pub(super) hours: &'r str,
    /// What was read; negative for a correction, never zero.
    pub(super) seconds: i64,
    /// Empty for none.
    pub(super) activity: &'r str,
    /// Empty for none.
    pub(super) note: Cow<'r, str>,
}

impl<'r> Cells<'r> {
    /// Reads one record.
    pub(super) fn read(
        record: &'r ByteRecord,
        columns: &Columns,
        decimals: DecimalMeans,
    ) -> Result<Self, BadRow> {
        if record.len() != Column::ALL.len() {
            return Err(BadRow::Cells { found: record.len(), expected: Column::ALL.len() });
        }
        let text = |column| {
            let text = std::str::from_utf8(columns.cell(record, column));
            text.map(str::trim).map_err(|_| BadRow::NotText(column))
        };
        let bank = name(text(Column::Bank)?, Column::Bank)?;
        let day = filled(text(Column::Day)?, Column::Day)?;
        let date = date(day).ok_or(BadRow::Day)?;
        let giver = name(text(Column::Giver)?, Column::Giver)?;
        let receiver = name(text(Column::Receiver)?, Column::Receiver)?;
        let hours = filled(text(Column::Hours)?, Column::Hours)?;
        let seconds = seconds(hours, decimals).map_err(BadRow::Hours)?;
        let activity = within(text(Column::Activity)?, Column::Activity, ACTIVITY_BYTES_MAX)?;
        visible(activity, Column::Activity)?;
        let note = within(text(Column::Note)?, Column::Note, NOTE_BYTES_MAX)?;
        // Old systems keep notes of several lines.
        let unseen = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        if note.contains(unseen) {
            return Err(BadRow::Control(Column::Note));
        }
        if giver == receiver {
            return Err(BadRow::SamePerson);
        }
        Ok(Self { bank, day, date, giver, receiver, hours, seconds, activity, note: lines(note) })
    }
}

fn name(text: &str, column: Column) -> Result<&str, BadRow> {
    let text = within(filled(text, column)?, column, NAME_BYTES_MAX)?;
    visible(text, column)?;
    Ok(text)
}

/// A note of several lines, without spaces at their ends: line ends that were converted make no difference.
fn lines(note: &str) -> Cow<'_, str> {
    if note.contains('\n') {
        Cow::Owned(note.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n"))
    } else {
        Cow::Borrowed(note)
    }
}

fn filled(text: &str, column: Column) -> Result<&str, BadRow> {
    if text.is_empty() { Err(BadRow::Empty(column)) } else { Ok(text) }
}

fn within(text: &str, column: Column, bytes_max: usize) -> Result<&str, BadRow> {
    if text.len() <= bytes_max {
        Ok(text)
    } else {
        Err(BadRow::TooLong { column, bytes: text.len(), bytes_max })
    }
}

/// Two names that look the same and are not would be two people.
fn visible(text: &str, column: Column) -> Result<(), BadRow> {
    let ascii = text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control());
    if ascii || !text.contains(char::is_control) { Ok(()) } else { Err(BadRow::Control(column)) }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        let (year, month, day) = day.calendar();
        Self { year, month, day }
    }
}

/// Reads `2026-05-13` and no other way to write it.
fn date(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte) - i16::from(b'0'));
    let two = |tens: u8, ones: u8| Some(digit(tens)? * 10 + digit(ones)?);
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (i8::try_from(two(m1, m2)?).ok()?, i8::try_from(two(d1, d2)?).ok()?);
    let known = Day::from_calendar(year, month, day)?;
    (Day::MIN..=Day::MAX).contains(&known).then_some(Date { year, month, day })
}

/// Seconds; negative where a minus stands in front: the sign a spreadsheet writes or the one we print.
fn seconds(text: &str, decimals: DecimalMeans) -> Result<i64, HoursError> {
    let positive = text.strip_prefix(MINUS_SIGNS);
    match parse_hours_as(positive.unwrap_or(text), decimals)? {
        // Amounts are at most 2^40, so the sign always fits.
        Reading::Exact(amount) if positive.is_some() => Ok(-amount.seconds()),
        Reading::Exact(amount) => Ok(amount.seconds()),
        // Only where nobody has said what decimals mean, and here somebody always has.
        Reading::Ambiguous { .. } => Err(HoursError::NotUnderstood),
    }
}

pub(super) const MINUS_SIGNS: [char; 2] = ['-', '\u{2212}'];

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'r>(record: &'r ByteRecord, decimals: DecimalMeans) -> Result<Cells<'r>, BadRow> {
        let header: Vec<_> = Column::ALL.iter().map(|column| column.name()).collect();
        Cells::read(record, &Columns::read(&header.into()).unwrap(), decimals)
    }

    fn bad(cells: [&[u8]; 7]) -> BadRow {
        read(&ByteRecord::from(cells.to_vec()), DecimalMeans::Decimal).unwrap_err()
    }

    fn with(column: Column, cell: &[u8]) -> [&[u8]; 7] {
        let mut cells: [&[u8]; 7] = [b"Bank", b"2019-01-24", b"Ann", b"Joe", b"1.5", b"gardening", b""];
        let place = Column::ALL.iter().position(|one| *one == column).unwrap();
        cells[place] = cell;
        cells
    }

    fn seconds_of(hours: &str, decimals: DecimalMeans) -> Result<i64, BadRow> {
        let record = ByteRecord::from(with(Column::Hours, hours.as_bytes()).to_vec());
        read(&record, decimals).map(|cells| cells.seconds)
    }

    /// Goal: both readings of decimals, and a minus in front of either, to the second.
    #[test]
    fn hours_in_both_readings() {
        let (decimal, clock) = (DecimalMeans::Decimal, DecimalMeans::Clock);
        for (text, means, seconds) in [
            ("1.30", decimal, 4_680),
            ("1.30", clock, 5_400),
            ("-1.30", decimal, -4_680),
            ("\u{2212}1.30", clock, -5_400),
            ("-907.00", decimal, -3_265_200),
            ("17866.50", decimal, 64_319_400),
            (" - 2 ", decimal, -7_200),
            ("1:15", decimal, 4_500),
            ("75m", clock, 4_500),
        ] {
            assert_eq!(seconds_of(text, means), Ok(seconds), "{text} {means:?}");
        }
        for (text, means, error) in [
            ("1.75", clock, HoursError::SixtyOrMore { unit: crate::domain::hours::Unit::Minutes, value: 75 }),
            ("0.00", decimal, HoursError::Zero),
            ("-0", decimal, HoursError::Zero),
            ("--1", decimal, HoursError::Signed),
            ("+1", decimal, HoursError::Signed),
            ("1,5", decimal, HoursError::Comma),
            ("0.3333", decimal, HoursError::FinerThanASecond),
            ("9999999999", decimal, HoursError::TooLarge),
            ("=1+1", decimal, HoursError::NotUnderstood),
        ] {
            assert_eq!(seconds_of(text, means), Err(BadRow::Hours(error)), "{text} {means:?}");
        }
    }

    /// Goal: every way a row can be bad has its reason, and what is at a bound is taken.
    #[test]
    fn bad_rows_have_reasons() {
        for day in ["2019-02-29", "1899-12-31", "2200-01-01", "2019-1-24", "24/01/2019", "2019-01-24T00:00"] {
            assert_eq!(bad(with(Column::Day, day.as_bytes())), BadRow::Day, "{day}");
        }
        for column in [Column::Bank, Column::Day, Column::Giver, Column::Receiver, Column::Hours] {
            assert_eq!(bad(with(column, b" \t ")), BadRow::Empty(column));
        }
        for column in Column::ALL {
            assert_eq!(bad(with(column, b"\xff")), BadRow::NotText(column));
        }
        for (column, bytes_max) in [
            (Column::Bank, 512),
            (Column::Giver, 512),
            (Column::Receiver, 512),
            (Column::Activity, 64),
            (Column::Note, 1_024),
        ] {
            let long = vec![b'a'; bytes_max + 1];
            assert_eq!(bad(with(column, &long)), BadRow::TooLong { column, bytes: bytes_max + 1, bytes_max });
            let record = ByteRecord::from(with(column, &long[1..]).to_vec());
            assert!(read(&record, DecimalMeans::Decimal).is_ok());
            assert_eq!(bad(with(column, b"a\x1b[2Jb")), BadRow::Control(column));
            assert_eq!(bad(with(column, "a\u{85}b".as_bytes())), BadRow::Control(column));
        }
        assert_eq!(bad(with(Column::Giver, b"a\nb")), BadRow::Control(Column::Giver));
        assert_eq!(bad(with(Column::Giver, b" Joe ")), BadRow::SamePerson);
        let short = ByteRecord::from(vec!["Bank", "2019-01-24"]);
        let cells = BadRow::Cells { found: 2, expected: 7 };
        assert_eq!(read(&short, DecimalMeans::Decimal), Err(cells));
        let lines = ByteRecord::from(with(Column::Note, b"one  \n\ttwo").to_vec());
        assert_eq!(read(&lines, DecimalMeans::Decimal).map(|cells| cells.note), Ok("one\n\ttwo".into()));
    }
}
