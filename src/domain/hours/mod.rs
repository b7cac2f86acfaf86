//! Hours as people type and read them.
//!
//! Owns the text forms of an amount of time and the question which of them can be read two ways.
//! Knows no bank, no step, no rounding and no "is this much?": those judge the amount afterwards.
//! Nothing is rounded here and nothing is guessed: a text has one meaning, two that are both
//! answered, or an error.
//!
//! | typed | read as |
//! |---|---|
//! | `2` `2h` `1.5` `.5` `1.125` `1.25` `1.75` `1.25 h` | decimal hours |
//! | `1:15` `1:15:30` | hours, two digits of minutes, two digits of seconds |
//! | `1h 15m` `1 h 15 min 30 s` `75m` `90s` `3 hours 15 minutes` | whole units, largest first, each once |
//! | `1.30` `1.05` `5.12` (two decimals below 60, not 00, 25, 50) | asked: decimal hours or 1 h 30 min |
//! | any comma | asked, see below |
//!
//! Capitals, spaces around the text, spaces beside units and leading zeros change nothing. A unit
//! after the first stays below 60 (`1h 75m` and `1:75` are slips, `75m` is not). A point belongs to
//! hours that stand alone. A number that follows a unit needs its own (`1h30` is not read).
//!
//! A comma is a decimal comma, a careless colon, a mark between thousands or a slip of the finger,
//! so it is always asked about, with decimal hours first. The second reading is the first of these
//! that differs from decimal hours and is an [`Amount`]:
//!
//! | second reading | digits after the comma | typed | first | second |
//! |---|---|---|---|---|
//! | [`Clock`](Means::Clock) | one or two, below 60 | `1,5` `1,30` | 1.5 h, 1.3 h | 1:05, 1:30 |
//! | [`Thousands`](Means::Thousands) | three, after 1 to 999 | `1,250` | 1.25 h | 1250 h |
//! | [`WithoutComma`](Means::WithoutComma) | else | `1,75` `2,0` `0,500` | 1.75, 2, 0.5 h | 175, 20, 500 h |
//!
//! Where that leaves one reading, as in `1,333` (1.333 h is no whole number of seconds) and
//! `1,234,567`, the answer is [`HoursError::Comma`]: an error can be typed again, a guess cannot.
//!
//! What is printed for 1 second to [`Amount::MAX`] reads back as the same, never as a question. So 4680 s is
//! printed as "1 h 18 min" and neither as "1.30 h" nor as "1.3 h", which a person may take for
//! 1 h 30 min. Not read back: anything outside, and words from 1,000 hours on, which
//! carry a comma.

use super::amount::Amount;

mod parse;
mod print;

pub use parse::{parse_hours, parse_hours_as};
pub use print::{clock, format_hours, grouped, in_short, in_words};

/// The longest text that is read, in bytes, spaces around it included. Bounds all work of a call.
pub const TEXT_BYTES_MAX: usize = 32;

const SECONDS_PER_MINUTE: i64 = 60;
const SECONDS_PER_HOUR: i64 = 3_600;

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The text means this and nothing else.
    Exact(Amount),
    /// The text can be meant in two ways with different amounts; somebody has to be asked.
    Ambiguous {
        /// Decimal hours.
        first: Sense,
        /// The other way; never decimal hours.
        second: Sense,
    },
}

/// One of two ways to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sense {
    /// What it comes to.
    pub amount: Amount,
    /// Which way this is.
    pub means: Means,
}

/// A way to read a number with a point or a comma.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Means {
    /// `1.30` is 1.3 hours, 1 h 18 min.
    DecimalHours,
    /// `1.30` is 1 h 30 min.
    Clock,
    /// `1,250` is 1250 hours.
    Thousands,
    /// The comma was not meant: `1,75` is 175 hours.
    WithoutComma,
}

