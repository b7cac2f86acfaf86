//! What a month of an account adds up to.

use crate::domain::Kind;

/// Sums of lines, seconds. `gave`, `received` and `used` are not below zero; `other` is what came less what went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Help given.
    pub gave: i64,
    /// Help received.
    pub received: i64,
    /// Used at tills.
    pub used: i64,
    /// All else: gifts, grants, what was given back or put right.
    pub other: i64,
}

impl Sums {
    /// Adds a line: what it was for, what came by it and what went.
    ///
    /// A refund is not taken off what was used, nor what is put right off what was given: it may be of another month, and
    /// then a sum of this one would fall below zero.
    pub fn add(&mut self, kind: Option<Kind>, (came, went): (i64, i64)) {
        let (gave, received, used, other) = match kind {
            Some(Kind::Exchange | Kind::Group | Kind::Community) => (came, went, 0, 0),
            Some(Kind::Redemption) => (0, 0, went, came),
            Some(
                Kind::Gift
                | Kind::Donation
                | Kind::Grant
                | Kind::Voucher
                | Kind::Refund
                | Kind::Claim
                | Kind::Settlement
                | Kind::BetweenBanks
                | Kind::Opening
                | Kind::Closing
                | Kind::Reversal,
            )
            | None => (0, 0, 0, came.saturating_sub(went)),
        };
        self.gave = self.gave.saturating_add(gave);
        self.received = self.received.saturating_add(received);
        self.used = self.used.saturating_add(used);
        self.other = self.other.saturating_add(other);
    }

    /// By how much all of it changed what there was.
    #[must_use]
    pub const fn change(&self) -> i64 {
        self.gave.saturating_sub(self.received).saturating_sub(self.used).saturating_add(self.other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [Kind; 15] = [
        Kind::Exchange,
        Kind::Group,
        Kind::Community,
        Kind::Gift,
        Kind::Donation,
        Kind::Grant,
        Kind::Voucher,
        Kind::Redemption,
        Kind::Refund,
        Kind::Claim,
        Kind::Settlement,
        Kind::BetweenBanks,
        Kind::Opening,
        Kind::Closing,
        Kind::Reversal,
    ];

    proptest! {
        /// Goal: whatever a month is made of, its sums are the change of the balance, only help is help, and what is said
        /// without a sign has none. Method: lines of every kind at random, summed the other way round.
        #[test]
        fn sums_are_the_change(lines in prop::collection::vec((0..16_usize, 0..90_000_i64, 0..90_000_i64), 0..40)) {
            let mut sums = Sums::default();
            let (mut change, mut help) = (0, 0);
            for (kind, came, went) in lines {
                let kind = KINDS.get(kind).copied();
                sums.add(kind, (came, went));
                change += came - went;
                help += if kind.is_some_and(Kind::is_help_given) { came } else { 0 };
            }
            prop_assert_eq!(sums.change(), change);
            prop_assert_eq!(sums.gave, help);
            prop_assert!(sums.received >= 0 && sums.used >= 0);
        }
    }
}
