//! What is written is what is read, and nothing else is.

mod damage;
mod sizes;
mod strategies;

use proptest::prelude::*;

use super::{decode, decode_key, encode};
use crate::domain::Entry;
use strategies::{Size, entry};

fn record(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(&entry.command, &entry.outcome, entry.sequence, entry.recorded_at, &mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    /// Goal: an entry comes back as it was, and its request key is found without the rest.
    /// Method: entries of every form, fields at their bounds.
    #[test]
    fn what_is_written_is_read(entry in entry(Size::Full)) {
        let bytes = record(&entry);
        prop_assert_eq!(decode_key(&bytes), Ok(entry.command.key));
        prop_assert_eq!(decode(&bytes, entry.sequence, entry.recorded_at), Ok(entry));
    }
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
