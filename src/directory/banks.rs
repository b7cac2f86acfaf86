//! What a bank is beside its policy: its owner, where it is, its community pot, where its hours are made, and what
//! it keeps for other banks.
//!
//! Said once, by the entries that opened it and its accounts for others.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::locks::Month;
use crate::domain::{AccountNumber, Action, BankNumber, Day, Entry, Opened, OwnerNumber, Timestamp};

/// A bank as it was opened.
#[derive(Clone, Debug)]
pub struct Bank {
    /// The bank as an owner: its pots are its own.
    pub owner: OwnerNumber,
    /// The pot it was opened with.
    pub community_pot: AccountNumber,
    /// Where its hours are made.
    pub issuance: AccountNumber,
    zone: TimeZone,
}

impl Bank {
    /// Which month it is there at `now`, and when that ends.
    #[must_use]
    pub fn month(&self, now: Timestamp) -> (Month, Timestamp) {
        let month = Month::of(self.today(now));
        (month, month.next().first_day().begins(&self.zone))
    }

    /// Where it is.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Which day it is there at `now`.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Day {
        Day::at(now, &self.zone)
    }
}

/// All banks, and the accounts between them.
#[derive(Clone, Debug, Default)]
pub struct Banks {
    banks: BTreeMap<BankNumber, Bank>,
    /// By the bank that keeps it and the one it is kept for.
    clearing: BTreeMap<(BankNumber, BankNumber), AccountNumber>,
}

impl Banks {
    /// Takes in an entry, if it opens a bank or a pair of accounts between two.
    pub(super) fn apply(&mut self, entry: &Entry) {
        // The ledger opens two accounts in a row.
        let after = |first: AccountNumber| first.slot().checked_add(1).and_then(AccountNumber::from_slot);
        match (&entry.command.action, entry.outcome.opened) {
            (Action::OpenBank(opened), Opened::Bank(number, pot)) => {
                // The ledger takes no zone that it does not know.
                let zone = TimeZone::get(&opened.time_zone).unwrap_or(TimeZone::UTC);
                if let Some(issuance) = after(pot) {
                    let bank = Bank { owner: opened.owner, community_pot: pot, issuance, zone };
                    self.banks.insert(number, bank);
                }
            }
            (Action::OpenClearing(pair), Opened::Accounts(first)) => {
                self.clearing.insert((pair.first, pair.second), first);
                if let Some(second) = after(first) {
                    self.clearing.insert((pair.second, pair.first), second);
                }
            }
            (_, Opened::Nothing | Opened::Owners(_) | Opened::Bank(..) | Opened::Accounts(_)) => {}
        }
    }

    /// The bank `number`.
    #[must_use]
    pub fn get(&self, number: BankNumber) -> Option<&Bank> {
        self.banks.get(&number)
    }

    /// The banks as owners.
    pub fn owners(&self) -> impl Iterator<Item = OwnerNumber> + '_ {
        self.banks.values().map(|bank| bank.owner)
    }

    /// The bank that an account between two banks is kept for.
    #[must_use]
    pub fn kept_for(&self, account: AccountNumber) -> Option<BankNumber> {
        let mut pairs = self.clearing.iter();
        pairs.find(|(_, kept)| **kept == account).map(|((_, other), _)| *other)
    }

    /// The account that `keeper` keeps for what it and `other` owe each other.
    #[must_use]
    pub fn clearing(&self, keeper: BankNumber, other: BankNumber) -> Option<AccountNumber> {
        self.clearing.get(&(keeper, other)).copied()
    }
}
