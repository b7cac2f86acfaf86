//! One file a command: its flags, its call, its answer.
//!
//! Each reads what was typed, asks the server once or page by page, and hands cells or sentences to the
//! screen. None knows another, and none judges what the server judges.

pub mod account;
mod across_cuts;
pub mod balance;
pub mod bank;
pub mod card;
pub mod code;
pub mod completions;
mod drawing;
pub mod entry;
pub mod exchange;
pub mod hold;
pub mod hook;
pub mod import;
pub mod init;
pub mod key;
pub mod letter;
pub mod offer;
pub mod people;
pub mod post;
pub mod pot;
pub mod redemption;
pub mod reverse;
mod sales;
pub mod settlement;
pub mod slips;
pub mod statement;
mod telling;
pub mod till;
pub mod trial_balance;
pub mod verify;
pub mod voucher;
pub mod watch;
pub mod whoami;

use super::failure::Failure;
use super::values::{self, Deadline};
use crate::api;
use crate::domain::RequestId;
use crate::domain::hours::format_hours;

/// The receipt that every write answers with.
fn receipt(receipt: Option<api::Receipt>) -> Result<api::Receipt, Failure> {
    receipt.ok_or_else(|| Failure::Unreachable("the server answered without a receipt".to_owned()))
}

/// The id of one of several calls made for one command: asking again with `id` asks each again.
fn derived(id: RequestId, call: &str) -> RequestId {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    context.update(b"hourbook command line\0");
    context.update(call.as_bytes());
    context.update(b"\0");
    context.update(&id.bytes());
    let digest = context.finish();
    RequestId::derived(digest.as_ref().first_chunk().copied().unwrap_or_default()) // 32 bytes hold 16.
}

/// A level of a limit for people.
fn level_words(seconds: Option<i64>, absent: &str) -> String {
    seconds.map_or_else(|| absent.to_owned(), format_hours)
}

/// An entry, a hold: counted from 1.
fn place(text: &str) -> Result<u64, String> {
    let place = text.parse().ok().filter(|place| *place > 0);
    place.ok_or_else(|| "entries are counted from 1".to_owned())
}

/// A bank, an owner: counted from 1.
pub(super) fn counted(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "they are counted from 1".to_owned())
}

/// The moment asked for, as the API takes it.
fn before(moment: Option<jiff::Timestamp>) -> Option<prost_types::Timestamp> {
    moment.map(values::wire_time)
}

/// A span counts from the moment inside the id, so that the same command asked again with the same id
/// means the same moment.
fn from_now(flag: &str, until: Deadline, id: RequestId) -> Result<jiff::Timestamp, Failure> {
    let span = match until {
        Deadline::At(at) => return Ok(at),
        Deadline::In(span) => span,
    };
    let made = made_at(id).ok_or_else(|| {
        Failure::Usage(format!(
            "{flag} needs a time with this --request-id: only an id of version 7 says from when a span counts"
        ))
    })?;
    let too_far = |_| Failure::Usage(format!("{flag} is further ahead than the calendar goes"));
    let then = made.to_zoned(jiff::tz::TimeZone::UTC).checked_add(span).map_err(too_far)?;
    Ok(then.timestamp())
}

/// The moment inside an id of version 7.
fn made_at(id: RequestId) -> Option<jiff::Timestamp> {
    let id = uuid::Uuid::from_bytes(id.bytes());
    let (seconds, nanos) = id.get_timestamp().filter(|_| id.get_version_num() == 7)?.to_unix();
    let seconds = i64::try_from(seconds).ok()?;
    jiff::Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a repeat derives the same ids, and no two calls share one. Method: twice, and another.
    #[test]
    fn derived_ids_repeat_and_differ() {
        let (one, other) = (RequestId::derived([1; 16]), RequestId::derived([2; 16]));
        assert_eq!(derived(one, "owner"), derived(one, "owner"));
        assert_ne!(derived(one, "owner"), derived(one, "account"));
        assert_ne!(derived(one, "owner"), derived(other, "owner"));
        assert!(RequestId::parse(&derived(one, "owner").to_string()).is_ok());
    }

    /// Goal: a repeat under the same id means the same moment. Method: a span with an id of a known
    /// moment, and with one that has none.
    #[test]
    fn a_span_counts_from_the_id() {
        let id = RequestId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let span = values::deadline("1 day").unwrap();
        let then = from_now("--until", span, id).unwrap();
        assert_eq!(then, from_now("--until", span, id).unwrap());
        assert_eq!(then.as_millisecond(), 0x0189_0a5d_ac96 + 86_400_000);
        let none = from_now("--expires", span, RequestId::derived([1; 16]));
        assert!(matches!(none, Err(Failure::Usage(said)) if said.starts_with("--expires")));
        let at = values::deadline("2026-05-13T14:30:00Z").unwrap();
        assert!(from_now("--until", at, RequestId::derived([1; 16])).is_ok());
    }
}
