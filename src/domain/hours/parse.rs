//! From text to seconds. The forms and the questions are set out in the header of the folder.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::amount::Amount;
use super::{
    DecimalMeans, HoursError, Means, Reading, SECONDS_PER_HOUR, Sense, TEXT_BYTES_MAX, Unit, could_be_minutes,
};

/// Decimals that can still make whole seconds, final zeros aside: 3600 holds the factor 2 four
/// times. `Decimal` multiplies exactly only within 28 digits, so more are refused before it is asked.
const DECIMALS_MAX: usize = 4;

/// Reads `text` as an amount of time; where decimals are in doubt, as two.
///
/// # Errors
/// [`HoursError`], with what to type instead.
pub fn parse_hours(text: &str) -> Result<Reading, HoursError> {
    parse_hours_as(text, DecimalMeans::Ask)
}

/// Reads `text` as an amount of time from a book where `decimals` is known. The answer is
/// [`Reading::Ambiguous`] under [`DecimalMeans::Ask`] only.
///
/// # Errors
/// [`HoursError`], with what to type instead.
pub fn parse_hours_as(text: &str, decimals: DecimalMeans) -> Result<Reading, HoursError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(HoursError::TooLong { bytes: text.len() });
    }
    let text = text.trim_ascii().to_ascii_lowercase();
    if text.is_empty() {
        return Err(HoursError::Empty);
    }
    if text.starts_with(['-', '+', '\u{2212}', '\u{2013}']) {
        return Err(HoursError::Signed);
    }
    if text.contains(':') {
        return with_colons(&text).map(Reading::Exact);
    }
    match parts(&text)?.as_slice() {
        [(number, None | Some(Unit::Hours))] => hours_alone(number, decimals),
        several => with_units(several).map(Reading::Exact),
    }
}

/// Cuts `1 h 15 min` into numbers, made of digits, points and commas, each with its unit.
fn parts(text: &str) -> Result<Vec<(&str, Option<Unit>)>, HoursError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split_while(rest, |c| c.is_ascii_digit() || c == '.' || c == ',');
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return Err(HoursError::NotUnderstood);
        }
        let (word, after) = split_while(after.trim_ascii_start(), |c| c.is_ascii_alphabetic());
        parts.push((number, unit(word)?));
        rest = after.trim_ascii_start();
    }
    Ok(parts)
}

fn split_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn unit(word: &str) -> Result<Option<Unit>, HoursError> {
    match word {
        "" => Ok(None),
        "h" | "hr" | "hrs" | "hour" | "hours" => Ok(Some(Unit::Hours)),
        "m" | "min" | "mins" | "minute" | "minutes" => Ok(Some(Unit::Minutes)),
        "s" | "sec" | "secs" | "second" | "seconds" => Ok(Some(Unit::Seconds)),
        _ => Err(HoursError::UnknownUnit),
    }
}

fn with_units(parts: &[(&str, Option<Unit>)]) -> Result<Amount, HoursError> {
    let mut total = 0;
    let mut above: Option<Unit> = None;
    for &(number, unit) in parts {
        let unit = unit.ok_or(HoursError::MissingUnit)?;
        if number.contains(['.', ',']) {
            return Err(HoursError::PartOfUnit);
        }
        if above.is_some_and(|above| unit <= above) {
            return Err(HoursError::UnitOrder);
        }
        let value = whole(number)?;
        if above.is_some() {
            below_sixty(value, unit)?;
        }
        total = sum(total, value, unit)?;
        above = Some(unit);
    }
    amount(total)
}

fn with_colons(text: &str) -> Result<Amount, HoursError> {
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [hours, minutes] => on_the_clock(hours, minutes, "00"),
        [hours, minutes, seconds] => on_the_clock(hours, minutes, seconds),
        _ => Err(HoursError::ClockDigits),
    }
}

