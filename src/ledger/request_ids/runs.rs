//! The runs everybody looks ids up in, as they are now.
//!
//! | operation | progress |
//! |---|---|
//! | `now` | takes a lock for the length of one counted copy; never waits for IO |
//! | `look` | reads one page for each run whose filter says "maybe" |
//! | `through` | wait-free |

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::footer::Ranges;
use super::page::Filed;
use super::run::{Run, Unreadable};
use crate::domain::{RequestKey, Sequence};

/// Ids looked at together, so that their cache misses overlap.
const KEYS_AT_ONCE: usize = 64;

/// Shared by the thread that writes runs and everybody who looks.
#[derive(Debug, Default)]
pub struct Runs {
    now: RwLock<RunSet>,
    /// Runs cover every entry through here.
    through: AtomicU64,
}

impl Runs {
    /// The runs as they are now.
    #[must_use]
    pub fn now(&self) -> RunSet {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs cover every entry through here. Wait-free.
    #[must_use]
    pub fn through(&self) -> Sequence {
        Sequence::new(self.through.load(Ordering::Acquire))
    }

    /// Shows `runs` to everybody who looks from now on: first the runs, then how far they reach.
    pub(super) fn publish(&self, runs: RunSet) {
        let through = runs.through.get();
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = runs;
        self.through.store(through, Ordering::Release);
    }
}

/// Some runs that do not change.
#[derive(Clone, Debug)]
pub struct RunSet {
    runs: Arc<[Arc<Run>]>,
    through: Sequence,
}

impl Default for RunSet {
    fn default() -> Self {
        Self { runs: Arc::default(), through: Sequence::ZERO }
    }
}

impl RunSet {
    /// `runs` in order; they cover every entry through the end of those that follow each other from
    /// the first entry on.
    pub(super) fn new(runs: &[Arc<Run>]) -> Self {
        let through = runs.iter().fold(0_u64, |through, run| {
            if run.span().first == through.saturating_add(1) { run.span().last } else { through }
        });
        Self { runs: runs.into(), through: Sequence::new(through) }
    }

    /// Every id of an entry through here is in these runs.
    #[must_use]
    pub const fn through(&self) -> Sequence {
        self.through
    }

    /// How many runs there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Bytes of memory that they take.
    #[cfg(test)]
    pub fn memory_bytes(&self) -> usize {
        self.runs.iter().fold(0, |sum, run| sum.saturating_add(run.memory_bytes()))
    }

    /// Whether looking for `key` may read a page: some filter says "maybe". In memory.
    #[must_use]
    pub fn may_hold(&self, key: &RequestKey) -> bool {
        let filed = Filed::new(key, 0);
        self.runs.iter().any(|run| run.may_hold(key, &filed))
    }

    /// The entries of `keys`, in their order: none where no entry through `through` has the id.
    ///
    /// # Errors
    /// [`Unreadable`]: nobody knows until the damaged run has been written again from the journal.
    pub fn look(&self, keys: &[RequestKey]) -> Result<Vec<Option<Sequence>>, Unreadable> {
        let mut found = vec![None; keys.len()];
        if self.runs.is_empty() {
            return Ok(found);
        }
        let mut filed = Vec::with_capacity(KEYS_AT_ONCE);
        for (keys, found) in keys.chunks(KEYS_AT_ONCE).zip(found.chunks_mut(KEYS_AT_ONCE)) {
            filed.clear();
            filed.extend(keys.iter().map(|key| Filed::new(key, 0)));
            let mut ranges = Ranges::EMPTY;
            filed.iter().for_each(|filed| ranges.include(filed));
            // New ids of version 7 lie beyond nearly all runs: those are left out at once.
            for run in self.runs.iter().filter(|run| run.may_hold_some(&ranges)) {
                for ((key, filed), found) in keys.iter().zip(&filed).zip(&mut *found) {
                    if run.may_hold(key, filed) && found.is_none() {
                        *found = run.find(filed)?.map(Sequence::new);
                    }
                }
            }
        }
        Ok(found)
    }
}
