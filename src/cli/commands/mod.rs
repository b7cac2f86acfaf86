//! One file a command: its flags, its call, its answer.
//!
//! Each reads what was typed, asks the server once or page by page, and hands cells or sentences to the
//! screen. None knows another, and none judges what the server judges.

pub mod account;
pub mod balance;
pub mod bank;
pub mod completions;
pub mod entry;
pub mod hold;
pub mod import;
pub mod post;
pub mod reverse;
pub mod statement;
pub mod trial_balance;
pub mod verify;
pub mod watch;

use super::failure::Failure;
use super::values;
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
fn counted(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "they are counted from 1".to_owned())
}

/// The moment asked for, as the API takes it.
fn before(moment: Option<jiff::Timestamp>) -> Option<prost_types::Timestamp> {
    moment.map(values::wire_time)
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
}
