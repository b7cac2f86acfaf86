//! From seconds to text. What is printed for an amount reads back as the same amount.

use super::{SECONDS_PER_HOUR, SECONDS_PER_MINUTE, could_be_minutes};

/// In front of what is below zero; the sign people know from books, wider than a hyphen.
const MINUS: &str = "\u{2212}";
const PER_HOUR: u64 = SECONDS_PER_HOUR.unsigned_abs();
const PER_MINUTE: u64 = SECONDS_PER_MINUTE.unsigned_abs();
/// 0.01 hour.
const PER_HUNDREDTH: u64 = 36;

/// Any number of `seconds`, a balance for example: "1.25 h", "2 h", "1 h 18 min", "20 min 5 s",
/// "−3 h", "0 h".
///
/// Decimal hours only where exact in at most two decimals that nobody takes for minutes, so "1.6 h"
/// but "1 h 18 min"; final zeros are left away. No mark between thousands.
#[must_use]
pub fn format_hours(seconds: i64) -> String {
    let (sign, seconds) = (sign(seconds), seconds.unsigned_abs());
    let hours = seconds / PER_HOUR;
    let hundredths = seconds % PER_HOUR / PER_HUNDREDTH;
    if seconds % PER_HUNDREDTH == 0 && !could_be_minutes(hundredths) {
        let decimals = if hundredths == 0 { String::new() } else { format!(".{hundredths:02}") };
        return format!("{sign}{hours}{} h", decimals.trim_end_matches('0'));
    }
    let named: Vec<_> = named(seconds).collect();
    format!("{sign}{}", named.join(" "))
}

/// Any number of `seconds` for a column of a table: "3:20", "−1:30", "0:00"; seconds only where
/// there are some, "0:20:05".
#[must_use]
pub fn clock(seconds: i64) -> String {
    let sign = sign(seconds);
    let [hours, minutes, seconds] = units(seconds.unsigned_abs());
    if seconds == 0 {
        format!("{sign}{hours}:{minutes:02}")
    } else {
        format!("{sign}{hours}:{minutes:02}:{seconds:02}")
    }
}

/// `seconds` as a person says them: "3 hours 15 minutes", "1 hour", "5,012 hours", "0 hours".
///
/// Unsigned, because how to say "below zero" depends on the sentence around it: the caller passes
/// `unsigned_abs()`.
#[must_use]
pub fn in_words(seconds: u64) -> String {
    let named: Vec<_> = units(seconds)
        .into_iter()
        .zip(["hour", "minute", "second"])
        .filter(|(value, _)| *value > 0)
        .map(|(value, unit)| format!("{} {unit}{}", grouped(value), if value == 1 { "" } else { "s" }))
        .collect();
    if named.is_empty() { "0 hours".to_owned() } else { named.join(" ") }
}

/// `seconds` as they stand in a list: "1 h 30 min", "2 h", "45 min", "0 h". Unsigned; what is below zero reads as above.
#[must_use]
pub fn in_short(seconds: i64) -> String {
    let named: Vec<_> = named(seconds.unsigned_abs()).collect();
    if named.is_empty() { "0 h".to_owned() } else { named.join(" ") }
}

const fn sign(seconds: i64) -> &'static str {
    if seconds < 0 { MINUS } else { "" }
}

/// Hours, minutes, seconds.
const fn units(seconds: u64) -> [u64; 3] {
    [seconds / PER_HOUR, seconds % PER_HOUR / PER_MINUTE, seconds % PER_MINUTE]
}

/// What there is of each, with its unit.
fn named(seconds: u64) -> impl Iterator<Item = String> {
    let units = units(seconds).into_iter().zip(["h", "min", "s"]);
    units.filter(|(value, _)| *value > 0).map(|(value, unit)| format!("{value} {unit}"))
}

