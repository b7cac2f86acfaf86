//! Which owner numbers are one human.
//!
//! Somebody may have been written down twice before it was known who they are: as a broker who came with a token,
//! and as a member. From then on both numbers are one human, for good: what one of them asked, the other does not
//! approve. Pure: who says that two are one is `access`.

use std::collections::BTreeMap;

use super::numbers::OwnerNumber;

/// Owner numbers of humans who have several. Whoever is not in it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Humans {
    /// The one number that stands for each, itself not among the keys.
    stands_for: BTreeMap<OwnerNumber, OwnerNumber>,
    /// The other way round, itself among them: at least two numbers, rising.
    numbers: BTreeMap<OwnerNumber, Vec<OwnerNumber>>,
}

impl Humans {
    /// The number that stands for the human behind `owner`.
    #[must_use]
    pub fn human(&self, owner: OwnerNumber) -> OwnerNumber {
        self.stands_for.get(&owner).copied().unwrap_or(owner)
    }

    /// Whether both are one human.
    #[must_use]
    pub fn are_one(&self, one: OwnerNumber, other: OwnerNumber) -> bool {
        self.human(one) == self.human(other)
    }

    /// All numbers of the human behind `owner`.
    pub fn numbers_of(&self, owner: OwnerNumber) -> impl Iterator<Item = OwnerNumber> + '_ {
        let several = self.numbers.get(&self.human(owner));
        several.into_iter().flatten().copied().chain(several.is_none().then_some(owner))
    }

    /// `one` turned out to be `other`, whose number stands for both from here on, and for whoever was one with
    /// either.
    pub fn unite(&mut self, one: OwnerNumber, other: OwnerNumber) {
        let (from, to) = (self.human(one), self.human(other));
        if from == to {
            return;
        }
        let mut all: Vec<_> = [from, to]
            .into_iter()
            .flat_map(|human| self.numbers.remove(&human).unwrap_or_else(|| vec![human]))
            .collect();
        all.sort_unstable();
        let others = all.iter().filter(|number| **number != to);
        self.stands_for.extend(others.map(|number| (*number, to)));
        self.numbers.insert(to, all);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const NUMBERS: u32 = 8;

    proptest! {
        /// Goal: who is one with whom is the same whichever number is asked and in whatever order it was said, and
        /// whoever was named last stands for all. Method: random sayings, against sets merged by hand.
        #[test]
        fn one_human_by_any_number(said in prop::collection::vec((1..NUMBERS, 1..NUMBERS), 0..12)) {
            let mut humans = Humans::default();
            let mut sets: Vec<BTreeSet<u32>> = (0..NUMBERS).map(|number| BTreeSet::from([number])).collect();
            for (one, other) in said {
                let stood = humans.human(OwnerNumber::new(other));
                humans.unite(OwnerNumber::new(one), OwnerNumber::new(other));
                let both: BTreeSet<u32> = (0..NUMBERS)
                    .filter(|number| sets.iter().any(|set| {
                        set.contains(number) && (set.contains(&one) || set.contains(&other))
                    }))
                    .collect();
                sets.retain(|set| set.is_disjoint(&both));
                sets.push(both);
                prop_assert_eq!(humans.human(OwnerNumber::new(one)), stood);
            }
            for set in &sets {
                for number in set {
                    let owner = OwnerNumber::new(*number);
                    let numbers: BTreeSet<_> = humans.numbers_of(owner).map(OwnerNumber::get).collect();
                    prop_assert_eq!(&numbers, set);
                    prop_assert_eq!(humans.numbers_of(owner).count(), set.len());
                    for other in 0..NUMBERS {
                        prop_assert_eq!(humans.are_one(owner, OwnerNumber::new(other)), set.contains(&other));
                    }
                }
            }
        }
    }
}
