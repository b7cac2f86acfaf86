//! What people type, read once: hours, levels, accounts, days, times, deadlines.
//!
//! Owns the forms of the command line and their error texts; amounts and account numbers are read by
//! `domain`. Knows no server. Errors are whole phrases that follow "invalid value …: ".

use std::str::FromStr;

use jiff::civil;

use crate::api;
use crate::domain::hours::{Reading, clock, format_hours, parse_hours};
use crate::domain::{AccountNumber, Day, RequestId};

/// The longest text of a day, a time or a span that is read, in bytes.
const TIME_BYTES_MAX: usize = 64;

/// An amount of time, seconds above zero.
///
/// # Errors
/// In words, with both readings where there are two.
pub fn hours(text: &str) -> Result<i64, String> {
    match parse_hours(text).map_err(|error| error.to_string())? {
        Reading::Exact(amount) => Ok(amount.seconds()),
        Reading::Ambiguous { first, second } => Err(format!(
            "this can be meant in two ways, {} and {}; type the one you mean like that",
            format_hours(first.amount.seconds()),
            format_hours(second.amount.seconds())
        )),
    }
}

/// A length as it was typed, for the bank to read and round by its own rules; only what can be meant in two ways is
/// asked about here.
///
/// # Errors
/// In words, with both readings.
pub fn said_hours(text: &str) -> Result<String, String> {
    match parse_hours(text) {
        Ok(Reading::Ambiguous { .. }) => hours(text).map(|_| text.to_owned()),
        Ok(Reading::Exact(_)) | Err(_) => Ok(text.to_owned()),
    }
}

/// An amount in seconds as it is typed in one word: `5012`, `1:30`, `0:20:05`.
#[must_use]
pub fn as_typed(seconds: i64) -> String {
    let text = clock(seconds);
    text.strip_suffix(":00").filter(|_| seconds % 3_600 == 0).map_or(text.clone(), str::to_owned)
}

/// A balance to compare with: hours, negative below zero, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// This many seconds.
    Seconds(i64),
    /// `none`: as far as the books go, or no reminder.
    None,
}

impl Level {
    /// As a field of the API.
    #[must_use]
    pub const fn seconds(self) -> Option<i64> {
        match self {
            Self::Seconds(seconds) => Some(seconds),
            Self::None => None,
        }
    }
}

/// `-5`, `−1:30`, `0`, `20h` or `none`.
///
/// # Errors
/// In words.
pub fn level(text: &str) -> Result<Level, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("none") {
        return Ok(Level::None);
    }
    let below = text.strip_prefix(['-', '\u{2212}']);
    let size = below.unwrap_or(text).trim_start();
    if matches!(size, "0" | "0h" | "0 h" | "0:00") {
        return Ok(Level::Seconds(0));
    }
    let seconds = hours(size)?;
    Ok(Level::Seconds(if below.is_some() { -seconds } else { seconds }))
}

/// A length of time or nothing, seconds from zero: `1:30`, `0`.
///
/// # Errors
/// In words.
pub fn length(text: &str) -> Result<i64, String> {
    match level(text)? {
        Level::Seconds(seconds @ 0..) => Ok(seconds),
        Level::Seconds(_) | Level::None => {
            Err("type a length of time, like 1:30, or 0 for nothing".to_owned())
        }
    }
}

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedMonth {
    /// The year, four digits.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: u8,
}

/// A month, `2026-05`. Which can be closed the server says.
///
/// # Errors
/// In words.
pub fn month(text: &str) -> Result<TypedMonth, String> {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.split_once('-').filter(|(year, month)| digits(year, 4) && digits(month, 2));
    let read = parts.and_then(|(year, month)| Some((year.parse().ok()?, month.parse().ok()?)));
    let read = read.filter(|(_, month)| (1..=12).contains(month));
    read.map(|(year, month)| TypedMonth { year, month }).ok_or_else(|| "type a month like 2026-05".to_owned())
}

/// An account as printed on a card, as the API numbers it.
///
/// # Errors
/// Which digit is missing, too many or wrong, in words.
pub fn account(text: &str) -> Result<u32, String> {
    AccountNumber::from_str(text).map(AccountNumber::printed).map_err(|error| error.to_string())
}

/// `FROM:TO:HOURS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedTransfer {
    /// Received help.
    pub debit: u32,
    /// Gave help.
    pub credit: u32,
    /// Seconds.
    pub seconds: i64,
}

/// Hours from one account to another, in one word.
///
/// # Errors
/// In words, naming the part.
pub fn transfer(text: &str) -> Result<TypedTransfer, String> {
    let mut parts = text.splitn(3, ':');
    let (Some(debit), Some(credit), Some(amount)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("type FROM:TO:HOURS, like 10035:10043:1.5".to_owned());
    };
    Ok(TypedTransfer {
        debit: account(debit).map_err(|error| format!("FROM: {error}"))?,
        credit: account(credit).map_err(|error| format!("TO: {error}"))?,
        seconds: hours(amount).map_err(|error| format!("HOURS: {error}"))?,
    })
}