fn hours_alone(number: &str, decimals: DecimalMeans) -> Result<Reading, HoursError> {
    if number.contains(',') {
        return match decimals {
            DecimalMeans::Ask => with_comma(number),
            DecimalMeans::Decimal | DecimalMeans::Clock => Err(HoursError::Comma),
        };
    }
    let Some((hours, decimal)) = number.split_once('.') else {
        return decimal_hours(number, "").map(Reading::Exact);
    };
    if decimal.is_empty() || decimal.contains('.') {
        return Err(HoursError::NotUnderstood);
    }
    let hours = if hours.is_empty() { "0" } else { hours }; // `.5` is half an hour.
    match decimals {
        DecimalMeans::Decimal => decimal_hours(hours, decimal).map(Reading::Exact),
        DecimalMeans::Clock => on_the_clock(hours, decimal, "00").map(Reading::Exact),
        DecimalMeans::Ask if decimal.len() == 2 && decimal.parse().is_ok_and(could_be_minutes) => {
            Ok(Reading::Ambiguous {
                first: Sense { amount: decimal_hours(hours, decimal)?, means: Means::DecimalHours },
                second: Sense { amount: on_the_clock(hours, decimal, "00")?, means: Means::Clock },
            })
        }
        DecimalMeans::Ask => decimal_hours(hours, decimal).map(Reading::Exact),
    }
}

/// Decimal hours first, then the most likely of the other readings: the table in the header.
fn with_comma(number: &str) -> Result<Reading, HoursError> {
    let (hours, after) = number.split_once(',').ok_or(HoursError::Comma)?;
    if after.is_empty() || after.contains(['.', ',']) || hours.contains('.') {
        return Err(HoursError::Comma);
    }
    let thousands = after.len() == 3 && matches!(hours.len(), 1..=3) && !hours.starts_with('0');
    let padded = if hours.is_empty() { "0" } else { hours };
    let first = decimal_hours(padded, after).map_err(|error| {
        // Who types `1,333` means 1333 h: to hear of seconds would not help them.
        if thousands { HoursError::Comma } else { error }
    })?;
    let clock = on_the_clock(padded, &format!("{after:0>2}"), "00");
    let joined = decimal_hours(&format!("{hours}{after}"), "");
    let joined_means = if thousands { Means::Thousands } else { Means::WithoutComma };
    let second = [(Means::Clock, clock), (joined_means, joined)]
        .into_iter()
        .filter_map(|(means, read)| Some(Sense { amount: read.ok()?, means }))
        .find(|other| other.amount != first)
        .ok_or(HoursError::Comma)?;
    Ok(Reading::Ambiguous { first: Sense { amount: first, means: Means::DecimalHours }, second })
}

/// `hours` and `decimal` are digits; `decimal` may be empty.
fn decimal_hours(hours: &str, decimal: &str) -> Result<Amount, HoursError> {
    let decimal = decimal.trim_end_matches('0');
    if decimal.len() > DECIMALS_MAX {
        return Err(HoursError::FinerThanASecond);
    }
    let hours = Decimal::from_str_exact(&format!("{hours}.{decimal}0")).map_err(|_| HoursError::TooLarge)?;
    let seconds = hours.checked_mul(Decimal::from(SECONDS_PER_HOUR)).ok_or(HoursError::TooLarge)?;
    if !seconds.is_integer() {
        return Err(HoursError::FinerThanASecond);
    }
    amount(seconds.to_i64().ok_or(HoursError::TooLarge)?)
}

fn on_the_clock(hours: &str, minutes: &str, seconds: &str) -> Result<Amount, HoursError> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let two_digits = |text: &str| text.len() == 2 && digits(text);
    if !(digits(hours) && two_digits(minutes) && two_digits(seconds)) {
        return Err(HoursError::ClockDigits);
    }
    let total = sum(0, whole(hours)?, Unit::Hours)?;
    let total = sum(total, below_sixty(whole(minutes)?, Unit::Minutes)?, Unit::Minutes)?;
    amount(sum(total, below_sixty(whole(seconds)?, Unit::Seconds)?, Unit::Seconds)?)
}

