//! Cards by their numbers, in memory only.
//!
//! Filled from opened numbers at the start and whenever somebody gets a card. Whoever is forgotten is taken out; the memory
//! is not overwritten, because a number without its card opens nothing.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::{Digits, OwnerNumber};

/// Where a card stands: whose it is, and the place among all that were theirs.
type CardPlace = (OwnerNumber, usize);

/// Cards by their numbers.
#[derive(Default)]
pub(super) struct NumberIndex {
    places: BTreeMap<Digits, CardPlace>,
    numbers: BTreeMap<OwnerNumber, Vec<Digits>>,
}

impl NumberIndex {
    pub(super) fn get(&self, number: &Digits) -> Option<CardPlace> {
        self.places.get(number).copied()
    }

    /// All the numbers of somebody, with the place of each card.
    pub(super) fn set(&mut self, owner: OwnerNumber, numbers: impl Iterator<Item = (usize, Digits)>) {
        for number in self.numbers.remove(&owner).unwrap_or_default() {
            self.places.remove(&number);
        }
        let mut known = Vec::new();
        for (place, number) in numbers {
            self.places.insert(number, (owner, place));
            known.push(number);
        }
        if !known.is_empty() {
            self.numbers.insert(owner, known);
        }
    }
}

impl fmt::Debug for NumberIndex {
    /// How many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumberIndex({} cards)", self.places.len())
    }
}
