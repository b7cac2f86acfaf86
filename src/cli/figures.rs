//! Figures for tables, and the names of kinds, forms and standings for people and for programs.
//!
//! Owns the mapping of the API's numbers to words; unknown numbers are said as such, because a newer
//! server may know more. Knows no server.

use crate::api;
use crate::domain;
use crate::domain::hours::grouped;
use crate::words;

/// "1,029,062:30", "−3:00"; seconds only where there are some.
#[must_use]
pub fn clock(seconds: i64) -> String {
    let text = domain::hours::clock(seconds);
    let hours = seconds.unsigned_abs() / 3_600;
    text.replacen(&hours.to_string(), &grouped(hours), 1)
}

/// "1,029,062" for whole hours, else "1,029,062:30".
#[must_use]
pub fn whole_hours(seconds: i64) -> String {
    let text = clock(seconds);
    text.strip_suffix(":00").filter(|_| seconds % 3_600 == 0).map_or(text.clone(), str::to_owned)
}

/// A kind in a few words.
#[must_use]
pub fn kind_words(number: i32) -> &'static str {
    let known = u8::try_from(number).ok().and_then(|number| number.checked_sub(1));
    known.and_then(domain::Kind::from_number).map_or("", words::kind)
}

/// A name of the API without its prefix, as programs read it: `between_banks`.
#[must_use]
pub fn short(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_ascii_lowercase()
}

/// A kind for programs.
#[must_use]
pub fn kind_name(number: i32) -> String {
    api::Kind::try_from(number).map_or_else(|_| number.to_string(), |kind| short(kind.as_str_name(), "KIND_"))
}

/// What an entry does, for programs.
#[must_use]
pub fn form_name(number: i32) -> String {
    api::Form::try_from(number).map_or_else(|_| number.to_string(), |form| short(form.as_str_name(), "FORM_"))
}

/// What an account is for, in both.
#[must_use]
pub fn account_kind_name(number: i32) -> String {
    api::AccountKind::try_from(number)
        .map_or_else(|_| number.to_string(), |kind| short(kind.as_str_name(), "ACCOUNT_KIND_"))
}

/// Whether an account is open, in both.
#[must_use]
pub fn standing_name(number: i32) -> String {
    api::Standing::try_from(number)
        .map_or_else(|_| number.to_string(), |standing| short(standing.as_str_name(), "STANDING_"))
}

/// What an entry does, in a word or two.
#[must_use]
pub const fn form_words(form: api::Form) -> &'static str {
    match form {
        api::Form::Unspecified => "",
        api::Form::Post => "hours moved",
        api::Form::Hold => "set aside",
        api::Form::Capture => "taken",
        api::Form::Void => "let go",
        api::Form::Expire => "ran out",
        api::Form::Account => "accounts",
        api::Form::Note => "note",
    }
}

/// RFC 3339 in UTC, or nothing.
#[must_use]
pub fn time(at: Option<prost_types::Timestamp>) -> Option<String> {
    let at = at?;
    jiff::Timestamp::new(at.seconds, at.nanos).ok().map(|moment| moment.to_string())
}

/// RFC 3339 in UTC in whole seconds, for a sentence; or nothing.
#[must_use]
pub fn whole_time(at: Option<prost_types::Timestamp>) -> Option<String> {
    time(at.map(|at| prost_types::Timestamp { nanos: 0, ..at }))
}

/// "2026-05-13 14:30 UTC", for a sentence; or nothing.
#[must_use]
pub fn minute_in_utc(at: Option<prost_types::Timestamp>) -> String {
    let minute = short_time(at);
    if minute.is_empty() { minute } else { format!("{minute} UTC") }
}

/// "2026-05-13 14:30" in UTC, for a column.
#[must_use]
pub fn short_time(at: Option<prost_types::Timestamp>) -> String {
    let minute = at.and_then(|at| jiff::Timestamp::new(at.seconds, 0).ok());
    minute.map_or_else(String::new, |minute| minute.strftime("%Y-%m-%d %H:%M").to_string())
}

/// "2026-05-13 15:30 (Europe/London)", or nothing where the zone is not known here.
#[must_use]
pub fn time_in(at: Option<prost_types::Timestamp>, zone: &str) -> Option<String> {
    let moment = jiff::Timestamp::new(at?.seconds, 0).ok()?;
    let local = moment.to_zoned(jiff::tz::TimeZone::get(zone).ok()?);
    Some(format!("{} ({zone})", local.strftime("%Y-%m-%d %H:%M")))
}

/// "2026-05-13".
#[must_use]
pub fn day(date: Option<api::Date>) -> Option<String> {
    date.map(|date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: large figures stay readable and exact. Method: the ends of each form.
    #[test]
    fn figures_are_grouped() {
        for (seconds, table, hours) in [
            (0, "0:00", "0"),
            (3_704_623_200, "1,029,062:00", "1,029,062"),
            (3_704_625_000, "1,029,062:30", "1,029,062:30"),
            (-10_800, "−3:00", "−3"),
            (3_601, "1:00:01", "1:00:01"),
            (-36_000_001, "−10,000:00:01", "−10,000:00:01"),
        ] {
            assert_eq!((clock(seconds).as_str(), whole_hours(seconds).as_str()), (table, hours));
        }
    }

    /// Goal: every kind of the API has the words of the kind of the same name. Method: all of them.
    #[test]
    fn kinds_have_their_own_words() {
        for (place, kind) in domain::Kind::ALL.into_iter().enumerate() {
            let number = i32::try_from(place + 1).unwrap();
            let name = kind_name(number).replace('_', "");
            assert_eq!(name, format!("{kind:?}").to_lowercase());
            assert_eq!(kind_words(number), words::kind(kind));
        }
        assert_eq!((kind_words(0), kind_words(99), kind_name(99).as_str()), ("", "", "99"));
    }
}