/// `TRANSFER:HOURS`: part of an entry to put right; transfers are counted from 0.
///
/// # Errors
/// In words.
pub fn part(text: &str) -> Result<(u32, i64), String> {
    let (place, amount) =
        text.split_once(':').ok_or("type TRANSFER:HOURS, like 0:1.5; the first transfer is 0")?;
    let place = place.parse().map_err(|_| "the transfer is a number, 0 for the first".to_owned())?;
    Ok((place, hours(amount)?))
}

/// A calendar day, `2026-05-13`, from 1900-01-01 to 2199-12-31.
///
/// # Errors
/// In words.
pub fn day(text: &str) -> Result<api::Date, String> {
    let date = read_date(text).ok_or("type a day like 2026-05-13")?;
    let known = Day::from_calendar(date.year(), date.month(), date.day());
    if known.is_none_or(|day| day < Day::MIN || day > Day::MAX) {
        return Err("days go from 1900-01-01 to 2199-12-31".to_owned());
    }
    Ok(api::Date { year: date.year().into(), month: date.month().into(), day: date.day().into() })
}

/// Only the plain form; jiff alone would also read a time behind it and drop it.
fn read_date(text: &str) -> Option<civil::Date> {
    let shape = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    text.parse().ok().filter(|_| shape)
}

/// A moment: RFC 3339, or a day, which means the moment it begins in UTC.
///
/// # Errors
/// In words.
pub fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    const FORM: &str =
        "type a time like 2026-05-13T14:30:00Z or 2026-05-13T15:30:00+01:00, or a day like 2026-05-13";
    if text.len() > TIME_BYTES_MAX {
        return Err(FORM.to_owned());
    }
    if let Some(date) = read_date(text) {
        let begins = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| FORM.to_owned())?;
        return Ok(begins.timestamp());
    }
    text.parse().map_err(|_| FORM.to_owned())
}

/// Until when something is set aside.
#[derive(Clone, Copy, Debug)]
pub enum Deadline {
    /// Until this moment.
    At(jiff::Timestamp),
    /// This long from now.
    In(jiff::Span),
}

/// RFC 3339, or a span such as `2h` or `3 days`.
///
/// # Errors
/// In words.
pub fn deadline(text: &str) -> Result<Deadline, String> {
    if let Ok(at) = text.parse() {
        return Ok(Deadline::At(at));
    }
    let span = if text.len() <= TIME_BYTES_MAX { text.parse::<jiff::Span>().ok() } else { None };
    span.filter(|span| span.is_positive()).map(Deadline::In).ok_or_else(|| {
        "type a time like 2026-05-13T14:30:00Z, or how long from now, like 2h or '3 days'".to_owned()
    })
}

/// How long something works, in seconds: `10m`, `12h`, `30d`, a day being 24 hours.
///
/// # Errors
/// In words.
pub fn life(text: &str) -> Result<u32, String> {
    let span = if text.len() <= TIME_BYTES_MAX { text.parse::<jiff::Span>().ok() } else { None };
    let length = span.and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
    let seconds =
        length.and_then(|length| u32::try_from(length.as_secs()).ok()).filter(|seconds| *seconds > 0);
    seconds.ok_or_else(|| "type how long, like 10m, 12h or 30d".to_owned())
}

/// A UUID of version 7 or 8.
///
/// # Errors
/// In words.
pub fn request_id(text: &str) -> Result<RequestId, String> {
    RequestId::parse(text).map_err(|error| error.to_string())
}

