//! All policies of all banks, each from the entry on that set it.
//!
//! Pure: no lock, no clock. The same notes always give the same policies. What is asked for by a sequence never
//! changes its answer later: an entry is judged by the policy in force when it was recorded.

use std::collections::BTreeMap;

use super::Policy;
use crate::directory::BadBytes;
use crate::domain::{BankNumber, Refusal, Sequence, Timestamp};

/// At most this many policies a bank, ever: one a week for 19 years.
pub const POLICIES_MAX: usize = 1_000;

/// A policy and the entry that set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The entry; the policy holds for it and what follows.
    pub sequence: Sequence,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// What holds from there on.
    pub policy: Policy,
}

/// Every bank's policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    usual: Policy,
    // Invariant: each list by rising sequences, 1 to POLICIES_MAX long.
    banks: BTreeMap<BankNumber, Vec<Set>>,
}

/// A note that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// Its bytes.
    #[error("entry {0} about a policy cannot be read: {1}")]
    Note(Sequence, BadBytes),
    /// It is not later than the one before, or one too many.
    #[error("entry {0} about a policy does not follow from those before it")]
    Order(Sequence),
}

impl Default for Policies {
    fn default() -> Self {
        Self { usual: Policy::usual(), banks: BTreeMap::new() }
    }
}

impl Policies {
    /// Takes in the next policy of `bank`; with an error nothing is changed.
    ///
    /// # Errors
    /// [`BadPolicy`], naming the entry.
    pub fn apply(
        &mut self,
        sequence: Sequence,
        recorded_at: Timestamp,
        bank: BankNumber,
        body: &[u8],
    ) -> Result<(), BadPolicy> {
        let policy = Policy::decode(body).map_err(|bad| BadPolicy::Note(sequence, bad))?;
        let is_next = self.history(bank).last().is_none_or(|last| last.sequence < sequence);
        if !is_next || self.check_room(bank).is_err() {
            return Err(BadPolicy::Order(sequence));
        }
        self.banks.entry(bank).or_default().push(Set { sequence, recorded_at, policy });
        Ok(())
    }

    /// Whether `bank` may set one more. One at a time: whoever asks holds a lock until the note is written down,
    /// or two could pass the maximum together.
    ///
    /// # Errors
    /// [`Refusal::BooksFull`].
    pub fn check_room(&self, bank: BankNumber) -> Result<(), Refusal> {
        if self.history(bank).len() < POLICIES_MAX {
            return Ok(());
        }
        let most = u64::try_from(POLICIES_MAX).unwrap_or(u64::MAX);
        Err(Refusal::BooksFull { what: "policies of a bank", most })
    }

    /// The policy of `bank` in force when entry `sequence` was recorded: the last one set by that entry or before
    /// it, and what is usual before the first.
    #[must_use]
    pub fn at(&self, bank: BankNumber, sequence: Sequence) -> &Policy {
        self.set_at(bank, sequence).map_or(&self.usual, |set| &set.policy)
    }

    /// The same with the entry that set it; nothing where all that is usual held.
    #[must_use]
    pub fn set_at(&self, bank: BankNumber, sequence: Sequence) -> Option<&Set> {
        let history = self.history(bank);
        let later = history.partition_point(|set| set.sequence <= sequence);
        later.checked_sub(1).and_then(|place| history.get(place))
    }

    /// The policy of `bank` now.
    #[must_use]
    pub fn current(&self, bank: BankNumber) -> &Policy {
        self.at(bank, Sequence::MAX)
    }

    /// What `bank` set, oldest first; empty where all that is usual holds.
    #[must_use]
    pub fn history(&self, bank: BankNumber) -> &[Set] {
        self.banks.get(&bank).map_or(&[], Vec::as_slice)
    }

