//! Bytes of the topic `CARD`; the subject is the owner whose card it is.
//!
//! ```text
//! format u8 (1), what u8, slot of the account u32, then
//!   1 issued, 2 issued in place of the one before: its number, sealed
//!   3 PIN set: its hash, sealed
//!   4 blocked
//! ```
//!
//! Numbers are little-endian. Who said it is the actor of the entry. The format is for ever. What is not exactly this is
//! an error and never skipped: to overlook that a card is blocked would be to take it.

use crate::directory::reading::{BadBytes, Reader};
use crate::domain::AccountNumber;

const FORMAT: u8 = 1;

/// What a note says of the card of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// There is one, of this sealed number.
    Issued(AccountNumber, Box<[u8]>),
    /// There is another one, of this sealed number; the one before is blocked.
    Replaced(AccountNumber, Box<[u8]>),
    /// It has a PIN, of this sealed hash.
    PinSet(AccountNumber, Box<[u8]>),
    /// It is not taken any more.
    Blocked(AccountNumber),
}

impl Said {
    /// Whose card.
    #[must_use]
    pub const fn account(&self) -> AccountNumber {
        match self {
            Self::Issued(account, _)
            | Self::Replaced(account, _)
            | Self::PinSet(account, _)
            | Self::Blocked(account) => *account,
        }
    }

    /// The body.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let (what, sealed): (u8, &[u8]) = match self {
            Self::Issued(_, number) => (1, number),
            Self::Replaced(_, number) => (2, number),
            Self::PinSet(_, hash) => (3, hash),
            Self::Blocked(_) => (4, &[]),
        };
        [&[FORMAT, what], &self.account().slot().to_le_bytes()[..], sealed].concat().into_boxed_slice()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`BadBytes`] unless it is exactly what [`Self::encode`] makes.
    pub fn decode(body: &[u8]) -> Result<Self, BadBytes> {
        let mut reader = Reader::new(body, FORMAT)?;
        said(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)
    }
}

fn said(reader: &mut Reader<'_>) -> Option<Said> {
    let (what, account) = (reader.byte()?, AccountNumber::from_slot(reader.number()?)?);
    let mut sealed = || Some(reader.rest()).filter(|bytes| !bytes.is_empty()).map(Box::from);
    match what {
        1 => Some(Said::Issued(account, sealed()?)),
        2 => Some(Said::Replaced(account, sealed()?)),
        3 => Some(Said::PinSet(account, sealed()?)),
        4 => Some(Said::Blocked(account)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what is said reads back, and nothing else reads at all. Method: each kind; each cut off, with more behind it
    /// where nothing is sealed, of a format and of a kind there is not.
    #[test]
    fn notes_read_back() {
        let account = AccountNumber::from_slot(7).unwrap();
        let sealed = || Box::from(&b"sealed"[..]);
        let all = [
            Said::Issued(account, sealed()),
            Said::Replaced(account, sealed()),
            Said::PinSet(account, sealed()),
            Said::Blocked(account),
        ];
        for said in all {
            let body = said.encode();
            assert_eq!(Said::decode(&body), Ok(said.clone()));
            for length in 0..7.min(body.len()) {
                let is_whole = length == body.len();
                assert_eq!(Said::decode(&body[..length]).is_ok(), is_whole, "{said:?} {length}");
            }
            for (place, byte, error) in [(0, 2, BadBytes::Newer(2)), (1, 5, BadBytes::Damaged)] {
                let mut bent = body.clone();
                bent[place] = byte;
                assert_eq!(Said::decode(&bent), Err(error));
            }
        }
        let longer = [&Said::Blocked(account).encode()[..], b"x"].concat();
        assert_eq!(Said::decode(&longer), Err(BadBytes::Damaged));
    }
}
