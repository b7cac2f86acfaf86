//! What may be tried so many times, then one at a time: guesses at a till, and looks by a card.
//!
//! Nine digits with a thousand codes out among them would be found by a till that tries a few hundred a second within
//! minutes. Staff who type a wrong digit are told by the check digit, which is not counted here.
//!
//! A card is good for ever and a look is free, so without a bound a till that has a card and its PIN would find out how
//! much there is, one person more at a time. Who is beyond it hears when to ask again, and not that the card cannot be
//! used: whoever gets there had the card taken before, so it says nothing more, and staff do not send a member away.
//!
//! - Each is counted before it is answered, and given back if it was none: many at once are no more than one by one.
//! - Kept in memory only, and no more than were tried lately.

use std::collections::BTreeMap;

use crate::domain::time::MICROS_PER_SECOND;
use crate::domain::{AccountNumber, OwnerNumber, Timestamp};

/// A till: whose, and which.
pub type Till = (OwnerNumber, u16);

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So many in a row.
    pub at_once: i64,
    /// One more after so many seconds.
    pub one_in_seconds: i64,
}

/// Codes and cards shown at a till that cannot be used.
pub const GUESSES_OF_TILL: Pace = Pace { at_once: 20, one_in_seconds: 30 };
/// Looks by a card, and as many sales by it that are not for today.
pub const LOOKS_OF_CARD: Pace = Pace { at_once: 5, one_in_seconds: 120 };

/// What a card was tried for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ByCard {
    /// A look, or a sale that was only checked.
    Look,
    /// A sale.
    Sale,
}

/// What was shown in vain, by till.
pub type Guesses = Slowly<Till>;
/// What was tried by card, by the account it is for.
pub type CardsTried = Slowly<(AccountNumber, ByCard)>;

/// So many at once, then one after the other.
#[derive(Clone, Debug)]
pub struct Slowly<Key> {
    pace: Pace,
    /// When all of it is forgotten.
    forgotten_at: BTreeMap<Key, Timestamp>,
}

impl<Key: Ord + Copy> Slowly<Key> {
    /// Nothing was tried yet.
    #[must_use]
    pub const fn new(pace: Pace) -> Self {
        Self { pace, forgotten_at: BTreeMap::new() }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// There may be none now: in so many seconds, at least one.
    pub fn count(&mut self, key: Key, now: Timestamp) -> Result<(), u32> {
        self.forgotten_at.retain(|_, forgotten_at| *forgotten_at > now);
        let (one, all) = (self.one_micros(), self.one_micros().saturating_mul(self.pace.at_once));
        let left = self.forgotten_at.get(&key).map(|forgotten_at| forgotten_at.micros_since(now));
        // More than all of it is a clock that was put back.
        let left = left.filter(|left| *left <= all).unwrap_or_default();
        let with_one = left.saturating_add(one);
        if with_one > all {
            let micros = with_one.saturating_sub(all);
            let seconds = micros.saturating_add(MICROS_PER_SECOND.saturating_sub(1)) / MICROS_PER_SECOND;
            return Err(u32::try_from(seconds).unwrap_or(u32::MAX));
        }
        self.forgotten_at.insert(key, Timestamp::from_micros(now.micros().saturating_add(with_one)));
        Ok(())
    }

    /// What was counted was none.
    pub fn give_back(&mut self, key: Key) {
        let one = self.one_micros();
        if let Some(forgotten_at) = self.forgotten_at.get_mut(&key) {
            *forgotten_at = Timestamp::from_micros(forgotten_at.micros().saturating_sub(one));
        }
    }

    const fn one_micros(&self) -> i64 {
        self.pace.one_in_seconds.saturating_mul(MICROS_PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a till shows twenty in vain, then one in half a minute, and is told when; what was right is not counted;
    /// another till is not concerned, and what is long ago takes no room. Method: one till until it waits, half a minute
    /// later, ten minutes later.
    #[test]
    fn a_till_that_guesses_waits() {
        let (one, other) = ((OwnerNumber::new(7), 1), (OwnerNumber::new(7), 2));
        let at = |seconds| Timestamp::from_micros(0).plus_seconds(seconds);
        let mut guesses = Guesses::new(GUESSES_OF_TILL);
        for _ in 0..20 {
            assert_eq!(guesses.count(one, at(0)), Ok(()));
        }
        assert_eq!((guesses.count(one, at(0)), guesses.count(other, at(0))), (Err(30), Ok(())));
        assert_eq!((guesses.count(one, at(29)), guesses.count(one, at(30))), (Err(1), Ok(())));
        assert_eq!(guesses.count(one, at(30)), Err(30));
        guesses.give_back(one);
        for _ in 0..100 {
            assert_eq!(guesses.count(one, at(30)), Ok(()));
            guesses.give_back(one);
        }
        guesses.count(other, at(700)).unwrap();
        assert_eq!(guesses.forgotten_at.len(), 1);
        guesses.give_back(other);
        guesses.count(one, at(700)).unwrap();
        assert_eq!(guesses.forgotten_at.len(), 1);
        (0..19).for_each(|_| guesses.count(one, at(700)).unwrap());
        assert_eq!(guesses.count(one, at(99)), Ok(()), "the clock was put back");
    }
}