    /// What all banks set, bank by bank, each oldest first: taken in again in this order it gives the same.
    pub fn all(&self) -> impl Iterator<Item = (BankNumber, &Set)> {
        self.banks.iter().flat_map(|(bank, sets)| sets.iter().map(|set| (*bank, set)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::note::tests::policies;
    use super::*;
    use crate::directory::policy::Settings;

    fn after(days: u16) -> Policy {
        Policy::new(Settings { auto_accept_days: days, ..Settings::usual() }).unwrap()
    }

    fn set(policies: &mut Policies, sequence: u64, bank: u32, body: &[u8]) -> Result<(), BadPolicy> {
        let before = policies.clone();
        let at = Timestamp::from_micros(i64::try_from(sequence).unwrap());
        let applied = policies.apply(Sequence::new(sequence), at, BankNumber::new(bank), body);
        assert!(applied.is_ok() || *policies == before, "an error changed something");
        applied
    }

    proptest! {
        /// Goal: at every entry of every bank the policy in force is the last one set there or before; later
        /// ones change nothing of it. Method: a naive list searched from its end, asked after each change.
        #[test]
        fn the_last_one_set_is_in_force(
            steps in proptest::collection::vec((1_u64..4, 1_u32..4, policies()), 0..12),
        ) {
            let (mut folded, mut list, mut end) = (Policies::default(), Vec::new(), 0);
            for (further, bank, policy) in steps {
                end += further;
                set(&mut folded, end, bank, &policy.encode()).unwrap();
                list.push((end, bank, policy));
                for bank in 1..=4 {
                    for sequence in 0..=end + 1 {
                        let naive = list.iter().rev().find(|set| set.1 == bank && set.0 <= sequence);
                        let naive = naive.map_or_else(Policy::usual, |set| set.2.clone());
                        prop_assert_eq!(folded.at(BankNumber::new(bank), Sequence::new(sequence)), &naive);
                    }
                    let own = list.iter().filter(|set| set.1 == bank);
                    let history = folded.history(BankNumber::new(bank)).iter();
                    prop_assert!(own.map(|set| (set.0, &set.2)).eq(history.map(|set| (set.sequence.get(), &set.policy))));
                    let last = list.iter().rev().find(|set| set.1 == bank);
                    let last = last.map_or_else(Policy::usual, |set| set.2.clone());
                    prop_assert_eq!(folded.current(BankNumber::new(bank)), &last);
                }
            }
            let mut again = Policies::default();
            for (bank, one) in folded.all() {
                again.apply(one.sequence, one.recorded_at, bank, &one.policy.encode()).unwrap();
            }
            prop_assert_eq!(again, folded);
        }
    }

    /// Goal: what cannot follow is an error that names its entry and changes nothing. Method: the same sequence
    /// again, an earlier one, and bytes of no policy; another bank has an order of its own.
    #[test]
    fn what_cannot_follow_changes_nothing() {
        let mut policies = Policies::default();
        let body = after(7).encode();
        set(&mut policies, 5, 1, &body).unwrap();
        assert_eq!(set(&mut policies, 5, 1, &body), Err(BadPolicy::Order(Sequence::new(5))));
        assert_eq!(set(&mut policies, 4, 1, &body), Err(BadPolicy::Order(Sequence::new(4))));
        let bad = Err(BadPolicy::Note(Sequence::new(6), BadBytes::Damaged));
        assert_eq!(set(&mut policies, 6, 1, b"\x01"), bad);
        set(&mut policies, 4, 2, &body).unwrap();
    }

    /// Goal: one policy too many is refused before it is written, and is no fold if it was; another bank is not
    /// full. Method: the last that fits and the next.
    #[test]
    fn a_bank_sets_a_thousand_policies() {
        let (mut policies, bank) = (Policies::default(), BankNumber::new(1));
        let body = after(7).encode();
        for sequence in 1..=1_000 {
            assert_eq!(policies.check_room(bank), Ok(()));
            let at = Timestamp::from_micros(0);
            policies.apply(Sequence::new(sequence), at, bank, &body).unwrap();
        }
        let full = Refusal::BooksFull { what: "policies of a bank", most: 1_000 };
        assert_eq!(policies.check_room(bank), Err(full));
        assert_eq!(set(&mut policies, 1_001, 1, &body), Err(BadPolicy::Order(Sequence::new(1_001))));
        assert_eq!(policies.check_room(BankNumber::new(2)), Ok(()));
    }
}
