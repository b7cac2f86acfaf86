//! Figures as they stand in a sentence.

use crate::domain::ClaimUnit;
pub use crate::domain::hours::grouped as count;
use crate::domain::hours::in_words;

/// A length of time without direction: "3 hours 15 minutes", "1 hour", "0 hours".
#[must_use]
pub fn hours(seconds: i64) -> String {
    in_words(seconds.unsigned_abs())
}

/// A balance: "1 hour 45 minutes", "3 hours below zero", "0 hours".
#[must_use]
pub fn balance(seconds: i64) -> String {
    if seconds < 0 { format!("{} below zero", hours(seconds)) } else { hours(seconds) }
}

/// Where somebody stands: "Kit has 1 hour", "Kit is at zero", "Kit is 3 hours below zero".
#[must_use]
pub fn standing(name: &str, seconds: i64) -> String {
    match seconds {
        0 => format!("{name} is at zero"),
        1.. => format!("{name} has {}", hours(seconds)),
        ..0 => format!("{name} is {}", balance(seconds)),
    }
}

/// A level a balance is compared with: "zero", "20 hours", "5 hours below zero".
#[must_use]
pub fn level(seconds: i64) -> String {
    if seconds == 0 { "zero".to_owned() } else { balance(seconds) }
}

/// What a counter counts: hours, or a bare number.
#[must_use]
pub fn counted(unit: ClaimUnit, figure: i64) -> String {
    match unit {
        ClaimUnit::Times => count(figure.unsigned_abs()),
        ClaimUnit::Seconds => hours(figure),
    }
}

/// The verb after [`hours`]: "1 hour was", "1 hour 15 minutes were", "0 hours were".
#[must_use]
pub fn were(seconds: i64) -> &'static str {
    if is_one(seconds) { "was" } else { "were" }
}

/// The verb after [`hours`]: "1 hour is", "1 hour 15 minutes are".
#[must_use]
pub fn are(seconds: i64) -> &'static str {
    if is_one(seconds) { "is" } else { "are" }
}

/// One hour, one minute, one second.
const fn is_one(seconds: i64) -> bool {
    matches!(seconds.unsigned_abs(), 1 | 60 | 3_600)
}
