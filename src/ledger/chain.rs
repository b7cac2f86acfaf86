//! The thread through an account's lines: one pointer back, one pointer further back.
//!
//! Lines of an account are numbered from 1. Line `n` points to line `n - 1` and jumps to line
//! `n - reach(n)`, where `reach` follows the skew-binary form of `n`; so any line is at most
//! O(log n) reads from any later one. In memory an account keeps only the roots of its trees, one
//! per digit: enough to write the next line's pointers without reading anything.

use smallvec::SmallVec;

use crate::domain::Sequence;

/// What the poster keeps of an account's thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    // Newest tree last; `sequence << 6 | exponent`, the tree has 2^exponent - 1 lines. Six of them are the
    // roots of most accounts of up to a few hundred lines, and fill the account's second cache line.
    roots: SmallVec<[u64; 6]>,
    lines: u64,
}

const EXPONENT_BITS: u32 = 6;
const EXPONENT_MASK: u64 = (1 << EXPONENT_BITS) - 1;

/// Where the next line of an account points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointers {
    /// Entry with the line before; zero for the first line.
    pub previous: Sequence,
    /// Entry with a line further back; zero where there is none.
    pub jump: Sequence,
}

impl Chain {
    /// How many lines the account has.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// Entry with the newest line; zero if there is none.
    #[must_use]
    pub fn head(&self) -> Sequence {
        root_sequence(self.roots.last())
    }

    /// What the next line must point to.
    #[must_use]
    pub fn next_pointers(&self) -> Pointers {
        // A tree that swallows two more jumps to what stands before them.
        let below = if self.next_merges() { 3 } else { 1 };
        let after = self.roots.len().checked_sub(below).and_then(|place| self.roots.get(place));
        Pointers { previous: self.head(), jump: root_sequence(after) }
    }

    /// Adds the line that entry `sequence` put on the account.
    pub fn push(&mut self, sequence: Sequence) {
        let mut exponent = 1;
        if self.next_merges() {
            exponent = self.roots.last().map_or(0, |root| root & EXPONENT_MASK).saturating_add(1);
            self.roots.truncate(self.roots.len().saturating_sub(2));
        }
        self.roots.push(sequence.get() << EXPONENT_BITS | exponent);
        self.lines = self.lines.saturating_add(1);
    }

    /// The packed roots, newest last, for checkpoints.
    #[must_use]
    pub fn roots(&self) -> &[u64] {
        &self.roots
    }

    /// A thread from packed roots; nothing if no thread of `lines` lines has such roots.
    #[must_use]
    pub fn from_roots(roots: &[u64], lines: u64) -> Option<Self> {
        let mut covered = 0u64;
        for root in roots {
            covered = covered
                .checked_add(1u64.checked_shl(u32::try_from(root & EXPONENT_MASK).ok()?)?.checked_sub(1)?)?;
        }
        (covered == lines).then(|| Self { roots: SmallVec::from_slice(roots), lines })
    }

    fn next_merges(&self) -> bool {
        if let [.., second, newest] = self.roots.as_slice() {
            newest & EXPONENT_MASK == second & EXPONENT_MASK
        } else {
            false
        }
    }
}

fn root_sequence(root: Option<&u64>) -> Sequence {
    Sequence::new(root.map_or(0, |root| root >> EXPONENT_BITS))
}

/// How many lines the jump of line `number` (from 1) leaps: to line `number - reach(number)`.
#[must_use]
pub fn reach(number: u64) -> u64 {
    let mut left = number;
    let mut smallest = 0;
    while left > 0 {
        // The largest 2^k - 1 not above what is left.
        smallest = match left.checked_add(1).map(u64::ilog2) {
            Some(exponent) => (1u64 << exponent) - 1,
            None => u64::MAX,
        };
        left -= smallest;
    }
    smallest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: pointers lead where `reach` says, and any line is found in a logarithm of steps.
    /// Method: 5,000 lines with known sequences; every line is looked for from the newest.
    #[test]
    fn any_line_is_a_few_steps_away() {
        let mut chain = Chain::default();
        let mut lines = vec![(0u64, 0u64)]; // (previous, jump) as line numbers; sequence = 10 × number.
        for number in 1..=5_000u64 {
            let pointers = chain.next_pointers();
            assert_eq!(pointers.previous.get(), (number - 1) * 10);
            assert_eq!(pointers.jump.get(), (number - reach(number)) * 10, "line {number}");
            lines.push((pointers.previous.get() / 10, pointers.jump.get() / 10));
            chain.push(Sequence::new(number * 10));
            assert_eq!(Chain::from_roots(chain.roots(), number), Some(chain.clone()));
            assert_eq!(Chain::from_roots(chain.roots(), number + 1), None);
        }
        for wanted in 1..=5_000usize {
            let (mut at, mut steps) = (5_000usize, 0);
            while at != wanted {
                let (previous, jump) = lines[at];
                at = usize::try_from(if jump >= wanted as u64 { jump } else { previous }).unwrap();
                steps += 1;
            }
            assert!(steps <= 3 * 13, "{steps} steps to line {wanted}");
        }
    }
}
