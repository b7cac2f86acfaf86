//! What is written is what is read, and nothing else is.

mod damage;
mod sizes;
mod strategies;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{Glance, OneTransfer, PlainPost, decode, decode_key, encode, glance, plain_post};
use crate::domain::{Action, Balance, Correction, Entry, Line, Lines, Passed, Post, Sequence, Transfer};
use strategies::{Size, entry};

fn record(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(&entry.command, &entry.outcome, entry.sequence, entry.recorded_at, &mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    /// Goal: an entry comes back as it was; its request key and what it is about are found without the rest.
    /// Method: entries of every form, fields at their bounds.
    #[test]
    fn what_is_written_is_read(entry in entry(Size::Full)) {
        let bytes = record(&entry);
        prop_assert_eq!(decode_key(&bytes), Ok(entry.command.key));
        let note = if let Action::Note(note) = &entry.command.action { Some(note.topic) } else { None };
        let beside = entry.command.attachment.as_ref().map(|attachment| attachment.topic);
        let about = Glance { form: entry.form(), note, beside };
        prop_assert_eq!(glance(&bytes, entry.recorded_at), Ok(about));
        prop_assert_eq!(decode(&bytes, entry.sequence, entry.recorded_at), Ok(entry));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    /// Goal: a plain post is read as the whole entry says, whatever else it carries; nothing else is taken
    /// for one; and bytes that are no entry are no plain post either.
    /// Method: entries of every form, and entries made plain; then with a byte changed or cut off.
    #[test]
    fn a_plain_post_is_the_entry_in_short(
        entry in entry(Size::Small), make_plain in any::<bool>(), at in any::<Index>(), change in any::<u8>(),
    ) {
        let mut entry = entry;
        if make_plain {
            entry.command.claims.clear();
            entry.outcome.counted.clear();
            entry.command.attachment = None;
            if let Action::Post(post) = &mut entry.command.action {
                post.ends = None;
                post.transfers.truncate(1);
                post.transfers[0].people.correction = Correction::No;
                entry.outcome.lines = lines_of(&post.transfers, &entry.outcome.lines);
            }
        }
        let mut bytes = record(&entry);
        prop_assert_eq!(plain_post(&bytes, entry.sequence, entry.recorded_at), Ok(in_short(&entry)));
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        for bytes in [&bytes, &bytes[..at]] {
            let short = plain_post(bytes, entry.sequence, entry.recorded_at);
            match decode(bytes, entry.sequence, entry.recorded_at) {
                Ok(entry) => prop_assert_eq!(short, Ok(in_short(&entry))),
                Err(_) => prop_assert!(!matches!(short, Ok(Some(_))), "{:?}", short),
            }
        }
    }
}

/// A line for each account of the transfers, with the figures of `from` as far as they go.
fn lines_of(transfers: &[Transfer], from: &[Line]) -> Lines {
    let some = Line {
        account: transfers[0].debit,
        previous: Sequence::ZERO,
        jump: Sequence::ZERO,
        posted: -1,
        held: 0,
        passed: Passed::NOTHING,
    };
    let mut accounts: Vec<_> = transfers.iter().flat_map(|one| [one.debit, one.credit]).collect();
    accounts.dedup();
    let figures = from.iter().copied().chain(std::iter::repeat(some));
    accounts.into_iter().zip(figures).map(|(account, line)| Line { account, ..line }).collect()
}

fn in_short(entry: &Entry) -> Option<PlainPost> {
    let command = &entry.command;
    let Action::Post(Post { transfers, ends: None, .. }) = &command.action else { return None };
    let [one] = transfers.as_slice() else { return None };
    let [first, second] = entry.outcome.lines.as_slice() else { return None };
    let plain = command.claims.is_empty()
        && command.attachment.is_none()
        && one.people.correction == Correction::No
        && one.debit != one.credit;
    let transfer = OneTransfer { debit: one.debit, credit: one.credit, amount: one.amount };
    let after = [first, second].map(|line| Balance { posted: line.posted, held: line.held });
    plain.then_some(PlainPost { occurred_on: command.occurred_on, transfer, after })
}

proptest! {
    /// Goal: a command the strategies make is one the ledger would look at: they test what happens.
    /// Method: `Command::check`, but for the time zones that are only as long as one may be and the
    /// expiries that nobody asks for.
    #[test]
    fn the_commands_tried_are_possible(command in strategies::command(Size::Full)) {
        if let Err(invalid) = command.check() {
            prop_assert!(matches!(invalid.field, "time_zone" | "request_id"), "{}", invalid);
        }
    }
}
