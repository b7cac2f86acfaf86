//! A blocked Bloom filter: whether an id may be in a run, from one line of memory.
//!
//! Eight bits in one 64-byte line, one in each of its words, chosen by a keyed hash. Never "no" for an
//! id that is there. At 12 bits an id "maybe" for 0.5 % of those that are not (measured by the test
//! below): each costs one page read in vain. Why not 8 bits, a byte an id: 3 % would be a read in vain
//! for every fourth new id of version 8 once there are ten runs.

use super::hash::{Seed, fold, spread};
use super::lines::{LINE_BYTES, Lines};
use crate::domain::RequestKey;

/// Bits of memory for one id.
pub const BITS_PER_ID: u64 = 12;
/// Mixes the hash once more, as its upper bits chose the line.
const AGAIN: u64 = 0x9e37_79b9_7f4a_7c15;
/// Bits of a word.
const WORD_BITS: u64 = 64;

/// Which ids may be there.
#[derive(Debug)]
pub struct Filter {
    seed: Seed,
    lines: Lines,
}

impl Filter {
    /// A filter for `ids` ids, none of them filed yet.
    pub fn new(seed: Seed, ids: u64) -> Self {
        let line_bits = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX).saturating_mul(8);
        let lines = ids.saturating_mul(BITS_PER_ID).div_ceil(line_bits).max(1);
        Self { seed, lines: Lines::zeroed(usize::try_from(lines).unwrap_or(usize::MAX)) }
    }

    /// Files an id.
    pub fn insert(&mut self, key: &RequestKey) {
        let hash = self.seed.hash(key);
        let mut bits = fold(hash, AGAIN);
        let Some(line) = self.lines.get_mut(spread(hash, self.lines.len())) else { return };
        for word in line {
            *word |= 1 << (bits % WORD_BITS);
            bits /= WORD_BITS;
        }
    }

    /// Whether an id may be among those that were filed.
    pub fn may_hold(&self, key: &RequestKey) -> bool {
        let hash = self.seed.hash(key);
        let mut bits = fold(hash, AGAIN);
        let Some(line) = self.lines.get(spread(hash, self.lines.len())) else { return true };
        let mut all = 1;
        for word in line {
            all &= word >> (bits % WORD_BITS);
            bits /= WORD_BITS;
        }
        all == 1
    }

    /// The filter as bytes of a file.
    pub fn write(&self, mut to: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        let lines = (0..self.lines.len()).filter_map(|index| self.lines.get(index));
        let mut bytes = Vec::with_capacity(LINE_BYTES * 1_024);
        for line in lines {
            bytes.extend(line.iter().flat_map(|word| word.to_le_bytes()));
            if bytes.len() >= LINE_BYTES * 1_024 {
                to(&bytes)?;
                bytes.clear();
            }
        }
        to(&bytes)
    }

    /// The filter that was written as `bytes`, which are a whole number of lines.
    pub fn read(seed: Seed, bytes: &[u8]) -> Self {
        let (written, _) = bytes.as_chunks::<8>();
        let (written, _) = written.as_chunks::<8>();
        let mut lines = Lines::zeroed(written.len());
        for (index, line) in written.iter().enumerate() {
            if let Some(to) = lines.get_mut(index) {
                *to = line.map(u64::from_le_bytes);
            }
        }
        Self { seed, lines }
    }

    /// How many lines it has.
    pub const fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Bytes that it takes.
    #[cfg(test)]
    pub const fn bytes(&self) -> usize {
        self.lines.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::key;
    use super::*;

    /// Goal: no id that is there is denied, and few that are not are thought to be.
    /// Method: 100,000 ids filed; a million others asked for.
    #[test]
    fn half_a_percent_is_asked_in_vain() {
        let mut filter = Filter::new(Seed::new([0x0123_4567_89ab_cdef, 42]), 100_000);
        (0..100_000).for_each(|number| filter.insert(&key(number)));
        assert!((0..100_000).all(|number| filter.may_hold(&key(number))));
        let in_vain = (100_000..1_100_000).filter(|number| filter.may_hold(&key(*number))).count();
        assert!((3_000..6_500).contains(&in_vain), "{in_vain} in a million");
    }

    /// Goal: a filter comes back from its bytes as it was.
    #[test]
    fn what_is_written_is_read() {
        let seed = Seed::new([7, 8]);
        let mut filter = Filter::new(seed, 1_000);
        (0..1_000).for_each(|number| filter.insert(&key(number)));
        let mut bytes = Vec::new();
        filter
            .write(|part| {
                bytes.extend_from_slice(part);
                Ok(())
            })
            .unwrap();
        let read = Filter::read(seed, &bytes);
        assert!((0..20_000).all(|number| filter.may_hold(&key(number)) == read.may_hold(&key(number))));
    }
}