/// A count as a person reads it, with a comma between thousands: "5,012".
#[must_use]
pub fn grouped(number: u64) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{},{:03}", grouped(number / 1_000), number % 1_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::amount::Amount;
    use super::super::{Reading, parse_hours};
    use super::*;

    /// Goal: each printed form is the one people were promised.
    /// Method: a table of seconds with all three forms; in words only the size counts.
    #[test]
    fn printed_forms() {
        for (seconds, hours, table, words) in [
            (0, "0 h", "0:00", "0 hours"),
            (1, "1 s", "0:00:01", "1 second"),
            (36, "36 s", "0:00:36", "36 seconds"),
            (65, "1 min 5 s", "0:01:05", "1 minute 5 seconds"),
            (1_205, "20 min 5 s", "0:20:05", "20 minutes 5 seconds"),
            (900, "0.25 h", "0:15", "15 minutes"),
            (2_700, "0.75 h", "0:45", "45 minutes"),
            (3_600, "1 h", "1:00", "1 hour"),
            (3_605, "1 h 5 s", "1:00:05", "1 hour 5 seconds"),
            (3_660, "1 h 1 min", "1:01", "1 hour 1 minute"),
            (3_780, "1 h 3 min", "1:03", "1 hour 3 minutes"), // Not 1.05 h.
            (4_500, "1.25 h", "1:15", "1 hour 15 minutes"),
            (4_680, "1 h 18 min", "1:18", "1 hour 18 minutes"), // Neither 1.30 h nor 1.3 h.
            (5_400, "1.5 h", "1:30", "1 hour 30 minutes"),
            (5_724, "1 h 35 min 24 s", "1:35:24", "1 hour 35 minutes 24 seconds"), // Not 1.59 h.
            (5_760, "1.6 h", "1:36", "1 hour 36 minutes"),
            (5_796, "1.61 h", "1:36:36", "1 hour 36 minutes 36 seconds"),
            (7_322, "2 h 2 min 2 s", "2:02:02", "2 hours 2 minutes 2 seconds"),
            (11_700, "3.25 h", "3:15", "3 hours 15 minutes"),
            (12_000, "3 h 20 min", "3:20", "3 hours 20 minutes"),
            (12_005, "3 h 20 min 5 s", "3:20:05", "3 hours 20 minutes 5 seconds"),
            (36_000, "10 h", "10:00", "10 hours"),
            (360_000, "100 h", "100:00", "100 hours"),
            (3_596_400, "999 h", "999:00", "999 hours"),
            (3_600_000, "1000 h", "1000:00", "1,000 hours"),
            (18_043_200, "5012 h", "5012:00", "5,012 hours"),
            (4_324_330_800, "1201203 h", "1201203:00", "1,201,203 hours"),
            (-1, "−1 s", "−0:00:01", "1 second"),
            (-5_400, "−1.5 h", "−1:30", "1 hour 30 minutes"),
            (-10_800, "−3 h", "−3:00", "3 hours"),
            (-12_000, "−3 h 20 min", "−3:20", "3 hours 20 minutes"),
        ] {
            assert_eq!(format_hours(seconds), hours);
            assert_eq!(clock(seconds), table);
            assert_eq!(in_words(seconds.unsigned_abs()), words);
        }
    }

    /// Goal: the ends of the scale print in full, without panic.
    /// Method: the smallest and largest numbers there are.
    #[test]
    fn ends_of_the_scale() {
        assert_eq!(format_hours(i64::MIN), "−2562047788015215 h 30 min 8 s");
        assert_eq!(clock(i64::MIN), "−2562047788015215:30:08");
        assert_eq!(clock(i64::MAX), "2562047788015215:30:07");
        assert_eq!(in_words(i64::MIN.unsigned_abs()), "2,562,047,788,015,215 hours 30 minutes 8 seconds");
        assert_eq!(in_short(i64::MIN), "2562047788015215 h 30 min 8 s");
        assert_eq!([0, 5_400, 2_700, 7_200].map(in_short), ["0 h", "1 h 30 min", "45 min", "2 h"]);
        assert_eq!(in_words(u64::MAX), "5,124,095,576,030,431 hours 15 seconds");
    }

    /// Goal: whoever types what they read gets the same amount and no question.
    /// Method: all forms of an amount through the reader; a minus only adds its sign.
    fn reads_back(amount: Amount) -> Result<(), TestCaseError> {
        let seconds = amount.seconds();
        let exact = Ok(Reading::Exact(amount));
        prop_assert_eq!(parse_hours(&format_hours(seconds)), exact, "{}", format_hours(seconds));
        prop_assert_eq!(parse_hours(&clock(seconds)), exact, "{}", clock(seconds));
        if seconds < 1_000 * SECONDS_PER_HOUR {
            let words = in_words(seconds.unsigned_abs());
            prop_assert_eq!(parse_hours(&words), exact, "{}", words);
            prop_assert_eq!(parse_hours(&in_short(seconds)), exact, "{}", in_short(seconds));
        }
        prop_assert_eq!(format_hours(-seconds), format!("−{}", format_hours(seconds)));
        prop_assert_eq!(clock(-seconds), format!("−{}", clock(seconds)));
        Ok(())
    }

    /// Goal: as above, without gaps where people live.
    /// Method: every second of three hours, every hundredth of 30 hours, the largest amount.
    #[test]
    fn everyday_amounts_read_back() {
        let hundredths = (1..3_000).map(|hundredth| hundredth * 36);
        for seconds in (1..=10_800).chain(hundredths).chain([Amount::MAX.seconds()]) {
            reads_back(Amount::new(seconds).unwrap()).unwrap();
        }
    }

    proptest! {
        /// Goal: as above, for amounts of every size.
        /// Method: random amounts, whole minutes and hundredths of an hour more often than chance.
        #[test]
        fn any_amount_reads_back(seconds in prop_oneof![
            1..=Amount::MAX.seconds(),
            (1..60_000_i64).prop_map(|minutes| minutes * 60),
            (1..30_000_000_000_i64).prop_map(|hundredths| hundredths * 36),
        ]) {
            reads_back(Amount::new(seconds).unwrap())?;
        }
    }
}
