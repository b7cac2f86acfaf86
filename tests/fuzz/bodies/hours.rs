//! Hours as people type them, against plain fractions.

use hourbook::domain::Amount;
use hourbook::domain::hours::{
    DecimalMeans, Means, Reading, TEXT_BYTES_MAX, clock, format_hours, in_words, parse_hours_as,
};

const MAX: i128 = 1 << 40;
/// From here on words carry a mark between thousands, and are not read back.
const WORDS_BELOW_SECONDS: i64 = 1_000 * 3_600;

/// The bytes are a text.
pub fn body(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for decimals in [DecimalMeans::Ask, DecimalMeans::Decimal, DecimalMeans::Clock] {
        let read = parse_hours_as(&text, decimals);
        let seconds: Vec<(Option<Means>, i64)> = match read {
            Ok(Reading::Exact(amount)) => vec![(None, amount.seconds())],
            Ok(Reading::Ambiguous { first, second }) => {
                [first, second].map(|sense| (Some(sense.means), sense.amount.seconds())).to_vec()
            }
            Err(why) => {
                assert!(why.to_string().contains(' '));
                Vec::new()
            }
        };
        assert_eq!(seconds, model(&text, decimals), "{text:?} {decimals:?}");
        for (_, seconds) in seconds {
            reads_back(seconds);
        }
    }
}

/// What is printed for an amount is read as that amount, whatever decimals mean.
fn reads_back(seconds: i64) {
    let exact = Ok(Reading::Exact(Amount::new(seconds).unwrap()));
    let asked = |text: &str| parse_hours_as(text, DecimalMeans::Ask);
    assert_eq!(asked(&format_hours(seconds)), exact, "{}", format_hours(seconds));
    assert_eq!(asked(&clock(seconds)), exact, "{}", clock(seconds));
    if seconds < WORDS_BELOW_SECONDS {
        let words = in_words(seconds.unsigned_abs());
        assert_eq!(asked(&words), exact, "{words}");
    }
}

/// What a text means: nothing, one amount, or two with a name each. Fractions in whole numbers; nothing is
/// shared with what is judged.
pub fn model(text: &str, decimals: DecimalMeans) -> Vec<(Option<Means>, i64)> {
    let whitespace = |letter: char| letter.is_ascii_whitespace();
    let plain = text.trim_matches(whitespace).to_ascii_lowercase();
    if text.len() > TEXT_BYTES_MAX {
        return Vec::new();
    }
    let exact =
        |seconds: Option<i128>| seconds.and_then(in_range).map(|all| (None, all)).into_iter().collect();
    if plain.contains(':') {
        let parts: Vec<_> = plain.split(':').collect();
        return exact(match parts[..] {
            [hours, minutes] => on_the_clock(hours, minutes, "00"),
            [hours, minutes, seconds] => on_the_clock(hours, minutes, seconds),
            _ => None,
        });
    }
    let Some(parts) = parts(&plain) else { return Vec::new() };
    let ([(number, 3_600)] | [(number, 0)]) = parts[..] else { return exact(with_units(&parts)) };
    let Some(mark) = number.find(['.', ',']) else { return exact(fraction(number, "")) };
    let (hours, after) = (&number[..mark], &number[mark + 1..]);
    if !digits(after) || !(hours.is_empty() || digits(hours)) {
        return Vec::new();
    }
    let on_clock = on_the_clock(if hours.is_empty() { "0" } else { hours }, &format!("{after:0>2}"), "00");
    let two = |means, second: Option<i64>| {
        let (first, second) = (fraction(hours, after).and_then(in_range), second);
        match (first, second) {
            (Some(first), Some(second)) => vec![(Some(Means::DecimalHours), first), (Some(means), second)],
            _ => Vec::new(),
        }
    };
    match (decimals, number.as_bytes()[mark]) {
        (DecimalMeans::Decimal | DecimalMeans::Clock, b',') => Vec::new(),
        (DecimalMeans::Decimal, _) => exact(fraction(hours, after)),
        (DecimalMeans::Clock, _) => exact(on_clock.filter(|_| after.len() == 2)),
        (DecimalMeans::Ask, b',') => {
            let Some(first) = fraction(hours, after).and_then(in_range) else { return Vec::new() };
            if let Some(second) = on_clock.and_then(in_range).filter(|second| *second != first) {
                return two(Means::Clock, Some(second));
            }
            let joined = fraction(&format!("{hours}{after}"), "").and_then(in_range);
            let is_thousands = after.len() == 3 && (1..=3).contains(&hours.len()) && !hours.starts_with('0');
            let means = if is_thousands { Means::Thousands } else { Means::WithoutComma };
            two(means, joined.filter(|joined| *joined != first))
        }
        (DecimalMeans::Ask, _)
            if after.len() == 2 && after < "60" && !["00", "25", "50"].contains(&after) =>
        {
            two(Means::Clock, on_clock.and_then(in_range))
        }
        (DecimalMeans::Ask, _) => exact(fraction(hours, after)),
    }
}

fn in_range(seconds: i128) -> Option<i64> {
    i64::try_from(seconds).ok().filter(|_| (1..=MAX).contains(&seconds))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit())
}

/// `hours.after` hours in seconds, if they are whole ones. A text has at most 32 letters, so 128 bits hold all.
fn fraction(hours: &str, after: &str) -> Option<i128> {
    let number: i128 = if digits(hours) { hours.parse().ok()? } else { 0 };
    // Thirty decimals and more: no amount of ours without being one with fewer.
    let after = after.trim_end_matches('0');
    let (mut scale, mut parts) = (1_i128, 0_i128);
    for digit in after.bytes() {
        scale *= 10;
        parts = parts * 10 + i128::from(digit - b'0');
    }
    let all = number.checked_mul(scale)?.checked_add(parts)?.checked_mul(3_600)?;
    (all % scale == 0).then_some(all / scale)
}

fn on_the_clock(hours: &str, minutes: &str, seconds: &str) -> Option<i128> {
    let sixty =
        |text: &str| (digits(text) && text.len() == 2 && text < "60").then(|| text.parse::<i128>().ok())?;
    let hours: i128 = Some(hours).filter(|hours| digits(hours))?.parse().ok()?;
    hours.checked_mul(3_600)?.checked_add(sixty(minutes)? * 60 + sixty(seconds)?)
}

/// Numbers, each with the seconds of its unit; 0 where none stands.
fn parts(text: &str) -> Option<Vec<(&str, i128)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let ends = rest.find(|letter: char| !matches!(letter, '0'..='9' | '.' | ',')).unwrap_or(rest.len());
        let (number, after) = rest.split_at(ends);
        let after = after.trim_start_matches(|letter: char| letter.is_ascii_whitespace());
        let ends = after.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(after.len());
        let (word, after) = after.split_at(ends);
        let unit = match word {
            "" => 0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            _ => return None,
        };
        if number.is_empty() {
            return None;
        }
        parts.push((number, unit));
        rest = after.trim_start_matches(|letter: char| letter.is_ascii_whitespace());
    }
    (!parts.is_empty()).then_some(parts)
}

fn with_units(parts: &[(&str, i128)]) -> Option<i128> {
    let mut total = 0_i128;
    for (place, (number, unit)) in parts.iter().enumerate() {
        let value: i128 = Some(*number).filter(|number| digits(number))?.parse().ok()?;
        let fits = place == 0 || (parts[place - 1].1 > *unit && value < 60);
        total = total.checked_add(Some(value).filter(|_| *unit > 0 && fits)?.checked_mul(*unit)?)?;
    }
    Some(total)
}
