//! What a bank is beside its policy: its owner, where it is, its community pot and where its hours are made.
//!
//! Said once, by the entry that opened it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

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
    /// Which day it is there at `now`.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Day {
        Day::at(now, &self.zone)
    }
}

/// All banks.
#[derive(Clone, Debug, Default)]
pub struct Banks(BTreeMap<BankNumber, Bank>);

impl Banks {
    /// Takes in an entry, if it opens a bank.
    pub(super) fn apply(&mut self, entry: &Entry) {
        let (Action::OpenBank(opened), Opened::Bank(number, pot)) =
            (&entry.command.action, entry.outcome.opened)
        else {
            return;
        };
        // The ledger opens both in a row, and takes no zone that it does not know.
        let issuance = pot.slot().checked_add(1).and_then(AccountNumber::from_slot);
        let zone = TimeZone::get(&opened.time_zone).unwrap_or(TimeZone::UTC);
        if let Some(issuance) = issuance {
            self.0.insert(number, Bank { owner: opened.owner, community_pot: pot, issuance, zone });
        }
    }

    /// The bank `number`.
    #[must_use]
    pub fn get(&self, number: BankNumber) -> Option<&Bank> {
        self.0.get(&number)
    }
}
