//! When an offer can be taken, where its venue is.
//!
//! Days and times of day are those of the clock on the wall: where it is put back, an hour comes twice and the offer is
//! open in both; where it is put forward, an hour that does not come opens nothing.

use jiff::tz::TimeZone;

use crate::domain::{Day, Invalid, Timestamp};

/// Minutes of a day.
const MINUTES: u16 = 1_440;
/// Bits of Monday to Sunday.
const EVERY_DAY: u8 = 0b111_1111;
/// A day to come is looked for so far ahead: a week has every weekday.
const AHEAD_DAYS: i32 = 7;

/// Days and times of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hours {
    /// The first day.
    pub first_day: Option<Day>,
    /// The last one.
    pub last_day: Option<Day>,
    /// Bit 0 for Monday to bit 6 for Sunday.
    pub weekdays: u8,
    /// From so many minutes after midnight on.
    pub from_minute: u16,
    /// Until so many, not included.
    pub until_minute: u16,
}

/// What a clock on the wall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub day: Day,
    /// Minutes after midnight.
    pub minute: u16,
}

/// Whether something is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// It is.
    Now,
    /// Not before this day; today for later today.
    On(Day),
    /// Not any more.
    Never,
}

impl Moment {
    /// What the clock shows where it is `zone`.
    #[must_use]
    pub fn at(time: Timestamp, zone: &TimeZone) -> Self {
        let day = Day::at(time, zone);
        let clock =
            jiff::Timestamp::from_microsecond(time.micros()).map(|time| zone.to_datetime(time).time());
        let minute = clock.map_or(0, |clock| i32::from(clock.hour()) * 60 + i32::from(clock.minute()));
        Self { day, minute: u16::try_from(minute).unwrap_or_default() }
    }
}

/// 0 for Monday to 6 for Sunday.
fn weekday(day: Day) -> u8 {
    // 1 January 1970 was a Thursday.
    u8::try_from(day.days().saturating_add(3).rem_euclid(7)).unwrap_or_default()
}

impl Hours {
    /// Always.
    pub const ALWAYS: Self =
        Self { first_day: None, last_day: None, weekdays: EVERY_DAY, from_minute: 0, until_minute: MINUTES };

    /// Whether there are such hours.
    ///
    /// # Errors
    /// [`Invalid`] with the field of `Offer` that is out of bounds.
    pub fn check(&self) -> Result<(), Invalid> {
        let invalid = |field, limit| Err(Invalid { field, limit });
        let is_day = |day: Option<Day>| day.is_none_or(|day| (Day::MIN..=Day::MAX).contains(&day));
        if !is_day(self.first_day) || !is_day(self.last_day) {
            return invalid("offer.hours.first_day", "from 1900-01-01 to 2199-12-31, as the last day");
        }
        if self.first_day.zip(self.last_day).is_some_and(|(first, last)| first > last) {
            return invalid("offer.hours.last_day", "not before the first day");
        }
        if self.weekdays == 0 || self.weekdays & !EVERY_DAY != 0 {
            return invalid("offer.hours.weekdays", "1 for Monday to 7 for Sunday, each once");
        }
        if self.until_minute > MINUTES || self.from_minute >= self.until_minute {
            return invalid("offer.hours.until_minute", "later than from_minute, at most 1,440");
        }
        Ok(())
    }

    /// Whether it is open at `now`, and when it will be.
    #[must_use]
    pub fn opens(&self, now: Moment) -> Opens {
        let begins = self.first_day.map_or(now.day, |first| first.max(now.day));
        let is_over_today = begins == now.day && now.minute >= self.until_minute;
        let from = begins.days().saturating_add(i32::from(is_over_today));
        let mut days = (from..from.saturating_add(AHEAD_DAYS)).map(Day::from_days);
        let is_one = |day: &Day| self.weekdays >> weekday(*day) & 1 == 1;
        match days.find(is_one).filter(|day| self.last_day.is_none_or(|last| *day <= last)) {
            Some(day) if day == now.day && now.minute >= self.from_minute => Opens::Now,
            Some(day) => Opens::On(day),
            None => Opens::Never,
        }
    }

