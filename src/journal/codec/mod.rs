//! The bytes of an entry in the journal.
//!
//! The schema on disk is not the schema of the API: fields that are absent cost nothing, numbers are
//! as short as they can be, and what the place of a record says (its sequence and time) is not
//! repeated in it. A plain exchange takes about 50 bytes, 16 of them its request id.
//!
//! Decoding trusts nothing: every number is checked against the bounds of its type, unknown values
//! and bytes left over are errors, and no input makes it panic or allocate more than a few dozen
//! times its size: a count that the record is too short for is refused before room is made for it.
//!
//! One entry has one form: whatever decodes encodes to the same bytes again. So no number has a
//! longer form, and no flag announces a field that says nothing. What [`Command::check`] or the ledger
//! would not let in is damage where that is cheap to see; but reading must never be stricter than
//! writing, because what was accepted has to be read for ever.

mod action;
mod glance;
mod head;
mod outcome;
mod plain;
#[cfg(test)]
mod tests;
mod widest;
pub(crate) mod wire;

use crate::domain::{Command, Entry, Outcome, RequestKey, Sequence, Timestamp};
pub use action::OneTransfer;
pub use glance::{Glance, glance};
pub use plain::{PlainPost, plain_post};
pub use wire::DecodeError;
use wire::{Reader, Writer};

/// A command by itself has none: its times stand as they are.
const NO_TIME: Timestamp = Timestamp::from_micros(0);

/// Writes a record: `command` and `outcome` of the entry `sequence` of a batch recorded at `recorded_at`.
///
/// Appends to `bytes`, which a poster reuses; nothing else is allocated.
pub fn encode(
    command: &Command,
    outcome: &Outcome,
    sequence: Sequence,
    recorded_at: Timestamp,
    bytes: &mut Vec<u8>,
) {
    let mut writer = Writer::new(bytes);
    head::write(&mut writer, command, recorded_at);
    action::write(&mut writer, &command.action, recorded_at);
    outcome::write(&mut writer, command, outcome, sequence);
}

/// Reads the record of entry `sequence`, recorded at `recorded_at`.
///
/// # Errors
/// [`DecodeError`] naming what is wrong and where, if it is no whole, well-formed record.
pub fn decode(bytes: &[u8], sequence: Sequence, recorded_at: Timestamp) -> Result<Entry, DecodeError> {
    let mut reader = Reader::new(bytes);
    let (tag, mut command) = head::read(&mut reader, recorded_at)?;
    command.action = action::read(&mut reader, tag, recorded_at)?;
    let outcome = outcome::read(&mut reader, &command, sequence)?;
    reader.finish()?;
    Ok(Entry { sequence, recorded_at, command, outcome })
}

/// Writes a command by itself, for whoever keeps one that is not written down yet.
pub fn encode_command(command: &Command, bytes: &mut Vec<u8>) {
    let mut writer = Writer::new(bytes);
    head::write(&mut writer, command, NO_TIME);
    action::write(&mut writer, &command.action, NO_TIME);
}

/// Reads what [`encode_command`] wrote.
///
/// # Errors
/// [`DecodeError`] naming what is wrong and where.
pub fn decode_command(bytes: &[u8]) -> Result<Command, DecodeError> {
    let mut reader = Reader::new(bytes);
    let (tag, mut command) = head::read(&mut reader, NO_TIME)?;
    command.action = action::read(&mut reader, tag, NO_TIME)?;
    reader.finish()?;
    Ok(command)
}

/// Reads only the request key of a record; none for the ledger's own entries.
///
/// # Errors
/// [`DecodeError`] if the record is too short or its id is none.
pub fn decode_key(bytes: &[u8]) -> Result<Option<RequestKey>, DecodeError> {
    head::read_key(&mut Reader::new(bytes))
}
