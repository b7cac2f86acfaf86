//! A keyed hash of request ids. Ids come from outside: whoever knew the key could choose ids that all
//! fall into one place and make the ledger slow. So the key is random, and given by the process.

use std::hash::{BuildHasher, RandomState};

use crate::domain::RequestKey;

/// 128 random bits that nobody outside knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed([u64; 2]);

impl Seed {
    /// A seed of these words.
    #[must_use]
    pub const fn new(words: [u64; 2]) -> Self {
        Self(words)
    }

    /// A seed from the machine's randomness: std's own for hash maps.
    #[must_use]
    pub fn of_the_machine() -> Self {
        let machine = RandomState::new();
        Self([machine.hash_one(1_u8), machine.hash_one(2_u8)])
    }

    /// The words, for a file whose filter was made with them.
    #[must_use]
    pub const fn words(self) -> [u64; 2] {
        self.0
    }

    /// The hash of an id in its scope. Two folded multiplications: a few instructions, and without the
    /// seed nobody can tell which ids meet. Not a digest: nothing is proved by it.
    #[must_use]
    pub fn hash(self, key: &RequestKey) -> u64 {
        let [one, two] = self.0;
        let id = u128::from_be_bytes(key.id.bytes());
        let (high, low) = ((id >> 64) as u64, (id & 0xffff_ffff_ffff_ffff) as u64);
        let mixed = fold(high ^ one, low ^ two);
        fold(mixed ^ two.rotate_left(32), u64::from(key.scope.get()) ^ one.rotate_left(32))
    }
}

/// Both halves of the product, on top of each other.
pub fn fold(one: u64, other: u64) -> u64 {
    let (low, high) = one.carrying_mul(other, 0);
    low ^ high
}

/// Spreads a hash evenly over `count` places.
pub fn spread(hash: u64, count: usize) -> usize {
    let (_, high) = hash.carrying_mul(u64::try_from(count).unwrap_or(u64::MAX), 0);
    usize::try_from(high).unwrap_or_default()
}
