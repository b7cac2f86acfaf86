//! A plain post: one transfer that ends no hold, takes from no counter and corrects no other books.
//!
//! Nearly everything in the books is one. What it does to balances is read here without building the
//! entry, at a third of the cost; that is what opening, checkpoints and followers do all day.
//!
//! As strict as reading the whole entry: what is damaged there is damaged here.

use super::action::{self, OneTransfer};
use super::head;
use super::outcome::read_line;
use super::wire::{DecodeError, Reader};
use crate::domain::{Day, Line, Sequence, Timestamp};

/// What a plain post says of balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainPost {
    /// The day the help was given, if it was said.
    pub occurred_on: Option<Day>,
    /// Its only transfer.
    pub transfer: OneTransfer,
    /// The lines of the debit and the credit account.
    pub lines: [Line; 2],
}

/// Reads the record of entry `sequence`, recorded at `recorded_at`, if it is a plain post.
///
/// # Errors
/// [`DecodeError`] where reading the whole entry would give one.
pub fn plain_post(
    bytes: &[u8],
    sequence: Sequence,
    recorded_at: Timestamp,
) -> Result<Option<PlainPost>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let Some(occurred_on) = head::read_plain(&mut reader, recorded_at)? else { return Ok(None) };
    let Some(transfer) = action::read_plain(&mut reader)? else { return Ok(None) };
    if transfer.debit == transfer.credit {
        return Ok(None); // Such an entry would have one line.
    }
    let lines = [
        read_line(&mut reader, transfer.debit, sequence)?,
        read_line(&mut reader, transfer.credit, sequence)?,
    ];
    reader.finish()?;
    Ok(Some(PlainPost { occurred_on, transfer, lines }))
}
