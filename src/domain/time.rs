//! Moments and days.
//!
//! A `Timestamp` is when the ledger wrote something down; a `Day` is when help was given. Nothing
//! here reads a clock: time is an argument everywhere below the process.

use std::fmt;

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Seconds in a day without leap seconds.
pub const SECONDS_PER_DAY: i64 = 86_400;
/// Microseconds in a day.
pub const MICROS_PER_DAY: i64 = MICROS_PER_SECOND * SECONDS_PER_DAY;

/// A moment in UTC: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// `seconds` later (earlier if negative), saturating at the ends of the type.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(MICROS_PER_SECOND)))
    }

    /// `micros` microseconds later (earlier if negative), saturating at the ends of the type.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to here, saturating; negative if `earlier` is later.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day in UTC. A bank's own day is worked out by whoever knows its time zone.
    #[must_use]
    pub fn utc_day(self) -> Day {
        let days = self.0.div_euclid(MICROS_PER_DAY);
        // i64 microseconds span ±106,751,991 days, which an i32 holds.
        Day(i32::try_from(days).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, or the bare number where the calendar ends (after the year 9999).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment}"),
            Err(_) => write!(f, "{} µs since 1970", self.0),
        }
    }
}

/// A calendar day, as days since 1970-01-01: the day the help was given, where the bank is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The first day an entry may name: 1900-01-01.
    pub const MIN: Self = Self(-25_567);
    /// The last day an entry may name: 2199-12-31.
    pub const MAX: Self = Self(84_005);

    /// The day `days` days after 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// The day of the calendar, or nothing if there is no such day.
    #[must_use]
    pub fn from_calendar(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
        Some(Self(since.get_days()))
    }

    /// Year, month and day of the month. The ends of the calendar where the day lies outside of it,
    /// which no entry may name.
    #[must_use]
    pub fn calendar(self) -> (i16, i8, i8) {
        let span = jiff::Span::new().try_days(self.0);
        let date = span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span));
        let end = if self.0 < 0 { jiff::civil::Date::MIN } else { jiff::civil::Date::MAX };
        let date = date.unwrap_or(end);
        (date.year(), date.month(), date.day())
    }

    /// The day it is at `time` in a time zone; in UTC where the calendar ends (after the year 9999).
    #[must_use]
    pub fn at(time: Timestamp, zone: &jiff::tz::TimeZone) -> Self {
        let Ok(moment) = jiff::Timestamp::from_microsecond(time.micros()) else { return time.utc_day() };
        let date = zone.to_datetime(moment).date();
        Self::from_calendar(date.year(), date.month(), date.day()).unwrap_or(time.utc_day())
    }

    /// When it begins in a time zone; in UTC where the calendar ends.
    #[must_use]
    pub fn begins(self, zone: &jiff::tz::TimeZone) -> Timestamp {
        let (year, month, day) = self.calendar();
        let midnight = jiff::civil::date(year, month, day).to_zoned(zone.clone());
        let by_utc = i64::from(self.0).saturating_mul(MICROS_PER_DAY);
        Timestamp(midnight.map_or(by_utc, |midnight| midnight.timestamp().as_microsecond()))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Day {
    /// `2026-05-13`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = jiff::Span::new().try_days(self.0);
        match span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span)) {
            Ok(date) => write!(f, "{date}"),
            Err(_) => write!(f, "day {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: days and calendar agree at both bounds and around 1970.
    #[test]
    fn days_follow_the_calendar() {
        assert_eq!(Day::from_calendar(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::from_calendar(1900, 1, 1), Some(Day::MIN));
        assert_eq!(Day::from_calendar(2199, 12, 31), Some(Day::MAX));
        assert_eq!(Day::from_calendar(2026, 2, 29), None);
        assert_eq!(Day::from_calendar(2026, 5, 13).map(|day| day.to_string()).as_deref(), Some("2026-05-13"));
        assert_eq!(Timestamp::from_micros(-1).utc_day(), Day(-1));
    }

    /// Goal: a day begins at midnight where the bank is, also when the clocks change.
    /// Method: moments on both sides of midnight in three zones, one of them on a day of 23 hours.
    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        let day = |zone: &str, moment: &str| {
            let moment: jiff::Timestamp = moment.parse().unwrap();
            let zone = jiff::tz::TimeZone::get(zone).unwrap();
            Day::at(Timestamp::from_micros(moment.as_microsecond()), &zone).to_string()
        };
        for (zone, moment, expected) in [
            ("Pacific/Auckland", "2026-05-05T11:59:59.999999Z", "2026-05-05"),
            ("Pacific/Auckland", "2026-05-05T12:00:00Z", "2026-05-06"),
            ("America/Los_Angeles", "2026-05-05T06:59:59Z", "2026-05-04"),
            ("Europe/London", "2026-03-29T00:30:00Z", "2026-03-29"),
            ("Europe/London", "2026-03-29T22:59:59Z", "2026-03-29"),
            ("Europe/London", "2026-03-29T23:00:00Z", "2026-03-30"),
        ] {
            assert_eq!(day(zone, moment), expected, "{moment} in {zone}");
        }
        let end = Timestamp::from_micros(i64::MAX);
        assert_eq!(Day::at(end, &jiff::tz::TimeZone::UTC), end.utc_day());
    }
}
