//! Fields of requests become words of the books here, once; what cannot be meant is named with its limit.

use prost_types::Timestamp as WireTimestamp;

use super::not_done::NotDone;
use crate::api;
use crate::domain::time::MICROS_PER_SECOND;
use crate::domain::{
    AccountKind, AccountNumber, Amount, BankNumber, CeilingRule, Day, Form, Kind, Limits, OwnerNumber,
    RequestId, RequestKey, Scope, Sequence, Timestamp,
};

/// 9999-12-31T23:59:59Z; the calendar of the wire ends there.
const SECONDS_MAX: i64 = 253_402_300_799;
/// 0001-01-01T00:00:00Z.
const SECONDS_MIN: i64 = -62_135_596_800;

/// A request id of the local operator, from its text.
pub fn request_key(text: &str) -> Result<RequestKey, NotDone> {
    let id = RequestId::parse(text).map_err(|_| {
        NotDone::bad("request_id", "a UUID of version 7 or 8, written as 8-4-4-4-12 hexadecimal digits")
    })?;
    Ok(RequestKey { scope: Scope::OPERATOR, id })
}

/// A request id of the local operator, from its 16 bytes.
pub fn request_key_bytes(bytes: &[u8]) -> Result<RequestKey, NotDone> {
    let id = bytes.try_into().ok().and_then(|bytes| RequestId::from_bytes(bytes).ok());
    let id = id.ok_or_else(|| NotDone::bad("request_id", "the 16 bytes of a UUID of version 7 or 8"))?;
    Ok(RequestKey { scope: Scope::OPERATOR, id })
}

/// An account number with its check digit.
pub fn account(field: &str, number: u32) -> Result<AccountNumber, NotDone> {
    AccountNumber::from_printed(number)
        .map_err(|error| NotDone::bad(field, format!("an account number with its check digit: {error}")))
}

/// An account number, where 0 stands for any.
pub fn account_or_any(field: &str, number: u32) -> Result<Option<AccountNumber>, NotDone> {
    if number == 0 { Ok(None) } else { account(field, number).map(Some) }
}

/// A bank number, where 0 stands for any.
pub fn bank_or_any(number: u32) -> Option<BankNumber> {
    (number != 0).then(|| BankNumber::new(number))
}

/// An owner number, where 0 stands for nobody.
pub fn person(number: u32) -> Option<OwnerNumber> {
    (number != 0).then(|| OwnerNumber::new(number))
}

/// An amount a caller may name.
pub fn amount(field: &str, seconds: i64) -> Result<Amount, NotDone> {
    Amount::new(seconds).ok_or_else(|| NotDone::bad(field, "from 1 to 2^40 seconds"))
}

/// The position after which something is asked about.
pub fn sequence(field: &str, number: u64) -> Result<Sequence, NotDone> {
    if number == 0 {
        return Err(NotDone::bad(field, "the sequence of an entry, from 1"));
    }
    Ok(Sequence::new(number))
}

/// A calendar day.
pub fn day(field: &str, date: Option<api::Date>) -> Result<Option<Day>, NotDone> {
    let Some(date) = date else { return Ok(None) };
    let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
    let day =
        if let (Ok(year), Ok(month), Ok(day)) = parts { Day::from_calendar(year, month, day) } else { None };
    let day = day.filter(|day| (Day::MIN..=Day::MAX).contains(day));
    day.map(Some).ok_or_else(|| NotDone::bad(field, "a day of the calendar, 1900-01-01 to 2199-12-31"))
}

/// A moment; nanoseconds are cut to microseconds.
pub fn timestamp(field: &str, time: Option<WireTimestamp>) -> Result<Option<Timestamp>, NotDone> {
    let Some(time) = time else { return Ok(None) };
    let fits =
        (SECONDS_MIN..=SECONDS_MAX).contains(&time.seconds) && (0..1_000_000_000).contains(&time.nanos);
    if !fits {
        return Err(NotDone::bad(field, "a time from the year 1 to the year 9999"));
    }
    let micros = time.seconds.saturating_mul(MICROS_PER_SECOND).saturating_add(i64::from(time.nanos) / 1_000);
    Ok(Some(Timestamp::from_micros(micros)))
}

/// Why hours move; must be said.
pub fn kind(field: &str, number: i32) -> Result<Kind, NotDone> {
    let known = u8::try_from(number).ok().and_then(|number| Kind::from_number(number.checked_sub(1)?));
    known.ok_or_else(|| NotDone::bad(field, "one of the kinds there are, from 1 to 15"))
}

/// What an account is for; must be said.
pub fn account_kind(field: &str, number: i32) -> Result<AccountKind, NotDone> {
    let known = u8::try_from(number).ok().and_then(|number| AccountKind::from_number(number.checked_sub(1)?));
    known.ok_or_else(|| NotDone::bad(field, "one of the kinds of accounts there are, from 1 to 6"))
}

/// What an account is for, where 0 stands for anything.
pub fn account_kind_or_any(field: &str, number: i32) -> Result<Option<AccountKind>, NotDone> {
    if number == 0 { Ok(None) } else { account_kind(field, number).map(Some) }
}

/// What an entry does, in a filter.
pub fn form(field: &str, number: i32) -> Result<Form, NotDone> {
    match api::Form::try_from(number) {
        Ok(api::Form::Post) => Ok(Form::Post),
        Ok(api::Form::Hold) => Ok(Form::Hold),
        Ok(api::Form::Capture) => Ok(Form::Capture),
        Ok(api::Form::Void) => Ok(Form::Void),
        Ok(api::Form::Expire) => Ok(Form::Expire),
        Ok(api::Form::Account) => Ok(Form::Account),
        Ok(api::Form::Note) => Ok(Form::Note),
        Ok(api::Form::Unspecified) | Err(_) => {
            Err(NotDone::bad(field, "one of the forms there are, from 1 to 7"))
        }
    }
}

/// How far an account may go; absent means down to zero.
pub fn limits(field: &str, limits: Option<api::Limits>) -> Result<Limits, NotDone> {
    let down_to_zero = api::Limits { floor_seconds: Some(0), ..api::Limits::default() };
    let said = limits.unwrap_or(down_to_zero);
    let rule = if said.ceiling_is_hard { CeilingRule::Hard } else { CeilingRule::Warns };
    let widest = Limits::WIDEST;
    let read = widest
        .with_ceiling(said.ceiling_seconds.unwrap_or(widest.ceiling()), rule)
        .and_then(|limits| limits.with_floor(said.floor_seconds.unwrap_or(widest.floor())))
        .and_then(|limits| limits.with_warnings(said.warn_below_seconds, said.warn_above_seconds));
    read.map_err(|invalid| {
        let inner = invalid.field.rsplit('.').next().unwrap_or_default();
        NotDone::bad(format!("{field}.{inner}"), invalid.limit)
    })
}
