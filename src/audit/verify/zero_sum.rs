//! I1 zero-sum: hours are moved, never made.
//!
//! Both accounts of every transfer are in one bank; after every entry the balances of each bank add up
//! to zero, by the lines; and what a clearing account gains its mirror in the other bank loses.

use smallvec::SmallVec;

use super::effects::{Effect, Effects};
use super::own_books::OwnBooks;
use super::report::{Check, Faults, Invariant};
use crate::audit::words::{FORGED, hours};
use crate::domain::{AccountNumber, Action, BankNumber, Entry};

/// What was found so far.
#[derive(Debug, Default)]
pub struct ZeroSum {
    entries: u64,
    transfers: u64,
    faults: Faults,
}

impl ZeroSum {
    /// Checks an entry against the books before it.
    pub fn entry(&mut self, entry: &Entry, effects: &Effects, books: &OwnBooks) {
        self.entries += 1;
        for part in entry.moves() {
            self.transfer(entry, part.debit, part.credit, part.amount.seconds(), books);
        }
        if let Action::Hold(hold) = &entry.command.action {
            for transfer in &hold.transfers {
                self.transfer(entry, transfer.debit, transfer.credit, transfer.amount.seconds(), books);
            }
        }
        self.sums(entry, books);
        self.mirrors(entry, effects, books);
    }

    fn transfer(
        &mut self,
        entry: &Entry,
        debit: AccountNumber,
        credit: AccountNumber,
        seconds: i64,
        books: &OwnBooks,
    ) {
        self.transfers += 1;
        let sequence = entry.sequence;
        match (books.account(debit), books.account(credit)) {
            (Some(from), Some(to)) if from.bank == to.bank => {}
            (Some(from), Some(to)) => self.faults.add(|| {
                format!(
                    "Entry {sequence} moves {} from account {debit} of bank {} to account {credit} of bank {}: a transfer stays \
                     in one bank. {FORGED}.",
                    hours(seconds),
                    from.bank,
                    to.bank
                )
            }),
            (from, _) => {
                let unknown = if from.is_none() { debit } else { credit };
                self.faults.add(|| {
                    format!(
                        "Entry {sequence} moves {} from account {debit} to account {credit}, but no entry before it opened account \
                         {unknown}. {FORGED}.",
                        hours(seconds)
                    )
                });
            }
        }
    }

    /// What the lines of the entry change must cancel out in each bank, as the sums before it did.
    fn sums(&mut self, entry: &Entry, books: &OwnBooks) {
        let mut changes: SmallVec<[(BankNumber, i128); 2]> = SmallVec::new();
        for line in &entry.outcome.lines {
            let Some(account) = books.account(line.account) else { continue };
            let change = i128::from(line.posted) - account.posted;
            match changes.iter_mut().find(|(bank, _)| *bank == account.bank) {
                Some((_, sum)) => *sum += change,
                None => changes.push((account.bank, change)),
            }
        }
        for (bank, change) in changes.into_iter().filter(|(_, change)| *change != 0) {
            let before = books.sums.get(&bank).copied().unwrap_or_default();
            self.faults.add(|| {
                format!(
                    "After entry {} the balances of bank {bank} add up to {}, and before it to {}: they must add up to zero. {FORGED}.",
                    entry.sequence,
                    hours(before + change),
                    hours(before)
                )
            });
        }
    }

    fn mirrors(&mut self, entry: &Entry, effects: &Effects, books: &OwnBooks) {
        if books.mirrors.is_empty() {
            return;
        }
        let flow = |effect: &Effect| effect.posted + effect.promised - effect.held;
        for effect in effects.iter() {
            let Some(mirror) = books.mirrors.get(&effect.account) else { continue };
            let (here, there) = (flow(effect), effects.on(*mirror).map_or(0, flow));
            // Seen from both sides; named once, from the side with the lower number unless only one is touched.
            let is_told_by_mirror = *mirror < effect.account && effects.on(*mirror).is_some();
            if here + there != 0 && !is_told_by_mirror {
                self.faults.add(|| {
                    format!(
                        "Entry {} changes clearing account {} by {} and its mirror {mirror} in the other bank by {}, what is set aside counted: what one gains \
                         the other must lose. {FORGED}.",
                        entry.sequence,
                        effect.account,
                        hours(here),
                        hours(there)
                    )
                });
            }
        }
    }

    /// What was found about I1.
    pub fn check(&self) -> Check {
        let counts = [(self.entries, "entry", "entries"), (self.transfers, "transfer", "transfers")];
        self.faults.check(Invariant::ZeroSum, &counts)
    }
}
