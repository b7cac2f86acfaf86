//! A plain post: one transfer that takes from no hold, takes from no counter and corrects no other books.
//!
//! Nearly everything in the books is one. What it does to balances is read here without building the
//! entry, at a third of the cost; that is what opening, checkpoints and followers do all day.
//!
//! As strict as reading the whole entry: what is damaged there is damaged here.

use super::action::{self, OneTransfer};
use super::head;
use super::outcome::read_line;
use super::wire::{DecodeError, Reader};
use crate::domain::{AccountNumber, Balance, Day, Line, Sequence, Timestamp};

/// What a plain post says of balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainPost {
    /// The day the help was given, if it was said.
    pub occurred_on: Option<Day>,
    /// Its only transfer.
    pub transfer: OneTransfer,
    /// The balances of its debit and its credit account afterwards.
    pub after: [Balance; 2],
}

impl PlainPost {
    /// Both accounts with their balances afterwards.
    #[must_use]
    pub const fn balances(&self) -> [(AccountNumber, Balance); 2] {
        let [debit, credit] = self.after;
        [(self.transfer.debit, debit), (self.transfer.credit, credit)]
    }
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
    let mut after = |account| {
        read_line(&mut reader, account, sequence).map(|Line { posted, held, .. }| Balance { posted, held })
    };
    let after = [after(transfer.debit)?, after(transfer.credit)?];
    reader.finish()?;
    Ok(Some(PlainPost { occurred_on, transfer, after }))
}