/// What decimals mean in the book the text comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DecimalMeans {
    /// Nobody has said: doubtful decimals and all commas are answered with both readings.
    #[default]
    Ask,
    /// Parts of an hour: `1.30` is 1 h 18 min. A comma is an error.
    Decimal,
    /// Minutes, always two digits below 60: `1.30` is 1 h 30 min, `1.25` is 1 h 25 min, and `1.5`
    /// is an error. A comma is an error.
    Clock,
}

/// A unit of time as typed, largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `h`, `hr`, `hrs`, `hour`, `hours`.
    Hours,
    /// `m`, `min`, `mins`, `minute`, `minutes`.
    Minutes,
    /// `s`, `sec`, `secs`, `second`, `seconds`.
    Seconds,
}

impl Unit {
    const fn seconds(self) -> i64 {
        match self {
            Self::Hours => SECONDS_PER_HOUR,
            Self::Minutes => SECONDS_PER_MINUTE,
            Self::Seconds => 1,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Minutes => "minutes",
            Self::Seconds => "seconds",
        }
    }
}

/// Why a text is no amount of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Nothing, or only spaces.
    #[error("no time was typed; type it like 1.25, 1:15 or 1 h 15 min")]
    Empty,
    /// More than [`TEXT_BYTES_MAX`].
    #[error(
        "this text has {bytes} bytes and at most {TEXT_BYTES_MAX} are read; \
         type only the time, like 1 h 15 min"
    )]
    TooLong {
        /// Bytes in the text.
        bytes: usize,
    },
    /// None of the forms, digits of another script among them.
    #[error("this is not a time as it is written here; type it like 1.25, 1:15 or 1 h 15 min")]
    NotUnderstood,
    /// A plus or minus in front.
    #[error("a time has no plus or minus; type it without and say who gave and who received")]
    Signed,
    /// A word that is no unit.
    #[error("the units are h, min and s; type the time like 1 h 15 min")]
    UnknownUnit,
    /// One of several numbers stands without a unit.
    #[error("one number has no unit; type h, min or s after each, like 1 h 15 min")]
    MissingUnit,
    /// A unit twice, or a larger one after a smaller one.
    #[error("units go from large to small, each once; type the time like 1 h 15 min 30 s")]
    UnitOrder,
    /// A point or comma in minutes, in seconds or in one number of several.
    #[error(
        "only hours that stand alone may have a point or comma; \
         type whole numbers with units, like 1 h 15 min"
    )]
    PartOfUnit,
    /// A colon, or a point that stands for one, without two digits after it.
    #[error("minutes and seconds after hours have two digits each; type the time like 1:05 or 1:05:30")]
    ClockDigits,
    /// 60 or more of a unit that follows a larger one.
    #[error(
        "{value} {} do not fit: at most 59 may follow a larger unit; \
         carry the rest over or type minutes or seconds alone, like 75 min",
        unit.word()
    )]
    SixtyOrMore {
        /// Minutes or seconds.
        unit: Unit,
        /// How many were typed.
        value: i64,
    },
    /// A comma that does not leave exactly two readings, or stands where nobody can be asked.
    #[error(
        "a comma can be meant in several ways; \
         type hours with a point, like 1.5, and thousands without a mark, like 1250"
    )]
    Comma,
    /// Not a whole number of seconds.
    #[error(
        "this is not a whole number of seconds, the smallest unit, and nothing is rounded; \
         type minutes and seconds, like 20 min for 0.3333"
    )]
    FinerThanASecond,
    /// Nothing at all.
    #[error("no time at all cannot be entered, the least is 1 second; type how long it took")]
    Zero,
    /// Above [`Amount::MAX`]; of two readings, either.
    #[error(
        "this is above {}, the most that one transfer can move; look for a digit too many",
        format_hours(Amount::MAX.seconds())
    )]
    TooLarge,
}

/// True where two decimals could as well be minutes; .00, .25 and .50 are too common to ask about.
/// Shared, so that nothing is printed that would be asked about.
const fn could_be_minutes(hundredths: u64) -> bool {
    hundredths < 60 && !matches!(hundredths, 0 | 25 | 50)
}
