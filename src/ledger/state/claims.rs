//! Counters that claims take from, without knowing what they count.
//!
//! A counter lives until the latest `until` a claim on it named, and starts again at zero then.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use crate::domain::{Claim, ClaimFate, ClaimKey, ClaimUnit, Timestamp};

/// One counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// How much was taken; never negative.
    pub taken: i64,
    /// From this moment on it counts as zero.
    pub until: Timestamp,
}

/// All counters that still count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    counters: HashMap<ClaimKey, Counter>,
    ends: BTreeSet<(Timestamp, ClaimKey)>,
}

impl Counters {
    /// How much was taken from the counter, as of `now`.
    #[must_use]
    pub fn taken(&self, key: &ClaimKey, now: Timestamp) -> i64 {
        self.counters.get(key).filter(|counter| counter.until > now).map_or(0, |counter| counter.taken)
    }

    /// Whether the counter is there and has not ended by `now`.
    #[must_use]
    pub fn counts(&self, key: &ClaimKey, now: Timestamp) -> bool {
        self.counters.get(key).is_some_and(|counter| counter.until > now)
    }

    /// From when on a counter that is there counts as zero.
    #[must_use]
    pub fn until(&self, key: &ClaimKey) -> Option<Timestamp> {
        self.counters.get(key).map(|counter| counter.until)
    }

    /// How many counters have not ended by `now`. Looks at each that has.
    #[must_use]
    pub fn counting(&self, now: Timestamp) -> usize {
        let ended = self.ends.iter().take_while(|(until, _)| *until <= now).count();
        self.counters.len().saturating_sub(ended)
    }

    /// How many counters there are, with those that have ended and are not forgotten yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counters.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counters.is_empty()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&ClaimKey, &Counter)> {
        self.counters.iter()
    }

    /// Puts a counter back as a checkpoint has it.
    pub fn restore(&mut self, key: ClaimKey, counter: Counter) {
        self.counters.insert(key, counter);
        self.ends.insert((counter.until, key));
    }

    /// Takes what a claim of an accepted entry takes.
    pub fn take(&mut self, claim: &Claim, now: Timestamp) {
        let before = self.counters.get(&claim.key).copied();
        let until = before.map_or(claim.until, |counter| counter.until.max(claim.until));
        if until <= now {
            return; // It would count as zero from the start.
        }
        let taken = self.taken(&claim.key, now).saturating_add(claim.take).max(0);
        if let Some(counter) = before {
            self.ends.remove(&(counter.until, claim.key));
        }
        self.restore(claim.key, Counter { taken, until });
    }

    /// Gives back what a hold took, when it ended at `now` with `captured` of `amount` seconds captured.
    ///
    /// A counter whose `until` has passed may have started again since; it gets nothing back.
    pub fn give_back(&mut self, claims: &[Claim], amount: i64, captured: i64, now: Timestamp) {
        for claim in claims.iter().filter(|claim| claim.until > now) {
            let back = given_back(claim, amount, captured);
            if let Some(counter) = self.counters.get_mut(&claim.key) {
                counter.taken = counter.taken.saturating_sub(back).max(0);
            }
        }
    }

    /// Forgets counters that count as zero from `now` on.
    pub fn forget_ended(&mut self, now: Timestamp) {
        while let Some((until, key)) = self.ends.first().copied() {
            if until > now {
                return;
            }
            self.ends.remove(&(until, key));
            self.counters.remove(&key);
        }
    }
}

/// How much of `claim` comes back when a hold of `amount` seconds ends with `captured` of them
/// captured: of a claim counted in seconds the share that was not captured, rounded so that what was
/// captured stays taken in full; of one counted in times, all of it if nothing was captured.
#[must_use]
pub fn given_back(claim: &Claim, amount: i64, captured: i64) -> i64 {
    // What a negative claim gave back is not taken again.
    if claim.fate == ClaimFate::Kept || claim.take < 0 {
        return 0;
    }
    match claim.unit {
        ClaimUnit::Seconds => {
            let uncaptured = i128::from(claim.take) * i128::from(amount.saturating_sub(captured));
            let share = uncaptured.checked_div(i128::from(amount)).unwrap_or(0);
            i64::try_from(share).unwrap_or(0)
        }
        ClaimUnit::Times if captured == 0 => claim.take,
        ClaimUnit::Times => 0,
    }
}
