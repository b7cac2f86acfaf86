//! What a chunk of entries has changed so far, net: rows of day totals to be written.
//!
//! Most entries of a chunk are of one day. Their accounts have a place of their own for that day, which is
//! found by arithmetic; anything else is looked up by its row.
//!
//! Memory: 8 bytes an account, and at most [`ROWS_MAX`] rows and one batch's more.

use std::mem;

use hashbrown::HashMap;

use super::days::Row;
use super::fold::Change;
use crate::domain::{AccountNumber, Day};
use crate::ledger::state::slot;

/// A chunk ends early when it has changed this many rows.
pub const ROWS_MAX: usize = 131_072;

/// Sums by account and day, and by bank and day.
#[derive(Debug, Default)]
pub struct Net {
    /// The day of the first change.
    day: Option<Day>,
    /// What accounts got on that day, by slot.
    on_the_day: Vec<i64>,
    /// Whose sum of that day has left zero; again, where it came back to it in between.
    changed: Vec<AccountNumber>,
    /// All other sums.
    rows: HashMap<Row, i128>,
    /// Hours moved in the bank and on the day of the newest change: mostly the same for many in a row.
    moved: Option<(Row, i128)>,
}

impl Net {
    /// Adds a change that is of `day`.
    pub fn add(&mut self, change: &Change, day: Day) {
        match change.account {
            Some(account) if *self.day.get_or_insert(day) == day => {
                if !self.add_on_the_day(account, change.seconds) {
                    self.add_to_row(Row::of(change, day), change.seconds);
                }
            }
            Some(_) => self.add_to_row(Row::of(change, day), change.seconds),
            None => self.add_moved(Row::of(change, day), change.seconds),
        }
    }

    /// Whether the sum had room for it.
    fn add_on_the_day(&mut self, account: AccountNumber, seconds: i128) -> bool {
        let at = slot(account);
        if at >= self.on_the_day.len() {
            self.on_the_day.resize(at.saturating_add(1), 0);
        }
        let Some(sum) = self.on_the_day.get_mut(at) else { return false };
        let Some(after) = i64::try_from(seconds).ok().and_then(|seconds| sum.checked_add(seconds)) else {
            return false;
        };
        if *sum == 0 {
            self.changed.push(account);
        }
        *sum = after;
        true
    }

    fn add_to_row(&mut self, row: Row, seconds: i128) {
        let sum = self.rows.entry(row).or_insert(0);
        *sum = sum.saturating_add(seconds);
    }

    fn add_moved(&mut self, row: Row, seconds: i128) {
        match &mut self.moved {
            Some((same, sum)) if *same == row => *sum = sum.saturating_add(seconds),
            other => {
                if let Some((row, sum)) = other.replace((row, seconds)) {
                    self.add_to_row(row, sum);
                }
            }
        }
    }

    /// How many rows it has at most.
    pub fn len(&self) -> usize {
        self.rows.len().saturating_add(self.changed.len()).saturating_add(usize::from(self.moved.is_some()))
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sums that are not zero, in the order of their rows; none are left.
    pub fn take(&mut self) -> Vec<(Row, i128)> {
        let mut rows = mem::take(&mut self.rows);
        let mut add = |row, seconds: i128| {
            let sum = rows.entry(row).or_insert(0);
            *sum = sum.saturating_add(seconds);
        };
        if let Some((row, sum)) = self.moved.take() {
            add(row, sum);
        }
        if let Some(day) = self.day.take() {
            for account in self.changed.drain(..) {
                // Zero the second time: it is in already.
                let sum = self.on_the_day.get_mut(slot(account)).map_or(0, mem::take);
                add(Row::of_account(account, day), i128::from(sum));
            }
        }
        let mut rows: Vec<_> = rows.into_iter().filter(|(_, seconds)| *seconds != 0).collect();
        rows.sort_unstable();
        rows
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::BankNumber;

    proptest! {
        /// Goal: whatever is added, in which order and how large it may be, each row gets its sum once.
        /// Method: a few accounts, banks and days against a map, in several takes; sums that leave 64 bits.
        #[test]
        fn sums_are_those_of_a_map(
            takes in proptest::collection::vec(proptest::collection::vec(
                (proptest::option::weighted(0.8, 0..5u32), -1..3i32, prop_oneof![-2..3i64, any::<i64>()]),
                0..40), 1..4),
        ) {
            let mut net = Net::default();
            for changes in takes {
                let mut naive = BTreeMap::new();
                for (account, day, seconds) in changes {
                    let (account, day) = (account.and_then(AccountNumber::from_slot), Day::from_days(day));
                    let bank = BankNumber::new(1 + u32::try_from(day.days() & 1).unwrap());
                    let change = Change { bank, account, seconds: seconds.into() };
                    net.add(&change, day);
                    *naive.entry(Row::of(&change, day)).or_insert(0_i128) += i128::from(seconds);
                }
                prop_assert!(naive.len() <= net.len());
                naive.retain(|_, sum| *sum != 0);
                prop_assert_eq!(net.take(), naive.into_iter().collect::<Vec<_>>());
                prop_assert!(net.is_empty());
            }
        }
    }
}
