//! The two whom a proposal or a booking is about, by their own accounts.
//!
//! They stand beside its hold: a pot may pay in the place of one of them, or get the hours.

use super::asked::without_fingerprint;
use super::refusal::Refusal;
use super::sight::Sight;
use crate::domain::{AccountNumber, Action, Entry, OwnerNumber, Topic};

const SIDES_BYTES: usize = 8;

/// Who helped and who was helped, whichever accounts move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The own account of who helped, or gives a room.
    pub giver: AccountNumber,
    /// The own account of who was helped, or booked.
    pub receiver: AccountNumber,
}

impl Sides {
    /// The two numbers, little-endian.
    #[must_use]
    pub fn encode(self) -> [u8; SIDES_BYTES] {
        let (giver, receiver) = (u64::from(self.giver.slot()), u64::from(self.receiver.slot()));
        (giver | receiver << 32).to_le_bytes()
    }

    /// What the bytes say; nothing if they are not ours.
    #[must_use]
    pub fn decode(body: &[u8]) -> Option<Self> {
        let (giver, receiver) = body.split_first_chunk()?;
        let account = |slot| AccountNumber::from_slot(u32::from_le_bytes(slot));
        Some(Self { giver: account(*giver)?, receiver: account(receiver.try_into().ok()?)? })
    }

    /// Of an entry that is a proposal or a booking: they end what stands beside its hold.
    #[must_use]
    pub fn beside(entry: &Entry) -> Option<Self> {
        let Action::Hold(_) = entry.command.action else { return None };
        let attachment = entry.command.attachment.as_deref()?;
        let is_ours = [Topic::PROPOSAL, Topic::BOOKING].contains(&attachment.topic);
        let kept = without_fingerprint(&attachment.body).last_chunk::<SIDES_BYTES>().filter(|_| is_ours)?;
        Self::decode(kept)
    }

    /// Both accounts.
    pub fn both(self) -> impl Iterator<Item = AccountNumber> {
        [self.giver, self.receiver].into_iter()
    }

    /// Whose they are: who helped, who was helped.
    ///
    /// # Errors
    /// [`Refusal::Ledger`] where nobody has such a number.
    pub fn people(self, sight: &Sight<'_>) -> Result<[OwnerNumber; 2], Refusal> {
        let [giver, receiver] = [self.giver, self.receiver].map(|account| sight.party(account));
        Ok([giver?.own.owner, receiver?.own.owner])
    }
}