    /// Whether it was open on `day` at all: what a slip of that day says.
    #[must_use]
    pub fn has_day(&self, day: Day) -> bool {
        let is_within =
            self.first_day.is_none_or(|first| day >= first) && self.last_day.is_none_or(|last| day <= last);
        is_within && self.weekdays >> weekday(day) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: i8, day: i8) -> Day {
        Day::from_calendar(2026, month, day).unwrap()
    }

    const fn hours(weekdays: u8, from_minute: u16, until_minute: u16) -> Hours {
        Hours { weekdays, from_minute, until_minute, ..Hours::ALWAYS }
    }

    /// Goal: what members are told of when to travel is true. Method: a table around the first day, the last day, a
    /// weekday and a lunchtime. 25 June 2026 was a Thursday.
    #[test]
    fn when_an_offer_opens() {
        let lunch = hours(0b000_1000, 720, 840);
        let june = Hours { first_day: Some(day(6, 10)), last_day: Some(day(6, 30)), ..lunch };
        let at = |day, minute| Moment { day, minute };
        for (hours, now, expected) in [
            (Hours::ALWAYS, at(day(6, 25), 0), Opens::Now),
            (lunch, at(day(6, 25), 719), Opens::On(day(6, 25))),
            (lunch, at(day(6, 25), 720), Opens::Now),
            (lunch, at(day(6, 25), 839), Opens::Now),
            (lunch, at(day(6, 25), 840), Opens::On(day(7, 2))),
            (lunch, at(day(6, 26), 0), Opens::On(day(7, 2))),
            (june, at(day(6, 1), 0), Opens::On(day(6, 11))),
            (june, at(day(6, 25), 840), Opens::Never),
            (june, at(day(6, 26), 0), Opens::Never),
            (june, at(day(7, 2), 730), Opens::Never),
        ] {
            assert_eq!(hours.opens(now), expected, "{hours:?} {now:?}");
        }
        assert!(june.has_day(day(6, 25)) && !june.has_day(day(6, 26)) && !june.has_day(day(7, 2)));
    }

    /// Goal: it is the clock of the venue that counts, in summer and in winter. Method: noon by London's clock.
    #[test]
    fn the_clock_on_the_wall() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let moment = |text: &str| {
            let time: jiff::Timestamp = text.parse().unwrap();
            Moment::at(Timestamp::from_micros(time.as_microsecond()), &zone)
        };
        let moments = [
            ("2026-06-25T11:00:00Z", Moment { day: day(6, 25), minute: 720 }),
            ("2026-12-25T12:00:00Z", Moment { day: day(12, 25), minute: 720 }),
            ("2026-06-24T23:30:00Z", Moment { day: day(6, 25), minute: 30 }),
            ("2026-10-25T00:30:00Z", Moment { day: day(10, 25), minute: 90 }),
            ("2026-10-25T01:30:00Z", Moment { day: day(10, 25), minute: 90 }),
        ];
        for (text, expected) in moments {
            assert_eq!(moment(text), expected, "{text}");
        }
        assert_eq!([day(6, 22), day(6, 25), day(6, 28)].map(weekday), [0, 3, 6]);
    }

    /// Goal: hours that never come are no hours. Method: each bound, broken once.
    #[test]
    fn hours_within_bounds() {
        assert_eq!(Hours::ALWAYS.check(), Ok(()));
        let days = |first_day, last_day| Hours { first_day, last_day, ..Hours::ALWAYS };
        for (hours, field) in [
            (hours(0, 0, MINUTES), "offer.hours.weekdays"),
            (hours(128, 0, MINUTES), "offer.hours.weekdays"),
            (hours(1, 60, 60), "offer.hours.until_minute"),
            (hours(1, 0, 1_441), "offer.hours.until_minute"),
            (days(Some(day(6, 2)), Some(day(6, 1))), "offer.hours.last_day"),
            (days(Some(Day::from_days(Day::MAX.days() + 1)), None), "offer.hours.first_day"),
        ] {
            assert_eq!(hours.check().map_err(|invalid| invalid.field), Err(field), "{hours:?}");
        }
    }
}
