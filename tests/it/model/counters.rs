//! Counters as lists of what happened to them.

use std::collections::BTreeMap;

use hourbook::domain::{Claim, ClaimFate, ClaimKey, ClaimUnit, Timestamp};

#[derive(Clone, Copy)]
enum Fact {
    Taken { seconds: i128, until: Timestamp },
    Returned { seconds: i128 },
}

/// Everything that ever happened to each counter, with its time.
#[derive(Default)]
pub struct Counters {
    facts: BTreeMap<ClaimKey, Vec<(Timestamp, Fact)>>,
}

impl Counters {
    /// What the counters of these claims hold once each has taken from its own, one after the other.
    pub fn after(&self, claims: &[Claim], at: Timestamp) -> Vec<i128> {
        let facts = |claim: &Claim| Some((claim.key, self.facts.get(&claim.key)?.clone()));
        let mut those = Self { facts: claims.iter().filter_map(facts).collect() };
        let mut after = |claim: &Claim| {
            those.take(claim, at);
            those.taken(&claim.key, at)
        };
        claims.iter().map(&mut after).collect()
    }

    pub fn take(&mut self, claim: &Claim, at: Timestamp) {
        let fact = Fact::Taken { seconds: i128::from(claim.take), until: claim.until };
        self.facts.entry(claim.key).or_default().push((at, fact));
    }

    /// A hold of `amount` ended with `captured` of it captured.
    pub fn give_back(&mut self, claim: &Claim, amount: i128, captured: i128, at: Timestamp) {
        let taken = i128::from(claim.take);
        let seconds = match (claim.fate, claim.unit) {
            (ClaimFate::Kept, _) => 0,
            (ClaimFate::GivenBack, ClaimUnit::Times) => {
                if captured == 0 {
                    taken
                } else {
                    0
                }
            }
            (ClaimFate::GivenBack, ClaimUnit::Seconds) => taken * (amount - captured) / amount,
        };
        // What was given back by the claim itself is not taken again; what has ended stays ended.
        if seconds > 0 && claim.until > at {
            self.facts.entry(claim.key).or_default().push((at, Fact::Returned { seconds }));
        }
    }

    /// How much is taken and until when, if the counter counts at all.
    pub fn standing(&self, key: &ClaimKey, now: Timestamp) -> Option<(i128, Timestamp)> {
        let mut standing: Option<(i128, Timestamp)> = None;
        for (at, fact) in self.facts.get(key)? {
            standing = standing.filter(|(_, until)| until > at);
            match fact {
                Fact::Taken { seconds, until } => {
                    let (taken, before) = standing.unwrap_or((0, *until));
                    standing =
                        Some(((taken + seconds).max(0), before.max(*until))).filter(|(_, until)| until > at);
                }
                Fact::Returned { seconds } => {
                    standing = standing.map(|(taken, until)| ((taken - seconds).max(0), until));
                }
            }
        }
        standing.filter(|(_, until)| *until > now)
    }

    pub fn taken(&self, key: &ClaimKey, now: Timestamp) -> i128 {
        self.standing(key, now).map_or(0, |(taken, _)| taken)
    }

    /// Counters that count now.
    pub fn alive(&self, now: Timestamp) -> Vec<ClaimKey> {
        self.facts.keys().filter(|key| self.standing(key, now).is_some()).copied().collect()
    }
}
