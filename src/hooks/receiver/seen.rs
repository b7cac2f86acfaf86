//! Which events were here before, of the last thousand.

use std::collections::{HashSet, VecDeque};

/// So many are remembered.
const SEEN_MAX: usize = 1_000;

/// What was seen, the oldest first.
#[derive(Debug, Default)]
pub struct Seen {
    order: VecDeque<Box<str>>,
    known: HashSet<Box<str>>, // Invariant: the same as in `order`.
}

impl Seen {
    /// Whether it was seen before; from now on it was.
    pub fn again(&mut self, id: &str) -> bool {
        if self.known.contains(id) {
            return true;
        }
        if self.order.len() >= SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(id.into());
        self.known.insert(id.into());
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a repeat is told among the last thousand, and no more than those are kept. Method: a thousand and one, then the
    /// first and the second again.
    #[test]
    fn the_last_thousand_are_remembered() {
        let mut seen = Seen::default();
        for number in 0..SEEN_MAX {
            assert!(!seen.again(&number.to_string()));
        }
        assert!(seen.again("0") && seen.again("999"), "a repeat is not kept twice");
        assert!(!seen.again("new"));
        assert!(seen.again("1") && !seen.again("0"));
        assert_eq!((seen.order.len(), seen.known.len()), (SEEN_MAX, SEEN_MAX));
    }
}
