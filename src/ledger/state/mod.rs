//! What the poster knows: everything a decision may depend on, and nothing else.
//!
//! A pure function of the entries so far. `decide` reads it, `apply` changes it; there is no IO, no
//! clock and no randomness in here, so the same entries always give the same state (I8).

pub mod account;
pub mod apply;
pub mod claims;
pub mod holds;

use hashbrown::HashMap;

use crate::domain::{AccountNumber, BankNumber, OwnerNumber, Sequence, Timestamp};

pub use account::{Account, Standing};
pub use claims::Counters;
pub use holds::{Holds, OpenHold};

/// The books at a position, as far as decisions need them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The newest entry applied.
    pub position: Sequence,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Owner numbers handed out; the newest is this one.
    pub owners: u32,
    /// Banks, in the order of their numbers from 1.
    pub banks: Vec<Bank>,
    /// Accounts, by slot.
    pub accounts: Vec<Account>,
    /// Holds that are open.
    pub holds: Holds,
    /// Counters that claims have taken from.
    pub counters: Counters,
    /// How much of a transfer (entry, place) was reversed. Grows with reversals, for ever: an
    /// original can be put right however old it is.
    pub reversed: HashMap<(Sequence, u16), i64>,
    /// The other side of each clearing account.
    pub mirrors: HashMap<AccountNumber, AccountNumber>,
}

/// A time bank, as far as decisions need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank {
    /// The bank as an owner.
    pub owner: OwnerNumber,
    /// Its first pot; issuance is the account after it.
    pub pot: AccountNumber,
    /// The entry that opened it.
    pub opened: Sequence,
}

impl State {
    /// The account, if it exists.
    #[must_use]
    pub fn account(&self, number: AccountNumber) -> Option<&Account> {
        self.accounts.get(slot(number))
    }

    /// Brings accounts near that will be needed next, all at once instead of one after the other: both
    /// cache lines, and the roots of the thread if those lie elsewhere. The sum means nothing; it must be
    /// used, or nothing is read.
    pub fn touch(&self, numbers: impl Iterator<Item = AccountNumber>) -> u64 {
        let look = |account: &Account| account.posted.cast_unsigned() ^ account.chain.head().get();
        numbers.fold(0, |sum, number| sum ^ self.account(number).map_or(0, look))
    }

    /// The bank, if it exists.
    #[must_use]
    pub fn bank(&self, number: BankNumber) -> Option<&Bank> {
        let place = usize::try_from(number.get()).ok()?.checked_sub(1)?;
        self.banks.get(place)
    }

    /// Whether the owner number was handed out.
    #[must_use]
    pub const fn has_owner(&self, owner: OwnerNumber) -> bool {
        owner.get() <= self.owners
    }

    /// The account `bank` keeps for `other`, if the two have a pair.
    #[must_use]
    pub fn clearing(&self, bank: BankNumber, other: BankNumber) -> Option<AccountNumber> {
        // Pairs are few; a scan of the mirrors needs no second map to keep true.
        self.mirrors.iter().find_map(|(account, mirror)| {
            let here = self.account(*account)?.bank == bank && self.account(*mirror)?.bank == other;
            here.then_some(*account)
        })
    }

    /// Accounts with their numbers, by slot.
    pub fn numbered_accounts(&self) -> impl Iterator<Item = (AccountNumber, &Account)> {
        (0u32..)
            .zip(&self.accounts)
            .filter_map(|(slot, account)| Some((AccountNumber::from_slot(slot)?, account)))
    }
}

/// The place of an account in tables.
#[must_use]
pub fn slot(number: AccountNumber) -> usize {
    usize::try_from(number.slot()).unwrap_or(usize::MAX)
}