/// The number written as `digits`; all that can be wrong with it is its size.
fn whole(digits: &str) -> Result<i64, HoursError> {
    digits.parse().map_err(|_| HoursError::TooLarge)
}

fn below_sixty(value: i64, unit: Unit) -> Result<i64, HoursError> {
    if value < 60 { Ok(value) } else { Err(HoursError::SixtyOrMore { unit, value }) }
}

fn sum(total: i64, value: i64, unit: Unit) -> Result<i64, HoursError> {
    value.checked_mul(unit.seconds()).and_then(|more| total.checked_add(more)).ok_or(HoursError::TooLarge)
}

fn amount(seconds: i64) -> Result<Amount, HoursError> {
    if seconds == 0 { Err(HoursError::Zero) } else { Amount::new(seconds).ok_or(HoursError::TooLarge) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MODES: [DecimalMeans; 3] = [DecimalMeans::Ask, DecimalMeans::Decimal, DecimalMeans::Clock];

    fn seconds(seconds: i64) -> Amount {
        Amount::new(seconds).unwrap()
    }

    fn exact(amount: i64) -> Result<Reading, HoursError> {
        Ok(Reading::Exact(seconds(amount)))
    }

    fn ambiguous(first: i64, means: Means, second: i64) -> Result<Reading, HoursError> {
        Ok(Reading::Ambiguous {
            first: Sense { amount: seconds(first), means: Means::DecimalHours },
            second: Sense { amount: seconds(second), means },
        })
    }

    /// Goal: every form that has one meaning is read as that, in every kind of book.
    /// Method: a table of text and seconds, each also in capitals and with spaces around.
    #[test]
    fn one_meaning() {
        for (text, amount) in [
            ("2", 7_200),
            ("002", 7_200),
            ("00000000000000000000000000000001", 3_600),
            ("2h", 7_200),
            ("2 hrs", 7_200),
            ("1:15", 4_500),
            ("01:05", 3_900),
            ("0:00:01", 1),
            ("1:15:30", 4_530),
            ("25:59:59", 93_599),
            ("1h 15m", 4_500),
            ("1h15m", 4_500),
            ("1 h 15 min", 4_500),
            ("1  hour   15\tminutes", 4_500),
            ("1h 0m 5s", 3_605),
            ("2h 5s", 7_205),
            ("0h 20m", 1_200),
            ("75m", 4_500),
            ("75 min", 4_500),
            ("75m 30s", 4_530),
            ("90s", 90),
            ("30 s", 30),
            ("1 sec", 1),
            ("305419896h 36m 16s", 1 << 40),
            ("1099511627776s", 1 << 40),
        ] {
            for text in [text.to_owned(), text.to_uppercase(), format!(" {text}\n")] {
                for mode in MODES {
                    let text = if text.len() > TEXT_BYTES_MAX { text.trim() } else { &text };
                    assert_eq!(parse_hours_as(text, mode), exact(amount), "{text:?} {mode:?}");
                }
            }
        }
    }

    /// Goal: a point is read by the book's rule, asked about only where it may stand for a colon.
    /// Method: a table with the answers when asking, in a decimal book and in a clock book.
    #[test]
    fn decimals_by_book() {
        use HoursError::{ClockDigits, FinerThanASecond, SixtyOrMore, Zero};
        let asked = |first, second| ambiguous(first, Means::Clock, second);
        let over = |value| Err(SixtyOrMore { unit: Unit::Minutes, value });
        for (text, ask, decimal, clock) in [
            ("1.5", exact(5_400), exact(5_400), Err(ClockDigits)),
            ("0.5", exact(1_800), exact(1_800), Err(ClockDigits)),
            (".5", exact(1_800), exact(1_800), Err(ClockDigits)),
            ("1.125", exact(4_050), exact(4_050), Err(ClockDigits)),
            ("0.0625", exact(225), exact(225), Err(ClockDigits)),
            ("1.3000000000000000000000000", exact(4_680), exact(4_680), Err(ClockDigits)),
            ("0.3333", Err(FinerThanASecond), Err(FinerThanASecond), Err(ClockDigits)),
            // Thirds with 28 decimals: `Decimal` would round the product to 1200 s.
            (
                "0.3333333333333333333333333333",
                Err(FinerThanASecond),
                Err(FinerThanASecond),
                Err(ClockDigits),
            ),
            ("1.00001", Err(FinerThanASecond), Err(FinerThanASecond), Err(ClockDigits)),
            ("1.00", exact(3_600), exact(3_600), exact(3_600)),
            ("1.25", exact(4_500), exact(4_500), exact(5_100)),
            ("1.50", exact(5_400), exact(5_400), exact(6_600)),
            ("1.75", exact(6_300), exact(6_300), over(75)),
            ("1.60", exact(5_760), exact(5_760), over(60)),
            ("1.59", asked(5_724, 7_140), exact(5_724), exact(7_140)),
            ("1.30", asked(4_680, 5_400), exact(4_680), exact(5_400)),
            ("1.30h", asked(4_680, 5_400), exact(4_680), exact(5_400)),
            ("1.25 h", exact(4_500), exact(4_500), exact(5_100)),
            ("1.45", asked(5_220, 6_300), exact(5_220), exact(6_300)),
            ("5.12", asked(18_432, 18_720), exact(18_432), exact(18_720)),
            ("1.10", asked(3_960, 4_200), exact(3_960), exact(4_200)),
            ("1.05", asked(3_780, 3_900), exact(3_780), exact(3_900)),
            (".10", asked(360, 600), exact(360), exact(600)),
            ("0.00", Err(Zero), Err(Zero), Err(Zero)),
        ] {
            assert_eq!(parse_hours(text), ask, "{text}");
            assert_eq!(parse_hours_as(text, DecimalMeans::Decimal), decimal, "{text}");
            assert_eq!(parse_hours_as(text, DecimalMeans::Clock), clock, "{text}");
        }
    }

    /// Goal: a comma is always asked about, with the readings of the table in the folder's header.
    /// Method: each row of it with its edges; in a book with a rule every comma is an error.
    #[test]
    fn commas() {
        use Means::{Clock, Thousands, WithoutComma};
        for (text, answer) in [
            ("1,5", ambiguous(5_400, Clock, 3_900)),
            ("1,5 h", ambiguous(5_400, Clock, 3_900)),
            (",5", ambiguous(1_800, Clock, 300)),
            ("1,25", ambiguous(4_500, Clock, 5_100)),
            ("1,30", ambiguous(4_680, Clock, 5_400)),
            ("1,59", ambiguous(5_724, Clock, 7_140)),
            ("1,60", ambiguous(5_760, WithoutComma, 576_000)),
            ("1,75", ambiguous(6_300, WithoutComma, 630_000)),
            ("2,0", ambiguous(7_200, WithoutComma, 72_000)),
            ("2,00", ambiguous(7_200, WithoutComma, 720_000)),
            ("1,250", ambiguous(4_500, Thousands, 4_500_000)),
            ("999,000", ambiguous(3_596_400, Thousands, 3_596_400_000)),
            ("0,500", ambiguous(1_800, WithoutComma, 1_800_000)),
            ("1234,500", ambiguous(4_444_200, WithoutComma, 4_444_200_000)),
            ("1,0625", ambiguous(3_825, WithoutComma, 38_250_000)),
            ("1,333", Err(HoursError::Comma)),
            ("1,234,567", Err(HoursError::Comma)),
            ("1,234.5", Err(HoursError::Comma)),
            ("1.234,5", Err(HoursError::Comma)),
            ("1,", Err(HoursError::Comma)),
            ("305419896,75", Err(HoursError::TooLarge)),
            ("305419896,60", Err(HoursError::Comma)),
            ("1,3333", Err(HoursError::FinerThanASecond)),
            ("0,333", Err(HoursError::FinerThanASecond)),
            ("0,0", Err(HoursError::Zero)),
        ] {
            assert_eq!(parse_hours(text), answer, "{text}");
            for mode in [DecimalMeans::Decimal, DecimalMeans::Clock] {
                assert_eq!(parse_hours_as(text, mode), Err(HoursError::Comma), "{text} {mode:?}");
            }
        }
    }

    /// Goal: whatever is no amount is refused with the reason that helps, in every kind of book.
    /// Method: a table of text and reason.
    #[test]
    fn refusals() {
        use HoursError::{
            ClockDigits, Empty, MissingUnit, NotUnderstood, PartOfUnit, Signed, SixtyOrMore, TooLarge,
            TooLong, UnitOrder, UnknownUnit, Zero,
        };
        let minutes = |value| SixtyOrMore { unit: Unit::Minutes, value };
        let seconds = |value| SixtyOrMore { unit: Unit::Seconds, value };
        let rows: &[(HoursError, &[&str])] = &[
            (Empty, &["", " ", "\t\n"]),
            (
                TooLong { bytes: 33 },
                &["000000000000000000000000000000001", "                                1"],
            ),
            (
                NotUnderstood,
                &["h", ".", ",", "1.", "1..5", "1.2.3", "1/2", "1_000", "1-2", "(1)", "1 hr.", "1;15"],
            ),
            (
                NotUnderstood,
                &["\u{ff11}", "\u{0661}", "1\u{bd}", "\u{bd}", "1\u{a0}h", "\u{221e}", "1h \u{ff11}m"],
            ),
            (Signed, &["-1", "+1", " - 1:15", "\u{2212}1", "\u{2013}1h"]),
            (UnknownUnit, &["1e3", "1.5e0", "2 days", "1h 15x", "1hh", "0x10"]),
            (MissingUnit, &["1 30", "1h30", "1 h 30", "30 1h", "1h 15 30s"]),
            (UnitOrder, &["1h 2h", "15m 1h", "30s 15m", "1m 1m", "1h 1s 1m"]),
            (PartOfUnit, &["1.5m", "7,5 min", "1,250 min", "0.5s", "1.5h 30m", "1h 7.5m"]),
            (
                ClockDigits,
                &["1:5", "1:", ":30", "1:155", "1:15:3", "1:15:30:00", "1:15h", "1 : 15", "1:1.5", "1:-5"],
            ),
            (minutes(75), &["1:75", "1:75:00", "1h 75m", "0h 75m"]),
            (minutes(60), &["1:60", "1h 60m"]),
            (seconds(60), &["1:15:60", "1h 15m 60s", "1h 60s", "75m 60s"]),
            (seconds(99), &["1:15:99"]),
            (Zero, &["0", "0h", "0:00", "0:00:00", "0m", "0h 0m 0s", "000"]),
            (TooLarge, &["305419897", "305419896:36:17", "305419896h 36m 17s", "1099511627777s"]),
            (
                TooLarge,
                &["99999999999999999999999999999999", "9223372036854775807h", "99999999999999999999m"],
            ),
            (TooLarge, &["153722867280912930m 59s", "99999999999999999999:00", "2562047788015216:00"]),
        ];
        for (why, texts) in rows {
            for (text, mode) in texts.iter().flat_map(|text| MODES.map(|mode| (text, mode))) {
                assert_eq!(parse_hours_as(text, mode), Err(*why), "{text:?} {mode:?}");
            }
        }
        // Refused when asking although one of the readings would fit: there is nothing to choose.
        assert_eq!(parse_hours("305419896.59"), Err(TooLarge));
        assert!(parse_hours_as("305419896.59", DecimalMeans::Decimal).is_ok());
    }

    /// Goal: each message is a sentence for the person who typed, names the limit and the next step.
    /// Method: those with figures in full, so that a changed limit or a lost figure is seen.
    #[test]
    fn messages() {
        let message = |text: &str| parse_hours(text).unwrap_err().to_string();
        assert_eq!(
            message("1:75"),
            "75 minutes do not fit: at most 59 may follow a larger unit; \
             carry the rest over or type minutes or seconds alone, like 75 min"
        );
        assert!(message("305419897").contains("305419896 h 36 min 16 s"));
        assert!(message(&"1".repeat(40)).starts_with("this text has 40 bytes and at most 32 are read"));
        assert!(message("1,333").contains("1250"));
    }

    /// What `hours` and `digits` after the point come to, or why not: plain fractions in `i128`,
    /// nothing shared with the code above but the names of the errors.
    fn model(hours: u64, digits: &str) -> Result<Reading, HoursError> {
        let scale = 10_i128.pow(u32::try_from(digits.len()).unwrap());
        let after = digits.parse::<i128>().unwrap_or(0);
        let scaled = (i128::from(hours) * scale + after) * 3_600;
        let in_range = |amount: i128| match amount {
            0 => Err(HoursError::Zero),
            1..=1_099_511_627_776 => Ok(seconds(i64::try_from(amount).unwrap())),
            _ => Err(HoursError::TooLarge),
        };
        if scaled > 1_099_511_627_776 * scale {
            return Err(HoursError::TooLarge);
        }
        if scaled % scale != 0 {
            return Err(HoursError::FinerThanASecond);
        }
        let first = in_range(scaled / scale)?;
        if digits.len() != 2 || after >= 60 || [0, 25, 50].contains(&after) {
            return Ok(Reading::Exact(first));
        }
        let second = in_range(i128::from(hours) * 3_600 + after * 60)?;
        ambiguous(first.seconds(), Means::Clock, second.seconds())
    }

    proptest! {
        /// Goal: decimals are read exactly as fractions say, up to and past the largest amount.
        /// Method: random hours near 0 and near the limit, 0 to 16 decimals, against the model; where
        /// a number is both too large and too fine, either reason will do.
        #[test]
        fn agrees_with_fractions(
            hours in prop_oneof![0..30_u64, 305_419_890..305_419_900_u64, any::<u64>()],
            digits in prop_oneof![Just(String::new()), "[0-9]{1,4}", "[0-9]{1,11}", "[0-9]{1,3}0{1,9}"],
        ) {
            let text = if digits.is_empty() { hours.to_string() } else { format!("{hours}.{digits}") };
            prop_assume!(text.len() <= TEXT_BYTES_MAX);
            let (read, model) = (parse_hours(&text), model(hours, &digits));
            let either = model == Err(HoursError::TooLarge) && read == Err(HoursError::FinerThanASecond);
            prop_assert!(read == model || either, "{text}: {read:?} {model:?}");
        }

        /// Goal: no text makes the reader panic, and only asking ever answers with two readings,
        /// which differ, decimal hours first. A comma in an amount never passes for exact.
        /// Method: any text at all, and texts from the letters that matter.
        #[test]
        fn any_text_is_answered(text in prop_oneof![
            ".*", "[0-9]{0,3}[0-9 .,:hmins-]{0,9}", "[0-9]{1,4},[0-9]{1,4}"]) {
            for mode in MODES {
                match parse_hours_as(&text, mode) {
                    Ok(Reading::Ambiguous { first, second }) => {
                        prop_assert_eq!(mode, DecimalMeans::Ask);
                        prop_assert_eq!(first.means, Means::DecimalHours);
                        prop_assert!(second.means != Means::DecimalHours && first.amount != second.amount);
                    }
                    Ok(Reading::Exact(_)) => prop_assert!(!text.contains(',')),
                    Err(why) => prop_assert!(why.to_string().contains(' ')),
                }
            }
        }
    }
}