/// A time for the API.
#[must_use]
pub fn wire_time(moment: jiff::Timestamp) -> prost_types::Timestamp {
    // The API counts forward from the second before; jiff's fraction has the sign of the whole.
    let nanos = moment.subsec_nanosecond();
    let (seconds, nanos) =
        if nanos < 0 { (moment.as_second() - 1, nanos + 1_000_000_000) } else { (moment.as_second(), nanos) };
    prost_types::Timestamp { seconds, nanos }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: hours have one meaning, or the question names both. Method: the forms of the help.
    #[test]
    fn hours_have_one_meaning() {
        for (text, seconds) in
            [("3", 10_800), ("1.5", 5_400), ("1:15", 4_500), ("1h 15m", 4_500), ("75m", 4_500)]
        {
            assert_eq!(hours(text), Ok(seconds), "{text}");
        }
        let asked = hours("1.30").unwrap_err();
        assert!(asked.contains("1 h 18 min") && asked.contains("1.5 h"), "{asked}");
        assert!(hours("0").is_err() && hours("-1").is_err() && hours("").is_err());
    }

    /// Goal: what is to be typed again is one word and means the same. Method: round figures and odd ones.
    #[test]
    fn hours_are_typed_again() {
        for (seconds, text) in [(18_043_200, "5012"), (91_800, "25:30"), (3_661, "1:01:01"), (59, "0:00:59")]
        {
            assert_eq!((as_typed(seconds).as_str(), hours(text)), (text, Ok(seconds)));
        }
    }

    /// Goal: levels go below zero, to zero and to none. Method: each, with both minus signs.
    #[test]
    fn levels_go_below_zero() {
        for (text, seconds) in [("-5", -18_000), ("−1:30", -5_400), ("0", 0), ("20h", 72_000)] {
            assert_eq!(level(text), Ok(Level::Seconds(seconds)), "{text}");
        }
        assert_eq!(level("None"), Ok(Level::None));
        assert!(level("--5").is_err() && level("-1.30").is_err() && level("-").is_err());
    }

    /// Goal: lengths begin at nothing and have an end. Method: each, and what levels may be besides.
    #[test]
    fn lengths_begin_at_nothing() {
        assert_eq!(["0", "0:15", "2"].map(length), [Ok(0), Ok(900), Ok(7_200)]);
        assert!(length("-1").is_err() && length("none").is_err() && length("1.30").is_err());
    }

    /// Goal: a month has one form. Method: both ends of a year, and slips.
    #[test]
    fn months_have_one_form() {
        for (text, year, number) in [("2026-01", 2026, 1), ("1900-12", 1900, 12), ("9999-06", 9999, 6)] {
            assert_eq!(month(text), Ok(TypedMonth { year, month: number }), "{text}");
        }
        for slip in ["2026-00", "2026-13", "2026-5", "26-05", "2026-05-01", "+026-05", "05-2026", "May", ""] {
            assert!(month(slip).unwrap_err().contains("2026-05"), "{slip}");
        }
    }

    /// Goal: a slip in an account number is heard of before anything is sent.
    /// Method: the first number with and without spaces, with a wrong digit, and zero.
    #[test]
    fn account_numbers_are_checked() {
        let first = AccountNumber::from_slot(0).unwrap().to_string();
        let number: u32 = first.parse().unwrap();
        assert_eq!(account(&first), Ok(number));
        assert_eq!(account(&format!(" {} {} ", &first[..2], &first[2..])), Ok(number));
        assert!(account(&(number + 1).to_string()).unwrap_err().contains("digit"));
        assert!(account("0").is_err());
    }

    /// Goal: a transfer in one word may hold hours with a colon. Method: one of each, and slips.
    #[test]
    fn transfers_in_one_word() {
        let number = |slot| AccountNumber::from_slot(slot).unwrap().to_string();
        let typed = transfer(&format!("{}:{}:1:15", number(0), number(1))).unwrap();
        assert_eq!(typed.seconds, 4_500);
        assert_eq!((typed.debit.to_string(), typed.credit.to_string()), (number(0), number(1)));
        assert!(transfer("10035:1").is_err());
        assert!(transfer(&format!("{}:5:1", number(0))).unwrap_err().starts_with("TO: "));
        assert_eq!(part("2:1.5"), Ok((2, 5_400)));
    }

    /// Goal: days and times mean what help says. Method: each form, its edges, and what is none.
    #[test]
    fn days_and_times() {
        assert_eq!(day("2026-05-13"), Ok(api::Date { year: 2026, month: 5, day: 13 }));
        for text in ["2026-02-29", "1899-12-31", "2200-01-01", "13.5.2026", "2026-05-13T10:00"] {
            assert!(day(text).is_err(), "{text}");
        }
        assert_eq!(moment("1970-01-02").unwrap().as_second(), 86_400);
        assert_eq!(moment("1970-01-01T01:00:00+01:00").unwrap().as_second(), 0);
        assert!(moment("yesterday").is_err());
        let before = wire_time("1969-12-31T23:59:59.5Z".parse().unwrap());
        assert_eq!((before.seconds, before.nanos), (-1, 500_000_000));
    }

    /// Goal: lives are lengths of time, with days of 24 hours. Method: each unit, and what is none.
    #[test]
    fn lives_are_lengths() {
        for (text, seconds) in [("10m", 600), ("12h", 43_200), ("30d", 2_592_000), ("1h 30m", 5_400)] {
            assert_eq!(life(text), Ok(seconds), "{text}");
        }
        for slip in ["", "10", "0m", "-10m", "10m ago", "1mo", "200y", "soon"] {
            assert!(life(slip).is_err(), "{slip}");
        }
    }

    /// Goal: deadlines are a time or a time from now. Method: both, and a span backwards.
    #[test]
    fn deadlines() {
        assert!(matches!(deadline("2026-05-13T14:30:00Z"), Ok(Deadline::At(_))));
        for text in ["2h", "3 days", "90m"] {
            assert!(matches!(deadline(text), Ok(Deadline::In(_))), "{text}");
        }
        assert!(deadline("2h ago").is_err() && deadline("soon").is_err());
    }
}
